"""Decisions: who may take them, what they carry, and that nobody forges them."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from .test_authority import AuthorityCase


class ApprovalCase(AuthorityCase):
    def _ready(self, amount=50000, user=None, **vals):
        """Return a document whose consolidated opinion is written."""
        document = self.Document.with_user(user or self.user_sales).create(
            {
                "amount": amount,
                "department_id": self.departments["sales"].id,
                **vals,
            }
        )
        document._write_guarded({"state": "gmo_summary"})
        return document

    def _asked(self, amount=50000, user=None, **vals):
        document = self._ready(amount, user, **vals)
        document.action_request_approval("decision")
        return document

    def _decide(self, document, user, comment=None):
        return document.with_user(user).action_approve(comment)

    def _approvals(self, document):
        return self.env["crm.approval"].search(
            [("res_model", "=", document._name), ("res_id", "=", document.id)],
            order="id",
        )


@tagged("post_install", "-at_install")
class TestApproval(ApprovalCase):
    def test_decided_by_amount(self):
        """CMP-67 to CMP-69: the amount says who decides; nobody else can."""
        self._pcb_bands()
        for amount, decider, others in (
            (100000, self.user_sales_head, (self.user_deputy, self.user_gm)),
            (100000.01, self.user_deputy, (self.user_sales_head, self.user_gm)),
            (150000.01, self.user_gm, (self.user_sales_head, self.user_deputy)),
        ):
            document = self._asked(amount)
            self.assertEqual(document.state, "decision")
            self.assertEqual(document.approval_state, "pending")
            self.assertIn(decider.name, document.approval_pending_names)
            for other in (*others, self.user_sales, self.user_director):
                with self.assertRaises(AccessError):
                    self._decide(document, other)
            self._decide(document, decider, "agreed")
            self.assertEqual(document.state, "decided")
            self.assertEqual(document.approval_state, "approved")
            approval = self._approvals(document)
            self.assertEqual(approval.decided_by, decider)
            self.assertEqual(approval.amount, amount)
            self.assertEqual(approval.comment, "agreed")
            self.assertTrue(approval.authority_id)

    def test_foreign_currency_at_the_documents_date(self):
        """GAP-07: the amount is converted at the document's date."""
        self._pcb_bands()
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].create(
            [
                {
                    "name": "2026-01-01",
                    "currency_id": usd.id,
                    "company_id": self.company.id,
                    "inverse_company_rate": 7.0,
                },
                {
                    "name": "2026-06-01",
                    "currency_id": usd.id,
                    "company_id": self.company.id,
                    "inverse_company_rate": 8.0,
                },
            ]
        )
        document = self._ready(0)
        cls = type(document)
        original = cls._approval_amount
        for day, amount, who in (
            ("2026-05-31", 98000, self.user_sales_head),
            ("2026-06-01", 112000, self.user_deputy),
        ):
            cls._approval_amount = lambda self, step, day=day: (
                14000,
                usd,
                fields.Date.to_date(day),
            )
            try:
                document.action_request_approval()
            finally:
                cls._approval_amount = original
            approval = self._approvals(document)[-1]
            self.assertEqual(approval.amount, amount)
            self.assertEqual(approval.candidate_ids, who)
            document.action_withdraw_approval()

    def test_requester_never_decides(self):
        """The head who asks is decided on by the head above, or nobody."""
        self._pcb_bands()
        document = self._ready(user=self.user_sales_head)
        with self.assertRaisesRegex(UserError, "Nobody but the requester"):
            document.action_request_approval()
        self.departments["sales"].parent_id = self.departments["gmo"]
        document.action_request_approval()
        with self.assertRaises(AccessError):
            self._decide(document, self.user_sales_head)
        self._decide(document, self.user_gmo)
        self.assertEqual(document.state, "decided")

    def test_levels_follow_each_other(self):
        self._authority("First", decider="user", user_ids=self.user_quality.ids)
        self._authority("Second", decider="user", user_ids=self.user_gm.ids, level=2)
        document = self._asked()
        with self.assertRaises(AccessError):
            self._decide(document, self.user_gm)
        self._decide(document, self.user_quality)
        self.assertEqual(document.state, "decision")
        self._decide(document, self.user_gm)
        self.assertEqual(document.state, "decided")

    def test_a_person_asked_twice_decides_once(self):
        """Levels A, A, B, A: A decides once, B once, then it is decided."""
        a, b = self.user_quality.ids, self.user_rd.ids
        for level, users in ((1, a), (2, a), (3, b), (4, a)):
            self._authority(f"L{level}", decider="user", user_ids=users, level=level)
        document = self._asked()
        self._decide(document, self.user_quality)
        self.assertEqual(document.state, "decision")
        with self.assertRaises(AccessError):
            self._decide(document, self.user_quality)
        self._decide(document, self.user_rd)
        self.assertEqual(document.state, "decided")
        self.assertEqual(
            self._approvals(document).mapped("decided_by"),
            self.user_quality | self.user_rd,
        )
        self.assertFalse(self.env["crm.approval"]._verify_chain(self.company))

    def test_everyone_must_agree(self):
        users = self.user_quality | self.user_rd
        self._authority("Both", decider="user", user_ids=users.ids, mode="all")
        document = self._asked()
        self._decide(document, self.user_quality)
        self.assertEqual(document.state, "decision")
        with self.assertRaises(AccessError):
            self._decide(document, self.user_quality)
        self._decide(document, self.user_rd)
        self.assertEqual(document.state, "decided")

    def test_any_one_decides(self):
        users = self.user_quality | self.user_rd
        self._authority("Either", decider="user", user_ids=users.ids)
        document = self._asked()
        self._decide(document, self.user_rd)
        self.assertEqual(document.state, "decided")
        with self.assertRaisesRegex(UserError, "Research decided"):
            self._decide(document, self.user_quality)

    def test_refusal_needs_a_comment(self):
        self._pcb_bands()
        document = self._asked()
        for comment in (None, "", "   "):
            with self.assertRaisesRegex(UserError, "comment"):
                document.with_user(self.user_sales_head).action_reject(comment)
        document.with_user(self.user_sales_head).action_reject("too expensive")
        self.assertEqual(document.state, "gmo_summary")
        self.assertEqual(document.approval_state, "refused")
        self.assertIn("too expensive", document.message_ids[0].body)
        document.action_request_approval()
        self._decide(document, self.user_sales_head)
        self.assertEqual(document.state, "decided")

    def test_refusal_ends_the_levels_after(self):
        self._authority("First", decider="user", user_ids=self.user_quality.ids)
        self._authority("Second", decider="user", user_ids=self.user_gm.ids, level=2)
        document = self._asked()
        document.with_user(self.user_quality).action_reject("no")
        self.assertEqual(
            self._approvals(document).mapped("state"), ["refused", "cancelled"]
        )
        with self.assertRaises(UserError):
            self._decide(document, self.user_gm)

    def test_withdraw(self):
        self._pcb_bands()
        document = self._asked()
        with self.assertRaisesRegex(AccessError, "who asked"):
            document.with_user(self.user_sales2).action_withdraw_approval("mine")
        document.action_withdraw_approval("wrong amount")
        self.assertEqual(
            (document.state, document.approval_state), ("gmo_summary", "none")
        )
        with self.assertRaises(UserError):
            self._decide(document, self.user_sales_head)

    def test_wrong_state_and_twice(self):
        self._pcb_bands()
        document = self.Document.with_user(self.user_sales).create({})
        with self.assertRaisesRegex(UserError, "Draft"):
            document.action_request_approval("decision")
        with self.assertRaisesRegex(UserError, "no decision"):
            document.action_request_approval("dance")
        asked = self._asked()
        with self.assertRaisesRegex(UserError, "already"):
            asked.action_request_approval("decision")

    def test_no_authority(self):
        self._authority("Small", 0, 10)
        document = self._ready(11)
        with self.assertRaisesRegex(UserError, "Nobody has authority"):
            document.action_request_approval()
        self.assertEqual(document.state, "gmo_summary")

    def test_no_query_per_authority(self):
        """Asking and deciding take a bounded number of queries."""
        self._pcb_bands()
        warm = self._asked()
        self._decide(warm, self.user_sales_head)
        document = self._ready()
        self.env.flush_all()
        with self.assertQueryCount(34):
            document.action_request_approval("decision")
            self.env.flush_all()
        with self.assertQueryCount(34):
            self._decide(document, self.user_sales_head)
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestVoiding(ApprovalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._pcb_bands()

    def test_edit_after_the_decision_voids_it(self):
        document = self._asked(50000)
        self._decide(document, self.user_sales_head)
        document.amount = 50001
        self.assertEqual(document.approval_state, "voided")
        self.assertEqual(document.state, "gmo_summary")
        approval, void = self._approvals(document)
        self.assertEqual((approval.state, void.state), ("voided", "void"))
        self.assertEqual(approval.void_id, void)
        self.assertIn("Amount", document.message_ids[0].body)
        with self.assertRaisesRegex(UserError, "needs the decision"):
            document._approval_require("decision")
        self.assertFalse(self.env["crm.approval"]._verify_chain(self.company))

    def test_unprotected_edit_keeps_it(self):
        document = self._asked()
        self._decide(document, self.user_sales_head)
        document.description = "typo corrected"
        document.amount = 50000
        self.assertEqual(document.approval_state, "approved")
        document._approval_require("decision")

    def test_edit_while_pending_withdraws_the_request(self):
        document = self._asked(50000)
        document.amount = 160000
        self.assertEqual(document.approval_state, "none")
        self.assertEqual(document.state, "gmo_summary")
        with self.assertRaises(UserError):
            self._decide(document, self.user_sales_head)
        document.action_request_approval()
        with self.assertRaises(AccessError):
            self._decide(document, self.user_sales_head)
        self._decide(document, self.user_gm)

    def test_lines_are_protected_too(self):
        for change in (
            lambda doc: doc.line_ids.write({"quantity": 3}),
            lambda doc: doc.line_ids.unlink(),
            lambda doc: doc.line_ids.create({"document_id": doc.id, "quantity": 1}),
            lambda doc: doc.write(
                {"line_ids": [(1, doc.line_ids[0].id, {"quantity": 9})]}
            ),
        ):
            document = self._asked(line_ids=[(0, 0, {"quantity": 2, "note": "a"})])
            self._decide(document, self.user_sales_head)
            document.line_ids.note = "b"
            self.assertEqual(document.approval_state, "approved")
            change(document)
            self.assertEqual(document.approval_state, "voided")


@tagged("post_install", "-at_install")
class TestDelegation(ApprovalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._pcb_bands()

    def _delegate(self, start, end, **vals):
        return (
            self.env["crm.approval.delegation"]
            .with_user(self.user_deputy)
            .create(
                {
                    "user_id": self.user_deputy.id,
                    "delegate_id": self.user_quality.id,
                    "date_from": start,
                    "date_to": end,
                    **vals,
                }
            )
        )

    def test_only_within_the_dates(self):
        """The stand-in decides from the first local day to the last, included."""
        with freeze_time("2026-11-20 04:00:00"):
            self._delegate("2026-11-21", "2026-11-22")
            document = self._asked(120000)
        for moment, allowed in (
            ("2026-11-20 15:59:00", False),  # 20 Nov 23:59 in Shanghai
            ("2026-11-22 16:01:00", False),  # 23 Nov 00:01 in Shanghai
            ("2026-11-22 15:59:00", True),
        ):
            with freeze_time(moment):
                if allowed:
                    self._decide(document, self.user_quality)
                else:
                    with self.assertRaises(AccessError):
                        self._decide(document, self.user_quality)
        approval = self._approvals(document)
        self.assertEqual(approval.decided_by, self.user_quality)
        self.assertEqual(approval.decided_for, self.user_deputy)

    def test_requester_as_stand_in_does_not_decide(self):
        today = self.company._policy_today()
        self._delegate(today, today, delegate_id=self.user_sales.id)
        document = self._asked(120000)
        with self.assertRaises(AccessError):
            self._decide(document, self.user_sales)

    def test_nobody_hands_over_for_others(self):
        today = self.company._policy_today()
        Delegation = self.env["crm.approval.delegation"]
        vals = {
            "user_id": self.user_gm.id,
            "delegate_id": self.user_sales.id,
            "date_from": today,
            "date_to": today,
        }
        for user in (self.user_sales, self.user_director):
            with self.assertRaises(AccessError):
                Delegation.with_user(user).create(vals)
        own = self._delegate(today, today)
        with self.assertRaises(AccessError):
            own.with_user(self.user_deputy).user_id = self.user_gm
        with self.assertRaises(AccessError):
            own.with_user(self.user_quality).date_to = today + timedelta(days=90)
        Delegation.with_user(self.user_admin).create(vals)

    def test_no_delegate_of_a_delegate(self):
        today = self.company._policy_today()
        self._delegate(today, today)
        self.env["crm.approval.delegation"].create(
            {
                "user_id": self.user_quality.id,
                "delegate_id": self.user_rd.id,
                "date_from": today,
                "date_to": today,
            }
        )
        document = self._asked(120000)
        with self.assertRaises(AccessError):
            self._decide(document, self.user_rd)

    def test_bad_delegations(self):
        today = self.company._policy_today()
        portal = self.env["res.users"].create(
            {
                "name": "Portal",
                "login": "portal-x",
                "group_ids": [(6, 0, self.env.ref("base.group_portal").ids)],
            }
        )
        with self.assertRaisesRegex(ValidationError, "internal"):
            self._delegate(today, today, delegate_id=portal.id)

    def test_delegation_made_later_reaches_pending_decisions(self):
        document = self._asked(120000)
        today = self.company._policy_today()
        self._delegate(today, today)
        self.assertIn(self.user_quality, self._approvals(document).candidate_ids)
        self.assertEqual(
            self.env["crm.approval"]
            .with_user(self.user_quality)
            .search_count([("can_decide", "=", True)]),
            1,
        )


@tagged("post_install", "-at_install")
class TestChain(ApprovalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._pcb_bands()

    def setUp(self):
        super().setUp()
        self.documents = [self._asked(1000 * i) for i in (1, 2, 3)]
        for document in self.documents:
            self._decide(document, self.user_sales_head, "fine")
        self.env.flush_all()
        self.assertFalse(self._problems())

    def _problems(self):
        return self.env["crm.approval"]._verify_chain(self.company)

    def _sql(self, query, *args):
        self.env.flush_all()
        self.env.cr.execute(query, args)
        self.env.invalidate_all()

    def test_changed_amount(self):
        approval = self._approvals(self.documents[1])
        self._sql("UPDATE crm_approval SET amount = 9 WHERE id = %s", approval.id)
        self.assertEqual([p["approval_id"] for p in self._problems()], [approval.id])

    def test_changed_person_comment_and_time(self):
        approval = self._approvals(self.documents[0])
        for column, value in (
            ("decided_by", self.user_gm.id),
            ("comment", "never mind"),
            ("decided_at", "2020-01-01"),
            ("authority_id", None),
        ):
            with self.env.cr.savepoint() as savepoint:
                self._sql(
                    f"UPDATE crm_approval SET {column} = %s WHERE id = %s",  # noqa: S608
                    value,
                    approval.id,
                )
                self.assertTrue(self._problems(), column)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_deleted_decisions(self):
        """Missing in the middle and at the end of the chain."""
        for document in (self.documents[1], self.documents[2]):
            with self.env.cr.savepoint() as savepoint:
                approval = self._approvals(document)
                self._sql("DELETE FROM crm_approval WHERE id = %s", approval.id)
                self.assertTrue(self._problems())
                savepoint.rollback()
                self.env.invalidate_all()

    def test_forged_decision(self):
        document = self._asked(140000)
        approval = self._approvals(document)
        self._sql(
            "UPDATE crm_approval SET state = 'approved', outcome = 'approved', "
            "decided_by = %s, decided_at = now() WHERE id = %s",
            self.user_deputy.id,
            approval.id,
        )
        self.assertIn(approval.id, [p["approval_id"] for p in self._problems()])

    def test_forged_document(self):
        document = self._ready(140000)
        self._sql(
            f"UPDATE {document._table} SET state = 'decided', "  # noqa: S608
            "approval_state = 'approved', approval_step = 'decision' WHERE id = %s",
            document.id,
        )
        self.assertEqual([p["document"] for p in self._problems()], [document.name])

    def test_value_changed_behind_the_orm(self):
        document = self.documents[0]
        self._sql(
            f"UPDATE {document._table} SET amount = 99 WHERE id = %s",  # noqa: S608
            document.id,
        )
        self.assertEqual([p["document"] for p in self._problems()], [document.name])

    def test_unvoided_decision(self):
        document = self.documents[0]
        document.amount = 77
        approval = self._approvals(document)[0]
        self._sql(
            "UPDATE crm_approval SET state = 'approved' WHERE id = %s", approval.id
        )
        self.assertIn(approval.id, [p["approval_id"] for p in self._problems()])

    def test_button_and_cron(self):
        Approval = self.env["crm.approval"]
        with self.assertRaises(AccessError):
            Approval.with_user(self.user_gm).action_verify_chain()
        action = Approval.with_user(self.user_admin).action_verify_chain()
        self.assertEqual(action["params"]["type"], "success")
        approval = self._approvals(self.documents[1])
        self._sql("UPDATE crm_approval SET amount = 9 WHERE id = %s", approval.id)
        with self.assertRaisesRegex(UserError, "changed afterwards"):
            Approval.with_user(self.user_admin).action_verify_chain()
        Approval._cron_verify_chain()
        Approval._cron_verify_chain()  # the same problem is told once
        chain = self.env["crm.approval.chain"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(chain.activity_ids.user_id, self.user_admin)
        self.assertEqual(len(chain.activity_ids), 1)

    def test_nobody_writes_decisions(self):
        approval = self._approvals(self.documents[0])
        for user in (self.user_sales, self.user_gm, self.user_admin):
            with self.assertRaises(AccessError):
                approval.with_user(user).write({"comment": "x"})
            with self.assertRaises(AccessError):
                approval.with_user(user).unlink()
            with self.assertRaises(AccessError):
                approval.with_user(user).copy()
