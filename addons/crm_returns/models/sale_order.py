"""Returns of a sale order."""

from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    return_count = fields.Integer(compute="_compute_return_count")

    def _compute_return_count(self):
        counts = {}
        if self.env["crm.return.line"].has_access("read"):
            counts = dict(
                self.env["crm.return.line"]._read_group(
                    [("sale_order_id", "in", self.ids)],
                    ["sale_order_id"],
                    ["return_id:count_distinct"],
                )
            )
        for order in self:
            order.return_count = counts.get(order, 0)

    def action_view_returns(self):
        """Open the returns of goods of this order."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_returns.action_crm_return"
        )
        action["domain"] = [("line_ids.sale_order_id", "=", self.id)]
        action["context"] = {
            "default_partner_id": self.partner_id.commercial_partner_id.id
        }
        return action
