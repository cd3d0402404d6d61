"""Merged customers keep their orders, complaints and returns, open and settled."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common import ReturnCase


@tagged("post_install", "-at_install")
class TestReturnMerge(ReturnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.custodian = new_test_user(
            cls.env,
            login="user_custodian",
            groups="crm_customer_archive.group_archive_custodian",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.keep = cls.customer
        cls.twin = cls.customer.copy({"name": "Ningxia Trade", "user_id": False})
        cls.twin.user_id = cls.user_sales

    def _business(self, customer, quantity):
        """Return (order, complaint, open return, settled return) of a customer."""
        type(self).customer = customer  # whom the helpers sell to
        order = self._sell({self.product: quantity})
        complaint = (
            self.env["crm.complaint"]
            .with_user(self.user_sales)
            .create(
                {
                    "partner_id": customer.id,
                    "company_id": self.company.id,
                    "sale_order_id": order.id,
                    "product_id": self.product.id,
                    "description": "Collars faded",
                }
            )
        )
        settled = self._to_accounting((order.order_line, 1))
        self._notes(settled)
        open_one = self._return((order.order_line, 1))
        return order, complaint, open_one, settled

    def test_both_sides_have_business(self):
        """What moves keeps its number, state, decisions and money; nothing is lost."""
        kept = self._business(self.keep, 5)
        moved = self._business(self.twin, 7)
        before = [
            (record.name, record.state, record.company_id) for record in kept + moved
        ]
        seals = moved[3].approval_ids.mapped("digest")
        money = self.keep.credit + self.twin.credit
        twin = self.twin
        keep = self.keep.with_user(self.custodian)
        keep.merge_customers(twin.ids)
        type(self).customer = self.keep
        self.env.invalidate_all()
        self.assertFalse(twin.exists())
        for record in kept + moved:
            self.assertEqual(record.partner_id, self.keep, record.display_name)
        self.assertEqual(
            before,
            [(record.name, record.state, record.company_id) for record in kept + moved],
        )
        self.assertEqual(moved[3].approval_ids.mapped("digest"), seals)
        self.assertAlmostEqual(self.keep.credit, money, 2)
        # What may still come back counts the goods of both, each by its own order.
        for order, quantity in ((kept[0], 5), (moved[0], 7)):
            line = order.order_line
            facts = line._return_facts()
            self.assertEqual(line._returnable(facts[line.id]), quantity - 1)
        # The open ones go on as before.
        self._approve(moved[2])
        with self.assertRaises(UserError):
            twin_line = self._vals((moved[0].order_line, 7))
            self._approve(self.Return.with_user(self.user_sales).create(twin_line))
