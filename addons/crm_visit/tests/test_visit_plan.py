"""Weekly and monthly plans (VIS-73)."""

from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .common import NOW, VisitCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestVisitPlan(VisitCase):
    def _make_plan(self, *lines, **vals):
        return (
            self.env["crm.visit.plan"]
            .with_user(self.user_sales)
            .create(
                {
                    "company_id": self.company.id,
                    "period": "week",
                    "date_from": "2026-03-09",
                    "line_ids": [
                        (
                            0,
                            0,
                            {
                                "partner_id": self.customer.id,
                                "planned_start": NOW,
                                "user_id": self.user_sales.id,
                                "companion_ids": [(6, 0, self.user_sales2.ids)],
                                **line,
                            },
                        )
                        for line in lines
                    ],
                    **vals,
                }
            )
        )

    def _approve_plan(self, plan):
        plan.with_user(self.user_sales).action_request_approval()
        plan.with_user(self.user_sales_head).action_approve()

    def test_approved_plan_makes_visits(self):
        """Its visits need no application, stand in the calendar and can be held."""
        plan = self._make_plan({}, {"partner_id": self.customer2.id, "mode": "phone"})
        self.assertEqual(plan.date_to, date(2026, 3, 15))
        self._approve_plan(plan)
        self.assertEqual(plan.state, "approved")
        visits = plan.visit_ids
        self.assertEqual(set(visits.mapped("state")), {"approved"})
        self.assertEqual(len(visits.event_id), 2)
        self.assertEqual(plan.line_ids.mapped("visit_state"), ["approved"] * 2)
        visit = visits.filtered(lambda v: v.partner_id == self.customer)
        self.assertEqual(
            visit.participant_ids.user_id, self.user_sales | self.user_sales2
        )
        visit.with_user(self.user_sales).action_hold()
        self.assertEqual((plan.held_count, plan.planned_count), (1, 2))
        self.assertEqual(plan.held_rate, 50)
        plan.with_user(self.user_sales).action_close()
        self.assertEqual(plan.state, "closed")

    def test_first_visit_in_plan(self):
        """VIS-01 holds in the plan too."""
        plan = self._make_plan({"companion_ids": False})
        self.assertTrue(plan.line_ids.is_first_visit)
        with self.assertRaisesRegex(UserError, "VIS-01"):
            plan.action_request_approval()

    def test_empty_and_outside(self):
        """A plan has visits, within its days."""
        with self.assertRaises(UserError):
            self._make_plan().action_request_approval()
        for start in ("2026-03-08 15:59:00", "2026-03-15 16:00:00"):
            with self.assertRaisesRegex(UserError, "outside"):
                self._make_plan({"planned_start": start})
        self._make_plan({"planned_start": "2026-03-15 15:59:00"})

    def test_changed_plan(self):
        """A changed line voids the plan and takes its visits' approval away."""
        plan = self._make_plan({})
        self._approve_plan(plan)
        visit = plan.visit_ids
        plan.with_user(self.user_sales).line_ids.planned_start = NOW + timedelta(days=1)
        self.assertEqual((plan.state, plan.approval_state), ("draft", "voided"))
        self.assertEqual(visit.state, "planned")
        self.assertFalse(visit.event_id)
        self._approve_plan(plan)
        self.assertEqual(plan.visit_ids, visit)
        self.assertEqual(visit.state, "approved")
        self.assertEqual(visit.planned_start, NOW + timedelta(days=1))

    def test_added_line(self):
        plan = self._make_plan({})
        self._approve_plan(plan)
        plan.with_user(self.user_sales).line_ids = [
            (0, 0, {"partner_id": self.customer2.id, "planned_start": NOW})
        ]
        self.assertEqual(plan.approval_state, "voided")

    def test_visit_leaves_plan(self):
        """A visit changed against the plan needs its own application."""
        plan = self._make_plan({})
        self._approve_plan(plan)
        visit = plan.visit_ids.with_user(self.user_sales)
        visit.estimated_cost = 900
        self.assertEqual(visit.state, "planned")
        self.assertFalse(visit.plan_id)
        with self.assertRaises(UserError):
            visit.action_hold()
        self._approve(visit)
        visit.action_hold()

    def test_held_visit_keeps_its_line(self):
        plan = self._make_plan({})
        self._approve_plan(plan)
        plan.visit_ids.with_user(self.user_sales).action_hold()
        with self.assertRaises(UserError):
            plan.with_user(self.user_sales).line_ids.unlink()

    def test_fill_due(self):
        """Customers due in the period are proposed once."""
        self.env["crm.visit.frequency"].create(
            {
                "name": "All, weekly",
                "profile_id": self.env.ref("crm_policy.profile_mag").id,
                "customers": "all",
                "interval_number": 2,
                "interval_unit": "day",
            }
        )
        self.env["res.partner"]._update_visit_dates(self.company, everybody=True)
        plan = self._make_plan({})
        self.assertEqual(plan.action_fill_due(), 1)
        line = plan.line_ids.filtered(lambda x: x.partner_id == self.customer2)
        self.assertEqual(
            self.company._policy_date(line.planned_start), date(2026, 3, 13)
        )
        self.assertEqual(plan.action_fill_due(), 0)

    def test_month(self):
        plan = self._make_plan(period="month", date_from="2026-02-01")
        self.assertEqual(plan.date_to, date(2026, 2, 28))
        plan.period = "week"
        self.assertEqual(plan.date_to, date(2026, 2, 7))

    def test_whose_plan(self):
        """A colleague neither closes nor cancels it."""
        plan = self._make_plan({})
        with self.assertRaises(AccessError):
            plan.with_user(self.user_sales2).action_cancel()
        with self.assertRaises(AccessError):
            plan.with_user(self.user_specialist).action_cancel()
        with self.assertRaises(AccessError):
            plan.with_user(self.user_sales).date_to = "2026-12-31"
        plan.with_user(self.user_sales).action_cancel()
        self.assertEqual(plan.state, "cancelled")

    def test_visit_state_in_words(self):
        """A line tells the state of its visit in the reader's language."""
        names = [
            self.env[model].with_context(lang="zh_CN").fields_get([name])[name]
            for model, name in (
                ("crm.visit", "state"),
                ("crm.visit.plan.line", "visit_state"),
            )
        ]
        self.assertEqual(names[0]["selection"], names[1]["selection"])
