"""Asks for the reason of a step and calls the visit's own method."""

from odoo import fields, models


class CrmVisitReason(models.TransientModel):
    _name = "crm.visit.reason"
    _description = "Reason of a Visit Step"

    visit_ids = fields.Many2many("crm.visit", string="Visits", required=True)
    step = fields.Selection(
        [
            ("cancel", "Cancel the Visit"),
            ("send_back", "Send the Report Back"),
            ("override_staffing", "Allow Fewer Salespeople"),
        ],
        required=True,
    )
    reason = fields.Text(required=True)

    def action_confirm(self):
        """Take the step with the reason given."""
        self.ensure_one()
        getattr(self.visit_ids, f"action_{self.step}")(self.reason)
        return {"type": "ir.actions.act_window_close"}
