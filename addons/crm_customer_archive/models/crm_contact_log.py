"""Contacts with customers, each with the channel it used (ARC-49, ARC-56, GAP-56).

Whoever contacts a customer over a phone or an account that the company has not
assigned to that person raises an incident for the general manager's office. Nothing
happens to the person by itself (GAP-56 against ARC-50).
"""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_list

from odoo.addons.crm_policy.models.arguments import VALUES, arguments

from .res_partner_erase_texts import MASK


class CrmContactLog(models.Model):
    _name = "crm.contact.log"
    _inherit = ["mail.thread", "crm.guard.mixin"]
    _description = "Contact with a Customer"
    _order = "date desc, id desc"
    _check_company_auto = True

    # Once logged these are evidence; what was talked about may be completed.
    _guarded_fields = ("official", "incident_id")
    _evidence_fields = (
        "partner_id",
        "user_id",
        "date",
        "direction",
        "type_id",
        "channel_id",
        "account",
        "company_id",
    )

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="restrict",
        domain=[("crm_customer_id", "!=", False)],
        help="The customer, or the person at the customer that was contacted.",
    )
    customer_id = fields.Many2one(
        related="partner_id.crm_customer_id",
        string="Customer File",
        store=True,
        index="btree_not_null",
    )
    user_id = fields.Many2one(
        "res.users",
        string="By",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    date = fields.Datetime(
        required=True, index=True, default=fields.Datetime.now, string="When"
    )
    direction = fields.Selection(
        [("out", "We contacted the customer"), ("in", "The customer contacted us")],
        required=True,
        default="out",
    )
    type_id = fields.Many2one(
        "crm.contact.channel.type",
        string="Channel",
        required=True,
        index=True,
        ondelete="restrict",
    )
    channel_id = fields.Many2one(
        "crm.contact.channel",
        string="Number or Account Used",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('user_id', '=', user_id), ('type_id', '=', type_id)]",
        check_company=True,
    )
    account = fields.Char(
        string="Other Number or Account",
        help="A number or account that the company has not assigned. It is reported to "
        "the general manager's office.",
    )
    summary = fields.Text(required=True, string="What Was Said")
    official = fields.Boolean(
        string="Official Channel",
        default=True,
        readonly=True,
        help="Over a channel the company assigned, or one that needs none.",
    )
    incident_id = fields.Many2one(
        "crm.data.incident", readonly=True, copy=False, index="btree_not_null"
    )
    client_reference = fields.Char(copy=False)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )

    _client_reference_uniq = models.UniqueIndex(
        "(company_id, client_reference) WHERE client_reference IS NOT NULL",
        "A contact with this client reference has already been logged.",
    )

    @api.depends("partner_id.name", "type_id.name")
    def _compute_display_name(self):
        for contact in self:
            contact.display_name = " ".join(
                part for part in (contact.partner_id.name, contact.type_id.name) if part
            )

    # ------------------------------------------------------------- constraints

    @api.constrains("date")
    def _check_date(self):
        for contact in self:
            if contact.date > fields.Datetime.now():
                raise ValidationError(
                    self.env._("A contact is logged after it took place (“When”).")
                )

    @api.constrains("partner_id")
    def _check_customer(self):
        for contact in self:
            if not contact.customer_id:
                raise ValidationError(
                    self.env._(
                        "%s belongs to no customer file.",
                        contact.partner_id.display_name,
                    )
                )

    @api.constrains("channel_id", "user_id", "type_id", "date")
    def _check_channel(self):
        for contact in self.filtered("channel_id"):
            channel = contact.channel_id
            if channel.user_id != contact.user_id or channel.type_id != contact.type_id:
                raise ValidationError(
                    self.env._(
                        "%(channel)s is not a channel of %(user)s.",
                        channel=channel.display_name,
                        user=contact.user_id.name,
                    )
                )

    # --------------------------------------------------------------- lifecycle

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            user_id = vals.get("user_id") or self.env.uid
            if user_id != self.env.uid and not self.env.user.has_group(
                "crm_policy.group_specialist"
            ):
                raise AccessError(
                    self.env._("Only one's own contacts with customers can be logged.")
                )
        contacts = super().create(vals_list)
        contacts._filter_unofficial()._report()
        return contacts

    def write(self, vals):
        changed = set(self._evidence_fields).intersection(vals)
        for contact in self:
            for name in changed:
                if not self._guarded_equal(contact, name, vals[name]):
                    raise UserError(
                        self.env._(
                            "%s of a logged contact cannot be changed: log the contact "
                            "again.",
                            self._fields[name]._description_string(self.env),
                        )
                    )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_logged(self):
        raise UserError(
            self.env._(
                "Logged contacts with customers are kept: they cannot be deleted."
            )
        )

    # -------------------------------------------------------- official channel

    def _filter_unofficial(self):
        """Return the contacts over a channel that the company has not assigned."""
        # sudo: the register of channels is compared whoever logs
        contacts = self.sudo().filtered("type_id.assigned")
        channels = (
            self.env["crm.contact.channel"]
            .sudo()  # sudo: as above
            .search(
                [
                    ("user_id", "in", contacts.user_id.ids),
                    ("type_id", "in", contacts.type_id.ids),
                ]
            )
            .grouped(lambda channel: (channel.user_id, channel.type_id))
        )
        found = self.browse()
        for contact in contacts:
            date = contact.company_id._policy_date(contact.date)
            own = channels.get((contact.user_id, contact.type_id))
            own = own.filtered(lambda c, day=date: c._assigned_on(day)) if own else None
            if not own or not contact._uses_one_of(own):
                found |= self.browse(contact.id)
        return found

    def _uses_one_of(self, channels):
        self.ensure_one()
        if self.channel_id:
            return self.channel_id in channels
        key = channels._account_key(self.account)
        # None named: the person's assigned one is meant.
        return not key or key in channels.mapped("account_key")

    def _report(self):
        """Raise an incident for the office for each contact over another channel."""
        for company, contacts in self.grouped("company_id").items():
            # sudo: the office is told whether or not the reporter may file incidents
            incidents = self.env["crm.data.incident"].sudo().with_company(company)
            raised = incidents._raise_incidents("channel", contacts._findings())
            for contact, incident in zip(contacts, raised, strict=True):
                contact._write_guarded({"official": False, "incident_id": incident.id})

    def _findings(self):
        """Return what the office is told of each contact."""
        return [
            (
                self.env._(
                    "%(user)s contacted %(customer)s by %(channel)s over "
                    "%(account)s, which the company has not assigned.",
                    user=contact.user_id.name,
                    customer=contact.partner_id.display_name,
                    channel=contact.type_id.name,
                    account=contact.account
                    or contact.channel_id.account
                    or self.env._("an unnamed number or account"),
                ),
                # sudo: names the person concerned
                contact.user_id.with_company(contact.company_id).sudo().employee_id,
                contact.customer_id,
            )
            for contact in self
        ]

    # --------------------------------------------------------------- retention

    @api.model
    def _erase_unused(self, company, months, limit):
        """Empty what was said in contacts so many months ago (GAP-95).

        That there was a contact, when and over which channel, stays on record.

        :return: number of contacts
        """
        before = company._policy_today() - relativedelta(months=months)
        contacts = self.with_context(tracking_disable=True).search(
            [
                ("company_id", "=", company.id),
                ("date", "<", before),
                ("summary", "!=", MASK),
            ],
            limit=limit,
        )
        contacts.message_ids.unlink()
        contacts.write({"summary": MASK})
        return len(contacts)

    # ------------------------------------------------------------ for programs

    @api.model
    @arguments(vals=VALUES)
    def log_contact(self, vals):
        """Log a contact with a customer; safe to repeat with a client reference.

        :param dict vals: ``partner_id``, ``channel`` (code of the kind of channel),
            ``summary``; optional ``date`` (UTC, default now), ``direction`` (out, in),
            ``account`` (number or account used; one that is not assigned raises an
            incident), ``client_reference``
        :return: dict with ``id``, ``official`` and ``incident_id`` (0 when none)
        :raises UserError: unknown kind of channel or key
        """
        unknown = set(vals) - {
            *("partner_id", "channel", "summary", "date", "direction", "account"),
            "client_reference",
        }
        if unknown:
            raise UserError(
                self.env._(
                    "Unknown in a contact: %s.", format_list(self.env, sorted(unknown))
                )
            )
        contact = self._find_contact(vals.get("client_reference"))
        if not contact:
            contact = self.create(self._prepare_log_vals(vals))
        return {
            "id": contact.id,
            "official": contact.official,
            "incident_id": contact.incident_id.id or 0,
        }

    @api.model
    def _find_contact(self, reference):
        if not reference:
            return self.browse()
        return self.search(
            [
                ("client_reference", "=", reference),
                ("company_id", "=", self.env.company.id),
            ]
        )

    @api.model
    def _prepare_log_vals(self, vals):
        channel_type = self.env["crm.contact.channel.type"].search(
            [("code", "=", vals.get("channel"))]
        )
        if not channel_type:
            raise UserError(
                self.env._(
                    "“%s” is not a kind of contact channel.", vals.get("channel")
                )
            )
        res = {key: value for key, value in vals.items() if key != "channel"}
        return {**res, "type_id": channel_type.id}
