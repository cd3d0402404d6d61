"""The notification plan, duties that come round, amendments of the policy."""

from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .common import ComplaintCase


@tagged("post_install", "-at_install")
class TestNotification(ComplaintCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.email = "buyer@example.com"
        cls.foreign_customer.email = "overseas@example.com"
        cls.Notification = cls.env["crm.complaint.notification"]

    def _notification(self, user=None, **vals):
        return self.Notification.with_user(user or self.user_sales).create(
            {
                "subject": "New care label",
                "text": "Wash at 30 degrees",
                "planned_at": fields.Datetime.now() + timedelta(hours=2),
                "partner_ids": [
                    Command.set((self.customer | self.foreign_customer).ids)
                ],
                **vals,
            }
        )

    def test_plan_to_close(self):
        """Planned, published by mail to each alone, reactions, adjusted, closed."""
        notice = self._notification(text=False, planned_at=False, partner_ids=False)
        with self.assertRaisesRegex(UserError, "Planned Time.*Explanation.*Customers"):
            notice.action_plan()
        notice = self._notification(urgency="3")
        notice.action_plan()
        self.assertEqual(notice.planned_by_id, self.user_sales)
        self.assertEqual(notice.activity_ids.user_id, self.user_sales)
        for vals in (
            {"text": "Other"},
            {"partner_ids": [Command.clear()]},
            {"feedback": "x"},
        ):
            with self.assertRaises(UserError):
                notice.write(vals)
        notice.action_publish()
        mails = self.env["mail.mail"].search([("subject", "=", "New care label")])
        self.assertEqual(
            sorted(mails.mapped("recipient_ids.email")),
            ["buyer@example.com", "overseas@example.com"],
        )
        self.assertEqual(len(mails), 2)
        self.assertIn("Wash at 30 degrees", mails[0].body_html)
        today = self.company._policy_today()
        self.assertEqual(notice.feedback_due, today + timedelta(days=3))
        with self.assertRaisesRegex(UserError, "reactions"):
            notice.action_close()
        notice.write({"feedback": "Too short", "feedback_result": "adjusted"})
        with self.assertRaisesRegex(UserError, "Adjustment"):
            notice.action_close()
        notice.adjustment = "With a picture"
        action = notice.action_adjust()
        self.assertEqual(notice.action_adjust()["res_id"], action["res_id"])
        self.assertEqual(self.Notification.browse(action["res_id"]).parent_id, notice)
        notice.action_close()
        self.assertEqual(notice.state, "closed")
        self.assertFalse(notice.activity_ids)
        with self.assertRaises(UserError):
            notice.unlink()

    def test_company_sets_the_days(self):
        self.company.complaint_notice_days = 10
        notice = self._notification(method="phone")
        notice.action_plan()
        notice.action_publish()
        self.assertEqual(
            notice.feedback_due, self.company._policy_today() + timedelta(days=10)
        )
        self.assertFalse(
            self.env["mail.mail"].search_count([("subject", "=", notice.subject)])
        )

    def test_needs_addresses_and_a_day_to_come(self):
        self.foreign_customer.email = False
        with self.assertRaisesRegex(UserError, "Overseas Ltd"):
            self._notification().action_plan()
        with self.assertRaisesRegex(UserError, "gone by"):
            self._notification(method="phone", planned_at="2020-01-01").action_plan()

    def test_complainant_waits_for_the_decision(self):
        """Others are warned at once; who complained learns of the decision (CMP-50)."""
        complaint = self._at(self._complaint(), "quality")
        on_case = {"complaint_id": complaint.id, "kind": "quality", "method": "phone"}
        to_complainant = self._notification(**on_case)
        to_others = self._notification(
            **on_case, partner_ids=[Command.set(self.foreign_customer.ids)]
        )
        result = self._notification(
            **{**on_case, "kind": "result"},
            partner_ids=[Command.set(self.foreign_customer.ids)],
        )
        for notice in to_complainant | to_others | result:
            notice.action_plan()
        for notice in to_complainant | result:
            with self.assertRaises(UserError), self.cr.savepoint():
                notice.action_publish()
        to_others.action_publish()
        self._at(complaint, "decided")
        (to_complainant | result).action_publish()
        self.assertEqual(set((to_complainant | result).mapped("state")), {"published"})
        homeless = self._notification(kind="result", method="phone")
        homeless.action_plan()
        with self.assertRaisesRegex(UserError, "whose result"):
            homeless.action_publish()

    def test_rights(self):
        """One's own; the desk all; nobody in another's name or on a hidden case."""
        notice = self._notification()
        self.assertFalse(self.Notification.with_user(self.user_sales2).search([]))
        desk = notice.with_user(self.user_specialist)
        desk.subject = "Care label"
        with self.assertRaises(AccessError):
            self._notification(user_id=self.user_gmo.id)
        with self.assertRaises(AccessError):
            self._notification(
                self.user_sales2, complaint_id=self._complaint().id
            ).read(["subject"])
        for vals in ({"state": "published"}, {"published_at": "2026-01-01"}):
            with self.assertRaises(AccessError):
                notice.write(vals)
            with self.assertRaises(AccessError):
                self._notification(**vals)
        complaint = self._at(self._complaint(), "quality")
        seen = self._notification(complaint_id=complaint.id)
        quality = seen.with_user(self.user_quality)
        self.assertEqual(quality.subject, "New care label")
        for call in (quality.action_plan, quality.unlink):
            with self.assertRaises(AccessError):
                call()
        with self.assertRaises(AccessError):
            quality.text = "Other"

    def test_late(self):
        """The head is told once; the list finds it by itself."""
        notice, other = self._notification(), self._notification(planned_at=False)
        notice.action_plan()
        late, punctual = [("late", "=", True)], [("late", "=", False)]
        self.assertIn(notice, self.Notification.search(punctual))
        with freeze_time(fields.Datetime.now() + timedelta(days=1)):
            self.env.invalidate_all()
            self.assertTrue(notice.late)
            self.assertEqual(self.Notification.search(late) & (notice | other), notice)
            self.assertEqual(
                self.Notification.search(punctual) & (notice | other), other
            )
            self.Notification._cron_late()
            self.Notification._cron_late()
        told = notice.sudo().activity_ids.filtered(
            lambda activity: activity.summary.startswith("Late")
        )
        self.assertEqual(told.user_id, self.user_sales_head)

    def test_printed(self):
        """The plan shows the most urgent first, nine lines to a sheet (F-58)."""
        notices = self.Notification.concat(
            *(self._notification(subject=f"News {n}") for n in range(10))
        )
        notices[9].urgency = "3"
        html = (
            self.env["ir.actions.report"]
            .with_user(self.user_sales)
            ._render_qweb_html("crm_complaint.report_notification_plan", notices.ids)[0]
            .decode()
        )
        self.assertEqual(html.count("Notification Plan"), 2)
        self.assertLess(html.index("News 9"), html.index("News 0"))

    def test_from_complaint(self):
        complaint = self._complaint()
        action = complaint.action_notify_customers()
        Notification = self.Notification.with_user(self.user_sales)
        vals = Notification.with_context(**action["context"]).default_get(
            list(Notification._fields)
        )
        self.assertEqual(vals["complaint_id"], complaint.id)
        self.assertEqual(vals["information"], "Seams open")


@tagged("post_install", "-at_install")
class TestDuty(ComplaintCase):
    def _rounds(self, code):
        duty = self.env.ref(f"crm_complaint.duty_{code}")
        return duty.round_ids.filtered(lambda r: r.company_id == self.company)

    def test_rounds(self):
        """Opened once per period, with figures, and forwarded when done (CMP-153)."""
        Round = self.env["crm.complaint.duty.round"]
        Round.search([]).sudo()._write_guarded({"date_from": "2000-01-01"})
        self._at(self._complaint(date="2026-06-15"), "quality")
        with freeze_time("2026-07-02 04:00:00"):
            opened = Round._cron_rounds()
            self.assertTrue(opened)
            self.assertEqual(Round._cron_rounds(), 0)
            periods = {
                code: self._rounds(code).sorted("date_from")[-1:]
                for code in ("opinions", "system", "evaluation")
            }
            for code, first in (
                ("opinions", "2026-06-01"),
                ("system", "2026-04-01"),
                ("evaluation", "2026-01-01"),
            ):
                self.assertEqual(str(periods[code].date_from), first)
                self.assertEqual(str(periods[code].date_to), "2026-06-30")
            mine = periods["opinions"]
            self.assertEqual(str(mine.date_due), "2026-07-10")
            self.assertIn("Complaints: 1", mine.figures)
            mine = mine.with_user(self.user_specialist)
            with self.assertRaisesRegex(UserError, "Findings"):
                mine.action_done()
            mine.findings = "Seams again"
            with self.assertRaisesRegex(UserError, "Departments Informed"):
                mine.action_done()
            mine.informed_ids = self.departments["quality"]
            mine.action_done()
            self.assertFalse(mine.late)
        # 16:30 in the west is the 11th in the east: late by the day of its company.
        late, punctual = [("late", "=", True)], [("late", "=", False)]
        for moment, is_late in (("15:30", False), ("16:30", True)):
            with freeze_time(f"2026-07-10 {moment}:00"):
                for done in (True, False):
                    record = periods["system"]
                    record._write_guarded(
                        {
                            "state": "done" if done else "open",
                            "done_at": fields.Datetime.now() if done else False,
                        }
                    )
                    self.env.invalidate_all()
                    self.assertEqual(record.late, is_late)
                    found = Round.search(late if is_late else punctual)
                    self.assertIn(record, found)
                    found = Round.search(punctual if is_late else late)
                    self.assertNotIn(record, found)
        self.assertEqual(mine.activity_ids.user_id, self.user_quality)
        seen = Round.with_user(self.user_quality).search([("id", "=", mine.id)])
        self.assertEqual(seen.findings, "Seams again")
        with self.assertRaises(UserError):
            mine.findings = "Other"

    def test_nobody_else(self):
        """Rounds come from the job alone, and are done by who must do them."""
        Round = self.env["crm.complaint.duty.round"]
        Round._cron_rounds()
        record = self._rounds("evaluation")[:1]
        with self.assertRaises(AccessError):
            Round.with_user(self.user_sales).browse(record.id).read(["findings"])
        for user in (self.user_specialist, self.user_director):
            with self.assertRaises(AccessError):
                Round.with_user(user).create({"duty_id": record.duty_id.id})
            for vals in ({"state": "done"}, {"date_due": "2099-01-01"}):
                with self.assertRaises(AccessError):
                    record.with_user(user).write(vals)
        with self.assertRaises(AccessError):
            record.duty_id.with_user(self.user_director).months = 9
        quality = record.with_user(self.user_quality)
        record._write_guarded(
            {"informed_ids": [Command.set(self.departments["quality"].ids)]}
        )
        with self.assertRaises(AccessError):
            quality.findings = "Mine"

    def test_amendment_is_the_general_managers(self):
        """A review that amends the complaint rules waits for him (CMP-125)."""
        review = self.env["crm.policy.review"].create(
            {"company_id": self.company.id, "area": "CMP", "conclusion": "Too slow"}
        )
        rule = self.env.ref("crm_policy.rule_cmp_56")
        self.env["crm.policy.review.line"].create(
            {"review_id": review.id, "rule_id": rule.id}
        )
        review.adjustment = "Quality gets two days"
        for user in (self.user_director, self.user_gmo):
            with self.assertRaisesRegex(AccessError, "CMP-125"):
                review.with_user(user).action_confirm()
        review.with_user(self.user_gm).action_confirm()
        self.assertEqual(review.confirmed_by_id, self.user_gm)
