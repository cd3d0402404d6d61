"""Loss by the standard, against a table computed by hand (CMP-106 to CMP-110)."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import ComplaintCase

# kind, figures, loss for deductions, loss for sanctions: computed by hand.
TABLE = [
    ("claim", {"amount_paid": 12345.67}, 12345.67, 12345.67),
    ("claim", {"amount_paid": 0.01}, 0.01, 0.01),
    ("allowance", {"amount_paid": 100000.01}, 100000.01, 100000.01),
    # 7 x 33.33 = 233.31; 20 % = 46.662
    ("return", {"quantity": 7, "price": 33.33, "actual_loss": 200}, 46.66, 200.0),
    # 3 x 0.05 = 0.15; 20 % = 0.03
    ("return", {"quantity": 3, "price": 0.05}, 0.03, 0.0),
    # 12 x 19.99 = 239.88
    ("supplementary", {"quantity": 12, "price_a": 19.99, "price": 5}, 239.88, 239.88),
    (
        "rework",
        {"processing_cost": 800.1, "haulage_cost": 99.99, "wastage_cost": 0.02},
        900.11,
        900.11,
    ),
]


@tagged("post_install", "-at_install")
class TestLoss(ComplaintCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls("test_table")
        cls.complaint = case._complaint()
        cls.mine = case._at(cls.complaint, "gmo_summary")
        cls.Loss = cls.env["crm.complaint.loss"].with_user(cls.user_gmo)

    def _kind(self, code):
        return self.env.ref(f"crm_complaint.loss_kind_{code}")

    def _line(self, code, complaint=None, **figures):
        return self.Loss.create(
            {
                "complaint_id": (complaint or self.complaint).id,
                "kind_id": self._kind(code).id,
                **figures,
            }
        )

    def test_recovered_is_not_brought_along(self):
        """Who files a complaint cannot lower the loss charged in advance (GAP-91)."""
        for context in ({}, {"default_loss_recovered": 900}):
            vals = {} if context else {"loss_recovered": 900}
            seller = self.env["crm.complaint"].with_user(self.user_sales)
            with self.assertRaisesRegex(UserError, "drafted with the consolidated"):
                seller.with_context(**context).create(self._vals(**vals))

    def test_table(self):
        """Every kind, to the fen."""
        for code, figures, deduction, sanction in TABLE:
            line = self._line(code, **figures)
            self.assertEqual(line.amount, deduction, (code, figures))
            self.assertEqual(line.amount_sanction, sanction, (code, figures))
        # 12345.67 + 0.01 + 100000.01 + 46.66 + 0.03 + 239.88 + 900.11
        self.assertAlmostEqual(self.complaint.loss_total, 113532.37)
        self.assertAlmostEqual(self.complaint.loss_for_deduction, 113532.37)
        # 46.66 -> 200.00 and 0.03 -> 0.00
        self.assertAlmostEqual(self.complaint.loss_for_sanction, 113685.68)
        self.assertFalse(self.complaint.loss_final)
        self.mine.loss_recovered = 13532.37
        self.assertAlmostEqual(self.complaint.loss_total, 113532.37)
        self.assertAlmostEqual(self.complaint.loss_for_deduction, 100000.0)
        self.assertAlmostEqual(self.complaint.loss_for_sanction, 100153.31)

    def test_resale(self):
        """Sold again: loss against the A-grade price; else the actual loss."""
        sold, unsold = (
            self._line("return", quantity=10, price=90, price_a=100, actual_loss=900)
            for _line in range(2)
        )
        self.assertEqual(sold.resale_state, "waiting")
        self.assertFalse(sold.resale_until)
        self.mine.write(self._summary_vals(1000.0))
        self.mine.action_request_decision()
        self.complaint.with_user(self.user_sales_head).action_approve()
        decided = self.company._policy_date(self.complaint.decided_at)
        self.assertEqual((sold.resale_until - decided).days // 28, 1)
        sold.action_resold(60.5)
        self.assertEqual(sold.amount, 180.0)  # 10 x 90 x 20 %
        self.assertEqual(sold.amount_sanction, 395.0)  # 10 x (100 - 60.5)
        unsold.action_not_resold(777.77)
        self.assertEqual(unsold.amount_sanction, 777.77)
        self.assertTrue(self.complaint.loss_final)
        with self.assertRaises(UserError):
            sold.action_resold(1)
        with self.assertRaises(AccessError):
            sold.write({"resale_state": "unsold"})

    def test_resale_above_price(self):
        """Sold again above the A-grade price: nothing is lost, never less."""
        line = self._line("return", quantity=10, price=90, price_a=100)
        line.action_resold(120)
        self.assertEqual(line.amount_sanction, 0.0)

    def test_resale_time_over(self):
        line = self._line("return", quantity=1, price=10, actual_loss=4)
        line._write_guarded({"resale_until": "2026-01-31"})
        with self.assertRaises(UserError):
            line.action_resold(5)
        self.Complaint._cron_resale()
        self.assertEqual(line.resale_state, "unsold")
        self.assertEqual(line.amount_sanction, 4.0)

    def test_kept_formula(self):
        """A later standard changes no case of before."""
        line = self._line("return", quantity=10, price=10)
        self._kind("return").write({"rate": 50, "formula": "quantity * price"})
        line.quantity = 20
        self.assertEqual(line.amount, 40.0)
        self.assertEqual(self._line("return", quantity=10, price=10).amount, 100.0)

    def test_bad_formula(self):
        for formula in ("quantity *", "secret + 1", "'a'", "__import__('os')"):
            with self.assertRaises(ValidationError, msg=formula):
                self._kind("claim").formula = formula

    def test_negative(self):
        line = self._line("claim", amount_paid=1)
        with self.assertRaisesRegex(ValidationError, "Paid or Granted.*zero or more"):
            line.amount_paid = -1

    def test_who(self):
        """The office and accounting enter losses; salespeople and others do not."""
        for user in (self.user_sales, self.user_quality, self.user_sales_head):
            with self.assertRaises(AccessError, msg=user.name):
                self.Loss.with_user(user).create(
                    {
                        "complaint_id": self.complaint.id,
                        "kind_id": self._kind("claim").id,
                        "amount_paid": 5,
                    }
                )
        early = self._complaint()
        self._at(early, "quality")
        with self.assertRaises(UserError):
            self._line("claim", early, amount_paid=5)
        line = self._line("claim", amount_paid=5)
        for name in ("amount", "amount_sanction", "formula", "rate"):
            with self.assertRaises(AccessError):
                line.write({name: 1})

    def test_proposed(self):
        """Lines come from the resolutions once, with order price and list price."""
        self.product.list_price = 25
        kind = self.env.ref("crm_complaint.resolution_kind_return")
        self.mine.write(
            {
                "resolution_ids": [
                    (0, 0, {"kind_id": kind.id, "quantity": 4}),
                ]
            }
        )
        ids = self.mine.action_propose_losses()
        line = self.Loss.browse(ids)
        self.assertEqual(line.amount, 20.0)  # 4 x 25 x 20 %
        self.assertEqual(line.amount_sanction, 100.0)
        self.assertEqual(self.mine.action_propose_losses(), [])

    def test_not_substantiated(self):
        """A case not substantiated has no loss (GAP-92)."""
        self._line("claim", amount_paid=5)
        self.mine.action_propose_not_substantiated("Stored wet by the customer")
        self.complaint.with_user(self.user_sales_head).action_approve()
        self.assertEqual(self.complaint.loss_total, 0.0)
        self.assertEqual(self.complaint.loss_for_sanction, 0.0)

    def test_program(self):
        first = self.mine.record_loss("claim", amount_paid=10)
        again = self.mine.record_loss("claim", amount_paid=10)
        self.assertEqual(first, again)
        self.assertEqual(first["amount"], 10.0)
        with self.assertRaises(UserError):
            self.mine.record_loss("claim", wishes=1)
        with self.assertRaises(UserError):
            self.mine.record_loss("no such")
