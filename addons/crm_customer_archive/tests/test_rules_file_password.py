"""Files given out under a data request carry a password (GAP-54)."""

import io
from unittest.mock import patch

from msoffcrypto.exceptions import InvalidKeyError
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl import load_workbook
from pypdf import PdfReader, PdfWriter

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models.customer_file import customer_file
from .common import ArchiveCase
from .test_access_request import ENCRYPTED, RequestMixin


def opened(content, password):
    file = OOXMLFile(io.BytesIO(content))
    file.load_key(password=password, verify_password=True)
    plain = io.BytesIO()
    file.decrypt(plain)
    return load_workbook(plain)


@tagged("post_install", "-at_install")
class TestFilePassword(RequestMixin, ArchiveCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_request()
        cls.parts = cls.env["crm.data.field.set"].search([]).mapped("code")

    def _electronic(self, **vals):
        return self._granted(
            form="electronic", customer_ids=self.mine.ids, parts=self.parts, **vals
        )

    def test_workbook_is_encrypted(self):
        """The list opens with the password shown, and with no other."""
        request = self._electronic().with_user(self.user_sales)
        files = self.mine.with_user(self.user_sales)
        self.assertTrue(request.file_password_needed)
        with self.assertRaisesRegex(UserError, "GAP-54"):
            files._xlsx_file()
        action = request.action_take_file_password()
        first = action["params"]["message"].split(" ")[0]
        self.assertTrue(action["params"]["sticky"])
        _name, content = files._xlsx_file()
        self.assertEqual(content[:4], ENCRYPTED)
        self.assertEqual(opened(content, first).active.max_row, 2)
        second = request.take_file_password()
        self.assertNotEqual(first, second)
        _name, newer = files._xlsx_file()
        self.assertEqual(opened(newer, second).active.max_row, 2)
        with self.assertRaises(InvalidKeyError):
            opened(newer, first)
        self.assertEqual(opened(content, first).active.max_row, 2)

    def test_shown_to_the_holder_only(self):
        """Nobody else takes it, nobody reads it, it is nowhere in clear."""
        request = self._electronic()
        for user in (self.user_sales2, self.user_specialist, self.marketing):
            with self.assertRaises(AccessError):
                request.with_user(user).take_file_password()
        password = request.with_user(self.user_sales).take_file_password()
        for user in (self.user_sales, self.user_admin, self.user_gm):
            with self.assertRaises(AccessError):
                request.with_user(user).read(["file_password_sealed"])
        with self.assertRaises(AccessError):
            request.with_user(self.user_sales).write({"file_password_sealed": "x"})
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT file_password_sealed FROM crm_data_request WHERE id = %s",
            [request.id],
        )
        self.assertNotIn(password, self.env.cr.fetchone()[0])
        for text in request.message_ids.mapped("body"):
            self.assertNotIn(password, text)
        request.with_user(self.marketing).action_revoke()
        self.assertFalse(request.sudo().file_password_sealed)
        with self.assertRaises(UserError):
            request.with_user(self.user_sales).take_file_password()

    def test_other_forms(self):
        """On paper and on screen there is no file; rows for programs are no file."""
        for form in ("screen", "paper"):
            request = self._granted(form=form, customer_ids=self.mine.ids)
            self.assertFalse(request.file_password_needed)
            with self.assertRaisesRegex(UserError, "ARC-199"):
                request.with_user(self.user_sales).take_file_password()
        self._electronic()
        files = self.mine.with_user(self.user_sales)
        self.assertTrue(files.export_data(["phone"])["datas"])
        for kind in ("csv", "vcard"):
            with self.assertRaisesRegex(UserError, "Excel"), customer_file(kind):
                files.export_data(["phone"])

    def test_pdf_is_encrypted(self):
        """A form printed under the request opens with the password shown alone."""
        printed = PdfWriter()
        printed.add_blank_page(width=321, height=123)
        page = io.BytesIO()
        printed.write(page)
        request = self._granted(form="electronic").with_user(self.user_sales)
        report = self.env["ir.actions.report"].with_user(self.user_sales)
        report = report.with_context(force_report_rendering=True)
        form = "crm_customer_archive.action_report_customer_contacts"
        with patch.object(
            type(report), "_run_wkhtmltopdf", lambda *args, **kw: page.getvalue()
        ):
            with self.assertRaisesRegex(UserError, "GAP-54"):
                report._render_qweb_pdf(form, self.other.ids)
            password = request.take_file_password()
            sealed, kind = report._render_qweb_pdf(form, self.other.ids)
            # What is printed freely is no file handed out under the request.
            free, _kind = report._render_qweb_pdf(form, self.mine.ids)
        self.assertEqual(kind, "pdf")
        reader = PdfReader(io.BytesIO(sealed))
        self.assertTrue(reader.is_encrypted)
        self.assertFalse(reader.decrypt(f"{password}x"))
        self.assertTrue(reader.decrypt(password))
        self.assertEqual(reader.pages[0].mediabox.width, 321)
        self.assertFalse(PdfReader(io.BytesIO(free)).is_encrypted)

    def test_levels_are_data(self):
        """A level without password lets files out in clear, in any format."""
        self._electronic()
        self.mine._confidentiality_level().file_password = False
        files = self.mine.with_user(self.user_sales)
        _name, content = files._xlsx_file()
        self.assertEqual(content[:2], b"PK")
        with customer_file("csv"):
            self.assertTrue(files.export_data(["phone"])["datas"])

    def test_lists_of_documents(self):
        """A list of orders that carries customer data is sealed too."""
        request = self._electronic().with_user(self.user_sales)
        order = self.env["sale.order"].create({"partner_id": self.mine.id})
        order = order.with_user(self.user_sales)
        order.sudo().user_id = self.user_sales
        password = request.take_file_password()
        with customer_file("xlsx") as file:
            order.export_data(["name", "partner_id/phone"])
        self.assertEqual(file.password, password)
        with customer_file("xlsx") as file:
            order.export_data(["name", "partner_id/name"])
        self.assertFalse(file.password)
