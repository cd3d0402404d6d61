"""Whole cases, each department's own people acting, against figures made by hand."""

from datetime import datetime

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .common_charge import ChargeCase


@tagged("post_install", "-at_install")
class TestJourney(ChargeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.usd = cls.env.ref("base.USD")
        cls.usd.active = True
        cls.env["res.currency.rate"].create(
            {
                "name": "2026-01-01",
                "currency_id": cls.usd.id,
                "company_id": cls.company.id,
                "inverse_company_rate": 7.25,
            }
        )

    def _decide(self, complaint, amount, decider, others):
        """The office proposes, those without the authority are refused."""
        kind = self.env.ref("crm_complaint.resolution_kind_allowance")
        office = self._at(complaint, "gmo_summary")
        line = {"kind_id": kind.id, "amount": amount}
        office.write(self._summary_vals(amount, resolution_ids=[Command.create(line)]))
        office.action_request_decision()
        for user in others:
            with self.assertRaises(AccessError), self.cr.savepoint():
                complaint.with_user(user).action_approve()
        complaint.with_user(decider).action_approve()
        self.assertEqual(complaint.decided_by_id, decider)

    def _finish(self, complaint):
        mine = self._at(complaint, "executing")
        mine.execution_result = "Paid"
        mine.action_confirm_execution()
        complaint.with_user(self.user_gmo).action_close()
        self.assertEqual(complaint.state, "closed")

    def test_abroad_with_a_supplier(self):
        """Dollars at 7.25, at the edges of the bands; the supplier bears 30 %.

        13,793.10 $ = 99,999.975, rounded 99,999.98: the manager's.
        13,793.11 $ = 100,000.0475, rounded 100,000.05: the deputy's.
        20,689.65 $ = 149,999.9625, rounded 149,999.96: the deputy's.
        20,689.66 $ = 150,000.035, rounded 150,000.04: the general manager's.
        """
        head, deputy, gm = self.user_sales_head, self.user_deputy, self.user_gm
        below = {head: (), deputy: (head,), gm: (head, deputy)}
        for dollars, yuan, decider in (
            (13793.10, 99999.98, head),
            (13793.11, 100000.05, deputy),
            (20689.65, 149999.96, deputy),
            (20689.66, 150000.04, gm),
        ):
            complaint = self._complaint(
                partner_id=self.foreign_customer.id,
                claim_currency_id=self.usd.id,
                amount_claim=dollars,
            )
            self._decide(complaint, dollars, decider, below[decider])
            self.assertTrue(complaint.is_foreign)
            self.assertAlmostEqual(complaint.amount_decision, yuan, 2)
        self._at(complaint, "executing")
        complaint.with_user(self.user_gmo).loss_ids.unlink()
        self._lose(complaint, 150000.04)
        self._finish(complaint)
        lines = self._judge(
            complaint, (self.supplier, 30), (self.worker, 33.33), (self.worker2, 36.67)
        )
        # 45,000.012; 49,995.013332; 55,005.014668
        self.assertEqual(
            lines.mapped("amount_deduction"), [45000.01, 49995.01, 55005.02]
        )

    def test_refused_and_begun_anew(self):
        """The follow-up has its own number, clock and decision (CMP-47, GAP-14)."""
        with freeze_time("2026-03-02 02:00:00"):
            first = self._complaint(amount_claim=150000.0)
            self._decide(first, 150000.0, self.user_deputy, (self.user_sales_head,))
        with freeze_time("2026-03-10 02:00:00"):
            mine = first.with_user(self.user_sales)
            again = self.Complaint.browse(mine.action_customer_refused("Too little"))
            with self.assertRaises(UserError):
                mine.action_execute()
            first.with_user(self.user_gmo).action_close()
            second = again.with_user(self.user_sales)
            second.amount_claim = 150000.01
            self._decide(
                second,
                150000.01,
                self.user_gm,
                (self.user_sales_head, self.user_deputy),
            )
            self._finish(second)
        self.assertEqual((first.name, second.name), ("260301", "260302"))
        self.assertEqual(second.parent_id, first)
        self.assertEqual(first.customer_refusal, "Too little")
        self.assertEqual(first.case_due, datetime(2026, 3, 15, 2))
        self.assertEqual(second.case_due, datetime(2026, 3, 23, 2))
        self.assertEqual(set((first | second).mapped("state")), {"closed"})

    def test_late_everywhere(self):
        """Every department keeps it a week: each stay with a limit is late.

        Limits: received 0.5, quality 1, production 1, sales 3, summary 0.5, execution
        6 days; none is printed for the steps between.
        """
        start = datetime(2026, 3, 2, 2)
        with freeze_time(start) as clock:
            complaint = self._complaint()
            while complaint.state != "executing":
                self._step(complaint)
                clock.tick(7 * 86400)
            self._finish(complaint)
        stays = complaint.passage_ids.filtered(lambda stay: stay.kind != "case")
        limited = stays.filtered("date_due")
        days = {
            stay.step: (stay.date_due - stay.date_in).total_seconds() / 86400
            for stay in limited
        }
        self.assertEqual(
            days,
            {
                "received": 0.5,
                "quality": 1,
                "production": 1,
                "sales_opinion": 3,
                "gmo_summary": 0.5,
                "executing": 6,
            },
        )
        self.assertTrue(all(stay.date_out > stay.date_due for stay in limited))
        self.assertTrue(complaint.case_late)
        self.assertEqual((complaint.case_due - start).days, 13 + 7)
