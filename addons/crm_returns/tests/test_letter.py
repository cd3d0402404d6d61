"""Talks before a decision, copies after it, and what the customer is told."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ReturnCase


@tagged("post_install", "-at_install")
class TestLetter(ReturnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell({cls.product: 10})
        cls.line = cls.order.order_line
        cls.company.return_persuasion_min = 1
        cls.customer.email = "buyer@customer.example"
        cls.document = cls._return((cls.line, 2))

    def _mails(self):
        return self.env["mail.mail"].search(
            [
                ("model", "=", "crm.return"),
                ("res_id", "=", self.document.id),
                ("email_to", "=", "buyer@customer.example"),
            ]
        )

    def test_talks_before_the_general_manager(self):
        """RET-18 to RET-20: nobody passes it on before the customer was talked to."""
        document = self.document
        document.action_submit()
        document.with_user(self.user_sales_head).action_approve()
        marketing = document.with_user(self.user_marketing_head)
        with self.assertRefused(UserError, "RET-18"):
            marketing.action_approve()
        marketing.record_contact("review", "Gone through with service and sales")
        with self.assertRefused(UserError, "0 of 1"):
            marketing.action_approve()
        with self.assertRaises(AccessError):
            document.with_user(self.user_gm).action_approve()
        talk = marketing.record_contact("persuasion", "Offered a discount", "insists")
        self.assertEqual(
            self.env["crm.return.contact"].browse(talk).user_id,
            self.user_marketing_head,
        )
        marketing.action_approve()
        self.assertEqual(document.state, "general_manager")
        document.with_user(self.user_gm).action_reject("Too old a machine")
        self.assertEqual(document.state, "refused")

    def test_bad_talks(self):
        for args in (
            ("shouting", "x"),
            ("persuasion", " "),
            ("persuasion", "x", "maybe"),
            ("persuasion", "x", "insists", "2999-01-01"),
        ):
            with self.assertRaises(UserError):
                self.document.record_contact(*args)

    def test_copies_are_rights(self):
        """RET-22: production control and finance read what is approved."""
        self.company.return_persuasion_min = 0
        user = self.user_accounting
        found = self.Return.with_user(user).search([("id", "=", self.document.id)])
        self.assertFalse(found)
        self._approve(self.document)
        self.assertEqual(
            set(self.document.copy_department_ids.mapped("policy_code")),
            {"pmc", "accounting"},
        )
        mine = self.document.with_user(user)
        self.assertEqual(mine.line_ids.quantity, 2)
        with self.assertRaises(AccessError):
            mine.handling_method = "Scrap"
        with self.assertRaises(AccessError):
            mine.copy_department_ids = False
        self.document.line_ids.quantity = 1
        self.assertFalse(self.document.copy_department_ids)

    def test_customer_is_told(self):
        """GAP-35: refused with a reason; the customer has an answer of his own."""
        self.customer.lang = "en_US"
        document = self.document
        document.action_submit()
        with self.assertRaises(UserError):
            document.action_tell_customer("Sorry")
        document.with_user(self.user_sales_head).action_reject("He bargains")
        self.assertTrue(document.letter_due)
        activity = document.activity_ids
        self.assertEqual(activity.user_id, self.user_sales)
        with self.assertRaises(UserError):
            document.action_tell_customer(" ")
        with self.assertRaises(UserError):
            document.action_tell_customer("Sorry", "pigeon")
        with self.assertRaises(AccessError):
            document.with_user(self.user_sales2).action_tell_customer("Sorry")
        document.action_tell_customer("The goods are worn.")
        mail = self._mails()
        self.assertEqual(len(mail), 1)
        self.assertIn("The goods are worn.", mail.body_html)
        self.assertIn("regret", mail.body_html)
        self.assertNotIn("He bargains", mail.body_html)
        self.assertFalse(document.letter_due)
        self.assertFalse(document.activity_ids)
        with self.assertRaises(AccessError):
            document.letter_text = "Something else"

    def test_letter_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        template = self.env.ref("crm_returns.mail_template_letter")
        template.with_context(lang="zh_CN").subject = "退货申请 {{ object.name }}"
        self.customer.lang = "zh_CN"
        self.document.action_withdraw_return("He keeps them")
        self.assertTrue(self.document.letter_due)
        self.document.action_tell_customer("感谢您的理解。")
        self.assertEqual(self._mails().subject, f"退货申请 {self.document.name}")

    def test_letter_on_paper(self):
        self.customer.email = False
        self.document.write({"evidence": False, "explanation": "Not a fault"})
        self.document.action_not_eligible()
        with self.assertRefused(UserError, "no e-mail"):
            self.document.action_tell_customer("Not a fault")
        wizard = (
            self.env["crm.return.comment"]
            .with_user(self.user_sales)
            .with_context(default_return_id=self.document.id, default_step="tell")
            .create({})
        )
        self.assertEqual((wizard.comment, wizard.channel), ("Not a fault", "paper"))
        action = wizard.action_confirm()
        self.assertEqual(action["report_name"], "crm_returns.report_letter")
        self.assertFalse(self._mails())
        self.assertEqual(self.document.letter_channel, "paper")

    def test_withdraw_after_inspection_ordered(self):
        """The customer may still keep the goods until they are collected."""
        self.company.return_persuasion_min = 0
        self.assertEqual(self.document._letter_outcome(), "open")
        document = self._approve(self.document)
        self.assertEqual(document._letter_outcome(), "accepted")
        document.action_withdraw_return("Repaired on the spot")
        self.assertEqual(document._letter_outcome(), "kept")
        self.assertEqual(document.state, "withdrawn")
        self.assertEqual(document.line_ids.qty_approved, 0)
        self.assertEqual(document.contact_ids.outcome, "gives_up")
