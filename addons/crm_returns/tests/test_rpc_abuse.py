"""Attacks over XML-RPC on returns and their lines."""

from odoo.tests import tagged

from odoo.addons.crm_policy.tests.common import RpcAbuseCase

from .common import ReturnMixin


@tagged("post_install", "-at_install")
class TestReturnAbuse(ReturnMixin, RpcAbuseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_returns()
        cls.order = cls._sell({cls.product: 10})
        cls.document = cls._return((cls.order.order_line, 2))
        cls.document.action_submit()

    def test_return(self):
        vals = self._vals((self.order.order_line, 1))
        self.attack(
            self.document.sudo(),
            vals,
            final_states=("approved", "in_warehouse", "settled"),
            guarded={
                "name": "999",
                "eligible": True,
                "approval_state": "approved",
                "authority_route": "verification",
                "amount_total": 0.01,
                "warranty_state": "open",
                "override_user_id": self.user_gm.id,
                "date_settled": "2026-01-01",
            },
            users=[self.user_sales, self.user_sales_head],
            strangers=[self.user_sales2, self.user_outsider, self.user_other_company],
        )

    def test_line(self):
        vals = {
            "return_id": self.document.id,
            "sale_line_id": self.order.order_line.id,
            "quantity": 1,
        }
        self.attack(
            self.document.line_ids.sudo(),
            vals,
            guarded={
                "qty_approved": 9.0,
                "qty_received": 9.0,
                "qty_credited": 9.0,
                "warranty_end": "2099-01-01",
                "qa_user_id": self.user_gm.id,
            },
            users=[self.user_sales],
            strangers=[self.user_sales2, self.user_outsider, self.user_other_company],
        )
        with self.refused("quality result by the salesperson"):
            self.rpc(
                self.user_sales,
                "crm.return.line",
                "write",
                self.document.line_ids.ids,
                {"qa_result": "good"},
            )
