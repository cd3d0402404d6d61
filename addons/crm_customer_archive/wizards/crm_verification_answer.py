"""Asks for the values a customer reported as changed."""

from odoo import api, fields, models

# Values shown; those left as they are do not change.
VALUES = (
    "name",
    "credit_code",
    "legal_representative",
    "street",
    "city",
    "phone",
    "email",
    "main_contact_name",
    "main_contact_phone",
    "main_contact_function",
    "main_contact_email",
)


class CrmVerificationAnswer(models.TransientModel):
    _name = "crm.customer.verification.answer"
    _description = "Changes a Customer Reported"

    verification_id = fields.Many2one("crm.customer.verification", required=True)
    method = fields.Selection(
        selection=lambda self: (
            self.env["crm.customer.verification"]
            ._fields["method"]
            ._description_selection(self.env)
        ),
        required=True,
    )
    answered_by = fields.Char()
    note = fields.Text()
    name = fields.Char()
    credit_code = fields.Char(string="Unified Social Credit Code")
    legal_representative = fields.Char()
    street = fields.Char()
    city = fields.Char()
    phone = fields.Char()
    email = fields.Char()
    main_contact_name = fields.Char(string="Main Contact")
    main_contact_phone = fields.Char(string="Contact's Phone")
    main_contact_function = fields.Char(string="Contact's Position")
    main_contact_email = fields.Char(string="Contact's Email")

    @api.model
    def default_get(self, fields):
        res = super().default_get(fields)
        line = self.env["crm.customer.verification"].browse(res.get("verification_id"))
        if line:
            res["method"] = line.method or "phone"
            res.update({name: line.partner_id[name] for name in VALUES})
        return res

    def action_apply(self):
        """Record the answer with the values that differ from the file."""
        self.ensure_one()
        line = self.verification_id
        customer = line.partner_id
        values = {
            name: self[name] or ""
            for name in VALUES
            if (self[name] or "") != (customer[name] or "")
        }
        line.action_answer(
            "changed",
            by=self.method,
            values=values,
            note=self.note,
            answered_by=self.answered_by,
        )
        return {"type": "ir.actions.act_window_close"}
