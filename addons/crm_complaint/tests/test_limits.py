"""Numbers, time limits and lateness (CMP-23, CMP-24, CMP-56 to CMP-66)."""

from datetime import datetime, timedelta

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from .common import ComplaintCase


@tagged("post_install", "-at_install")
class TestLimits(ComplaintCase):
    def test_stages_add_up(self):
        """The stage limits of 3.2 add up to 13 days, and 17 for foreign cases."""
        limits = self.env["crm.routing.limit"].search(
            [
                ("model", "=", "crm.complaint"),
                ("profile_id", "=", self.env.ref("crm_policy.profile_pcb").id),
                ("company_id", "=", False),
            ]
        )
        case = limits.filtered(lambda limit: limit.step == "case")
        stages = limits - case
        self.assertEqual(case.days, 13)
        self.assertEqual(case.days_foreign, 17)
        self.assertEqual(sum(limit._figure(False) for limit in stages), case.days)
        self.assertEqual(sum(limit._figure(True) for limit in stages), 17)
        self.assertEqual(set(limits.mapped("unit")), {"calendar"})

    def test_due_dates(self):
        """Each stay has the date of its stage; the case 13 or 17 days."""
        with freeze_time("2026-03-02 02:00:00"):
            complaint = self._complaint()
            complaint.action_submit()
            self.assertEqual(complaint.routing_due, datetime(2026, 3, 2, 14))
            self.assertFalse(complaint.case_due, "the clock starts at acceptance")
            complaint.with_user(self.user_gmo).action_receive()
            self.assertEqual(complaint.routing_due, datetime(2026, 3, 3, 2))
            self.assertEqual(complaint.case_due, datetime(2026, 3, 15, 2))
            self._at(complaint, "manager_instruction")
            self.assertFalse(complaint.routing_due, "no limit is printed")
            self._at(complaint, "sales_opinion")
            self.assertEqual(complaint.routing_due, datetime(2026, 3, 5, 2))
            self._at(complaint, "executing")
            self.assertEqual(complaint.routing_due, datetime(2026, 3, 8, 2))
            foreign = self._complaint(partner_id=self.foreign_customer.id)
            self._at(foreign, "sales_opinion")
            self.assertEqual(foreign.routing_due, datetime(2026, 3, 9, 2))
            self.assertEqual(foreign.case_due, datetime(2026, 3, 19, 2))

    def test_foreign_is_as_at_intake(self):
        complaint = self._complaint(partner_id=self.foreign_customer.id)
        self.foreign_customer.is_foreign = False
        self.assertTrue(complaint.is_foreign)

    def test_late(self):
        with freeze_time("2026-03-02 02:00:00"):
            complaint = self._complaint()
            self._at(complaint, "quality")
        late = [("routing_late", "=", True), ("id", "=", complaint.id)]
        with freeze_time("2026-03-03 01:59:00"):
            self.assertFalse(self.Complaint.search_count(late))
        with freeze_time("2026-03-03 02:01:00"):
            self.assertTrue(self.Complaint.search_count(late))
            self.Complaint.invalidate_model()
            self.assertTrue(complaint.routing_late)
            self.assertFalse(complaint.case_late)

    def test_clock_stops_at_execution(self):
        """Confirmed in time, signed later: the case is not late (GAP-13)."""
        with freeze_time("2026-03-02 02:00:00"):
            complaint = self._complaint()
            mine = self._at(complaint, "executing")
            mine.execution_result = "Done"
        with freeze_time("2026-03-15 01:00:00"):
            mine.action_confirm_execution()
        with freeze_time("2026-03-20 01:00:00"):
            complaint.with_user(self.user_gmo).action_close()
        self.assertFalse(complaint.case_late)
        self.assertEqual(complaint.case_closed_at, datetime(2026, 3, 15, 1))
        self.assertEqual(complaint.closed_at, datetime(2026, 3, 20, 1))

    def test_measured_rules(self):
        """Closed late counts as a breach of CMP-56, a late stay of CMP-60."""
        with freeze_time("2026-03-02 02:00:00"):
            complaint = self._complaint()
            self._at(complaint, "sales_opinion")
        with freeze_time("2026-03-20 02:00:00"):
            mine = self._at(complaint, "executing")
            mine.execution_result = "Done"
            mine.action_confirm_execution()
        self.env.flush_all()
        for code, model, count in (
            ("cmp_56", "crm.complaint", 1),
            ("cmp_57", "crm.complaint", 0),
            ("cmp_60", "crm.routing.passage", 1),
            ("cmp_61", "crm.routing.passage", 0),
            ("cmp_58", "crm.routing.passage", 0),
        ):
            rule = self.env.ref(f"crm_policy.rule_{code}")
            self.assertEqual(rule.carried, "measured")
            self.assertEqual(rule.measure_model, model)
            domain = rule._measure_domain("case_domain") & rule._measure_domain(
                "breach_domain"
            )
            ids = complaint if model == "crm.complaint" else complaint.passage_ids
            self.assertEqual(len(self.env[model].search(domain) & ids), count, code)

    def test_number(self):
        """The office gives year, month, serial; by the company's local date."""
        with freeze_time("2031-01-31 15:59:00"):  # 23:59 in Shanghai
            first = self._complaint()
            first.action_submit()
            self.assertFalse(first.name)
            with self.assertRaises(AccessError):
                first.with_user(self.user_sales).action_receive()
            self.assertFalse(first.name)
            first.with_user(self.user_gmo).action_receive()
        with freeze_time("2031-01-31 16:01:00"):  # 00:01 on the first of February
            both = self._complaint() | self._complaint()
            both.action_submit()
            both.with_user(self.user_gmo).action_receive()
        self.assertEqual(first.name, "310101")
        self.assertEqual(both.mapped("name"), ["310201", "310202"])

    def test_number_grows_after_99(self):
        with freeze_time("2031-05-10 02:00:00"):
            complaints = self.Complaint.with_user(self.user_sales).create(
                [self._vals() for _i in range(101)]
            )
            complaints.action_submit()
            complaints.with_user(self.user_gmo).action_receive()
        self.assertEqual(complaints[98].name, "310599")
        self.assertEqual(complaints[99].name, "3105100")
        self.assertEqual(len(set(complaints.mapped("name"))), 101)

    def test_summary_limit_hard(self):
        """The consolidated opinion: half a day, with extension one at most."""
        complaint = self._complaint()
        self._at(complaint, "gmo_summary")
        stay = complaint.routing_passage_id
        self.assertEqual(stay.date_due - stay.date_in, timedelta(hours=12))
        self.assertEqual(stay.limit_id.max_days, 1)
