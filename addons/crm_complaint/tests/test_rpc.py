"""The known ways around the procedure, over real XML-RPC."""

from odoo.tests import tagged

from odoo.addons.crm_policy.tests.common import RpcAbuseCase

from .common import ComplaintMixin


@tagged("post_install", "-at_install")
class TestComplaintRpc(ComplaintMixin, RpcAbuseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_complaints()

    def test_attack(self):
        complaint = self._complaint()
        self._at(complaint, "decision")
        self.attack(
            complaint,
            self._vals(),
            final_states=("received", "decided", "executing", "closed"),
            guarded={
                "name": "999999",
                "decided_by_id": self.user_gm.id,
                "not_substantiated": True,
                "approval_state": "approved",
                "amount_decision": 1.0,
                "is_foreign": True,
                "case_due": "2099-01-01 00:00:00",
                "routing_department_id": self.departments["sales"].id,
                "executed_at": "2026-01-01 00:00:00",
            },
            users=(self.user_gmo, self.user_admin),
            strangers=(
                self.user_sales2,
                self.user_marketing_head,
                self.user_accounting,
                self.user_outsider,
                self.user_other_company,
            ),
        )

    def test_steps_over_rpc(self):
        """Buttons pressed by somebody else, values of another step."""
        complaint = self._complaint()
        self._at(complaint, "quality")
        model, ids = complaint._name, complaint.ids
        for user, method, args in (
            (self.user_sales, "action_answer_quality", ()),
            (self.user_sales, "action_forward", ()),
            (self.user_manufacturing, "action_answer_quality", ()),
            (self.user_quality, "action_answer_quality", ()),
            (self.user_quality, "action_execute", ()),
            (self.user_quality, "action_close", ()),
            (self.user_quality, "action_receive", ()),
            (self.user_sales2, "answer_department", ({"cause": "x"},)),
            (self.user_sales, "write", ({"cause": "x"},)),
            (self.user_quality, "write", ({"summary": "x"},)),
            (self.user_quality, "write", ({"amount_settlement": 5},)),
            (self.user_quality, "write", ({"partner_id": 1},)),
            (self.user_gmo, "unlink", ()),
        ):
            with self.refused(f"{user.login} {method} {args}"):
                self.rpc(user, model, method, ids, *args)
        with self.refused("a line before the consolidated opinion"):
            kind = self.env.ref("crm_complaint.resolution_kind_return")
            self.rpc(
                self.user_quality,
                "crm.complaint.resolution",
                "create",
                [{"complaint_id": complaint.id, "kind_id": kind.id, "quantity": 1}],
            )
        for name in ("_write_guarded", "_transition", "_assign_number"):
            with self.refused(name):
                self.rpc(self.user_admin, model, name, ids, {"state": "closed"})

    def test_program_over_rpc(self):
        """A program files, looks up and answers with plain values."""
        vals = self._vals(client_reference="rpc-1")
        complaint_id = self.rpc(
            self.user_sales, "crm.complaint", "file_complaint", vals, submit=True
        )
        again = self.rpc(
            self.user_sales, "crm.complaint", "file_complaint", vals, submit=True
        )
        self.assertEqual(complaint_id, again)
        self.rpc(self.user_gmo, "crm.complaint", "action_receive", [complaint_id])
        facts = self.rpc(
            self.user_quality,
            "crm.complaint",
            "answer_department",
            [complaint_id],
            {
                "cause": "Thread",
                "category_id": self.env.ref("crm_complaint.category_quality").id,
                "responsible_department_id": self.departments["manufacturing"].id,
            },
        )
        self.assertEqual(facts["state"], "production")
        found = self.rpc(self.user_sales, "crm.complaint", "lookup", facts["number"])
        self.assertEqual(found["id"], complaint_id)
