"""What other programs call, and attacks on the guards, over real XML-RPC."""

from odoo import fields
from odoo.tests import tagged

from odoo.addons.crm_policy.tests.common import RpcAbuseCase

from .common import VisitMixin


@tagged("post_install", "-at_install")
class TestVisitRpc(VisitMixin, RpcAbuseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._make_archived_customer()

    def _vals(self, **vals):
        return {
            "partner_id": self.customer.id,
            "planned_start": fields.Datetime.to_string(fields.Datetime.now()),
            "kind": "call_back",
            "participant_ids": [self.user_sales2.id],
            "client_reference": "APP-1",
            **vals,
        }

    def test_story(self):
        """Planned twice with one reference, approved, reported, signed, accepted."""
        call = self.rpc
        result = call(
            self.user_sales, "crm.visit", "plan_visit", self._vals(submit=True)
        )
        self.assertEqual((result["state"], result["created"]), ("approval", True))
        again = call(
            self.user_sales, "crm.visit", "plan_visit", self._vals(submit=True)
        )
        self.assertEqual((again["id"], again["created"]), (result["id"], False))
        visit_id = [result["id"]]
        call(self.user_sales_head, "crm.visit", "action_approve", visit_id)
        args = (visit_id, "Prices are fine.", "b")
        kwargs = {
            "findings": [{"name": "High stock", "topic": "purchase_sale"}],
            "values": {"solved_problems": "None"},
        }
        report = call(self.user_sales, "crm.visit", "report_visit", *args, **kwargs)
        self.assertEqual((report["state"], report["created"]), ("reported", True))
        report = call(self.user_sales, "crm.visit", "report_visit", *args, **kwargs)
        self.assertFalse(report["created"])
        with self.refused("accepted without the second signature"):
            call(self.user_sales_head, "crm.visit", "action_accept", visit_id)
        self.assertTrue(call(self.user_sales2, "crm.visit", "action_sign", visit_id))
        self.assertTrue(
            call(self.user_sales_head, "crm.visit", "action_accept", visit_id)
        )
        visit = self.env["crm.visit"].browse(visit_id)
        self.env.invalidate_all()
        self.assertEqual(visit.state, "accepted")
        self.assertEqual(len(visit.finding_ids), 1)

    def test_bad_calls(self):
        """Unknown keys and codes are named; a visit alone is not submitted."""
        for vals in (
            self._vals(state="approved"),
            self._vals(colour="red"),
            self._vals(kind="nonsense"),
            self._vals(planned_start=False),
            self._vals(partner_id=False),
            self._vals(participant_ids=[], submit=True),
            self._vals(submit="false"),
            self._vals(planned_start="tomorrow"),
            self._vals(estimated_cost="little"),
        ):
            with self.refused(f"plan_visit({vals})"):
                self.rpc(self.user_sales, "crm.visit", "plan_visit", vals)
        self.assertFalse(
            self.env["crm.visit"].search([("client_reference", "=", "APP-1")])
        )
        visit = self._approve(self._make_visit(self.customer, [self.user_sales2]))
        for kwargs in (
            {"report_text": "", "result": "b"},
            {"report_text": "Text", "result": "z"},
            {"report_text": "Text", "result": "a", "findings": [{"colour": 1}]},
            {"report_text": "Text", "result": "a", "values": {"state": "closed"}},
        ):
            with self.refused(f"report_visit({kwargs})"):
                self.rpc(
                    self.user_sales, "crm.visit", "report_visit", visit.ids, **kwargs
                )
        self.assertEqual(visit.state, "approved")
        with self.refused("a stranger reports"):
            self.rpc(
                self.user_quality, "crm.visit", "report_visit", visit.ids, "Text", "a"
            )

    def test_attacks(self):
        """No forged state, signature date, approval or sight of a visit."""
        visit = self._approve(self._make_visit(self.customer, [self.user_sales2]))
        vals = self._visit_vals(self.customer)
        vals["planned_start"] = fields.Datetime.to_string(vals["planned_start"])
        self.attack(
            visit,
            vals,
            final_states=("held", "reported", "accepted", "closed"),
            guarded={
                "date_held": "2026-01-05",
                "reported_at": "2026-01-05 08:00:00",
                "accepted_by_id": self.user_director.id,
                "staffing_override_reason": "forged",
                "approval_state": "refused",
                "approval_requester_id": self.user_director.id,
                "department_id": self.departments["quality"].id,
                "is_first_visit": False,
                "name": "BF0001",
            },
            users=(self.user_sales, self.user_director, self.user_admin),
            strangers=(
                self.user_quality,
                self.user_marketing_head,
                self.user_outsider,
                self.user_other_company,
            ),
        )

    def test_attack_plan(self):
        plan = self.env["crm.visit.plan"].with_user(self.user_sales)
        plan = plan.create({"company_id": self.company.id}).with_env(self.env)
        self.attack(
            plan,
            {"company_id": self.company.id},
            final_states=("approved", "closed"),
            guarded={
                "approval_state": "approved",
                "department_id": self.departments["quality"].id,
                "date_to": "2030-01-01",
            },
            users=(self.user_sales, self.user_admin),
            strangers=(self.user_quality, self.user_outsider, self.user_other_company),
        )

    def test_attack_signature(self):
        visit = self._make_visit(self.customer, [self.user_sales2])
        line = visit.participant_ids.filtered(lambda p: p.user_id == self.user_sales2)
        self.attack(
            line,
            {"visit_id": visit.id, "user_id": self.user_sales_head.id},
            guarded={"confirmed_at": "2026-01-05 08:00:00"},
            users=(self.user_sales, self.user_sales2, self.user_director),
            strangers=(self.user_quality, self.user_outsider),
        )
