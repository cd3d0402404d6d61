"""Corrective and preventive actions: owner, due date, proof, verified effect.

Improvements are tracked until their effect is verified (CMP-12, CMP-18, CMP-49);
those against human negligence are exempt (CMP-43).
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.crm_policy.models.arguments import (
    DAY,
    FLAG,
    RECORD,
    TEXT,
    arguments,
    check_values,
)
from odoo.addons.crm_policy.models.reminders import remind_batch

from .passes import passes

# open -> done -> effective, or back to open where it did not help.
ACTION_TRANSITIONS = {
    "done": {"from": ("open",), "to": "done", "check": "_check_done"},
    "verify": {"from": ("done",), "to": "effective", "check": "_check_verifier"},
    "reopen": {"from": ("done", "effective"), "to": "open", "check": "_check_verifier"},
    "cancel": {"from": ("open",), "to": "cancelled", "check": "_check_planner"},
}
# Values fixed once the action is done: they are what was verified.
PLAN_FIELDS = ("name", "kind", "user_id", "date_due", "complaint_id", "cause_id")


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    _guarded_fields = ("improvement_state",)

    action_ids = fields.One2many("crm.complaint.action", "complaint_id", "Actions")
    improvement_state = fields.Selection(
        [
            ("none", "No Actions"),
            ("exempt", "Exempt from Tracking"),
            ("open", "Under Way"),
            ("done", "To Be Verified"),
            ("verified", "Effect Verified"),
        ],
        "Improvement",
        compute="_compute_improvement_state",
        store=True,
        precompute=True,
        index=True,
        help="How far the corrective and preventive actions are. Human negligence is "
        "exempt from tracking (CMP-43).",
    )

    @api.depends("action_ids.state", "improvement_tracked")
    def _compute_improvement_state(self):
        for complaint in self:
            states = set(complaint.action_ids.mapped("state")) - {"cancelled"}
            if complaint.improvement_tracked == "no":
                complaint.improvement_state = "exempt"
            elif not states:
                complaint.improvement_state = "none"
            elif "open" in states:
                complaint.improvement_state = "open"
            elif "done" in states:
                complaint.improvement_state = "done"
            else:
                complaint.improvement_state = "verified"

    @arguments(kind=TEXT, name=TEXT, user_id=RECORD, date_due=DAY)
    def action_add_action(self, kind, name, user_id, date_due, **vals):
        """Plan an action; for programs.

        :param kind: containment, corrective or preventive
        :param name: what is to be done
        :param user_id: id of the owner
        :param date_due: day it is to be done by
        :return: id of the ``crm.complaint.action``
        """
        self._policy_require_one()
        Action = self.env["crm.complaint.action"]
        values = {
            **vals,
            "complaint_id": self.id,
            "kind": kind,
            "name": name,
            "user_id": user_id,
            "date_due": date_due,
        }
        check_values(Action, values)
        return Action.create(values).id

    def _is_verifier(self):
        """Tell whether the user is of quality management or of the office."""
        if self.env.su or self.env.user.has_group("crm_policy.group_director"):
            return True
        # sudo: membership of the departments is checked, members are not shown
        departments = self.env["hr.department"]
        for code in ("quality", "gmo"):
            departments |= departments._policy_department(code, self.company_id)
        departments = departments.sudo()  # sudo: as above
        staff = departments.member_ids.user_id | departments.manager_id.user_id
        return self.env.user in staff

    def _may_plan_actions(self):
        """Tell whether the user may plan actions on this complaint."""
        return self._is_verifier() or (
            self.state not in ("draft", "closed", "cancelled")
            and self._allows("_check_holder")
        )


class CrmComplaintAction(models.Model):
    """One thing done so that it does not happen again."""

    _name = "crm.complaint.action"
    _inherit = [
        "crm.complaint.child",
        "mail.thread",
        "mail.activity.mixin",
        "crm.guard.mixin",
    ]
    _description = "Corrective or Preventive Action"
    _order = "complaint_id, kind, date_due, id"
    _transitions = ACTION_TRANSITIONS
    _unlink_states = ("open", "cancelled")
    _guarded_fields = (
        "tracked",
        "done_at",
        "done_by_id",
        "verified_at",
        "verified_by_id",
        "reminded_at",
    )

    complaint_id = fields.Many2one(required=True)
    company_id = fields.Many2one(related="complaint_id.company_id", store=True)
    partner_id = fields.Many2one(
        related="complaint_id.partner_id", string="Customer", store=True, index=True
    )
    kind = fields.Selection(
        [
            ("containment", "Immediate"),
            ("corrective", "Corrective"),
            ("preventive", "Preventive"),
        ],
        required=True,
        default="corrective",
        help="Immediate: protects the customer now; corrective: removes the cause; "
        "preventive: keeps it from happening elsewhere.",
    )
    name = fields.Char("What Is to Be Done", required=True)
    cause_id = fields.Many2one(
        "crm.complaint.cause", "Against the Cause", ondelete="restrict"
    )
    user_id = fields.Many2one(
        "res.users",
        "Owner",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        tracking=True,
    )
    department_id = fields.Many2one(
        "hr.department",
        compute="_compute_department_id",
        store=True,
        help="Department of the owner.",
    )
    date_due = fields.Date("Due", required=True, index=True, tracking=True)
    state = fields.Selection(
        [
            ("open", "Open"),
            ("done", "Done"),
            ("effective", "Effective"),
            ("cancelled", "Cancelled"),
        ],
        default="open",
        required=True,
        index=True,
        copy=False,
        tracking=True,
    )
    tracked = fields.Boolean(
        compute="_compute_tracked",
        store=True,
        help="Reminded until done and verified. Human negligence is exempt (CMP-43).",
    )
    late = fields.Boolean(compute="_compute_late", search="_search_late")
    proof = fields.Text(
        copy=False, help="What shows that it was done; files go below, in the history."
    )
    effect = fields.Text(
        copy=False, help="What was seen afterwards: whether it helped (CMP-18)."
    )
    done_at = fields.Datetime("Done on", copy=False)
    done_by_id = fields.Many2one("res.users", "Done by", copy=False)
    verified_at = fields.Datetime("Verified on", copy=False)
    verified_by_id = fields.Many2one("res.users", "Verified by", copy=False)
    reminded_at = fields.Date("Reminded on", copy=False)
    customer_visible = fields.Boolean(
        "For the Customer",
        help="Its words may go into the 8D report for the customer.",
    )
    can_plan = fields.Boolean(
        compute="_compute_can_plan", help="The user may plan and give up actions."
    )
    can_verify = fields.Boolean(
        compute="_compute_can_plan", help="The user verifies whether actions helped."
    )

    # ----------------------------------------------------------------- computes

    @api.depends("user_id", "complaint_id.company_id")
    def _compute_department_id(self):
        companies = self.complaint_id.company_id
        departments = self.user_id._policy_departments(companies)
        for action in self:
            key = action.user_id, action.complaint_id.company_id
            action.department_id = departments.get(key)

    @api.depends("complaint_id.state", "complaint_id.routing_department_id")
    @api.depends_context("uid")
    def _compute_can_plan(self):
        for action in self:
            case = action.complaint_id
            action.can_plan = case and passes(case._may_plan_actions)
            action.can_verify = case and passes(case._is_verifier)

    @api.depends("complaint_id.improvement_tracked", "complaint_id.category_id")
    def _compute_tracked(self):
        for action in self:
            complaint = action.complaint_id
            tracked = complaint.improvement_tracked
            if not tracked and complaint.category_id.tracking_exempt:
                tracked = "no"
            action.tracked = tracked != "no"

    @api.depends("state", "date_due", "tracked")
    def _compute_late(self):
        for action in self:
            action.late = (
                action.state == "open"
                and action.tracked
                and action.date_due
                and action.date_due < action.company_id._policy_today()
            )

    @api.model
    def _search_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        company = self.env["res.company"]
        late = (
            Domain("state", "=", "open")
            & Domain("tracked", "=", True)
            & company._policy_gone_by("date_due")
        )
        return company._policy_flagged(late, value)

    # ------------------------------------------------------------------- checks

    def _check_planner(self):
        """Raise unless the user may plan actions: who may work on the case.

        :raises AccessError: neither holder, office nor owner
        """
        for complaint in self.complaint_id:
            if self.env.su or complaint._may_plan_actions():
                continue
            raise AccessError(
                self.env._(
                    "Actions of %s are planned by the department that holds it, by "
                    "quality management or the General manager's office.",
                    complaint.display_name,
                )
            )

    def _check_done(self):
        self.ensure_one()
        if self.env.user != self.user_id:
            self._check_planner()
        if not (self.proof or "").strip() and not self.message_attachment_count:
            raise UserError(
                self.env._(
                    "“%s”: describe or attach the proof that it was done.", self.name
                )
            )

    def _check_verifier(self):
        """The effect is confirmed by quality or the office, never by the owner."""
        self.ensure_one()
        if self.env.user in self.user_id | self.done_by_id and not self.env.su:
            raise AccessError(
                self.env._(
                    "“%s”: whoever carried it out does not verify its effect.",
                    self.name,
                )
            )
        if not self.complaint_id._is_verifier():
            raise AccessError(
                self.env._(
                    "“%s”: its effect is verified by quality management or the "
                    "General manager's office.",
                    self.name,
                )
            )

    # ---------------------------------------------------------------- lifecycle

    @api.model_create_multi
    def create(self, vals_list):
        actions = super().create(vals_list)
        actions._check_planner()
        for action in actions:
            if action.complaint_id.state in ("draft", "cancelled"):
                raise UserError(
                    self.env._(
                        "%s is not registered yet: no actions.",
                        action.complaint_id.display_name,
                    )
                )
        actions._schedule()
        return actions

    def write(self, vals):
        if not self._guard_open_fields() >= set(vals):
            self._check_editable(vals)
        res = super().write(vals)
        if not {"user_id", "date_due"}.isdisjoint(vals):
            self._schedule()
        return res

    def _check_editable(self, vals):
        plan = not set(PLAN_FIELDS).isdisjoint(vals)
        for action in self:
            if action.state not in ("open", "done") or (
                plan and action.state != "open"
            ):
                raise UserError(
                    self.env._("“%s” is done; it stays as it was.", action.name)
                )
            if plan or self.env.user != action.user_id:
                action._check_planner()

    @api.ondelete(at_uninstall=False)
    def _unlink_check_planner(self):
        self._check_planner()

    def _schedule(self):
        """Remind the owners by activity; exempt actions are not tracked."""
        for action in self.sudo():  # sudo: activities of other owners
            action.activity_unlink(["crm_complaint.activity_type_action"])
            if action.tracked and action.state == "open":
                action.activity_schedule(
                    "crm_complaint.activity_type_action",
                    date_deadline=action.date_due,
                    user_id=action.user_id.id,
                    summary=action.name,
                )

    # ------------------------------------------------------------------ actions

    @arguments(proof=TEXT)
    def action_done(self, proof=None):
        """Report the action as done, with its proof.

        :param proof: what shows it; else what is written or attached already
        :raises UserError: no proof; AccessError: not the owner
        """
        for action in self:
            if proof:
                action.proof = proof
            action._transition(
                "done", done_at=fields.Datetime.now(), done_by_id=self.env.uid
            )
            # sudo: activities of whoever owns it
            action.sudo().activity_feedback(["crm_complaint.activity_type_action"])
            action._ask_verification()
        return True

    def _ask_verification(self):
        if not self.tracked:
            return
        complaint = self.sudo().complaint_id  # sudo: owners need not see the case
        quality = self.env["hr.department"]._policy_department(
            "quality", complaint.company_id
        )
        verifier = quality._policy_heads(but=self.user_id)[:1]
        if verifier:
            self.sudo().activity_schedule(  # sudo: an activity for another user
                "crm_complaint.activity_type_verify",
                date_deadline=complaint.company_id._policy_today(),
                user_id=verifier.id,
                summary=self.env._("Verify the effect: %s", self.name),
            )

    @arguments(effective=FLAG, effect=TEXT)
    def action_verify(self, effective, effect=None):
        """Confirm whether the action helped (CMP-18); if not, it is open again.

        :param effective: True or False
        :param effect: what was seen; required
        :raises AccessError: the owner, or neither quality nor the office
        """
        for action in self:
            action._check_transition_state(("done",))
            action._check_verifier()
            words = (effect or action.effect or "").strip()
            if not words:
                raise UserError(
                    self.env._("“%s”: write down what effect was seen.", action.name)
                )
            # sudo: the verifier need not be allowed to edit the case
            action.sudo().write({"effect": words})
            now = fields.Datetime.now()
            if effective:
                action._transition(
                    "verify", verified_at=now, verified_by_id=self.env.uid
                )
            else:
                action._transition("reopen", done_at=False, done_by_id=False)
            # sudo: activities of colleagues, and the history of a case of others
            action.sudo().activity_unlink(["crm_complaint.activity_type_verify"])
            if not effective:
                action._schedule()
                # sudo: as above
                action.sudo().message_post(
                    body=self.env._("It did not help: %s", words),
                    author_id=self.env.user.partner_id.id,
                )
        return True

    def action_verify_effective(self):
        """Button: the effect written down was seen."""
        return self.action_verify(True)

    def action_verify_ineffective(self):
        """Button: it did not help."""
        return self.action_verify(False)

    def action_cancel_action(self):
        """Give an action up that is not done."""
        for action in self:
            action._transition("cancel")
            # sudo: the activity of whoever was to do it
            action.sudo().activity_unlink(["crm_complaint.activity_type_action"])
        return True

    # -------------------------------------------------------------------- crons

    @api.model
    def _cron_late(self):
        """Tell the head of the owner's department once that an action is late."""
        late = self.search([("late", "=", True), ("reminded_at", "=", False)])
        heads, rows = {}, []
        for action in late:
            department = action.department_id or action.complaint_id.department_id
            key = department, action.user_id
            if key not in heads:
                heads[key] = department._policy_heads(but=action.user_id)
            head = heads[key] or action.user_id
            summary = self.env._("Late: %s", action.name)
            rows.append((action, head, {"summary": summary}))
        remind_batch(self.env, "crm_complaint.activity_type_action", rows)
        for company, actions in late.grouped("company_id").items():
            actions._write_guarded({"reminded_at": company._policy_today()})
