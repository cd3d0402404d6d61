"""Decision by amount (CMP-67 to CMP-69, GAP-06, GAP-07) and what follows."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ComplaintCase


@tagged("post_install", "-at_install")
class TestDecision(ComplaintCase):
    def _asked(self, amount, claim=0.0, **vals):
        complaint = self._complaint(amount_claim=claim, **vals)
        mine = self._at(complaint, "gmo_summary")
        mine.write(self._summary_vals(amount))
        mine.action_request_decision()
        self.assertEqual(complaint.state, "decision")
        return complaint

    def _may_decide(self, complaint):
        users = self.user_sales_head, self.user_deputy, self.user_gm
        return [u for u in users if complaint.with_user(u).approval_can_decide]

    def test_bands(self):
        """The authority at the edges of each band, to the fen."""
        for amount, decider in (
            (0.0, self.user_sales_head),
            (100000.0, self.user_sales_head),
            (100000.01, self.user_deputy),
            (150000.0, self.user_deputy),
            (150000.01, self.user_gm),
        ):
            complaint = self._complaint()
            mine = self._at(complaint, "gmo_summary")
            kind = self.env.ref("crm_complaint.resolution_kind_return")
            lines = [Command.create({"kind_id": kind.id, "quantity": 5})]
            mine.write(self._summary_vals(amount, resolution_ids=lines))
            mine.action_request_decision()
            self.assertEqual(self._may_decide(complaint), [decider], amount)
            for user in (self.user_sales_head, self.user_deputy, self.user_gmo):
                if user != decider:
                    with self.assertRaises(AccessError, msg=amount):
                        complaint.with_user(user).action_approve()
            complaint.with_user(decider).action_approve()
            self.assertEqual(complaint.state, "decided")
            self.assertEqual(complaint.decided_by_id, decider)

    def test_larger_amount_decides(self):
        """The larger of claim and settlement is used, and which is stored."""
        complaint = self._asked(1000.0, claim=120000.0)
        self.assertEqual(complaint.amount_decision, 120000.0)
        self.assertEqual(complaint.amount_basis, "claim")
        self.assertEqual(self._may_decide(complaint), [self.user_deputy])
        complaint = self._asked(160000.0, claim=120000.0)
        self.assertEqual(complaint.amount_basis, "settlement")
        self.assertEqual(self._may_decide(complaint), [self.user_gm])

    def test_foreign_currency_at_complaint_date(self):
        """A claim in dollars is compared in yuan at the complaint's day."""
        usd = self.env.ref("base.USD")
        usd.active = True
        for day, rate in (("2026-01-01", 7.0), ("2026-02-01", 8.0)):
            self.env["res.currency.rate"].create(
                {
                    "name": day,
                    "currency_id": usd.id,
                    "company_id": self.company.id,
                    "inverse_company_rate": rate,
                }
            )
        vals = {"claim_currency_id": usd.id, "amount_claim": 20000.0}
        january = self._complaint(date="2026-01-15", **vals)
        february = self._complaint(date="2026-02-15", **vals)
        self.assertAlmostEqual(january.amount_decision, 140000.0)
        self.assertAlmostEqual(february.amount_decision, 160000.0)

    def test_edit_voids_the_decision(self):
        """An approved value changed afterwards voids the decision for all to see."""
        for change in (
            {"amount_settlement": 1001.0},
            {"amount_claim": 5.0},
            "line",
            "new line",
            "no line",
        ):
            complaint = self._asked(1000.0)
            complaint.with_user(self.user_sales_head).action_approve()
            mine = complaint.with_user(self.user_gmo)
            if change == "line":
                mine.resolution_ids.amount = 999.0
            elif change == "new line":
                kind = self.env.ref("crm_complaint.resolution_kind_repair")
                mine.env["crm.complaint.resolution"].create(
                    {"complaint_id": mine.id, "kind_id": kind.id, "quantity": 1}
                )
            elif change == "no line":
                mine.resolution_ids.unlink()
            else:
                mine.write(change)
            self.assertEqual(complaint.approval_state, "voided", change)
            self.assertEqual(complaint.state, "gmo_summary")
            self.assertFalse(complaint.decided_by_id)
            with self.assertRaises(UserError):
                complaint._approval_require("decision")

    def test_edit_while_asked(self):
        """An edit while the decision is asked for cancels the request."""
        complaint = self._asked(1000.0)
        complaint.with_user(self.user_gmo).amount_settlement = 2000.0
        self.assertEqual(complaint.state, "gmo_summary")
        self.assertEqual(complaint.approval_state, "none")

    def test_nothing_binding_before(self):
        """Execution and closing need the decision, whoever asks."""
        complaint = self._complaint()
        self._at(complaint, "gmo_summary")
        for user in (self.user_sales, self.user_gmo, self.user_gm):
            with self.assertRaises(UserError):
                complaint.with_user(user).action_execute()
            with self.assertRaises(UserError):
                complaint.with_user(user).action_close()

    def test_refused(self):
        complaint = self._asked(1000.0)
        with self.assertRaises(UserError):
            complaint.with_user(self.user_sales_head).action_reject("")
        complaint.with_user(self.user_sales_head).action_reject("Too much")
        self.assertEqual(complaint.state, "gmo_summary")
        self.assertEqual(complaint.approval_state, "refused")

    def test_decision_must_be_complete(self):
        """Resolutions, their figures and the tracking are needed (CMP-43)."""
        complaint = self._complaint()
        mine = self._at(complaint, "gmo_summary")
        full = self._summary_vals(1000.0)
        with self.assertRaisesRegex(UserError, "Resolutions"):
            mine.write({**full, "resolution_ids": []})
            mine.action_request_decision()
        mine.write({**full, "improvement_tracked": False})
        with self.assertRaisesRegex(UserError, "tracking"):
            mine.action_request_decision()
        mine.category_id = self.env.ref("crm_complaint.category_human")
        mine.resolution_ids.amount = 1000.01
        with self.assertRaisesRegex(UserError, "more than the proposed"):
            mine.action_request_decision()
        mine.resolution_ids.amount = 0
        with self.assertRaisesRegex(UserError, "an amount"):
            mine.action_request_decision()
        mine.resolution_ids.amount = 1000
        with self.assertRaises(AccessError):
            complaint.with_user(self.user_sales).action_request_decision()
        mine.action_request_decision()
        self.assertEqual(complaint.improvement_tracked, "no", "exempt: negligence")

    def test_not_substantiated(self):
        """The same authority declares it unfounded; sales answers and collects."""
        complaint = self._complaint(amount_claim=120000.0)
        mine = self._at(complaint, "quality")
        with self.assertRaises(UserError):
            mine.action_propose_not_substantiated("")
        with self.assertRaises(AccessError):
            complaint.with_user(self.user_sales).action_propose_not_substantiated("no")
        mine.action_propose_not_substantiated("Washed too hot by the customer")
        self.assertEqual(self._may_decide(complaint), [self.user_deputy])
        complaint.with_user(self.user_deputy).action_approve()
        self.assertEqual(complaint.state, "not_substantiated")
        self.assertTrue(complaint.not_substantiated)
        with self.assertRaises(UserError):
            complaint._approval_require("decision")
        sales = complaint.with_user(self.user_sales)
        with self.assertRaises(UserError):
            sales.action_collect()
        sales.write(
            {"customer_answer": "We are sorry", "collection_date": "2026-04-30"}
        )
        sales.action_collect()
        self.assertEqual(complaint.state, "collecting")
        complaint.with_user(self.user_gmo).action_close()
        self.assertEqual(complaint.state, "closed")

    def test_executed_values_are_fixed(self):
        """After the execution is confirmed the decided values cannot change."""
        complaint = self._asked(1000.0)
        complaint.with_user(self.user_sales_head).action_approve()
        sales = complaint.with_user(self.user_sales)
        sales.action_execute()
        sales.execution_result = "Paid"
        sales.action_confirm_execution()
        with self.assertRaises(UserError):
            complaint.with_user(self.user_gmo).amount_settlement = 5.0
        with self.assertRaises(UserError):
            complaint.with_user(self.user_gmo).resolution_ids.amount = 5.0
        with self.assertRaises(UserError):
            sales.action_customer_refused("Late objection")

    def test_quantity_of_resolution(self):
        complaint = self._complaint()
        mine = self._at(complaint, "gmo_summary")
        kind = self.env.ref("crm_complaint.resolution_kind_return")
        with self.assertRaisesRegex(UserError, "delivered"):
            mine.env["crm.complaint.resolution"].create(
                {"complaint_id": mine.id, "kind_id": kind.id, "quantity": 101}
            )
