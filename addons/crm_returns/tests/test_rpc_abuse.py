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
        line = {"sale_line_id": self.order.order_line.id, "quantity": 1}
        vals = {**self._vals(), "line_ids": [[0, 0, line]]}
        self.attack(
            self.document.sudo(),
            vals,
            final_states=("approved", "in_warehouse", "settled"),
            guarded={
                "name": "999",
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

    def test_eligible(self):
        """A return that misses the standard cannot be declared to meet it."""
        document = self._return((self.order.order_line, 1), evidence=False)
        self.assertFalse(document.eligible)
        with self.refused("the salesperson declares the standard met"):
            self.rpc(
                self.user_sales,
                "crm.return",
                "write",
                document.ids,
                {"eligible": True, "other_state": "met"},
            )
        with self.refused("the salesperson submits it"):
            self.rpc(self.user_sales, "crm.return", "action_submit", document.ids)
        with self.refused("the salesperson asks for the decision directly"):
            self.rpc(
                self.user_sales,
                "crm.return",
                "action_request_approval",
                document.ids,
                "application",
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
