"""Causes, actions, the 8D report, answer, closing, satisfaction, repeats."""

from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import ComplaintCase


@tagged("post_install", "-at_install")
class TestClosing(ComplaintCase):
    def _decided(self, **vals):
        complaint = self._complaint(**vals)
        self._at(complaint, "decided")
        return complaint

    def _closed(self, **vals):
        complaint = self._decided(**vals)
        mine = complaint.with_user(self.user_sales)
        mine.report_result("Reduced by 1000")
        complaint.with_user(self.user_gmo).action_close()
        return complaint

    # ------------------------------------------------------------------ causes

    def test_sanctionable_items(self):
        """Fifteen items, each once."""
        items = self.env["crm.complaint.cause"].search([("sanctionable", "=", True)])
        self.assertEqual(sorted(items.mapped("item_number")), [*range(1, 16)])

    def test_cause(self):
        complaint = self._complaint()
        mine = self._at(complaint, "quality")
        order = self.env.ref("crm_complaint.cause_item_08")
        with self.assertRaises(AccessError):
            complaint.with_user(self.user_sales).cause_id = order
        mine.category_id = self.env.ref("crm_complaint.category_quality")
        with self.assertRaises(ValidationError):
            mine.cause_id = order
        mine.write(
            {
                "category_id": self.env.ref("crm_complaint.category_human").id,
                "cause_id": order.id,
            }
        )
        self.assertEqual(complaint.cause_ids, order)
        self.assertTrue(complaint.cause_sanctionable)
        why = self.env["crm.complaint.why"].with_user(self.user_quality)
        why.create(
            {"complaint_id": complaint.id, "question": "Why?", "answer": "Misread"}
        )
        with self.assertRaises(AccessError):
            why.with_user(self.user_sales).create(
                {"complaint_id": complaint.id, "question": "Why?", "answer": "No"}
            )

    # ----------------------------------------------------------------- actions

    def _action(self, complaint, user=None, **vals):
        return (
            self.env["crm.complaint.action"]
            .with_user(user or self.user_quality)
            .create(
                {
                    "complaint_id": complaint.id,
                    "name": "Check the setting",
                    "user_id": self.user_manufacturing.id,
                    "date_due": "2026-03-10",
                    **vals,
                }
            )
        )

    def test_action(self):
        """Proof before done; verified by quality, never by the owner."""
        complaint = self._complaint()
        self._at(complaint, "production")
        action = self._action(complaint)
        owned = action.with_user(self.user_manufacturing)
        self.assertTrue(action.activity_ids)
        self.assertEqual(complaint.improvement_state, "open")
        with self.assertRaises(UserError):
            owned.action_done()
        owned.action_done("Photo of the log")
        self.assertEqual(complaint.improvement_state, "done")
        with self.assertRaises(AccessError):
            owned.action_verify(True, "Fine")
        with self.assertRaises(AccessError):
            action.with_user(self.user_rd).action_verify(True, "Fine")
        verifier = action.with_user(self.user_quality)
        with self.assertRaises(UserError):
            verifier.action_verify(True)
        verifier.action_verify(False, "Again two pieces")
        self.assertEqual(action.state, "open")
        owned.action_done("New gauge")
        verifier.action_verify(True, "None in 500 pieces")
        self.assertEqual(complaint.improvement_state, "verified")
        self.assertEqual(action.verified_by_id, self.user_quality)
        with self.assertRaises(UserError):
            verifier.name = "Other"
        with self.assertRaises(UserError):
            verifier.write({"state": "open"})

    def test_exempt(self):
        """Human negligence needs no tracking: no reminder (CMP-43)."""
        complaint = self._complaint()
        mine = self._at(complaint, "quality")
        mine.category_id = self.env.ref("crm_complaint.category_human")
        action = self._action(complaint)
        self.assertFalse(action.tracked)
        self.assertFalse(action.activity_ids)

    def test_late_action(self):
        complaint = self._complaint()
        self._at(complaint, "production")
        action = self._action(complaint)
        self.assertTrue(action.late)
        self.env["crm.complaint.action"]._cron_late()
        count = len(action.activity_ids)
        self.env["crm.complaint.action"]._cron_late()
        self.assertEqual(len(action.activity_ids), count)
        self.assertTrue(action.reminded_at)

    # ---------------------------------------------------------------------- 8D

    def test_eight_d(self):
        complaint = self._complaint()
        self._at(complaint, "gmo_check")
        Report = self.env["crm.complaint.eight.d"].with_user(self.user_quality)
        report = Report.create({"complaint_id": complaint.id, "d2_problem": "Seams"})
        with self.assertRaises(UserError):
            report.action_release()  # not decided
        self._at(complaint, "decided")
        with self.assertRaises(UserError):
            report.action_release()  # not complete
        report.write(
            {"d3_containment": "Sorted", "d4_root_cause": "Loom", "d5_chosen": "Gauge"}
        )
        with self.assertRaises(AccessError):
            report.with_user(self.user_sales).action_release()
        report.action_release()
        with self.assertRaises(UserError):
            report.d2_problem = "Other"
        with self.assertRaises(AccessError):
            report.write({"state": "draft"})
        self.assertEqual(Report.browse(report.action_new_revision()).revision, 2)

    # ----------------------------------------------------------------- outcome

    def test_customer_answer(self):
        complaint = self._decided()
        mine = complaint.with_user(self.user_sales)
        self.assertEqual(complaint.customer_response, "pending")
        with self.assertRaises(AccessError):
            mine.write({"customer_response": "accepted"})
        mine.record_customer_answer(True, "Fine with us")
        mine.record_customer_answer(True, "Fine with us")
        self.assertEqual(complaint.customer_response, "accepted")
        self.assertEqual(len(complaint.contact_ids), 1)

    def test_refused(self):
        """A new complaint linked to this one; both forms are printed."""
        complaint = self._decided()
        mine = complaint.with_user(self.user_sales)
        follow_id = mine.record_customer_answer(False, "Too little")
        self.assertEqual(mine.record_customer_answer(False, "Too little"), follow_id)
        follow = self.Complaint.browse(follow_id)
        self.assertEqual(follow.parent_id, complaint)
        self.assertEqual(follow._get_form_documents(), follow | complaint)
        with self.assertRaises(UserError):
            mine.action_customer_accepted()

    def test_copies(self):
        """Closing gives accounting the right to read that it did not have."""
        complaint = self._decided()
        seen = self.Complaint.with_user(self.user_accounting).search(
            [("id", "=", complaint.id)]
        )
        self.assertFalse(seen)
        complaint.with_user(self.user_sales).report_result("Done")
        complaint.with_user(self.user_gmo).action_close()
        mine = complaint.with_user(self.user_accounting)
        self.assertEqual(mine.read()[0]["state"], "closed")
        with self.assertRaises(AccessError):
            mine.write({"active": False})
        with self.assertRaises(AccessError):
            complaint.with_user(self.user_sales2).read(["state"])
        self.assertEqual(len(complaint._get_form_copies()), 5)

    def test_containment_open(self):
        complaint = self._decided()
        self._action(complaint, self.user_gmo, kind="containment")
        complaint.with_user(self.user_sales).report_result("Done")
        with self.assertRaises(UserError):
            complaint.with_user(self.user_gmo).action_close()

    def test_collection(self):
        """Not substantiated: an answer and a day to collect by."""
        complaint = self._complaint()
        mine = self._at(complaint, "quality")
        mine.action_propose_not_substantiated("Washed too hot")
        complaint.with_user(self.user_sales_head).action_approve()
        sales = complaint.with_user(self.user_sales)
        with self.assertRaises(UserError):
            sales.action_collect()
        sales.customer_answer = "With regret: the label says 30 degrees."
        sales.action_collect()
        days = self.company.complaint_collection_days
        self.assertEqual(
            (complaint.collection_date - self.company._policy_today()).days, days
        )
        self.assertTrue(complaint.activity_ids)
        complaint.with_user(self.user_gmo).action_close()
        self.assertEqual(complaint.state, "closed")

    # ------------------------------------------------------------ satisfaction

    def test_satisfaction_phone(self):
        complaint = self._closed()
        mine = complaint.with_user(self.user_sales)
        self.assertIn(
            self.env.ref("crm_complaint.activity_type_satisfaction"),
            complaint.activity_ids.activity_type_id,
        )
        for score in (0, 6, -1):
            with self.assertRaises(UserError):
                mine.action_record_satisfaction(score)
        mine.record_satisfaction(2, "Took too long")
        self.assertEqual(complaint.satisfaction, 2.0)
        low = complaint.activity_ids.filtered(
            lambda a: (
                a.activity_type_id
                == self.env.ref("crm_complaint.activity_type_low_score")
            )
        )
        self.assertEqual(low.user_id, self.user_sales_head)
        with self.assertRaises(AccessError):
            mine.write({"satisfaction": 5})

    def test_satisfaction_mail(self):
        self.customer.email = "buyer@example.com"
        complaint = self._closed()
        rating = complaint.rating_ids
        self.assertEqual(len(rating), 1)
        complaint.sudo().rating_apply(5, token=rating.access_token, feedback="Good")
        self.assertEqual(complaint.satisfaction, 5.0)
        self.assertNotIn(
            self.env.ref("crm_complaint.activity_type_low_score"),
            complaint.activity_ids.activity_type_id,
        )

    def test_satisfaction_open(self):
        complaint = self._decided()
        with self.assertRaises(UserError):
            complaint.with_user(self.user_sales).action_record_satisfaction(5)

    # ----------------------------------------------------------------- repeats

    def _filed(self, day, **vals):
        complaint = self._complaint(date=day, **vals)
        complaint.with_user(self.user_sales).action_submit()
        return complaint

    def test_repeats(self):
        """Within seven days, within the month; neither; another customer."""
        first = self._filed(date(2026, 3, 2))
        week = self._filed(date(2026, 3, 9))
        month = self._filed(date(2026, 3, 30))
        over = self._filed(date(2026, 4, 6))
        none = self._filed(date(2026, 4, 30), partner_id=self.foreign_customer.id)
        for complaint, before, in_week, in_month in (
            (first, self.Complaint, False, False),
            (week, first, True, True),
            (month, week, False, True),
            (over, month, True, False),
            (none, self.Complaint, False, False),
        ):
            self.assertEqual(complaint.repeat_of_id, before)
            self.assertEqual(complaint.repeat_week, in_week, complaint.date)
            self.assertEqual(complaint.repeat_month, in_month, complaint.date)
        # One filed late, of a day between, is found as well.
        between = self._filed(date(2026, 3, 5))
        self.assertEqual(week.repeat_of_id, between)
        with self.assertRaises(AccessError):
            first.with_user(self.user_sales).write({"repeat_week": True})

    # ---------------------------------------------------------------- programs

    def test_decide(self):
        complaint = self._complaint()
        mine = self._at(complaint, "gmo_summary")
        mine.write(self._summary_vals())
        mine.action_request_decision()
        with self.assertRaises(AccessError):
            complaint.with_user(self.user_deputy).decide(True)
        head = complaint.with_user(self.user_sales_head)
        self.assertEqual(head.decide(True)["state"], "decided")
        self.assertEqual(head.decide(True)["state"], "decided")

    def test_report_result(self):
        complaint = self._decided()
        mine = complaint.with_user(self.user_sales)
        facts = mine.report_result("Credited")
        self.assertEqual(mine.report_result("Credited"), facts)
        with self.assertRaises(UserError):
            mine.report_result("Something else")
