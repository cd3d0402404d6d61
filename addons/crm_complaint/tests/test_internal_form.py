"""The internal form stays inside, on every way a file may leave (CMP-51)."""

import base64

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..models.internal_form import MARK_PDF
from .common import ComplaintCase


@tagged("post_install", "-at_install")
class TestInternalForm(ComplaintCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write({"email": "buyer@example.com"})
        cls.complaint = cls.Complaint.create(cls._vals())
        cls.form = cls.env["ir.attachment"].create(
            {
                "name": "renamed.pdf",
                "raw": b"%PDF-1.4 ... %%EOF" + MARK_PDF,
                "res_model": "crm.complaint",
                "res_id": cls.complaint.id,
            }
        )
        cls.portal = new_test_user(
            cls.env, "cmpres_portal", groups="base.group_portal", email="p@example.com"
        )

    def test_marked(self):
        """The printout carries the mark; the file is known by it, whatever its name."""
        report = self.env["ir.actions.report"]
        html, _kind = report._render_qweb_html(
            "crm_complaint.report_complaint_form", self.complaint.ids
        )
        self.assertIn(b"CRM-POLICY-INTERNAL-FORM", html)
        self.assertTrue(self.form.crm_internal_form)
        copied = self.env["ir.attachment"].create(
            {"name": "x.bin", "datas": base64.b64encode(self.form.raw)}
        )
        self.assertTrue(copied.crm_internal_form)
        with self.assertRaises(AccessError):
            self.form.write({"crm_internal_form": False})

    def test_mark_survives(self):
        """Copies, re-uploads and scans are internal like the form itself."""
        Attachment = self.env["ir.attachment"]
        on_case = {"res_model": "crm.complaint", "res_id": self.complaint.id}
        self.assertTrue(self.form.copy().crm_internal_form)
        scan = Attachment.create({"name": "scan.jpg", "raw": b"signed", **on_case})
        self.assertFalse(scan.crm_internal_form)
        seller = scan.with_user(self.user_sales)
        seller.crm_internal_form = True
        self.assertTrue(scan.crm_internal_form)
        for again in (
            scan.copy({"name": "photo.jpg"}),
            Attachment.create({"name": "again.jpg", "raw": b"signed", **on_case}),
            Attachment.with_user(self.user_sales).create(
                {"name": "mine.jpg", "datas": base64.b64encode(b"signed")}
            ),
            Attachment.create(
                {"name": "b.jpg", "raw": b"other", "crm_internal_form": True}
            ),
        ):
            self.assertTrue(again.crm_internal_form, again.name)
        other = Attachment.create({"name": "c.jpg", "raw": b"photo", **on_case})
        other.raw = b"signed"
        self.assertTrue(other.crm_internal_form)
        for content in (b"rescanned", b"%PDF-1.4 stripped"):
            seller.raw = content
            self.assertTrue(scan.crm_internal_form)
        self.form.raw = b"%PDF-1.4 stripped of its mark"
        self.assertTrue(self.form.crm_internal_form)
        for vals, error in (
            ({"crm_internal_form": False}, AccessError),
            ({"raw": b"x", "public": True}, ValidationError),
        ):
            with self.assertRaises(error), self.cr.savepoint():
                scan.write(vals)
        with self.assertRaisesRegex(ValidationError, "CMP-51"), self.cr.savepoint():
            Attachment.create({"name": "d", "raw": b"signed2", "public": True}).write(
                {"crm_internal_form": True}
            )
        with self.assertRaisesRegex(UserError, "CMP-51"):
            self.complaint.message_post(
                body="See",
                attachments=[("x.jpg", b"%PDF-1.4 stripped")],
                subtype_xmlid="mail.mt_comment",
            )

    def test_no_mail(self):
        for vals in (
            {"partner_ids": self.customer.ids, "subtype_xmlid": "mail.mt_note"},
            {"subtype_xmlid": "mail.mt_comment"},
        ):
            with self.assertRaisesRegex(UserError, "CMP-51"), self.cr.savepoint():
                self.complaint.message_post(
                    body="See", attachment_ids=self.form.ids, **vals
                )
        for vals in (
            {"email_to": "buyer@example.com"},
            {"recipient_ids": [Command.link(self.customer.id)]},
        ):
            with self.assertRaisesRegex(UserError, "CMP-51"), self.cr.savepoint():
                self.env["mail.mail"].create(
                    {"attachment_ids": [Command.link(self.form.id)], **vals}
                )
        note = self.complaint.message_post(
            body="For colleagues",
            attachment_ids=self.form.ids,
            subtype_xmlid="mail.mt_note",
            partner_ids=self.user_quality.partner_id.ids,
        )
        self.assertEqual(note.attachment_ids, self.form)

    def test_composer(self):
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.user_sales)
            .create(
                {
                    "model": "crm.complaint",
                    "res_ids": str(self.complaint.ids),
                    "partner_ids": [Command.link(self.customer.id)],
                    "body": "Here",
                    "attachment_ids": [Command.link(self.form.id)],
                }
            )
        )
        with self.assertRaisesRegex(UserError, "CMP-51"):
            composer.action_send_mail()
        # Later is refused now.
        with self.assertRaisesRegex(UserError, "CMP-51"):
            self.env["mail.scheduled.message"].with_user(self.user_sales).create(
                {
                    "model": "crm.complaint",
                    "res_id": self.complaint.id,
                    "author_id": self.user_sales.partner_id.id,
                    "body": "Here",
                    "scheduled_date": fields.Datetime.add(
                        fields.Datetime.now(), days=1
                    ),
                    "partner_ids": [Command.link(self.customer.id)],
                    "attachment_ids": [Command.link(self.form.id)],
                }
            )

    def test_no_link(self):
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.form.public = True
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.form.generate_access_token()

    def test_no_portal(self):
        self.form.write(
            {"res_model": "res.partner", "res_id": self.portal.partner_id.id}
        )
        with self.assertRaises(AccessError):
            self.form.with_user(self.portal).read(["datas"])
        for name in ("report_complaint_form", "report_complaint_loss"):
            with self.assertRaises(AccessError):
                self.env["ir.actions.report"].with_user(
                    self.portal
                ).sudo()._render_qweb_html(f"crm_complaint.{name}", self.complaint.ids)

    def test_no_template(self):
        with self.assertRaisesRegex(ValidationError, "CMP-51"):
            self.env["mail.template"].create(
                {
                    "name": "Clever",
                    "model_id": self.env["ir.model"]._get_id("crm.complaint"),
                    "report_template_ids": [
                        Command.link(
                            self.env.ref(
                                "crm_complaint.action_report_complaint_form"
                            ).id
                        )
                    ],
                }
            )
