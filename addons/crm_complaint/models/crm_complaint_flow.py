"""The way of a complaint through the departments (SM-10): one method per step."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_list

from odoo.addons.crm_policy.models.arguments import TEXT, arguments

from .complaint_steps import (
    FLOW_REQUIRED,
    INTAKE_FIELDS,
    STEP_FIELDS,
    STEP_REQUIRED,
)

# The step that follows from each state, for `action_forward`.
NEXT_ACTION = {
    "draft": "action_submit",
    "received": "action_receive",
    "quality": "action_answer_quality",
    "production": "action_answer_production",
    "manager_instruction": "action_instruct",
    "rd": "action_answer_rd",
    "gmo_check": "action_check",
    "sales_opinion": "action_answer_sales",
    "supervisor_reading": "action_read",
    "gmo_summary": "action_request_decision",
    "decided": "action_execute",
    "executing": "action_confirm_execution",
    "not_substantiated": "action_collect",
    "collecting": "action_close",
    "recorded": "action_classify",
    "classified": "action_accept",
    "invalid": "action_close",
    "assigned": "action_analyse",
    "analysed": "action_request_plan",
    "executed": "action_report_result",
    "answered": "action_close",
}
# From where the General manager's office may send back, and to which steps.
SEND_BACK = {
    "received": ("draft",),
    "gmo_check": ("quality", "production", "rd"),
    "gmo_summary": ("quality", "production", "rd", "sales_opinion"),
    "recorded": ("draft",),
    "classified": ("recorded",),
    "assigned": ("recorded", "classified"),
    "executed": ("assigned",),
}
# Steps one person takes, not everybody of the department that holds the case.
PERSONAL_STEPS = ("manager_instruction", "supervisor_reading")


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    # Where the complaint stays; None: `_routing_department` below decides.
    _routing_states = {
        "received": "gmo",
        "quality": "quality",
        "production": "manufacturing",
        "manager_instruction": "manufacturing",
        "rd": "rd",
        "gmo_check": "gmo",
        "sales_opinion": None,
        "supervisor_reading": None,
        "gmo_summary": "gmo",
        "decision": "gmo",
        "decided": None,
        "executing": None,
        "not_substantiated": None,
        "collecting": None,
        "recorded": "service",
        "classified": "service",
        "invalid": "service",
        "assigned": None,
        "analysed": None,
        "executed": "service",
        "answered": "service",
    }
    # 13 or 17 days from acceptance by the General manager's office (GAP-05). In the
    # lighter flows the customer service accepts, and the answer ends the case.
    _routing_clock = {"start": ("quality", "recorded"), "stop": ("answered", "closed")}

    # ------------------------------------------------------------------- routing

    def _sales_department(self):
        """Return the sales department (业务部门) of the complaint's company."""
        self.ensure_one()
        return self.env["hr.department"]._policy_department("sales", self.company_id)

    def _routing_department(self, state):
        if self.flow != "pcb":
            department = self._routing_department_light(state)
            if department:
                return department
        if self._routing_states.get(state, "") is None:
            return self._sales_department()
        if self._routing_states.get(state) == "gmo":
            return self._coordinating_department()
        return super()._routing_department(state)

    def _coordinating_department(self):
        """Return the department that owns the cases: the GM's office (GAP-85)."""
        # sudo: a choice of the company, no secret
        chosen = self.company_id.sudo().complaint_office_department_id
        return chosen.sudo(False) or self.env["hr.department"]._policy_department(
            "gmo", self.company_id
        )

    def _routing_user(self, state):
        if state == "manager_instruction":
            # sudo: the head of a department is needed, not the org chart shown
            head = self._routing_department(state).sudo().manager_id.user_id
            # sudo: a choice of the company, no secret
            return self.company_id.sudo().complaint_instruction_user_id or head
        if state == "supervisor_reading":
            department = self.department_id or self._sales_department()
            return department._policy_heads(but=self.user_id)
        if self.flow != "pcb":
            return self._routing_user_light(state)
        if self._routing_states.get(state, "") is None:
            return self.user_id
        return super()._routing_user(state)

    def _routing_is_foreign(self):
        return self.is_foreign

    # -------------------------------------------------------------------- checks

    def _check_holder(self):
        """Raise unless the user is of the department, or the person, that holds it.

        :raises AccessError: the complaint is with somebody else
        """
        self.ensure_one()
        self._routing_check_holder()
        if self.state not in PERSONAL_STEPS:
            return
        user = self.env.user
        if user != self.routing_user_id and not user.has_group(
            "crm_policy.group_director"
        ):
            raise AccessError(
                self.env._(
                    "%(document)s is with %(person)s in person.",
                    document=self.display_name,
                    person=self.routing_user_id.name or self.env._("nobody"),
                )
            )

    def _check_submit(self):
        """The form is complete before it is sent (CMP-07, CMP-26 to CMP-28)."""
        self.check_access("write")
        self._check_step_filled()
        if self.flow != "pcb":
            return
        missing = []
        if not self.sale_order_id and not self.order_reference:
            missing.append("sale_order_id")
        if not self.defective_quantity and not self.quantity_open:
            missing.append("defective_quantity")
        self._raise_missing(missing)

    def _check_step_done(self):
        """The holder of the step leaves it, with the required part filled."""
        self._check_holder()
        self._check_step_filled()

    def _check_step_filled(self):
        required = FLOW_REQUIRED.get(self.flow, {}).get(self.state)
        if required is None:
            required = STEP_REQUIRED.get(self.state, ())
        self._raise_missing([name for name in required if not self[name]])

    def _raise_missing(self, names):
        if not names:
            return
        labels = dict(self._fields["state"]._description_selection(self.env))
        raise UserError(
            self.env._(
                "%(document)s: the step %(step)s is not complete. Fill in: %(fields)s.",
                document=self.display_name,
                step=labels[self.state],
                fields=format_list(
                    self.env,
                    [
                        self._fields[name]._description_string(self.env)
                        for name in names
                    ],
                ),
            )
        )

    def _check_execute(self):
        self._check_holder()
        self._approval_require("decision")
        if self.customer_refusal:
            raise UserError(
                self.env._(
                    "The customer did not accept the conclusion of %s: its follow-up "
                    "complaint is handled instead.",
                    self.display_name,
                )
            )

    def _check_not_executed(self):
        if self.executed_at and self.flow == "pcb":
            raise UserError(
                self.env._(
                    "The execution of %s is confirmed already.", self.display_name
                )
            )

    def _check_close(self):
        """The office signs the closing of a case that is decided and carried out."""
        if self.flow != "pcb":
            self._check_close_light()
            return
        self._check_gm_office()
        if self.state == "collecting":
            self._approval_require("not_substantiated")
            return
        self._approval_require("decision")
        if not self.executed_at and not self.customer_refusal:
            raise UserError(
                self.env._(
                    "%s cannot be closed: the sales department has not confirmed that "
                    "the decision was carried out.",
                    self.display_name,
                )
            )

    def _check_gm_office(self):
        """Raise unless the user belongs to the General manager's office."""
        # sudo: membership of the office is checked, its members are not shown
        office = self._coordinating_department().sudo()
        user = self.env.user
        if (
            user in office.member_ids.user_id | office.manager_id.user_id
            or user.has_group("crm_policy.group_director")
            or user.has_group("crm_policy.group_gm_office")
        ):
            return
        raise AccessError(
            self.env._("This step is the General manager's office's: %s.", office.name)
        )

    # ------------------------------------------------------------------- actions

    def action_submit(self):
        """Send the completed form to the General manager's office (CMP-27).

        In the lighter flows it goes to the customer service, with its number (SM-13).
        The customer gets a receipt.

        :raises UserError: the form is not complete or no draft
        """
        now = fields.Datetime.now()
        light = self.filtered(lambda complaint: complaint.flow != "pcb")
        (self - light)._transition("submit", submitted_at=now)
        if light:
            light._submit_light(now)
        self._send_receipt()
        return True

    def action_cancel(self):
        """Cancel a draft."""
        self.check_access("write")
        return self._transition("cancel")

    def action_receive(self):
        """Number and register the complaint and pass it to quality (CMP-32).

        The clock of 13 or 17 days starts here (CMP-56, CMP-57).

        :raises AccessError: the user is not of the General manager's office
        """
        for complaint in self:
            complaint._check_transition_state(("received",))
            complaint._check_holder()
        self._assign_number()
        return self._transition("receive", received_at=fields.Datetime.now())

    def action_answer_quality(self):
        """Quality has traced the cause and judged the department (CMP-33)."""
        return self._transition("answer_quality")

    def action_answer_production(self):
        """The production unit has analysed and drafted the countermeasure (CMP-34).

        It goes to the manager's office, or straight on where the company does
        without that instruction (GAP-11).
        """
        for complaint in self:
            # sudo: a choice of the company, no secret
            company = complaint.company_id.sudo()
            if company.complaint_manager_instruction:
                complaint._transition("answer_production")
            else:
                complaint._pass_instruction("skip_instruction")
        return True

    def action_instruct(self):
        """The manager's instruction is given (CMP-35); R&D only if asked (CMP-36)."""
        for complaint in self:
            complaint._pass_instruction("instruct")
        return True

    def _pass_instruction(self, transition):
        self._transition("ask_rd" if self.needs_rd else transition)

    def action_answer_rd(self):
        """R&D has given its opinion (CMP-36)."""
        return self._transition("answer_rd")

    def action_check(self):
        """The General manager's office has checked; on to sales (CMP-37)."""
        return self._transition("gmo_check")

    def action_answer_sales(self):
        """Sales opinion and result of the negotiation are written (CMP-39, CMP-40)."""
        return self._transition("answer_sales")

    def action_read(self):
        """The sales supervisor has read the result (CMP-40)."""
        return self._transition("read")

    def action_execute(self):
        """Sales acts on the decision (CMP-38). Nothing binding before (CMP-50).

        :raises UserError: no decision, or one that was voided
        """
        return self._transition("execute")

    def action_confirm_execution(self):
        """Sales confirms that the decision is carried out (GAP-13).

        The clock of the case stops; the office signs the closing when it has time.
        """
        for complaint in self:
            complaint._check_transition_state(("executing",))
            complaint._check_not_executed()
            complaint._check_step_done()
            complaint._approval_require("decision")
        now = fields.Datetime.now()
        light = self.filtered(lambda complaint: complaint.flow != "pcb")
        if light:
            light._transition("carry_out", executed_at=now)
        formal = self - light
        formal._write_guarded({"executed_at": now})
        formal._pass_for_closing(now)
        return True

    def _pass_for_closing(self, moment):
        """Stop the clock of the case; the office holds it until it signs (GAP-13)."""
        # sudo: stays are recorded whoever confirms the execution
        records = self.sudo()
        records.routing_passage_id._close(moment)
        records.routing_case_ids.filtered(lambda case: not case.date_out)._close(moment)
        stays = []
        for complaint in records:
            office = complaint._coordinating_department()
            stay = complaint._routing_prepare("stay", complaint.state, moment)
            stays.append({**stay, "department_id": office.id, "user_id": False})
        self.env["crm.routing.passage"]._open(stays)

    def action_collect(self):
        """The customer has a courteous answer; the receivable is collected (CMP-54)."""
        return self._transition("collect")

    def action_close(self):
        """Sign the closing (CMP-46).

        :raises UserError: not decided, or the execution is not confirmed
        """
        return self._transition("close", closed_at=fields.Datetime.now())

    @arguments(step=TEXT, reason=TEXT)
    def action_send_back(self, step, reason):
        """Send the complaint back to an earlier step; the office checks (CMP-15).

        :param step: technical name of the earlier state
        :param reason: why; it stays in the history and is required
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Sending back needs a reason."))
        for complaint in self:
            complaint._check_holder()
            if step not in SEND_BACK.get(complaint.state, ()):
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(document)s cannot be sent back from %(state)s to %(step)s.",
                        document=complaint.display_name,
                        state=labels[complaint.state],
                        step=labels.get(step, step),
                    )
                )
            complaint._write_guarded({"state": step})
            # sudo: the holder who sends back need not be able to edit the form
            complaint.sudo().message_post(
                body=self.env._("Sent back: %s", reason),
                author_id=self.env.user.partner_id.id,
            )
        return True

    @arguments(text=TEXT)
    def action_customer_refused(self, text):
        """The customer does not accept: a new form, linked to this one (CMP-47).

        The new complaint has its own number and its own clock (GAP-14); this one is
        not carried out any more and is closed by the office.

        :param text: what the customer says; required
        :return: id of the new draft complaint
        """
        self._policy_require_one()
        if not (text or "").strip():
            raise UserError(self.env._("Write down why the customer refuses."))
        self._check_transition_state(("decided", "executing"))
        self._check_holder()
        self._check_not_executed()
        if self.child_ids:
            raise UserError(
                self.env._(
                    "%(document)s already has the follow-up complaint %(next)s.",
                    document=self.display_name,
                    next=self.child_ids[0].display_name,
                )
            )
        follow_up = self.create(self._prepare_follow_up_vals())
        follow_up._write_guarded({"parent_id": self.id})
        self._write_guarded({"customer_refusal": text})
        return follow_up.id

    def _prepare_follow_up_vals(self):
        names = (*INTAKE_FIELDS, "user_id", "category_id", "claim_currency_id")
        vals = {
            name: self._fields[name].convert_to_write(self[name], self)
            for name in names
        }
        return {
            **vals,
            "amount_claim": self.amount_claim,
            "date": self.company_id._policy_today(),
            "reported_at": fields.Datetime.now(),
        }

    def action_forward(self):
        """Take the step that follows from the present state."""
        for complaint in self:
            name = complaint._next_action_light() or NEXT_ACTION.get(complaint.state)
            if complaint.executed_at and complaint.state == "executing":
                name = "action_close"
            if not name:
                complaint._check_transition_state(tuple(NEXT_ACTION))
            getattr(complaint, name)()
        return True

    @api.model
    def _get_step_fields(self, state):
        """Return the names of the fields the holder of ``state`` may fill."""
        return STEP_FIELDS.get(state, ())
