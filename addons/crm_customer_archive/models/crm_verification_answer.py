"""The customer's own answer: the e-mail with its link, and the values that changed."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import email_normalize, format_list, hash_sign, verify_hash_signed

from .crm_verification import OPEN_STATES

# A link of ours signed for this purpose is of no use for any other.
SCOPE = "crm_customer_archive.verification"
LONGEST = 500
# How the values follow each other on the page the customer answers.
PAGE_ORDER = (
    *("name", "legal_representative", "credit_code", "phone", "email", "website"),
    *("state_id", "city", "street", "street2", "zip"),
    *("main_contact_name", "main_contact_function", "main_contact_phone"),
    "main_contact_email",
)


def _place(field):
    """Place of a value on the customer's page: as on paper, others last."""
    known = field.name in PAGE_ORDER
    return (PAGE_ORDER.index(field.name) if known else len(PAGE_ORDER), field.name)


class CrmVerification(models.Model):
    _inherit = "crm.customer.verification"

    # ------------------------------------------------------------------- sending

    def _answer_email(self):
        """Return the address the customer is asked at: main contact, else company."""
        self.ensure_one()
        customer = self.partner_id
        return email_normalize(customer.main_contact_email) or email_normalize(
            customer.email
        )

    def action_send_emails(self):
        """Send each customer an e-mail with a link to confirm or correct its data.

        The mails go out through the mail queue. An earlier link stops working.

        :return: number of mails queued
        :raises UserError: none of the customers has an e-mail address
        """
        self._check_verifier()
        self._check_open()
        reachable = self.filtered(lambda line: line._answer_email())
        if not reachable:
            raise UserError(
                self.env._("None of these customers has an e-mail address (Email).")
            )
        now = fields.Datetime.now()
        for number, lines in reachable.grouped("link_number").items():
            lines._write_guarded(
                {"link_number": number + 1, "email_sent_on": now, "method": "email"}
            )
        reachable.action_contact()
        template = self.env.ref("crm_customer_archive.mail_template_verification")
        # sudo: the template may not be the user's to read
        template.sudo().send_mail_batch(reachable.ids, force_send=False)
        return len(reachable)

    def action_send(self):
        """Send the e-mails and say how many were queued."""
        count = self.action_send_emails()
        left = len(self) - count
        message = self.env._("%s e-mails queued.", count)
        if left:
            message = self.env._(
                "%(count)s e-mails queued; %(left)s customers have no address.",
                count=count,
                left=left,
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "warning" if left else "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    # -------------------------------------------------------------------- link

    def _answer_token(self):
        """Return the signed, expiring key of the last link sent."""
        self.ensure_one()
        rule = self.env["crm.customer.verification.rule"]._for_company(self.company_id)
        return hash_sign(
            self.sudo().env,  # sudo: the database's secret signs, nobody sees it
            SCOPE,
            [self.id, self.link_number],
            expiration_hours=24 * (rule.link_days or 30),
        )

    def _answer_url(self):
        """Return the address of the page for this customer."""
        return f"{self.get_base_url()}/customer/verification/{self._answer_token()}"

    @api.model
    def _from_token(self, token):
        """Return the line a link is for; empty: wrong, expired or replaced.

        sudo: the signature is the permission of whoever holds the link.
        """
        try:
            # sudo: the secret of the database, to check the signature
            values = verify_hash_signed(self.sudo().env, SCOPE, token)
        except (ValueError, IndexError):
            return self.browse()
        if not values:
            return self.browse()
        # sudo: as above
        line = self.sudo().browse(values[0]).exists()
        return line if line.link_number == values[1] else self.browse()

    def _answer_fields(self):
        """Return [(field name, label, present value)] the customer may correct."""
        self.ensure_one()
        rule = self.env["crm.customer.verification.rule"]._for_company(self.company_id)
        customer = self.partner_id.sudo()  # sudo: shown to the customer itself
        return [
            (
                field.name,
                customer._fields[field.name]._description_string(self.env),
                customer[field.name] or "",
            )
            for field in rule.field_ids.sorted(_place)
        ]

    def _answer_from_link(self, values, answered_by, note):
        """Take the customer's answer; ``values`` by field name, all that were shown.

        :raises ValidationError: a value too long or not acceptable
        """
        self.ensure_one()
        self._check_open()
        present = {name: value for name, _label, value in self._answer_fields()}
        changed = {
            name: text.strip()
            for name, text in values.items()
            if name in present and text.strip() != present[name].strip()
        }
        for text in (*changed.values(), answered_by or "", note or ""):
            if len(text) > LONGEST:
                raise ValidationError(
                    self.env._("A value has at most %s characters.", LONGEST)
                )
        vals = {
            "outcome": "changed" if changed or (note or "").strip() else "no_change",
            "answered_by": (answered_by or "").strip() or False,
        }
        # Whoever verifies the customer answers for what the customer wrote.
        person = self.user_id or self.partner_id.user_id
        if changed:
            vals.update(self._apply_values(changed, person))
        self._write_guarded(
            {"method": "email", "note": (note or "").strip() or self.note}
        )
        self._verify(vals)
        if vals["outcome"] == "changed" and person:
            self._tell_person(person)

    def _tell_person(self, person):
        """Tell the designated person that the customer reported changes."""
        self.message_notify(
            partner_ids=person.partner_id.ids,
            subject=self.env._(
                "%s answered the verification with changes",
                self.partner_id.display_name,
            ),
            body=self.changes_text or self.note or "",
        )

    # ------------------------------------------------------------------ values

    def _apply_values(self, values, user):
        """Write ordinary values, stage protected ones; return what to record.

        :param values: new values by field name of the customer file
        :param user: in whose name protected values are asked to change
        :raises UserError: not a value of the file
        """
        self.ensure_one()
        customer = self.partner_id
        ordinary, protected = self._split_values(values)
        texts = self._value_texts({**ordinary, **protected})
        vals = {}
        if ordinary:
            # sudo: the answer of the customer, within the list of plain values
            customer.sudo().write(ordinary)
        if protected:
            reason = self.env._("Verification %s", self.round_id.name)
            change_ids = customer.with_user(user).request_change(protected, reason)
            # sudo: to name the changes on the line
            changes = self.env["crm.customer.change"].sudo().browse(change_ids)
            vals["change_numbers"] = ", ".join(changes.mapped("display_name"))
        vals["changes_text"] = "\n".join(texts)
        return vals

    def _split_values(self, values):
        """Return (ordinary, protected) values; both plain texts of the file."""
        customer = self.partner_id
        allowed = set(self._plain_values())
        unknown = set(values) - allowed
        if unknown:
            raise UserError(
                self.env._(
                    "Not to be changed by a verification: %s.",
                    format_list(self.env, sorted(unknown)),
                )
            )
        kinds = customer._protected_kinds()
        protected = {name: value for name, value in values.items() if name in kinds}
        ordinary = {name: value for name, value in values.items() if name not in kinds}
        return ordinary, protected

    @api.model
    def _plain_values(self):
        """Return the names of the values a verification may correct."""
        return (
            "name",
            "credit_code",
            "legal_representative",
            "street",
            "street2",
            "city",
            "zip",
            "phone",
            "email",
            "website",
            "main_contact_name",
            "main_contact_phone",
            "main_contact_function",
            "main_contact_email",
        )

    def _value_texts(self, values):
        customer = self.partner_id.sudo()  # sudo: old values, kept beside the new ones
        return [
            self.env._(
                "%(field)s: %(old)s → %(new)s",
                field=customer._fields[name]._description_string(self.env),
                old=customer[name] or "-",
                new=value or "-",
            )
            for name, value in values.items()
        ]

    def _answer_possible(self):
        """Tell whether the link can still be answered."""
        return self.state in OPEN_STATES and self.round_id.state == "open"
