"""Stays, time limits and extensions."""

from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import PolicyCase
from .fake_models import DOCUMENT
from .routing_common import START, RoutingSetup


@tagged("post_install", "-at_install")
class TestRouting(RoutingSetup, PolicyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_routing()

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
        self.env.flush_all()  # as at the end of the call that moves a department
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
            (1, " "),
            (1, None),
        ):
            with self.assertRaises(ValidationError, msg=(days, reason)):
                stay.action_extend(days, reason)
        with self.assertRaisesRegex(UserError, "days must be a number"):
            stay.action_extend("1", "x")
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
