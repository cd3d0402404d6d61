"""Open complaints pass to the successor with the customer."""

from odoo.tests import tagged

from .common import ComplaintCase


@tagged("post_install", "-at_install")
class TestComplaintHandover(ComplaintCase):
    def test_open_complaints_are_handed_over(self):
        complaint = self._complaint(user=self.user_sales)
        closed = self._complaint(user=self.user_sales)
        closed.with_user(self.user_sales).action_cancel()
        handover = (
            self.env["crm.customer.handover"]
            .with_user(self.user_sales_head)
            .create({"user_id": self.user_sales.id})
        )
        line = handover.line_ids.filtered(lambda row: row.kind == "complaint")
        self.assertEqual(line.mapped("res_id"), complaint.ids)
        handover.action_assign(self.user_sales2.id)
        line.with_user(self.user_sales2).action_confirm()
        self.assertEqual(complaint.user_id, self.user_sales2)
        self.assertEqual(closed.user_id, self.user_sales)
