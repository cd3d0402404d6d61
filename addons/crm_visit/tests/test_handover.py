"""Visits that are still to come pass to the successor."""

from odoo.tests import tagged

from .common import VisitCase


@tagged("post_install", "-at_install")
class TestVisitHandover(VisitCase):
    def test_visits_to_come_are_handed_over(self):
        customer = self._make_archived_customer(number=77)
        visit = self._make_visit(customer, companions=(self.user_marketing_head,))
        handover = (
            self.env["crm.customer.handover"]
            .with_user(self.user_sales_head)
            .create({"user_id": self.user_sales.id})
        )
        line = handover.line_ids.filtered(lambda row: row.kind == "visit")
        self.assertEqual(line.mapped("res_id"), visit.ids)
        handover.action_assign(self.user_sales2.id)
        handover.line_ids.with_user(self.user_sales2).action_confirm()
        self.assertEqual(visit.user_id, self.user_sales2)
        self.assertEqual(customer.user_id, self.user_sales2)
