"""Overdue cases: report, recovery and supply hold of customers who do not pay (SM-08).

Carries ARC-193 to ARC-195 with the resolution of GAP-59. A case is opened by the
morning's run (`crm_credit_case_cron`), never by hand.

=========== =============== =========== ===================== =========================
from        step            to          who                   what must hold
=========== =============== =========== ===================== =========================
(cron)                      overdue     the system            receivables past due
overdue     report          reported    salesperson           cause, what was agreed
overdue,    plan            recovery    salesperson, head     plan, promised date
reported,
recovery
any open    claim settled   confirming  salesperson, head     what was agreed
any open    (paid)          confirming  the system            paid, supply held
confirming  deny            recovery    accounting            reason
any open    confirm         closed      accounting            lifts the hold
any open    (paid)          closed      the system            paid, no hold
=========== =============== =========== ===================== =========================

Beside the state stands the hold: none, suspended (step "suspend", department manager)
or stopped (step "stop", general manager).
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.crm_policy.models.arguments import DAY, TEXT, arguments

OPEN_STATES = ("overdue", "reported", "recovery", "confirming")
WORK_STATES = ("overdue", "reported", "recovery")
# Fields of the salesperson, and the states in which they are open.
REPORT_FIELDS = frozenset(("cause", "report_text"))
PLAN_FIELDS = frozenset(("recovery_plan", "promised_date"))


class CrmCreditCase(models.Model):
    _name = "crm.credit.case"
    _inherit = ["crm.document.mixin", "crm.approval.mixin", "crm.routing.mixin"]
    _description = "Overdue Case"
    _order = "id desc"
    _policy_topic = "credit"
    _number_code = "crm.credit.case"
    _unlink_states = ()
    _guarded_fields = (
        "partner_id",
        "amount_overdue",
        "amount_opened",
        "overdue_since",
        "supply_hold",
        "held_at",
        "hold_reason",
        "hold_proposed_on",
        "hold_problem",
        "paid_on",
        "reported_at",
        "reported_by_id",
        "settlement",
        "closed_at",
        "closed_by_id",
        "line_ids",
    )
    _transitions = {
        "report": {"from": ("overdue",), "to": "reported", "check": "_check_works"},
        "plan": {"from": WORK_STATES, "to": "recovery", "check": "_check_works"},
        "claim": {"from": WORK_STATES, "to": "confirming", "check": "_check_works"},
        "paid": {"from": WORK_STATES, "to": "confirming"},
        "deny": {
            "from": ("confirming",),
            "to": "recovery",
            "check": "_check_accounting",
        },
        "confirm": {"from": OPEN_STATES, "to": "closed", "check": "_check_accounting"},
        "close": {"from": OPEN_STATES, "to": "closed"},
    }
    _approval_steps = {
        "suspend": {
            "from": WORK_STATES,
            "pending": None,
            "approved": None,
            "refused": None,
            "void": None,
        },
        "stop": {
            "from": WORK_STATES,
            "pending": None,
            "approved": None,
            "refused": None,
            "void": None,
        },
    }
    _routing_states = {
        "overdue": None,
        "reported": None,
        "recovery": None,
        "confirming": "accounting",
    }
    _routing_clock = {"start": OPEN_STATES, "stop": ("closed",)}

    state = fields.Selection(
        [
            ("overdue", "Overdue"),
            ("reported", "Reported"),
            ("recovery", "In Recovery"),
            ("confirming", "To Be Confirmed"),
            ("closed", "Closed"),
        ],
        default="overdue",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    # ------------------------------------------------------------- what is overdue
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    user_id = fields.Many2one(
        related="partner_id.user_id",
        string="Salesperson",
        store=True,
        index="btree_not_null",
    )
    second_user_id = fields.Many2one(
        related="partner_id.second_user_id", store=True, index="btree_not_null"
    )
    department_id = fields.Many2one(
        related="partner_id.crm_department_id", store=True, index="btree_not_null"
    )
    amount_overdue = fields.Monetary(
        readonly=True,
        tracking=True,
        help="Company currency: receivables past due, less what the customer has paid "
        "in that is not matched yet. As of the last run.",
    )
    amount_opened = fields.Monetary(
        string="Overdue at Opening", readonly=True, help="Company currency."
    )
    overdue_since = fields.Date(
        readonly=True, help="Earliest due date among the receivables past due."
    )
    days_overdue = fields.Integer(
        compute="_compute_days_overdue", help="Calendar days since that date."
    )
    line_ids = fields.One2many("crm.credit.case.line", "case_id", readonly=True)

    # ------------------------------------------------------------ report and plan
    cause = fields.Text(
        string="Cause of the Delay", help="Found out from the customer (ARC-194)."
    )
    report_text = fields.Text(
        string="Report", help="To the department manager, at once (ARC-193)."
    )
    reported_at = fields.Datetime(readonly=True, copy=False)
    reported_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    recovery_plan = fields.Text(help="The solution agreed on (ARC-194).")
    promised_date = fields.Date(
        string="Payment Promised For", help="Local date, as the customer promised."
    )
    # ----------------------------------------------------------------------- hold
    supply_hold = fields.Selection(
        [("none", "None"), ("suspended", "Suspended"), ("stopped", "Stopped")],
        default="none",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        help="Suspended by the department manager, stopped by the general manager "
        "(GAP-59).",
    )
    held_at = fields.Datetime(string="Held Since", readonly=True, copy=False)
    hold_reason = fields.Text(readonly=True, copy=False)
    hold_proposed_on = fields.Date(readonly=True, copy=False)
    hold_problem = fields.Text(
        string="Proposal Failed",
        readonly=True,
        copy=False,
        help="Why the morning's run could not propose a hold.",
    )
    # ---------------------------------------------------------------------- ending
    paid_on = fields.Date(
        string="Found Paid On",
        readonly=True,
        copy=False,
        help="The run found nothing overdue any more.",
    )
    settlement = fields.Text(
        readonly=True, copy=False, help="How the case was settled, or paid."
    )
    closed_at = fields.Datetime(readonly=True, copy=False)
    closed_by_id = fields.Many2one(
        "res.users",
        string="Confirmed By",
        readonly=True,
        copy=False,
        help="Who confirmed for accounting; empty: closed by itself when paid.",
    )

    _open_uniq = models.UniqueIndex(
        "(company_id, partner_id) WHERE state != 'closed'",
        "This customer has an open overdue case already.",
    )

    # ---------------------------------------------------------------- computes

    @api.depends("overdue_since", "state")
    def _compute_days_overdue(self):
        for case in self:
            until = case.company_id._policy_today() if case.company_id else None
            if case.state == "closed" and case.closed_at:
                until = case.company_id._policy_date(case.closed_at)
            case.days_overdue = (
                max((until - case.overdue_since).days, 0)
                if until and case.overdue_since
                else 0
            )

    # ----------------------------------------------------------------- routing

    def _routing_department(self, state):
        if state == "confirming":
            return super()._routing_department(state)
        return self.department_id or self.env["hr.department"]._policy_department(
            "sales", self.company_id
        )

    def _routing_user(self, state):
        if state in ("overdue", "recovery"):
            return self.user_id
        return super()._routing_user(state)

    def _routing_is_foreign(self):
        return self.partner_id.is_foreign

    # ---------------------------------------------------------------- approval

    @api.model
    def _get_approval_step_labels(self):
        return {
            **super()._get_approval_step_labels(),
            "suspend": self.env._("Suspend supply"),
            "stop": self.env._("Stop supply"),
        }

    def _approval_state_vals(self, spec, key):
        """Proposals leave the case where it is, also when they are withdrawn."""
        return {}

    def _approval_amount(self, step):
        return self.amount_overdue, self.currency_id, self.company_id._policy_today()

    def _approval_department(self, step):
        return self._routing_department(self.state)

    def _approval_check(self, step):
        res = super()._approval_check(step)
        reached = ("suspended", "stopped") if step == "suspend" else ("stopped",)
        if self.supply_hold in reached:
            raise UserError(
                self.env._(
                    "%s: supply is held already.",
                    self.display_name,
                )
            )
        return res

    def _approval_done(self, step):
        """Hold the supply and tell accounting and the account managers."""
        res = super()._approval_done(step)
        for case in self:
            decision = case._approval_current().filtered("decided_by").sorted("id")[-1:]
            case._write_guarded(
                {
                    "supply_hold": "stopped" if step == "stop" else "suspended",
                    "held_at": fields.Datetime.now(),
                    "hold_reason": decision.comment or decision.request_comment,
                }
            )
            case.partner_id.message_post(body=case._hold_words())
        self.partner_id._sync_credit_state()
        return res

    # ------------------------------------------------------------------ checks

    def _is_worked_by(self, user):
        self.ensure_one()
        heads = self.sudo().department_id.policy_head_ids  # sudo: org chart
        return user in (self.user_id | self.second_user_id | heads)

    def _check_works(self):
        """Raise unless the user looks after the customer or heads who does."""
        user = self.env.user
        for case in self:
            if not case._is_worked_by(user) and not (
                user.has_group("crm_policy.group_director")
            ):
                raise AccessError(
                    self.env._(
                        "%s: only the account managers of the customer and their "
                        "head take this step.",
                        case.display_name,
                    )
                )

    def _confirms(self, company):
        """Whether the user speaks for a company's accounting."""
        user = self.env.user
        if user.has_group("account.group_account_manager"):
            return True
        department = self.env["hr.department"]._policy_department("accounting", company)
        # sudo: who belongs to accounting, not the employees' data
        department = department.sudo()
        return user in department.member_ids.user_id | department.policy_head_ids

    def _check_accounting(self):
        """Raise unless the user confirms for accounting (GAP-59)."""
        for company in self.company_id:
            if not self._confirms(company):
                raise AccessError(
                    self.env._(
                        "Only accounting confirms payments and settlements of overdue "
                        "cases."
                    )
                )

    def write(self, vals):
        for names, states in (
            (REPORT_FIELDS, ("overdue",)),
            (PLAN_FIELDS, WORK_STATES),
        ):
            changed = names.intersection(vals)
            if changed and any(case.state not in states for case in self):
                raise UserError(
                    self.env._(
                        "“%(field)s” cannot change any more: the case is past that "
                        "step.",
                        field=self._fields[min(changed)]._description_string(self.env),
                    )
                )
            if changed:
                self._check_works()
        return super().write(vals)

    # ----------------------------------------------------------------- actions

    @arguments(cause=TEXT, text=TEXT)
    def action_report(self, cause=None, text=None):
        """Report overdue receivables to the department manager (ARC-193).

        :param cause: why the customer has not paid; may stand on the form already
        :param text: what was said and agreed
        :return: True
        :raises UserError: no cause; AccessError: not an account manager
        """
        self._write_given(cause=cause, report_text=text)
        for case in self:
            if not (case.cause or "").strip():
                raise UserError(
                    self.env._(
                        "%s: say why the customer has not paid (Cause of the Delay).",
                        case.display_name,
                    )
                )
        self._transition(
            "report",
            reported_at=fields.Datetime.now(),
            reported_by_id=self.env.uid,
        )
        self._done_activities("activity_type_overdue_report")
        for case in self:
            case._ask(
                "activity_type_overdue_read",
                case._routing_department("x")._policy_heads(),
            )
        self.partner_id._sync_credit_state()
        return True

    @arguments(plan=TEXT, promised_date=DAY)
    def action_plan(self, plan=None, promised_date=None):
        """Record the recovery plan agreed on with the customer (ARC-194).

        :param plan: what was agreed; may stand on the form already
        :param promised_date: local date the customer promised to pay on
        :return: True
        """
        self._write_given(recovery_plan=plan, promised_date=promised_date)
        for case in self:
            if not (case.recovery_plan or "").strip():
                raise UserError(
                    self.env._(
                        "%s: say how the money will be recovered (Recovery Plan).",
                        case.display_name,
                    )
                )
        self._transition("plan")
        self._done_activities("activity_type_overdue_report")
        self._done_activities("activity_type_overdue_read")
        self.partner_id._sync_credit_state()
        return True

    @arguments(kind=TEXT, reason=TEXT)
    def action_propose_hold(self, kind="suspend", reason=None):
        """Propose to suspend or to stop supply; decided by authority (GAP-59).

        :param kind: ``suspend`` (department manager) or ``stop`` (general manager)
        :return: list of ids of the ``crm.approval`` records made
        """
        return self.action_request_approval(kind, reason)

    def action_propose_suspension(self):
        """Propose to the department manager to suspend supply."""
        self.action_propose_hold("suspend")
        return True

    def action_propose_stop(self):
        """Propose to the general manager to stop supply."""
        self.action_propose_hold("stop")
        return True

    @arguments(text=TEXT)
    def action_claim_settled(self, text):
        """Tell accounting that the case has been paid or settled.

        :param text: how; required
        :return: True
        """
        self._check_text(text)
        self._transition("claim", settlement=text.strip())
        self._ask_accounting()
        self.partner_id._sync_credit_state()
        return True

    @arguments(text=TEXT)
    def action_confirm_payment(self, text=None):
        """Confirm for accounting that the case is paid or settled; lifts the hold.

        :param text: how; required unless it has been claimed or found paid
        :return: True
        :raises AccessError: not of accounting
        """
        for case in self:
            words = (text or "").strip() or case.settlement
            if not words and not case.paid_on:
                case._check_text(words)
            case._transition(
                "confirm",
                settlement=words or False,
                closed_at=fields.Datetime.now(),
                closed_by_id=self.env.uid,
            )
        self._after_closed()
        return True

    @arguments(reason=TEXT)
    def action_deny_payment(self, reason):
        """Say for accounting that no payment or settlement is known.

        :param reason: required; goes to the log
        :return: True
        """
        self._check_text(reason)
        self._transition("deny", settlement=False, paid_on=False)
        for case in self:
            case.message_post(
                body=self.env._("Not confirmed by accounting: %s", reason.strip())
            )
        self._done_activities("activity_type_overdue_confirm")
        self.partner_id._sync_credit_state()
        return True

    def action_claim_wizard(self):
        """Ask how the case was paid or settled."""
        return self.env["crm.credit.reason"]._open(self, "action_claim_settled")

    def action_confirm_wizard(self):
        """Confirm what was claimed or found paid, else ask how it was settled."""
        self._policy_require_one()
        if self.settlement or self.paid_on:
            return self.action_confirm_payment()
        return self.env["crm.credit.reason"]._open(self, "action_confirm_payment")

    def action_deny_wizard(self):
        """Ask why accounting does not confirm."""
        return self.env["crm.credit.reason"]._open(self, "action_deny_payment")

    # ----------------------------------------------------------------- helpers

    def _write_given(self, **vals):
        given = {name: value for name, value in vals.items() if value}
        if given:
            self._check_works()
            # sudo: the step is the user's own, checked above; only its own fields
            self.sudo().write(given)

    def _check_text(self, text):
        if not (text or "").strip():
            raise UserError(self.env._("Say how it was paid or settled, or why not."))

    def _after_closed(self):
        """Lift holds, end open proposals and duties, and say so on the customer."""
        for case in self.sudo():  # sudo: whoever closed the case has been checked
            if case.approval_state == "pending":
                case._approval_revoke(self.env._("The case is closed."))
            if case.supply_hold != "none":
                case.partner_id.message_post(
                    body=self.env._("%s is closed: supply is free again.", case.name)
                )
        self._write_guarded({"supply_hold": "none"})
        # sudo: duties of others end with the case
        self.sudo().activity_ids.action_archive()
        self.partner_id._sync_credit_state()

    def _hold_words(self):
        """Say in words why and since when supply is held."""
        self.ensure_one()
        holds = dict(self._fields["supply_hold"]._description_selection(self.env))
        return self.env._(
            "%(customer)s: %(hold)s, case %(case)s, %(amount)s overdue since "
            "%(since)s.",
            customer=self.partner_id.display_name,
            hold=holds[self.supply_hold],
            case=self.name,
            amount=self.currency_id.format(self.amount_overdue),
            since=self.overdue_since or "-",
        )

    def _ask(self, activity_type, users):
        """Put a duty on the list of each of these users, due as the routing says."""
        activity_type = self.env.ref(f"crm_customer_archive.{activity_type}")
        # sudo: duties of others
        self.env["mail.activity"].sudo().with_context(
            mail_activity_quick_update=True
        ).create(
            [
                {
                    "activity_type_id": activity_type.id,
                    # In the language of who is asked: mornings the system asks.
                    "summary": activity_type.with_context(
                        lang=user.lang or self.env.lang
                    ).summary,
                    "res_model_id": self.env["ir.model"]._get_id(self._name),
                    "res_id": case.id,
                    "user_id": user.id,
                    "automated": True,
                    "date_deadline": case.company_id._policy_date(
                        case.routing_due or fields.Datetime.now()
                    ),
                }
                for case in self
                for user in users
            ]
        )

    def _ask_accounting(self):
        """Ask accounting to confirm; reporting and planning are no duty any more."""
        self._done_activities("activity_type_overdue_report")
        self._done_activities("activity_type_overdue_read")
        for company, cases in self.grouped("company_id").items():
            department = self.env["hr.department"]._policy_department(
                "accounting", company
            )
            cases._ask("activity_type_overdue_confirm", department._policy_heads())

    def _done_activities(self, activity_type):
        # sudo: the duty may be another person's
        self.sudo().activity_feedback([f"crm_customer_archive.{activity_type}"])


class CrmCreditCaseLine(models.Model):
    """One receivable past due, as the last run found it."""

    _name = "crm.credit.case.line"
    _description = "Overdue Receivable"
    _order = "date_due, id"

    case_id = fields.Many2one(
        "crm.credit.case", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="case_id.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    move_name = fields.Char(string="Invoice")
    invoice_date = fields.Date()
    date_due = fields.Date(string="Due Date")
    amount = fields.Monetary(help="Company currency.")
    residual = fields.Monetary(string="Unpaid", help="Company currency.")
    days_overdue = fields.Integer(help="Calendar days, as of the last run.")
