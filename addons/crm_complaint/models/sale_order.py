"""Complaints about a sale order."""

from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    complaint_ids = fields.One2many("crm.complaint", "sale_order_id", "Complaints")
    complaint_count = fields.Integer(compute="_compute_complaint_count")

    def _compute_complaint_count(self):
        counts = {}
        if self.env["crm.complaint"].has_access("read"):
            counts = dict(
                self.env["crm.complaint"]._read_group(
                    [("sale_order_id", "in", self.ids)], ["sale_order_id"], ["__count"]
                )
            )
        for order in self:
            order.complaint_count = counts.get(order, 0)

    def action_view_complaints(self):
        """Open the complaints about this order."""
        self._policy_require_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_complaint.action_crm_complaint"
        )
        action["domain"] = [("sale_order_id", "=", self.id)]
        action["context"] = {
            "default_sale_order_id": self.id,
            "default_partner_id": self.partner_id.id,
        }
        return action
