"""Sales figures: what counts, in which currency, for whom."""

from odoo import Command, fields
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


@tagged("post_install", "-at_install")
class TestSalesFigures(AccountTestInvoicingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += (
            cls.env.ref("sales_team.group_sale_manager")
            + cls.env.ref("crm_policy.group_director")
            + cls.env.ref("uom.group_uom")
        )
        cls.company = cls.company_data["company"]
        cls.company.block_unregistered_customers = False
        cls.Figures = cls.env["crm.sales.figures"]
        cls.customer = cls.env["res.partner"].create(
            {"name": "Yinchuan Garments Ltd", "is_company": True}
        )
        cls.contact = cls.env["res.partner"].create(
            {"name": "Ma Jianguo", "parent_id": cls.customer.id}
        )
        cls.kilogram = cls.env.ref("uom.product_uom_kgm")
        cls.ton = cls.env.ref("uom.product_uom_ton")
        cls.diesel = cls.env["product.product"].create(
            {
                "name": "Diesel",
                "type": "consu",
                "uom_id": cls.kilogram.id,
                "standard_price": 4,
                "taxes_id": False,
                "invoice_policy": "order",
            }
        )
        cls.other_currency = cls.setup_other_currency(
            "EUR", rates=[("2026-01-01", 0.5), ("2026-06-01", 0.25)]
        )

    def _figures(self, basis, date_from=None, date_to=None, **options):
        self.env.flush_all()
        rows = self.Figures._rows(
            self.company,
            basis,
            date_from and fields.Date.to_date(date_from),
            date_to and fields.Date.to_date(date_to),
            **options,
        )
        return [row for row in rows if row["customer_id"] == self.customer.id]

    def _invoice(self, amount, date="2026-03-01", post=True, **vals):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.contact.id,
                "invoice_date": date,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.diesel.id,
                            "quantity": 10,
                            "price_unit": amount / 10,
                            "tax_ids": False,
                        }
                    )
                ],
                **vals,
            }
        )
        if post:
            move.action_post()
        return move

    def _order(self, date="2026-03-01 02:00:00", confirm=True, price=5000, **vals):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.contact.id,
                "date_order": date,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.diesel.id,
                            "product_uom_qty": 2,
                            "product_uom_id": self.ton.id,
                            "price_unit": price,
                        }
                    ),
                    Command.create({"display_type": "line_note", "name": "note"}),
                ],
                **vals,
            }
        )
        if confirm:
            order.action_confirm()
            order.date_order = date
        return order

    def test_ordered(self):
        """Confirmed orders, in own units, at the order's rate; drafts never."""
        self._order()
        self._order(confirm=False)
        self._order()._action_cancel()
        [row] = self._figures("ordered")
        self.assertEqual(row["amount"], 10000)
        self.assertEqual(row["cost"], 8000)
        self.assertEqual(row["margin"], 2000)
        self.assertEqual(row["quantity"], 2000)
        self.assertEqual(row["weight"], 2000)
        self.assertEqual(row["document_count"], 1)

    def test_ordered_local_day(self):
        """The day is the company's: an evening in UTC is the next day in China."""
        self.company.partner_id.tz = "Asia/Shanghai"
        self.company.resource_calendar_id.tz = "Asia/Shanghai"
        self._order("2026-03-31 17:00:00")
        self.assertEqual(self.company._policy_tz().zone, "Asia/Shanghai")
        self.assertFalse(self._figures("ordered", date_to="2026-03-31"))
        [row] = self._figures("ordered", "2026-04-01", "2026-04-01", by=("month",))
        self.assertEqual(row["month"], fields.Date.to_date("2026-04-01"))

    def test_invoiced(self):
        """Refunds are negative and no document; drafts and cancelled never count."""
        self._invoice(1000)
        refund = self._invoice(300, move_type="out_refund")
        self.assertEqual(refund.state, "posted")
        self._invoice(5000, post=False)
        self._invoice(5000).button_cancel()
        [row] = self._figures("invoiced")
        self.assertEqual(row["amount"], 700)
        self.assertEqual(row["cost"], 0)
        self.assertEqual(row["quantity"], 0)
        self.assertEqual(row["document_count"], 1)
        [row] = self._figures(
            "invoiced", by=("product_id", "categ_id", "user_id", "month")
        )
        self.assertEqual(row["product_id"], self.diesel.id)
        self.assertEqual(row["categ_id"] or False, self.diesel.categ_id.id)
        self.assertFalse(self._figures("invoiced", "2026-03-02"))
        self.assertTrue(self._figures("invoiced", "2026-03-01", "2026-03-01"))

    def test_currency_of_the_day(self):
        """Company currency at the date of the document, not of today."""
        for date in ("2026-03-01", "2026-07-01"):
            self._invoice(1000, date, currency_id=self.other_currency.id)
        rows = self._figures("invoiced", by=("month",))
        amounts = {row["month"].month: row["amount"] for row in rows}
        self.assertEqual(amounts, {3: 2000, 7: 4000})

    def test_cost_of_the_order(self):
        """The cost of the order line counts, whatever the product costs today."""
        order = self._order()
        order.order_line[0].purchase_price = 3000
        self.diesel.standard_price = 9
        invoice = order._create_invoices()
        invoice.invoice_date = "2026-03-05"
        invoice.action_post()
        [row] = self._figures("invoiced")
        self.assertEqual((row["cost"], row["margin"]), (6000, 4000))
        self.assertEqual((row["quantity"], row["weight"]), (2000, 2000))
        self._invoice(1000)
        [row] = self._figures("invoiced")
        self.assertEqual(row["cost"], 6000 + 90)

    def test_weight_of_the_product(self):
        """Products counted in pieces weigh what the product says."""
        self.diesel.uom_id = self.env.ref("uom.product_uom_unit")
        self.diesel.weight = 200
        self._invoice(1000)
        [row] = self._figures("invoiced", measures=("weight",))
        self.assertEqual(row, {"customer_id": self.customer.id, "weight": 2000})

    def test_categories_and_customers(self):
        category = self.env["product.category"].create({"name": "Fuel"})
        child = self.env["product.category"].create(
            {"name": "Diesel", "parent_id": category.id}
        )
        self._invoice(1000)
        self.assertFalse(self._figures("invoiced", categories=category))
        self.diesel.categ_id = child
        self.assertTrue(self._figures("invoiced", categories=category))
        own = SQL("(%s)", self.customer.id)
        self.assertTrue(self._figures("invoiced", customers=own))
        self.assertFalse(self._figures("invoiced", customers=SQL("(%s)", -1)))

    def test_collected(self):
        """Payments, by their part of the matching; credit notes are no money."""
        invoice = self._invoice(1000)
        self._pay(invoice, 400, "2026-04-02")
        [row] = self._figures("collected", by=("month",))
        self.assertEqual((row["amount"], row["document_count"]), (400, 1))
        self.assertEqual(row["month"], fields.Date.to_date("2026-04-01"))
        self.assertIsNone(row["cost"])
        refund = self._invoice(100, "2026-04-03", move_type="out_refund")
        lines = (invoice | refund).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        lines.reconcile()
        [row] = self._figures("collected")
        self.assertEqual(row["amount"], 400)

    def test_paid_back(self):
        """Money paid back counts negative."""
        refund = self._invoice(250, "2026-04-03", move_type="out_refund")
        self._pay(refund, 250, "2026-04-04")
        [row] = self._figures("collected")
        self.assertEqual((row["amount"], row["document_count"]), (-250, 0))

    def _pay(self, move, amount, date):
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"amount": amount, "payment_date": date})
        )
        payment = wizard._create_payments()
        if not payment.move_id:
            # without an outstanding account the bank statement brings the money
            statement = self.env["account.bank.statement.line"].create(
                {
                    "journal_id": payment.journal_id.id,
                    "payment_ref": "money",
                    "amount": amount if move.move_type == "out_invoice" else -amount,
                    "date": date,
                    "partner_id": move.commercial_partner_id.id,
                }
            )
            receivable = move.line_ids.filtered(
                lambda line: line.account_id.account_type == "asset_receivable"
            )
            suspense = statement.move_id.line_ids.filtered(
                lambda line: line.account_id == statement.journal_id.suspense_account_id
            )
            suspense.account_id = receivable.account_id
            (suspense | receivable).reconcile()

    def test_other_company(self):
        """Each company counts its own documents only."""
        self._invoice(1000)
        other = self.setup_other_company()["company"]
        self.assertFalse(
            [
                row
                for row in self.Figures._rows(other, "invoiced")
                if row["customer_id"] == self.customer.id
            ]
        )

    def test_unknown(self):
        for arguments in (
            {"basis": "guessed"},
            {"basis": "collected", "by": ("product_id",)},
            {"basis": "ordered", "measures": ("profit",)},
        ):
            with self.assertRaises(ValueError):
                self.Figures._sql(self.company, **arguments)
