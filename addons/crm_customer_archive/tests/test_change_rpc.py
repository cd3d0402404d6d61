"""Attacks over RPC on changes, master data requests, the merge log, the values."""

from odoo.tests import tagged

from odoo.addons.crm_policy.tests.common import RpcAbuseCase

from .common import ArchiveMixin


@tagged("post_install", "-at_install")
class TestChangeRpc(ArchiveMixin, RpcAbuseCase):
    def test_change_over_rpc(self):
        """Asked, looked up, approved by a program; protected values by nothing else."""
        call = self.rpc
        customer = self._make_archived_customer()
        customer.flush_recordset()
        ids = call(
            self.user_sales,
            "res.partner",
            "request_change",
            customer.ids,
            {"legal_representative": "王小二"},
            "New licence",
            "ERP-C1",
        )
        again = call(
            self.user_sales,
            "res.partner",
            "request_change",
            customer.ids,
            {"legal_representative": "王小二"},
            "New licence",
            "ERP-C1",
        )
        self.assertEqual(ids, again)
        change = self.env["crm.customer.change"].browse(ids)
        self.attack(
            change,
            create_vals={
                "customer_id": customer.id,
                "kind": "identity",
                "reason": "Forged",
            },
            final_states=("approved",),
            guarded={"approval_state": "approved", "name": "BG202600001"},
            users=[self.user_sales, self.user_director, self.user_admin],
            strangers=[self.user_sales2, self.user_outsider, self.user_other_company],
        )
        for user in (self.user_sales, self.user_director, self.user_admin):
            for context in ({}, self.CONTEXT_KEYS):
                for vals in (
                    {"legal_representative": "王小二"},
                    {"user_id": self.user_sales2.id},
                    {"bank_ids": [(0, 0, {"acc_number": "9"})]},
                    {"credit_limit": 10.0},
                    {"standing_values": "{}"},
                ):
                    with self.refused(f"{user.login} writes {vals}"):
                        call(
                            user,
                            "res.partner",
                            "write",
                            customer.ids,
                            vals,
                            context=context,
                        )
        [found] = call(
            self.user_sales,
            "crm.customer.change",
            "lookup",
            client_reference="ERP-C1",
        )
        self.assertEqual(found["values"][0]["new"], "王小二")
        call(self.user_sales_head, "crm.customer.change", "action_approve", ids)
        self.env.invalidate_all()
        self.assertEqual(customer.legal_representative, "王小二")
        with self.refused("a specialist merges"):
            call(
                self.user_specialist,
                "res.partner",
                "merge_customers",
                customer.ids,
                customer.main_contact_id.ids,
            )

    def test_master_data_attacks(self):
        """Nobody forges a request past its procedure."""
        area = self.env.ref("crm_customer_archive.master_area_raw_material")
        department = self.env["hr.department"].create(
            {"name": "Supply", "policy_code": "supply", "company_id": self.company.id}
        )
        request_id = self.rpc(
            self.user_manufacturing,
            "crm.master.data.request",
            "file_request",
            {
                "area": "raw_material",
                "partner_name": "Cotton Ltd",
                "business": "Cotton",
                "reason": "New fabric",
            },
            True,
        )
        request = self.env["crm.master.data.request"].browse(request_id)
        self.assertEqual(request.routing_department_id, department)
        self.attack(
            request,
            create_vals={"area_id": area.id, "partner_name": "Forged Ltd"},
            final_states=("audited", "done", "approved"),
            guarded={"audited_by_id": self.user_gm.id, "name": "ZSJ202699999"},
            users=[self.user_manufacturing],
            strangers=[self.user_sales2, self.user_outsider, self.user_other_company],
        )
