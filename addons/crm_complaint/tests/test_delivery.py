"""No delivery to a customer whose file is not approved; facts from a delivery."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ComplaintCase


@tagged("post_install", "-at_install")
class TestDelivery(ComplaintCase):
    def setUp(self):
        super().setUp()
        self.warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        self.company.block_unregistered_customers = True

    def _picking(self, partner):
        warehouse = self.warehouse
        picking = self.env["stock.picking"].create(
            {
                "partner_id": partner.id,
                "picking_type_id": warehouse.out_type_id.id,
                "location_id": warehouse.lot_stock_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 10,
                            "location_id": warehouse.lot_stock_id.id,
                            "location_dest_id": self.env.ref(
                                "stock.stock_location_customers"
                            ).id,
                        }
                    )
                ],
            }
        )
        self.env["stock.quant"]._update_available_quantity(
            self.product, warehouse.lot_stock_id, 10
        )
        picking.action_confirm()
        picking.action_assign()
        picking.move_ids.picked = True
        return picking

    def test_customer_not_on_file(self):
        """Button and method refuse; nothing has moved."""
        self.assertNotEqual(self.customer.state, "archived")
        picking = self._picking(self.customer)
        for method in ("button_validate", "_action_done"):
            with self.assertRaisesRegex(UserError, "Ningxia Trading"):
                getattr(picking, method)()
            self.assertNotEqual(picking.state, "done")
        contact = self.env["res.partner"].create(
            {"name": "Warehouse", "parent_id": self.customer.id, "type": "delivery"}
        )
        with self.assertRaises(UserError, msg="an address of the customer"):
            self._picking(contact).button_validate()

    def test_customer_on_file(self):
        self.env["res.partner"].flush_model()
        self.env.cr.execute(
            "UPDATE res_partner SET state = 'archived', is_crm_customer = TRUE "
            "WHERE id = %s",
            [self.customer.id],
        )
        self.env.invalidate_all()
        picking = self._picking(self.customer)
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        complaint = self.Complaint.with_user(self.user_sales).create(
            {
                "partner_id": self.customer.id,
                "picking_id": picking.id,
                "product_id": self.product.id,
            }
        )
        self.assertEqual(complaint.delivered_quantity, 10)
        self.assertEqual(
            complaint.delivery_date, self.company._policy_date(picking.date_done)
        )
        self.assertEqual(picking.complaint_count, 1)
        found = self.Complaint.search(picking.action_view_complaints()["domain"])
        self.assertEqual(found, complaint)

    def test_receipt_is_free(self):
        """Goods coming in from a partner that is no customer are not stopped."""
        warehouse = self.warehouse
        vendor = self.env.ref("stock.stock_location_suppliers")
        picking = self.env["stock.picking"].create(
            {
                "partner_id": self.customer.id,
                "picking_type_id": warehouse.in_type_id.id,
                "location_id": vendor.id,
                "location_dest_id": warehouse.lot_stock_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 1,
                            "location_id": vendor.id,
                            "location_dest_id": warehouse.lot_stock_id.id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.move_ids.write({"quantity": 1, "picked": True})
        picking.button_validate()
        self.assertEqual(picking.state, "done")
