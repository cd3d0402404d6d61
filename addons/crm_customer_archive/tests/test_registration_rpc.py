"""Attacks over RPC on documents, consents, erasures and reports of registration."""

from xmlrpc.client import Fault

from odoo.tests import tagged

from odoo.addons.crm_policy.tests.common import RpcAbuseCase

from .common import ArchiveMixin
from .test_registration_documents import PDF, PNG


@tagged("post_install", "-at_install")
class TestRegistrationRpc(ArchiveMixin, RpcAbuseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._make_archived_customer()
        cls.contact = cls.customer.main_contact_id
        cls.strangers = [
            cls.user_sales2,
            cls.user_outsider,
            cls.user_other_company,
        ]
        cls.env.flush_all()

    def test_documents(self):
        """Neither state nor content is forged; strangers see nothing."""
        vals = {
            "customer_id": self.customer.id,
            "type_id": self.env.ref("crm_customer_archive.document_type_licence").id,
            "content": PDF.decode(),
            "filename": "licence.pdf",
        }
        [document_id] = self.rpc(
            self.user_sales, "crm.customer.document", "create", [vals]
        )
        document = self.env["crm.customer.document"].browse(document_id)
        self.attack(
            document,
            create_vals=vals,
            final_states=("replaced",),
            guarded={
                "mimetype": "image/png",
                "checksum": "x",
                "replaced_by_id": document_id,
            },
            users=[self.user_sales, self.user_director],
            strangers=self.strangers,
        )
        with self.refused("exchanging the file"):
            self.rpc(
                self.user_sales,
                "crm.customer.document",
                "write",
                [document_id],
                {"content": PNG.decode(), "filename": "licence.png"},
            )

    def test_erasure(self):
        """Nothing is erased without the decision of the authority."""
        vals = {"partner_id": self.contact.id, "reason": "By letter"}
        request_id = self.rpc(
            self.user_sales,
            "res.partner",
            "request_erasure",
            [self.contact.id],
            "By letter",
            client_reference="E-77",
        )
        self.assertEqual(
            self.rpc(
                self.user_sales,
                "res.partner",
                "request_erasure",
                [self.contact.id],
                "By letter",
                client_reference="E-77",
            ),
            request_id,
        )
        self.rpc(self.user_sales, "crm.erase.request", "action_submit", [request_id])
        self.env.invalidate_all()
        request = self.env["crm.erase.request"].browse(request_id)
        self.attack(
            request,
            create_vals=vals,
            final_states=("erased",),
            guarded={
                "erased_at": "2026-01-01 00:00:00",
                "outcome": "Forged",
                "approval_state": "approved",
            },
            users=[self.user_sales, self.user_sales_head],
            strangers=self.strangers,
        )
        for user in (self.user_sales, self.user_sales_head, self.user_outsider):
            with self.refused(f"{user.login} approves an erasure"):
                self.rpc(user, "crm.erase.request", "action_approve", [request_id])
        with self.refused("writing the mark"):
            self.rpc(
                self.user_director,
                "res.partner",
                "write",
                [self.contact.id],
                {"erased_at": "2026-01-01 00:00:00"},
            )
        self.assertEqual(self.contact.name, "马晓燕")
        self.assertTrue(
            self.rpc(
                self.user_director, "crm.erase.request", "action_approve", [request_id]
            )
        )
        self.env.invalidate_all()
        self.assertTrue(self.contact.erased_at)
        with self.refused("bringing the name back"):
            self.rpc(
                self.user_director,
                "res.partner",
                "write",
                [self.contact.id],
                {"name": "马晓燕"},
            )

    def test_consent(self):
        """Given and withdrawn by methods only."""
        call = self.rpc
        consent_id = call(
            self.user_sales, "crm.consent", "give", self.contact.id, "survey", "spoken"
        )
        with self.refused("a consent by create"):
            call(
                self.user_sales,
                "crm.consent",
                "create",
                [{"partner_id": self.contact.id, "given_how": "form"}],
            )
        with self.refused("a withdrawal undone"):
            call(
                self.user_director,
                "crm.consent",
                "write",
                [consent_id],
                {"withdrawn_date": False},
            )
        with self.assertRaises(Fault), self.env.cr.savepoint():
            call(self.user_sales2, "crm.consent", "withdraw", [consent_id], "Call")
        self.assertTrue(
            call(self.user_sales, "crm.consent", "withdraw", [consent_id], "Call")
        )

    def test_reports_and_duplicates(self):
        """A day's report is the caller's own; a colleague's is not there."""
        call = self.rpc
        report_id = call(self.user_sales, "crm.information.report", "open_daily")
        report = self.env["crm.information.report"].browse(report_id)
        for user in self.strangers:
            self._attack_stranger(user, report)
        with self.refused("a colleague sends it"):
            call(self.user_sales2, "crm.information.report", "action_send", [report_id])
        for vals in ({"state": "sent"}, {"line_ids": [[5, 0, 0]]}, {"due": False}):
            with self.refused(f"{vals} by write"):
                call(
                    self.user_director,
                    "crm.information.report",
                    "write",
                    [report_id],
                    vals,
                )
        rows = call(
            self.user_sales2,
            "res.partner",
            "find_duplicates",
            {"name": self.customer.name},
        )
        self.assertEqual(rows[0]["account_manager"], self.user_sales.name)
        with self.assertRaises(Fault), self.env.cr.savepoint():
            call(
                self.user_sales2,
                "res.partner",
                "decide_not_duplicate",
                [self.customer.id],
                [self.contact.id],
                "Mine",
            )

    def test_excel_download(self):
        """Over HTTP: the own list is sent, a colleague's is refused."""
        other = self._make_archived_customer(
            user=self.user_sales2, name="Theirs Ltd", number=2
        )
        self.customer._confidentiality_level().write(
            {"own_export_limit": 5, "file_password": False}
        )
        self.env.flush_all()
        self.authenticate("user_sales", "policy-test-8")
        base = "/crm_customer_archive/xlsx"
        answer = self.url_open(f"{base}/res.partner/{self.customer.id}")
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.content[:2], b"PK")
        for path in (f"res.partner/{other.id}", f"res.users/{self.user_sales.id}"):
            refused = self.url_open(f"{base}/{path}")
            self.assertIn(refused.status_code, (403, 404), path)
