"""Stays, time limits, extensions, reminders and inquiries."""

from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .common import PolicyCase, RpcAbuseCase
from .fake_models import DOCUMENT, setup_fake_models

# Friday 2026-11-20 10:00 in Shanghai
START = datetime(2026, 11, 20, 2, 0, 0)


class RoutingSetup:
    @classmethod
    def _setup_routing(cls):
        cls.documents = setup_fake_models(cls)
        cls.profile = cls.env["crm.policy.profile"].create(
            {"code": "ROUTE", "name": "Routing test"}
        )
        cls.company.policy_complaint_profile_id = cls.profile
        cls.model_id = cls.env["ir.model"]._get_id(DOCUMENT)
        cls.limit_quality = cls._limit("quality", days=1, unit="working", max_days=3)
        cls.limit_sales = cls._limit("sales", days=3, has_foreign=True, days_foreign=7)
        cls.limit_case = cls._limit("case", days=13, has_foreign=True, days_foreign=17)
        cls.documents = cls.env[DOCUMENT].with_user(cls.user_sales)

    @classmethod
    def _limit(cls, step, **vals):
        return cls.env["crm.routing.limit"].create(
            {
                "name": f"Limit of {step}",
                "profile_id": cls.profile.id,
                "model_id": cls.model_id,
                "step": step,
                **vals,
            }
        )

    def document(self, count=1, submit=True, **vals):
        documents = self.documents.create([dict(vals) for _number in range(count)])
        if submit:
            documents.action_submit()
        return documents

    def at(self, **delta):
        return freeze_time(START + timedelta(**delta))


@tagged("post_install", "-at_install")
class TestRouting(RoutingSetup, PolicyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_routing()

    def run_cron(self):
        cron = self.env.ref("crm_policy.ir_cron_deadlines")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()

    # ----------------------------------------------------------------- stays

    def test_stays_follow_the_state(self):
        """One stay per step; it closes when the document moves on."""
        with self.at():
            document = self.document(submit=False)
            self.assertFalse(document.passage_ids)
            self.assertFalse(document.routing_department_id)
            document.action_submit()
        stay = document.sudo().passage_ids
        self.assertEqual(stay.step, "quality")
        self.assertEqual(stay.department_id, self.departments["quality"])
        self.assertEqual(stay.date_in, START)
        self.assertEqual(stay.date_due, datetime(2026, 11, 23, 2))
        self.assertEqual(stay.limit_id, self.limit_quality)
        self.assertEqual(stay.document_name, document.name)
        self.assertEqual(document.routing_department_id, self.departments["quality"])
        self.assertEqual(document.routing_due, stay.date_due)
        self.assertEqual(document.case_due, START + timedelta(days=13))
        with self.at(hours=5):
            document.with_user(self.user_quality).action_to_sales()
            document.invalidate_recordset()
        stays = document.sudo().passage_ids
        self.assertEqual(stays.mapped("step"), ["sales", "quality"])
        self.assertEqual(stay.date_out, START + timedelta(hours=5))
        self.assertFalse(stay.closed_late)
        self.assertEqual(stay.hours_stay, 5)
        self.assertEqual(document.routing_due, START + timedelta(days=3, hours=5))
        self.assertEqual(
            document.routing_department_ids,
            self.departments["quality"] | self.departments["sales"],
        )

    def test_foreign_figure(self):
        with self.at():
            document = self.document(is_foreign=True)
            document.with_user(self.user_quality).action_to_sales()
        self.assertEqual(document.routing_due, START + timedelta(days=7))
        self.assertEqual(document.case_due, START + timedelta(days=17))

    def test_reason_in_words(self):
        with self.at():
            document = self.document()
            document.with_user(self.user_quality).action_to_sales()
        self.assertEqual(
            document.routing_due_reason,
            "Sales opinion: 3 calendar days (domestic) from 2026-11-20 10:00, "
            "limit “Limit of sales”",
        )

    def test_step_without_limit(self):
        """No figure printed for the step: a stay without due date, never late."""
        with self.at():
            document = self.document()
            document.with_user(self.user_quality).action_to_sales()
            document.with_user(self.user_sales).action_summarise()
        stay = document.sudo().routing_passage_id
        self.assertEqual(stay.step, "gmo_summary")
        self.assertFalse(stay.date_due or stay.limit_id or document.routing_due)
        with self.at(days=400):
            self.env.invalidate_all()
            self.assertFalse(stay.late or document.routing_late)

    def test_back_and_forth(self):
        """A step entered twice has two stays, each with its own clock."""
        with self.at():
            document = self.document()
            document.with_user(self.user_quality).action_to_sales()
        with self.at(days=1):
            document.action_back()
        stays = document.sudo().passage_ids.filtered(lambda r: r.step == "quality")
        self.assertEqual(len(stays), 2)
        self.assertEqual(len(document.sudo().routing_case_ids), 1)
        self.assertEqual(document.case_due, START + timedelta(days=13))

    def test_case_clock_stops(self):
        with self.at():
            document = self.document()
        with self.at(days=14):
            self.env.invalidate_all()
            self.assertTrue(document.case_late)
            document._write_guarded({"state": "closed"})
            self.env.invalidate_all()
        self.assertEqual(document.case_closed_at, START + timedelta(days=14))
        self.assertTrue(document.case_late)
        self.assertTrue(document.case_closed_late)
        self.assertFalse(document.routing_department_id or document.routing_due)
        late = self.documents.search([("case_late", "=", True)])
        self.assertEqual(late, document)
        self.assertFalse(self.documents.search([("case_late", "=", False)]))

    def test_late_is_searched_and_grouped(self):
        with self.at():
            late = self.document()
        with self.at(days=3):
            fresh = self.document()
        with self.at(days=4):
            self.env.invalidate_all()
            self.assertTrue(late.routing_late)
            self.assertFalse(fresh.routing_late)
            both = [("id", "in", (late | fresh).ids)]
            search = self.documents.search
            self.assertEqual(search([*both, ("routing_late", "=", True)]), late)
            self.assertEqual(search([*both, ("routing_late", "=", False)]), fresh)
            Passage = self.env["crm.routing.passage"]
            stays = [("model", "=", DOCUMENT), ("kind", "=", "stay")]
            self.assertEqual(
                Passage.search([*stays, ("late", "=", True)]).res_id, late.id
            )
            self.assertEqual(
                Passage._read_group(stays, ["late"], ["__count"]),
                [(False, 1), (True, 1)],
            )
            self.assertTrue(Passage.fields_get(["late"])["late"]["groupable"])

    def test_members_find_what_is_or_was_there(self):
        """The field the record rules of documents rest on."""
        with self.at():
            document = self.document()
            other = self.document()
            document.with_user(self.user_quality).action_to_sales()
        members = "routing_department_ids.member_ids.user_id"
        search = self.env[DOCUMENT].search
        self.assertEqual(
            search([(members, "=", self.user_quality.id)]), document | other
        )
        self.assertEqual(search([(members, "=", self.user_sales2.id)]), document)
        self.assertFalse(search([(members, "=", self.user_rd.id)]))

    def test_holder_check(self):
        with self.at():
            document = self.document()
        for user in (self.user_sales, self.user_rd, self.user_outsider):
            with self.assertRaises(AccessError):
                document.with_user(user).action_to_sales()
        document.with_user(self.user_gmo).action_to_sales()
        self.assertEqual(document.state, "sales")

    def test_missing_department(self):
        """The step is refused with the code named; nothing is half done."""
        document = self.document(submit=False)
        self.env["hr.department"].search([("policy_code", "=", "quality")]).write(
            {"policy_code": False}
        )
        with self.assertRaisesRegex(UserError, "quality"), self.cr.savepoint():
            document.action_submit()
        self.env.invalidate_all()
        self.assertEqual(document.state, "draft")

    def test_draft_takes_its_stays_along(self):
        document = self.document()
        document._write_guarded({"state": "draft"})
        self.assertTrue(document.sudo().passage_ids)
        ids = document.ids
        document.unlink()
        self.assertFalse(
            self.env["crm.routing.passage"].search(
                [("model", "=", DOCUMENT), ("res_id", "in", ids)]
            )
        )
        document = self.document()
        with self.assertRaises(UserError):
            document.unlink()
        self.assertTrue(document.sudo().passage_ids)

    def test_batch_costs_constant_queries(self):
        """Forwarding 40 documents costs as many queries as forwarding two."""
        self.document(2)  # warms the caches of the registry
        counts = []
        for count in (2, 40):
            documents = self.document(count, submit=False)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            documents.action_submit()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
        self.assertLessEqual(counts[1], 30)

    # ---------------------------------------------------------------- limits

    def test_overlapping_limits_are_refused(self):
        self.limit_sales.date_to = "2026-12-31"
        with (
            self.assertRaisesRegex(ValidationError, "Limit of sales.*Half"),
            self.cr.savepoint(),
        ):
            self._limit("sales", name="Half", days=0.5, date_from="2026-12-31")
        later = self._limit("sales", name="Later", days=0.5, date_from="2027-01-01")
        with (
            self.assertRaisesRegex(ValidationError, "Limit of sales.*Later"),
            self.cr.savepoint(),
        ):
            later.date_from = False
        self._limit("sales", name="Here", days=1, company_id=self.company.id)
        self._limit(
            "sales",
            name="Storage",
            days=1,
            department_id=self.departments["storage"].id,
        )

    def test_limit_in_force(self):
        """The local date decides, the company's own limit goes first."""
        self.limit_sales.date_to = "2026-11-20"
        later = self._limit("sales", days=1, date_from="2026-11-21")
        find = self.env["crm.routing.limit"]._find_batch
        department = self.departments["sales"]
        for text, expected in (
            ("2026-11-20 15:59:00", self.limit_sales),
            ("2026-11-20 16:01:00", later),  # 00:01 in Shanghai
        ):
            day = self.company._policy_date(fields.Datetime.to_datetime(text))
            found = find(
                DOCUMENT, "complaint", [(self.company, "sales", department, day)]
            )
            self.assertEqual(found, [expected])
        own = self._limit("sales", name="Own", days=2, company_id=self.company.id)
        day = fields.Date.to_date("2027-01-05")
        request = (self.company, "sales", department, day)
        self.assertEqual(find(DOCUMENT, "complaint", [request]), [own])
        elsewhere = (self.other_company, "sales", department, day)
        self.other_company.policy_complaint_profile_id = self.profile
        self.assertEqual(find(DOCUMENT, "complaint", [elsewhere]), [later])

    @mute_logger("odoo.sql_db")
    def test_bad_limits(self):
        for vals in (
            {"step": "nowhere", "days": 1},
            {"step": "decided", "days": 0.3},
            {"step": "decided", "days": 0},
            {"step": "decided", "days": -1},
            {"step": "decided", "days": 1, "has_foreign": True},
            {"step": "decided", "days": 3, "max_days": 2},
            {"step": "decided", "days": 3, "reminder_interval_days": -1},
            {
                "step": "decided",
                "days": 3,
                "date_from": "2027-01-02",
                "date_to": "2027-01-01",
            },
        ):
            with self.assertRaises(Exception, msg=vals) as caught, self.cr.savepoint():
                self._limit(**vals)
            self.assertIn(
                type(caught.exception).__name__, ("ValidationError", "CheckViolation")
            )

    def test_used_limit_stays(self):
        self.document()
        with self.assertRaisesRegex(UserError, "Limit of quality"), self.cr.savepoint():
            self.limit_quality.unlink()
        unused = self._limit("decided", days=6)
        unused.unlink()

    def test_changed_limit_leaves_old_stays(self):
        with self.at():
            document = self.document()
        self.limit_quality.days = 2
        stay = document.sudo().routing_passage_id
        self.assertEqual(stay.limit_days, 1)
        self.assertIn("1 working day", stay.due_reason)

    # ------------------------------------------------------------- extension

    def test_extension(self):
        with self.at():
            stay = self.document().sudo().routing_passage_id
        first = stay.date_due
        stay.with_user(self.user_quality).action_extend(1.5, "waiting for the lab")
        self.assertEqual(stay.date_due, datetime(2026, 11, 24, 7))
        self.assertEqual(stay.date_due_original, first)
        self.assertEqual(stay.extension_days, 1.5)
        self.assertEqual(stay.extension_by_id, self.user_quality)
        self.assertIn("waiting for the lab", stay.extension_reason)
        self.assertIn("extended by 1.5", stay.due_reason)
        document = stay._document()
        self.assertEqual(document.routing_due, stay.date_due)
        self.assertIn("waiting for the lab", document.message_ids[0].body)
        # 1 + 1.5 + 1 days are more than the three of RET-50
        with self.assertRaisesRegex(UserError, "at most 3"), self.cr.savepoint():
            stay.with_user(self.user_director).action_extend(1, "again")
        stay.with_user(self.user_director).action_extend(0.5, "again")
        self.assertEqual(stay.date_due, datetime(2026, 11, 25, 2))
        self.assertEqual(stay.extension_reason, "waiting for the lab\nagain")

    def test_extension_by_whom(self):
        stay = self.document().sudo().routing_passage_id
        for user in (
            self.user_sales,
            self.user_gmo,
            self.user_rd,
            self.user_specialist,
        ):
            with self.assertRaises(AccessError):
                stay.with_user(user).action_extend(1, "because")
        self.departments["quality"].parent_id = self.departments["rd"]
        self.assertTrue(stay.with_user(self.user_rd).can_extend)
        stay.with_user(self.user_rd).action_extend(1, "head above")
        self.assertEqual(stay.extension_days, 1)

    def test_bad_extensions(self):
        document = self.document()
        stay = document.routing_passage_id.with_user(self.user_quality)
        for days, reason in (
            (0, "x"),
            (-1, "x"),
            (0.3, "x"),
            ("1", "x"),
            (1, " "),
            (1, None),
        ):
            with self.assertRaises(ValidationError, msg=(days, reason)):
                stay.action_extend(days, reason)
        document.with_user(self.user_quality).action_to_sales()
        with (
            self.assertRaisesRegex(UserError, "nothing to extend"),
            self.cr.savepoint(),
        ):
            stay.action_extend(1, "too late")

    def test_extension_wizard(self):
        stay = self.document().sudo().routing_passage_id.with_user(self.user_quality)
        action = stay.action_extend_wizard()
        wizard = Form(
            self.env[action["res_model"]]
            .with_user(self.user_quality)
            .with_context(**action["context"])
        )
        wizard.days = 1
        wizard.reason = "by the form"
        wizard.save().action_confirm()
        self.assertEqual(stay.extension_days, 1)

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
