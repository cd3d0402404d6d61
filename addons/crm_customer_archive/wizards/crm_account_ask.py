"""Asks for the words (and person) that a step of accounts and pool needs."""

from odoo import fields, models

# step: model it is taken on
STEPS = {
    "dismiss": "crm.problem.proposal",
    "assure": "crm.account.plan",
    "return": "res.partner",
    "assign": "res.partner",
    "keep": "res.partner",
}


class CrmAccountAsk(models.TransientModel):
    _name = "crm.account.ask"
    _description = "Reason of a Step"

    step = fields.Selection(
        [
            ("dismiss", "Dismiss the proposal"),
            ("assure", "Enter the assurance review"),
            ("return", "Return to the public pool"),
            ("assign", "Assign from the public pool"),
            ("keep", "Keep out of the public pool"),
        ],
        required=True,
        readonly=True,
    )
    reason = fields.Text(required=True)
    user_id = fields.Many2one(
        "res.users", string="New Account Manager", domain=[("share", "=", False)]
    )
    until = fields.Date(string="Kept Until")
    passed = fields.Boolean(string="The promises can be kept")

    def action_confirm(self):
        """Take the step on the records the form was opened from."""
        self.ensure_one()
        context = self.env.context
        ids = context.get("active_ids") or [context.get("active_id")]
        records = self.env[STEPS[self.step]].browse(ids).exists()
        if self.step == "dismiss":
            records.action_dismiss(self.reason)
        elif self.step == "assure":
            records.action_review_assurance(self.passed, self.reason)
        elif self.step == "return":
            records.action_return_to_pool(self.reason)
        elif self.step == "assign":
            records.action_pool_assign(self.user_id.id, self.reason)
        else:
            records.action_pool_keep(self.until, self.reason)
        return {"type": "ir.actions.act_window_close"}
