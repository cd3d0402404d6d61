"""Analyses of customers: figures, growth, shares, payment; who sees them."""

import json

from dateutil.relativedelta import relativedelta
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.crm_policy.tests.common import PolicyCase

from .analysis_common import AnalysisMixin

REPORTS = (
    "crm.customer.sales.report",
    "crm.customer.growth.report",
    "crm.customer.share.report",
    "crm.customer.payment.report",
    "crm.customer.figures",
)


@tagged("post_install", "-at_install")
class TestAnalysisReports(AnalysisMixin, PolicyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_analysis()

    def test_who_sees_what(self):
        """Salespeople their own, the head the team's, the desk all; strangers none."""
        for model in REPORTS:
            for user, customers in (
                (self.user_sales, self.mine),
                (self.user_sales2, self.others),
                (self.user_sales_head, self.mine + self.others),
                (self.user_specialist, self.mine + self.others),
                (self.user_director, self.mine + self.others),
            ):
                rows = self._rows(model, user)
                self.assertEqual(
                    rows.sudo().customer_id, customers, (model, user.login)
                )
                groups = rows._read_group(
                    [("company_id", "=", self.company.id)], ["customer_id"]
                )
                self.assertEqual(
                    {customer.id for [customer] in groups}, set(customers.ids)
                )
            with self.assertRaises(AccessError):
                self._rows(model, self.user_outsider)
            stranger = self.env[model].with_user(self.user_other_company)
            stranger = stranger.with_context(allowed_company_ids=[])
            self.assertFalse(stranger.search([("customer_id", "=", self.mine.id)]))

    def test_read_only(self):
        """Figures are computed, not typed."""
        for model in REPORTS:
            row = self._rows(model, self.user_director)[0]
            with self.assertRaises(AccessError):
                row.write({"customer_id": self.others.id})
            with self.assertRaises(AccessError):
                row.unlink()

    def test_sales(self):
        """Amount, cost, margin and its rate, by month and category."""
        row = self._rows(
            "crm.customer.sales.report",
            self.user_sales,
            [("month", "=", self.months_ago(1))],
        )
        self.assertRecordValues(
            row,
            [
                {
                    "invoiced": 1500,
                    "ordered": 0,
                    "cost": 600,
                    "margin": 900,
                    "margin_rate": 60,
                    "quantity": 10,
                    "categ_id": self.category.id,
                    "region_id": self.region.id,
                    "user_id": self.user_sales.id,
                    "salesperson_id": self.user_sales.id,
                }
            ],
        )
        self.assertEqual(row.browse(row.id).read(["invoiced"])[0]["invoiced"], 1500)
        [[_category, rate]] = row._read_group(
            [("company_id", "=", self.company.id)], ["categ_id"], ["margin_rate:avg"]
        )
        # of the sums: (400 + 900) of 2500
        self.assertAlmostEqual(rate, 52.0)

    def test_ordered_and_collected(self):
        """Orders and money stand beside the invoices, each once."""
        order = self._order(self.mine, price=700)
        order.sudo().action_confirm()
        self._pay(self._sell(self.mine, self.months_ago(0), 300))
        self.env.flush_all()
        rows = self._rows("crm.customer.sales.report", self.user_sales)
        self.assertEqual(sum(rows.mapped("ordered")), 700)
        self.assertEqual(sum(rows.mapped("collected")), 300)
        self.assertEqual(sum(rows.mapped("invoiced")), 2800)
        self.assertEqual(len(set(rows.ids)), len(rows))

    def test_growth(self):
        """Against the month and the year before; groups compare sums."""
        Report = self.env["crm.customer.growth.report"].with_user(self.user_director)
        domain = [("company_id", "=", self.company.id)]
        row = Report.search(
            [
                *domain,
                ("customer_id", "=", self.mine.id),
                ("month", "=", self.months_ago(1)),
            ]
        )
        self.assertEqual((row.amount, row.amount_year_before), (1500, 1000))
        self.assertEqual(row.growth_year, 50)
        [[_month, growth]] = Report._read_group(
            [*domain, ("month", "=", self.months_ago(1))],
            ["month:month"],
            ["growth_year:avg"],
        )
        # 1500 of this year against 1000 and 500
        self.assertAlmostEqual(growth, 0.0)
        after = Report.search(
            [
                *domain,
                ("customer_id", "=", self.mine.id),
                ("month", "=", self.months_ago(0)),
            ]
        )
        self.assertEqual(after.growth_month, -100)
        self.assertFalse(Report.search([*domain, ("month", ">", self.today)]))

    def test_share(self):
        """Shares of one year add up to a hundred, of those one sees."""
        year = str(self.this_month.year)
        self._sell(self.mine, self.this_month, 300)
        self.env.flush_all()
        rows = self._rows(
            "crm.customer.share.report", self.user_director, [("year", "=", year)]
        )
        self.assertAlmostEqual(sum(rows.mapped("customer_share")), 100)
        self.assertAlmostEqual(sum(rows.mapped("amount_share")), 100)
        mine = rows.filtered(lambda row: row.customer_id == self.mine)
        self.assertAlmostEqual(mine.customer_share, 50)

    def test_payment(self):
        """Days to pay, late shares and what is overdue."""
        invoices = self.env["account.move"].search(
            [("partner_id", "=", self.mine.id)], order="invoice_date desc"
        )
        self._pay(invoices[0])
        self.env.flush_all()
        rows = self._rows("crm.customer.payment.report", self.user_sales)
        paid = rows.filtered(lambda row: row.invoice_id == invoices[0])
        self.assertTrue(paid.paid_date)
        self.assertEqual(paid.days_to_pay, (paid.paid_date - paid.invoice_date).days)
        self.assertEqual(paid.open_amount, 0)
        late = rows - paid
        self.assertEqual((late.overdue_amount, late.late_share), (1000, 100))

    def test_figures(self):
        """Who grows, who leaves; amounts, share, purchases, receivable."""
        self.mine.customer_purchases = 3000
        order = self._order(self.mine, price=700)
        order.sudo().action_confirm()
        self.env.flush_all()
        row, other = (
            self._rows(
                "crm.customer.figures", self.user_director, [("customer_id", "=", c.id)]
            )
            for c in (self.mine, self.others)
        )
        self.assertEqual(row.amount_year, 1500)
        self.assertEqual(row.amount_year_before, 1000)
        self.assertEqual(row.amount_month, 1500)
        self.assertEqual(row.share, 100)
        self.assertEqual(row.purchase_share, 50)
        self.assertEqual(row.margin_rate, 60)
        self.assertEqual(row.open_amount, 2500)
        self.assertEqual(row.last_order_date, self.today)
        self.assertNotIn(row.trend, ("leaving", "none"))
        self.assertEqual(other.trend, "leaving")
        self.company.customer_leaving_days = 1
        order.date_order -= relativedelta(days=5)
        self.env.flush_all()
        row.invalidate_recordset()
        self.assertEqual(row.trend, "leaving")
        self.assertEqual(row.action_open_customer()["res_id"], self.mine.id)

    def test_limits_of_trend(self):
        """The limits are checked."""
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            self.company.customer_growing_rate = -1
            self.env.flush_all()

    def test_page(self):
        """The customer's page: curve and figures of those who may see them."""
        customer = self.mine.with_user(self.user_sales).with_company(self.company)
        [curve] = json.loads(customer.sales_curve)
        self.assertEqual(len(curve["values"]), 24)
        self.assertEqual(curve["values"][-2]["y"], 1500)
        self.assertEqual(customer.figure_amount_year, 1500)
        self.assertEqual(customer.figure_share, 100)
        self.assertEqual(customer.figure_open_amount, 2500)
        action = customer.action_open_sales_analysis()
        self.assertEqual(action["domain"], [("customer_id", "in", customer.ids)])
        plain = self.env["res.partner"].new({"name": "New"})
        self.assertEqual(plain.figure_amount_year, 0)
        outsider = self.mine.with_user(self.user_outsider)
        with self.assertRaises(AccessError):
            outsider.read(["figure_amount_year"])

    def test_page_queries(self):
        """The count of queries does not depend on the number of customers."""
        both = (self.mine + self.others).with_user(self.user_director)
        for number in range(40, 44):
            both += self._make_archived_customer(
                number=number, name=f"Company {number} Ltd"
            ).with_user(self.user_director)

        def queries(customers):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            customers.mapped("figure_amount_year")
            customers.mapped("sales_curve")
            return self.env.cr.sql_log_count - before

        queries(both)
        self.assertEqual(queries(both[:2]), queries(both))

    def test_distance(self):
        """As the crow flies where both places are known, else as typed."""
        self.mine.distance = 12.5
        self.assertEqual(self.mine.typed_distance, 12.5)
        self.company.partner_id.write(
            {"partner_latitude": 38.4872, "partner_longitude": 106.2309}
        )
        self.assertEqual(self.mine.with_company(self.company).distance, 12.5)
        self.mine.write({"partner_latitude": 34.3416, "partner_longitude": 108.9398})
        distance = self.mine.with_company(self.company).distance
        self.assertAlmostEqual(distance, 522, delta=3)
        with self.assertRaises(ValidationError):
            self.mine.typed_distance = -1

    def test_print(self):
        """Every table and the customer's report are printed, with one's own rights."""
        Print = self.env["crm.customer.analysis.print"]
        Report = self.env["ir.actions.report"]
        year = self.months_ago(1).year
        for user, seen, hidden in (
            (self.user_sales, "Yinchuan One", "Yinchuan Two"),
            (self.user_director, "Yinchuan Two", None),
        ):
            for kind, _label in Print._fields["kind"].selection:
                wizard = Print.with_user(user).create(
                    {"kind": kind, "year": year, "company_id": self.company.id}
                )
                self.assertEqual(wizard.action_print()["type"], "ir.actions.report")
                html, _type = Report.with_user(user)._render_qweb_html(
                    "crm_customer_archive.report_customer_analysis_table", wizard.ids
                )
                html = html.decode()
                if kind in ("sales", "address") and seen == "Yinchuan One":
                    self.assertIn(seen, html)
                if hidden:
                    self.assertNotIn(hidden, html)
        html, _type = Report.with_user(self.user_sales)._render_qweb_html(
            "crm_customer_archive.report_customer_analysis_file", self.mine.ids
        )
        self.assertIn("1,500.00", html.decode())
        with self.assertRaises(ValidationError):
            Print.create({"kind": "sales", "year": 1999})

    def test_sales_table(self):
        """Rows and columns add up to the same total."""
        wizard = (
            self.env["crm.customer.analysis.print"]
            .with_user(self.user_director)
            .create(
                {
                    "kind": "sales",
                    "year": self.months_ago(13).year,
                    "company_id": self.company.id,
                    "column_by": "product_id",
                }
            )
        )
        table = wizard._sales_table()
        self.assertEqual(table["columns"], ["Long coat"])
        self.assertEqual(sum(row[1][-1] for row in table["rows"]), table["total"][-1])
        self.assertEqual(sum(table["total"][:-1]), table["total"][-1])
