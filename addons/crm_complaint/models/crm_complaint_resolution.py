"""What is proposed and decided for a complaint, line by line (CMP-38, CMP-46)."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmComplaintResolution(models.Model):
    """One resolution of a complaint: its kind, how much and what it costs.

    Lines are approved together with the complaint: changing one after the decision
    voids the decision. They are entered while the consolidated opinion is written.
    """

    _name = "crm.complaint.resolution"
    _inherit = ["crm.approval.line.mixin", "crm.guard.mixin"]
    _description = "Complaint Resolution"
    _order = "complaint_id, sequence, id"
    _approval_parent = "complaint_id"
    _positive_fields = ("quantity", "amount")

    complaint_id = fields.Many2one(
        "crm.complaint", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    kind_id = fields.Many2one(
        "crm.complaint.resolution.kind", required=True, ondelete="restrict"
    )
    kind_code = fields.Char(related="kind_id.code")
    product_id = fields.Many2one(related="complaint_id.product_id")
    quantity = fields.Float(
        digits="Product Unit", help="Quantity covered, in the product's unit."
    )
    uom_id = fields.Many2one(related="complaint_id.uom_id")
    amount = fields.Monetary(
        currency_field="claim_currency_id",
        help="Cost of this line in the currency of the claim.",
    )
    claim_currency_id = fields.Many2one(related="complaint_id.claim_currency_id")
    company_id = fields.Many2one(related="complaint_id.company_id", store=True)
    note = fields.Char()

    _quantity_positive = models.Constraint(
        "CHECK(quantity >= 0)", "The quantity of a resolution cannot be negative."
    )
    _amount_positive = models.Constraint(
        "CHECK(amount >= 0)", "The amount of a resolution cannot be negative."
    )

    @api.constrains("quantity", "kind_id", "complaint_id")
    def _check_quantity(self):
        for line in self:
            delivered = line.complaint_id.delivered_quantity
            if delivered and line.quantity > delivered:
                raise ValidationError(
                    self.env._(
                        "%(kind)s of %(quantity)s: only %(delivered)s were delivered.",
                        kind=line.kind_id.name,
                        quantity=line.quantity,
                        delivered=delivered,
                    )
                )

    @api.depends("kind_id", "complaint_id")
    def _compute_display_name(self):
        for line in self:
            line.display_name = (
                f"{line.complaint_id.display_name} · {line.kind_id.name}"
            )

    @api.model_create_multi
    def create(self, vals_list):
        complaints = self.env["crm.complaint"].browse(
            {vals["complaint_id"] for vals in vals_list if vals.get("complaint_id")}
        )
        complaints._check_step_fields({"resolution_ids": True})
        return super().create(vals_list)

    def write(self, vals):
        complaints = self.complaint_id
        if vals.get("complaint_id"):
            complaints |= complaints.browse(vals["complaint_id"])
        complaints._check_step_fields({"resolution_ids": True})
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_other_step(self):
        self.complaint_id._check_step_fields({"resolution_ids": True})
