"""Only customers on file are sold to, on every path."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .common import ArchiveCase


@tagged("post_install", "-at_install")
class TestOrders(ArchiveCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.env["product.product"].create(
            {"name": "Coat", "type": "service", "list_price": 100, "taxes_id": False}
        )

    def _order(self, partner, **vals):
        return (
            self.env["sale.order"]
            .with_user(self.user_sales)
            .create(
                {
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "order_line": [Command.create({"product_id": self.product.id})],
                    **vals,
                }
            )
        )

    def test_draft_customer_cannot_order(self):
        """A quotation is possible, its confirmation names customer and state."""
        customer = self._make_customer()
        order = self._order(customer)
        with self.assertRaisesRegex(UserError, "Yinchuan Garments Ltd: Draft"):
            order.action_confirm()
        self.assertEqual(order.state, "draft")

    def test_every_state_but_archived(self):
        """In review, sent back, voided: no order; on file: order."""
        customer = self._make_customer()
        order = self._order(customer)
        customer.with_user(self.user_sales).action_submit()
        with self.assertRaisesRegex(UserError, "In review"):
            order.action_confirm()
        customer.with_user(self.user_sales_head).action_reject("No")
        with self.assertRaisesRegex(UserError, "Sent back"):
            order.action_confirm()
        customer.with_user(self.user_sales).action_submit()
        customer.with_user(self.user_sales_head).action_approve()
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_no_way_around_the_button(self):
        """Writing or creating the confirmed state, or changing the customer after."""
        draft = self._make_customer()
        archived = self._make_archived_customer(name="On File Ltd", number=2)
        order = self._order(draft)
        with self.assertRaises(UserError):
            order.write({"state": "sale"})
        with self.assertRaises(UserError):
            self._order(draft, state="sale")
        order = self._order(archived)
        order.action_confirm()
        with self.assertRaises(UserError):
            order.write({"partner_id": draft.id})

    def test_company_counts_for_its_contact(self):
        """An order for a contact asks the company's file."""
        customer = self._make_customer()
        order = self._order(customer.main_contact_id)
        with self.assertRaisesRegex(UserError, "Yinchuan Garments Ltd: Draft"):
            order.action_confirm()

    def test_plain_contact_cannot_order(self):
        partner = self.env["res.partner"].create({"name": "Passer By"})
        with self.assertRaisesRegex(UserError, "No customer file"):
            self._order(partner).action_confirm()

    def test_setting_off(self):
        """A company may sell to anyone, if it says so."""
        self.company.block_unregistered_customers = False
        partner = self.env["res.partner"].create({"name": "Passer By"})
        order = self._order(partner)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_ourselves_need_no_file(self):
        """Our companies and colleagues are no customers to be registered."""
        partners = self.other_company.partner_id | self.user_sales2.partner_id
        partners._check_customer_usable("order", self.company)
        self._order(self.user_sales2.partner_id).action_confirm()


@tagged("post_install", "-at_install")
class TestInvoices(AccountTestInvoicingCommon):
    """Invoices need a chart of accounts, which the policy company has not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create(
            {"name": "Draft Ltd", "is_company": True, "is_crm_customer": True}
        )

    def _invoice(self, move_type):
        return self.init_invoice(
            move_type, partner=self.customer, amounts=[100], taxes=[]
        )

    def test_invoice_needs_a_file(self):
        """Posting is refused by the button and by writing the state."""
        invoice = self._invoice("out_invoice")
        with self.assertRaisesRegex(UserError, "Draft Ltd: Draft"):
            invoice.action_post()
        with self.assertRaises(UserError), self.cr.savepoint():
            invoice.write({"state": "posted"})
        self.assertEqual(invoice.state, "draft")

    def test_credit_note_and_bill_pass(self):
        """Money back, and bills of the same partner, ask no file."""
        for move_type in ("out_refund", "in_invoice"):
            move = self._invoice(move_type)
            move.action_post()
            self.assertEqual(move.state, "posted")
