"""Field response (SM-11), abnormality form (CMP-03), memorandum, joint handling."""

from datetime import datetime

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .common import ComplaintCase


@tagged("post_install", "-at_install")
class TestDocuments(ComplaintCase):
    # ------------------------------------------------------------ field response

    def _called(self, **vals):
        return (
            self.env["crm.field.response"]
            .with_user(self.user_sales)
            .create(
                {
                    "partner_id": self.customer.id,
                    "product_id": self.product.id,
                    "abnormality": "Seams open in the sewing room",
                    **vals,
                }
            )
        )

    def test_field_response(self):
        # Quality goes to customers whose file it may not open.
        self.customer.write({"is_crm_customer": True, "company_id": self.company.id})
        self.assertFalse(self.customer.with_user(self.user_quality).has_access("read"))
        response = self._called()
        theirs = response.with_user(self.user_quality)
        self.assertIn(self.customer.name, theirs.display_name)
        self.assertEqual(response.routing_department_id.policy_code, "quality")
        quality = response.with_user(self.user_quality)
        with self.assertRaisesRegex(UserError, "Persons Sent"):
            quality.action_go()
        quality.person_ids = self.user_manufacturing
        with self.assertRaisesRegex(UserError, "quality management"):
            quality.action_go()
        quality.person_ids |= self.user_quality
        with self.assertRaises(AccessError):
            response.action_go()
        quality.action_go()
        with self.assertRaises(UserError):
            quality.report = "too early"
        quality.write({"findings": "Thread", "handling": "Sorted on site"})
        with freeze_time("2026-03-02 02:00:00"):
            quality.action_handled()
            self.assertEqual(response.routing_due, datetime(2026, 3, 5, 2))
        with freeze_time("2026-03-05 02:01:00"):
            self.env.invalidate_all()
            self.assertTrue(response.routing_late)
        mine = response.with_user(self.user_manufacturing)
        mine.write({"report": "Needle worn", "proposal": "Change", "loss": "yes"})
        mine.action_report()
        with self.assertRaises(AccessError):
            quality.action_instruct("x")
        response.with_user(self.user_gm).action_instruct("File a complaint")
        self.assertEqual(response.state, "instructed")
        action = response.action_file_complaint()
        complaint = self.Complaint.browse(action["res_id"])
        self.assertEqual(response.action_file_complaint()["res_id"], complaint.id)
        self.assertEqual(complaint.field_response_id, response)
        self.assertIn("Thread", complaint.description)

    def test_general_manager_names_persons(self):
        """Quality cannot go in time: the general manager names who goes (CMP-30)."""
        response = self._called()
        quality = response.with_user(self.user_quality)
        quality.quality_unavailable = True
        quality.person_ids = self.user_storage
        with self.assertRaises(AccessError):
            quality.action_go()
        response.with_user(self.user_gm).action_go()
        sent = response.with_user(self.user_storage)
        sent.write({"findings": "Thread", "handling": "Sorted"})
        sent.action_handled()
        self.assertEqual(response.routing_user_id, self.user_storage)
        with self.assertRaises(AccessError):
            response.with_user(self.user_rd).read(["report"])

    # --------------------------------------------------------------- abnormality

    def _abnormal(self, **vals):
        return (
            self.env["crm.abnormality"]
            .with_user(self.user_sales)
            .create(
                {
                    "partner_id": self.customer.id,
                    "product_id": self.product.id,
                    "quantity": 3,
                    "description": "Labels crooked",
                    "handling": "Straightened at the customer",
                    "department_id": self.departments["manufacturing"].id,
                    **vals,
                }
            )
        )

    def test_abnormality(self):
        """Proposed, confirmed by the office, improved, effect checked (GAP-15)."""
        form = self._abnormal(department_id=False)
        with self.assertRaisesRegex(UserError, "Unit to Improve"):
            form.action_propose()
        form.department_id = self.departments["manufacturing"]
        form.action_propose()
        with self.assertRaises(AccessError):
            form.action_confirm()
        form.with_user(self.user_gmo).action_confirm()
        unit = form.with_user(self.user_manufacturing)
        with self.assertRaises(UserError):
            unit.action_improve()
        with self.assertRaises(UserError):
            form.description = "something else"
        unit.write({"cause": "Jig loose", "improvement": "Jig fixed"})
        unit.action_improve()
        office = form.with_user(self.user_gmo)
        office.action_again()
        unit.action_improve()
        with self.assertRaises(UserError):
            office.action_close()
        office.effect = "None since"
        office.action_close()
        self.assertEqual(form.state, "closed")
        self.assertEqual(len(form.passage_ids), 5)

    def test_abnormality_becomes_complaint(self):
        form = self._abnormal()
        form.action_propose()
        with self.assertRaises(UserError):
            form.action_convert("")
        with self.assertRaises(AccessError):
            form.with_user(self.user_quality).action_convert("x")
        complaint_id = form.action_convert("The shop took 3 back")
        self.assertEqual(form.action_convert("again"), complaint_id)
        complaint = self.Complaint.browse(complaint_id)
        self.assertEqual(complaint.state, "draft")
        self.assertEqual(complaint.user_id, self.user_sales)
        self.assertEqual(complaint.defective_quantity, 3)
        self.assertEqual(form.state, "converted")
        self.assertEqual(complaint.abnormality_ids, form)
        with self.assertRaises(AccessError):
            form.write({"complaint_id": False})

    # ---------------------------------------------------------------- memorandum

    def _memo(self, complaint, user, **vals):
        return (
            self.env["crm.complaint.memorandum"]
            .with_user(user)
            .create(
                {
                    "complaint_id": complaint.id,
                    "subject": "Not ours",
                    "text": "The yarn was the customer's",
                    **vals,
                }
            )
        )

    def test_objection_to_decision(self):
        """A department objects; the general manager gives the decision up (CMP-52)."""
        complaint = self._complaint()
        self._at(complaint, "decision")
        memo = self._memo(complaint, self.user_manufacturing)
        with self.assertRaisesRegex(UserError, "not decided"):
            memo.action_submit()
        self._at(complaint, "decided")
        memo.action_submit()
        with self.assertRaises(UserError):
            memo.action_accept("yes")
        with self.assertRaises(UserError):
            memo.with_user(self.user_quality).action_accept("yes")
        with self.assertRaises(UserError):
            memo.text = "changed"
        boss = memo.with_user(self.user_gm)
        with self.assertRaises(UserError):
            boss.action_accept(" ")
        boss.action_accept("Sum up again")
        self.assertEqual(memo.answered_by_id, self.user_gm)
        self.assertEqual(complaint.approval_state, "voided")
        self.assertEqual(complaint.state, "gmo_summary")

    def test_dismissed(self):
        complaint = self._complaint()
        self._at(complaint, "decided")
        memo = self._memo(complaint, self.user_manufacturing)
        memo.action_submit()
        memo.with_user(self.user_gm).action_dismiss("The facts are clear")
        self.assertEqual(complaint.approval_state, "approved")
        with self.assertRaises(UserError):
            memo.action_withdraw()

    def test_objection_of_customer(self):
        """Not substantiated, the customer objects: to the superior (CMP-55)."""
        complaint = self._complaint()
        memo = self._memo(complaint, self.user_sales, kind="customer")
        self.assertEqual(memo.superior_id, self.user_sales_head)
        with self.assertRaisesRegex(UserError, "not substantiated"):
            memo.action_submit()
        office = self._at(complaint, "gmo_summary")
        office.action_propose_not_substantiated("Sample is fine")
        complaint.with_user(self.user_sales_head).action_approve()
        memo.action_submit()
        self.assertTrue(memo.activity_ids)
        memo.with_user(self.user_sales_head).action_accept("Look again")
        self.assertEqual(complaint.state, "gmo_summary")
        self.assertFalse(complaint.not_substantiated)

    def test_memorandum_is_seen_with_its_complaint(self):
        complaint = self._complaint()
        self._at(complaint, "decided")
        memo = self._memo(complaint, self.user_manufacturing)
        Memo = self.env["crm.complaint.memorandum"]
        self.assertIn(memo, Memo.with_user(self.user_sales).search([]))
        for user in (self.user_sales2, self.user_rd, self.user_other_company):
            theirs = Memo.with_user(user).with_context(
                allowed_company_ids=user.company_ids.ids
            )
            self.assertNotIn(memo, theirs.search([]), user.login)
            with self.assertRaises(AccessError):
                memo.with_user(user).read(["text"])

    # -------------------------------------------------------------------- joint

    def test_joint_handling(self):
        """The consolidated opinion waits for the supplier; money back is noted."""
        supplier = self.env["res.partner"].create({"name": "Yarn Mill"})
        complaint = self._complaint()
        office = self._at(complaint, "gmo_summary")
        vals = {"complaint_id": complaint.id, "partner_id": supplier.id}
        Joint = self.env["crm.complaint.joint"]
        with self.assertRaises(AccessError):
            Joint.with_user(self.user_sales).create(vals)
        joint = Joint.with_user(self.user_gmo).create(
            {
                **vals,
                "material": "Yarn",
                "department_ids": [Command.link(self.departments["quality"].id)],
            }
        )
        self.assertTrue(complaint.joint_open)
        found = [("joint_open", "=", True), ("id", "=", complaint.id)]
        self.assertTrue(self.Complaint.search_count(found))
        office.write(self._summary_vals())
        with self.assertRaisesRegex(UserError, "Yarn Mill"):
            office.action_request_decision()
        with self.assertRaisesRegex(UserError, "Result"):
            joint.action_settle()
        joint.write({"result": "They pay half", "recovered_amount": 500})
        with self.assertRaises(UserError):
            joint.action_reject()
        self.assertEqual(complaint.amount_recovered, 0)
        joint.action_settle()
        self.assertEqual(complaint.amount_recovered, 500)
        self.assertFalse(self.Complaint.search_count(found))
        with self.assertRaises(AccessError):
            joint.with_user(self.user_sales).write({"recovered_amount": 1})
        with self.assertRaises(AccessError):
            joint.write({"closed_at": "2026-01-01 00:00:00"})
        office.action_request_decision()
        with self.assertRaises(UserError):
            joint.unlink()
