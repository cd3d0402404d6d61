"""The known ways to cheat, over real XML-RPC."""

from odoo.tests import tagged

from .common import RpcAbuseCase
from .fake_models import DOCUMENT, setup_fake_models


@tagged("post_install", "-at_install")
class TestAbuse(RpcAbuseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        setup_fake_models(cls)
        cls.authority = cls.env["crm.authority"].create(
            {
                "name": "General manager",
                "profile_id": cls.company._policy_profile("complaint").id,
                "model_id": cls.env["ir.model"]._get_id(DOCUMENT),
                "step": "decision",
                "decider": "group",
                "group_id": cls.env.ref("crm_policy.group_gm").id,
            }
        )
        cls.document = (
            cls.env[DOCUMENT].with_user(cls.user_sales).create({"amount": 1000})
        )
        cls.document._write_guarded({"state": "gmo_summary"})

    def test_forging(self):
        """States, decisions, numbers and stays cannot be written by anybody."""
        self.document.action_request_approval("decision")
        self.attack(
            self.document,
            {"amount": 1000},
            final_states=("decided", "closed"),
            guarded={
                "approval_state": "approved",
                "approval_step": "plan",
                "name": "FORGED-1",
                "approval_requester_id": self.user_gm.id,
            },
            users=(self.user_sales, self.user_director, self.user_admin),
        )
        self.assertEqual(self.document.state, "decision")

    def test_the_procedure_over_rpc(self):
        """The same steps by the persons they belong to go through."""
        ids = self.document.ids
        asked = self.rpc(self.user_sales, DOCUMENT, "action_request_approval", ids)
        self.assertEqual(len(asked), 1)
        for user in (self.user_sales, self.user_deputy, self.user_admin):
            with self.refused(f"{user.login} decides"):
                self.rpc(user, DOCUMENT, "action_approve", ids)
            with self.refused(f"{user.login} decides on the approval"):
                self.rpc(user, "crm.approval", "action_approve", asked)
            with self.refused(f"{user.login} refuses"):
                self.rpc(user, DOCUMENT, "action_reject", ids, "no")
        with self.refused("a refusal without comment"):
            self.rpc(self.user_gm, DOCUMENT, "action_reject", ids, "")
        with self.refused("private methods"):
            self.rpc(self.user_gm, DOCUMENT, "_write_guarded", ids, {"state": "closed"})
        self.assertTrue(self.rpc(self.user_gm, DOCUMENT, "action_approve", ids, "yes"))
        self.env.invalidate_all()
        self.assertEqual(self.document.state, "decided")
        self.assertTrue(
            self.rpc(self.user_sales, DOCUMENT, "write", ids, {"amount": 1001})
        )
        self.env.invalidate_all()
        self.assertEqual(self.document.approval_state, "voided")
        with self.refused("closing without a decision"):
            self.rpc(self.user_sales, DOCUMENT, "action_close", ids)

    def test_mass_edit(self):
        """Writing many at once changes none of them when one is refused."""
        documents = self.env[DOCUMENT].with_user(self.user_sales).create([{}, {}, {}])
        with self.refused("mass edit of the state"):
            self.rpc(
                self.user_sales, DOCUMENT, "write", documents.ids, {"state": "decided"}
            )
        self.assertEqual(set(documents.mapped("state")), {"draft"})

    def test_other_models(self):
        """Policies are edited by administrators only."""
        for user in (self.user_sales, self.user_director, self.user_gm):
            with self.refused(f"{user.login} edits an authority"):
                self.rpc(
                    user,
                    "crm.authority",
                    "write",
                    self.authority.ids,
                    {"amount_to": 5},
                )
            with self.refused(f"{user.login} hands over another person's decisions"):
                self.rpc(
                    user,
                    "crm.approval.delegation",
                    "create",
                    {
                        "user_id": self.user_deputy.id,
                        "delegate_id": user.id,
                        "date_from": "2020-01-01",
                        "date_to": "2099-12-31",
                    },
                )
