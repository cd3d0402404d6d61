"""Plans for key, important and problem accounts, service and maintenance plans.

One document with seven kinds: 重点客户管理表, 重要客户对策表, 问题客户对策表,
客户服务方案, 客户关系维护方案 (ARC-161 to ARC-170, SM-04), 客户开发计划表 and
客户服务保障方案 (ARC-183 to ARC-188).
Nothing is carried out that is not approved (ARC-168), and promises of service are
assured first (ARC-186).

=========== ========= ========= ======================= ================================
from        step      to        who                     what must hold
=========== ========= ========= ======================= ================================
-           create    draft     who sees the customer
draft       submit    audit     who may write           what the kind asks for
refused     submit    audit     who may write           the same
audit       approve   approval  first level (audit)     further levels exist
audit       approve   approved  only level
approval    approve   approved  last level, by cost
audit,      reject    refused   whose level it is       comment
approval
audit,      withdraw  draft     who submitted
approval
approved    start     running   person in charge, head  approved values hold, promises
                                                        assured, no other one running
running,    close     closed    person in charge, head  summary
approved
=========== ========= ========= ======================= ================================
"""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

KINDS = [
    ("key", "Key customer"),
    ("important", "Important customer"),
    ("problem", "Problem customer"),
    ("service", "Customer service"),
    ("maintenance", "Relationship maintenance"),
    ("development", "Customer development"),
    ("assurance", "Service assurance"),
]
OPEN_STATES = ("draft", "audit", "approval", "approved", "running", "refused")
_STEP = {
    "from": ("draft", "refused"),
    "pending": "audit",
    "approved": "approved",
    "refused": "refused",
    "void": "draft",
    "protected": (
        "kind",
        "customer_id",
        "user_id",
        "date_from",
        "date_to",
        "sales_target",
        "reason",
        "countermeasure",
        "method",
        "content",
        "strategy",
        "expected_price",
        "promises",
        "line_ids.name",
        "line_ids.user_id",
        "line_ids.date_due",
        "line_ids.cost",
    ),
    "locked": ("running", "closed"),
}


class CrmAccountPlan(models.Model):
    _name = "crm.account.plan"
    _description = "Account Plan"
    _inherit = [
        "crm.document.mixin",
        "crm.approval.mixin",
        "crm.routing.mixin",
        "crm.customer.visible.mixin",
    ]
    _order = "id desc"
    _check_company_auto = True

    _number_code = "crm.account.plan"
    _policy_topic = "archive"
    _mail_post_access = "read"
    _guarded_fields = (
        "version",
        "previous_plan_id",
        "proposal_id",
        "assurance_state",
        "assurance_opinion",
        "assured_by_id",
        "assured_at",
        "started_on",
        "closed_on",
    )
    _unlink_states = ("draft",)
    _approval_steps = {kind: _STEP for kind, _label in KINDS}
    _routing_states = {"audit": None, "approval": "service"}
    _transitions = {
        "start": {"from": ("approved",), "to": "running", "check": "_check_start"},
        "close": {
            "from": ("running", "approved"),
            "to": "closed",
            "check": "_check_close",
        },
    }

    # ---------------------------------------------------------------- document
    kind = fields.Selection(KINDS, required=True, default="key", index=True)
    customer_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        ondelete="restrict",
        domain=[("is_crm_customer", "=", True)],
        tracking=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Person in Charge",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        domain=[("share", "=", False)],
        tracking=True,
    )
    department_id = fields.Many2one(
        related="customer_id.crm_department_id",
        string="Department",
        store=True,
        related_sudo=True,
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("audit", "In audit"),
            ("approval", "In approval"),
            ("approved", "Approved"),
            ("running", "Running"),
            ("closed", "Closed"),
            ("refused", "Refused"),
        ],
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: self.env.company._policy_today().replace(month=1, day=1),
    )
    date_to = fields.Date(
        string="To",
        required=True,
        index=True,
        default=lambda self: self.env.company._policy_today().replace(month=12, day=31),
    )
    started_on = fields.Date(readonly=True, copy=False)
    closed_on = fields.Date(readonly=True, copy=False)

    # ---------------------------------------------------- target against actual
    sales_target = fields.Monetary(
        tracking=True, help="Sales without taxes to be reached in the period."
    )
    actual_sales = fields.Monetary(
        compute="_compute_actual_sales",
        compute_sudo=True,
        help="Invoiced in the period, without taxes, company currency.",
    )
    target_rate = fields.Float(
        string="Target Reached (%)",
        compute="_compute_actual_sales",
        compute_sudo=True,
        aggregator=None,
    )

    # ------------------------------------------------------- what the forms ask
    reason = fields.Text(
        string="Reason for Key Status", help="Why this is a key account (ARC-161)."
    )
    sales_situation = fields.Text()
    problem = fields.Text(string="Where the Problem Lies")
    countermeasure = fields.Text()
    guidelines = fields.Text(
        string="Basic Guidelines",
        help="For increasing the number of important customers (ARC-163).",
    )
    sales_scope = fields.Char()
    location = fields.Char(
        compute="_compute_location", store=True, readonly=False, precompute=True
    )
    deterioration_trend = fields.Text()
    symptoms = fields.Text()
    content = fields.Text(string="Service Plan")
    method = fields.Text(string="Way of Maintenance")
    notes = fields.Text(string="Remarks")
    line_ids = fields.One2many(
        "crm.account.plan.line", "plan_id", string="Planned Measures", copy=True
    )
    total_cost = fields.Monetary(
        string="Planned Cost",
        compute="_compute_total_cost",
        store=True,
        help="Of all measures; decides who approves.",
    )
    actual_cost = fields.Monetary(compute="_compute_total_cost", store=True)
    progress = fields.Float(
        string="Measures Done (%)", compute="_compute_progress", aggregator="avg"
    )

    # ----------------------------------------------- recommendations (ARC-162)
    service_recommendation = fields.Text(
        string="Customer Service Manager's Recommendation",
        compute="_compute_recommendations",
        compute_sudo=True,
    )
    manager_recommendation = fields.Text(
        string="General Manager's Recommendation",
        compute="_compute_recommendations",
        compute_sudo=True,
    )

    # ------------------------------------------------------ promises (ARC-186)
    promises = fields.Text(
        string="Service Promises",
        help="What is promised to the customer. It must pass the customer service "
        "assurance review before the plan runs.",
    )
    assurance_state = fields.Selection(
        [("none", "Not reviewed"), ("passed", "Assured"), ("failed", "Cannot be kept")],
        string="Assurance Review",
        default="none",
        readonly=True,
        copy=False,
        tracking=True,
    )
    assurance_opinion = fields.Text(readonly=True, copy=False)
    assured_by_id = fields.Many2one(
        "res.users", string="Reviewed By", readonly=True, copy=False
    )
    assured_at = fields.Datetime(string="Reviewed At", readonly=True, copy=False)

    # -------------------------------------------------- what came of it, better
    problems_found = fields.Text(
        copy=False, help="Problems met while the plan ran; the next version meets them."
    )
    summary = fields.Text(
        string="Closing Summary", copy=False, help="What came of the plan (ARC-169)."
    )
    version = fields.Integer(default=1, readonly=True, copy=False, aggregator=None)
    previous_plan_id = fields.Many2one(
        "crm.account.plan",
        string="Improves",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    next_plan_ids = fields.One2many(
        "crm.account.plan", "previous_plan_id", string="Improved By", readonly=True
    )
    proposal_id = fields.Many2one(
        "crm.problem.proposal",
        string="Problem Proposal",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )

    _dates_ordered = models.Constraint(
        "CHECK (date_to >= date_from)", "A plan cannot end before it begins."
    )
    _target_positive = models.Constraint(
        "CHECK (sales_target IS NULL OR sales_target >= 0)",
        "The sales target cannot be negative.",
    )

    # ------------------------------------------------------------- constraints

    @api.constrains("customer_id", "company_id")
    def _check_customer(self):
        for plan in self:
            customer = plan.sudo().customer_id  # sudo: the rule, not the file
            if not customer.is_crm_customer or customer.company_id not in (
                plan.company_id,
                self.env["res.company"],
            ):
                raise ValidationError(
                    self.env._(
                        "“Customer” of %(plan)s: %(customer)s is no customer of "
                        "%(company)s.",
                        plan=plan.display_name,
                        customer=customer.display_name,
                        company=plan.company_id.name,
                    )
                )

    # ---------------------------------------------------------------- computes

    @api.depends("customer_id")
    def _compute_user_id(self):
        for plan in self:
            plan.user_id = plan.customer_id.user_id or plan.user_id or self.env.user

    @api.depends("customer_id")
    def _compute_location(self):
        for plan in self:
            customer = plan.customer_id
            plan.location = "".join(
                part for part in (customer.state_id.name, customer.city) if part
            )

    @api.depends("line_ids.cost", "line_ids.actual_cost")
    def _compute_total_cost(self):
        for plan in self:
            plan.total_cost = sum(plan.line_ids.mapped("cost"))
            plan.actual_cost = sum(plan.line_ids.mapped("actual_cost"))

    @api.depends("line_ids.done")
    def _compute_progress(self):
        for plan in self:
            lines = plan.line_ids
            done = lines.filtered("done")
            plan.progress = 100 * len(done) / len(lines) if lines else 0

    @api.depends("customer_id", "date_from", "date_to", "sales_target", "company_id")
    def _compute_actual_sales(self):
        self.actual_sales = self.target_rate = 0
        figures = self.env["crm.sales.figures"]
        groups = self.filtered(lambda p: p.customer_id and p.date_from).grouped(
            lambda p: (p.company_id, p.date_from, p.date_to)
        )
        for (company, start, end), plans in groups.items():
            rows = figures._rows(
                company,
                "invoiced",
                start,
                end,
                measures=("amount",),
                customers=self._sql_ids(plans.customer_id._origin.ids),
            )
            sales = {row["customer_id"]: row["amount"] for row in rows}
            for plan in plans:
                plan.actual_sales = sales.get(plan.customer_id._origin.id, 0)
                if plan.sales_target:
                    plan.target_rate = 100 * plan.actual_sales / plan.sales_target

    @api.depends("approval_ids.state", "approval_ids.comment", "approval_request")
    def _compute_recommendations(self):
        service = self.env.ref("crm_customer_archive.group_service_manager")
        general = self.env.ref("crm_policy.group_gm")
        for plan in self:
            decided = plan.approval_ids.filtered(
                lambda a, plan=plan: a.request == plan.approval_request and a.decided_by
            )
            by_group = {a.authority_id.group_id: a for a in decided}
            for name, group in (
                ("service_recommendation", service),
                ("manager_recommendation", general),
            ):
                found = by_group.get(group)
                plan[name] = plan._recommendation(found) if found else False

    def _recommendation(self, approval):
        """Return a decision as the table prints it."""
        outcomes = dict(approval._fields["state"]._description_selection(self.env))
        parts = (outcomes.get(approval.state), approval.comment)
        return ": ".join(part for part in parts if part)
