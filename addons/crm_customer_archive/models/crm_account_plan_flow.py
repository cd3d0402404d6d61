"""The way of an account plan: submitted, audited, approved, carried out, improved."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import SQL, format_list

from odoo.addons.crm_policy.models.arguments import FLAG, TEXT, VALUES, arguments

from .crm_account_plan import KINDS

# What the written forms ask for, by kind; asked when a plan is submitted.
REQUIRED = {
    "key": ("sales_target", "reason", "line_ids"),
    "important": ("problem", "countermeasure"),
    "problem": ("deterioration_trend", "symptoms", "countermeasure"),
    "service": ("content", "line_ids"),
    "maintenance": ("method", "line_ids"),
    "development": ("motive", "strategy", "line_ids"),
    "assurance": ("promises", "line_ids"),
}
# The texts each form prints.
PRINTED = {
    "key": ("reason", "sales_situation"),
    "important": ("sales_situation", "problem", "countermeasure", "guidelines"),
    "problem": (
        "sales_scope",
        "location",
        "deterioration_trend",
        "symptoms",
        "countermeasure",
    ),
    "service": ("problem", "content"),
    "maintenance": ("method",),
    "development": (
        "motive",
        "competition",
        "expected_price",
        "strengths",
        "strategy",
    ),
    "assurance": ("content",),
}
# What a program may say of a plan.
PROGRAM_FIELDS = (
    "date_from",
    "date_to",
    "sales_target",
    "reason",
    "sales_situation",
    "problem",
    "countermeasure",
    "guidelines",
    "sales_scope",
    "deterioration_trend",
    "symptoms",
    "content",
    "method",
    "motive",
    "competition",
    "expected_price",
    "strengths",
    "strategy",
    "promises",
    "notes",
)


class CrmAccountPlan(models.Model):
    _inherit = "crm.account.plan"

    @api.model
    def _sql_ids(self, ids):
        return SQL("%s", tuple(ids or [0]))

    # ------------------------------------------------------------------ checks

    @api.model
    def _get_approval_step_labels(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return {**super()._get_approval_step_labels(), **kinds}

    def _approval_default_step(self):
        return self.kind

    def _approval_amount(self, step):
        """What the measures cost decides who approves."""
        company = self.company_id
        return self.total_cost, company.currency_id, company._policy_today()

    def _approval_department(self, step):
        # sudo: the org chart is needed, not shown
        return self.sudo().department_id or super()._approval_department(step)

    def _routing_department(self, state):
        if state == "audit":
            return self.sudo().department_id  # sudo: the org chart is needed, not shown
        return super()._routing_department(state)

    def _approval_check(self, step):
        """Refuse an incomplete plan, naming everything that is missing."""
        res = super()._approval_check(step)
        for plan in self:
            if step != plan.kind:
                raise UserError(
                    self.env._("%s: a plan is decided as the kind it is.", plan.name)
                )
            missing = [
                plan._fields[name]._description_string(self.env)
                for name in REQUIRED[plan.kind]
                if not plan[name]
            ]
            if not plan.user_id:
                missing.append(plan._fields["user_id"]._description_string(self.env))
            if missing:
                raise UserError(
                    self.env._(
                        "%(plan)s is not complete. Missing: %(fields)s.",
                        plan=plan.name,
                        fields=format_list(self.env, missing),
                    )
                )
        return res

    def _approval_advance(self, step, approvals):
        """The first level audits, those after it approve."""
        res = super()._approval_advance(step, approvals)
        if self.state == "audit":
            levels = approvals.sorted("level").mapped("level")
            pending = approvals.filtered(lambda a: a.state == "pending")
            if pending and pending[0].level > levels[0]:
                self._write_guarded({"state": "approval"})
        return res

    def _check_party(self):
        """Raise unless the user carries the plan or may write it."""
        for plan in self:
            # sudo: who carries the plan may not be able to read it yet
            if plan.sudo().user_id != self.env.user:
                plan.check_access("write")

    def _check_start(self):
        """Raise unless the plan may be carried out now."""
        self._check_party()
        plan = self.sudo()  # sudo: the procedure's own look at the document
        plan._approval_require(plan.kind)
        if plan.promises and plan.assurance_state != "passed":
            raise UserError(
                self.env._(
                    "%s promises services: it needs a passed customer service "
                    "assurance review before it runs (ARC-186).",
                    plan.name,
                )
            )
        running = plan.search(
            [
                ("customer_id", "=", plan.customer_id.id),
                ("company_id", "=", plan.company_id.id),
                ("kind", "=", plan.kind),
                ("state", "=", "running"),
                ("id", "!=", plan.previous_plan_id.id),
            ],
            limit=1,
        )
        if running:
            raise UserError(
                self.env._(
                    "%(other)s of the same kind already runs for %(customer)s. Close "
                    "it first.",
                    other=running.name,
                    customer=plan.customer_id.display_name,
                )
            )

    def _check_close(self):
        self._check_party()
        if not (self.summary or "").strip():
            raise UserError(
                self.env._("%s: write the closing summary first (ARC-169).", self.name)
            )

    # --------------------------------------------------------------- lifecycle

    def write(self, vals):
        if "promises" in vals:
            changed = self.filtered(
                lambda plan: (
                    plan.assurance_state != "none"
                    and (plan.promises or "") != (vals["promises"] or "")
                )
            )
            if changed:
                changed._write_guarded(
                    {
                        "assurance_state": "none",
                        "assured_by_id": False,
                        "assured_at": False,
                    }
                )
        return super().write(vals)

    # ----------------------------------------------------------------- actions

    def action_submit(self):
        """Put plans up for audit and approval.

        :return: True
        :raises UserError: no draft, or something the form asks for is missing
        """
        for plan in self:
            plan.action_request_approval(plan.kind)
        return True

    @arguments(passed=FLAG, opinion=TEXT)
    def action_review_assurance(self, passed, opinion):
        """Enter the customer service assurance review (客户服务保障评审, ARC-186).

        :param passed: whether the promises can be kept
        :param opinion: the review's opinion; required
        :return: True
        :raises AccessError: not the customer-service desk; UserError: no promises,
            no opinion, or the plan runs already
        """
        if not self.env.user.has_group("crm_policy.group_specialist"):
            raise AccessError(
                self.env._("Promises are reviewed by the customer-service desk.")
            )
        self.check_access("read")
        if not (opinion or "").strip():
            raise UserError(self.env._("A review needs an opinion."))
        for plan in self:
            plan._check_transition_state(
                ("draft", "audit", "approval", "approved", "refused")
            )
            if not plan.promises:
                raise UserError(
                    self.env._("%s promises no services.", plan.display_name)
                )
            if plan.user_id == self.env.user:
                raise AccessError(
                    self.env._(
                        "%s: who makes the promises does not review them.", plan.name
                    )
                )
        self._write_guarded(
            {
                "assurance_state": "passed" if passed else "failed",
                "assurance_opinion": opinion,
                "assured_by_id": self.env.uid,
                "assured_at": fields.Datetime.now(),
            }
        )
        return True

    def action_start(self):
        """Carry out approved plans: their persons get the measures as activities.

        :return: True
        :raises UserError: not approved, promises not assured, another one runs
        """
        for company, plans in self.grouped("company_id").items():
            plans._transition("start", started_on=company._policy_today())
            plans._replace_previous()
            plans.sudo()._schedule_measures()  # sudo: for others' to-do lists
        return True

    def _replace_previous(self):
        """What is improved ends when the better version begins."""
        previous = self.sudo().previous_plan_id.filtered(  # sudo: own procedure
            lambda plan: plan.state in ("running", "approved")
        )
        for plan in previous:
            plan._write_guarded(
                {
                    "state": "closed",
                    "closed_on": plan.company_id._policy_today(),
                    "summary": plan.summary
                    or self.env._("Replaced by an improved version."),
                }
            )

    def _schedule_measures(self):
        activity_type = self.env.ref("mail.mail_activity_data_todo")
        self.env["mail.activity"].create(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id(self._name),
                    "res_id": line.plan_id.id,
                    "activity_type_id": activity_type.id,
                    "summary": line.name[:120],
                    "user_id": line.user_id.id,
                    "date_deadline": line.date_due or line.plan_id.date_to,
                }
                for line in self.line_ids
                if not line.done and line.user_id
            ]
        )

    def action_improve(self):
        """Draft the next version of a running plan from the problems found.

        :return: id of the new ``crm.account.plan``
        :raises UserError: it does not run, no problems were collected, or the next
            version exists already
        """
        self._policy_require_one()
        self._check_party()
        self._check_transition_state(("running",))
        if not (self.problems_found or "").strip():
            raise UserError(
                self.env._("%s: collect the problems that were found first.", self.name)
            )
        if self.next_plan_ids:
            raise UserError(
                self.env._(
                    "%(plan)s is already being improved by %(next)s.",
                    plan=self.name,
                    next=self.next_plan_ids[0].name,
                )
            )
        plan = self.copy({"problem": self.problems_found})
        plan._write_guarded({"previous_plan_id": self.id, "version": self.version + 1})
        return plan.id

    def action_improve_and_open(self):
        """Draft the next version and open it."""
        new_id = self.action_improve()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": new_id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    @arguments(summary=TEXT)
    def action_close(self, summary=None):
        """Close plans with their summary.

        :param summary: what came of it; by default what is written in the plan
        :return: True
        :raises UserError: no summary, or the plan is neither approved nor running
        """
        if summary:
            self._check_party()
            for plan in self:
                plan._check_transition_state(("running", "approved"))
            self._write_guarded({"summary": summary})
        for company, plans in self.grouped("company_id").items():
            plans._transition("close", closed_on=company._policy_today())
        # sudo: to-dos of others end with the plan
        self.sudo().activity_ids.unlink()
        return True

    # ------------------------------------------------------------ for programs

    @api.model
    @arguments(vals=VALUES)
    def file_plan(self, vals):
        """File a plan as a draft; safe to repeat with ``client_reference``.

        :param vals: dict with ``kind``, ``customer_id``, optional ``client_reference``,
            ``user_id``, the texts and figures of the form by their names, and
            ``measures``: list of dicts ``name``, ``user_id``, ``date_due``, ``cost``
        :return: id of the ``crm.account.plan``
        :raises UserError: unknown key or kind
        """
        known = self._find_by_client_reference(vals.get("client_reference"))
        if known:
            return known.id
        unknown = set(vals) - {
            *PROGRAM_FIELDS,
            "kind",
            "customer_id",
            "user_id",
            "client_reference",
            "measures",
        }
        if unknown:
            raise UserError(
                self.env._(
                    "Unknown values: %s.", format_list(self.env, sorted(unknown))
                )
            )
        if vals.get("kind") not in dict(KINDS):
            raise UserError(
                self.env._(
                    "“Kind” must be one of %s.",
                    format_list(self.env, [kind for kind, _l in KINDS]),
                )
            )
        measures = vals.get("measures") or []
        plan_vals = {key: val for key, val in vals.items() if key != "measures"}
        allowed = ("name", "user_id", "date_due", "cost")
        plan_vals["line_ids"] = [
            Command.create({key: line[key] for key in allowed if key in line})
            for line in measures
        ]
        return self.create(plan_vals).id

    # ---------------------------------------------------------------- printing

    def _printed_decisions(self):
        """Return the decisions of the last request, lowest level first."""
        self.ensure_one()
        return self._approval_current()

    def _printed_texts(self):
        """Return the names of the texts that the form of this kind prints."""
        return (*PRINTED[self.kind], "promises", "assurance_opinion", "notes")

    def _printed_sheets(self, kinds, size):
        """Return [(kind, plans, page, pages)] of tables of at most ``size`` plans."""
        sheets = []
        for kind in kinds:
            plans = self.filtered(lambda plan, kind=kind: plan.kind == kind)
            pages = -(-len(plans) // size)
            for page in range(pages):
                part = plans[size * page : size * page + size]
                # sudo: names of persons and customers, for who reads the plans
                sheets.append((kind, part.sudo(), page + 1, pages))
        return sheets
