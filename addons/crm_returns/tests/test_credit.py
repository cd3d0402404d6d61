"""Money: the original invoice's lines reversed, once, agreeing to the fen."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ReturnCase


@tagged("post_install", "-at_install")
class TestCredit(ReturnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell({cls.product: 10, cls.product2: 4}, discount=7.5)
        cls.line, cls.line2 = cls.order.order_line
        cls.invoice = cls.order.invoice_ids

    def _balances(self):
        """Return (receivable, revenue) of the company."""

        def total(kinds):
            return sum(
                self.env["account.move.line"]
                .search(
                    [
                        ("company_id", "=", self.company.id),
                        ("account_id.account_type", "in", kinds),
                        ("parent_state", "=", "posted"),
                    ]
                )
                .mapped("balance")
            )

        return total(["asset_receivable"]), total(["income", "income_other"])

    def _stock_quantity(self, product):
        return product.with_company(self.company).qty_available

    def test_story(self):
        """Asked, approved, received, judged, credited: all accounts agree."""
        receivable, revenue = self._balances()
        on_hand = self._stock_quantity(self.product)
        document = self._to_accounting((self.line, 3), (self.line2, 4))
        note = self._notes(document)
        self.assertEqual(len(note), 1)
        self.assertEqual(note.reversed_entry_id, self.invoice)
        self.assertEqual(document.state, "settled")
        self.assertEqual(document.date_settled, self.company._policy_today())
        self.assertEqual(document.line_ids.mapped("qty_credited"), [3, 4])
        now_receivable, now_revenue = self._balances()
        self.assertEqual(
            self.company.currency_id.compare_amounts(
                receivable - now_receivable, note.amount_total
            ),
            0,
        )
        self.assertEqual(
            self.company.currency_id.compare_amounts(
                now_revenue - revenue, note.amount_untaxed
            ),
            0,
        )
        self.assertEqual(note.amount_untaxed, round(99.99 * 0.925 * 7, 2))
        self.assertEqual(self._stock_quantity(self.product), on_hand + 3)
        self.assertEqual(self.line.qty_delivered, 7)
        self.assertEqual(self.line.qty_invoiced, 7)
        self.assertEqual(self.order.invoice_status, "invoiced")

    def test_full_return(self):
        """All goods back: nothing is left of receivable, revenue and delivery."""
        before = self._balances()
        order = self._sell({self.product: 7, self.product2: 3}, discount=3.3)
        invoice = order.invoice_ids
        lines = order.order_line
        document = self._to_accounting(*((line, line.qty_delivered) for line in lines))
        note = self._notes(document)
        self.assertEqual(note.amount_total, invoice.amount_total)
        self.assertEqual(invoice.amount_residual, 0)
        for old, new in zip(before, self._balances(), strict=True):
            self.assertEqual(self.company.currency_id.compare_amounts(old, new), 0)
        self.assertEqual(lines.mapped("qty_delivered"), [0, 0])
        self.assertEqual(lines.mapped("qty_invoiced"), [0, 0])

    def test_lines_of_the_invoice(self):
        """Price, discount and tax come from the invoice, not from today's product."""
        self.product.list_price = 500
        self.product.taxes_id = False
        note = self._notes(self._to_accounting((self.line, 3)))
        line = note.invoice_line_ids
        self.assertEqual(len(line), 1)
        self.assertRecordValues(
            line,
            [
                {
                    "quantity": 3,
                    "price_unit": 99.99,
                    "discount": 7.5,
                    "product_id": self.product.id,
                    "tax_ids": self.tax.ids,
                    "sale_line_ids": self.line.ids,
                }
            ],
        )
        self.assertEqual(note.currency_id, self.invoice.currency_id)

    def test_two_invoices(self):
        """Goods of two invoices are credited on two notes."""
        second = self._sell({self.product: 2})
        invoices = self.invoice | second.invoice_ids
        document = self._to_accounting((self.line, 1), (second.order_line, 2))
        notes = self._notes(document)
        self.assertEqual(notes.reversed_entry_id, invoices)
        self.assertEqual(document.state, "settled")

    def test_foreign_currency(self):
        """The note is in the invoice's currency."""
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": usd.id,
                "company_id": self.company.id,
                "name": "2020-01-01",
                "rate": 0.14,
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "USD", "currency_id": usd.id, "company_id": self.company.id}
        )
        self.customer.with_company(self.company).property_product_pricelist = pricelist
        order = self._sell({self.product: 5})
        self.assertEqual(order.currency_id, usd)
        invoice = order.invoice_ids
        document = self._to_accounting((order.order_line, 5))
        receivable, revenue = self._balances()
        note = self._notes(document)
        self.assertEqual(note.currency_id, usd)
        self.assertEqual(note.amount_total, invoice.amount_total)
        now_receivable, now_revenue = self._balances()
        self.assertAlmostEqual(receivable - now_receivable, -note.amount_total_signed)
        self.assertAlmostEqual(now_revenue - revenue, -note.amount_untaxed_signed, 2)
        with self.assertRaises(UserError):
            self._return((self.line, 1), (order.order_line, 1))

    def test_below_approved(self):
        """RET-63: fewer came back, so fewer are credited."""
        document = self._to_accounting((self.line, 5), received=2)
        self.assertEqual(document.line_ids.quantity_result, "below")
        self.assertEqual(self._notes(document).invoice_line_ids.quantity, 2)
        self.assertEqual(document.state, "settled")

    def test_above_within_ratio(self):
        """RET-64, RET-65: the customer's ratio before the company's."""
        self.company.return_over_ratio = 10
        document = self._to_accounting((self.line, 5), received=5.5)
        self.assertEqual(document.line_ids.quantity_result, "within")
        self.assertEqual(self._notes(document).invoice_line_ids.quantity, 5.5)

    def test_customer_ratio(self):
        self.company.return_over_ratio = 50
        self.customer.write({"return_over_ratio_set": True, "return_over_ratio": 0})
        document = self._to_accounting((self.line, 5), received=6)
        self.assertEqual(document.line_ids.quantity_result, "beyond")
        self.customer.return_over_ratio = 20
        document.line_ids.invalidate_recordset()
        self.assertEqual(document.line_ids.quantity_result, "within")

    def test_beyond_ratio(self):
        """GAP-29: blocked until decided anew by amount."""
        document = self._to_accounting((self.line, 5), received=6)
        self.assertTrue(document.has_excess)
        with self.assertRefused(UserError, "RET-65"):
            self._notes(document)
        with self.assertRaises(UserError):
            document.with_user(self.user_accounting).action_settle()
        document.with_user(self.user_sales).action_request_excess()
        self.assertEqual(document.state, "with_accounting")
        with self.assertRaises(UserError):
            self._notes(document)
        document.with_user(self.user_sales_head).action_approve()
        self.assertEqual(document.line_ids.qty_approved, 6)
        self.assertEqual(self._notes(document).invoice_line_ids.quantity, 6)
        self.assertEqual(document.state, "settled")

    def test_proof_required(self):
        """RET-66: no proof, no posting; a scan where the proof needs one."""
        document = self._approve(self._return((self.line, 3)))
        with self.assertRaises(UserError):
            self._prove(document)
        self._receive(document)
        self._judge(document)
        note = self._notes(document, post=False)
        with self.assertRefused(UserError, "RET-66"):
            note.action_post()
        document.write(
            {"proof_type_id": self.env.ref("crm_returns.proof_red_invoice").id}
        )
        with self.assertRefused(UserError, "attach"):
            note.action_post()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            note.write({"state": "posted"})
        self._prove(document)
        note.action_post()
        self.assertEqual(document.state, "settled")
        with self.assertRaises(UserError):
            document.proof_type_id = False

    def test_not_twice(self):
        document = self._to_accounting((self.line, 3))
        note = self._notes(document, post=False)
        with self.assertRefused(UserError, "nothing is left"):
            self._notes(document)
        note.invoice_line_ids.quantity = 4
        with self.assertRefused(UserError, "RET-62"):
            note.action_post()
        note.invoice_line_ids.quantity = 3
        note.action_post()
        with self.assertRaises(UserError):
            self._notes(document)

    def test_manual_credit_note_counts(self):
        """What accounting credited by hand is not credited again."""
        document = self._to_accounting((self.line, 3))
        wizard = self.env["account.move.reversal"].create(
            {
                "move_ids": [Command.set(self.invoice.ids)],
                "company_id": self.company.id,
                "journal_id": self.invoice.journal_id.id,
            }
        )
        wizard.refund_moves()
        wizard.new_move_ids.action_post()
        with self.assertRefused(UserError, "nothing is left"):
            self._notes(document)

    def test_forged_credit_note(self):
        """Neither price nor a foreign line may enter a return's credit note."""
        document = self._to_accounting((self.line, 3))
        note = self._notes(document, post=False)
        note.invoice_line_ids.price_unit = 1000
        with self.assertRefused(UserError, "original"):
            note.action_post()
        note.invoice_line_ids.price_unit = 99.99
        note.write(
            {
                "invoice_line_ids": [
                    Command.create({"name": "Bonus", "quantity": 1, "price_unit": 9})
                ]
            }
        )
        with self.assertRefused(UserError, "Bonus"):
            note.action_post()
        with self.assertRaises(UserError):
            note.crm_return_id = False
        with self.assertRaises(UserError):
            note.invoice_line_ids[:1].crm_return_line_id = False

    def test_only_accounting(self):
        document = self._to_accounting((self.line, 3))
        for user in (self.user_sales, self.user_storage, self.user_gm):
            with self.assertRaises(AccessError):
                document.with_user(user).action_create_credit_notes()
            with self.assertRaises(AccessError):
                document.with_user(user).action_settle()

    def test_back_to_draft(self):
        """A credit note taken back opens the return again."""
        document = self._to_accounting((self.line, 3))
        note = self._notes(document)
        note.button_draft()
        self.assertEqual(document.state, "with_accounting")
        self.assertEqual(document.line_ids.qty_credited, 0)
        note.action_post()
        self.assertEqual(document.state, "settled")

    def test_draft_deleted(self):
        document = self._to_accounting((self.line, 3))
        self._notes(document, post=False).unlink()
        self.assertEqual(self._notes(document).invoice_line_ids.quantity, 3)

    def test_not_invoiced(self):
        """Goods never billed are settled without a credit note."""
        order = self._sell({self.product: 2}, invoice=False)
        document = self._to_accounting((order.order_line, 2))
        with self.assertRefused(UserError, "nothing is left"):
            self._notes(document)
        document.with_user(self.user_accounting).action_settle()
        self.assertEqual(document.state, "settled")

    def test_settle_needs_credit(self):
        document = self._to_accounting((self.line, 3))
        with self.assertRefused(UserError, "credit the invoiced goods"):
            document.with_user(self.user_accounting).action_settle()
