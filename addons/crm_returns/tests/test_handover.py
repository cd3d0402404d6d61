"""Open returns pass to the successor."""

from odoo.tests import tagged

from .common import ReturnCase


@tagged("post_install", "-at_install")
class TestReturnHandover(ReturnCase):
    def test_open_returns_are_handed_over(self):
        order = self._sell({self.product: 3})
        document = self._return((order.order_line, 1), user=self.user_sales)
        handover = (
            self.env["crm.customer.handover"]
            .with_user(self.user_sales_head)
            .create({"user_id": self.user_sales.id})
        )
        line = handover.line_ids.filtered(lambda row: row.kind == "return")
        self.assertEqual(line.mapped("res_id"), document.ids)
        handover.action_assign(self.user_sales2.id)
        line.with_user(self.user_sales2).action_confirm()
        self.assertEqual(document.user_id, self.user_sales2)
