"""The way of a complaint through the departments (SM-10)."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .common import ComplaintCase


@tagged("post_install", "-at_install")
class TestFlow(ComplaintCase):
    def test_whole_way(self):
        """Every step by its own people, until the office closes it."""
        complaint = self._complaint()
        states = []
        for _step in range(12):
            states.append(complaint.state)
            if complaint.state == "executing":
                break
            self._step(complaint)
        self.assertEqual(
            states,
            [
                "draft",
                "received",
                "quality",
                "production",
                "manager_instruction",
                "gmo_check",
                "sales_opinion",
                "supervisor_reading",
                "gmo_summary",
                "decision",
                "decided",
                "executing",
            ],
        )
        mine = complaint.with_user(self.user_sales)
        with self.assertRaises(UserError, msg="execution is not confirmed"):
            complaint.with_user(self.user_gmo).action_close()
        with self.assertRaises(UserError, msg="no result is written"):
            mine.action_confirm_execution()
        mine.execution_result = "Reduction granted"
        mine.action_confirm_execution()
        self.assertEqual(complaint.routing_department_id, self.departments["gmo"])
        self.assertTrue(complaint.case_closed_at)
        with self.assertRaises(AccessError):
            mine.action_close()
        complaint.with_user(self.user_gmo).action_close()
        self.assertEqual(complaint.state, "closed")
        self.assertTrue(complaint.closed_at)
        self.assertFalse(complaint.routing_department_id)
        self.assertEqual(complaint.decided_by_id, self.user_sales_head)

    def test_rd_only_when_needed(self):
        complaint = self._complaint()
        mine = self._at(complaint, "manager_instruction")
        mine.write({"manager_instruction": "Ask R&D", "needs_rd": True})
        mine.action_instruct()
        self.assertEqual(complaint.state, "rd")
        self.assertEqual(complaint.routing_department_id, self.departments["rd"])
        with self.assertRaises(UserError):
            complaint.with_user(self.user_rd).action_answer_rd()
        self._step(complaint)
        self.assertEqual(complaint.state, "gmo_check")

    def test_without_manager_instruction(self):
        """The instruction is a choice of the company (GAP-11)."""
        self.company.complaint_manager_instruction = False
        complaint = self._complaint()
        self._at(complaint, "production")
        self._step(complaint)
        self.assertEqual(complaint.state, "gmo_check")

    def test_named_manager_instructs(self):
        self.company.complaint_instruction_user_id = self.user_director
        complaint = self._complaint()
        self._at(complaint, "manager_instruction")
        self.assertEqual(complaint.routing_user_id, self.user_director)
        complaint.with_user(self.user_director).manager_instruction = "Do it"
        with self.assertRaises(AccessError):
            complaint.with_user(self.user_manufacturing).action_instruct()
        complaint.with_user(self.user_director).action_instruct()
        self.assertEqual(complaint.state, "gmo_check")

    def test_each_step_needs_its_part(self):
        """A step cannot be left before its part of the form is written."""
        complaint = self._complaint()
        for state in (
            "quality",
            "production",
            "manager_instruction",
            "gmo_check",
            "sales_opinion",
            "gmo_summary",
        ):
            mine = self._at(complaint, state)
            with self.assertRaises(UserError, msg=state):
                mine.action_forward()
            self.assertEqual(complaint.state, state)

    def test_only_the_holder_acts(self):
        """Somebody else neither fills the part nor forwards, in any step."""
        complaint = self._complaint()
        wrong = {
            "received": (self.user_sales, {"category_id": 1}),
            "quality": (self.user_sales, {"cause": "x"}),
            "production": (self.user_quality, {"countermeasure": "x"}),
            "manager_instruction": (self.user_quality, {"manager_instruction": "x"}),
            "gmo_check": (self.user_quality, {"gmo_check": "x"}),
            "sales_opinion": (self.user_quality, {"sales_opinion": "x"}),
            "supervisor_reading": (self.user_sales, {"supervisor_reading": "x"}),
            "gmo_summary": (self.user_sales, {"summary": "x"}),
            "decided": (self.user_quality, {"amount_settlement": 9}),
        }
        for state, (user, vals) in wrong.items():
            self._at(complaint, state)
            theirs = complaint.with_user(user)
            with self.assertRaises(AccessError, msg=state):
                theirs.write(vals)
            with self.assertRaises(AccessError, msg=state):
                theirs.action_forward()
            self.assertFalse(theirs.can_edit_step)
            self.assertEqual(complaint.state, state)

    def test_part_of_another_step(self):
        """Even the holder fills only the part of the present step."""
        complaint = self._complaint()
        mine = self._at(complaint, "quality")
        with self.assertRaisesRegex(UserError, "Countermeasure"):
            mine.countermeasure = "x"
        with self.assertRaises(UserError):
            mine.demand = "Something else"
        with self.assertRaises(AccessError):
            self._complaint(cause="typed in at once")

    def test_steps_in_order(self):
        complaint = self._complaint()
        with self.assertRaises(UserError):
            complaint.with_user(self.user_gmo).action_receive()
        self._at(complaint, "quality")
        with self.assertRaises(UserError):
            complaint.with_user(self.user_gmo).action_receive()
        with self.assertRaises(UserError):
            complaint.with_user(self.user_sales).action_submit()
        with self.assertRaises(UserError):
            complaint.with_user(self.user_sales).action_cancel()

    def test_send_back(self):
        """The office sends an answer back for completion, with a reason."""
        complaint = self._complaint()
        mine = self._at(complaint, "gmo_check")
        with self.assertRaises(UserError):
            mine.action_send_back("quality", " ")
        with self.assertRaises(UserError):
            mine.action_send_back("decided", "reason")
        with self.assertRaises(AccessError):
            complaint.with_user(self.user_quality).action_send_back("quality", "me")
        mine.action_send_back("quality", "Which lot?")
        self.assertEqual(complaint.state, "quality")
        self.assertIn("Which lot?", complaint.message_ids[0].body)

    def test_cancel_draft_only(self):
        complaint = self._complaint()
        complaint.action_cancel()
        self.assertEqual(complaint.state, "cancelled")
        with self.assertRaises(UserError):
            complaint.action_submit()

    def test_delete_draft_only(self):
        complaint = self._complaint()
        complaint.action_submit()
        with self.assertRaises(UserError):
            complaint.unlink()
        self._complaint().unlink()

    def test_customer_refuses(self):
        """A refused conclusion means a new form with the old one attached."""
        complaint = self._complaint()
        mine = self._at(complaint, "decided")
        with self.assertRaises(UserError):
            mine.action_customer_refused("")
        with freeze_time("2026-06-05 03:00:00"):
            new = self.Complaint.browse(mine.action_customer_refused("Too little"))
        self.assertEqual(new.parent_id, complaint)
        self.assertEqual(new.state, "draft")
        self.assertFalse(new.name)
        self.assertEqual(new.demand, complaint.demand)
        self.assertFalse(new.cause)
        self.assertEqual(str(new.date), "2026-06-05")
        self.assertEqual(str(new.reported_at), "2026-06-05 03:00:00", "its own clock")
        self.assertEqual(complaint.child_count, 1)
        with self.assertRaises(UserError, msg="once only"):
            mine.action_customer_refused("Again")
        with self.assertRaises(UserError, msg="the old conclusion is not executed"):
            mine.action_execute()
        complaint.with_user(self.user_gmo).action_close()
        self.assertEqual(complaint.state, "closed")

    def test_reassign(self):
        """Under way, only a manager changes the salesperson."""
        complaint = self._complaint()
        complaint.with_user(self.user_sales).action_submit()
        with self.assertRaises(AccessError):
            complaint.with_user(self.user_sales).user_id = self.user_sales2
        complaint.with_user(self.user_sales_head).user_id = self.user_sales2
        self.assertEqual(complaint.user_id, self.user_sales2)

    def test_wizard(self):
        """The reason form calls the complaint's own methods."""
        complaint = self._complaint()
        mine = self._at(complaint, "decided")
        wizard = (
            self.env["crm.complaint.reason"]
            .with_user(self.user_sales)
            .create(
                {
                    "complaint_id": mine.id,
                    "purpose": "customer_refused",
                    "reason": "No",
                }
            )
        )
        action = wizard.action_confirm()
        self.assertEqual(action["res_id"], complaint.child_ids.id)
        complaint = self._complaint()
        mine = self._at(complaint, "received")
        wizard = (
            self.env["crm.complaint.reason"]
            .with_user(self.user_gmo)
            .create(
                {
                    "complaint_id": mine.id,
                    "purpose": "send_back",
                    "step": "draft",
                    "reason": "No sample",
                }
            )
        )
        wizard.action_confirm()
        self.assertEqual(complaint.state, "draft")
        self._at(complaint, "quality")
        self.env["crm.complaint.reason"].with_user(self.user_gmo).create(
            {
                "complaint_id": complaint.id,
                "purpose": "not_substantiated",
                "reason": "Not ours",
            }
        ).action_confirm()
        self.assertEqual(complaint.state, "decision")
