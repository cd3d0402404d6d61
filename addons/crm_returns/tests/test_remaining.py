"""How much may come back, told by stock moves alone."""

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import ReturnCase


@tagged("post_install", "-at_install")
class TestRemaining(ReturnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell({cls.product: 10, cls.product2: 4})
        cls.line, cls.line2 = cls.order.order_line

    def _platform_return(self, order, quantity):
        """Return goods with the platform's own wizard, without a request."""
        picking = order.picking_ids.filtered(lambda p: p.state == "done")[:1]
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.filtered(
            lambda line: line.product_id == self.product
        ).quantity = quantity
        back = wizard._create_return()
        back.move_ids.picked = True
        back.button_validate()
        return back

    def test_create_more_than_delivered(self):
        """11 of 10 delivered are refused, naming the product and the rest."""
        with self.assertRefused(UserError, "Jacket.*10"):
            self._return((self.line, 11))

    def test_same_line_twice(self):
        """Two lines of the same goods count together."""
        with self.assertRaises(UserError):
            self._return((self.line, 6), (self.line, 5))

    def test_write_more_than_delivered(self):
        document = self._return((self.line, 10))
        with self.assertRaises(UserError):
            document.line_ids.quantity = 10.5
        with self.assertRaises(UserError):
            document.write(
                {
                    "line_ids": [
                        Command.create({"sale_line_id": self.line.id, "quantity": 1})
                    ]
                }
            )

    def test_undelivered(self):
        order = self._sell({self.product: 3}, deliver=False, invoice=False)
        with self.assertRaises(UserError):
            self._return((order.order_line, 1))

    def test_no_quantity(self):
        """Neither nothing nor what is no number is asked back."""
        document = self._return((self.line, 1))
        for quantity, words in (
            (0, "more than zero"),
            (-1, "more than zero"),
            (float("nan"), "must be a number"),
            (float("inf"), "must be a number"),
        ):
            with self.assertRefused(UserError, words):
                self._return((self.line, quantity))
            with self.assertRefused(UserError, words):
                document.line_ids.write({"quantity": quantity})

    def test_platform_returns_count(self):
        """What the platform's own wizard took back cannot come back again."""
        self.company.return_required = False
        self._platform_return(self.order, 7)
        document = self._return((self.line, 3))
        self.assertEqual(document.line_ids.qty_returned, 7)
        self.assertEqual(document.line_ids.qty_remaining, 3)
        with self.assertRaises(UserError):
            document.line_ids.quantity = 4

    def test_platform_return_after_request(self):
        """Goods taken back meanwhile fail the submission."""
        document = self._return((self.line, 5))
        self.company.return_required = False
        self._platform_return(self.order, 7)
        with self.assertRaises(UserError):
            document.action_submit()
        self.assertEqual(document.state, "draft")

    def test_submitted_requests_reserve(self):
        """A draft reserves nothing, a submitted request does."""
        first, second = (self._return((self.line, 7)) for _i in range(2))
        self.assertEqual(second.line_ids.qty_remaining, 10)
        first.action_submit()
        second.invalidate_recordset()
        second.line_ids.invalidate_recordset()
        self.assertEqual(second.line_ids.qty_remaining, 3)
        with self.assertRefused(UserError, first.name):
            second.action_submit()
        first.with_user(self.user_sales_head).action_reject("No")
        second.action_submit()
        self.assertEqual(second.state, "supervisor_audit")

    def test_other_customer(self):
        other = self.env["res.partner"].create({"name": "Other", "is_company": True})
        with self.assertRefused(ValidationError, "another customer"):
            self._return((self.line, 1), partner_id=other.id)

    def test_cancelled_order(self):
        document = self._return((self.line, 1))
        self.order._action_cancel()
        with self.assertRefused(ValidationError, "not in force"):
            document.action_submit()

    def test_order_of_return_under_way(self):
        """An order stays in force until the return of its goods is settled."""
        document = self._return((self.line, 1))
        document.action_submit()
        with self.assertRefused(UserError, document.name):
            self.order._action_cancel()
        document.with_user(self.user_sales_head).action_reject("No")
        self.order._action_cancel()

    def test_delivered_is_kept(self):
        """Whoever sells does not change what was delivered, or when."""
        self.user_sales.group_ids += self.env.ref("sales_team.group_sale_salesman")
        move = self.order.picking_ids.move_ids
        for vals in ({"quantity": 50}, {"date": fields.Datetime.now()}):
            with self.assertRefused(AccessError, "warehouse keeper"):
                move.with_user(self.user_sales).write(vals)
        forged = {
            "product_id": self.product.id,
            "product_uom_qty": 50,
            "quantity": 50,
            "state": "done",
            "location_id": move.location_id.id,
            "location_dest_id": move.location_dest_id.id,
            "sale_line_id": self.line.id,
            "company_id": self.company.id,
        }
        with self.assertRefused(AccessError, "warehouse keeper"):
            self.env["stock.move"].with_user(self.user_sales).create(forged)

    def test_other_company(self):
        company = self.env["res.company"].search(
            [("id", "!=", self.company.id)], limit=1
        )
        with self.assertRefused((UserError, ValidationError), "company"):
            self.env["crm.return"].with_context(
                allowed_company_ids=(self.company | company).ids
            ).create(self._vals((self.line, 1), company_id=company.id))

    def test_mixed_currencies(self):
        usd = self.env.ref("base.USD")
        if usd == self.company.currency_id:
            usd = self.env.ref("base.EUR")
        usd.active = True
        pricelist = self.env["product.pricelist"].create(
            {"name": "Abroad", "currency_id": usd.id, "company_id": self.company.id}
        )
        own = self.customer.property_product_pricelist
        self.customer.property_product_pricelist = pricelist
        other = self._sell({self.product: 2}, invoice=False)
        self.customer.property_product_pricelist = own
        self.assertEqual(other.currency_id, usd)
        with self.assertRefused(ValidationError, "different currencies"):
            self._return((self.line, 1), (other.order_line, 1))

    def test_lots(self):
        """A serial comes back once, and only if it was delivered."""
        product = self._make_product("Machine", tracking="serial")
        lots = self.env["stock.lot"].create(
            [{"name": f"SN{i}", "product_id": product.id} for i in range(4)]
        )
        order = self._sell({product: 3}, lots={product: lots[:3]})
        delivered = order.picking_ids.move_line_ids.lot_id
        self.assertEqual(delivered, lots[:3])
        with self.assertRefused(UserError, "SN3"):
            self._return((order.order_line, 1, lots[3]))
        with self.assertRefused(UserError, "SN0"):
            self._return((order.order_line, 1, lots[0]), (order.order_line, 1, lots[0]))
        document = self._return(
            (order.order_line, 1, lots[0]), (order.order_line, 1, lots[1])
        )
        self._receive(self._approve(document))
        self.assertEqual(document.picking_ids.move_line_ids.lot_id, lots[:2])
        with self.assertRefused(UserError, "SN1"):
            self._return((order.order_line, 1, lots[1]))
        self._return((order.order_line, 1, lots[2]))

    def test_queries_do_not_grow(self):
        """The remaining quantity of many lines costs as many queries as of one."""
        orders = self.env["sale.order"]
        for _i in range(6):
            orders |= self._sell({self.product: 2, self.product2: 2}, invoice=False)

        def count(lines):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            facts = lines._return_facts()
            self.assertEqual(set(facts), set(lines.ids))
            return self.env.cr.sql_log_count - before

        count(orders.order_line)  # warm the caches
        few = count(orders[:1].order_line)
        many = count(orders.order_line)
        self.assertLessEqual(many, few)
        self.assertLessEqual(many, 12)
