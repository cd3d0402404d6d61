"""Consent of a person to the use of personal data (GAP-75, ARC-90).

One record per person, purpose and channel: given, and perhaps withdrawn later. What was
said stays as evidence; a change of mind is a withdrawal or a new consent. Nobody has
the right to create, edit or delete one: `give` and `withdraw` do.
"""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.crm_policy.models.arguments import DAY, RECORD, TEXT, arguments

CHANNELS = [
    ("any", "Any channel"),
    ("phone", "Phone"),
    ("sms", "Text message"),
    ("wechat", "WeChat"),
    ("email", "Email"),
    ("post", "Post"),
    ("visit", "Visit"),
]


class CrmConsent(models.Model):
    _name = "crm.consent"
    _description = "Consent of a Person"
    _inherit = ["mail.thread", "crm.customer.visible.mixin"]
    _order = "given_date desc, id desc"
    _mail_post_access = "read"

    _customer_field = "partner_id"
    partner_id = fields.Many2one(
        "res.partner",
        string="Person",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    customer_id = fields.Many2one(
        related="partner_id.crm_customer_id", store=True, index="btree_not_null"
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    purpose_id = fields.Many2one(
        "crm.consent.purpose",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    channel = fields.Selection(CHANNELS, required=True, readonly=True, default="any")
    given_date = fields.Date(string="Given On", required=True, readonly=True)
    given_how = fields.Selection(
        [
            ("form", "Signed form"),
            ("agreement", "Agreement"),
            ("online", "Online"),
            ("spoken", "Spoken, recorded"),
            ("email", "Email"),
        ],
        string="Given By",
        required=True,
        readonly=True,
    )
    evidence = fields.Binary(readonly=True, attachment=True)
    evidence_filename = fields.Char(readonly=True)
    withdrawn_date = fields.Date(string="Withdrawn On", readonly=True, tracking=True)
    withdrawn_how = fields.Text(readonly=True)
    recorded_by_id = fields.Many2one("res.users", readonly=True, index=True)
    in_force = fields.Boolean(compute="_compute_in_force", store=True)
    note = fields.Text()

    _one_in_force = models.UniqueIndex(
        "(partner_id, purpose_id, channel, company_id) WHERE withdrawn_date IS NULL",
        "This consent has already been given and not been withdrawn.",
    )

    @api.depends("withdrawn_date")
    def _compute_in_force(self):
        for consent in self:
            consent.in_force = not consent.withdrawn_date

    @api.depends("partner_id", "purpose_id")
    def _compute_display_name(self):
        for consent in self:
            consent.display_name = (
                f"{consent.partner_id.name or ''}: {consent.purpose_id.name or ''}"
            )

    # --------------------------------------------------------------- lifecycle

    @api.model
    @arguments(
        partner_id=RECORD,
        purpose=TEXT,
        how=TEXT,
        channel=TEXT,
        date=DAY,
        note=TEXT,
        evidence=TEXT,
        evidence_filename=TEXT,
    )
    def give(
        self,
        partner_id,
        purpose,
        how,
        channel="any",
        date=None,
        note=None,
        evidence=None,
        evidence_filename=None,
    ):
        """Note that a person consents to a use of personal data.

        :param partner_id: id of the contact or private customer
        :param purpose: code of a ``crm.consent.purpose``
        :param how: form, agreement, online, spoken or email
        :param channel: any, phone, sms, wechat, email, post or visit
        :param date: day it was given; today by default, never in the future
        :param evidence: base64 of a scan or a recording, with ``evidence_filename``
        :return: id of the consent; the one in force when it was given before
        :raises UserError: unknown purpose, or a company instead of a person
        :raises ValidationError: date in the future, file that is not what it says
        """
        partner = self.env["res.partner"].browse(partner_id)
        partner.check_access("write")
        if partner.is_company:
            raise UserError(
                self.env._("%s is a company: persons consent.", partner.display_name)
            )
        kind = self.env["crm.consent.purpose"].search([("code", "=", purpose)], limit=1)
        if not kind:
            raise UserError(self.env._("“%s” is no purpose of personal data.", purpose))
        known = self._given_before(partner, kind, channel)
        if known:
            return known.id
        given = self._past_date(date, partner)
        if evidence:
            scan = self.env.ref("crm_customer_archive.document_type_confidentiality")
            self.env["crm.customer.document"]._check_file(
                evidence, evidence_filename, scan
            )
        # sudo: nobody has create rights, so that every consent comes through here
        consent = self.sudo().create(
            {
                "partner_id": partner.id,
                "purpose_id": kind.id,
                "channel": channel,
                "given_date": given,
                "given_how": how,
                "note": note,
                "evidence": evidence,
                "evidence_filename": evidence_filename,
                "recorded_by_id": self.env.uid,
            }
        )
        return consent.id

    @api.model
    def _given_before(self, partner, purpose, channel):
        """Return the consent in force that says the same."""
        return self.search(
            [
                ("partner_id", "=", partner.id),
                ("purpose_id", "=", purpose.id),
                ("channel", "=", channel),
                ("company_id", "=", self.env.company.id),
                ("in_force", "=", True),
            ],
            limit=1,
        )

    @api.model
    def _past_date(self, date, partner):
        today = self.env.company._policy_today()
        value = fields.Date.to_date(date) or today
        if value > today:
            raise ValidationError(
                self.env._(
                    "%(person)s: the date %(date)s lies in the future.",
                    person=partner.display_name,
                    date=value,
                )
            )
        return value

    @api.model
    def _erase_unused(self, company, months, limit):
        """Delete consents withdrawn so many months ago; returns how many."""
        before = company._policy_today() - relativedelta(months=months)
        consents = self.search(
            [("company_id", "=", company.id), ("withdrawn_date", "<", before)],
            limit=limit,
        )
        count = len(consents)
        consents.unlink()
        return count

    # ----------------------------------------------------------------- actions

    @arguments(how=TEXT, date=DAY)
    def withdraw(self, how, date=None):
        """Note that persons take their consent back.

        :param how: in what way they said so; required
        :param date: day of it; today by default, never in the future
        :return: True; withdrawing twice changes nothing
        """
        if not (how or "").strip():
            raise UserError(self.env._("Say how the consent was withdrawn."))
        for consent in self.filtered("in_force"):
            consent.partner_id.check_access("write")
            day = consent._past_date(date, consent.partner_id)
            if day < consent.given_date:
                raise ValidationError(
                    self.env._(
                        "%s: a consent cannot be withdrawn before it was given.",
                        consent.display_name,
                    )
                )
            # sudo: nobody has write rights, as above
            consent.sudo().write({"withdrawn_date": day, "withdrawn_how": how})
        return True
