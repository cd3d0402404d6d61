"""The lighter flows: the eight steps (GCMP) and the problem ticket (SM-13).

Record, classify, judge validity, responsible department, analysis, plan, instruction
of the leader in charge, execution, answer, evaluation (CMP-126 to CMP-140). A problem
ticket (CMP-141 to CMP-169) goes without validity, plan and instruction: nothing
binding can come out of it. Which flow a complaint takes is its class's choice, or the
choice of the company's policy profile.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.crm_policy.models.arguments import RECORD, TEXT, arguments

from .crm_complaint_category import FLOWS
from .crm_complaint_decision import PROTECTED
from .crm_complaint_decision import CrmComplaint as Decision

# Steps of the lighter flows that the responsible department holds.
AT_RESPONSIBLE = ("assigned", "analysed", "decided", "executing")
# Where a case may still be put on another flow.
SWITCH_STATES = ("recorded", "classified", "assigned", "received")
FLOW_START = {"pcb": "received", "gcmp": "recorded", "ticket": "recorded"}


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    _guarded_fields = ("flow", "validity")
    _approval_steps = {
        **Decision._approval_steps,
        # Every plan is laid before the leader in charge (CMP-134).
        "plan": {
            "from": ("analysed",),
            "pending": "decision",
            "approved": "decided",
            "refused": "analysed",
            "void": "analysed",
            "protected": (*PROTECTED, "plan"),
        },
    }

    flow = fields.Selection(
        FLOWS,
        compute="_compute_flow",
        store=True,
        precompute=True,
        index=True,
        help="The way of this complaint: chosen by its class, else by the company's "
        "policy profile. Fixed once the form is sent.",
    )
    validity = fields.Selection(
        [("valid", "Valid"), ("invalid", "Not Valid")],
        copy=False,
        help="Whether the reasons are sufficient and the demand reasonable (CMP-127).",
    )
    validity_reason = fields.Text("Judgement of Validity", copy=False)
    assigned_user_id = fields.Many2one(
        "res.users",
        "Person in Charge",
        copy=False,
        index="btree_not_null",
        domain=[("share", "=", False)],
        help="Who works on it in the responsible department (CMP-129).",
    )
    responsible_persons = fields.Char(
        "Persons Responsible",
        copy=False,
        help="Who caused it, as the responsible department found (CMP-132).",
    )
    outside_support = fields.Char(
        copy=False, help="Who was called in to help, and when (CMP-168)."
    )
    plan = fields.Text(
        "Plan Proposed",
        copy=False,
        help="Fair, from the facts and with a view to the demand (CMP-133).",
    )
    recovery_measures = fields.Text(
        "Recovery of Losses",
        copy=False,
        help="What is done to recover losses that have occurred (CMP-135).",
    )
    customer_reaction = fields.Text(
        copy=False, help="What the customer said to the result (CMP-136)."
    )
    evaluation = fields.Text(
        "Summary and Evaluation", copy=False, help="Lessons of the case (CMP-140)."
    )
    improvement_measures = fields.Text(copy=False)

    @api.constrains("category_id")
    def _check_category_flow(self):
        for complaint in self:
            wanted = complaint.category_id.flow
            if complaint.state != "draft" and wanted and wanted != complaint.flow:
                flows = dict(self._fields["flow"]._description_selection(self.env))
                raise ValidationError(
                    self.env._(
                        "Class: “%(category)s” goes the way “%(wanted)s”, but "
                        "%(document)s is already on the way “%(flow)s”. Put it on "
                        "the other way first.",
                        category=complaint.category_id.name,
                        wanted=flows[wanted],
                        document=complaint.display_name,
                        flow=flows[complaint.flow],
                    )
                )

    @api.depends("category_id", "company_id")
    def _compute_flow(self):
        for complaint in self:
            if complaint.flow and complaint.state not in ("draft", False):
                complaint.flow = complaint.flow
                continue
            # sudo: the profile a company works by, no secret
            profile = complaint.company_id.sudo()._policy_profile("complaint")
            complaint.flow = (
                complaint.category_id.flow or profile.complaint_flow or "pcb"
            )

    # ------------------------------------------------------------------- routing

    def _routing_department_light(self, state):
        """Return the department that holds a complaint of a lighter flow."""
        if state in AT_RESPONSIBLE:
            return self.responsible_department_id
        if state in ("decision", "recorded"):
            return self.env["hr.department"]._policy_department(
                "service", self.company_id
            )
        return self.env["hr.department"]

    def _routing_user_light(self, state):
        if state in AT_RESPONSIBLE:
            return self.assigned_user_id
        return self.env["res.users"]

    # -------------------------------------------------------------------- checks

    def _check_accept(self):
        self._check_step_done()
        if not self.responsible_department_id:
            self._raise_missing(["responsible_department_id"])

    def _check_turn_down(self):
        self._check_holder()

    def _check_close_light(self):
        """The customer service closes, or the office (CMP-128, CMP-140)."""
        self._check_step_done()

    def _approval_require(self, step):
        """In the eight steps the leader's instruction on the plan is the decision.

        A problem ticket has none, so that nothing binding comes out of it.
        """
        light = self.filtered(lambda rec: rec.flow != "pcb" and step == "decision")
        if light:
            super(CrmComplaint, light)._approval_require("plan")
        return super(CrmComplaint, self - light)._approval_require(step)

    @api.model
    def _get_approval_step_labels(self):
        return {
            **super()._get_approval_step_labels(),
            "plan": self.env._("Instruction on the plan"),
        }

    def _approval_check(self, step):
        if step != "plan":
            return super()._approval_check(step)
        self._check_holder()
        self._check_step_filled()
        return self._check_resolutions()

    # ------------------------------------------------------------------- actions

    def _submit_light(self, now):
        """Number and record complaints of the lighter flows."""
        for complaint in self:
            complaint._check_transition_state(("draft",))
            complaint._check_submit()
        self._assign_number()
        self._transition("record", submitted_at=now, received_at=now)

    def _next_action_light(self):
        """Return the step that follows where the lighter flow differs, or None."""
        if self.flow == "ticket" and self.state == "assigned":
            return "action_solve"
        return None

    def action_classify(self):
        """Customer service has classified it, with severity and priority (CMP-165).

        A problem ticket goes straight to the responsible department.
        """
        for complaint in self:
            complaint._transition(
                "assign_ticket" if complaint.flow == "ticket" else "classify"
            )
        return True

    def action_accept(self):
        """The complaint is valid; it goes to the responsible department (CMP-129)."""
        return self._transition("accept", validity="valid")

    @arguments(reason=TEXT)
    def action_turn_down(self, reason):
        """The complaint is not valid; the customer gets a tactful reply (CMP-128).

        :param reason: why; required
        """
        if not (reason or "").strip():
            raise UserError(self.env._("State why the complaint is not valid."))
        for complaint in self:
            complaint._check_transition_state(("classified",))
            complaint._check_holder()
        self.write({"validity_reason": reason})
        return self._transition(
            "turn_down",
            validity="invalid",
            not_substantiated=True,
            not_substantiated_reason=reason,
        )

    def action_analyse(self):
        """The responsible department has found cause and person (CMP-132)."""
        self._check_flow("gcmp")
        return self._transition("analyse")

    def action_solve(self):
        """The problem of a ticket is solved; the customer is told next (CMP-169)."""
        self._check_flow("ticket")
        return self._transition("solve_ticket", executed_at=fields.Datetime.now())

    def action_request_plan(self):
        """Lay the plan before the leader in charge (CMP-134)."""
        self.action_request_approval("plan")
        return True

    def action_report_result(self):
        """The result is reported to the customer, and the reaction kept (CMP-136)."""
        return self._transition("report_result")

    @arguments(category_id=RECORD, reason=TEXT)
    def action_switch_flow(self, category_id, reason):
        """Put a case on the way of another class, where it begins anew.

        A ticket in which a loss appears goes on as a complaint, for instance.

        :param category_id: id of the class whose way it takes
        :param reason: why; it stays in the history and is required
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Changing the way of a case needs a reason."))
        category = self.env["crm.complaint.category"].browse(category_id or ())
        if not category:
            raise UserError(self.env._("Name the class whose way the case takes."))
        for complaint in self:
            complaint._check_transition_state(SWITCH_STATES)
            complaint._check_holder()
            # sudo: the profile a company works by, no secret
            profile = complaint.company_id.sudo()._policy_profile("complaint")
            flow = category.flow or profile.complaint_flow or "pcb"
            if flow == complaint.flow:
                raise UserError(
                    self.env._("%s is on this way already.", complaint.display_name)
                )
            complaint._write_guarded(
                {
                    "flow": flow,
                    "category_id": category.id,
                    "validity": False,
                    "state": FLOW_START[flow],
                }
            )
            # sudo: the holder who switches need not be able to edit the form
            complaint.sudo().message_post(
                body=self.env._("Put on another way: %s", reason),
                author_id=self.env.user.partner_id.id,
            )
        return True

    def _check_flow(self, flow):
        for complaint in self:
            if complaint.flow != flow:
                flows = dict(self._fields["flow"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(document)s goes the way “%(flow)s”: this step is not on it.",
                        document=complaint.display_name,
                        flow=flows[complaint.flow],
                    )
                )
