"""The monthly review by the 10th: three steps, a lock, and its reopening."""

from datetime import datetime

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_charge import ChargeCase


@tagged("post_install", "-at_install")
class TestChargeStatement(ChargeCase):
    def test_collects_the_month(self):
        """Local days: 16:30 UTC on the last day is the next month in Shanghai."""
        inside = self._closed(100)
        first = self._closed(100)
        first._write_guarded(
            {
                "closed_at": datetime.combine(self.last_month, datetime.min.time())
                - relativedelta(hours=8)
            }
        )
        before = self._closed(100)
        before._write_guarded(
            {
                "closed_at": datetime.combine(self.last_month, datetime.min.time())
                - relativedelta(hours=8, seconds=1)
            }
        )
        after = self._closed(100)
        after._write_guarded(
            {
                "closed_at": datetime.combine(self.this_month, datetime.min.time())
                - relativedelta(hours=8)
            }
        )
        self._complaint()
        statement = self._statement()
        self.assertEqual(statement.line_ids.complaint_id, inside | first)
        self.assertEqual(statement.case_count, 2)
        self.assertEqual(statement.loss_total, 200)
        self.assertEqual(statement.date_due, self.this_month.replace(day=10))
        later = self._closed(50)
        statement.action_collect()
        self.assertIn(later, statement.line_ids.complaint_id)

    def test_three_steps(self):
        case = self._closed(1000)
        statement = self._statement()
        with self.assertRaisesRegex(UserError, "not confirmed by"):
            statement.action_finish_statistics()
        for user in (self.user_manufacturing, self.user_quality, self.user_rd):
            statement.with_user(user).action_confirm_department(
                "We object" if user == self.user_rd else None
            )
        self.assertIn("We object", statement.confirmation_ids.mapped("objection"))
        with self.assertRaisesRegex(UserError, "not checked"):
            statement.action_finish_statistics()
        statement.line_ids.write({"checked": True, "action_result": "Effective"})
        with self.assertRaisesRegex(UserError, "not judged"):
            statement.action_finish_statistics()
        self._judge(case, (self.worker, 100))
        for action in ("action_allocate", "action_confirm"):
            with self.assertRaisesRegex(UserError, "possible only in"):
                getattr(statement, action)()
        statement.action_finish_statistics()
        statement.action_allocate()
        self.assertEqual(case.liability_state, "allocated")
        self.assertEqual(case.bonus_notice_ids.amount, 1000)
        statement.action_confirm()
        self.assertEqual(case.statement_id, statement)

    def test_waived_confirmation(self):
        statement = self._statement()
        statement.confirmation_ids.waived_reason = "On leave, informed by telephone"
        statement.action_finish_statistics()
        self.assertEqual(statement.state, "statistics")

    def test_confirmed_twice(self):
        statement = self._allocated()
        statement.action_confirm()
        with self.assertRaisesRegex(UserError, "possible only in"):
            statement.action_confirm()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            statement.create({"company_id": self.company.id, "month": self.last_month})
        same = statement.open_month(str(self.last_month), self.company.id)
        self.assertEqual(same, statement.id, "repeatable")

    def test_month_must_be_over(self):
        for nothing in (None, "", "soon"):
            with self.assertRaises(UserError):
                self.env["crm.complaint.statement"].open_month(nothing)
        for month in (self.this_month, self._next(1)):
            with self.assertRaisesRegex(ValidationError, "after it has ended"):
                self._statement(month)

    def test_confirmed_locks_the_figures(self):
        case = self._closed(1000)
        self._judge(case, (self.worker, 100))
        statement = self._allocated()
        statement.action_confirm()
        for change in (
            lambda: case.sudo().write({"defective_quantity": 1}),
            lambda: case.sudo().write({"category_id": False}),
            lambda: case.loss_ids.sudo().write({"amount_paid": 1}),
            lambda: self._lose(case, 5),
            lambda: case.sudo().write({"loss_recovered": 5}),
            lambda: case.liability_ids.sudo().write({"share": 50}),
            lambda: case.action_reopen_liability("x"),
            lambda: statement.line_ids.write({"checked": False}),
            lambda: statement.write({"note": "x"}),
            lambda: statement.unlink(),
        ):
            with self.assertRaises(UserError):
                change()
        case.sudo().message_post(body="Talking goes on")

    def test_reopen(self):
        case = self._closed(1000)
        self._judge(case, (self.worker, 100))
        statement = self._allocated()
        statement.action_confirm()
        with self.assertRaises(AccessError):
            statement.action_reopen("Wrong ratio")
        director = statement.with_user(self.user_director)
        with self.assertRaisesRegex(UserError, "needs a reason"):
            director.action_reopen("  ")
        director.action_reopen("Wrong ratio")
        self.assertEqual((statement.state, statement.reopen_count), ("draft", 1))
        self.assertEqual(statement.reopen_reason, "Wrong ratio")
        self.assertFalse(case.statement_locked)
        self.assertEqual(case.sanction_ids.mapped("state"), ["cancelled"])
        self.assertEqual(case.bonus_notice_ids.mapped("state"), ["cancelled"])
        case.action_reopen_liability("Two people")
        self._judge(case, (self.worker, 50), (self.worker2, 50))
        for user in (self.user_manufacturing, self.user_quality, self.user_rd):
            statement.with_user(user).action_confirm_department()
        statement.action_finish_statistics()
        statement.action_allocate()
        statement.action_confirm()
        notices = case.bonus_notice_ids.filtered(lambda n: n.state == "draft")
        self.assertEqual(notices.mapped("amount"), [500, 500])

    def test_reopen_refused_when_issued(self):
        case = self._closed(1000)
        self._judge(case, (self.worker, 100))
        statement = self._allocated()
        statement.action_confirm()
        self._issue(case.bonus_notice_ids)
        with self.assertRaisesRegex(UserError, "under way or issued"):
            statement.with_user(self.user_director).action_reopen("Late thought")
        self.assertEqual(statement.state, "confirmed")

    def test_resale_waits_for_a_later_review(self):
        """Charged by the first review after the month to resell (GAP-17)."""
        case = self._closed(1000)
        self._judge(case, (self.worker, 100))
        case.loss_ids._write_guarded({"resale_state": "waiting"})
        before = self._statement(self.last_month - relativedelta(months=1))
        self.assertFalse(before.line_ids)
        statement = self._allocated()
        self.assertEqual(statement.line_ids.state, "deferred")
        self.assertEqual(statement.deferred_count, 1)
        self.assertFalse(case.bonus_notice_ids)
        statement.action_confirm()
        self.assertFalse(case.statement_locked, "its loss is not final yet")
        case.loss_ids._write_guarded({"resale_state": "unsold"})
        with freeze_time(f"{self._next(1)} 10:00:00"):
            later = self._allocated(self.this_month)
            self.assertTrue(later.line_ids.carried)
            self.assertEqual(case.bonus_notice_ids.amount, 1000)
            later.action_confirm()
        self.assertEqual(case.statement_id, later)

    def test_nothing_to_charge(self):
        """Not substantiated or without loss: counted, charged to nobody (GAP-92)."""
        case = self._closed()
        statement = self._statement()
        self.assertEqual(statement.line_ids.state, "none")
        self._finish_statistics(statement)
        statement.action_allocate()
        statement.action_confirm()
        self.assertTrue(case.statement_locked)

    def test_reminder_on_the_5th(self):
        self._closed(100)
        Statement = self.env["crm.complaint.statement"]
        domain = [("company_id", "=", self.company.id)]
        with freeze_time(f"{self.this_month.replace(day=4)} 02:00:00"):
            Statement._cron_statement()
        statement = Statement.search(domain)
        self.assertEqual(statement.month, self.last_month)
        self.assertFalse(statement.activity_ids)
        for _run in range(2):
            with freeze_time(f"{self.this_month.replace(day=5)} 02:00:00"):
                Statement._cron_statement()
        activity = statement.activity_ids
        self.assertEqual(activity.user_id, self.user_gmo, "once")
        self.assertEqual(activity.date_deadline, self.this_month.replace(day=10))
        with freeze_time(f"{self.this_month.replace(day=11)} 02:00:00"):
            statement.invalidate_recordset()
            self.assertTrue(statement.late)
            self.assertIn(statement, Statement.search([("late", "=", True)]))

    def test_who_may(self):
        case = self._closed(1000)
        self._judge(case, (self.worker, 100))
        statement = self._statement()
        for user in (self.user_sales, self.user_sales_head, self.user_accounting):
            self.assertFalse(
                statement.with_user(user).search([("id", "=", statement.id)])
            )
            with self.assertRaises(AccessError):
                statement.with_user(user).action_confirm_department()
        with self.assertRaises(AccessError):
            statement.with_user(self.user_quality).action_finish_statistics()
        with self.assertRaises(AccessError):
            statement.with_user(self.user_quality).line_ids.write({"checked": True})
        with self.assertRaises(AccessError):
            statement.confirmation_ids.write({"confirmed_at": "2026-01-01"})
        with self.assertRaises(AccessError):
            self._as(statement, self.user_other_company).read(["month"])

    def test_queries_do_not_grow(self):
        """Twice the cases: the same number of queries to collect them."""
        self._closed(100)
        statement = self._statement()
        counts = []
        for _number in range(2):
            self._closed(100)
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            statement._collect()
            counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(*counts)
