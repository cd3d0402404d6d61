"""Erasing a person reaches the texts of this addon and waits for what is open."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.crm_customer_archive.tests.erase_common import EraseMixin

from .common import ReturnCase

NAME = "欧阳慧敏"


@tagged("post_install", "-at_install")
class TestErase(EraseMixin, ReturnCase):
    def test_return_of_a_private_customer(self):
        """An open return is named; a settled one loses the person, not the goods."""
        self.customer.is_company = False
        self.customer.name = NAME
        order = self._sell({self.product: 3})
        document = self._return(
            (order.order_line, 1), user=self.user_sales, evidence=f"Letter of {NAME}"
        )
        document.message_post(body=f"{NAME} rang")
        self.assertIn(
            f"Returns not settled: {document.name}", self.customer._erase_obstacles()
        )
        with (
            self.assertRaisesRegex(UserError, document.name),
            self.env.cr.savepoint(),
        ):
            self._ask(self.customer)
        document._write_guarded({"state": "withdrawn"})
        self.assertFalse(
            [row for row in self.customer._erase_obstacles() if "Returns" in row]
        )
        self.customer._erase_person()
        self.env.invalidate_all()
        self.assertEqual(document.evidence, "Letter of ***")
        self.assertEqual(document.line_ids.quantity, 1)
        found = {table for table, _text in self._left_over(NAME)}
        # papers of the delivery belong to the accounting of the order
        self.assertFalse(found - {"stock_picking", "stock_move", "stock_reference"})

    def test_retention(self):
        """A return closed long ago forgets its contact, not its goods."""
        contact = self.env["res.partner"].create(
            {"name": NAME, "parent_id": self.customer.id}
        )
        order = self._sell({self.product: 3})
        document = self._return(
            (order.order_line, 1), user=self.user_sales, evidence=f"Letter of {NAME}"
        )
        document.contact_partner_id = contact
        document._write_guarded({"state": "withdrawn"})
        self.env.ref("crm_returns.retention_return").months = 24
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_return SET write_date = now() - interval '3 years' "
            "WHERE id = %s",
            document.ids,
        )
        self.env.invalidate_all()
        self.env["crm.erase.request"]._cron_retention()
        self.assertEqual(document.evidence, "Letter of ***")
        self.assertFalse(document.contact_partner_id)
        self.assertEqual(document.line_ids.quantity, 1)
        self.assertEqual(contact.name, NAME, "the person on file has its own period")
