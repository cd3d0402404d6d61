"""Returns of classified customers: only for who may see or has them in hand."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.crm_customer_archive.tests.withheld_common import WithheldMixin

from .common import ReturnCase


@tagged("post_install", "-at_install")
class TestWithheld(WithheldMixin, ReturnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.property_payment_term_id = False
        cls.customer.write({"is_crm_customer": True, "company_id": cls.company.id})
        order = cls._sell({cls.product: 3})
        cls.document = cls._return((order.order_line, 1), user=cls.user_sales)
        cls.document = cls.document.with_env(cls.env)
        cls._classify(cls.customer)

    def test_outsiders(self):
        contact = self.env["crm.return.contact"].create(
            {"return_id": self.document.id, "summary": "Wants his money back"}
        )
        things = self._things_on(self.document)
        for user in (
            self.user_specialist,
            self.user_director,
            self.user_gmo,
            self.user_admin,
            self.user_sales2,
            self.user_outsider,
        ):
            self.assertWithheld(
                user, self.document, self.document.line_ids, contact, *things
            )

        line = self.document.line_ids.sale_line_id
        for user in (self.user_sales2, self.user_specialist):
            with self.assertRefused(AccessError, "look after"):
                self._return((line, 1), user=user)

    def test_keeper_opens_delivery(self):
        """A keeper opens the transfer of a file closed to him; no address is shown."""
        picking = self.document.line_ids.sale_line_id.move_ids.picking_id
        picking = picking.with_user(self.user_storage)
        self.assertFalse(picking.partner_id.has_access("read"))
        self.assertEqual(picking._message_get_suggested_recipients(), [])

    def test_entrusted(self):
        """Its salesperson and the head who keeps the file; later who holds it."""
        message, attachment, _activity = self._things_on(self.document)
        for user in (self.user_sales, self.user_sales_head):
            self.assertSeen(
                user, self.document, self.document.line_ids, message, attachment
            )
        self.assertWithheld(self.user_quality, self.document)
        self.document._write_guarded({"routing_user_id": self.user_quality.id})
        self.env.flush_all()
        self.assertSeen(self.user_quality, self.document, message, attachment)
        self.assertWithheld(self.user_storage, self.document)
