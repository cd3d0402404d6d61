"""Asks for the department's answer to a reminder or an inquiry."""

from odoo import fields, models


class CrmRoutingAnswerWizard(models.TransientModel):
    _name = "crm.routing.answer.wizard"
    _description = "Answer a notice"

    notice_id = fields.Many2one("crm.routing.notice", required=True, readonly=True)
    text = fields.Text(related="notice_id.text", string="Question")
    answer = fields.Text(required=True)

    def action_confirm(self):
        """Answer for the department."""
        for wizard in self:
            wizard.notice_id.action_answer(wizard.answer)
        return {"type": "ir.actions.act_window_close"}
