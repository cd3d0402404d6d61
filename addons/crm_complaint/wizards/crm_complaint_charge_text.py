"""Asks for the words a step of charging needs; the rules are the documents' own."""

from odoo import api, fields, models
from odoo.exceptions import UserError

# The steps that take words: nothing else can be called from here.
STEPS = {
    ("crm.complaint", "action_reopen_liability"),
    ("crm.sanction", "action_give_opinion"),
    ("crm.sanction", "action_write_self_criticism"),
    ("crm.sanction", "action_drop"),
    ("crm.bonus.notice", "action_drop"),
    ("crm.bonus.deduction", "action_hold"),
    ("crm.bonus.run", "action_release"),
    ("crm.complaint.statement", "action_confirm_department"),
    ("crm.complaint.statement", "action_reopen"),
}


class CrmComplaintChargeText(models.TransientModel):
    _name = "crm.complaint.charge.text"
    _description = "Words of a Charging Step"

    res_model = fields.Char(required=True, readonly=True)
    res_ids = fields.Char(required=True, readonly=True)
    method = fields.Char(required=True, readonly=True)
    text = fields.Text()

    @api.model
    def default_get(self, fields):
        defaults = super().default_get(fields)
        ids = self.env.context.get("active_ids") or []
        defaults["res_ids"] = ",".join(map(str, ids))
        return defaults

    def action_confirm(self):
        """Take the step with the words given."""
        self.ensure_one()
        if (self.res_model, self.method) not in STEPS:
            raise UserError(self.env._("There is no such step."))
        ids = [int(part) for part in (self.res_ids or "").split(",") if part.isdigit()]
        getattr(self.env[self.res_model].browse(ids), self.method)(self.text or "")
        return {"type": "ir.actions.act_window_close"}
