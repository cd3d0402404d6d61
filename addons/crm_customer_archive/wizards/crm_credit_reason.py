"""Asks for the text a step of the credit procedures needs."""

from odoo import api, fields, models
from odoo.exceptions import UserError

# The steps that may be taken here: model and method.
STEPS = {
    "crm.credit.application": ("action_end",),
    "crm.credit.case": (
        "action_claim_settled",
        "action_confirm_payment",
        "action_deny_payment",
    ),
}


class CrmCreditReason(models.TransientModel):
    _name = "crm.credit.reason"
    _description = "Reason of a Credit Step"

    res_model = fields.Char(required=True)
    res_ids = fields.Char(required=True)
    method = fields.Char(required=True)
    reason = fields.Text(required=True)

    @api.model
    def _open(self, records, method):
        """Return the action that asks for the text and then calls ``method``."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reason"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_res_model": records._name,
                "default_res_ids": ",".join(map(str, records.ids)),
                "default_method": method,
            },
        }

    def action_apply(self):
        """Take the step with the text given."""
        self.ensure_one()
        if self.method not in STEPS.get(self.res_model, ()):
            raise UserError(self.env._("There is no such step."))
        ids = [int(res_id) for res_id in self.res_ids.split(",") if res_id]
        getattr(self.env[self.res_model].browse(ids), self.method)(self.reason)
        return {"type": "ir.actions.act_window_close"}
