"""The values of the file: codes, names, managers, foreign or not, duplicates."""

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .common import ArchiveCase, credit_code


@tagged("post_install", "-at_install")
class TestCustomerData(ArchiveCase):
    def test_credit_code_normalised(self):
        """Full-width, lower-case and spaced codes are one code."""
        code = credit_code(7)
        typed = " ".join((code[:2], code[2:8], code[8:].lower()))
        customer = self._make_customer(credit_code=typed)
        self.assertEqual(customer.credit_code, code)
        self.assertEqual(customer.vat, code)
        wide = "".join(chr(ord(char) + 0xFEE0) for char in credit_code(8))
        customer.credit_code = wide
        self.assertEqual(customer.credit_code, credit_code(8))

    def test_credit_code_wrong(self):
        """A wrong check character, length or letter is refused on every path."""
        good = credit_code(7)
        customer = self._make_customer(credit_code=good)
        swapped = good[:-1] + ("A" if good[-1] != "A" else "B")
        for wrong in (swapped, good[:17], good + "1", "91640100MAIOSVZ4D4"):
            with self.assertRaisesRegex(ValidationError, "social credit code"):
                customer.credit_code = wrong
            with self.assertRaisesRegex(ValidationError, "social credit code"):
                self._make_customer(name="Wrong Ltd", credit_code=wrong)

    def test_credit_code_unique(self):
        """One code, one customer per company; the error names the first."""
        first = self._make_archived_customer(number=5)
        with self.assertRaisesRegex(ValidationError, first.customer_number):
            self._make_customer(user=self.user_sales2, name="Twin Ltd", number=5)
        second = self._make_customer(name="Twin Ltd", number=6)
        with self.assertRaisesRegex(ValidationError, "already belongs"):
            second.credit_code = credit_code(5)
        with self.assertRaisesRegex(ValidationError, "twice"):
            self.env["res.partner"].create(
                [
                    self._customer_vals(name="A Ltd", number=9),
                    self._customer_vals(name="B Ltd", number=9),
                ]
            )
        elsewhere = self.env["res.partner"].create(
            self._customer_vals(number=5, company_id=self.other_company.id)
        )
        self.assertEqual(elsewhere.credit_code, first.credit_code)
        with self.assertRaisesRegex(ValidationError, "already belongs"):
            elsewhere.company_id = False

    def test_full_names(self):
        """A surname with a title is no full name (ARC-82)."""
        is_full = self.env["res.partner"]._is_full_name
        for name in (
            "马晓燕",
            "王伟",
            "欧阳修",
            "王小明经理",
            "John Smith",
            "Mr. A. Lee",
        ):
            self.assertTrue(is_full(name), name)
        for name in ("", "王", "王总", "李经理", "欧阳先生", "欧阳", "Mr. Lee", "Lee"):
            self.assertFalse(is_full(name), name)
        with self.assertRaisesRegex(ValidationError, "王总"):
            self._make_customer(number=2, main_contact_name="王总")
        customer = self._make_customer()
        with self.assertRaisesRegex(ValidationError, "李经理"):
            customer.child_ids = [Command.create({"name": "李经理"})]
        # addresses have no person's name, other companies' contacts no rule
        customer.child_ids = [Command.create({"name": "仓库", "type": "delivery"})]
        self.env["res.partner"].create({"name": "Cher"})

    def test_main_contact_is_a_real_contact(self):
        """The form's contact fields live on a contact of the customer."""
        customer = self._make_customer()
        contact = customer.main_contact_id
        self.assertEqual(contact.parent_id, customer)
        self.assertFalse(contact.is_crm_customer)
        self.assertEqual(contact.function, "采购经理")
        customer.main_contact_phone = "13800000000"
        self.assertEqual(contact.phone, "13800000000")
        contact.name = "马晓红"
        self.assertEqual(customer.main_contact_name, "马晓红")
        other = self._make_customer(name="Other Ltd", number=2)
        with self.assertRaises(ValidationError):
            customer.main_contact_id = other.main_contact_id
        with self.assertRaisesRegex(ValidationError, "full name"):
            self._make_customer(name="No Name Ltd", number=3, main_contact_name=False)

    def test_two_account_managers(self):
        with self.assertRaisesRegex(ValidationError, "second account manager"):
            self._make_customer(second_user_id=self.user_sales.id)

    def test_foreign(self):
        """By country, unless stated otherwise; contacts as their company."""
        customer = self._make_customer()
        self.assertFalse(customer.is_foreign)
        customer.country_id = self.env.ref("base.de")
        self.assertTrue(customer.is_foreign)
        self.assertTrue(customer.main_contact_id.is_foreign)
        customer.foreign_override = "domestic"
        self.assertFalse(customer.is_foreign)
        customer.country_id = self.env.ref("base.cn")
        customer.foreign_override = "foreign"
        self.assertTrue(customer.is_foreign)

    def test_duplicates_are_shown(self):
        """Same name or phone warns; the manager decides (GAP-83)."""
        first = self._make_archived_customer(phone="0951-5012345")
        second = self._make_customer(
            user=self.user_sales2, number=2, phone="0951-5012345"
        )
        warning = second.with_user(self.user_sales2).duplicate_warning
        self.assertIn("Same Name", warning)
        self.assertIn("Same Phone", warning)
        self.assertIn(first.customer_number, warning)
        self.assertFalse(first.duplicate_warning)
        second.with_user(self.user_sales2).action_submit()
        second.with_user(self.user_sales_head).action_approve("Two branches")
        self.assertEqual(second.state, "archived")

    def test_form(self):
        """The form makes a customer of the person using it, not of its contacts."""
        Partner = self.env["res.partner"].with_user(self.user_sales)
        form = Form(
            Partner.with_context(default_is_crm_customer=True, default_is_company=True),
            "crm_customer_archive.res_partner_view_form_customer",
        )
        self.assertEqual(form.state, "draft")
        form.name = "Form Ltd"
        form.main_contact_name = "马晓燕"
        customer = form.save()
        customer.with_context(
            default_is_crm_customer=True, default_is_company=True
        ).child_ids = [Command.create({"name": "张晓红"})]
        self.assertFalse(customer.child_ids.filtered("is_company"))
        self.assertEqual(customer.child_ids.crm_customer_id, customer)
        self.assertEqual(customer.state, "draft")
        self.assertEqual(customer.user_id, self.user_sales)
        self.assertEqual(customer.company_id, self.company)
        self.assertFalse(customer.main_contact_id.is_crm_customer)

    def test_reports(self):
        """Both forms print what the file holds, for customers only."""
        customer = self._make_archived_customer()
        plain = self.env["res.partner"].create({"name": "Plain Contact"})
        Report = self.env["ir.actions.report"].with_user(self.user_sales)
        for name in ("report_customer_list", "report_customer_registration"):
            html = Report._render_qweb_html(
                f"crm_customer_archive.{name}", (customer | plain).ids
            )[0].decode()
            for value in (
                customer.customer_number,
                customer.credit_code,
                "马建国",
                "马晓燕",
                "银川市解放东街1号",
            ):
                self.assertIn(value, html, name)
            self.assertNotIn("Plain Contact", html, name)

    def test_tables_of_choices(self):
        """The five intermediary kinds and the other lists come as data."""
        kinds = self.env["crm.intermediary.type"].search([])
        self.assertEqual(
            set(kinds.mapped("code")),
            {"distributor", "agent", "dealer", "wholesaler", "retailer"},
        )
        prospects = self.env["crm.customer.stage"].search([("is_prospect", "=", True)])
        self.assertIn("potential", prospects.mapped("code"))
        field = self.env["crm.customer.required.field"]
        with self.assertRaises(ValidationError):
            field.create(
                {
                    "profile_id": self.env.ref("crm_policy.profile_mag").id,
                    "field_id": self.env.ref("base.field_res_users__login").id,
                }
            )
