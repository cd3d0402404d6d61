"""A finding becomes a complaint: once, linked both ways."""

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_visit.tests.common import NOW, VisitCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestVisitComplaint(VisitCase):
    def _finding(self, visit):
        return self.env["crm.visit.finding"].create(
            {"visit_id": visit.id, "name": "Zips break", "description": "Lot 7"}
        )

    def test_filed_once(self):
        """Filing again gives the same complaint back; both know each other."""
        visit = self._make_held_visit(self.customer, contact_id=self.contact.id)
        finding = self._finding(visit)
        self._report(visit)
        complaint_id = finding.with_user(self.user_sales).file_complaint()
        self.assertEqual(
            finding.with_user(self.user_sales).file_complaint(), complaint_id
        )
        complaint = self.env["crm.complaint"].browse(complaint_id)
        self.assertEqual(complaint.state, "draft")
        self.assertEqual(complaint.partner_id, self.customer)
        self.assertEqual(complaint.contact_id, self.contact)
        self.assertEqual(complaint.date, visit.date_held)
        self.assertEqual(complaint.channel, "visit")
        self.assertEqual(complaint.description, "Zips break\nLot 7")
        self.assertEqual(complaint.visit_finding_id, finding)
        self.assertEqual(finding.complaint_id, complaint)
        self.assertEqual(
            self.env["crm.visit.finding"].search([("complaint_id", "=", complaint_id)]),
            finding,
        )
        action = finding.with_user(self.user_sales).action_file_complaint()
        self.assertEqual(action["res_id"], complaint_id)
        self.assertEqual(finding.action_view_complaint()["res_id"], complaint_id)
        self.assertEqual(complaint.action_view_visit()["res_id"], visit.id)

    def test_after_cancelling(self):
        """A cancelled complaint does not stand in the way of another."""
        finding = self._finding(self._make_held_visit(self.customer))
        first = self.env["crm.complaint"].browse(finding.file_complaint())
        first._write_guarded({"state": "cancelled"})
        self.assertFalse(finding.complaint_id)
        self.assertNotEqual(finding.file_complaint(), first.id)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            first._write_guarded({"state": "draft"})
            first.flush_recordset()

    def test_not_before_the_visit(self):
        finding = self._finding(self._make_visit(self.customer))
        with self.assertRaises(UserError):
            finding.with_user(self.user_sales).file_complaint()
        self.assertFalse(finding.complaint_ids)

    def test_guards(self):
        """No forged link, and nobody files from a visit he does not see."""
        finding = self._finding(self._make_held_visit(self.customer))
        with self.assertRaises(AccessError):
            finding.with_user(self.user_quality).file_complaint()
        complaint = self.env["crm.complaint"].browse(
            finding.with_user(self.user_sales).file_complaint()
        )
        other = self._finding(self._make_visit(self.customer))
        with self.assertRaises(AccessError):
            complaint.with_user(self.user_sales).visit_finding_id = other
        with self.assertRaises(AccessError):
            self.env["crm.complaint"].with_user(self.user_sales).create(
                {"partner_id": self.customer.id, "visit_finding_id": other.id}
            )
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            with self.env.cr.savepoint():
                finding.unlink()
                self.env.flush_all()
