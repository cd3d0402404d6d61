"""Complaints by e-mail: understood, not understood, looping, flooding."""

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.crm_policy.tests.common import PolicyMixin
from odoo.addons.mail.tests.common import MailCommon

from .common import ComplaintMixin

MAIL = """Return-Path: <{sender}>
From: {sender}
To: complaints@test.mycompany.com
Subject: {subject}
Message-ID: <{number}@customer.example>
MIME-Version: 1.0
Content-Type: text/plain; charset="utf-8"

{body}
"""

DSN = "multipart/report; boundary=none"


@tagged("post_install", "-at_install")
class TestMailIntake(ComplaintMixin, PolicyMixin, MailCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_people()
        cls._setup_complaints()
        cls.company.alias_domain_id = cls.mail_alias_domain
        cls.desk = cls.env["crm.complaint.desk"].create(
            {
                "name": "Mail Desk",
                "alias_name": "complaints",
                "company_id": cls.company.id,
                "user_id": cls.user_specialist.id,
                "category_id": cls.env.ref("crm_complaint.category_quality").id,
            }
        )
        cls.buyer = cls.env["res.partner"].create(
            {
                "name": "Buyer",
                "email": "buyer@customer.example",
                "parent_id": cls.customer.id,
                "lang": "en_US",
            }
        )
        cls.number = 0

    def _receive(self, sender="buyer@customer.example", body="Seams open", **kw):
        """Put a mail into the gateway; return the complaints it made."""
        type(self).number += 1
        before = self.Complaint.search([])
        raw = kw.get("raw") or MAIL.format(
            sender=sender,
            body=body,
            subject=kw.get("subject", "Jackets"),
            number=self.number,
        )
        with (
            mute_logger("odoo.addons.mail.models.mail_thread"),
            self.mock_mail_gateway(),
        ):
            self.env["mail.thread"].message_process("crm.complaint", raw)
        return self.Complaint.search([]) - before

    def test_known_customer(self):
        complaint = self._receive()
        self.assertEqual(complaint.state, "draft")
        self.assertEqual(complaint.partner_id, self.customer)
        self.assertEqual(complaint.contact_id, self.buyer)
        self.assertEqual(complaint.user_id, self.user_sales, "the account owner")
        self.assertEqual(complaint.channel, "email")
        self.assertEqual(complaint.company_id, self.company)
        self.assertEqual(complaint.category_id, self.desk.category_id)
        self.assertIn("Jackets", complaint.description)
        self.assertIn("Seams open", complaint.description)

    def test_unknown_sender(self):
        complaint = self._receive('"Old Wang" <wang@nowhere.example>')
        self.assertFalse(complaint.partner_id)
        self.assertEqual(complaint.complainant_name, "Old Wang")
        self.assertEqual(complaint.complainant_email, "wang@nowhere.example")
        self.assertEqual(complaint.user_id, self.user_specialist)

    def test_not_understood(self):
        """Empty, without sender, broken characters: a draft all the same."""
        for sender, body in (("buyer@customer.example", ""), ("", "x"), ("??", "x")):
            complaint = self._receive(sender, body, subject="")
            self.assertEqual(complaint.state, "draft", sender)
            self.assertTrue(complaint.description)
        # What no mail program should send is no reason to lose it.
        for told in ('text/plain; charset="x-none"', 'text/plain; charset=""', DSN):
            raw = MAIL.format(
                sender="buyer@customer.example",
                subject="Odd",
                body="投诉",
                number=f"odd-{len(told)}",
            ).replace('text/plain; charset="utf-8"', told)
            self.assertIn("投诉", self._receive(raw=raw).description)
        # What breaks the draft is left out, not the mail.
        self.customer.company_id = self.other_company
        complaint = self._receive(body="again")
        self.assertIn("again", complaint.description)
        self.assertFalse(complaint.partner_id)

    def test_fails_late(self):
        """A class that was deleted meanwhile costs the class, not the complaint."""
        model = self.Complaint.with_context(mail_create_nosubscribe=True)
        complaint = model.message_new(
            {
                "email_from": "buyer@customer.example",
                "author_id": self.buyer.id,
                "subject": "A\x00B",
                "body": "C\x00D",
                "attachments": [],
            },
            {"desk_id": self.desk.id, "severity": "no such severity"},
        )
        self.assertEqual(complaint.state, "draft")
        self.assertIn("AB", complaint.description)
        self.assertTrue(
            complaint.message_ids.filtered(lambda m: "could not be used" in m.body)
        )

    def test_receipt(self):
        """In the customer's language, once, with the headers of a machine."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env.ref("crm_complaint.mail_template_receipt").with_context(
            lang="zh_CN"
        ).subject = "投诉已收到 {{ object.name or '' }}"
        complaint = self._receive()
        mail = self._receipt(complaint)
        self.assertEqual(mail.email_to, "buyer@customer.example")
        self.assertIn("received your complaint", mail.subject)
        self.assertIn("auto-replied", mail.headers)
        self.assertTrue(complaint.receipt_at)
        complaint._send_receipt()
        self.assertEqual(len(self._receipt(complaint)), 1)
        self.buyer.lang = "zh_CN"
        other = self._receive()
        self.assertIn("投诉已收到", self._receipt(other).subject)
        self.assertFalse(complaint.first_response_at, "a machine is no answer")

    def _receipt(self, complaint):
        return self.env["mail.mail"].search(
            [
                ("model", "=", "crm.complaint"),
                ("res_id", "in", complaint.ids),
                ("email_to", "!=", False),
            ]
        )

    def test_receipt_of_the_form(self):
        """A form filled by staff is acknowledged when it is sent."""
        complaint = self._complaint(complainant_email="buyer@customer.example")
        self.assertFalse(self._receipt(complaint))
        complaint.action_submit()
        self.assertTrue(self._receipt(complaint))
        self.company.complaint_receipt = False
        quiet = self._complaint(complainant_email="buyer@customer.example")
        quiet.action_submit()
        self.assertFalse(self._receipt(quiet))

    def test_loop_and_flood(self):
        """Two machines do not keep each other busy; a flood stops."""
        made = self.Complaint
        for _i in range(25):
            made |= self._receive("robot@machine.example", "I am away")
        self.assertEqual(len(made), 20, "the gateway's own limit")
        self.assertEqual(len(self._receipt(made)), self.company.complaint_receipt_limit)
        # A machine gets no receipt, nor does our own address; nobody's are no flood.
        away = MAIL.format(
            sender="absent@customer.example", subject="x", body="x", number="away"
        )
        away = self._receive(raw=f"Auto-Submitted: auto-replied\n{away}")
        own = self._receive(self.desk.alias_id.display_name, "round and round")
        self.assertEqual((len(away), len(own)), (1, 1))
        self.assertFalse(self._receipt(away | own))
        self.Complaint.create([{"complainant_name": "By phone"}] * 20)
        self.assertEqual(len(self._receive("<>", "From nobody")), 1)

    def test_answer_by_mail(self):
        """An answer stays with its complaint, closed or not, and is kept."""
        complaint = self._receive()
        first = complaint.message_ids.filtered("message_id")[-1:]
        raw = (
            MAIL.format(
                sender="buyer@customer.example",
                body="Here are photos",
                subject="Re: Jackets",
                number="answer",
            )
        ).replace("MIME-Version", f"In-Reply-To: {first.message_id}\nMIME-Version")
        self.assertFalse(self._receive(raw=raw))
        contact = complaint.contact_ids
        self.assertEqual(contact.direction, "in")
        self.assertIn("photos", contact.text)
        self.assertTrue(contact.from_portal)
        self.assertEqual(complaint.activity_ids.user_id, self.user_sales)

    def test_attachments(self):
        """What may not be kept is left out and named; the rest is kept."""
        self.company.complaint_file_size = 0.001
        raw = (
            "From: buyer@customer.example\nTo: complaints@test.mycompany.com\n"
            "Subject: Files\nMessage-ID: <files@customer.example>\nMIME-Version: 1.0\n"
            'Content-Type: multipart/mixed; boundary="B"\n\n--B\n'
            "Content-Type: text/plain\n\nSee photos\n"
            + "".join(
                "--B\nContent-Type: application/octet-stream\n"
                f'Content-Disposition: attachment; filename="{name}"\n'
                f"\n{content}\n"
                for name, content in (
                    ("good.jpg", "abc"),
                    ("big.jpg", "x" * 3000),
                    ("virus.exe", "abc"),
                )
            )
            + "--B--\n"
        )
        complaint = self._receive(raw=raw)
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "crm.complaint"), ("res_id", "=", complaint.id)]
        )
        self.assertEqual(files.mapped("name"), ["good.jpg"])
        note = complaint.message_ids.filtered(lambda m: "left out" in m.body)
        self.assertIn("big.jpg", note.body)
        self.assertIn("virus.exe", note.body)

    def test_customers_do_not_follow(self):
        """What is said inside never goes out by a follower's mail (CMP-51)."""
        complaint = self._receive()
        complaint.message_subscribe(partner_ids=(self.buyer | self.customer).ids)
        outsiders = complaint.message_partner_ids.filtered("partner_share")
        self.assertFalse(outsiders)
        complaint.message_subscribe(partner_ids=self.user_gmo.partner_id.ids)
        self.assertIn(self.user_gmo.partner_id, complaint.message_partner_ids)

    def test_told_by_mail(self):
        complaint = self._receive()
        [contact_id] = complaint.with_user(self.user_sales).tell_customer(
            "We look into it", mail=True
        )
        contact = self.env["crm.complaint.contact"].browse(contact_id)
        mail = self.env["mail.mail"].search(
            [("model", "=", contact._name), ("res_id", "=", contact_id)]
        )
        self.assertEqual(mail.email_to, "buyer@customer.example")
        self.assertIn("We look into it", mail.body_html)
        self.assertTrue(contact.mailed)
