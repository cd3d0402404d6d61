"""Erasing a person reaches the texts of this addon and waits for what is open."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.crm_customer_archive.tests.erase_common import EraseMixin

from .common import ComplaintCase

NAME = "欧阳慧敏"


@tagged("post_install", "-at_install")
class TestErase(EraseMixin, ComplaintCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact = cls.env["res.partner"].create(
            {"name": NAME, "parent_id": cls.customer.id, "phone": "13987654321"}
        )

    def test_open_complaint_stands_in_the_way(self):
        complaint = self._complaint(contact_id=self.contact.id)
        with (
            self.assertRaisesRegex(UserError, "Complaints not closed: "),
            self.env.cr.savepoint(),
        ):
            self._ask(self.contact)
        complaint.with_user(self.user_sales).action_cancel()
        self._ask(self.contact)

    def test_texts_of_complaints(self):
        """What the person said stays, who said it does not."""
        complaint = self._complaint(
            contact_id=self.contact.id, description=f"{NAME} found open seams"
        )
        complaint.message_post(body=f"Rang {NAME} at 139 8765 4321")
        self.env["ir.attachment"].create(
            {
                "name": f"{NAME}.txt",
                "raw": b"photo",
                "res_model": "crm.complaint",
                "res_id": complaint.id,
            }
        )
        complaint.with_user(self.user_sales).action_cancel()
        self._erase(self.contact)
        self.assertEqual(complaint.description, "*** found open seams")
        self.assertFalse(self._left_over(NAME, "139 8765 4321", "13987654321"))
