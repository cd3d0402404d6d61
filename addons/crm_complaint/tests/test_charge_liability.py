"""Shares of responsibility: exactly 100 %, to the fen, judged by the office."""

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.amount_split import split_amount
from .common_charge import ChargeCase


@tagged("post_install", "-at_install")
class TestChargeLiability(ChargeCase):
    def test_split_to_the_fen(self):
        """Hand-computed: the parts add up to the amount, to the fen."""
        for amount, weights, parts in (
            (100.00, [1, 1, 1], [33.34, 33.33, 33.33]),
            (0.01, [50, 50], [0.01, 0.0]),
            (1234.56, [60, 40], [740.74, 493.82]),  # 740.736, 493.824
            (100.01, [33.33, 33.33, 33.34], [33.33, 33.33, 33.35]),
            (20000.00, [1.0, 1.5, 2.5], [4000.0, 6000.0, 10000.0]),
            (10.00, [1, 2, 3, 1], [1.43, 2.86, 4.28, 1.43]),  # 1.4286 2.857 4.2857
            (0.0, [1, 2], [0.0, 0.0]),
        ):
            found = split_amount(amount, weights, 0.01)
            self.assertEqual([round(p, 2) for p in found], parts, (amount, weights))
            self.assertEqual(round(sum(found), 2), amount)

    def test_shares_must_be_exactly_100(self):
        complaint = self._closed(1000)
        for shares in (
            ((self.worker, 99.99),),
            ((self.worker, 60), (self.worker2, 40.01)),
            ((self.worker, 33.33), (self.worker2, 33.33), (self.worker3, 33.33)),
            (),
        ):
            with self.assertRaisesRegex(UserError, "exactly 100"):
                self._judge(complaint, *shares)
            self.assertFalse(complaint.liability_ids, "nothing half done")
        self._judge(
            complaint,
            (self.worker, 33.33),
            (self.worker2, 33.33),
            (self.worker3, 33.34),
        )
        self.assertEqual(complaint.liability_state, "judged")

    def test_screen_refuses_9999_when_judged(self):
        complaint = self._closed(1000)
        complaint.write(
            {
                "liability_ids": [
                    Command.create(
                        {
                            "kind": "person",
                            "employee_id": self.worker.id,
                            "share": 99.99,
                        }
                    )
                ]
            }
        )
        with self.assertRaisesRegex(UserError, "99.99"):
            complaint.action_judge_liability()
        complaint.liability_ids.share = 100
        complaint.action_judge_liability()

    @mute_logger("odoo.sql_db")
    def test_bad_shares(self):
        complaint = self._closed(1000)
        Line = self.env["crm.complaint.liability"].with_user(self.user_gmo)
        base = {"complaint_id": complaint.id, "kind": "person"}
        for share in (0, -1, 100.01, 250):
            with (
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                Line.create({**base, "employee_id": self.worker.id, "share": share})
        with (
            self.assertRaisesRegex(ValidationError, "names the Person"),
            self.env.cr.savepoint(),
        ):
            Line.create({**base, "share": 100})
        with (
            self.assertRaisesRegex(ValidationError, "one party only"),
            self.env.cr.savepoint(),
        ):
            Line.create(
                {
                    **base,
                    "employee_id": self.worker.id,
                    "partner_id": self.supplier.id,
                    "share": 100,
                }
            )
        Line.create({**base, "employee_id": self.worker.id, "share": 50})
        self.env.flush_all()
        with (
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            Line.create({**base, "employee_id": self.worker.id, "share": 50})
        self.env.flush_all()
        with self.assertRaisesRegex(UserError, "not to “ghost”"):
            complaint.set_liability([{"kind": "ghost", "id": 1, "share": 100}])

    def test_amounts(self):
        """The two losses are split apart (GAP-18), each to the fen."""
        complaint = self._closed(100.01)
        lines = self._judge(
            complaint,
            (self.worker, 33.33),
            (self.worker2, 33.33),
            (self.worker3, 33.34),
        )
        self.assertEqual(lines.mapped("amount_deduction"), [33.33, 33.33, 33.35])
        self.assertEqual(lines.mapped("amount_sanction"), [33.33, 33.33, 33.35])

    def test_supplier_share_and_recovery(self):
        """1,000 lost, supplier 40 %: inside 600, whether or not it is paid back;
        what is paid back beyond relieves those inside (GAP-91)."""
        complaint = self._closed(1000)
        lines = self._judge(complaint, (self.supplier, 40), (self.worker, 60))
        inside = lines.filtered(lambda line: line.kind == "person")
        for recovered, charged in ((0, 600), (400, 600), (700, 300), (1000, 0)):
            complaint.sudo().loss_recovered = recovered
            self.assertEqual(inside.amount_deduction, charged, recovered)

    def test_base_points_are_kept(self):
        """A department's points are the sum of its staff's on the day (GAP-25)."""
        complaint = self._closed(1000)
        line = self._judge(complaint, (self.departments["manufacturing"], 100))
        self.assertEqual(line.base_points, 5.0)  # 1.0 + 1.5 + 2.5, the head has 0
        self.worker.performance_base_points = 9
        self.assertEqual(line.base_points, 5.0)

    def test_who_may(self):
        """Quality proposes while it holds the complaint; the office judges."""
        complaint = self._complaint()
        self._at(complaint, "quality")
        vals = {
            "complaint_id": complaint.id,
            "kind": "person",
            "employee_id": self.worker.id,
            "share": 100,
        }
        Line = self.env["crm.complaint.liability"]
        proposed = Line.with_user(self.user_quality).create(vals)
        self.assertTrue(
            proposed.with_user(self.user_quality).search([("id", "=", proposed.id)])
        )
        with self.assertRaises(AccessError):
            complaint.with_user(self.user_quality).action_judge_liability()
        for user in (self.user_sales, self.user_sales_head, self.user_manufacturing):
            with self.assertRaises(AccessError):
                Line.with_user(user).create(vals)
            with self.assertRaises(AccessError):
                proposed.with_user(user).share = 1
            with self.assertRaises(AccessError):
                proposed.with_user(user).unlink()
        self._at(complaint, "production")
        with self.assertRaises(AccessError):
            proposed.with_user(self.user_quality).share = 50
        with self.assertRaisesRegex(UserError, "cannot be judged now"):
            complaint.with_user(self.user_gmo).action_judge_liability()

    def test_judged_stands_until_reopened(self):
        complaint = self._closed(1000)
        lines = self._judge(complaint, (self.worker, 100))
        for change in (
            lambda: lines.with_user(self.user_gmo).write({"share": 10}),
            lambda: lines.with_user(self.user_gmo).unlink(),
            lambda: complaint.set_liability([]),
        ):
            with self.assertRaisesRegex(UserError, "is judged"):
                change()
        with self.assertRaisesRegex(UserError, "needs a reason"):
            complaint.action_reopen_liability(" ")
        with self.assertRaises(AccessError):
            complaint.with_user(self.user_sales).action_reopen_liability("No")
        complaint.action_reopen_liability("New finding")
        lines.with_user(self.user_gmo).share = 40
        self.assertEqual(complaint.liability_state, "open")

    def test_not_substantiated_has_no_shares(self):
        complaint = self._complaint()
        self._at(complaint, "gmo_summary")
        complaint._write_guarded({"not_substantiated": True})
        complaint.with_user(self.user_gmo).set_liability(
            [{"kind": "person", "id": self.worker.id, "share": 100}]
        )
        with self.assertRaisesRegex(UserError, "cannot be judged"):
            complaint.with_user(self.user_gmo).action_judge_liability()

    def test_person_sees_own_share_only(self):
        """The person named finds one row by every way of reading, and no complaint."""
        complaint = self._closed(1000)
        lines = self._judge(complaint, (self.worker, 60), (self.worker2, 40))
        own = lines.filtered(lambda line: line.employee_id == self.worker)
        theirs = self.env["crm.complaint.liability"].with_user(self.user_worker)
        domain = [("id", "in", lines.ids)]
        self.assertEqual(theirs.search(domain).ids, own.ids)
        self.assertEqual(theirs.search_count(domain), 1)
        self.assertEqual(theirs._read_group(domain, [], ["share:sum"])[0][0], 60)
        row = theirs.browse(own.id).read(["complaint_id", "share", "amount_deduction"])
        self.assertEqual((row[0]["share"], row[0]["amount_deduction"]), (60, 600))
        self.user_worker.group_ids += self.env.ref("base.group_allow_export")
        self.assertTrue(theirs.browse(own.id).export_data(["party_name"])["datas"])
        for user in (self.user_worker, self.user_sales, self.user_other_company):
            other = self._as(lines - own, user)
            with self.assertRaises(AccessError):
                other.read(["share"])
            self.assertFalse(other.search([("id", "in", (lines - own).ids)]))
        with self.assertRaises(AccessError):
            complaint.with_user(self.user_worker).read(["description"])
        # Salespeople see their complaint, but no shares in it.
        self.env.invalidate_all()
        self.assertFalse(complaint.with_user(self.user_sales).liability_ids)
        self.assertFalse(complaint.with_user(self.user_sales)._form_responsible())
        self.env.invalidate_all()
        printed = complaint.with_user(self.user_manufacturing)._form_responsible()
        self.assertIn("60 %", printed)
        self.assertEqual(
            len(complaint.with_user(self.user_manufacturing).liability_ids), 2
        )
