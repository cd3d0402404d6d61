"""Customers that may be registered already, as typed (GAP-83, GAP-50)."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import ArchiveCase, credit_code


@tagged("post_install", "-at_install")
class TestSimilar(ArchiveCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls._make_archived_customer(
            name="银川华泰服装贸易有限公司", phone="0951-5012345"
        )
        cls.Partner = cls.env["res.partner"]

    def _draft(self, number=2, user=None, **vals):
        vals.setdefault("name", "别的公司")
        vals.setdefault("main_contact_phone", "13300000001")
        return self._make_customer(
            user=user or self.user_sales2, number=number, **vals
        ).with_user(user or self.user_sales2)

    def test_names(self):
        """Similar by trigrams whatever the database's locale says of letters."""
        for name, found in (
            ("银川华泰服装贸易有限责任公司", True),
            ("银川市华泰服装贸易公司", True),
            ("银川华泰服饰贸易有限公司", True),
            ("兰州宏达机械制造有限公司", False),
            ("银川市第一人民医院", False),
        ):
            rows = self.Partner.with_user(self.user_sales2).find_duplicates(
                {"name": name}
            )
            self.assertEqual(bool(rows), found, f"{name}: {rows}")
        self.company.duplicate_similarity = 0.95
        self.env.flush_all()
        self.assertFalse(
            self.Partner.with_user(self.user_sales2)
            .with_company(self.company)
            .find_duplicates({"name": "银川华泰服饰贸易有限公司"})
        )

    def test_latin_names(self):
        self._make_customer(name="Yinchuan Garments Trading Co., Ltd.", number=9)
        rows = self.Partner.find_duplicates({"name": "YINCHUAN GARMENTS TRADING"})
        self.assertEqual(rows[0]["similarity"], 1.0)

    def test_phone_numbers(self):
        """One number, however it is written."""
        key = self.Partner._phone_key
        for written in (
            "0951-5012345",
            "+86 951 5012345",
            "0086-951-5012345",
            "(0951) 501 2345",
            "０９５１－５０１２３４５",
            "0951-5012345-801",
            "0951-5012345 转 801",
            "0951-5012345 ext. 8",
            "0951-5012345 / 13895001234",
        ):
            self.assertEqual(key(written), "09515012345", written)
        for written in ("13895001234", "+86 138 9500 1234", "86-13895001234"):
            self.assertEqual(key(written), "13895001234", written)
        self.assertEqual(key("+49 951 5012345"), "+499515012345")
        self.assertEqual(key("0049 951 5012345"), "+499515012345")
        for nothing in ("", False, "-", "12", "无"):
            self.assertFalse(key(nothing), nothing)

    def test_contact_phone_counts(self):
        """The phone of a colleague's contact tells the file."""
        draft = self._draft(main_contact_phone="+86 138-9500-1234")
        self.assertIn(self.first.name, draft.duplicate_warning)
        self.assertIn("Same Phone", draft.duplicate_warning)

    def test_as_typed(self):
        """The form warns before anything is saved."""
        form = Form(
            self.Partner.with_user(self.user_sales2).with_context(
                default_is_crm_customer=True, default_is_company=True
            ),
            "crm_customer_archive.res_partner_view_form_customer",
        )
        form.name = "银川华泰服装贸易"
        self.assertIn(self.first.customer_number, form.duplicate_warning)
        self.assertIn(self.user_sales.name, form.duplicate_warning)
        form.name = "石嘴山煤业"
        self.assertFalse(form.duplicate_warning)
        form.credit_code = credit_code(1).lower()
        self.assertIn("Same Unified", form.duplicate_warning)

    def test_only_name_and_owner(self):
        """Nothing else of a colleague's customer is told (GAP-50)."""
        [row] = self.Partner.with_user(self.user_sales2).find_duplicates(
            {"phone": "09515012345", "name": self.first.name}
        )
        self.assertEqual(
            set(row), {"name", "number", "account_manager", "matches", "similarity"}
        )
        self.assertEqual(row["matches"], ["name", "phone"])
        with self.assertRaises(AccessError):
            self.first.with_user(self.user_sales2).read(["phone"])

    def test_other_company(self):
        elsewhere = self.Partner.with_user(self.user_other_company).with_context(
            allowed_company_ids=self.other_company.ids
        )
        self.assertFalse(elsewhere.find_duplicates({"name": self.first.name}))

    def test_decided_not_the_same(self):
        """Once the head has told them apart nobody is warned, either way round."""
        draft = self._draft(name=self.first.name)
        self.assertTrue(draft.duplicate_warning)
        with self.assertRaises(AccessError):
            draft.decide_not_duplicate(self.first.ids, "Mine")
        head = draft.with_user(self.user_sales_head)
        with self.assertRaises(UserError):
            head.decide_not_duplicate(self.first.ids, " ")
        with self.assertRaises(UserError):
            head.decide_not_duplicate(draft.ids, "Itself")
        with self.assertRaises(UserError):
            head.decide_not_duplicate(draft.main_contact_id.ids, "No customer")
        action = head.action_review_duplicates()
        wizard = (
            self.env["crm.customer.duplicate.review"]
            .with_user(self.user_sales_head)
            .with_context(**action["context"])
            .create({"reason": "Another town"})
        )
        self.assertEqual(wizard.line_ids.other_res_id, self.first.id)
        wizard.line_ids.not_same = True
        wizard.action_confirm()
        wizard.action_confirm()
        draft.invalidate_recordset()
        self.assertFalse(draft.duplicate_warning)
        decision = self.env["crm.customer.duplicate.decision"].search([])
        self.assertEqual(decision.decided_by_id, self.user_sales_head)
        self.assertEqual(decision.other_name, self.first.name)
        vals = {
            "customer_id": self.first.id,
            "other_id": draft.id,
            "reason": "Forged",
            "decided_by_id": self.user_director.id,
        }
        for user in (self.user_sales, self.user_sales_head, self.user_admin):
            theirs = decision.with_user(user)
            with self.assertRaises(AccessError):
                theirs.write({"reason": "Forged"})
            with self.assertRaises(AccessError):
                theirs.unlink()
            with self.assertRaises(AccessError):
                theirs.create(vals)

    def test_approval_is_a_decision(self):
        """Who approves beside the warning has decided it."""
        draft = self._draft(name=self.first.name)
        draft.action_submit()
        draft.with_user(self.user_sales_head).action_approve("Two branches")
        decision = self.env["crm.customer.duplicate.decision"].search(
            [("customer_id", "=", draft.id)]
        )
        self.assertEqual(decision.other_id, self.first)

    def test_one_query_for_many(self):
        """Many forms are compared in as many queries as one."""
        names = ["银川华泰服装", "兰州宏达机械", "西宁商贸", "中卫枸杞", "固原土豆"]
        drafts = self.Partner
        for index, name in enumerate(names, 20):
            drafts |= self._draft(number=index, name=name).sudo()
        self.env.flush_all()
        drafts._find_similar()
        drafts.invalidate_recordset()
        drafts.mapped("main_contact_phone")
        drafts.child_ids.mapped("phone")
        with self.assertQueryCount(12):
            drafts._find_similar()

    def test_contacts_and_plain_partners_have_no_key(self):
        plain = self.Partner.create({"name": "银川华泰服装贸易有限公司"})
        self.assertFalse(plain.customer_name_key)
        self.first.child_ids = [Command.create({"name": "张晓红", "phone": "12345678"})]
        self.assertFalse(self.first.child_ids.mapped("customer_name_key")[0])

    def test_classified_customer(self):
        """Of a classified file nobody learns more than whom to ask (ARC-213)."""
        level = self.env["crm.confidentiality.level"].search(
            [("classified", "=", True)], limit=1
        )
        self.first.sudo().confidentiality_level_id = level
        [row] = self.Partner.with_user(self.user_sales2).find_duplicates(
            {"name": self.first.name}
        )
        self.assertEqual(row["name"], "a classified customer")
        self.assertFalse(row["number"])
        self.assertEqual(row["account_manager"], self.user_sales.name)
