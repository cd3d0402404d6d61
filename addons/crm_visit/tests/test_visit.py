"""The way of a visit from plan to closing (SM-18)."""

from datetime import date, timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import NOW, VisitCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestVisit(VisitCase):
    def test_first_visit_takes_two(self):
        """VIS-01: alone no application, with a colleague approved and held."""
        visit = self._make_visit(self.customer)
        self.assertTrue(visit.is_first_visit)
        self.assertEqual(visit.plan_code, "a")
        self.assertEqual((visit.salespeople_required, visit.salespeople_count), (2, 1))
        with self.assertRaisesRegex(UserError, "VIS-01"):
            visit.with_user(self.user_sales).action_request_approval()
        self.assertEqual(visit.state, "planned")
        visit.with_user(self.user_sales).participant_ids = [
            (0, 0, {"user_id": self.user_sales2.id})
        ]
        self._approve(visit)
        self.assertEqual(visit.state, "approved")
        visit.with_user(self.user_sales).action_hold()
        self.assertEqual((visit.state, visit.date_held), ("held", date(2026, 3, 11)))
        self.assertTrue(visit.is_first_visit)

    def test_companion_of_another_trade(self):
        """Who belongs to no sales department does not count as salesperson."""
        visit = self._make_visit(self.customer, [self.user_quality])
        self.assertEqual(visit.salespeople_count, 1)
        with self.assertRaisesRegex(UserError, "VIS-01"):
            visit.with_user(self.user_sales).action_request_approval()

    def test_companion_leaves_after_approval(self):
        """The number is checked again when the visit is held."""
        visit = self._approve(self._make_visit(self.customer, [self.user_sales2]))
        line = visit.participant_ids.filtered(lambda p: p.user_id == self.user_sales2)
        line.with_user(self.user_sales).unlink()
        with self.assertRaisesRegex(UserError, "VIS-01"):
            visit.with_user(self.user_sales).action_hold()
        self.assertEqual(visit.state, "approved")

    def test_number_is_data(self):
        """Another number in the staffing rule, another number needed."""
        rule = self.env.ref("crm_visit.staffing_first_mag")
        rule.salespeople = 3
        visit = self._make_visit(self.customer, [self.user_sales2])
        self.assertEqual(visit.salespeople_required, 3)
        rule.active = False
        visit.invalidate_recordset()
        self.assertEqual(visit.salespeople_required, 0)

    def test_override(self):
        """GAP-46: a manager who stays at home allows it, with a reason."""
        visit = self._make_visit(self.customer)
        for user, error in (
            (self.user_sales, AccessError),
            (self.user_sales2, AccessError),
        ):
            with self.assertRaises(error):
                visit.with_user(user).action_override_staffing("Urgent")
        head_visit = self._make_visit(self.customer, user=self.user_sales_head)
        with self.assertRaises(AccessError):
            head_visit.with_user(self.user_sales_head).action_override_staffing("Me")
        with self.assertRaises(UserError):
            visit.with_user(self.user_sales_head).action_override_staffing(" ")
        visit.with_user(self.user_sales_head).action_override_staffing("Colleague ill")
        self.assertEqual(visit.staffing_override_by_id, self.user_sales_head)
        self._approve(visit)
        visit.with_user(self.user_sales).action_hold()
        self._report(visit)
        self.assertEqual(visit.signatures_missing, 0)

    def test_first_visit_is_read_from_data(self):
        """After the first on-site visit is held, no other is the first one."""
        other = self._make_visit(self.customer)
        contact_visit = self._make_visit(self.contact)
        elsewhere = self._make_visit(self.customer2)
        phone = self._make_visit(self.customer, mode="phone")
        self.assertTrue(other.is_first_visit)
        self.assertTrue(contact_visit.is_first_visit)
        self.assertFalse(phone.is_first_visit)
        held = self._make_held_visit(self.customer)
        self.assertTrue(held.is_first_visit)
        self.assertFalse((other | contact_visit).filtered("is_first_visit"))
        self.assertTrue(elsewhere.is_first_visit)
        self.assertFalse(self._make_visit(self.customer).is_first_visit)
        self.assertEqual(other.salespeople_required, 0)

    def test_phone_call_is_no_first_visit(self):
        """A phone visit held before leaves the on-site visit the first one."""
        self._make_held_visit(self.customer, [], mode="phone")
        self.assertTrue(self._make_visit(self.customer).is_first_visit)

    def test_kind_first_visit(self):
        """The kind “First Visit” is refused where the records say otherwise."""
        self._make_held_visit(self.customer)
        visit = self._make_visit(
            self.customer, kind_id=self.env.ref("crm_visit.kind_first").id
        )
        with self.assertRaisesRegex(UserError, "visited before"):
            visit.with_user(self.user_sales).action_request_approval()

    def test_report_is_compulsory(self):
        """VIS-03, VIS-126: no report without text and result."""
        visit = self._make_held_visit(self.customer)
        with self.assertRaisesRegex(UserError, "Report and Result"):
            visit.with_user(self.user_sales).action_report()
        visit.write({"report_text": "  ", "result": "c"})
        with self.assertRaisesRegex(UserError, "VIS-03"):
            visit.with_user(self.user_sales).action_report()
        self._report(visit)
        self.assertEqual(visit.state, "reported")
        self.assertEqual(visit.reported_by_id, self.user_sales)
        self.assertTrue(visit.reported_same_day)

    def test_late_report(self):
        """VIS-125: midnight counts in Shanghai."""
        visit = self._make_held_visit(self.customer)
        with freeze_time("2026-03-11 15:59:00"):  # 23:59 in Shanghai
            self._report(visit)
        self.assertTrue(visit.reported_same_day)
        visit.with_user(self.user_sales_head).action_send_back("More, please")
        with freeze_time("2026-03-11 16:01:00"):
            self._report(visit)
        self.assertFalse(visit.reported_same_day)

    def test_both_sign(self):
        """VIS-01, VIS-03: accepted once both salespeople have signed."""
        visit = self._make_held_visit(self.customer)
        self._report(visit)
        self.assertEqual(visit.signatures_missing, 1)
        activity = visit.activity_ids.filtered(
            lambda a: a.activity_type_id == self.env.ref("crm_visit.activity_type_sign")
        )
        self.assertEqual(activity.user_id, self.user_sales2)
        with self.assertRaisesRegex(UserError, "signature"):
            visit.with_user(self.user_sales_head).action_accept()
        line2 = visit.participant_ids.filtered(lambda p: p.user_id == self.user_sales2)
        with self.assertRaises(AccessError):
            line2.with_user(self.user_sales).action_confirm()
        self.assertTrue(visit.with_user(self.user_sales2).can_sign)
        visit.with_user(self.user_sales2).action_sign()
        self.assertFalse(activity.exists().active)
        visit.with_user(self.user_sales_head).action_accept()
        self.assertEqual(visit.state, "accepted")
        visit.with_user(self.user_sales).action_close()
        self.assertEqual(visit.state, "closed")

    def test_who_accepts(self):
        """VIS-122: neither who took part nor a colleague accepts."""
        visit = self._make_held_visit(self.customer, [self.user_sales2])
        self._report(visit)
        visit.with_user(self.user_sales2).action_sign()
        for user in (self.user_sales, self.user_sales2, self.user_specialist):
            with self.assertRaises(AccessError):
                visit.with_user(user).action_accept()
        own = self._make_held_visit(
            self.customer2, [self.user_sales_head, self.user_sales]
        )
        self._report(own)
        with self.assertRaises(AccessError):
            own.with_user(self.user_sales_head).action_accept()

    def test_send_back(self):
        """The report opens again and the signatures are void."""
        visit = self._make_held_visit(self.customer)
        self._report(visit)
        visit.with_user(self.user_sales2).action_sign()
        with self.assertRaises(UserError):
            visit.with_user(self.user_sales_head).action_send_back("")
        visit.with_user(self.user_sales_head).action_send_back("What about prices?")
        self.assertEqual(visit.state, "held")
        self.assertFalse(visit.reported_at)
        self.assertFalse(visit.participant_ids.filtered("confirmed_at"))
        visit.with_user(self.user_sales).report_text = "Prices are high."

    def test_settled_values(self):
        """Held: the plan is settled. Reported: the record is."""
        visit = self._make_held_visit(self.customer)
        visit = visit.with_user(self.user_sales)
        for vals in (
            {"partner_id": self.customer2.id},
            {"planned_start": NOW - timedelta(days=1)},
            {"participant_ids": [(0, 0, {"user_id": self.user_sales_head.id})]},
            {"mode": "phone"},
        ):
            with self.assertRaises(UserError):
                visit.write(vals)
        visit.write({"finding_ids": [(0, 0, {"name": "Stock is high"})]})
        with self.assertRaises(UserError):
            visit.participant_ids[:1].unlink()
        self._report(visit)
        for vals in (
            {"report_text": "Other"},
            {"result": "a"},
            {"next_visit_date": "2026-05-01"},
            {"appraisal_credit": "good"},
            {"finding_ids": [(0, 0, {"name": "Another"})]},
        ):
            with self.assertRaises(UserError):
                visit.write(vals)
        with self.assertRaises(UserError):
            visit.finding_ids.name = "Stock is low"
        with self.assertRaises(UserError):
            visit.finding_ids.unlink()
        visit.write({"report_text": visit.report_text})

    def test_future_visit(self):
        """A visit in the future cannot have been held."""
        visit = self._make_visit(
            self.customer, [self.user_sales2], planned_start=NOW + timedelta(days=1)
        )
        self._approve(visit)
        with self.assertRaisesRegex(UserError, "future"):
            visit.with_user(self.user_sales).action_hold()
        with self.assertRaisesRegex(UserError, "future"):
            visit.with_user(self.user_sales).action_hold("2026-03-12")
        visit.with_user(self.user_sales).action_hold("2026-03-10")
        self.assertEqual(visit.date_held, date(2026, 3, 10))

    def test_unapproved_visit(self):
        """VIS-117, VIS-118: nothing happens before the approval, or after refusal."""
        visit = self._make_visit(self.customer, [self.user_sales2])
        with self.assertRaises(UserError):
            visit.with_user(self.user_sales).action_hold()
        visit.with_user(self.user_sales).action_request_approval()
        with self.assertRaises(AccessError):
            visit.with_user(self.user_sales).action_approve()
        with self.assertRaises(AccessError):
            visit.with_user(self.user_sales2).action_approve()
        visit.with_user(self.user_sales_head).action_reject("Not now")
        self.assertEqual((visit.state, visit.approval_state), ("planned", "refused"))

    def test_change_after_approval(self):
        """An approved value changed voids the approval visibly."""
        visit = self._approve(self._make_visit(self.customer, [self.user_sales2]))
        visit.with_user(self.user_sales).estimated_cost = 5000
        self.assertEqual((visit.state, visit.approval_state), ("planned", "voided"))
        self.assertFalse(visit.event_id)
        with self.assertRaises(UserError):
            visit.with_user(self.user_sales).action_hold()

    def test_cost_bands(self):
        """GAP-64: a band of one's own for the supervisor, as data."""
        band = self.env.ref("crm_visit.authority_visit_auto")
        band.copy(
            {
                "name": "Within authority",
                "active": False,
                "decider": "user",
                "user_ids": [(6, 0, self.user_specialist.ids)],
                "amount_to": 1000,
            }
        )
        band.amount_from = 1000
        self.env["crm.authority"].with_context(active_test=False).search(
            [("name", "=", "Within authority")]
        ).active = True
        visit = self._make_visit(self.customer, [self.user_sales2], estimated_cost=1000)
        visit.with_user(self.user_sales).action_request_approval()
        self.assertEqual(visit.approval_ids.candidate_ids, self.user_specialist)
        big = self._make_visit(
            self.customer, [self.user_sales2], estimated_cost=1000.01
        )
        big.with_user(self.user_sales).action_request_approval()
        self.assertEqual(big.approval_ids.candidate_ids, self.user_sales_head)

    def test_next_visit(self):
        """VIS-20: the date agreed on the spot plans the next visit, same hour."""
        visit = self._make_held_visit(self.customer, contact_id=self.contact.id)
        with self.assertRaises(ValidationError):
            visit.next_visit_date = "2026-03-11"
        self._report(visit, next_visit_date="2026-04-08", points_next="Bring samples")
        following = visit.next_visit_id
        self.assertEqual(following.planned_start, NOW + timedelta(days=28))
        self.assertEqual(following.state, "planned")
        self.assertEqual(following.contact_id, self.contact)
        self.assertEqual(following.points_to_note, "Bring samples")
        self.assertFalse(following.is_first_visit)

    def test_companion_reports(self):
        """A companion whose customer it is not holds, reports and books as well."""
        visit = self._approve(self._make_visit(self.customer, [self.user_sales2]))
        visit.with_user(self.user_sales2).action_hold()
        self._report(visit, self.user_sales2, next_visit_date="2026-04-08")
        self.assertTrue(visit.next_visit_id)
        self.assertEqual(visit.next_visit_id.user_id, self.user_sales)

    def test_cancel(self):
        """Only with a reason, and not once held."""
        visit = self._approve(self._make_visit(self.customer, [self.user_sales2]))
        event = visit.event_id
        with self.assertRaises(UserError):
            visit.with_user(self.user_sales).action_cancel(None)
        visit.with_user(self.user_sales).action_cancel("Customer is travelling")
        self.assertEqual(visit.state, "cancelled")
        self.assertFalse(event.exists())
        held = self._make_held_visit(self.customer)
        with self.assertRaises(UserError):
            held.with_user(self.user_sales).action_cancel("Late")

    def test_unlink(self):
        """A plan may be deleted, an approved visit is kept."""
        visit = self._make_visit(self.customer)
        visit.with_user(self.user_sales).unlink()
        kept = self._approve(self._make_visit(self.customer, [self.user_sales2]))
        with self.assertRaises(UserError):
            kept.with_user(self.user_sales).unlink()

    def test_reason_wizard(self):
        """The wizard calls the visit's own method."""
        visit = self._make_visit(self.customer).with_user(self.user_sales)
        action = visit.with_context(visit_step="cancel").action_reason_wizard()
        self.env["crm.visit.reason"].with_user(self.user_sales).with_context(
            **action["context"]
        ).create({"reason": "No time"}).action_confirm()
        self.assertEqual((visit.state, visit.cancel_reason), ("cancelled", "No time"))

    def test_follow_up(self):
        """A follow-up needs person and date, reaches the list, is done by its owner."""
        visit = self._make_held_visit(self.customer)
        with self.assertRaises(ValidationError):
            visit.finding_ids = [
                (0, 0, {"name": "Half", "owner_id": self.user_quality.id})
            ]
        finding = self.env["crm.visit.finding"].create(
            {
                "visit_id": visit.id,
                "name": "Zips break",
                "severity": "major",
                "owner_id": self.user_quality.id,
                "date_due": "2026-03-20",
            }
        )
        self._report(visit)
        self.assertEqual(finding.activity_ids.user_id, self.user_quality)
        Finding = self.env["crm.visit.finding"]
        self.assertNotIn(finding, Finding.search([("follow_up_late", "=", True)]))
        with freeze_time("2026-03-21"):
            finding.invalidate_recordset()
            self.assertTrue(finding.follow_up_late)
            self.assertIn(finding, Finding.search([("follow_up_late", "=", True)]))
        with self.assertRaises(AccessError):
            finding.with_user(self.user_sales2).action_follow_up_done("Nothing")
        finding.with_user(self.user_quality).action_follow_up_done("Supplier changed")
        self.assertEqual(finding.follow_up_state, "done")
        self.assertFalse(finding.activity_ids)
        with self.assertRaises(UserError):
            finding.with_user(self.user_quality).action_follow_up_done()
        with self.assertRaises(AccessError):
            finding.with_user(self.user_sales).action_follow_up_reopen()
        finding.with_user(self.user_sales_head).action_follow_up_reopen()
        self.assertEqual(finding.follow_up_state, "open")

    def test_expenses(self):
        """VIS-123: claimed after acceptance, audited before closing."""
        visit = self._make_held_visit(self.customer)
        self._report(visit)
        visit.with_user(self.user_sales2).action_sign()
        expense = self.env["hr.expense"].create(
            {
                "name": "Taxi",
                "employee_id": self.user_sales.with_company(
                    self.company
                ).employee_id.id,
                "total_amount_currency": 80,
                "company_id": self.company.id,
                "visit_id": visit.id,
                "date": date.today() - timedelta(days=31),
            }
        )
        with self.assertRaisesRegex(ValidationError, "VIS-123"):
            expense.approval_state = "submitted"
            expense.flush_recordset()
        visit.with_user(self.user_sales_head).action_accept()
        expense.approval_state = "submitted"
        with self.assertRaisesRegex(UserError, "Taxi"):
            visit.with_user(self.user_sales).action_close()
        expense.approval_state = "approved"
        self.assertEqual(visit.expense_total, 80)
        figures = self.env["crm.customer.figures"].with_company(self.company)
        self.env.flush_all()
        spent = figures.search([("customer_id", "=", self.customer.id)]).expense_year
        self.assertEqual(spent, 80, "a selling expense of the customer (ARC-240)")
        visit.with_user(self.user_sales).action_close()

    def test_bad_input(self):
        """Constraints name the field and the rule."""
        visit = self._make_visit(self.customer)
        with self.assertRaisesRegex(ValidationError, "Person Visited"):
            visit.contact_id = self.customer2
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            visit.estimated_cost = -1
            visit.flush_recordset()

    def test_visit_keeps_its_length(self):
        visit = self._make_visit(self.customer, planned_stop=NOW + timedelta(hours=3))
        self.assertEqual(visit.planned_stop, NOW + timedelta(hours=3))
        visit.planned_start = NOW + timedelta(days=1)
        self.assertEqual(visit.planned_stop, NOW + timedelta(days=1, hours=3))
        short = self._make_visit(self.customer)
        self.assertEqual(short.planned_stop, NOW + timedelta(hours=1))

    def test_numbers(self):
        """Monthly numbers by the local date."""
        with freeze_time("2026-03-31 16:30:00"):  # 1 April in Shanghai
            visit = self._make_visit(self.customer)
        self.assertTrue(visit.name.startswith("BF2604"), visit.name)
        self.assertTrue(self._make_visit(self.customer).name.startswith("BF2603"))
