"""Deliveries: complaints about them, and no delivery to a customer not approved."""

from odoo import fields, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    complaint_count = fields.Integer(compute="_compute_complaint_count")

    def _compute_complaint_count(self):
        counts = {}
        if self.env["crm.complaint"].has_access("read"):
            counts = dict(
                self.env["crm.complaint"]._read_group(
                    [("picking_id", "in", self.ids)], ["picking_id"], ["__count"]
                )
            )
        for picking in self:
            picking.complaint_count = counts.get(picking, 0)

    def action_view_complaints(self):
        """Open the complaints about this delivery."""
        self._policy_require_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_complaint.action_crm_complaint"
        )
        action["domain"] = [("picking_id", "=", self.id)]
        action["context"] = {
            "default_picking_id": self.id,
            "default_partner_id": self.partner_id.commercial_partner_id.id,
        }
        return action

    def _check_deliverable_customers(self):
        """Raise when goods would leave to a customer who is not approved."""
        outgoing = self.filtered(
            lambda picking: picking.location_dest_id.usage == "customer"
        )
        for company, pickings in outgoing.grouped("company_id").items():
            pickings.partner_id._check_customer_usable("deliver", company)

    def button_validate(self):
        self._check_deliverable_customers()
        return super().button_validate()

    def _action_done(self):
        # Every way to a done delivery ends here, also without the button.
        self._check_deliverable_customers()
        return super()._action_done()
