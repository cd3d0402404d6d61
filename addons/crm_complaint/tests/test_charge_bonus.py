"""Deductions from bonuses: by base points, 50 % a month, the rest carried on."""

import base64
import csv
import io

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_charge import ChargeCase


@tagged("post_install", "-at_install")
class TestChargeBonus(ChargeCase):
    def _notice(self, loss, *shares):
        case = self._closed(loss)
        self._judge(case, *shares)
        self._allocated()
        return case.bonus_notice_ids

    def _owe(self, amount, employee=None, kind="loss", whole=False, month=None):
        """Put an entry into the ledger as the procedures do."""
        return self.env["crm.bonus.deduction"]._add_rows(
            [
                {
                    "company_id": self.company.id,
                    "employee_id": (employee or self.worker).id,
                    "kind": kind,
                    "date": self.this_month,
                    "month_from": month or self.this_month,
                    "amount": amount,
                    "whole_bonus": whole,
                }
            ]
        )

    def test_by_base_points(self):
        """20,000 over 1.0, 1.5 and 2.5 points: 4,000 a point."""
        notice = self._notice(20000, (self.departments["manufacturing"], 100))
        self._issue(notice)
        self.assertEqual(notice.base_points_total, 5.0)
        self.assertEqual(notice.amount_per_point, 4000)
        self.assertEqual(
            {line.employee_id: line.amount for line in notice.line_ids},
            {self.worker: 4000, self.worker2: 6000, self.worker3: 10000},
        )
        self.assertEqual(notice.deduction_ids.mapped("amount"), [4000, 6000, 10000])

    def test_odd_amount_adds_up(self):
        """100.01 over 5 points: 20.002, 30.003, 50.005."""
        notice = self._notice(100.01, (self.departments["manufacturing"], 100))
        self._issue(notice)
        self.assertEqual(notice.line_ids.mapped("amount"), [20.0, 30.0, 50.01])

    def test_per_case_and_party(self):
        """Each case apart; person and department of one case apart (CMP-115)."""
        first, second = self._closed(1000), self._closed(500)
        self._judge(
            first, (self.worker, 30), (self.departments["rd"], 50), (self.supplier, 20)
        )
        self._judge(second, (self.worker, 100))
        self._allocated()
        self.assertEqual(
            first.bonus_notice_ids.sorted("id").mapped("amount"), [300, 500]
        )
        self.assertEqual(second.bonus_notice_ids.amount, 500)

    def test_cap_and_carry(self):
        """9,000 of bonuses 8,000, 6,000, 5,000: 4,000, 3,000, 2,000, nothing."""
        entry = self._owe(9000)
        table = (
            # bonus, taken, paid, carried
            (8000, 4000, 4000, 5000),
            (6000, 3000, 3000, 2000),
            (5000, 2000, 3000, 0),
        )
        for number, (bonus, taken, paid, carried) in enumerate(table):
            month = self._next(number)
            self._bonus(self.worker, bonus, month)
            line = self._run(month).line_ids
            self.assertEqual(
                (line.amount_loss, line.amount_paid, line.amount_carried),
                (taken, paid, carried),
                number,
            )
        self.assertEqual((entry.state, entry.amount_open), ("done", 0))
        month = self._next(3)
        self._bonus(self.worker, 5000, month)
        self.assertFalse(self._run(month).line_ids)

    def test_cap_never_above_half(self):
        """Half of 0.03 is 0.015: 0.01 is taken, not 0.02."""
        self._owe(100)
        self._bonus(self.worker, 0.03)
        self.assertEqual(self._run().line_ids.amount_loss, 0.01)

    def test_demerits_apart_never_above_the_bonus(self):
        """Bonus 1,000: sanctions first and uncapped, losses at most 500 of the rest."""
        for demerit, loss, taken_demerit, taken_loss, carried in (
            (300, 900, 300, 500, 400),
            (700, 900, 700, 300, 600),
            (1000, 900, 1000, 0, 900),
            (1200, 100, 1000, 0, 300),
            (0, 500, 0, 500, 0),
        ):
            with self.env.cr.savepoint() as savepoint:
                if demerit:
                    self._owe(demerit, kind="demerit")
                self._owe(loss)
                self._bonus(self.worker, 1000)
                line = self._run().line_ids
                self.assertEqual(
                    (line.amount_demerit, line.amount_loss, line.amount_carried),
                    (taken_demerit, taken_loss, carried),
                    (demerit, loss),
                )
                self.assertLessEqual(line.amount_deducted, line.amount_bonus)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_whole_bonus(self):
        """A major demerit takes the month's whole bonus; losses wait (GAP-22)."""
        whole = self._owe(0, kind="demerit", whole=True)
        loss = self._owe(900)
        self._bonus(self.worker, 1000)
        line = self._run().line_ids
        self.assertEqual((line.amount_demerit, line.amount_loss), (1000, 0))
        self.assertEqual((line.amount_paid, line.amount_carried), (0, 900))
        self.assertEqual((whole.state, whole.amount), ("done", 1000))
        self.assertEqual(loss.state, "open")
        self._bonus(self.worker, 1000, self._next(1))
        line = self._run(self._next(1)).line_ids
        self.assertEqual((line.amount_demerit, line.amount_loss), (0, 500))

    def test_whole_bonus_is_of_its_month(self):
        """No bonus in that month: nothing is taken from a later one (CMP-104)."""
        whole = self._owe(0, kind="demerit", whole=True)
        self._run()
        self.assertEqual((whole.state, whole.amount), ("done", 0))

    def test_oldest_case_first(self):
        first, second = self._owe(300), self._owe(400)
        self._bonus(self.worker, 1000)
        self._run()
        self.assertEqual((first.amount_taken, second.amount_taken), (300, 200))

    def test_cap_is_data(self):
        self.company.complaint_bonus_cap = 30
        self._owe(900)
        self._bonus(self.worker, 1000)
        self.assertEqual(self._run().line_ids.amount_loss, 300)

    def test_nothing_before_release(self):
        """Not computed, not released: no program gets a figure (GAP-74)."""
        entry = self._owe(300)
        self._bonus(self.worker, 1000)
        run = self._run(release=False)
        for call in (run.payroll_rows, run.export_payroll, run.action_export):
            with self.assertRaisesRegex(UserError, "not released by HR"):
                call()
        self.assertEqual(entry.amount_taken, 0)
        for user in (self.user_accounting, self.user_director, self.user_gm):
            with self.assertRaises(AccessError):
                run.with_user(user).action_release("Fine")
        with self.assertRaisesRegex(UserError, "needs a note"):
            run.action_release("")
        run.action_release("Checked")
        with self.assertRaises(UserError):
            run.action_release("Again")
        with self.assertRaises(UserError):
            run.action_compute()
        [row] = run.payroll_rows()
        self.assertEqual((row["deducted"], row["paid"]), (300, 700))
        file = run.export_payroll("csv")
        text = base64.b64decode(file["content"]).decode("utf-8-sig")
        [parsed] = list(csv.DictReader(io.StringIO(text)))
        self.assertEqual(parsed["deducted"], "300.0")
        self.assertTrue(base64.b64decode(run.export_payroll()["content"])[:2], b"PK")
        with self.assertRaisesRegex(UserError, "xlsx or csv"):
            run.export_payroll("exe")

    def test_held_entry(self):
        """HR holds an entry: no month takes from it until it is let go."""
        entry = self._owe(300)
        self._bonus(self.worker, 1000)
        run = self._run(release=False)
        with self.assertRaises(AccessError):
            entry.with_user(self.user_gmo).action_hold("x")
        entry.with_user(self.user_hr).action_hold("Objection before the court")
        with self.assertRaisesRegex(UserError, "held by HR"):
            run.action_release("Checked")
        run.action_compute()
        self.assertFalse(run.line_ids)
        entry.with_user(self.user_hr).action_let_go()
        run.action_compute()
        run.action_release("Checked")
        self.assertEqual(entry.state, "done")

    def test_months_in_order(self):
        self._owe(300)
        self._bonus(self.worker, 1000)
        self._run(release=False)
        later = (
            self.env["crm.bonus.run"]
            .with_user(self.user_hr)
            .create({"company_id": self.company.id, "month": self._next(1)})
        )
        with self.assertRaisesRegex(UserError, "released first"):
            later.action_compute()

    @mute_logger("odoo.sql_db")
    def test_bad_input(self):
        with (
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            self._bonus(self.worker, -1)
        with self.assertRaisesRegex(ValidationError, "first day"):
            self._bonus(self.worker, 1, self.this_month.replace(day=2))
        self._bonus(self.worker, 1000)
        self._run()
        with self.assertRaisesRegex(UserError, "released to payroll"):
            self._bonus(self.worker2, 1000)
        with (
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            self._run()

    def test_ledger_is_nobodys(self):
        """No person writes the ledger; not HR, not the general manager."""
        entry = self._owe(300)
        for user in (self.user_hr, self.user_gm, self.user_gmo, self.user_worker):
            with self.assertRaises(AccessError):
                entry.with_user(user).write({"amount": 1})
            with self.assertRaises(AccessError):
                entry.with_user(user).unlink()
            with self.assertRaises(AccessError):
                entry.with_user(user).create({"employee_id": self.worker.id})
        with self.assertRaises(AccessError):
            entry.sudo().create({"employee_id": self.worker.id, "amount": 1})
        with self.assertRaises(AccessError):
            entry.sudo().write({"amount_taken": 1})

    def test_who_sees_the_ledger(self):
        mine, other = self._owe(300), self._owe(400, self.worker2)
        for user, sees in (
            (self.user_worker, mine),
            (self.user_sales, mine.browse()),
            (self.user_hr, mine | other),
            (self.user_accounting, mine | other),
            (self.user_other_company, mine.browse()),
        ):
            found = self._as(mine, user).search([("id", "in", (mine | other).ids)])
            self.assertEqual(found, sees, user.login)

    def test_issued_notice_stands(self):
        notice = self._notice(20000, (self.departments["manufacturing"], 100))
        office = notice.with_user(self.user_gmo)
        with self.assertRaises(AccessError):
            notice.with_user(self.user_manufacturing).write({"amount": 1})
        self._issue(notice)
        for change in (
            lambda: office.write({"amount": 1}),
            lambda: office.line_ids[0].write({"amount": 1}),
            lambda: office.line_ids.unlink(),
            lambda: office.action_drop("No"),
            lambda: office.unlink(),
        ):
            with self.assertRaises(UserError):
                change()
        with self.assertRaises(AccessError):
            office.action_check()
        notice.with_user(self.user_accounting).action_check()
        self.assertEqual(notice.checked_by_id, self.user_accounting)

    def test_by_hand(self):
        """Until a deduction standard is supplied, lines are entered (GAP-23)."""
        notice = self._notice(100, (self.departments["manufacturing"], 100))
        office = notice.with_user(self.user_gmo)
        office.set_lines([{"employee_id": self.worker2.id, "amount": 99.99}])
        with self.assertRaisesRegex(UserError, "add up to"):
            office.action_request_approval("notice")
        office.set_lines([{"employee_id": self.worker2.id, "amount": 100}])
        self._issue(notice)
        self.assertEqual(notice.deduction_ids.employee_id, self.worker2)

    def test_unit_without_staff(self):
        empty = self.env["hr.department"].create(
            {"name": "Empty", "company_id": self.company.id}
        )
        notice = self._notice(100, (empty, 100))
        with self.assertRaisesRegex(UserError, "nobody to deduct"):
            notice.with_user(self.user_gmo).action_request_approval("notice")

    def test_section_has_the_staff_of_its_units(self):
        """Not traced to a unit: the whole section (CMP-112, CMP-120)."""
        unit = self.env["hr.department"].create(
            {
                "name": "Loom group",
                "company_id": self.company.id,
                "parent_id": self.departments["manufacturing"].id,
            }
        )
        self.worker3.department_id = unit
        notice = self._notice(20000, (self.departments["manufacturing"], 100))
        self._issue(notice)
        self.assertEqual(len(notice.line_ids), 3)
        notice2 = self._closed(1000)
        lines = self._judge(notice2, (unit, 100))
        self.assertEqual(lines._staff(), self.worker3)
