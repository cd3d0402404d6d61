"""Nothing binding leaves before the decision."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ComplaintCase


@tagged("post_install", "-at_install")
class TestBinding(ComplaintCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write({"email": "buyer@example.com"})
        cls.company.block_unregistered_customers = False
        cls.other = cls.env["product.product"].create({"name": "Cap"})

    def test_offer(self):
        """An order that settles, or gives the goods away, waits for the decision."""
        complaint = self._complaint()
        self._at(complaint, "quality")
        line = {"product_id": self.product.id, "product_uom_qty": 5}
        Order = self.env["sale.order"]
        vals = {"partner_id": self.customer.id, "company_id": self.company.id}
        settling = Order.create(
            {
                **vals,
                "settles_complaint_id": complaint.id,
                "order_line": [Command.create({**line, "price_unit": 10})],
            }
        )
        free = Order.create(
            {**vals, "order_line": [Command.create({**line, "price_unit": 0})]}
        )
        for order in settling, free:
            for call in (
                lambda order=order: order.write({"state": "sent"}),
                lambda order=order: order.write({"state": "sale"}),
                order.action_quotation_send,
                order._portal_ensure_token,
            ):
                with self.assertRaisesRegex(UserError, "CMP-50"), self.cr.savepoint():
                    call()
        with self.assertRaisesRegex(UserError, "CMP-50"):
            settling.message_post(body="Offer", partner_ids=self.customer.ids)
        with self.assertRaisesRegex(UserError, "CMP-50"), self.cr.savepoint():
            Order.create(
                {
                    **vals,
                    "state": "sent",
                    "order_line": [Command.create({**line, "price_unit": 0})],
                }
            )
        paid = Order.create(
            {**vals, "order_line": [Command.create({**line, "price_unit": 10})]}
        )
        paid.write({"state": "sent"})
        with self.assertRaisesRegex(UserError, "CMP-50"):
            paid.order_line.write({"discount": 100})
        mine = self._at(complaint, "gmo_summary")
        mine.write(self._summary_vals())
        mine.action_request_decision()
        complaint.with_user(self.user_sales_head).action_approve()
        settling.write({"state": "sent"})
        self.assertEqual(settling.state, "sent")

    def test_offer_next_to_nothing(self):
        """A token price, a discount that names the case, a price taken down later."""
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 5,
                            "price_unit": 10,
                        }
                    )
                ],
            }
        )
        order.write({"state": "sale"})
        complaint = self._complaint(sale_order_id=order.id)
        self._at(complaint, "quality")
        self.product.lst_price = 10
        seller = self.user_sales
        seller.group_ids += self.env.ref("sales_team.group_sale_salesman")
        Order = self.env["sale.order"].with_user(seller)

        def offer(price, product=None, **vals):
            return Order.create(
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": (product or self.product).id,
                                "price_unit": price,
                                "discount": vals.pop("discount", 0),
                            }
                        )
                    ],
                    **vals,
                }
            )

        for refused in (
            offer(4.99),
            offer(10, discount=50.1),
            offer(9, discount=5, product=self.other, origin=complaint.name),
            offer(9, discount=5, product=self.other, client_order_ref=order.name),
        ):
            with self.assertRaisesRegex(UserError, "CMP-50"), self.cr.savepoint():
                refused.write({"state": "sent"})
        for allowed in (
            offer(5),
            offer(9, discount=5, product=self.other),
            offer(4, product=self.other),
            offer(9, discount=5, product=self.other, origin=f"{complaint.name}9"),
        ):
            allowed.write({"state": "sent"})
        self.company.complaint_price_floor = 0
        offer(4.99).write({"state": "sent"})
        line = order.with_user(seller).order_line
        for vals in ({"price_unit": 9.99}, {"discount": 1}):
            with self.assertRaisesRegex(UserError, "CMP-50"), self.cr.savepoint():
                line.write(vals)
        line.write({"price_unit": 11})

    def test_offer_shown_by_link(self):
        """A draft whose link the customer has is guarded like one that was sent."""
        self._at(self._complaint(), "quality")
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [
                    Command.create({"product_id": self.product.id, "price_unit": 10})
                ],
            }
        )
        order._portal_ensure_token()
        with self.assertRaisesRegex(UserError, "CMP-50"), self.cr.savepoint():
            order.order_line.price_unit = 0
        stranger = self.env["sale.order"].create(
            {
                "partner_id": self.foreign_customer.id,
                "state": "sent",
                "order_line": [
                    Command.create({"product_id": self.product.id, "price_unit": 0})
                ],
            }
        )
        with self.assertRaisesRegex(UserError, "CMP-50"), self.cr.savepoint():
            stranger.partner_id = self.customer


@tagged("post_install", "-at_install")
class TestBindingMoney(ComplaintCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.block_unregistered_customers = False
        cls.other = cls.env["product.product"].create({"name": "Cap"})
        cls._load_chart()

    def _refund(self, product=None, amount=100.0, **vals):
        return self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": self.customer.id,
                "invoice_date": "2026-03-05",
                "company_id": self.company.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": (product or self.product).id,
                            "quantity": 1,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **vals,
            }
        )

    def test_credit_note(self):
        """Posted by button, by write, or created posted: refused until decided."""
        complaint = self._complaint()
        self._at(complaint, "quality")
        note = self._refund(amount=1000.0)
        with self.assertRaisesRegex(UserError, "CMP-50"):
            note.action_post()
        with self.assertRaisesRegex(UserError, "CMP-50"):
            note.write({"state": "posted"})
        self.assertEqual(note.state, "draft")
        self._refund(self.other).action_post()
        note.complaint_id = complaint
        mine = self._at(complaint, "gmo_summary")
        mine.write(self._summary_vals(1000.0))
        mine.action_request_decision()
        with self.assertRaisesRegex(UserError, "CMP-50"):
            note.action_post()
        complaint.with_user(self.user_sales_head).action_approve()
        note.action_post()
        self.assertEqual(note.state, "posted")
        more = self._refund(amount=0.01, complaint_id=complaint.id)
        with self.assertRaisesRegex(UserError, "decided up to"):
            more.action_post()
        complaint.with_user(self.user_sales).report_result("Credited")
        with self.assertRaisesRegex(UserError, "not finished"):
            complaint.with_user(self.user_gmo).action_close()
        more.button_cancel()
        complaint.with_user(self.user_gmo).action_close()

    def test_money_in_other_shapes(self):
        """Words only, a negative line, a bill of the customer: all wait."""
        complaint = self._complaint()
        self._at(complaint, "quality")
        words = {"name": "Goodwill", "quantity": 1, "tax_ids": [Command.clear()]}

        def move(kind, *lines, **vals):
            return self.env["account.move"].create(
                {
                    "move_type": kind,
                    "partner_id": self.customer.id,
                    "invoice_date": "2026-03-05",
                    "company_id": self.company.id,
                    "invoice_line_ids": [
                        Command.create({**words, **line}) for line in lines
                    ],
                    **vals,
                }
            )

        goods = {"product_id": self.product.id}
        for refused in (
            move("out_refund", {"price_unit": 100}),
            move("out_invoice", {"price_unit": 500}, {**goods, "price_unit": -100}),
            move("in_invoice", {"price_unit": 100}, complaint_id=complaint.id),
        ):
            with self.assertRaisesRegex(UserError, "CMP-50"), self.cr.savepoint():
                refused.action_post()
        for allowed in (
            move("out_invoice", {**goods, "price_unit": 500}),
            move("in_invoice", {"price_unit": 100}),
            move(
                "out_refund",
                {"price_unit": 100},
                partner_id=self.foreign_customer.id,
            ),
        ):
            allowed.action_post()
            self.assertEqual(allowed.state, "posted")

    def test_lowered_price(self):
        """An invoice that asks less than the order did waits, by price or discount."""
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 5,
                            "price_unit": 10,
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        complaint = self._complaint(sale_order_id=order.id)
        self._at(complaint, "quality")

        def invoice(**vals):
            return self.env["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.customer.id,
                    "invoice_date": "2026-03-05",
                    "company_id": self.company.id,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": self.product.id,
                                "quantity": 1,
                                "price_unit": 10,
                                "tax_ids": [Command.clear()],
                                "sale_line_ids": [Command.set(order.order_line.ids)],
                                **vals,
                            }
                        )
                    ],
                }
            )

        for vals in ({"price_unit": 9.99}, {"discount": 0.1}):
            lowered = invoice(**vals)
            for call in (
                lowered.action_post,
                lambda one=lowered: one.write({"state": "posted"}),
            ):
                with self.assertRaisesRegex(UserError, "CMP-50"), self.cr.savepoint():
                    call()
            self.assertEqual(lowered.state, "draft")
        self.assertEqual(lowered.invoice_line_ids.sale_line_ids, order.order_line)
        invoice().action_post()
        self._at(complaint, "decided")
        lowered.action_post()
        self.assertEqual(lowered.state, "posted")

    def test_entry_of_a_payment(self):
        """Posting the payment's own entry pays it: refused once the decision is void.

        So is a plain entry that settles the complaint.
        """
        self.user_accounting.group_ids += self.env.ref("account.group_account_manager")
        bank = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        account = self.env["account.account"].create(
            {
                "name": "Money on its way",
                "code": "100299",
                "account_type": "asset_current",
                "reconcile": True,
                "company_ids": [Command.set(self.company.ids)],
            }
        )
        bank.outbound_payment_method_line_ids.payment_account_id = account
        complaint = self._complaint()
        self._at(complaint, "decided")
        payment = self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_type": "customer",
                "partner_id": self.customer.id,
                "amount": 100.0,
                "journal_id": bank.id,
                "complaint_id": complaint.id,
            }
        )
        payment.action_post()
        self.assertEqual(payment.move_id.state, "posted")
        payment.action_draft()
        complaint.with_user(self.user_sales).amount_settlement = 999
        self.assertEqual(complaint.state, "gmo_summary")
        plain = self.env["account.move"].create(
            {
                "move_type": "entry",
                "company_id": self.company.id,
                "complaint_id": complaint.id,
                "line_ids": [
                    Command.create({"account_id": account.id, "debit": 100}),
                    Command.create({"account_id": account.id, "credit": 100}),
                ],
            }
        )
        for entry in payment.move_id, plain:
            for call in (
                entry.action_post,
                lambda one=entry: one.write({"state": "posted"}),
            ):
                with self.assertRaisesRegex(UserError, "CMP-50"), self.cr.savepoint():
                    call()
            self.assertEqual(entry.state, "draft")

    def test_payment(self):
        """Money to the complainant waits: by link, by memo, by the entry itself."""
        order = self.env["sale.order"].create({"partner_id": self.customer.id})
        complaint = self._complaint()
        complaint.sale_order_id = order
        self._at(complaint, "quality")
        self.user_accounting.group_ids += self.env.ref("account.group_account_manager")
        Payment = self.env["account.payment"].with_user(self.user_accounting)
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )

        def pay(amount=100.0, **vals):
            return Payment.with_context(allowed_company_ids=self.company.ids).create(
                {
                    "payment_type": "outbound",
                    "partner_type": "customer",
                    "partner_id": self.customer.id,
                    "amount": amount,
                    "journal_id": journal.id,
                    **vals,
                }
            )

        for vals in (
            {"complaint_id": complaint.id},
            {"memo": f"Settlement {complaint.name}"},
            {"memo": f"Refund {order.name}"},
        ):
            payment = pay(**vals)
            for call in (
                payment.action_post,
                lambda one=payment: one.write({"state": "paid"}),
            ):
                with self.assertRaisesRegex(UserError, "CMP-50"), self.cr.savepoint():
                    call()
            with self.assertRaisesRegex(UserError, "CMP-50"), self.cr.savepoint():
                pay(**vals, state="paid")
            self.assertEqual(payment.state, "draft")
        with self.assertRaisesRegex(UserError, "CMP-50"), self.cr.savepoint():
            payment.sudo()._generate_journal_entry()
        for allowed in (
            pay(memo="Overpaid in May"),
            pay(payment_type="inbound", memo=complaint.name),
            pay(partner_id=self.foreign_customer.id, memo=complaint.name),
        ):
            allowed.action_post()
        with self.assertRaisesRegex(UserError, "CMP-50"), self.cr.savepoint():
            allowed.write({"partner_id": self.customer.id})
        settling = pay(600.0, complaint_id=complaint.id)
        self._at(complaint, "decided")
        settling.action_post()
        self.assertIn(settling.state, ("in_process", "paid"))
        more = pay(400.01, complaint_id=complaint.id)
        with self.assertRaisesRegex(UserError, "decided up to"):
            more.action_post()
