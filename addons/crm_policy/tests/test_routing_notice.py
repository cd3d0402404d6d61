"""Reminders and inquiries, and attacks on stays and notices."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import PolicyCase, RpcAbuseCase
from .fake_models import DOCUMENT
from .routing_common import START, RoutingSetup


@tagged("post_install", "-at_install")
class TestRoutingNotice(RoutingSetup, PolicyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_routing()

    def run_cron(self):
        cron = self.env.ref("crm_policy.ir_cron_deadlines")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()

    # ------------------------------------------------- reminders and inquiries

    def test_reminder(self):
        with self.at():
            document = self.document()
        with self.at(days=1):
            self.run_cron()
        self.assertFalse(document.sudo().passage_ids.notice_ids)
        with self.at(days=4):
            self.run_cron()
            self.run_cron()
        notice = document.sudo().passage_ids.notice_ids
        self.assertEqual(len(notice), 1)
        self.assertEqual((notice.kind, notice.state), ("reminder", "sent"))
        self.assertEqual(notice.name, "CB2026110001")
        self.assertEqual(notice.department_id, self.departments["quality"])
        self.assertEqual(notice.user_id, self.user_quality)
        self.assertEqual(notice.hours_late, 24)
        self.assertIn(document.name, notice.text)
        activity = document.sudo().activity_ids.filtered("automated")
        self.assertEqual(activity.user_id, self.user_quality)
        self.assertEqual(activity.summary, notice.name)
        self.assertEqual(activity.date_deadline, fields.Date.to_date("2026-11-24"))
        with self.at(days=40):
            document.with_user(self.user_quality).action_to_sales()
            self.env.invalidate_all()
        self.assertEqual(notice.state, "closed")
        self.assertFalse(activity.active)

    def test_in_sales_each_has_the_own(self):
        """Colleagues see no reminder about each other's customers, nor answer one."""
        with self.at():
            self.document()
        with self.at(days=4):
            self.run_cron()
        notice = self.env["crm.routing.notice"].search([], order="id desc", limit=1)
        sales = self.departments["sales"]
        notice._write_guarded(
            {"department_id": sales.id, "user_id": self.user_sales.id}
        )
        for user, seen in (
            (self.user_sales, True),
            (self.user_sales_head, True),
            (self.user_sales2, False),
        ):
            theirs = notice.with_user(user)
            self.assertEqual(bool(theirs.search([("id", "=", notice.id)])), seen)
        with self.assertRaises(AccessError):
            notice.with_user(self.user_sales2).action_answer("We were busy")
        notice.with_user(self.user_sales_head).action_answer("We were busy")

    def test_reminder_again(self):
        """Every so many days, as the limit says; one activity only."""
        self.limit_quality.reminder_interval_days = 2
        with self.at():
            document = self.document()
        for days, count in ((3, 0), (4, 1), (5, 1), (6.1, 2), (7, 2), (8.2, 3)):
            with self.at(days=days):
                self.run_cron()
            stay = document.sudo().passage_ids
            self.assertEqual(len(stay.notice_ids), count, days)
            self.assertEqual(stay.reminder_count, count)
        self.assertEqual(len(document.sudo().activity_ids.filtered("automated")), 1)

    def test_reminder_after_extension(self):
        with self.at():
            document = self.document()
        with self.at(days=4):
            self.run_cron()
            stay = document.sudo().passage_ids
            stay.with_user(self.user_quality).action_extend(2, "more time")
            self.run_cron()
        self.assertEqual(len(stay.notice_ids), 1)
        with self.at(days=6, hours=1):
            self.run_cron()
        self.assertEqual(len(stay.notice_ids), 2)

    def test_reminder_of_the_case(self):
        """The whole case reminds whoever holds its document."""
        with self.at():
            document = self.document()
            document.with_user(self.user_quality).action_to_sales()
            document.with_user(self.user_sales).action_summarise()
        with self.at(days=13, hours=1):
            self.run_cron()
        notice = document.sudo().routing_case_ids.notice_ids
        self.assertEqual(notice.department_id, self.departments["gmo"])
        self.assertEqual(notice.user_id, self.user_gmo)

    def test_past_the_longest_stay(self):
        """RET-50: the general manager hears of it once, until the document leaves."""
        self.limit_quality.escalate = True
        Activity = self.env["mail.activity"].with_user(self.user_gm)
        domain = [("user_id", "=", self.user_gm.id), ("res_model", "=", DOCUMENT)]
        with self.at():
            document = self.document()
        stay = document.sudo().passage_ids
        # Friday 10:00 and three working days: Wednesday 10:00
        self.assertEqual(stay.escalation_due, START + timedelta(days=5))
        with self.at(days=4):
            self.run_cron()
        self.assertFalse(Activity.search(domain))
        with self.at(days=5, hours=1):
            self.run_cron()
            self.run_cron()
        activity = Activity.search(domain)
        self.assertEqual(len(activity), 1)
        self.assertIn(document.name, activity.summary)
        self.assertIn(" 3 ", activity.summary)
        with self.assertRaises(AccessError):
            stay.with_user(self.user_gm).escalated_at = False
        with self.at(days=6):
            document.sudo().passage_ids._close(fields.Datetime.now())
        self.assertFalse(Activity.search(domain))

    def test_inquiry(self):
        with self.at():
            document = self.document()
        with self.at(days=5):
            document.with_user(self.user_quality).action_to_sales()
            self.run_cron()
            self.run_cron()
        stay = document.sudo().passage_ids.filtered(lambda r: r.step == "quality")
        self.assertTrue(stay.closed_late)
        self.assertEqual(stay.hours_late, 48)
        self.assertEqual(stay.late_percent, 100)
        notice = stay.notice_ids
        self.assertEqual((notice.kind, notice.state), ("inquiry", "draft"))
        self.assertFalse(notice.name)
        department_view = notice.with_user(self.user_quality)
        with self.assertRaises(AccessError):
            department_view.read(["text"])
        office = notice.with_user(self.user_gmo)
        office.text = "Why so late?"
        with self.assertRaises(AccessError):
            notice.with_user(self.user_specialist).action_send()
        with self.at(days=5):
            office.action_send()
        self.assertEqual(notice.name, "QB2026110001")
        with self.assertRaisesRegex(UserError, "cannot change"), self.cr.savepoint():
            office.text = "Other words"
        for user in (self.user_gmo, self.user_director, self.user_sales):
            with self.assertRaises(AccessError):
                notice.with_user(user).action_answer("not mine")
        with self.assertRaises(ValidationError):
            department_view.action_answer("  ")
        with self.assertRaises(UserError):
            office.action_cancel()
        department_view.action_answer("The lab was closed.")
        self.assertEqual(notice.state, "answered")
        self.assertEqual(notice.answer, "The lab was closed.")
        self.assertEqual(notice.answered_by_id, self.user_quality)
        with self.assertRaises(UserError):
            department_view.action_answer("Another answer")
        with self.assertRaises(AccessError):
            department_view.action_close()
        office.action_close()
        self.assertEqual(notice.state, "closed")

    def test_no_inquiry_where_the_policy_has_none(self):
        self.limit_quality.inquiry = False
        with self.at():
            document = self.document()
        with self.at(days=5):
            document.with_user(self.user_quality).action_to_sales()
            self.run_cron()
        self.assertFalse(document.sudo().passage_ids.notice_ids)

    def test_cron_in_batches(self):
        """More late stays than a batch: each reminded once, numbers without gap."""
        with self.at():
            documents = self.document(7)
        self.patch(
            type(self.env["crm.routing.passage"]),
            "_cron_deadlines",
            _small_batches,
        )
        with self.at(days=4):
            self.run_cron()
        notices = documents.sudo().passage_ids.notice_ids
        self.assertEqual(len(notices), 7)
        self.assertEqual(
            sorted(notices.mapped("name")),
            [f"CB202611{number:04d}" for number in range(1, 8)],
        )

    def test_cron_queries_are_constant(self):
        """A batch of 60 late stays costs as many queries as one of three."""
        work = self.env["crm.routing.passage"]
        with self.at():
            self.document(1)
        with self.at(days=4):
            work._remind_batch(fields.Datetime.now(), 100)
        counts = []
        for count in (3, 60):
            with self.at(days=1):
                self.document(count)
            with self.at(days=5):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.cr.sql_log_count
                done = work._remind_batch(fields.Datetime.now(), 100)
                counts.append(self.cr.sql_log_count - before)
            self.assertEqual(done, count)
        self.assertLessEqual(abs(counts[0] - counts[1]), 3)

    # --------------------------------------------------------------- printing

    def test_print_needs_read_access(self):
        """A printout shows nothing its reader cannot open."""
        with self.at():
            self.document()
        with self.at(days=4):
            self.run_cron()
        notice = self.env["crm.routing.notice"].search([], limit=1)
        stranger = self.env["res.users"].create(
            {
                "name": "Stranger",
                "login": "stranger",
                "group_ids": [(6, 0, self.env.ref("base.group_user").ids)],
            }
        )
        Report = self.env["ir.actions.report"].with_user(stranger)
        with self.assertRaises(AccessError):
            Report._render_qweb_html("crm_policy.report_routing_reminder", notice.ids)

    def test_printed_forms(self):
        """Both forms print in the reader's language, kinds not mixed."""
        with self.at():
            document = self.document()
        with self.at(days=4):
            self.run_cron()
        with self.at(days=5):
            document.with_user(self.user_quality).action_to_sales()
            self.run_cron()
        notices = document.sudo().passage_ids.notice_ids.with_user(self.user_gmo)
        self.assertEqual(len(notices), 2)
        for notice in notices:
            action = notice.action_print()
            html, kind = self.env["ir.actions.report"]._render_qweb_html(
                action["report_name"], notice.ids
            )
            self.assertEqual(kind, "html")
            self.assertIn(document.name, html.decode())
            self.assertIn(notice.display_name, html.decode())
            self.assertIn(self.company.name, html.decode())
            self.assertEqual(html.decode().count('"crm_sign_label"'), 4)
        with self.assertRaises(UserError):
            notices.action_print()


def _small_batches(self):
    """The clock with batches of three."""
    now = fields.Datetime.now()
    for work in (self._remind_batch, self._inquire_batch):
        while done := work(now, 3):
            self.env["ir.cron"]._commit_progress(done)


@tagged("post_install", "-at_install")
class TestRoutingAbuse(RoutingSetup, RpcAbuseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_routing()

    def test_passages_and_notices_are_not_written(self):
        with self.at():
            document = self.document()
        stay = document.sudo().routing_passage_id
        notice = self.env["crm.routing.notice"]._issue_reminders(
            [(stay, stay.department_id, self.user_quality)],
            START + timedelta(days=9),
        )
        self.env.flush_all()
        for user in (self.user_quality, self.user_gmo, self.user_admin):
            with self.refused(f"{user.login} creates a stay"):
                self.rpc(user, stay._name, "create", [{"res_id": document.id}])
            with self.refused(f"{user.login} creates a notice"):
                self.rpc(user, notice._name, "create", [{"kind": "reminder"}])
            for record, vals in (
                (stay, {"date_due": "2030-01-01 00:00:00"}),
                (stay, {"date_out": "2026-11-20 03:00:00"}),
                (stay, {"extension_days": 3}),
                (notice, {"answer": "forged"}),
                (notice, {"state": "closed"}),
                (notice, {"name": "CB0"}),
                (document, {"routing_due": "2030-01-01 00:00:00"}),
                (document, {"case_due": "2030-01-01 00:00:00"}),
                (document, {"routing_department_id": stay.department_id.id + 1}),
            ):
                with self.refused(f"{user.login} writes {vals}"):
                    self.rpc(user, record._name, "write", record.ids, vals)
                with self.refused(f"{user.login} writes {vals} by context"):
                    self.rpc(
                        user,
                        record._name,
                        "write",
                        record.ids,
                        vals,
                        context=self.CONTEXT_KEYS,
                    )
            with self.refused(f"{user.login} deletes a stay"):
                self.rpc(user, stay._name, "unlink", stay.ids)
            with self.refused(f"{user.login} deletes a notice"):
                self.rpc(user, notice._name, "unlink", notice.ids)
        with self.refused("extension by a stranger"):
            self.rpc(
                self.user_sales, stay._name, "action_extend", stay.ids, 1, "please"
            )
        with self.refused("limit by a salesperson"):
            self.rpc(self.user_sales, "crm.routing.limit", "create", [{"name": "mine"}])
        for stranger in (self.user_rd, self.user_outsider, self.user_other_company):
            self._attack_stranger(stranger, stay)
            self._attack_stranger(stranger, notice)
        self.assertTrue(
            self.rpc(
                self.user_quality,
                stay._name,
                "action_extend",
                stay.ids,
                1,
                "the lab is closed",
            )
        )

    def test_superuser_is_refused_as_well(self):
        with self.at():
            document = self.document()
        stay = document.sudo().routing_passage_id
        root = stay.with_user(self.env.ref("base.user_root"))
        with self.assertRaises(AccessError):
            root.create({"res_id": document.id, "model": DOCUMENT})
        with self.assertRaises(AccessError):
            root.date_due = START
        with self.assertRaises(AccessError):
            root.unlink()
        with self.assertRaises(AccessError):
            root.copy()
