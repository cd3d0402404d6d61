"""Documents and seals: what is filed, who sees it, when it ends (ARC-60, GAP-84)."""

import base64
from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import ArchiveCase

PNG = (
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awA"
    b"AAABJRU5ErkJggg=="
)
PDF = base64.b64encode(b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF")


@tagged("post_install", "-at_install")
class TestDocuments(ArchiveCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._make_customer()
        cls.Document = cls.env["crm.customer.document"]
        cls.licence = cls.env.ref("crm_customer_archive.document_type_licence")
        cls.seal = cls.env.ref("crm_customer_archive.document_type_seal_corporate")
        cls.custodian = cls._make_person(
            "user_custodian",
            "Custodian",
            "crm_customer_archive.group_archive_custodian",
            "service",
        )
        cls.today = cls.company._policy_today()

    def _file(self, user=None, **vals):
        return self.Document.with_user(user or self.user_sales).create(
            {
                "customer_id": self.customer.id,
                "type_id": self.licence.id,
                "number": "YY-1",
                "content": PDF,
                "filename": "licence.pdf",
                **vals,
            }
        )

    def test_content_is_looked_at(self):
        """The file's own bytes decide what it is, not its name."""
        document = self._file()
        self.assertEqual(document.mimetype, "application/pdf")
        self.assertEqual(document.file_size, len(base64.b64decode(PDF)))
        for values, words in (
            ({"filename": "licence.png"}, "not what its name says"),
            ({"content": PNG}, "not what its name says"),
            ({"filename": "licence.exe"}, "files of these types"),
            ({"filename": "licence"}, "files of these types"),
            ({"filename": False}, "files of these types"),
            ({"content": b"!!!!"}, "did not arrive whole"),
            (
                {"content": base64.b64encode(b"<script>1</script>")},
                "not what its name says",
            ),
        ):
            with self.assertRaisesRegex(ValidationError, words):
                self._file(**values)
            with self.assertRaisesRegex(ValidationError, words):
                document.write({"content": PDF, "filename": "licence.pdf", **values})
        self.assertEqual(document.filename, "licence.pdf")

    def test_fifty_megabytes(self):
        """A file over the limit of its kind is refused before anything is stored."""
        before = self.env["ir.attachment"].sudo().search_count([])
        large = base64.b64encode(b"%PDF-1.4\n" + b"0" * (50 * 1024 * 1024))
        with self.assertRaisesRegex(ValidationError, "10.00 Mb at most"):
            self._file(content=large)
        self.assertEqual(self.env["ir.attachment"].sudo().search_count([]), before)
        self.licence.max_size_mb = 60
        self.assertEqual(self._file(content=large).mimetype, "application/pdf")

    def test_dates(self):
        """No issue in the future, no end before the issue, an end where one is due."""
        with self.assertRaisesRegex(ValidationError, "lies in the future"):
            self._file(date_issued=self.today + timedelta(days=1))
        power = self.env.ref("crm_customer_archive.document_type_power_of_attorney")
        with self.assertRaisesRegex(ValidationError, "Valid Until"):
            self._file(type_id=power.id)
        contact = self.customer.main_contact_id
        with self.assertRaisesRegex(ValidationError, "is no customer"):
            self._file(customer_id=contact.id)

    def test_states_and_reminder(self):
        """Valid, expiring, expired; the responsible is reminded once."""
        valid = self._file(date_expiry=self.today + timedelta(days=60))
        expiring = self._file(date_expiry=self.today + timedelta(days=30))
        expired = self._file(date_expiry=self.today - timedelta(days=1))
        self.assertEqual(
            (valid.state, expiring.state, expired.state),
            ("valid", "expiring", "expired"),
        )
        self.Document._cron_expiry()
        self.Document._cron_expiry()
        self.assertFalse(valid.activity_ids)
        for document in expiring | expired:
            self.assertEqual(document.sudo().activity_ids.user_id, self.user_sales)
            self.assertEqual(len(document.sudo().activity_ids), 1)
        # a day comes: what was valid is found by the cron
        self.env.cr.execute(
            "UPDATE crm_customer_document SET date_expiry = %s WHERE id = %s",
            (self.today, valid.id),
        )
        self.env.invalidate_all()
        self.Document._cron_expiry()
        self.assertEqual(valid.state, "expiring")
        self.assertEqual(self.customer.with_user(self.user_sales).document_count, 3)
        self.assertEqual(
            self.customer.with_user(self.user_sales).document_ending_count, 3
        )

    def test_custodian_is_told(self):
        """ARC-188: transport agreements are handed to the customer administrator."""
        kind = "crm_customer_archive.document_type_transport_agreement"
        document = self._file(type_id=self.env.ref(kind).id, date_expiry="2099-12-31")
        told = self.env["mail.notification"].search(
            [("res_partner_id", "=", self.custodian.partner_id.id)]
        )
        self.assertEqual(told.mail_message_id.mapped("res_id"), document.ids)

    def test_newer_one_replaces(self):
        old = self._file(date_expiry=self.today)
        self.Document._cron_expiry()
        action = old.with_user(self.user_sales).action_replace()
        new = self._file(replaces_id=action["context"]["default_replaces_id"])
        self.assertEqual(old.state, "replaced")
        self.assertEqual(old.replaced_by_id, new)
        self.assertFalse(old.sudo().activity_ids)
        with self.assertRaisesRegex(ValidationError, "same kind and customer"):
            self._file(user=self.custodian, type_id=self.seal.id, replaces_id=new.id)

    def test_seals_are_seen_by_few(self):
        """Custodian, accounting, the head and directors; not the salesperson."""
        seal = self._file(
            user=self.custodian, type_id=self.seal.id, content=PNG, filename="s.png"
        )
        accountant = new_test_user(
            self.env,
            "archive_accountant",
            groups="crm_policy.group_user,account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        for user in (
            self.custodian,
            accountant,
            self.user_sales_head,
            self.user_director,
        ):
            self.assertTrue(seal.with_user(user).content, user.login)
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", seal._name),
                    ("res_id", "=", seal.id),
                    ("res_field", "=", "content"),
                ]
            )
        )
        for user in (self.user_sales, self.user_sales2, self.user_specialist):
            Document = self.Document.with_user(user)
            self.assertFalse(Document.search([("id", "=", seal.id)]), user.login)
            with self.assertRaises(AccessError):
                seal.with_user(user).read(["number"])
            with self.assertRaises(AccessError):
                attachment.with_user(user).read(["datas"])
            with self.assertRaises(AccessError):
                self._file(user=user, type_id=self.seal.id)
        ordinary = self._file()
        with self.assertRaises(AccessError):
            ordinary.with_user(self.user_sales).type_id = self.seal

    def test_file_only_through_the_document(self):
        """The attachment behind it cannot be exchanged, added or removed."""
        document = self._file()
        Attachment = self.env["ir.attachment"].with_user(self.user_sales)
        attachment = Attachment.search(
            [
                ("res_model", "=", document._name),
                ("res_id", "=", document.id),
                ("res_field", "=", "content"),
            ]
        )
        self.assertTrue(attachment)
        for what in (
            lambda: attachment.write({"datas": PNG}),
            lambda: attachment.write({"raw": b"x"}),
            lambda: attachment.write({"res_id": 0, "res_model": False}),
            lambda: attachment.unlink(),
            lambda: Attachment.create(
                {
                    "name": "x",
                    "datas": PNG,
                    "res_model": document._name,
                    "res_id": document.id,
                    "res_field": "content",
                }
            ),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                what()
        # remarks in the chatter may have files of their own
        Attachment.create(
            {
                "name": "note.txt",
                "raw": b"x",
                "res_model": document._name,
                "res_id": document.id,
            }
        )

    def test_on_file_it_is_evidence(self):
        document = self._file()
        self.customer.with_user(self.user_sales).action_submit()
        self.customer.with_user(self.user_sales_head).action_approve()
        head = document.with_user(self.user_sales_head)
        with self.assertRaisesRegex(UserError, "file a newer"):
            head.write({"content": PNG, "filename": "x.png"})
        with self.assertRaisesRegex(UserError, "is kept"):
            head.unlink()
        head.write({"note": "Checked", "user_id": self.user_sales2.id})
        draft = self._make_customer(name="Draft Ltd", number=2)
        self._file(customer_id=draft.id).with_user(self.user_sales_head).unlink()

    def test_policy_asks_for_documents(self):
        """A policy's required documents are named all at once (ARC-60)."""
        self.company.policy_archive_profile_id = self.env.ref(
            "crm_policy.profile_steel"
        )
        with self.assertRaises(UserError) as caught:
            self.customer._check_registration_complete()
        for words in ("Business licence", "Corporate seal", "Finance seal"):
            self.assertIn(words, str(caught.exception))
        self._file()
        with self.assertRaises(UserError) as caught:
            self.customer._check_registration_complete()
        self.assertNotIn("Business licence", str(caught.exception))

    def test_other_company_and_strangers(self):
        document = self._file()
        for user in (self.user_other_company, self.user_outsider):
            theirs = document.with_user(user).with_context(
                allowed_company_ids=user.company_ids.ids
            )
            with self.assertRaises(AccessError):
                theirs.read(["number"])
        with self.assertRaises(AccessError):
            self._file(user=self.user_sales2)

    def test_kinds(self):
        with self.assertRaisesRegex(ValidationError, "exe"):
            self.licence.extensions = "pdf exe"
        with self.assertRaises(AccessError):
            self.licence.with_user(self.user_director).max_size_mb = 99

    def test_queries_do_not_grow(self):
        """Reminding of many documents takes as many queries as of few."""
        kind = self.env["mail.activity"]

        def run():
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.Document._cron_expiry()
            self.env.flush_all()
            return self.env.cr.sql_log_count - start

        for _index in range(3):
            self._file(date_expiry=self.today)
        run()
        for _index in range(3):
            self._file(date_expiry=self.today)
        few = run()
        for _index in range(30):
            self._file(date_expiry=self.today)
        many = run()
        self.assertEqual(
            kind.search_count([("res_model", "=", self.Document._name)]), 36
        )
        self.assertLess(many - few, 150, "per document only what mail itself needs")
