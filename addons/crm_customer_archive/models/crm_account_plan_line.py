"""Measures of an account plan: who does what until when at what cost (ARC-167)."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.crm_policy.models.arguments import NUMBER, TEXT, arguments


class CrmAccountPlanLine(models.Model):
    _name = "crm.account.plan.line"
    _description = "Measure of an Account Plan"
    _inherit = ["crm.guard.mixin", "crm.approval.line.mixin"]
    _order = "plan_id, sequence, id"

    _approval_parent = "plan_id"
    _guarded_fields = ("done", "done_on")

    plan_id = fields.Many2one(
        "crm.account.plan", required=True, index=True, ondelete="cascade"
    )
    customer_id = fields.Many2one(
        related="plan_id.customer_id", store=True, index=True, related_sudo=True
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    plan_state = fields.Selection(related="plan_id.state", string="Plan State")
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Planned Measure", required=True)
    user_id = fields.Many2one(
        "res.users",
        string="Person in Charge",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    date_due = fields.Date(string="Due On", index=True)
    cost = fields.Monetary(string="Planned Cost")
    actual_cost = fields.Monetary(copy=False)
    done = fields.Boolean(readonly=True, copy=False)
    done_on = fields.Date(readonly=True, copy=False)
    result = fields.Text(copy=False)
    is_late = fields.Boolean(
        string="Late", compute="_compute_is_late", search="_search_is_late"
    )

    _cost_positive = models.Constraint(
        "CHECK (COALESCE(cost, 0) >= 0 AND COALESCE(actual_cost, 0) >= 0)",
        "The cost of a measure cannot be negative.",
    )

    @api.depends("done", "date_due", "plan_id.state")
    def _compute_is_late(self):
        today = self.env.company._policy_today()
        for line in self:
            line.is_late = bool(
                not line.done
                and line.plan_id.state == "running"
                and line.date_due
                and line.date_due < today
            )

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = Domain(
            [
                ("done", "=", False),
                ("plan_id.state", "=", "running"),
                ("date_due", "<", self.env.company._policy_today()),
            ]
        )
        wanted = Domain.FALSE
        if True in value:
            wanted |= late
        if False in value:
            wanted |= ~late
        return wanted

    @arguments(result=TEXT, actual_cost=NUMBER)
    def action_done(self, result=None, actual_cost=None):
        """Report measures of running plans as done.

        :param result: what came of it; by default what is written in the measure
        :param actual_cost: what it cost, in company currency
        :return: True
        :raises UserError: the plan does not run, no result; AccessError: somebody
            else's measure
        """
        for line in self:
            if line.user_id != self.env.user:
                line.plan_id._check_party()
            line.check_access("read")
            # sudo: only the state of the plan, whoever carries the measure
            line.sudo().plan_id._check_transition_state(("running",))
            text = (result or line.result or "").strip()
            if not text:
                raise UserError(
                    self.env._("“Result” of %s: say what came of it.", line.name)
                )
            if actual_cost is not None and actual_cost < 0:
                raise UserError(
                    self.env._("“Actual Cost” of %s cannot be negative.", line.name)
                )
            vals = {
                "done": True,
                "done_on": line.company_id._policy_today(),
                "result": text,
            }
            if actual_cost is not None:
                vals["actual_cost"] = actual_cost
            line._write_guarded(vals)
            line._close_activity()
        return True

    def _close_activity(self):
        """Take the measure off the person's to-do list."""
        # sudo: to-dos of whoever carries the measure
        self.sudo().plan_id.activity_ids.filtered(
            lambda activity: (
                activity.user_id == self.user_id and activity.summary == self.name[:120]
            )
        )[:1].unlink()
