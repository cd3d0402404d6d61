"""Customers a company had before it kept files."""

from odoo.tests import tagged

from .common import ArchiveCase


@tagged("post_install", "-at_install")
class TestTakeOver(ArchiveCase):
    def test_take_over(self):
        """Who has ordered is put on file with a number; who has not is left alone."""
        self.company.block_unregistered_customers = False
        firm = self.env["res.partner"].create({"name": "Old Firm", "is_company": True})
        contact = self.env["res.partner"].create(
            {"name": "Otto Berg", "parent_id": firm.id}
        )
        asked = self.env["res.partner"].create({"name": "Asked Only"})
        product = self.env["product.product"].create(
            {"name": "Coat", "type": "service", "taxes_id": False}
        )
        orders = self.env["sale.order"].create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "order_line": [(0, 0, {"product_id": product.id})],
                }
                for partner in (contact, asked, self.user_sales2.partner_id)
            ]
        )
        (orders[0] | orders[2]).action_confirm()
        self.company.block_unregistered_customers = True
        self.env["res.partner"]._take_over_customers()
        self.assertEqual(firm.state, "archived")
        self.assertTrue(firm.is_crm_customer and firm.taken_over)
        self.assertTrue(firm.customer_number)
        self.assertEqual(contact.crm_customer_id, firm)
        self.assertEqual(contact.state, "none")
        self.assertEqual(asked.state, "none")
        self.assertEqual(self.user_sales2.partner_id.state, "none")
        firm._check_customer_usable("order", self.company)
        number = firm.customer_number
        self.env["res.partner"]._take_over_customers()
        self.assertEqual(firm.customer_number, number)
