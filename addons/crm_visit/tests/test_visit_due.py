"""Last visit, due date and reminder of customers (VIS-06, GAP-45)."""

from datetime import date

from odoo.tests import freeze_time, tagged

from .common import NOW, VisitCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestVisitDue(VisitCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time(NOW):
            cls.product = cls.env["product.product"].create({"name": "Cloth"})

    def _order(self, customer):
        order = self.env["sale.order"].create(
            {
                "partner_id": customer.id,
                "company_id": self.company.id,
                "order_line": [(0, 0, {"product_id": self.product.id})],
            }
        )
        order.action_confirm()
        return order

    def _refresh(self):
        partners = self.env["res.partner"].with_company(self.company)
        return partners._update_visit_dates(self.company, everybody=True)

    def _my(self, customer):
        return customer.with_user(self.user_sales).with_company(self.company)

    def test_quarter_from_last_visit(self):
        """Due three months after the visit, reminded two weeks before."""
        self._order(self.customer)
        self._make_held_visit(self.customer, [], mode="phone")
        customer = self._my(self.customer)
        self.assertEqual(customer.last_visit_date, date(2026, 3, 11))
        self.assertEqual(customer.next_visit_due, date(2026, 6, 11))
        self.assertEqual(customer.visit_remind_date, date(2026, 5, 28))
        self.assertEqual(
            customer.visit_frequency_id,
            self.env.ref("crm_visit.frequency_quarter_mag"),
        )
        self.assertEqual(customer.visit_count, 1)
        self.assertEqual(self._refresh(), 0, "a run with nothing new writes nothing")

    def test_never_visited(self):
        """An old customer never seen is due from the day it was put on file."""
        self._order(self.customer)
        self._refresh()
        customer = self._my(self.customer)
        self.assertFalse(customer.last_visit_date)
        self.assertEqual(customer.next_visit_due, date(2026, 6, 11))
        # without orders the quarter does not apply
        self.assertFalse(self._my(self.customer2).next_visit_due)

    def test_due_states(self):
        """Later, due, overdue: shown and searched alike."""
        self._order(self.customer)
        self._refresh()
        Partner = self.env["res.partner"].with_company(self.company)
        for day, state in (
            ("2026-05-27 02:00:00", "later"),
            ("2026-05-27 16:00:00", "due"),  # already the 28th in Shanghai
            ("2026-06-11 02:00:00", "due"),
            ("2026-06-12 02:00:00", "overdue"),
        ):
            with freeze_time(day):
                customer = self._my(self.customer)
                customer.invalidate_recordset()
                self.assertEqual(customer.visit_due_state, state, day)
                for wanted in ("later", "due", "overdue"):
                    found = Partner.search(
                        [
                            ("visit_due_state", "=", wanted),
                            ("id", "=", customer.id),
                        ]
                    )
                    self.assertEqual(bool(found), wanted == state, (day, wanted))
        self.assertTrue(
            Partner.search(
                [("visit_due_state", "=", False), ("id", "=", self.customer2.id)]
            )
        )

    def test_reminder_once(self):
        """The cron reminds the account manager once, until the customer is seen."""
        self._order(self.customer)
        kind = self.env.ref("crm_visit.activity_type_visit_due")
        with freeze_time("2026-05-29 02:00:00"):
            self._refresh()
            partners = self.env["res.partner"].with_company(self.company)
            self.assertEqual(partners._remind_due_visits(self.company), 1)
            self.assertEqual(partners._remind_due_visits(self.company), 0)
            todo = self.customer.activity_ids.filtered(
                lambda a: a.activity_type_id == kind
            )
            self.assertEqual(todo.user_id, self.user_sales)
            self.assertEqual(todo.date_deadline, date(2026, 6, 11))
            self._make_held_visit(
                self.customer, [], mode="phone", planned_start="2026-05-29 01:00:00"
            )
            self.assertFalse(todo.exists().active)
            self.assertEqual(partners._remind_due_visits(self.company), 0)

    def test_cron_and_frequency(self):
        """Another interval, another date after the cron."""
        self._order(self.customer)
        self._refresh()
        frequency = self.env.ref("crm_visit.frequency_quarter_mag")
        frequency.write({"interval_number": 2, "interval_unit": "week"})
        self.env["res.partner"]._update_visit_dates(self.company, everybody=True)
        self.assertEqual(self._my(self.customer).next_visit_due, date(2026, 3, 25))
        frequency.active = False
        self.env["res.partner"]._update_visit_dates(self.company, everybody=True)
        self.assertFalse(self._my(self.customer).next_visit_due)

    def test_profile_in_force(self):
        """BRK for new customers holds where that profile is chosen."""
        self.company.policy_visit_staffing_profile_id = self.env.ref(
            "crm_policy.profile_brk"
        )
        self._refresh()
        self.assertEqual(self._my(self.customer2).next_visit_due, date(2026, 3, 18))

    def test_companies_apart(self):
        """Another company sees neither visit nor due date of this one."""
        self._order(self.customer)
        self._make_held_visit(self.customer)
        elsewhere = self.customer.with_company(self.other_company)
        self.assertFalse(elsewhere.last_visit_date)
        self.assertFalse(elsewhere.next_visit_due)

    def test_one_statement(self):
        """However many customers, due dates take the same number of queries."""
        self._refresh()
        self.env.flush_all()
        self.company._policy_tz()
        with self.assertQueryCount(10):
            self._refresh()
