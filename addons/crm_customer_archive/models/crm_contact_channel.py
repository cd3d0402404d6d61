"""Phones and accounts the company gave its people for customers (ARC-49, GAP-56)."""

import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# What people type between the digits of a phone number.
SEPARATORS = re.compile(r"[\s\-()./]+")


class CrmContactChannelType(models.Model):
    _name = "crm.contact.channel.type"
    _description = "Kind of Contact Channel"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Key for other programs.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    assigned = fields.Boolean(
        string="Assigned by the Company",
        default=True,
        help="Contacts over this kind must use a phone or an account of the company's "
        "register. Off for meetings and letters, which use none.",
    )

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "A kind of contact channel with this code already exists."
    )


class CrmContactChannel(models.Model):
    _name = "crm.contact.channel"
    _inherit = ["mail.thread"]
    _description = "Contact Channel Assigned by the Company"
    _order = "employee_id, type_id, date_from desc, id desc"
    _rec_name = "account"

    employee_id = fields.Many2one(
        "hr.employee",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        tracking=True,
    )
    user_id = fields.Many2one(
        related="employee_id.user_id", store=True, index="btree_not_null"
    )
    type_id = fields.Many2one(
        "crm.contact.channel.type",
        string="Channel",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
    )
    account = fields.Char(
        string="Number or Account",
        required=True,
        tracking=True,
        help="As customers see it: phone number, e-mail address, QQ or WeChat account.",
    )
    account_key = fields.Char(
        compute="_compute_account_key",
        store=True,
        index=True,
        help="The account without spaces and punctuation, to compare with.",
    )
    date_from = fields.Date(
        string="Assigned From",
        required=True,
        default=lambda self: self.env.company._policy_today(),
        tracking=True,
    )
    date_to = fields.Date(
        string="Assigned Until", tracking=True, help="Empty while it is assigned."
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    active = fields.Boolean(default=True)
    note = fields.Char()

    _dates_ordered = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "A channel cannot end before it is assigned.",
    )

    @api.depends("account", "type_id.code")
    def _compute_account_key(self):
        for channel in self:
            channel.account_key = self._account_key(channel.account)

    @api.model
    def _account_key(self, account):
        """Return what is compared of a number or account: no spaces, lower case."""
        return SEPARATORS.sub("", account or "").lower() if account else False

    @api.constrains("type_id", "account", "date_from", "date_to", "active")
    def _check_one_holder(self):
        """One number or account belongs to one person at a time."""
        channels = self.filtered("active")
        # sudo: channels of other companies of the group count too
        others = self.sudo().search(
            [
                ("account_key", "in", channels.mapped("account_key")),
                ("type_id", "in", channels.type_id.ids),
            ]
        )
        by_account = others.grouped(lambda other: (other.type_id, other.account_key))
        for channel in channels.sudo():  # sudo: compared with the others
            for other in by_account[channel.type_id, channel.account_key] - channel:
                if other._overlaps(channel):
                    raise ValidationError(
                        self.env._(
                            "%(account)s (%(channel)s) is already assigned to "
                            "%(employee)s from %(start)s.",
                            account=channel.account,
                            channel=channel.type_id.name,
                            employee=other.employee_id.name,
                            start=other.date_from,
                        )
                    )

    def _overlaps(self, other):
        self.ensure_one()
        return (not self.date_to or self.date_to >= other.date_from) and (
            not other.date_to or other.date_to >= self.date_from
        )

    @api.depends("account", "type_id.name", "employee_id.name")
    def _compute_display_name(self):
        for channel in self:
            channel.display_name = " ".join(
                part for part in (channel.type_id.name, channel.account) if part
            )

    def _assigned_on(self, date):
        """Tell whether the channel was assigned on a local date."""
        self.ensure_one()
        return self.date_from <= date and (not self.date_to or date <= self.date_to)
