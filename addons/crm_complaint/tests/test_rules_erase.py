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

    def test_retention(self):
        """A complaint closed long ago forgets who complained; accounting is kept."""
        complaints = self.env["crm.complaint"]
        for _number in range(2):
            complaints |= self._complaint(
                contact_id=self.contact.id,
                complainant_name="诸葛先生",
                description=f"{NAME} and 诸葛先生 found open seams",
            )
        for complaint in complaints:
            complaint.with_user(self.user_sales).action_cancel()
        plain, booked = complaints
        journal = self.env["account.journal"].create(
            {
                "name": "Sales",
                "code": "ERA",
                "type": "sale",
                "company_id": self.company.id,
            }
        )
        self.env["account.move"].create(
            {
                "journal_id": journal.id,
                "move_type": "out_refund",
                "partner_id": self.customer.id,
                "complaint_id": booked.id,
            }
        )
        self.env.ref("crm_complaint.retention_complaint").months = 24
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_complaint SET write_date = now() - interval '3 years' "
            "WHERE id = ANY(%s)",
            (complaints.ids,),
        )
        self.env.invalidate_all()
        self.env["crm.erase.request"]._cron_retention()
        self.assertEqual(plain.description, "*** and *** found open seams")
        self.assertFalse(plain.contact_id or plain.complainant_name)
        self.assertEqual(booked.contact_id, self.contact)
        self.assertEqual(booked.complainant_name, "诸葛先生")
