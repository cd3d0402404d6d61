"""Asks why customers are suspended."""

from odoo import fields, models


class CrmCustomerSuspend(models.TransientModel):
    _name = "crm.customer.suspend"
    _description = "Suspend Customers"

    partner_ids = fields.Many2many("res.partner", string="Customers", required=True)
    reason = fields.Text(required=True)

    def action_suspend(self):
        """Suspend the chosen customers for the reason given."""
        self.ensure_one()
        self.partner_ids.action_suspend(self.reason)
        return {"type": "ir.actions.act_window_close"}
