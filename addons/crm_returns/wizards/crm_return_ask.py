"""Asks for what a step of handling needs; the models hold the rules."""

from odoo import fields, models


class CrmReturnAsk(models.TransientModel):
    _name = "crm.return.ask"
    _description = "Step of Handling Returned Goods"

    step = fields.Selection(
        [
            ("split", "Take Part of the Goods"),
            ("value", "Value in Stock"),
            ("schedule", "Schedule Rework"),
            ("finish", "Finish Rework"),
            ("fail", "Inspection Not Passed"),
            ("abnormality", "Report Abnormality"),
            ("extend", "Extend"),
            ("instruct", "Instruct on Difference"),
        ],
        required=True,
    )
    return_id = fields.Many2one("crm.return", ondelete="cascade")
    item_id = fields.Many2one("crm.return.item", ondelete="cascade")
    plan_id = fields.Many2one("crm.return.plan", ondelete="cascade")
    loan_id = fields.Many2one("crm.loan", ondelete="cascade")
    currency_id = fields.Many2one(
        "res.currency", default=lambda self: self.env.company.currency_id
    )
    quantity = fields.Float(digits="Product Unit")
    date_start = fields.Date("First Day")
    date_end = fields.Date("Last Day")
    labour = fields.Monetary(help="What the work really cost, company currency.")
    other = fields.Monetary("Other Cost", help="Company currency.")
    value = fields.Monetary(
        "Value in Stock", help="Of the whole entry, company currency."
    )
    text = fields.Text("Reason")

    def action_confirm(self):
        """Take the step."""
        self.ensure_one()
        if self.step == "split":
            self.item_id.action_split(self.quantity)
        elif self.step == "value":
            self.item_id.action_set_value(self.value, self.text)
        elif self.step == "schedule":
            self.plan_id.action_schedule(self.date_start, self.date_end)
        elif self.step == "finish":
            self.plan_id.action_finish(self.labour, self.other)
        elif self.step == "fail":
            self.item_id.plan_id.action_recheck(self.item_id.id, False, self.text)
        elif self.step == "abnormality":
            self.plan_id.action_report_abnormality(self.text)
        elif self.step == "instruct":
            self.return_id.action_instruct_difference(self.text)
        else:
            self.loan_id.action_extend(self.date_end, self.text)
        return {"type": "ir.actions.act_window_close"}
