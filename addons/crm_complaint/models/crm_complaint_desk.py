"""Where complaints come in by e-mail: a desk with its own address (CMP-144, GAP-86)."""

from ast import literal_eval

from odoo import fields, models


class CrmComplaintDesk(models.Model):
    """An intake desk: e-mails to its address become draft complaints."""

    _name = "crm.complaint.desk"
    _inherit = ["mail.alias.mixin"]
    _description = "Complaint Desk"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    category_id = fields.Many2one(
        "crm.complaint.category",
        "Class",
        help="Proposed class of complaints that come in here.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Person in Charge",
        domain=[("share", "=", False)],
        help="Gets the complaints of customers without an account owner, and of "
        "senders nobody knows.",
    )

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id("crm.complaint")
        if self.id:
            values["alias_defaults"] = defaults = literal_eval(
                self.alias_defaults or "{}"
            )
            defaults["desk_id"] = self.id
        return values
