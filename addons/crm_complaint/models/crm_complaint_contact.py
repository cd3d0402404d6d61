"""What is said to and heard from the customer about a complaint.

Keeping in contact, the first response, the result (CMP-10, CMP-39, CMP-136, CMP-161 to
CMP-169). Customers see these entries on the portal, and nothing else of the inside.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.crm_policy.models.arguments import FLAG, TEXT, arguments, check_values


class CrmComplaintContact(models.Model):
    """One message between the house and the customer; kept as it was said."""

    _name = "crm.complaint.contact"
    _inherit = ["crm.complaint.child", "crm.guard.mixin"]
    _description = "Contact with the Complainant"
    _order = "date desc, id desc"
    _guarded_fields = ("mailed", "user_id", "from_portal")

    complaint_id = fields.Many2one(required=True)
    company_id = fields.Many2one(related="complaint_id.company_id", store=True)
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    direction = fields.Selection(
        [("out", "To the Customer"), ("in", "From the Customer")],
        required=True,
        default="out",
    )
    kind = fields.Selection(
        [
            ("information", "Information"),
            ("question", "Question"),
            ("result", "Result"),
        ],
        required=True,
        default="information",
        help="A result is told only after the decision (CMP-50, GAP-12).",
    )
    channel = fields.Selection(
        [
            ("phone", "Telephone"),
            ("email", "E-mail"),
            ("letter", "Letter"),
            ("visit", "On Site"),
            ("portal", "Customer Portal"),
            ("chat", "Chat"),
        ],
        required=True,
        default="phone",
    )
    text = fields.Text(required=True)
    user_id = fields.Many2one(
        "res.users",
        "By",
        default=lambda self: self.env.user,
        index="btree_not_null",
    )
    from_portal = fields.Boolean(
        help="The customer wrote it on the portal, or answered by e-mail."
    )
    mailed = fields.Boolean("Sent by E-mail")

    @api.depends("date", "direction")
    def _compute_display_name(self):
        labels = dict(self._fields["direction"]._description_selection(self.env))
        for contact in self:
            contact.display_name = f"{contact.date} · {labels.get(contact.direction)}"

    @api.model
    def _guarded_initial(self, name):
        # Whoever enters it is the author; nobody is entered for somebody else.
        return self.env.uid if name == "user_id" else super()._guarded_initial(name)

    @api.model_create_multi
    def create(self, vals_list):
        contacts = super().create(vals_list)
        contacts._check_writer()
        contacts._check_result()
        out = contacts.filtered(lambda contact: contact.direction == "out")
        out.complaint_id._set_first_response()
        return contacts

    def write(self, vals):
        if not self._guard_open_fields():
            raise AccessError(
                self.env._("What was said to or by the customer is kept as it is.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence_kept(self):
        if self.complaint_id.filtered(lambda complaint: complaint.state != "draft"):
            raise UserError(
                self.env._("What was said to or by the customer is kept as it is.")
            )

    def _check_writer(self):
        """Only who handles the complaint, or its salesperson, speaks for the house."""
        if self.env.su:
            return
        for complaint in self.complaint_id:
            complaint._check_may_contact()

    def _check_result(self):
        """No result is told before the decision (CMP-50)."""
        results = self.filtered(
            lambda contact: contact.direction == "out" and contact.kind == "result"
        )
        results.complaint_id._check_result_open()

    def action_send(self):
        """Send entries to the customer by e-mail, in a mail of their own.

        :raises UserError: nothing to the customer, no address, or sent already
        """
        template = self.env.ref("crm_complaint.mail_template_answer")
        for contact in self:
            contact._check_writer()
            # sudo: the address only
            address = contact.complaint_id.sudo()._receipt_address()
            if contact.direction != "out" or contact.mailed or not address:
                raise UserError(
                    self.env._(
                        "Only an entry to a customer with an e-mail address is sent, "
                        "and once."
                    )
                )
            # sudo: the template is data nobody need be able to read
            template.sudo().send_mail(contact.id)
        return self._write_guarded({"mailed": True})


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    contact_ids = fields.One2many(
        "crm.complaint.contact", "complaint_id", "Contact with the Customer"
    )

    @arguments(text=TEXT, kind=TEXT, channel=TEXT, mail=FLAG)
    def tell_customer(self, text, kind="information", channel="phone", mail=False):
        """Record what the customer was told, and send it by e-mail if asked.

        :param text: the words; required
        :param kind: information, question or result (only after the decision)
        :param channel: phone, email, letter, visit, portal or chat
        :param mail: send it to the complainant's address
        :return: ids of the entries
        :raises UserError: no text, a result before the decision, no address
        """
        if not (text or "").strip():
            raise UserError(self.env._("Write down what the customer is told."))
        Contact = self.env["crm.complaint.contact"]
        check_values(Contact, {"kind": kind, "channel": channel})
        contacts = Contact.create(
            [
                {
                    "complaint_id": complaint.id,
                    "text": text,
                    "kind": kind,
                    "channel": "email" if mail else channel,
                }
                for complaint in self
            ]
        )
        if mail:
            contacts.action_send()
        return contacts.ids

    def _keep_incoming(self, text, channel):
        """Keep what the customer wrote, and tell the salesperson."""
        text = (text or "").strip().replace("\x00", "")
        if not text:
            return
        # sudo: customers and the mail gateway have no rights on complaints
        contacts = (
            self.env["crm.complaint.contact"]
            .sudo()
            .create(
                [
                    {
                        "complaint_id": complaint.id,
                        "direction": "in",
                        "channel": channel,
                        "text": text,
                    }
                    for complaint in self
                ]
            )
        )
        contacts._write_guarded({"from_portal": True, "user_id": False})
        for complaint in self.sudo():  # sudo: as above
            user = complaint.routing_user_id or complaint.user_id
            if user.active and not user.share:
                complaint.activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=self.env._("The customer has answered"),
                    user_id=user.id,
                )

    def _check_may_contact(self):
        """Raise unless the user is the salesperson, the holder or of the office."""
        self.ensure_one()
        self.check_access("read")
        if self.env.user in (self.user_id, self.create_uid) or self.env.user.has_group(
            "crm_policy.group_specialist"
        ):
            return
        self._check_holder()

    def _check_result_open(self):
        """Raise unless the customer may be told the result (CMP-50, GAP-12)."""
        for complaint in self:
            if complaint.flow == "ticket" and complaint.state in (
                "executed",
                "answered",
                "closed",
            ):
                continue
            if complaint.not_substantiated and complaint.state in (
                "not_substantiated",
                "collecting",
                "invalid",
                "closed",
            ):
                continue
            complaint._approval_require("decision")
