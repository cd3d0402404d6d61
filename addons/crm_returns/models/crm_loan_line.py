"""What goes out on loan, to an exhibition or as a demo unit (SM-15)."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmLoanLine(models.Model):
    """One product, lot or machine that goes out. In the product's own unit."""

    _name = "crm.loan.line"
    _inherit = ["crm.approval.line.mixin"]
    _description = "Goods on Loan"
    _check_company_auto = True
    _approval_parent = "loan_id"

    loan_id = fields.Many2one("crm.loan", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="loan_id.company_id", store=True, index=True)
    product_id = fields.Many2one(
        "product.product",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('type', '=', 'consu')]",
    )
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    lot_id = fields.Many2one(
        "stock.lot",
        string="Lot/Serial Number",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        domain="[('product_id', '=', product_id)]",
    )
    quantity = fields.Float(default=1.0, required=True, digits="Product Unit")
    move_ids = fields.One2many("stock.move", "crm_loan_line_id", "Moves")

    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0)", "The quantity that goes out must be more than zero."
    )

    @api.depends("product_id", "loan_id")
    def _compute_display_name(self):
        for line in self:
            line.display_name = (
                f"{line.loan_id.display_name} · {line.product_id.display_name}"
            )

    def _check_lots(self):
        """Raise unless machines are named by their numbers, each once."""
        for line in self:
            product = line.product_id
            if product.tracking == "serial" and line.quantity != 1:
                raise UserError(
                    self.env._("%s: one line per serial number.", product.display_name)
                )
            if product.tracking != "none" and not line.lot_id:
                raise UserError(
                    self.env._(
                        "Lot/Serial Number of %s is missing.", product.display_name
                    )
                )
        serials = self.filtered(lambda line: line.product_id.tracking == "serial")
        if len(serials.lot_id) != len(serials):
            raise UserError(self.env._("A serial number goes out once."))
        others = self.search(
            [
                ("lot_id", "in", serials.lot_id.ids),
                ("id", "not in", self.ids),
                ("loan_id.state", "in", ("decision", "approved", "out", "in_transit")),
            ],
            limit=1,
        )
        if others:
            raise UserError(
                self.env._(
                    "Serial number %(lot)s goes out with %(loan)s already.",
                    lot=others.lot_id.name,
                    loan=others.loan_id.name,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        for loan in lines.loan_id:
            loan._check_transition_state(("draft",))
        return lines

    @api.ondelete(at_uninstall=False)
    def _unlink_except_out(self):
        for loan in self.loan_id:
            loan._check_transition_state(("draft",))
