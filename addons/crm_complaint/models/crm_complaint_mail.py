"""Complaints by e-mail: what comes in, and the receipt that goes out.

A mail that cannot be understood still becomes a draft (GAP-86): whatever of it cannot
be used is left out and named in the history. Answers to a complaint's mails are kept
with the complaint. Receipts carry the headers of an automatic mail and are limited per
address and day, so that two machines cannot keep each other busy.
"""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import email_normalize, format_list, html2plaintext
from odoo.tools.mail import email_split_tuples

_logger = logging.getLogger(__name__)

# Standard headers of automatic mails: other machines do not answer them.
AUTOMATIC = {
    "Auto-Submitted": "auto-replied",
    "Precedence": "bulk",
    "X-Auto-Response-Suppress": "All",
}


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    _primary_email = "complainant_email"
    _guarded_fields = ("receipt_at",)

    desk_id = fields.Many2one(
        "crm.complaint.desk", index="btree_not_null", readonly=True, copy=False
    )
    receipt_at = fields.Datetime(
        "Receipt Sent on", copy=False, help="When the customer was sent a receipt."
    )

    # --------------------------------------------------------------------- inbound

    @api.model
    def _detect_loop_sender_domain(self, email_from_normalized):
        """Recognise a flood by the exact address, which is indexed."""
        if not email_from_normalized:
            # No address: complaints by telephone are no flood of mails.
            return Domain.FALSE
        return [("complainant_email", "=", email_from_normalized)]

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Make a draft of an e-mail, understood or not."""
        self._clean_mail(msg_dict)
        custom_values = dict(custom_values or {})
        automatic = custom_values.pop("automatic_mail", False)
        desk = self.env["crm.complaint.desk"].browse(custom_values.get("desk_id") or ())
        dropped = self._limit_mail_attachments(msg_dict, desk.company_id)
        Complaint = self.with_company(desk.company_id or self.env.company)
        vals = {**custom_values, **self._prepare_mail_vals(msg_dict, desk)}
        notes = []
        if dropped:
            notes.append(
                self.env._("Files left out: %s", format_list(self.env, dropped))
            )
        if automatic:
            notes.append(self.env._("An automatic e-mail: no receipt was sent for it."))
        complaint = self.browse()
        try:
            with self.env.cr.savepoint():
                complaint = Complaint.create(vals)
                complaint.flush_recordset()
        except (AccessError, UserError, ValueError) as error:
            # The mail must not be lost: what is certain makes a draft as well.
            _logger.info("Complaint by e-mail reduced to a bare draft: %s", error)
            notes.append(
                self.env._("Some of this e-mail could not be used: %s", str(error))
            )
            complaint = Complaint.create(self._prepare_bare_mail_vals(vals))
        for note in notes:
            complaint.message_post(body=note)
        if not automatic:
            complaint._send_receipt()
        return complaint

    def message_update(self, msg_dict, update_vals=None):
        """Keep an answer of the customer with the complaint."""
        self._clean_mail(msg_dict)
        dropped = self._limit_mail_attachments(msg_dict, self[:1].company_id)
        author = self.env["res.partner"].browse(msg_dict.get("author_id") or ())
        if not author.user_ids.filtered(lambda user: not user.share):
            self._keep_incoming(html2plaintext(msg_dict.get("body") or ""), "email")
        if dropped:
            self.message_post(
                body=self.env._("Files left out: %s", format_list(self.env, dropped))
            )
        return super().message_update(msg_dict, update_vals)

    @api.model
    def _clean_mail(self, msg_dict):
        """Take out characters a text cannot hold."""
        for key in ("subject", "body", "email_from"):
            if isinstance(msg_dict.get(key), str):
                msg_dict[key] = msg_dict[key].replace("\x00", "")

    @api.model
    def _prepare_mail_vals(self, msg_dict, desk):
        """Return what an e-mail says of a complaint, as far as it says it."""
        [(name, address)] = email_split_tuples(msg_dict.get("email_from") or "")[
            :1
        ] or [("", "")]
        text = html2plaintext(msg_dict.get("body") or "").strip()
        subject = (msg_dict.get("subject") or "").strip()
        contact = self._mail_contact(msg_dict.get("author_id"), desk)
        customer = contact.commercial_partner_id
        vals = {
            "channel": "email",
            "desk_id": desk.id,
            "company_id": (desk.company_id or self.env.company).id,
            "category_id": desk.category_id.id,
            "partner_id": customer.id,
            "contact_id": contact.id if contact != customer else False,
            "complainant_name": name or contact.name or address,
            "complainant_email": email_normalize(address) or address,
            "description": "\n\n".join(filter(None, (subject, text)))
            or self.env._("(An e-mail without text)"),
        }
        owner = contact.user_id or customer.user_id or desk.user_id
        if owner:
            vals["user_id"] = owner.id
        if not (vals["complainant_name"] or vals["complainant_email"]):
            vals["complainant_name"] = self.env._("Unknown sender")
        return vals

    @api.model
    def _mail_contact(self, partner_id, desk):
        """Return the contact who wrote, if it can be a customer of the company."""
        contact = self.env["res.partner"].browse(partner_id or ()).exists()
        company = contact.company_id
        if contact.user_ids.filtered(lambda user: not user.share) or (
            company and desk.company_id and company != desk.company_id
        ):
            return self.env["res.partner"]
        return contact

    @api.model
    def _prepare_bare_mail_vals(self, vals):
        names = (
            "channel",
            "company_id",
            "desk_id",
            "complainant_name",
            "complainant_email",
            "description",
        )
        return {name: vals[name] for name in names if vals.get(name)}

    # ------------------------------------------------------------------- followers

    def _message_subscribe(self, partner_ids=None, subtype_ids=None, customer_ids=None):
        """Only own people follow a complaint: what is said inside stays inside."""
        partners = self.env["res.partner"].browse(partner_ids or ())
        # sudo: who has a login of the house, not the persons' data
        insiders = partners.filtered(lambda partner: not partner.sudo().partner_share)
        if not insiders:
            return True
        return super()._message_subscribe(insiders.ids, subtype_ids, customer_ids)

    # --------------------------------------------------------------------- receipt

    def _receipt_address(self):
        self.ensure_one()
        return self.complainant_email or self.contact_id.email or self.partner_id.email

    def _receipt_lang(self):
        """Return the language of the customer, else of the company."""
        self.ensure_one()
        # sudo: the language only
        document = self.sudo()
        return (
            document.contact_id.lang
            or document.partner_id.lang
            or document.company_id.partner_id.lang
            or self.env.lang
        )

    def _send_receipt(self):
        """Send a receipt, once, to complainants with an address."""
        template = self.env.ref(
            "crm_complaint.mail_template_receipt", raise_if_not_found=False
        )
        # sudo: choices of the company, and a template nobody need be able to read
        wanted = self.sudo().filtered(
            lambda complaint: (
                complaint.company_id.complaint_receipt
                and not complaint.receipt_at
                and email_normalize(complaint._receipt_address() or "")
            )
        )
        if not template or not wanted:
            return False
        now = fields.Datetime.now()
        known = wanted._receipts_today(now)
        own = wanted._own_addresses()
        sent = wanted.browse()
        for complaint in wanted:
            address = complaint.complainant_email
            if email_normalize(complaint._receipt_address()) in own:
                continue
            if known.get(address, 0) >= complaint.company_id.complaint_receipt_limit:
                _logger.info("No receipt for %s: too many to one address", complaint)
                continue
            known[address] = known.get(address, 0) + 1 if address else 0
            # sudo: the template is data nobody need be able to read
            template.sudo().send_mail(
                complaint.id, email_values={"headers": repr(AUTOMATIC)}
            )
            sent |= complaint
        if sent:
            sent._write_guarded({"receipt_at": now})
        return bool(sent)

    def _own_addresses(self):
        """Return those of the addresses that come back to us: receipts would loop."""
        addresses = [email_normalize(one._receipt_address()) for one in self]
        # sudo: which addresses are ours, nothing of the aliases is shown
        return self.env["mail.alias.domain"].sudo()._find_aliases(addresses)

    def _receipts_today(self, now):
        """Return how many receipts each of the addresses was sent within a day."""
        return dict(
            self._read_group(
                [
                    ("complainant_email", "in", self.mapped("complainant_email")),
                    ("receipt_at", ">", now - timedelta(days=1)),
                ],
                ["complainant_email"],
                ["__count"],
            )
        )
