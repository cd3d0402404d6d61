"""Machines on loan, exhibition and demo: out, due, reminded, back, judged (SM-15)."""

from dateutil.relativedelta import relativedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import ReturnCase


@tagged("post_install", "-at_install")
class TestLoan(ReturnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_workshop()
        cls.machine = cls._make_product("Machine", tracking="serial")
        cls.lot = cls.env["stock.lot"].create(
            {
                "name": "M-1",
                "product_id": cls.machine.id,
                "company_id": cls.company.id,
            }
        )
        cls._stock(cls.machine, 1, cls.lot)
        cls.today = cls.company._policy_today()

    def _loan(self, **vals):
        return (
            self.env["crm.loan"]
            .with_user(self.user_sales)
            .create(
                {
                    "kind": "exhibition",
                    "place": "Canton Fair",
                    "company_id": self.company.id,
                    "warehouse_id": self.warehouse.id,
                    "date_due": self.today + relativedelta(days=10),
                    "line_ids": [
                        Command.create(
                            {"product_id": self.machine.id, "lot_id": self.lot.id}
                        )
                    ],
                    **vals,
                }
            )
        )

    def _validate(self, loan):
        picking = loan.sudo().picking_ids.filtered(
            lambda p: p.state not in ("done", "cancel")
        )
        picking.move_ids.write({"quantity": 1, "picked": True})
        picking.with_user(self.user_storage).button_validate()
        loan.invalidate_recordset()

    def _out(self, **vals):
        loan = self._loan(**vals)
        loan.action_submit()
        loan.with_user(self.user_sales_head).action_approve()
        loan.action_hand_over()
        self._validate(loan)
        return loan

    def test_story(self):
        """RET-46 to RET-48: out and back without fault, judged, into stock."""
        value = self.machine.with_company(self.company).total_value
        loan = self._loan()
        with self.assertRefused(UserError, "only in"):
            loan.action_hand_over()
        loan.action_submit()
        with self.assertRaises(AccessError):
            loan.action_approve()
        loan.with_user(self.user_sales_head).action_approve()
        loan.action_hand_over()
        with self.assertRefused(UserError, "already"):
            loan.action_hand_over()
        self._validate(loan)
        self.assertEqual((loan.state, loan.date_handed_over), ("out", self.today))
        place = self.warehouse.loan_location_id
        quant = self.env["stock.quant"].search([("lot_id", "=", self.lot.id)])
        self.assertEqual(quant.filtered("quantity").location_id, place)
        with self.assertRaises(UserError):
            loan.line_ids.unlink()
        with self.assertRaises(UserError):
            loan.unlink()
        loan.action_take_back()
        self._validate(loan)
        self.assertEqual(loan.state, "in_quality")
        self.assertEqual(loan.item_ids.location_id, self.quarantine)
        quality = loan.with_user(self.user_quality)
        with self.assertRefused(UserError, "RET-47"):
            quality.action_judged()
        with self.assertRaises(AccessError):
            loan.item_ids.with_user(self.user_sales).action_judge("good")
        quality.item_ids.action_judge("good", "Runs", "Cable")
        quality.action_judged()
        plan = self._plan(loan)
        plan.with_user(self.user_storage).action_execute()
        self.assertEqual((plan.state, loan.state), ("done", "done"))
        self.assertEqual(loan.item_ids.state, "restocked")
        self.assertEqual(self.machine.with_company(self.company).total_value, value)

    def test_other_ways(self):
        """Goods on loan come back through their loan only."""
        loan = self._out()
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.int_type_id.id,
                "location_id": self.warehouse.loan_location_id.id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.machine.id,
                            "product_uom_qty": 1,
                            "location_id": self.warehouse.loan_location_id.id,
                            "location_dest_id": self.warehouse.lot_stock_id.id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.action_assign()
        picking.move_ids.picked = True
        with self.assertRefused(UserError, "RET-46"):
            picking.with_user(self.user_storage).button_validate()
        self.assertEqual(loan.state, "out")

    def test_input(self):
        """A customer or a place, dates in order, a machine once."""
        for vals in (
            {"kind": "loan"},
            {"place": False},
            {"partner_id": self.customer.id, "company_id": self.other_company.id},
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self._loan(**vals)
        with self.assertRefused(ValidationError, "Back By"):
            self._loan(date_due=self.today - relativedelta(days=1))
        self._loan().action_submit()
        with self.assertRefused(UserError, "M-1 goes out"):
            self._loan().action_submit()
        with self.assertRefused(UserError, "Number of Machine"):
            self._loan(
                line_ids=[Command.create({"product_id": self.machine.id})]
            ).action_submit()

    def test_reminders(self):
        """Reminded before the day and again when overdue; extended by a manager."""
        loan = self._out(date_due=self.today + relativedelta(days=2))
        self.env["crm.loan"]._cron_remind()
        self.assertEqual(loan.sudo().activity_ids.user_id, self.user_sales)
        self.env["crm.loan"]._cron_remind()
        self.assertEqual(len(loan.sudo().activity_ids), 1)
        with self.assertRefused(UserError, "manager"):
            loan.action_extend(self.today + relativedelta(days=9), "Second fair")
        head = loan.with_user(self.user_sales_head)
        with self.assertRefused(UserError, "later day"):
            head.action_extend(self.today, "Second fair")
        head.action_extend(self.today + relativedelta(days=9), "Second fair")
        self.assertEqual(loan.date_limit, self.today + relativedelta(days=9))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_loan SET date_limit = %s WHERE id = %s",
            [self.today - relativedelta(days=1), loan.id],
        )
        self.env.invalidate_all()
        self.assertTrue(loan.is_overdue)
        self.assertIn(loan, loan.search([("is_overdue", "=", True)]))
        self.env["crm.loan"]._cron_remind()
        self.assertIn(self.user_sales_head, loan.sudo().activity_ids.user_id)

    def test_rights(self):
        """Other salespeople see no loans of their colleagues."""
        loan = self._loan()
        for user in (self.user_sales2, self.user_other_company):
            with self.assertRaises(AccessError):
                loan.with_user(user).read(["place"])
        with self.assertRaises(AccessError):
            loan.write({"state": "out"})
        with self.assertRaises(AccessError):
            loan.date_extended = self.today
