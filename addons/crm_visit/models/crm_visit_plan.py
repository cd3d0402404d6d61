"""Weekly or monthly visit plan, approved before it is carried out (VIS-73, SM-18)."""

from datetime import datetime, time

import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class CrmVisitPlan(models.Model):
    _name = "crm.visit.plan"
    _inherit = [
        "crm.document.mixin",
        "crm.approval.mixin",
    ]
    _description = "Visit Plan"
    _order = "date_from desc, id desc"
    _check_company_auto = True

    _number_code = "crm.visit.plan"
    _policy_topic = "visit_plan"
    _approval_steps = {
        "plan": {
            "from": ("draft",),
            "pending": "approval",
            "approved": "approved",
            "refused": "draft",
            "void": "draft",
            "protected": (
                "user_id",
                "date_from",
                "period",
                "line_ids.partner_id",
                "line_ids.kind_id",
                "line_ids.mode",
                "line_ids.user_id",
                "line_ids.planned_start",
                "line_ids.estimated_cost",
            ),
            "locked": ("closed",),
        },
    }
    _transitions = {
        # draft -> in approval -> approved: `_approval_steps`.
        "close": {"from": ("approved",), "to": "closed", "check": "_check_own"},
        "cancel": {"from": ("draft",), "to": "cancelled", "check": "_check_own"},
    }
    _guarded_fields = ("department_id", "date_to")

    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("approval", "In Approval"),
            ("approved", "Approved"),
            ("closed", "Closed"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        index=True,
        copy=False,
        tracking=True,
        group_expand=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        required=True,
        index=True,
        tracking=True,
        check_company=True,
        domain=[("share", "=", False)],
        default=lambda self: self.env.user,
    )
    department_id = fields.Many2one(
        "hr.department",
        compute="_compute_department_id",
        store=True,
        index=True,
        help="Department of the person responsible; its head approves the plan.",
    )
    period = fields.Selection(
        [("week", "Weekly Plan"), ("month", "Monthly Plan")],
        required=True,
        default="week",
        tracking=True,
    )
    date_from = fields.Date(
        string="From",
        required=True,
        tracking=True,
        index=True,
        default=lambda self: self._default_date_from(),
        help="First day of the plan, local date.",
    )
    date_to = fields.Date(
        string="To",
        compute="_compute_date_to",
        store=True,
        index=True,
        help="Last day of the plan: a week, or the month, from its first day.",
    )
    note = fields.Text(string="Main Points")
    line_ids = fields.One2many(
        "crm.visit.plan.line", "plan_id", string="Planned Visits", copy=True
    )
    visit_ids = fields.One2many("crm.visit", "plan_id", string="Visits")
    estimated_cost = fields.Monetary(
        compute="_compute_estimated_cost",
        help="Sum of the lines in company currency; decides who approves the plan.",
    )
    planned_count = fields.Integer(compute="_compute_counts", string="Visits Planned")
    held_count = fields.Integer(compute="_compute_counts", string="Visits Held")
    held_rate = fields.Float(
        compute="_compute_counts",
        string="Carried Out",
        aggregator=None,
        help="Visits held in percent of the visits planned.",
    )

    @api.model
    def _default_date_from(self):
        """Return next week's Monday where the company works."""
        today = self.env.company._policy_today()
        return today + relativedelta(days=7 - today.weekday())

    # --------------------------------------------------------------- computes

    @api.depends("user_id", "company_id")
    def _compute_department_id(self):
        departments = self.user_id._policy_departments(self.company_id)
        for plan in self:
            key = plan.user_id, plan.company_id
            plan.department_id = departments.get(key)

    @api.depends("period", "date_from")
    def _compute_date_to(self):
        for plan in self:
            length = {"months": 1} if plan.period == "month" else {"weeks": 1}
            plan.date_to = plan.date_from and (
                plan.date_from + relativedelta(days=-1, **length)
            )

    @api.depends("line_ids.estimated_cost")
    def _compute_estimated_cost(self):
        for plan in self:
            plan.estimated_cost = sum(plan.line_ids.mapped("estimated_cost"))

    @api.depends("line_ids", "visit_ids.state")
    def _compute_counts(self):
        for plan in self:
            plan.planned_count = len(plan.line_ids)
            # sudo: a plan is counted whole, whoever reads it
            plan.held_count = len(plan.sudo().visit_ids.filtered("date_held"))
            plan.held_rate = 100.0 * plan.held_count / (plan.planned_count or 1)

    # --------------------------------------------------------------- approval

    def _get_approval_step_labels(self):
        return {"plan": self.env._("Visit Plan")}

    def _approval_amount(self, step):
        return self.estimated_cost, self.currency_id, self.date_from

    def _approval_check(self, step):
        """A plan has visits, all within its days, first visits by two (VIS-01)."""
        if not self.line_ids:
            raise UserError(self.env._("%s has no visits.", self.display_name))
        self.line_ids._check_period()
        self.line_ids._check_staffing()

    def _approval_done(self, step):
        """The approved plan makes its visits; they need no application each."""
        self.line_ids._make_visits()

    def _approval_voided(self, step):
        """Visits still to come lose the approval together with the plan."""
        # sudo: the visits of colleagues in the plan as well
        visits = self.sudo().visit_ids.filtered(
            lambda v: v.state == "approved" and v.approval_state != "approved"
        )
        visits._write_guarded({"state": "planned"})
        visits._sync_calendar()

    # ---------------------------------------------------------------- actions

    def _check_own(self):
        if self.env.user != self.user_id and not self.env.user.has_group(
            "crm_policy.group_manager"
        ):
            raise AccessError(
                self.env._(
                    "%(plan)s is the plan of %(user)s.",
                    plan=self.display_name,
                    user=self.user_id.name,
                )
            )

    def action_fill_due(self):
        """Add a line for each customer of the person responsible that falls due.

        Customers whose next visit is due before the plan ends and who have neither a
        line here nor a visit to come.

        :return: number of lines added
        """
        added = 0
        for plan in self:
            plan._check_transition_state(("draft",))
            customers = plan._due_customers()
            lines = self.env["crm.visit.plan.line"].create(
                [plan._prepare_due_line_vals(customer) for customer in customers]
            )
            added += len(lines)
        return added

    def action_close(self):
        """Close plans that have been carried out."""
        self._transition("close")
        return True

    def action_cancel(self):
        """Cancel plans that were not approved."""
        self._transition("cancel")
        return True

    def action_view_visits(self):
        """Open the visits made from these plans."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_visit.crm_visit_action"
        )
        action["domain"] = [("plan_id", "in", self.ids)]
        action["context"] = {}
        return action

    # ---------------------------------------------------------------- helpers

    def _due_customers(self):
        self.ensure_one()
        to_come = (
            self.env["crm.visit"]
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("user_id", "=", self.user_id.id),
                    ("state", "in", ("planned", "approval", "approved")),
                ]
            )
            .commercial_partner_id
        )
        customers = (
            self.env["res.partner"]
            .with_company(self.company_id)
            .search(
                [
                    ("user_id", "=", self.user_id.id),
                    ("next_visit_due", "<=", self.date_to),
                    ("company_id", "in", (self.company_id.id, False)),
                ],
                order="name",
            )
        )
        return customers - to_come - self.line_ids.partner_id.commercial_partner_id

    def _prepare_due_line_vals(self, customer):
        self.ensure_one()
        day = max(customer.with_company(self.company_id).next_visit_due, self.date_from)
        return {
            "plan_id": self.id,
            "partner_id": customer.id,
            "user_id": self.user_id.id,
            "planned_start": self._start_of_work(day),
        }

    def _start_of_work(self, day):
        """Return when work starts on a local day, naive UTC."""
        # sudo: working hours are no secret, the calendar record may be
        hours = self.company_id.sudo().resource_calendar_id.attendance_ids
        begin = min(hours.mapped("hour_from"), default=0.0)
        zone = self.company_id._policy_tz()
        local = datetime.combine(day, time(int(begin), round(begin % 1 * 60)))
        return zone.localize(local).astimezone(pytz.utc).replace(tzinfo=None)
