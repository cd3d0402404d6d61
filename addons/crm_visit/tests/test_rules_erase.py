"""Erasing a person reaches the texts of this addon and waits for what is open."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.crm_customer_archive.tests.erase_common import EraseMixin

from .common import VisitCase

NAME = "欧阳慧敏"


@tagged("post_install", "-at_install")
class TestErase(EraseMixin, VisitCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact = cls.env["res.partner"].create(
            {"name": NAME, "parent_id": cls.customer.id, "phone": "13987654321"}
        )

    def test_open_visit_stands_in_the_way(self):
        visit = self._make_visit(self.customer, contact_id=self.contact.id)
        with self.assertRaisesRegex(UserError, visit.name):
            self._ask(self.contact)

    def test_texts_of_visits(self):
        """Reports, findings, calendar entries and plans name nobody any more."""
        visit = self._make_held_visit(self.customer, contact_id=self.contact.id)
        finding = self.env["crm.visit.finding"].create(
            {"visit_id": visit.id, "name": f"{NAME} wants samples"}
        )
        self._report(visit, report_text=f"Met {NAME} (13987654321)")
        visit.event_id.description = f"<p>{NAME}</p>"
        visit.message_post(body=f"{NAME} was pleased")
        visit._write_guarded({"state": "closed"})
        self._erase(self.contact)
        self.assertEqual(finding.name, "*** wants samples")
        self.assertIn("Met ***", visit.report_text)
        self.assertFalse(self._left_over(NAME, "13987654321"))

    def test_retention(self):
        """Closed visits forget the person when their time is over, others do not."""
        old, new = (
            self._make_held_visit(self.customer, contact_id=self.contact.id)
            for _number in range(2)
        )
        for visit in (old, new):
            self._report(visit, report_text=f"Met {NAME}")
            visit._write_guarded({"state": "closed"})
        self.env.ref("crm_visit.retention_visit").months = 24
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_visit SET planned_start = '2020-02-03' WHERE id = %s", old.ids
        )
        self.env.invalidate_all()
        self.env["crm.erase.request"]._cron_retention()
        self.assertEqual((old.report_text, new.report_text), ("Met ***", f"Met {NAME}"))
        self.assertFalse(old.contact_id)
        self.assertEqual((new.contact_id, self.contact.name), (self.contact, NAME))
        unused = self.contact._persons_unused_for("contact", self.company, 24, 1000)
        self.assertNotIn(self.contact, unused, "in use by a visit")
