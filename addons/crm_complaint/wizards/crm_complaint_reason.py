"""Asks for the words a step needs; the rules are the complaint's own."""

from odoo import fields, models


class CrmComplaintReason(models.TransientModel):
    _name = "crm.complaint.reason"
    _description = "Reason of a Complaint Step"

    complaint_id = fields.Many2one("crm.complaint", required=True, readonly=True)
    purpose = fields.Selection(
        [
            ("send_back", "Send Back"),
            ("not_substantiated", "Not Substantiated"),
            ("customer_refused", "Customer Does Not Accept"),
            ("turn_down", "Not Valid"),
            ("switch", "To Another Flow"),
        ],
        required=True,
        readonly=True,
    )
    step = fields.Selection(
        [
            ("draft", "Salesperson"),
            ("quality", "Quality Management"),
            ("production", "Production Unit"),
            ("rd", "R&D Opinion"),
            ("sales_opinion", "Sales Opinion"),
            ("recorded", "Recorded"),
            ("classified", "Classified"),
            ("assigned", "Responsible Department"),
        ],
        string="Back To",
    )
    category_id = fields.Many2one("crm.complaint.category", "New Class")
    reason = fields.Text(required=True)

    def action_confirm(self):
        """Take the step with the words given."""
        self.ensure_one()
        complaint = self.complaint_id
        if self.purpose == "send_back":
            complaint.action_send_back(self.step, self.reason)
        elif self.purpose == "not_substantiated":
            complaint.action_propose_not_substantiated(self.reason)
        elif self.purpose == "turn_down":
            complaint.action_turn_down(self.reason)
        elif self.purpose == "switch":
            complaint.action_switch_flow(self.category_id.id, self.reason)
        else:
            follow_up_id = complaint.action_customer_refused(self.reason)
            return {
                "type": "ir.actions.act_window",
                "res_model": "crm.complaint",
                "res_id": follow_up_id,
                "views": [[False, "form"]],
            }
        return {"type": "ir.actions.act_window_close"}
