"""Asks for the days and the reason of an extension."""

from odoo import fields, models


class CrmRoutingExtendWizard(models.TransientModel):
    _name = "crm.routing.extend.wizard"
    _description = "Extend a stay"

    passage_id = fields.Many2one("crm.routing.passage", required=True, readonly=True)
    date_due = fields.Datetime(related="passage_id.date_due")
    due_reason = fields.Char(related="passage_id.due_reason")
    days = fields.Float(
        required=True,
        digits=(16, 1),
        help="Days to add, in the unit of the time limit; halves are allowed.",
    )
    reason = fields.Text(required=True)

    def action_confirm(self):
        """Extend the stay."""
        for wizard in self:
            wizard.passage_id.action_extend(wizard.days, wizard.reason)
        return {"type": "ir.actions.act_window_close"}
