"""Asks why a class by judgement is taken back."""

from odoo import fields, models


class CrmCustomerClassRevoke(models.TransientModel):
    _name = "crm.customer.class.revoke"
    _description = "Revoke a Class by Judgement"

    judgement_id = fields.Many2one("crm.customer.class.judgement", required=True)
    reason = fields.Text(required=True)

    def action_revoke(self):
        """Revoke the judgement for the reason given."""
        self.ensure_one()
        self.judgement_id.action_revoke(self.reason)
        return {"type": "ir.actions.act_window_close"}
