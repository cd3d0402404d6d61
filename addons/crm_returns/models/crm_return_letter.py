"""What the customer is told of the end of a request (GAP-35, RET-16).

The reason of a refusal is said inside; the customer has an answer of his own, in his
language, by e-mail or as a printed letter.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from odoo.addons.crm_policy.models.arguments import TEXT, arguments

from .crm_return import OPEN_REQUEST_STATES

TELL = "crm_returns.mail_activity_type_tell"
# States in which the request has ended without goods coming back.
ENDED = ("not_eligible", "refused", "withdrawn")


class CrmReturn(models.Model):
    _inherit = "crm.return"

    _guarded_fields = (
        "letter_due",
        "letter_text",
        "letter_date",
        "letter_user_id",
        "letter_channel",
    )

    contact_partner_id = fields.Many2one(
        "res.partner",
        string="Contact Person",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Whom to talk and write to about this return; empty: the customer.",
    )
    letter_due = fields.Boolean(
        string="Customer To Be Told",
        readonly=True,
        copy=False,
        index=True,
        help="The request has ended and the customer was not told yet (GAP-35).",
    )
    letter_text = fields.Text(
        string="Answer to Customer",
        readonly=True,
        copy=False,
        help="What the customer was told, in his language; he reads it on the portal "
        "as well.",
    )
    letter_date = fields.Datetime(string="Told On", readonly=True, copy=False)
    letter_user_id = fields.Many2one(
        "res.users", string="Told By", readonly=True, copy=False
    )
    letter_channel = fields.Selection(
        [("email", "E-mail"), ("paper", "Printed letter")],
        string="Told Through",
        readonly=True,
        copy=False,
    )

    @api.constrains("contact_partner_id", "partner_id")
    def _check_contact_partner(self):
        for record in self:
            # sudo: whose contact it is decides, also for who cannot open it
            contact = record.sudo().contact_partner_id
            if contact and contact.commercial_partner_id != record.partner_id:
                raise UserError(
                    self.env._(
                        "Contact Person: %s is not of this customer.", contact.name
                    )
                )

    def _letter_partner(self):
        """Return who gets the letter, in sudo."""
        self.ensure_one()
        document = self.sudo()  # sudo: name, address and language only
        return document.contact_partner_id or document.partner_id

    def _letter_lang(self):
        """Return the language of the customer, else of the company."""
        partner = self._letter_partner()
        company = self.sudo().company_id  # sudo: the language only
        return partner.lang or company.partner_id.lang or self.env.lang

    def _letter_address(self):
        return email_normalize(self._letter_partner().email or "")

    def _owe_letter(self):
        """Note that the customer is to be told, on the salesperson's list."""
        for record in self:
            record._write_guarded({"letter_due": True})
            # sudo: whoever decides puts it on the list of who looks after it
            document = record.sudo()
            if document.user_id.active and not document.user_id.share:
                document.activity_schedule(
                    TELL,
                    user_id=document.user_id.id,
                )

    @arguments(text=TEXT, channel=TEXT)
    def action_tell_customer(self, text, channel="email"):
        """Answer the customer and keep what he was told (GAP-35, RET-16).

        :param text: the answer, in the customer's language; nothing of the inside
        :param channel: "email" (sent at once) or "paper" (printed and handed over)
        :return: True
        :raises UserError: no text, the request has not ended, or no e-mail address
        :raises AccessError: somebody else looks after the return
        """
        if not (text or "").strip():
            raise UserError(self.env._("Answer to Customer: write what he is told."))
        if channel not in ("email", "paper"):
            raise UserError(
                self.env._("channel: “email” or “paper”, not “%s”.", channel)
            )
        self.check_access("write")
        for record in self:
            record._check_salesperson()
            record._check_transition_state(ENDED)
            if channel == "email" and not record._letter_address():
                raise UserError(
                    self.env._(
                        "%s has no e-mail address: print the letter instead.",
                        record._letter_partner().name,
                    )
                )
            record._write_guarded(
                {
                    "letter_due": False,
                    "letter_text": text.strip(),
                    "letter_date": fields.Datetime.now(),
                    "letter_user_id": self.env.uid,
                    "letter_channel": channel,
                }
            )
            if channel == "email":
                # sudo: a template nobody need be able to read
                self.env.ref("crm_returns.mail_template_letter").sudo().send_mail(
                    record.id
                )
        # sudo: the task is done, whoever had it on the list
        self.sudo().activity_feedback([TELL])
        return True

    def _letter_outcome(self):
        """Return what the letter says: “kept”, “declined”, “open” or “accepted”."""
        self.ensure_one()
        if self.state == "withdrawn":
            return "kept"
        if self.state in ENDED:
            return "declined"
        undecided = self.state in OPEN_REQUEST_STATES and self.state != "approved"
        return "open" if undecided else "accepted"

    # ---------------------------------------------------------------- effects

    def _approval_refused(self, step, comment):
        res = super()._approval_refused(step, comment)
        if step != "excess":
            self._owe_letter()
        return res

    def _message_subscribe(self, partner_ids=None, subtype_ids=None, customer_ids=None):
        """Only own people follow a return: what is said inside stays inside."""
        partners = self.env["res.partner"].browse(partner_ids or ())
        # sudo: who has a login of the house, not the persons' data
        insiders = partners.filtered(lambda partner: not partner.sudo().partner_share)
        if not insiders:
            return True
        return super()._message_subscribe(insiders.ids, subtype_ids, customer_ids)
