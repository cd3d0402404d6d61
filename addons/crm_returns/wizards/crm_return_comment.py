"""Asks for the words that a step of a return needs; the model holds the rules."""

from odoo import fields, models


class CrmReturnComment(models.TransientModel):
    _name = "crm.return.comment"
    _description = "Comment on a Return"

    return_id = fields.Many2one("crm.return", required=True, ondelete="cascade")
    step = fields.Selection(
        [("withdraw", "Customer Keeps the Goods"), ("override", "Admit to Returns")],
        required=True,
    )
    comment = fields.Text(required=True)

    def action_confirm(self):
        """Take the step with the comment."""
        self.ensure_one()
        if self.step == "withdraw":
            self.return_id.action_withdraw_return(self.comment)
        else:
            self.return_id.action_override_criteria(self.comment)
        return {"type": "ir.actions.act_window_close"}
