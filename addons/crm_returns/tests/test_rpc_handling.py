"""Attacks over XML-RPC on loans, plans and the ledger."""

from dateutil.relativedelta import relativedelta

from odoo.tests import tagged

from odoo.addons.crm_policy.tests.common import RpcAbuseCase

from .common import ReturnMixin


@tagged("post_install", "-at_install")
class TestHandlingAbuse(ReturnMixin, RpcAbuseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_returns()
        cls._setup_workshop()

    def test_loan(self):
        due = str(self.company._policy_today() + relativedelta(days=5))
        vals = {
            "kind": "demo",
            "place": "Office",
            "date_due": due,
            "company_id": self.company.id,
            "warehouse_id": self.warehouse.id,
            "line_ids": [[0, 0, {"product_id": self.product.id, "quantity": 1}]],
        }
        loan = self.env["crm.loan"].with_user(self.user_sales).create(vals)
        loan.action_submit()
        self.attack(
            loan.sudo(),
            vals,
            final_states=("approved", "out", "done"),
            guarded={
                "name": "999",
                "approval_state": "approved",
                "date_extended": "2099-01-01",
                "date_back": "2026-01-01",
            },
            users=[self.user_sales, self.user_sales_head],
            strangers=[self.user_sales2, self.user_outsider, self.user_other_company],
        )

    def test_plan(self):
        order = self._sell({self.product: 4})
        document = self._receive(self._approve(self._return((order.order_line, 2))))
        self._judge(document, "defective")
        plan = document.sudo().plan_ids
        self.attack(
            plan,
            {"analysis": "Forged", "company_id": self.company.id},
            final_states=("approved", "done"),
            guarded={
                "name": "999",
                "approval_state": "approved",
                "cost_actual": 0.01,
                "date": "2020-01-01",
                "schedule_start": "2026-01-01",
            },
            users=[self.user_technical],
            strangers=[self.user_sales2, self.user_outsider, self.user_other_company],
        )
        for vals in (
            {"state": "restocked"},
            {"plan_id": False},
            {"quantity": 99},
            {"cost": 0.01},
            {"qa_result": "good"},
        ):
            with self.refused(f"the salesperson writes {vals} on the ledger"):
                self.rpc(
                    self.user_sales,
                    "crm.return.item",
                    "write",
                    plan.item_ids.ids,
                    vals,
                )
