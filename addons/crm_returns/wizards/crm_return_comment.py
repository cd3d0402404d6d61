"""Asks for the words that a step of a return needs; the model holds the rules."""

from odoo import api, fields, models


class CrmReturnComment(models.TransientModel):
    _name = "crm.return.comment"
    _description = "Comment on a Return"

    return_id = fields.Many2one("crm.return", required=True, ondelete="cascade")
    step = fields.Selection(
        [
            ("withdraw", "Customer Keeps the Goods"),
            ("override", "Admit to Returns"),
            ("tell", "Tell the Customer"),
            ("announce", "Tell the Warehouse"),
            ("coordinate", "Ask for Coordination"),
        ],
        required=True,
    )
    comment = fields.Text()
    channel = fields.Selection(
        [("email", "E-mail"), ("paper", "Printed letter")], default="email"
    )
    arrival_date = fields.Date(string="Expected Arrival")

    @api.model
    def default_get(self, fields):
        """Propose what the customer was told already, and how he can be told."""
        values = super().default_get(fields)
        document = self.env["crm.return"].browse(values.get("return_id") or ())
        if document and values.get("step") == "tell":
            values["comment"] = document.letter_text or document.explanation
            values["channel"] = "email" if document._letter_address() else "paper"
        if document and values.get("step") == "announce":
            values["arrival_date"] = document.arrival_date
        return values

    def action_confirm(self):
        """Take the step with what was entered."""
        self.ensure_one()
        document = self.return_id
        if self.step == "withdraw":
            document.action_withdraw_return(self.comment)
        elif self.step == "override":
            document.action_override_criteria(self.comment)
        elif self.step == "announce":
            document.action_announce(self.arrival_date, self.comment)
        elif self.step == "coordinate":
            document.action_ask_coordination(self.comment)
        else:
            document.action_tell_customer(self.comment, self.channel)
            if self.channel == "paper":
                return self.env.ref("crm_returns.action_report_letter").report_action(
                    document
                )
        return {"type": "ir.actions.act_window_close"}
