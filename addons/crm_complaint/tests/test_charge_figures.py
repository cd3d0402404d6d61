"""Statistics, rates, Pareto, dashboard, collection base: hand-computed."""

import json

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_charge import ChargeCase


@tagged("post_install", "-at_install")
class TestChargeFigures(ChargeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.causes = cls.env["crm.complaint.cause"].create(
            [{"name": name, "code": f"test_{name}"} for name in ("X", "Y", "Z")]
        )
        # Eight of X, one each of Y and Z; the first four on days 1, 5, 12 and 20.
        days = (1, 5, 12, 20)
        cls.month = cls._first_of_year()
        cls.cases = cls.env["crm.complaint"].create(
            [
                cls._vals(
                    user_id=cls.user_sales.id,
                    date=cls.month.replace(day=days[i] if i < 4 else 28),
                    partner_id=(cls.customer if i < 4 else cls._other(i)).id,
                    defective_quantity=5,
                )
                for i in range(10)
            ]
        )
        for case, cause in zip(cls.cases, [0] * 8 + [1, 2], strict=True):
            cls.env.cr.execute(
                "UPDATE crm_complaint SET cause_id = %s WHERE id = %s",
                (cls.causes[cause].id, case.id),
            )
        cls.cases.invalidate_recordset()

    @classmethod
    def _first_of_year(cls):
        return cls.company._policy_today().replace(month=1, day=1)

    @classmethod
    def _other(cls, number):
        return cls.env["res.partner"].create(
            {"name": f"Customer {number}", "user_id": cls.user_sales.id}
        )

    def _statistics(self, user, group_by):
        rows = (
            self.env["crm.complaint.report"]
            .with_user(user)
            .complaint_statistics(
                str(self.month), str(self.month.replace(day=31)), group_by
            )
        )
        return {row["name"]: row for row in rows}

    def test_repeated(self):
        """Day 5 follows day 1 within 7 days; day 12 is 7 after day 5; day 20 is 8
        after: 2 of 4 within 7 days; 3 of 4 in the month. Within 8 days: 3 of 4."""
        Report = self.env["crm.complaint.report"].with_user(self.user_gmo)
        domain = [("partner_id", "=", self.customer.id), ("id", "in", self.cases.ids)]
        self.cases._write_guarded({"state": "received"})
        for within, share in ((7, 50), (8, 75)):
            self.company.complaint_repeat_days = within
            self.cases._find_repeats()
            [(days, month)] = Report._read_group(
                domain, [], ["repeated:avg", "repeated_month:avg"]
            )
            self.assertEqual((days, month), (share, 75))

    def test_statistics(self):
        rows = self._statistics(self.user_gmo, "cause")
        self.assertEqual([rows[name]["complaints"] for name in "XYZ"], [8, 1, 1])
        self.assertEqual(rows["X"]["defective_quantity"], 40)
        with self.assertRaisesRegex(UserError, "grouped by"):
            self._statistics(self.user_gmo, "password")
        with self.assertRaisesRegex(UserError, "first and a last day"):
            self.env["crm.complaint.report"].complaint_statistics(
                "2026-02-01", "2026-01-01"
            )

    def test_statistics_follow_the_readers_rules(self):
        mine = self._statistics(self.user_sales, "cause")
        self.assertEqual(mine["X"]["complaints"], 8)
        for user in (self.user_sales2, self.user_quality, self.user_accounting):
            self.assertFalse(self._statistics(user, "cause"), user.login)
        self.assertFalse(
            self._as(self.env["crm.complaint.report"], self.user_other_company).search(
                [("id", "in", self.cases.ids)]
            )
        )
        with self.assertRaises(AccessError):
            self._statistics(self.user_outsider, "cause")
        with self.assertRaises(AccessError):
            self.env["crm.complaint.rate.report"].with_user(self.user_sales).search([])

    def test_pareto(self):
        """8, 1, 1 of 10: 80, 90, 100 %; only the first is of the vital few, of 80 %."""
        Report = self.env["crm.complaint.pareto.report"].with_user(self.user_gmo)
        wanted = [("cause_id", "in", self.causes.ids), ("year", "=", self.month.year)]
        rows = Report.search(wanted)
        self.assertEqual(rows.mapped("complaint_count"), [8, 1, 1])
        self.assertEqual(rows.mapped("cumulative"), [80, 90, 100])
        self.assertEqual(rows.mapped("vital"), [True, False, False])
        self.company.complaint_pareto_share = 80.1
        rows.invalidate_recordset()
        self.assertEqual(rows.mapped("vital"), [True, True, False])
        self.assertEqual(
            Report.search([*wanted, ("vital", "=", True)]).mapped("complaint_count"),
            [8, 1],
        )

    def test_charts(self):
        """Every card of the dashboard draws and opens."""
        for chart in (
            self.env["crm.complaint.chart"].with_user(self.user_gmo).search([])
        ):
            [data] = json.loads(chart.graph)
            self.assertIn("values", data)
            if (chart.group_by, chart.measure) == ("month", "count"):
                # Quiet months have their place, too.
                self.assertEqual(len(data["values"]), chart.months)
            self.assertTrue(chart.action_open()["res_model"])
        chart = self.env.ref("crm_complaint.chart_pareto").with_user(self.user_gmo)
        labels = [v["label"] for v in json.loads(chart.graph)[0]["values"]]
        self.assertEqual(labels, ["X 80 %", "Y 90 %", "Z 100 %"])
        theirs = chart.with_user(self.user_sales2)
        self.env.invalidate_all()
        self.assertEqual(json.loads(theirs.graph)[0]["values"], [])

    def test_figure_of_a_card(self):
        """Eight of X took 1 day, one of Y 10: 2 days each, not the bars' mean 5.5."""
        for cases, days in ((self.cases[:8], 1), (self.cases[8], 10)):
            self.env.cr.execute(
                "UPDATE crm_complaint SET received_at = %s,"
                " closed_at = %s::timestamp + %s * interval '1 day' WHERE id IN %s",
                (self.month, self.month, days, cases._ids),
            )
        chart = self.env["crm.complaint.chart"].create(
            {"name": "Days", "group_by": "cause", "measure": "days_to_close"}
        )
        self.assertEqual(chart.with_user(self.user_gmo).figure, "2.0")

    def test_rate(self):
        """50 defective of 1,000 delivered: 5 %, of the sums and not of the rows."""
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        move = self.env["stock.move"].create(
            {
                "product_id": self.product.id,
                "product_uom_qty": 1000,
                "location_id": warehouse.lot_stock_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "company_id": self.company.id,
            }
        )
        move._action_confirm()
        move.write({"quantity": 1000, "picked": True})
        move._action_done()
        [(count, delivered, rate)] = (
            self.env["crm.complaint.rate.report"]
            .with_user(self.user_director)
            ._read_group(
                [("product_id", "=", self.product.id)],
                [],
                ["complaint_count:sum", "delivered_quantity:sum", "rate_quantity:avg"],
            )
        )
        self.assertEqual((count, delivered, rate), (10, 1000, 5))

    def test_service_quality(self):
        """10 faults of 1,000 lines: 1 %, within 1.2 %; repeated 2 of 10: 20 %, not
        within 3 %."""
        category = self.env.ref("crm_complaint.category_fixed_line")
        self.env.cr.execute(
            "UPDATE crm_complaint SET category_id = %s WHERE id IN %s",
            (category.id, tuple(self.cases.ids)),
        )
        self.cases.invalidate_recordset()
        Month = self.env["crm.service.kpi.month"].with_user(self.user_gmo)
        vals = {"company_id": self.company.id, "month": self.month}
        fault = Month.create(
            {**vals, "kpi_id": self.env.ref("crm_complaint.kpi_fixed_fault").id}
        )
        with self.assertRaisesRegex(UserError, "lines in use"):
            fault.action_compute()
        fault.lines_in_use = 1000
        fault.action_compute()
        self.assertEqual((fault.part, fault.value, fault.kept), (10, 1.0, True))
        repeat = Month.create(
            {**vals, "kpi_id": self.env.ref("crm_complaint.kpi_fixed_repeat").id}
        )
        repeat.action_compute()
        self.assertEqual((repeat.part, repeat.value, repeat.kept), (2, 20.0, False))
        # Nobody knows yet who reported these two: they repeat nothing.
        vals = {"complainant_name": "x", "date": self.month, "category_id": category.id}
        self.Complaint.create([vals, vals])
        repeat.action_compute()
        self.assertEqual((repeat.part, repeat.whole), (2, 12))
        with self.assertRaises(AccessError):
            repeat.write({"value": 0.0})

    def test_own_collection_base(self):
        """A salesperson does not exclude receivables from the own bonus base."""
        case = self.cases[0]
        with self.assertRaises(AccessError):
            case.with_user(self.user_sales).affects_collection = True
        with self.assertRaises(AccessError):
            self._complaint(affects_collection=True)
        case.with_user(self.user_gmo).affects_collection = True
        self.env["crm.collection.report"].with_user(self.user_director).search(
            [("company_id", "=", self.company.id)]
        )


@tagged("post_install", "-at_install")
class TestCollection(ChargeCase):
    def test_excluded_receivable(self):
        """1,000 and 500 invoiced, nothing paid: the 500 complained of are excluded."""
        self.customer._write_guarded({"state": "archived"})
        other = self.env["product.product"].create({"name": "Trousers"})
        account = self.env["account.account"].create(
            {
                "name": "Sales",
                "code": "600199",
                "account_type": "income",
                "company_ids": [Command.set(self.company.ids)],
            }
        )
        journal = self.env["account.journal"].create(
            {
                "name": "Sales",
                "code": "SALX",
                "type": "sale",
                "company_id": self.company.id,
                "default_account_id": account.id,
            }
        )
        receivable = self.env["account.account"].create(
            {
                "name": "Receivable",
                "code": "112299",
                "account_type": "asset_receivable",
                "reconcile": True,
                "company_ids": [Command.set(self.company.ids)],
            }
        )
        self.customer.with_company(
            self.company
        ).property_account_receivable_id = receivable
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "journal_id": journal.id,
                "invoice_user_id": self.user_sales.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "price_unit": price,
                            "quantity": 1,
                            "tax_ids": [Command.clear()],
                            "account_id": account.id,
                        }
                    )
                    for product, price in ((other, 1000), (self.product, 500))
                ],
            }
        )
        move.action_post()
        case = self._complaint()
        case.sudo().write(
            {
                "affects_collection": True,
                "collection_invoice_ids": [Command.set(move.ids)],
            }
        )
        self._at(case, "received")
        row = (
            self.env["crm.collection.report"]
            .with_user(self.user_accounting)
            .search([("move_id", "=", move.id)])
        )
        self.assertEqual(
            (row.amount_due, row.amount_excluded, row.amount_base, row.complaint_count),
            (1500, 500, 1000, 1),
        )
