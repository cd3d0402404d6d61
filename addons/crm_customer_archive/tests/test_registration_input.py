"""Bad input of registration and import: named, in one go, nothing half done."""

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import ArchiveCase, credit_code

HEADER = ["name", "is_company", "credit_code", "legal_representative", "birthdate"]


@tagged("post_install", "-at_install")
class TestInput(ArchiveCase):
    def _load(self, header, rows):
        return (
            self.env["res.partner"]
            .with_user(self.user_sales)
            .with_context(import_file=True, default_is_crm_customer=True)
            .load(header, rows)
        )

    def test_long_names(self):
        """10,000 characters are refused on every path, naming field and limit."""
        long = "甲" * 10000
        for name in ("name", "legal_representative", "street", "main_contact_name"):
            with self.assertRaisesRegex(ValidationError, "10000 characters"):
                self._make_customer(**{name: long})
        customer = self._make_customer()
        for name in ("name", "legal_representative", "phone", "wechat"):
            with self.assertRaisesRegex(ValidationError, "10000 characters"):
                customer.with_user(self.user_sales).write({name: long})
        with self.assertRaisesRegex(ValidationError, "10000 characters"):
            customer.child_ids = [Command.create({"name": long})]
        with self.assertRaisesRegex(ValidationError, "10000 characters"):
            customer.main_contact_id.name = long
        with self.assertRaisesRegex(ValidationError, "no text"):
            customer.legal_representative = "a\x00b"
        self.env.cr.execute("SELECT max(length(name)) FROM res_partner")
        self.assertLess(self.env.cr.fetchone()[0], 600)

    def test_html_and_sql(self):
        """They are kept as the text they are, and shown as text."""
        evil = "<script>alert(1)</script>'; DROP TABLE res_partner; --"
        customer = self._make_customer(
            name=evil, legal_representative=evil, street=evil
        )
        self.assertEqual(customer.name, evil)
        warning = self.env["res.partner"].find_duplicates(
            {"name": evil, "phone": "'; --", "credit_code": "%s"}
        )
        self.assertEqual(warning[0]["name"], evil)
        html = (
            self.env["ir.actions.report"]
            .with_user(self.user_sales)
            ._render_qweb_html(
                "crm_customer_archive.report_customer_registration", customer.ids
            )[0]
            .decode()
        )
        self.assertNotIn("<script>alert(1)", html)
        self.assertIn("&lt;script&gt;alert(1)", html)

    def test_three_errors_are_all_named(self):
        """Wrong code, long name, future date: one row, three messages, no record."""
        before = self.env["res.partner"].search_count([])
        result = self._load(
            HEADER,
            [
                ["Good Ltd", "1", credit_code(50), "马建国", ""],
                ["甲" * 10000, "1", "1234", "马建国", "2999-01-01"],
            ],
        )
        self.assertFalse(result["ids"])
        self.assertEqual(self.env["res.partner"].search_count([]), before)
        message = "\n".join(m["message"] for m in result["messages"])
        for words in ("10000 characters", "“1234”", "lies in the future"):
            self.assertIn(words, message)

    def test_unknown_names_beside_other_errors(self):
        """What cannot be found and what is wrong are both said."""
        result = self._load(
            [*HEADER, "enterprise_type_id", "source_id"],
            [
                [
                    "Bad Ltd",
                    "1",
                    "1234",
                    "马建国",
                    "",
                    "No Such Type",
                    "No Such Source",
                ],
            ],
        )
        self.assertFalse(result["ids"])
        message = "\n".join(m["message"] for m in result["messages"])
        for words in ("No Such Type", "No Such Source", "“1234”"):
            self.assertIn(words, message)
