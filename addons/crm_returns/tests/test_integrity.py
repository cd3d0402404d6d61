"""Stock quantity and value, receivable and revenue agree to the fen on every path."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ReturnCase


@tagged("post_install", "-at_install")
class TestIntegrity(ReturnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_workshop()
        cls.category = cls.product.categ_id.copy(
            {"name": "Average", "property_cost_method": "average"}
        )
        cls.coat = cls._make_product(
            "Coat", categ_id=cls.category.id, standard_price=33.33
        )
        cls.hat = cls._make_product(
            "Hat", categ_id=cls.category.id, standard_price=7.77
        )

    def _figures(self):
        """Return what must agree: stock of both goods, receivable, revenue."""
        self.env.invalidate_all()
        lines = self.env["account.move.line"].search(
            [("company_id", "=", self.company.id), ("parent_state", "=", "posted")]
        )

        def total(kinds):
            return sum(
                lines.filtered(lambda li: li.account_id.account_type in kinds).mapped(
                    "balance"
                )
            )

        goods = (self.coat | self.hat).with_company(self.company)
        return (
            *goods.mapped("qty_available"),
            *goods.mapped("total_value"),
            total(("asset_receivable",)),
            total(("income", "income_other")),
        )

    def assertFigures(self, before, *changes):
        for old, new, change in zip(before, self._figures(), changes, strict=True):
            self.assertAlmostEqual(new - old, change, 2)

    def _judged(self, order, result="good"):
        document = self._approve(
            self._return(*((line, line.qty_delivered) for line in order.order_line))
        )
        self._receive(document)
        self._judge(document, result)
        return self._prove(document)

    def test_everything_back(self):
        """Sold and given back whole: nothing has changed, whatever the discount."""
        self._stock(self.coat, 3, received=True)
        self._stock(self.hat, 7, received=True)
        start = self._figures()
        order = self._sell({self.coat: 3, self.hat: 7}, discount=3.33)
        document = self._judged(order)
        self._notes(document)
        self._plan(document).with_user(self.user_storage).action_execute()
        # _sell put the same goods into stock once more, without value.
        self.assertFigures(start, 3, 7, 0, 0, 0, 0)
        self.assertEqual(document.state, "settled")
        self.assertEqual(order.invoice_ids[:1].amount_residual, 0)

    def test_scrapped(self):
        """Scrap costs its value; receivable and revenue are credited all the same."""
        order = self._sell({self.coat: 3, self.hat: 7}, received=True)
        sold = self._figures()
        document = self._judged(order, "scrap")
        note = self._notes(document)
        self._plan(document).with_user(self.user_storage).action_execute()
        self.assertFigures(sold, 0, 0, 0, 0, -note.amount_total, note.amount_untaxed)
        self.assertAlmostEqual(document.cost_total, 3 * 33.33 + 7 * 7.77, 2)

    def test_sent_back(self):
        """Goods the customer gets again change neither stock nor money."""
        order = self._sell({self.coat: 3, self.hat: 7}, received=True)
        sold = self._figures()
        document = self._judged(order)
        plan = self._plan(document, good="customer")
        plan.with_user(self.user_storage).action_execute()
        document.with_user(self.user_accounting).action_settle()
        self.assertFigures(sold, 0, 0, 0, 0, 0, 0)
        self.assertEqual(order.order_line.mapped("qty_delivered"), [3, 7])

    def test_reworked(self):
        """Parts used leave stock at their value; the goods keep theirs."""
        order = self._sell({self.coat: 3}, received=True)
        self._stock(self.hat, 5, received=True)
        sold = self._figures()
        document = self._judged(order, "defective")
        note = self._notes(document)
        plan = document.sudo().plan_ids.with_user(self.user_technical)
        plan.part_ids = [
            Command.create(
                {
                    "item_id": plan.item_ids.id,
                    "product_id": self.hat.id,
                    "quantity": 2,
                }
            )
        ]
        self._plan(document)
        plan.with_user(self.user_pmc).action_schedule("2026-12-01", "2026-12-02")
        plan.with_user(self.user_production).action_start()
        plan.with_user(self.user_production).action_finish(labour=12.34)
        plan.with_user(self.user_quality).action_pass_all()
        plan.with_user(self.user_quality).action_inspected()
        plan.with_user(self.user_storage).action_execute()
        self.assertFigures(
            sold,
            3,
            -2,
            3 * 33.33,
            -2 * 7.77,
            -note.amount_total,
            note.amount_untaxed,
        )
        self.assertAlmostEqual(document.cost_total, 2 * 7.77 + 12.34, 2)

    def test_closed_period(self):
        """Neither goods nor credit notes enter a period that is closed."""
        order = self._sell({self.coat: 3}, received=True)
        document = self._judged(order)
        note = self._notes(document, post=False)
        self.company.fiscalyear_lock_date = note.date
        with self.assertRefused(UserError, "Lock Date"):
            note.with_user(self.user_accounting).action_post()
        self.assertEqual((note.state, document.state), ("draft", "with_accounting"))
        receipt = document.sudo().picking_ids.move_ids.with_user(self.user_storage)
        with self.assertRefused(UserError, "closed"):
            receipt.date -= timedelta(days=1)

    def test_kept(self):
        """What moved goods or money is not deleted."""
        order = self._sell({self.coat: 3}, received=True)
        document = self._judged(order)
        note = self._notes(document)
        picking = document.sudo().picking_ids
        for record in (document.sudo(), note.sudo(), picking, picking.move_ids):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                record.unlink()
        for record in (document.line_ids.sudo(), document.sudo().plan_ids.item_ids):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                record.unlink()
