"""The printed forms: visit record (F-64) and daily visit report (F-65)."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools.safe_eval import safe_eval

from .common import NOW, VisitCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestVisitPrint(VisitCase):
    def _html(self, report, records, **kwargs):
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            report, records.ids, **kwargs
        )
        return html.decode()

    def test_visit_record(self):
        """Every field of the form, printed by a companion too."""
        visit = self._make_held_visit(self.customer, contact_id=self.contact.id)
        self._report(
            visit,
            points_to_note="Speaks Hui",
            solved_problems="Late invoice",
            points_next="Bring samples",
            appraisal_credit="AA",
            appraisal_growth_rate=12.5,
            appraisal_ranking="3rd",
            finding_ids=[(0, 0, {"name": "High stock"})],
        )
        self.env = self.env(user=self.user_sales2)
        html = self._html("crm_visit.report_visit_record", visit)
        for text in (
            visit.name,
            "Yinchuan Garments",
            "Ma Li",
            "解放东街",
            "Speaks Hui",
            "Late invoice",
            "Bring samples",
            "AA",
            "12.5",
            "3rd",
            "High stock",
            "Prices are fine.",
            "Sales One、Sales Two",
        ):
            self.assertIn(text, html)

    def test_daily_report(self):
        """VIS-125 to VIS-127: one per person and day, with totals."""
        visit = self._make_held_visit(self.customer, contact_id=self.contact.id)
        self._report(
            visit,
            finding_ids=[
                (0, 0, {"name": "Zips break", "severity": "major"}),
                (
                    0,
                    0,
                    {
                        "name": "Wrong colour",
                        "severity": "minor",
                        "owner_id": self.user_quality.id,
                        "date_due": "2026-03-20",
                    },
                ),
            ],
        )
        self.env["hr.expense"].create(
            {
                "name": "Taxi",
                "employee_id": self.user_sales.with_company(
                    self.company
                ).employee_id.id,
                "total_amount_currency": 80,
                "company_id": self.company.id,
                "visit_id": visit.id,
            }
        )
        Daily = self.env["crm.visit.daily"].with_user(self.user_sales)
        wizard = Daily.with_company(self.company).create({})
        self.assertEqual(wizard.action_print()["type"], "ir.actions.report")
        values = (
            self.env["report.crm_visit.report_daily"]
            .with_user(self.user_sales)
            ._get_report_values(wizard.ids)
        )
        self.assertEqual(values["visits"], visit)
        self.assertEqual(values["handled"].name, "Zips break")
        self.assertEqual(values["unhandled"].name, "Wrong colour")
        self.assertEqual(values["companions"], self.user_sales2)
        self.assertEqual(values["expense_total"], 80)
        self.env = self.env(user=self.user_sales)
        html = self._html("crm_visit.report_daily", wizard)
        for text in ("☑a", "☑B", "☐C", "Taxi", "Zips break", "Sales Two", "Wednesday"):
            self.assertIn(text, html.replace("\n", "").replace(" ", "") + html)

    def test_visit_plan(self):
        """F-60: the planned visits with the columns of F-62 and F-63."""
        plan = self.env["crm.visit.plan"].create(
            {
                "user_id": self.user_sales.id,
                "period": "week",
                "date_from": "2026-03-16",
                "note": "Collect orders",
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "partner_id": self.customer.id,
                            "planned_start": "2026-03-17 02:00:00",
                            "purpose": "New cloth",
                            "user_id": self.user_sales.id,
                            "estimated_cost": 120,
                        },
                    )
                ],
            }
        )
        html = self._html("crm_visit.report_visit_plan", plan)
        for text in (
            "Weekly Customer Visit Plan",
            plan.name,
            "Yinchuan Garments",
            "New cloth",
            "Collect orders",
            "120.00",
            "Prepared By",
            "Approved By",
        ):
            self.assertIn(text, html)

    def test_print_needs_read_access(self):
        """A visit of others is not printed for who cannot open it."""
        visit = self._make_held_visit(self.customer, contact_id=self.contact.id)
        self.env = self.env(user=self.user_quality)
        self.assertFalse(visit.with_env(self.env).has_access("read"))
        with self.assertRaises(AccessError):
            self._html("crm_visit.report_visit_record", visit)

    def test_file_names(self):
        """The PDF is called after the form, and its number or day."""
        Daily = self.env["crm.visit.daily"]
        wizard = Daily.create({"date": "2026-03-18"})
        report = self.env.ref("crm_visit.action_report_daily")
        self.assertEqual(
            safe_eval(report.print_report_name, {"object": wizard}),
            f"Daily Visit Report {wizard.user_id.name} 2026-03-18",
        )

    def test_no_visit_that_day(self):
        Daily = self.env["crm.visit.daily"].with_user(self.user_sales)
        with self.assertRaises(UserError):
            Daily.create({"date": "2026-01-01"}).action_print()
