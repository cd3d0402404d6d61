"""Priority and first response, similar ones, files, hotline, contact, limits."""

import base64
from contextlib import contextmanager
from datetime import datetime

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged

from .common import ComplaintCase


@tagged("post_install", "-at_install")
class TestIntakeFlow(ComplaintCase):
    @contextmanager
    def _refused(self, words):
        """Expect a refusal with these words, and nothing left of it."""
        with self.assertRaises(ValidationError) as caught:
            yield
        self.assertIn(words, str(caught.exception))

    def test_priority_by_severity(self):
        """Urgent: an hour (GAP-87); the hours are data, the level may be changed."""
        with freeze_time("2026-03-02 02:00:00"):
            complaint = self._complaint(severity="critical")
            self.assertEqual(complaint.priority_id.code, "urgent")
            self.assertEqual(complaint.response_due, datetime(2026, 3, 2, 3))
            complaint.priority_id = self.env.ref("crm_complaint.priority_low")
            self.assertEqual(complaint.response_due, datetime(2026, 3, 5, 2))
            complaint.severity = "serious"
            self.assertEqual(complaint.priority_id.code, "high")
        with self.assertRaises(AccessError):
            complaint.write({"first_response_at": "2026-03-02 02:10:00"})
        with self.assertRaises(AccessError):
            complaint.write({"response_due": "2030-03-02 02:10:00"})

    def test_first_response_late(self):
        with freeze_time("2026-03-02 02:00:00"):
            complaint = self._complaint(severity="critical")
        domain = [("id", "=", complaint.id), ("response_late", "=", True)]
        with freeze_time("2026-03-02 02:59:00"):
            self.assertFalse(self.Complaint.search_count(domain))
        with freeze_time("2026-03-02 03:01:00"):
            self.assertTrue(self.Complaint.search_count(domain))
            self.Complaint._cron_first_response()
            self.Complaint._cron_first_response()
            activities = complaint.activity_ids
            self.assertEqual(len(activities), 1, "reminded once")
            self.assertEqual(activities.user_id, self.user_sales)
            complaint.action_record_first_response()
            self.assertTrue(self.Complaint.search_count(domain), "answered late")
            with self.assertRaises(UserError):
                complaint.action_record_first_response()
        self.assertEqual(complaint.first_response_by_id, self.user_sales)

    def test_similar(self):
        """Open ones of the same customer or product, as far as one may see them."""
        first = self._complaint()
        other = self.env["res.partner"].create(
            {"name": "Other", "user_id": self.user_sales.id}
        )
        same_goods = self._complaint(partner_id=other.id)
        hidden = self._complaint(user_id=self.user_sales2.id, user=self.user_sales2)
        gone = self._complaint()
        gone.action_cancel()
        new = self._complaint()
        self.assertEqual(new.similar_ids, first | same_goods)
        seen = new.with_user(self.user_gmo).similar_ids
        self.assertIn(hidden, seen)
        self.assertNotIn(gone, seen)
        with Form(self.Complaint.with_user(self.user_sales)) as form:
            form.partner_id = other
            form.description = "x"
            self.assertEqual(form.similar_count, 1)

    def test_somebody_complains(self):
        """A draft without customer names the caller; it is not sent on without one."""
        with self.assertRaisesRegex(ValidationError, "Customer"):
            self._complaint(partner_id=False)
        complaint = self._complaint(partner_id=False, complainant_phone="13900001111")
        with self.assertRaisesRegex(UserError, "Customer"):
            complaint.action_submit()
        complaint.partner_id = self.customer
        complaint.action_submit()

    def test_evidence(self):
        complaint = self._complaint()
        photo = {"name": "seam.jpg", "content": base64.b64encode(b"picture").decode()}
        ids = complaint.add_evidence([photo])
        self.assertEqual(complaint.add_evidence([photo]), ids, "repeatable")
        self.assertEqual(complaint.evidence_count, 1)
        for files in (
            [],
            [{"name": "x.jpg"}],
            [{"name": "x.jpg", "content": "***"}],
            "x.jpg",
            [{"name": "virus.exe", "content": "eA=="}],
        ):
            with self.assertRaises(UserError, msg=files):
                complaint.add_evidence(files)
        with self.assertRaises(AccessError):
            complaint.with_user(self.user_sales2).add_evidence([photo])

    def test_file_limits_on_every_path(self):
        complaint = self._complaint()
        self.company.write({"complaint_file_size": 0.001, "complaint_file_count": 2})
        Attachment = self.env["ir.attachment"].with_user(self.user_sales)
        vals = {"res_model": "crm.complaint", "res_id": complaint.id}
        with self._refused("larger"):
            Attachment.create({**vals, "name": "a.jpg", "raw": b"x" * 2000})
        with self._refused("kind"):
            Attachment.create({**vals, "name": "a.exe", "raw": b"x"})
        loose = Attachment.create({"name": "a.exe", "raw": b"x"})
        with self._refused("kind"):
            loose.write(vals)
        Attachment.create(
            [{**vals, "name": f"{i}.jpg", "raw": i.encode()} for i in "12"]
        )
        with self._refused("at most 2"):
            Attachment.create({**vals, "name": "3.jpg", "raw": b"3"})
        self.company.complaint_file_types = False
        self.company.complaint_file_count = 0
        Attachment.create({**vals, "name": "a.exe", "raw": b"x"})

    def test_hotline(self):
        """The number finds the caller however it is written (CMP-158)."""
        buyer = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.customer.id, "phone": "139-5100 2233"}
        )
        Entry = self.env["crm.complaint.hotline"].with_user(self.user_sales)
        entry = Entry.create({"phone": "13951002233", "description": "Seams open"})
        self.assertEqual(entry.partner_id, self.customer)
        self.assertEqual(entry.contact_id, buyer)
        entry.told = "We look into it"
        action = entry.action_file()
        complaint = self.Complaint.browse(action["res_id"])
        self.assertEqual(complaint.channel, "hotline")
        self.assertEqual(complaint.contact_id, buyer)
        self.assertTrue(complaint.first_response_at)
        again = Entry.create({"phone": "13951002233", "description": "More"})
        self.assertEqual(again.open_ids, complaint)
        unknown = Entry.create({"phone": "12345", "description": "x"})
        self.assertFalse(unknown.match_ids)
        draft = self.Complaint.browse(unknown.action_file()["res_id"])
        self.assertEqual(draft.complainant_phone, "12345")
        nobody = Entry.create({"description": "x"})
        with self.assertRaisesRegex(UserError, "Customer"):
            nobody.action_file()

    def test_contact(self):
        """What is said is kept; a result only after the decision (CMP-50)."""
        complaint = self._complaint()
        [contact_id] = complaint.tell_customer("We look into it")
        contact = self.env["crm.complaint.contact"].browse(contact_id)
        self.assertTrue(complaint.first_response_at)
        for change in ({"text": "x"}, {"direction": "in"}, {"mailed": True}):
            with self.assertRaises(AccessError, msg=change):
                contact.with_user(self.user_sales).write(change)
        with self.assertRaises(UserError):
            complaint.tell_customer("You get 1000", kind="result")
        with self.assertRaises(UserError):
            complaint.tell_customer(" ")
        for wrong in ({"kind": "rumour"}, {"channel": "drum"}, {"channel": 5}):
            with self.assertRaisesRegex(UserError, next(iter(wrong))):
                complaint.tell_customer("x", **wrong)
        self._at(complaint, "quality")
        with self.assertRaises(AccessError):
            complaint.with_user(self.user_manufacturing).tell_customer("x")
        with self.assertRaises(UserError):
            contact.with_user(self.user_sales).unlink()
        self._at(complaint, "decided")
        complaint.with_user(self.user_sales).tell_customer("1000", kind="result")
        self.assertEqual(len(complaint.contact_ids), 2)
        Contact = self.env["crm.complaint.contact"]
        self.assertFalse(Contact.with_user(self.user_sales2).search([]))
        with self.assertRaises(AccessError):
            contact.with_user(self.user_sales2).read(["text"])

    def test_stage_sum(self):
        """Stages never exceed the case; a gap is shown (GAP-03)."""
        quality = self.env.ref("crm_complaint.limit_quality")
        self.assertTrue(quality.stages_agree)
        self.assertIn("13 days of 13, foreign 17 of 17", quality.stage_note)
        with self._refused("13.5 days"):
            quality.days = 1.5
        with self._refused("foreign"):
            self.env.ref("crm_complaint.limit_sales_opinion").days_foreign = 8
        with self.assertRaises(ValidationError):
            self.env.ref("crm_complaint.limit_case").days = 12
        quality.days = 0.5
        self.assertFalse(quality.stages_agree)
        self.env.ref("crm_complaint.limit_rd").days = 1.5
        self.env.invalidate_all()
        self.assertTrue(quality.stages_agree)

    def test_own_stage_limits_of_a_company(self):
        """A company's own figure counts in the sum of that company only."""
        vals = {
            "name": "Quality, own",
            "profile_id": self.env.ref("crm_policy.profile_pcb").id,
            "model_id": self.env["ir.model"]._get_id("crm.complaint"),
            "step": "quality",
            "unit": "calendar",
            "company_id": self.company.id,
        }
        with self.assertRaises(ValidationError):
            self.env["crm.routing.limit"].create({**vals, "days": 2})
        own = self.env["crm.routing.limit"].create({**vals, "days": 0.5})
        self.assertIn("12.5 days of 13", own.stage_note)

    def test_office_of_the_company(self):
        """Another department may own the cases (GAP-85)."""
        self.company.complaint_office_department_id = self.departments["service"]
        complaint = self._complaint()
        complaint.action_submit()
        self.assertEqual(complaint.routing_department_id, self.departments["service"])
        complaint.with_user(self.user_specialist).action_receive()
        self.assertEqual(complaint.state, "quality")

    def test_overdue_list(self):
        with freeze_time("2026-03-02 02:00:00"):
            complaint = self._complaint(client_reference="o-1")
            self._at(complaint, "quality")
        with freeze_time("2026-03-04 02:00:00"):
            rows = self.Complaint.with_user(self.user_sales).list_overdue()
            mine = [row for row in rows if row["id"] == complaint.id]
            self.assertEqual(mine[0]["department"], "Quality")
            self.assertTrue(mine[0]["late"])
            for user in (self.user_sales2, self.user_manufacturing):
                theirs = self.Complaint.with_user(user).list_overdue()
                self.assertNotIn(complaint.id, [row["id"] for row in theirs])
