"""A data request on screen: its reader sees what may be read of it, and no more."""

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import ArchiveCase
from .test_access_request import RequestMixin

SHOWN = {
    "visible_partner_ids": {"fields": {"name": {}}},
    "visible_scope_ids": {"fields": {"name": {}}},
}


@tagged("post_install", "-at_install")
class TestRequestScreen(RequestMixin, ArchiveCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_request()

    def _shown(self, request, user):
        [row] = request.with_user(user).web_read(SHOWN)
        return tuple(
            [file["name"] for file in row[name]]
            for name in ("visible_partner_ids", "visible_scope_ids")
        )

    def test_asked_for_by_number(self):
        """A form names a colleague's customer by number, and shows no name of it."""
        Request = self.env["crm.data.request"].with_user(self.user_sales)
        numbers = f" {self.other.customer_number}，{self.mine.customer_number};"
        with Form(Request) as form:
            form.purpose = "联合促销"
            form.date_to = fields.Date.add(self.today, days=7)
            form.field_set_ids.add(self.env["crm.data.field.set"].search([], limit=1))
            form.customer_numbers = numbers
        request = form.record
        self.assertEqual(request.sudo().partner_ids, self.other | self.mine)
        self.env.invalidate_all()
        self.assertEqual(self._shown(request, self.user_sales), (["Own Mill Ltd"], []))
        asked, _scope = self._shown(request, self.marketing)
        self.assertEqual(set(asked), {"Own Mill Ltd", "Other Mill Ltd"})

    def test_number_of_nobody(self):
        request = self.env["crm.data.request"].with_user(self.user_sales)
        vals = {"purpose": "x", "date_to": self.today, "customer_numbers": "KH1"}
        with self.assertRaisesRegex(UserError, "KH1"):
            request.create(vals)

    def test_hidden_files_stay_asked_for(self):
        """Who takes own customers off the list does not touch those not seen."""
        request = self._request(customer_ids=(self.other | self.mine).ids)
        request.action_withdraw_approval("x")
        request.visible_partner_ids = False
        self.assertEqual(request.sudo().partner_ids, self.other)

    def test_scope_shown_while_it_is_granted(self):
        """The form opens before, in and after the grant."""
        request = self._granted()
        self.env.invalidate_all()
        granted = (["Other Mill Ltd"], ["Other Mill Ltd"])
        self.assertEqual(self._shown(request, self.user_sales), granted)
        request.with_user(self.marketing).action_revoke()
        self.env.invalidate_all()
        self.assertEqual(self._shown(request, self.user_sales), ([], []))
