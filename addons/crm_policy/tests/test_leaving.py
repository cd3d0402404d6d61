"""Decisions and stays when the addon that brought the documents is removed."""

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.crm_policy.leaving import retire_decisions

from .fake_models import DOCUMENT
from .test_approval import ApprovalCase


@tagged("post_install", "-at_install")
class TestLeaving(ApprovalCase):
    def _leave(self):
        retire_decisions(self.env, [DOCUMENT], [DOCUMENT])

    def _delegate(self, models):
        today = self.company._policy_today()
        return self.env["crm.approval.delegation"].create(
            {
                "user_id": self.user_gm.id,
                "delegate_id": self.user_gmo.id,
                "date_from": today,
                "date_to": today,
                "model_ids": [Command.set(models.ids)],
            }
        )

    def test_decisions_stay_as_taken(self):
        """The chain holds, the authority is out of use, what waited is withdrawn."""
        self._pcb_bands()
        decided, waiting = self._asked(), self._asked()
        self._decide(decided, self.user_sales_head, "agreed")
        taken, open_ = self._approvals(decided), self._approvals(waiting)
        authority = taken.authority_id
        authorities = self.env["crm.authority"].search(
            [("model_id.model", "=", DOCUMENT)]
        )
        self.env["ir.model.data"].create(
            [
                {
                    "module": "crm_policy",
                    "name": f"test_authority_{one.id}",
                    "model": one._name,
                    "res_id": one.id,
                }
                for one in authorities
            ]
        )
        self._leave()
        self.assertEqual((taken.state, open_.state), ("approved", "cancelled"))
        self.assertEqual(taken.authority_id, authority)
        self.assertFalse(authority.active)
        self.assertFalse(authority.model_id)
        self.assertFalse(taken.document_kind)
        self.assertEqual(authorities.exists(), (taken | open_).authority_id)
        self.assertFalse(authority.get_external_id()[authority.id])
        self.assertFalse(self.env["crm.approval"]._verify_chain(self.company))
        self.env["crm.approval"]._cron_refresh_candidates()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            authority.active = True

    def test_retired_authority_stays_out_of_use(self):
        """Taken up again without its group, it would ask nobody at all."""
        self._pcb_bands()
        document = self._asked(200000)
        self._decide(document, self.user_gm)
        authority = self._approvals(document).authority_id
        self.assertEqual(authority.decider, "group")
        retire_decisions(self.env, [DOCUMENT], [])
        self.assertTrue(authority.model_id)
        with self.assertRaisesRegex(ValidationError, "choose the group"):
            authority.active = True

    def test_delegation_never_grows(self):
        """One for these documents alone must not become one for all."""
        leaving = self.env["ir.model"]._get(DOCUMENT)
        other = self.env["ir.model"]._get("res.partner")
        alone, both = self._delegate(leaving), self._delegate(leaving | other)
        everything = self._delegate(leaving.browse())
        self._leave()
        self.assertEqual((alone | both | everything).exists(), both | everything)

    def test_gone_document_is_named(self):
        """Who opens the document of a kept decision is told that it is gone."""
        self._pcb_bands()
        document = self._asked()
        self._decide(document, self.user_sales_head)
        approval = self._approvals(document)
        self._leave()
        approval.sudo().res_model = "crm.gone"
        for method in ("action_open_document", "action_approve"):
            with self.assertRaisesRegex(UserError, "no longer in the system"):
                getattr(approval, method)()
