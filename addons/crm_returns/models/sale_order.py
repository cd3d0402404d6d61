"""Returns of a sale order."""

from odoo import fields, models
from odoo.exceptions import UserError

from .sale_order_line import RESERVING_STATES

# States of a return that needs its order: goods are promised, or not settled yet.
NEEDING_STATES = (*RESERVING_STATES, "in_warehouse", "in_quality", "with_accounting")


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

    def write(self, vals):
        if vals.get("state") == "cancel":
            self._check_no_return_under_way()
        return super().write(vals)

    def _check_no_return_under_way(self):
        """Raise when goods of these orders are being returned (RET-62).

        :raises UserError: names order and return
        """
        # sudo: a return binds also who may not read it
        line = (
            self.env["crm.return.line"]
            .sudo()
            .search(
                [
                    ("sale_order_id", "in", self.ids),
                    ("return_state", "in", NEEDING_STATES),
                ],
                limit=1,
            )
        )
        if line:
            raise UserError(
                self.env._(
                    "Order %(order)s cannot be cancelled: its goods are coming back "
                    "on return %(document)s, which is not settled yet.",
                    order=line.sale_order_id.name,
                    document=line.return_id.name,
                )
            )

    def action_view_returns(self):
        """Open the returns of goods of this order."""
        self._policy_require_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_returns.action_crm_return"
        )
        action["domain"] = [("line_ids.sale_order_id", "=", self.id)]
        action["context"] = {
            "default_partner_id": self.partner_id.commercial_partner_id.id
        }
        return action
