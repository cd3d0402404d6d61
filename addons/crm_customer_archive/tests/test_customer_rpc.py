"""Other programs: register, submit, approve, look up; and attacks on the guards."""

from xmlrpc.client import Fault

from odoo.tests import tagged

from odoo.addons.crm_policy.tests.common import RpcAbuseCase

from .common import ArchiveMixin, credit_code


@tagged("post_install", "-at_install")
class TestCustomerRpc(ArchiveMixin, RpcAbuseCase):
    def _register_vals(self, **vals):
        return {
            "name": "宁夏丝路商贸有限公司",
            "client_reference": "ERP-4711",
            "credit_code": credit_code(20),
            "enterprise_type": "limited",
            "intermediary_type": "dealer",
            "legal_representative": "王建军",
            "source": "exhibition",
            "stage": "interested",
            "country": "CN",
            "city": "银川市",
            "street": "北京中路8号",
            "main_contact_name": "李晓明",
            "main_contact_phone": "13995010001",
            "main_contact_function": "经理",
            "bank_accounts": [{"bank": "宁夏银行", "acc_number": "6222600123"}],
            **vals,
        }

    def test_story_over_rpc(self):
        """Registered twice with one reference, submitted, approved, looked up."""
        call = self.rpc
        vals = self._register_vals()
        customer_id = call(self.user_sales, "res.partner", "register", vals)
        self.assertEqual(
            call(self.user_sales, "res.partner", "register", vals), customer_id
        )
        customer = self.env["res.partner"].browse(customer_id)
        self.assertEqual(customer.state, "draft")
        self.assertEqual(customer.bank_ids.bank_id.name, "宁夏银行")
        self.assertTrue(
            call(self.user_sales, "res.partner", "action_submit", [customer_id])
        )
        self.assertTrue(
            call(self.user_sales_head, "res.partner", "action_approve", [customer_id])
        )
        self.env.invalidate_all()
        found = call(
            self.user_sales,
            "res.partner",
            "lookup_customer",
            credit_code=credit_code(20).lower(),
        )
        self.assertEqual(found["number"], customer.customer_number)
        self.assertTrue(found["usable"])
        self.assertEqual(found["account_manager"], "user_sales")
        self.assertEqual(
            call(
                self.user_sales,
                "res.partner",
                "lookup_customer",
                customer.customer_number,
            ),
            found,
        )
        # another salesperson learns nothing, and nothing is an empty dict
        self.assertEqual(
            call(
                self.user_sales2,
                "res.partner",
                "lookup_customer",
                customer.customer_number,
            ),
            {},
        )

    def test_register_refuses(self):
        """Unknown keys and codes, missing names, wrong codes: clear errors."""
        for vals, text in (
            ({"name": ""}, "name"),
            (self._register_vals(source="nowhere"), "nowhere"),
            (self._register_vals(account_manager="nobody"), "nobody"),
            (self._register_vals(state="archived"), "state"),
            (self._register_vals(credit_code="123"), "social credit code"),
            (self._register_vals(main_contact_name="王总"), "王总"),
        ):
            with self.assertRaisesRegex(Fault, text), self.env.cr.savepoint():
                self.rpc(self.user_sales, "res.partner", "register", vals)
        with self.assertRaises(Fault), self.env.cr.savepoint():
            self.rpc(self.user_sales, "res.partner", "lookup_customer")
        with self.assertRaises(Fault), self.env.cr.savepoint():
            self.rpc(self.user_outsider, "res.partner", "register", {"name": "X Ltd"})
        self.env.invalidate_all()
        self.assertFalse(
            self.env["res.partner"].search([("client_reference", "=", "ERP-4711")])
        )

    def test_attacks(self):
        """Nobody forges a customer on file; strangers see nothing."""
        customer = self._make_customer(number=30)
        customer.with_user(self.user_sales).action_submit()
        customer.flush_recordset()
        self.attack(
            customer,
            create_vals={"name": "Forged Ltd", "is_company": True},
            final_states=("archived", "suspended"),
            guarded={
                "customer_number": "KH202600001",
                "archived_date": "2026-01-01",
                "taken_over": True,
                "approval_state": "approved",
                "registered_by_id": self.user_gm.id,
            },
            users=[self.user_sales, self.user_director, self.user_admin],
            strangers=[self.user_sales2, self.user_outsider, self.user_other_company],
        )

    def test_order_over_rpc(self):
        """An order to a draft customer is confirmed by no method and no write."""
        customer = self._make_customer(number=31)
        product = self.env["product.product"].create(
            {"name": "Coat", "type": "service", "taxes_id": False}
        )
        order_id = self.rpc(
            self.user_sales,
            "sale.order",
            "create",
            {
                "partner_id": customer.id,
                "company_id": self.company.id,
                "order_line": [(0, 0, {"product_id": product.id})],
            },
        )
        with self.refused("confirming an order of a draft customer"):
            self.rpc(self.user_sales, "sale.order", "action_confirm", [order_id])
        for context in ({}, self.CONTEXT_KEYS):
            with self.refused("writing the confirmed state"):
                self.rpc(
                    self.user_sales,
                    "sale.order",
                    "write",
                    [order_id],
                    {"state": "sale"},
                    context=context,
                )
