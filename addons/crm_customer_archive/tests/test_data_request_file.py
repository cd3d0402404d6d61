"""The workbook a data request gives out: to its holder, in its scope, in its time."""

import io

from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl import load_workbook

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.crm_policy.tests.common import PASSWORD, RpcAbuseCase

from .common import ArchiveCase
from .test_access_request import ENCRYPTED, RequestMixin


@tagged("post_install", "-at_install")
class TestDataRequestFile(RequestMixin, ArchiveCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_request()
        # The granted request is the right; Odoo's own export right is not needed.
        cls.user_sales.group_ids -= cls.env.ref("base.group_allow_export")
        cls.env["crm.confidentiality.level"].search([]).file_password = False

    def _workbook(self, request, password=None):
        name, content = request.with_user(self.user_sales)._xlsx_file()
        self.assertEqual(name, f"{request.name}.xlsx")
        if password:
            self.assertEqual(content[:4], ENCRYPTED)
            plain = io.BytesIO()
            file = OOXMLFile(io.BytesIO(content))
            file.load_key(password=password)
            file.decrypt(plain)
            content = plain.getvalue()
        return load_workbook(io.BytesIO(content))

    def test_scope_and_parts(self):
        """Only the files and the parts granted stand in it; the export is logged."""
        request = self._granted(
            form="electronic", customer_ids=(self.mine | self.other).ids, parts=[]
        )
        sheet = self._workbook(request).active
        self.assertIn(request.name, sheet.oddFooter.left.text)
        rows = list(sheet.values)
        self.assertEqual(
            [row[1] for row in rows[1:]], ["Own Mill Ltd", self.other.name]
        )
        self.assertEqual(len(rows[0]), 4)
        wider = self._granted(form="electronic", parts=["address", "contact"])
        book = self._workbook(wider)
        rows = list(book.active.values)
        self.assertIn("吴忠市", rows[1])
        self.assertNotIn(self.mine.name, rows[1])
        self.assertEqual(len(book.sheetnames), 2)
        contact = self.other.main_contact_id
        self.assertIn(contact.name, list(book.worksheets[1].values)[1])
        log = self.env["crm.access.log"].search(
            [("kind", "=", "export"), ("request_id", "=", wider.id)]
        )
        self.assertEqual(log.user_id, self.user_sales)

    def test_password(self):
        """Files of a level with a password are encrypted with the one taken."""
        self.env["crm.confidentiality.level"].search([]).file_password = True
        request = self._granted(form="electronic")
        with self.assertRaisesRegex(UserError, "GAP-54"):
            self._workbook(request)
        password = request.with_user(self.user_sales).take_file_password()
        rows = list(self._workbook(request, password).active.values)
        self.assertEqual(rows[1][1], self.other.name)

    def test_nobody_else_and_not_later(self):
        request = self._granted(form="electronic")
        for user in (self.user_sales_head, self.user_specialist, self.user_admin):
            with self.assertRaises(UserError):
                request.with_user(user).action_download_file()
            with self.assertRaises(UserError):
                request.with_user(user)._xlsx_file()
        with self.assertRaisesRegex(UserError, "ARC-199"):
            self._granted(form="screen").with_user(
                self.user_sales
            ).action_download_file()
        action = request.with_user(self.user_sales).action_download_file()
        self.assertTrue(action["url"].endswith(f"crm.data.request/{request.id}"))
        request._write_guarded({"access_end": fields.Datetime.now()})
        with self.assertRaises(UserError):
            request.with_user(self.user_sales)._xlsx_file()


@tagged("post_install", "-at_install")
class TestDataRequestFileHttp(RequestMixin, RpcAbuseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_request()

    def test_route(self):
        self.env["crm.confidentiality.level"].search([]).file_password = False
        request = self._granted(form="electronic")
        self.env.flush_all()
        path = f"/crm_customer_archive/xlsx/crm.data.request/{request.id}"
        self.authenticate("user_sales", PASSWORD)
        answer = self.url_open(path)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.content[:2], b"PK")
        self.authenticate("user_sales2", PASSWORD)
        with mute_logger("odoo.http"):
            self.assertGreaterEqual(self.url_open(path).status_code, 400)
