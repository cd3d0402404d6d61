"""Asks what is wrong with a master data request."""

from odoo import fields, models


class CrmMasterDataReturn(models.TransientModel):
    _name = "crm.master.data.return"
    _description = "Return a Master Data Request"

    request_id = fields.Many2one("crm.master.data.request", required=True)
    reason = fields.Text(required=True)

    def action_return(self):
        """Send the request back with the reason given."""
        self.ensure_one()
        self.request_id.action_return(self.reason)
        return {"type": "ir.actions.act_window_close"}
