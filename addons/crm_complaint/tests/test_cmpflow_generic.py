"""The lighter flows: eight steps and problem ticket (SM-13, CMP-126 to CMP-169)."""

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from .common import ComplaintCase


@tagged("post_install", "-at_install")
class TestGeneric(ComplaintCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.transport = cls.env.ref("crm_complaint.category_transport")
        cls.service = cls.env.ref("crm_complaint.category_service")
        cls.quality = cls.env.ref("crm_complaint.category_quality")
        cls.storage = cls.departments["storage"]

    def _light(self, category, **vals):
        return self.Complaint.with_user(self.user_sales).create(
            {
                "partner_id": self.customer.id,
                "category_id": category.id,
                "description": "Boxes wet",
                "demand": "Replace them",
                **vals,
            }
        )

    def _to_analysed(self, complaint):
        complaint.action_submit()
        desk = complaint.with_user(self.user_specialist)
        desk.responsible_department_id = self.storage
        desk.action_classify()
        desk.validity_reason = "Photos show it"
        desk.action_accept()
        mine = complaint.with_user(self.user_storage)
        mine.cause = "Tarpaulin torn"
        mine.action_analyse()
        return mine

    def _to_decided(self, complaint, amount=500.0):
        mine = self._to_analysed(complaint)
        kind = self.env.ref("crm_complaint.resolution_kind_allowance")
        mine.write(
            {
                "plan": "Allow a reduction",
                "recovery_measures": "Dry what can be dried",
                "amount_settlement": amount,
                "resolution_ids": [
                    Command.create({"kind_id": kind.id, "amount": amount})
                ],
            }
        )
        mine.action_request_plan()
        return mine

    def test_flow_chosen_by_class_and_profile(self):
        self.assertEqual(self._light(self.transport).flow, "gcmp")
        self.assertEqual(self._light(self.service).flow, "ticket")
        self.assertEqual(self._light(self.quality).flow, "pcb")
        self.company.policy_complaint_profile_id = self.env.ref(
            "crm_policy.profile_gcmp"
        )
        self.assertEqual(self._light(self.quality).flow, "gcmp")
        with self.assertRaises(AccessError):
            self._light(self.quality, flow="ticket")

    def test_eight_steps(self):
        """From the record to the evaluation, with who holds it when."""
        complaint = self._light(self.transport)
        self.assertFalse(complaint.name)
        complaint.action_submit()
        self.assertEqual(complaint.state, "recorded")
        self.assertTrue(complaint.name, "numbered at once, by the customer service")
        self.assertEqual(complaint.routing_department_id.policy_code, "service")
        complaint = self._light(self.transport)
        mine = self._to_decided(complaint)
        self.assertEqual(complaint.state, "decision")
        self.assertEqual(complaint.approval_step, "plan")
        for user in (self.user_storage, self.user_specialist, self.user_sales):
            with self.assertRaises(AccessError, msg=user.login):
                complaint.with_user(user).action_approve()
        # Under the PCB limits a plan of 500 is for the sales department manager.
        complaint.with_user(self.user_sales_head).action_approve()
        self.assertEqual(complaint.state, "decided")
        self.assertEqual(mine.decided_by_id, self.user_sales_head)

    def test_large_plan(self):
        """A plan of 100,000.01 goes to the deputy general manager (GAP-06)."""
        complaint = self._light(self.transport)
        self._to_decided(complaint, 100000.01)
        with self.assertRaises(AccessError):
            complaint.with_user(self.user_sales_head).action_approve()
        complaint.with_user(self.user_deputy).action_approve()
        self.assertEqual(complaint.state, "decided")

    def _decide(self, complaint):
        self.company.policy_complaint_profile_id = self.env.ref(
            "crm_policy.profile_gcmp"
        )
        mine = self._to_decided(complaint)
        complaint.with_user(self.user_director).action_approve()
        return mine

    def test_execution_and_answer(self):
        complaint = self._light(self.transport)
        mine = self._decide(complaint)
        self.assertEqual(complaint.state, "decided")
        self.assertEqual(complaint.routing_department_id, self.storage)
        mine.action_execute()
        with self.assertRaises(UserError):
            mine.action_confirm_execution()
        mine.execution_result = "500 allowed"
        mine.action_confirm_execution()
        self.assertEqual(complaint.state, "executed")
        desk = complaint.with_user(self.user_specialist)
        desk.customer_answer = "We allow 500"
        with self.assertRaisesRegex(UserError, "Customer Reaction"):
            desk.action_report_result()
        desk.customer_reaction = "Content"
        desk.action_report_result()
        self.assertTrue(complaint.case_closed_at, "the answer ends the case")
        with self.assertRaises(UserError):
            desk.action_close()
        desk.evaluation = "Check tarpaulins"
        desk.action_close()
        self.assertEqual(complaint.state, "closed")

    def test_plan_changed_after_instruction(self):
        """A plan changed is a plan not approved (CMP-134)."""
        complaint = self._light(self.transport)
        mine = self._decide(complaint)
        mine.amount_settlement = 900
        self.assertEqual(complaint.approval_state, "voided")
        self.assertEqual(complaint.state, "analysed")
        with self.assertRaises(UserError):
            complaint._approval_require("decision")

    def test_refused_plan(self):
        self.company.policy_complaint_profile_id = self.env.ref(
            "crm_policy.profile_gcmp"
        )
        complaint = self._light(self.transport)
        self._to_decided(complaint)
        complaint.with_user(self.user_director).action_reject("Too much")
        self.assertEqual(complaint.state, "analysed")

    def test_not_valid(self):
        complaint = self._light(self.transport)
        complaint.action_submit()
        desk = complaint.with_user(self.user_specialist)
        desk.action_classify()
        with self.assertRaises(UserError):
            desk.action_turn_down(" ")
        desk.action_turn_down("Carrier of the customer's own")
        self.assertEqual(complaint.state, "invalid")
        self.assertTrue(complaint.not_substantiated)
        with self.assertRaises(UserError):
            desk.action_close()
        desk.customer_answer = "Please ask your carrier"
        desk.action_close()
        self.assertEqual(complaint.validity, "invalid")

    def test_ticket(self):
        """Classified, solved, answered; nothing binding comes out of it."""
        complaint = self._light(self.service, demand=False)
        complaint.action_submit()
        desk = complaint.with_user(self.user_specialist)
        with self.assertRaisesRegex(UserError, "Responsible Department"):
            desk.action_forward()
        desk.responsible_department_id = self.departments["service"]
        desk.action_forward()
        self.assertEqual(complaint.state, "assigned")
        with self.assertRaises(UserError):
            desk.action_analyse()
        desk.execution_result = "Explained the setting"
        desk.action_forward()
        self.assertEqual(complaint.state, "executed")
        with self.assertRaises(UserError):
            complaint._approval_require("decision")
        desk.customer_answer = "Press the green button"
        desk.action_forward()
        desk.action_forward()
        self.assertEqual(complaint.state, "closed")

    def test_ticket_becomes_complaint(self):
        """A loss appears: the ticket takes the way of the form, with its number."""
        complaint = self._light(self.service)
        complaint.action_submit()
        desk = complaint.with_user(self.user_specialist)
        number = complaint.name
        with self.assertRaises(ValidationError):
            desk.category_id = self.transport
        with self.assertRaises(UserError):
            desk.action_switch_flow(self.quality.id, "")
        desk.action_switch_flow(self.quality.id, "Five pieces are broken")
        self.assertEqual((complaint.flow, complaint.state), ("pcb", "received"))
        complaint.with_user(self.user_gmo).action_receive()
        self.assertEqual(complaint.name, number)
        with self.assertRaises(UserError):
            complaint.with_user(self.user_quality).action_switch_flow(
                self.service.id, "x"
            )

    def test_sent_back(self):
        complaint = self._light(self.transport)
        complaint.action_submit()
        desk = complaint.with_user(self.user_specialist)
        desk.responsible_department_id = self.storage
        desk.action_classify()
        desk.validity_reason = "Yes"
        desk.action_accept()
        complaint.with_user(self.user_storage).action_send_back(
            "classified", "Not ours, the carrier's"
        )
        self.assertEqual(complaint.state, "classified")

    def test_only_the_holder(self):
        complaint = self._light(self.transport)
        complaint.action_submit()
        for user in (self.user_sales, self.user_storage, self.user_quality):
            with self.assertRaises(AccessError, msg=user.login):
                complaint.with_user(user).action_classify()
        with self.assertRaises(AccessError):
            complaint.with_user(self.user_sales).write({"severity": "minor"})

    def test_clock(self):
        """Under the PCB profile the 13 days bind the lighter ways as well."""
        with freeze_time("2026-03-02 02:00:00"):
            complaint = self._light(self.transport)
            complaint.action_submit()
            self.assertEqual(str(complaint.case_due), "2026-03-15 02:00:00")
