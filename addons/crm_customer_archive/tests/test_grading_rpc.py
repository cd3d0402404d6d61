"""Attacks on classes over XML-RPC."""

import base64

from odoo.tests import tagged

from odoo.addons.crm_policy.tests.common import RpcAbuseCase

from .grading_common import GradingMixin

PDF = base64.b64encode(b"%PDF-1.4\n%%EOF\n").decode()


@tagged("post_install", "-at_install")
class TestGradingRpc(GradingMixin, RpcAbuseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_grading()
        cls.scheme = cls._scheme("real")
        cls.company.policy_grading_profile_id = cls.scheme.profile_id
        [cls.customer] = cls._customers(1)
        cls.Engine._run(cls.scheme, cls.company)
        cls.env.invalidate_all()

    def test_class_of_the_file(self):
        """Nobody writes a class on the file, in the history or in the figures."""
        top = self.scheme.class_ids[0]
        history, standing = (
            self.customer.class_history_ids,
            self.customer.class_standing_ids,
        )
        for user in (self.user_sales, self.user_director, self.user_admin):
            for context in ({}, self.CONTEXT_KEYS):
                for record, values in (
                    (self.customer, {"customer_class_id": top.id}),
                    (history, {"class_id": top.id}),
                    (history, {"state": "refused"}),
                    (standing, {"amount": 1e9}),
                ):
                    with self.refused(f"{user.login} writes {values}"):
                        self.rpc(
                            user,
                            record._name,
                            "write",
                            record.ids,
                            values,
                            context=context,
                        )
            for model in ("crm.customer.class.history", "crm.customer.standing"):
                with self.refused(f"{user.login} creates {model}"):
                    self.rpc(
                        user,
                        model,
                        "create",
                        [
                            {
                                "partner_id": self.customer.id,
                                "scheme_id": self.scheme.id,
                                "company_id": self.company.id,
                                "class_id": top.id,
                                "date_from": str(self.today),
                            }
                        ],
                    )
                with self.refused(f"{user.login} deletes {model}"):
                    self.rpc(user, model, "unlink", (history | history).ids)
            with self.refused(f"{user.login} creates a proposal"):
                self.rpc(user, "crm.customer.class.proposal", "create", [{}])
        for user in (self.user_sales2, self.user_outsider, self.user_other_company):
            self._attack_stranger(user, history)
            self._attack_stranger(user, standing)

    def test_judgement(self):
        """Nobody forges an approved judgement; strangers see nothing."""
        top = self.scheme.class_ids[0]
        rule = top.rule_ids.filtered(lambda r: r.kind == "judgement")[0]
        vals = {
            "partner_id": self.customer.id,
            "scheme_id": self.scheme.id,
            "class_id": top.id,
            "rule_id": rule.id,
            "reason": "x",
        }
        judgement = (
            self.env["crm.customer.class.judgement"]
            .with_user(self.user_sales)
            .create({**vals, "evidence_ids": [(0, 0, {"name": "x.pdf", "datas": PDF})]})
        )
        judgement.action_submit()
        judgement.flush_recordset()
        self.attack(
            judgement.with_env(self.env),
            create_vals=vals,
            final_states=("approved", "replaced"),
            guarded={
                "name": "FORGED-1",
                "valid_to": "2099-01-01",
                "approval_state": "approved",
            },
            users=[self.user_sales, self.user_director, self.user_admin],
            strangers=[self.user_sales2, self.user_outsider, self.user_other_company],
        )
