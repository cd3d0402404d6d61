"""Standard A and one of B, C, D, proposed from facts (RET-11 to RET-15)."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ReturnCase


@tagged("post_install", "-at_install")
class TestCriteria(ReturnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell({cls.product: 10})
        cls.line = cls.order.order_line
        cls.quality = cls.env.ref("crm_returns.reason_quality")
        cls.payment = cls.env.ref("crm_returns.reason_payment")

    def test_other_with_evidence(self):
        document = self._return((self.line, 1))
        self.assertRecordValues(
            document,
            [
                {
                    "warranty_state": "met",
                    "quality_state": "not_met",
                    "finance_state": "not_met",
                    "other_state": "met",
                    "eligible": True,
                }
            ],
        )
        document.evidence = False
        self.assertEqual(document.other_state, "open")
        self.assertFalse(document.eligible)
        with self.assertRefused(UserError, "RET-11"):
            document.action_submit()

    def test_words_of_the_reader(self):
        """Findings are facts; each reader has them in the own language."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.module.module"]._load_module_terms(["crm_returns"], ["zh_CN"])
        self.reason.with_context(lang="zh_CN").name = "款式变更"
        self.product.with_context(lang="zh_CN").name = "夹克"
        document = self._return((self.line, 1))
        english = document.with_context(lang="en_US").criteria_note.splitlines()
        chinese = document.with_context(lang="zh_CN").criteria_note.splitlines()
        self.assertEqual([line[0] for line in english], ["A", "B", "C", "D"])
        self.assertEqual([line[0] for line in chinese], ["A", "B", "C", "D"])
        end = document.line_ids.warranty_end
        self.assertIn(f"until {end:%m/%d/%Y}.", english[0])
        self.assertIn(f"至 {end:%Y/%m/%d}。", chinese[0])
        self.assertIn(f"{self.reason.with_context(lang='en_US').name}.", english[3])
        self.assertIn("款式变更", chinese[3])
        self.assertNotRegex("".join(english), "[\u4e00-\u9fff]")
        self._age_delivery(self.order, months=13)
        document.action_check_criteria()
        self.assertIn("夹克", document.with_context(lang="zh_CN").criteria_note)
        self.assertIn("Jacket", document.with_context(lang="en_US").criteria_note)
        with self.assertRefused(UserError, "夹克"):
            document.with_context(lang="zh_CN").action_submit()

    def test_findings_stay(self):
        """What was found when it was submitted stays; every finding has words."""
        document = self._return((self.line, 1))
        words = document._get_criteria_words()
        document.action_submit()
        before = document.criteria_note
        self._age_delivery(self.order, months=13)
        document.invalidate_recordset()
        self.assertEqual(document.criteria_note, before)
        for entry in document.criteria_findings:
            self.assertIn(entry["finding"], words)
        with self.assertRaises(AccessError):
            document.criteria_findings = []
        with self.assertRaises(AccessError):
            self._return((self.line, 1), criteria_findings=[{"finding": "in_warranty"}])

    def test_warranty_periods(self):
        """Product before category before company; the last day still counts."""
        category = self.product.categ_id
        document = self._return((self.line, 1))
        delivered = document.line_ids.date_delivered
        for owner, months in (
            (self.company, 12),
            (category, 6),
            (self.product.product_tmpl_id, 3),
        ):
            if owner != self.company:
                owner.write({"warranty_policy": "own", "warranty_months": months})
            document.action_check_criteria()
            end = document.line_ids.warranty_end
            self.assertEqual(
                (end.year - delivered.year) * 12 + end.month - delivered.month, months
            )
        self.product.warranty_policy = "none"
        document.action_check_criteria()
        self.assertEqual(document.warranty_state, "not_met")

    def test_warranty_expired(self):
        """Warranty is compulsory for every reason (RET-12, GAP-34)."""
        self._age_delivery(self.order, months=13)
        document = self._return((self.line, 1))
        self.assertEqual(document.warranty_state, "not_met")
        self.assertEqual(document.other_state, "met")
        with self.assertRefused(UserError, "RET-12"):
            document.action_submit()

    def test_warranty_last_day(self):
        self._age_delivery(self.order, months=12)
        document = self._return((self.line, 1))
        self.assertEqual(document.warranty_state, "met")

    def test_backdating_does_not_help(self):
        """The day judged is today, whatever date the application carries."""
        self._age_delivery(self.order, months=13)
        document = self._return((self.line, 1), date_request="2020-01-01")
        self.assertFalse(document.eligible)

    def test_newest_delivery_first(self):
        """Goods are taken to come from the newest deliveries."""
        self._age_delivery(self.order, months=13)
        newer = self._sell({self.product: 2})
        newer.order_line.move_ids.write({"sale_line_id": self.line.id})
        document = self._return((self.line, 2))
        self.assertEqual(document.warranty_state, "met")
        document.line_ids.quantity = 3
        self.assertEqual(document.warranty_state, "not_met")

    def test_finance(self):
        """Overdue is not enough: the customer must have been asked repeatedly."""
        document = self._return((self.line, 1), reason_id=self.payment.id)
        self.assertEqual(document.finance_state, "not_met")
        self.order.invoice_ids.write({"invoice_date_due": "2020-01-01"})
        document.action_check_criteria()
        self.assertEqual(document.finance_state, "open")
        for _i in range(self.company.return_contact_min):
            document.write(
                {
                    "contact_ids": [
                        Command.create({"kind": "payment", "summary": "No money"})
                    ]
                }
            )
        self.assertEqual(document.finance_state, "met")
        self.assertTrue(document.eligible)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.order.invoice_ids.ids
        ).create({}).action_create_payments()
        document.action_check_criteria()
        self.assertEqual(document.finance_state, "not_met")

    def test_quality_needs_decided_complaint(self):
        document = self._return((self.line, 1), reason_id=self.quality.id)
        self.assertEqual(document.quality_state, "open")
        self.assertFalse(document.eligible)

    def test_override_by_general_manager(self):
        """GAP-34: only the general manager, with a reason, on this request."""
        self._age_delivery(self.order, months=13)
        document = self._return((self.line, 1))
        with self.assertRaises(AccessError):
            document.with_user(self.user_sales_head).action_override_criteria("Please")
        with self.assertRaises(AccessError):
            document.override_reason = "Please"
        with self.assertRaises(AccessError):
            self._return((self.line, 1), override_reason="Please")
        manager = document.with_user(self.user_gm)
        with self.assertRaises(UserError):
            manager.action_override_criteria(" ")
        manager.action_override_criteria("Old friend of the house")
        self.assertEqual(document.override_user_id, self.user_gm)
        document.action_submit()
        self.assertEqual(document.state, "supervisor_audit")

    def test_override_falls_with_the_request(self):
        self._age_delivery(self.order, months=13)
        document = self._return((self.line, 1))
        document.with_user(self.user_gm).action_override_criteria("One piece only")
        document.line_ids.quantity = 2
        self.assertFalse(document.override_user_id)
        with self.assertRaises(UserError):
            document.action_submit()

    def test_not_eligible(self):
        """RET-16: closed with its explanation; not when the standard is met."""
        document = self._return((self.line, 1))
        document.explanation = "Explained by phone"
        with self.assertRefused(UserError, "meets the standard"):
            document.action_not_eligible()
        document.evidence = False
        document.explanation = False
        with self.assertRefused(UserError, "RET-16"):
            document.action_not_eligible()
        document.explanation = "Explained by phone"
        document.action_not_eligible()
        self.assertEqual(document.state, "not_eligible")
        with self.assertRaises(UserError):
            document.action_submit()

    def test_contacts_are_evidence(self):
        document = self._return((self.line, 1))
        contact = self.env["crm.return.contact"].with_user(self.user_sales)
        with self.assertRaises(AccessError):
            contact.create(
                {
                    "return_id": document.id,
                    "summary": "x",
                    "user_id": self.user_gm.id,
                }
            )
        entry = contact.create({"return_id": document.id, "summary": "Talked"})
        with self.assertRaises(UserError):
            entry.summary = "Never talked"
        with self.assertRaises(UserError):
            contact.create(
                {"return_id": document.id, "summary": "x", "date": "2999-01-01"}
            )
