"""Ask for what the steps of data requests, copies and incidents need."""

from odoo import api, fields, models
from odoo.exceptions import UserError

# What a reason may be given for: the steps that ask for nothing else.
STEPS = {
    "crm.data.request": ("action_refuse",),
    "crm.data.copy": ("action_report_lost",),
    "crm.data.incident": ("action_dismiss", "action_refuse_payroll"),
}
CLOSE = {"type": "ir.actions.act_window_close"}


class CrmDataReason(models.TransientModel):
    _name = "crm.data.reason"
    _description = "Reason"

    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(
        model_field="res_model", required=True, readonly=True
    )
    step = fields.Char(required=True, readonly=True)
    reason = fields.Text(required=True)

    def action_confirm(self):
        """Take the step with the reason given."""
        self.ensure_one()
        if self.step not in STEPS.get(self.res_model, ()):
            raise UserError(self.env._("No reason is asked for here."))
        document = self.env[self.res_model].browse(self.res_id)
        getattr(document, self.step)(self.reason)
        return CLOSE


class CrmDataHandOut(models.TransientModel):
    _name = "crm.data.hand.out"
    _description = "Hand Out Paper Copies"

    request_id = fields.Many2one("crm.data.request", required=True, readonly=True)
    copies = fields.Integer(default=1, required=True)
    holder_id = fields.Many2one(
        "res.users", required=True, domain=[("share", "=", False)]
    )
    date_due = fields.Date(string="Due Back", required=True)

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        request = self.env["crm.data.request"].browse(values.get("request_id"))
        return {
            **values,
            "holder_id": request.requester_id.id,
            "date_due": request.date_to,
        }

    def action_confirm(self):
        """Hand the copies out and open their print; the dialog closes with it."""
        self.ensure_one()
        ids = self.request_id.action_hand_out(
            self.copies, self.holder_id.id, self.date_due
        )
        action = self.env["crm.data.copy"].browse(ids).action_print()
        return {**action, "close_on_report_download": True}


class CrmDataIncidentClassify(models.TransientModel):
    _name = "crm.data.incident.classify"
    _description = "Classify Incident"

    incident_id = fields.Many2one("crm.data.incident", required=True, readonly=True)
    kind = fields.Selection(related="incident_id.kind")
    currency_id = fields.Many2one(related="incident_id.currency_id")
    case_ids = fields.Many2many(
        "crm.incident.case",
        string="Cases",
        required=True,
        domain="[('kind', '=', kind)]",
    )
    gravity = fields.Selection(
        [("light", "Light"), ("serious", "Serious")], compute="_compute_gravity"
    )
    penalty_amount = fields.Monetary(string="Wage Deduction")
    compensation_amount = fields.Monetary(string="Compensation Claimed")
    comment = fields.Text()

    @api.depends("case_ids")
    def _compute_gravity(self):
        for wizard in self:
            found = wizard.case_ids.mapped("gravity")
            light = found[0] if found else False
            wizard.gravity = "serious" if "serious" in found else light

    def action_confirm(self):
        """Classify and ask the general manager."""
        self.ensure_one()
        self.incident_id.action_classify(
            self.case_ids.mapped("code"),
            self.penalty_amount,
            self.compensation_amount,
            self.comment,
        )
        return CLOSE
