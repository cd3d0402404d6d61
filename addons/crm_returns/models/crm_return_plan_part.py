"""Parts a handling plan needs: issued to production with the rework (F-91)."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmReturnPlanPart(models.Model):
    """A part the rework of one thing needs (F-91)."""

    _name = "crm.return.plan.part"
    _inherit = ["crm.approval.line.mixin", "crm.guard.mixin"]
    _description = "Part of a Handling Plan"
    _guarded_fields = ("cost",)
    _approval_parent = "plan_id"

    plan_id = fields.Many2one(
        "crm.return.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    item_id = fields.Many2one(
        "crm.return.item",
        string="For Goods",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('plan_id', '=', plan_id), ('disposition', '=', 'rework')]",
    )
    product_id = fields.Many2one(
        "product.product",
        string="Part",
        required=True,
        ondelete="restrict",
        domain="[('type', '=', 'consu')]",
    )
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    quantity = fields.Float(
        default=1.0, required=True, digits="Product Unit", help="In the part's unit."
    )
    cost = fields.Monetary(
        compute="_compute_cost",
        store=True,
        help="At the cost of the part when planned, company currency.",
    )

    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0)", "The quantity of a part must be more than zero."
    )

    @api.depends("product_id", "quantity", "company_id")
    def _compute_cost(self):
        for part in self:
            # sudo: the cost of a part, also for who may not see costs of products
            product = part.product_id.sudo().with_company(part.company_id)
            part.cost = product.standard_price * part.quantity

    @api.constrains("item_id", "plan_id")
    def _check_item(self):
        for part in self:
            if part.item_id.plan_id != part.plan_id:
                raise ValidationError(
                    self.env._("A part is for a thing of its own plan.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        for plan in parts.plan_id:
            plan._check_plan_open()
        return parts

    def write(self, vals):
        for plan in self.plan_id:
            plan._check_plan_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        for plan in self.plan_id:
            plan._check_plan_open()

    def _prepare_repair_part(self, warehouse):
        return {
            "product_id": self.product_id.id,
            "product_uom": self.product_id.uom_id.id,
            "product_uom_qty": self.quantity,
            "repair_line_type": "add",
            "company_id": self.company_id.id,
        }
