"""The customer portal and attacks on the documents of the way."""

import json
import re

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.crm_policy.tests.common import PASSWORD, RpcAbuseCase

from .common import ComplaintMixin

INSIDE = (
    "Loom 7",
    "Fabric below",
    "Weaving",
    "1,000.00",
    "Ours; allow",
    "Sample confirms",
)


@tagged("post_install", "-at_install")
class TestPortal(ComplaintMixin, RpcAbuseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_complaints()
        cls.buyer = cls._portal_user("buyer_portal", cls.customer)
        cls.stranger = cls._portal_user("stranger_portal", cls.foreign_customer)

    @classmethod
    def _portal_user(cls, login, customer):
        user = new_test_user(
            cls.env,
            login=login,
            password=PASSWORD,
            groups="base.group_portal",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
            email=f"{login}@customer.example",
        )
        user.partner_id.parent_id = customer
        return user

    def _page(self, url, user="buyer_portal"):
        self.authenticate(user, PASSWORD)
        return self.url_open(url)

    def _csrf(self, html):
        return re.search(r'name="csrf_token" value="([^"]+)"', html).group(1)

    def test_pages_show_nothing_inside(self):
        complaint = self._complaint()
        self._at(complaint, "decided")
        complaint.with_user(self.user_sales).tell_customer("We look into it")
        page = self._page(f"/my/complaints/{complaint.id}")
        self.assertEqual(page.status_code, 200)
        self.assertIn(complaint.name, page.text)
        self.assertIn('data-stage="carried_out"', page.text)
        self.assertIn("We look into it", page.text)
        for word in INSIDE:
            self.assertNotIn(word, page.text)
        page = self._page("/my/complaints")
        self.assertIn(complaint.name, page.text)
        page = self._page("/my/complaints?filterby=closed")
        self.assertNotIn(complaint.name, page.text)
        counters = self.url_open(
            "/my/counters",
            data=json.dumps({"params": {"counters": ["complaint_count"]}}),
            headers={"Content-Type": "application/json"},
        )
        self.assertEqual(counters.json()["result"]["complaint_count"], 1)

    def test_answer_appears_when_sent(self):
        complaint = self._complaint()
        office = self._at(complaint, "gmo_summary")
        office.action_propose_not_substantiated("Sample is fine")
        complaint.with_user(self.user_sales_head).action_approve()
        mine = complaint.with_user(self.user_sales)
        mine.write({"customer_answer": "Kindly", "collection_date": "2026-05-01"})
        facts = complaint.sudo()._portal_facts()
        self.assertFalse(facts["answer"])
        mine.action_collect()
        facts = complaint.sudo()._portal_facts()
        self.assertEqual(facts["answer"], "Kindly")
        self.assertNotIn("Sample is fine", str(facts))

    def test_strangers(self):
        """Others' complaints do not exist, by page, file, answer and RPC."""
        complaint = self._complaint()
        for url in (
            f"/my/complaints/{complaint.id}",
            f"/my/complaints/{complaint.id}/file/1",
        ):
            self.assertEqual(self._page(url, "stranger_portal").status_code, 404)
        with self.assertRaises(AccessError):
            self.Complaint.with_user(self.stranger)._portal_browse(complaint.id)
        for user in (self.buyer, self.stranger):
            for model in (
                "crm.complaint",
                "crm.complaint.contact",
                "crm.complaint.memorandum",
                "crm.abnormality",
                "crm.field.response",
                "crm.complaint.joint",
            ):
                with self.refused(f"{user.login} searches {model}"):
                    self.rpc(user, model, "search_read", [])
            with self.refused(f"{user.login} files over RPC"):
                self.rpc(user, "crm.complaint", "file_complaint", self._vals())

    def test_file_and_answer(self):
        """Filed twice by a double click: once. Photos and answers come along."""
        html = self._page("/my/complaints/new").text
        self.assertIn('name="description"', html)
        token = re.search(r'name="token" value="([^"]+)"', html).group(1)
        post = {
            "csrf_token": self._csrf(html),
            "token": token,
            "description": "Zips <b>break</b>",
            "demand": "New ones",
            "defective_quantity": "3",
        }
        for name in (*post, "order_reference", "part_number", "files"):
            self.assertIn(f' name="{name}"', html)
        post.update(state="decided", amount_claim="999999")
        for _time in range(2):
            answer = self.url_open(
                "/my/complaints/new",
                data=post,
                files=[("files", ("zip.jpg", b"photo", "image/jpeg"))],
            )
            self.assertIn("Zips &lt;b&gt;break", answer.text)
        complaint = self.Complaint.search(
            [("contact_id", "=", self.buyer.partner_id.id)]
        )
        self.assertEqual(len(complaint), 1)
        self.assertEqual(complaint.state, "draft")
        self.assertEqual(complaint.partner_id, self.customer)
        self.assertEqual(complaint.user_id, self.user_sales)
        self.assertFalse(complaint.amount_claim)
        self.assertEqual(complaint.defective_quantity, 3)
        self.assertEqual(complaint.customer_file_ids.mapped("name"), ["zip.jpg"])
        self.assertTrue(complaint.receipt_at)
        self.assertTrue(complaint.activity_ids)
        self.assertFalse(complaint.activity_ids.create_uid.share, "read by everybody")
        file = self._page(
            f"/my/complaints/{complaint.id}/file/{complaint.customer_file_ids.id}"
        )
        self.assertEqual(file.content, b"photo")
        url = f"/my/complaints/{complaint.id}/answer"
        csrf = self._csrf(self.url_open(f"/my/complaints/{complaint.id}").text)
        refused = self.url_open(
            url,
            data={"csrf_token": csrf, "text": "see this"},
            files=[("files", ("virus.exe", b"x", "application/octet-stream"))],
        )
        self.assertIn("virus.exe", refused.text)
        self.assertFalse(complaint.contact_ids, "nothing half done")
        self.url_open(url, data={"csrf_token": csrf, "text": "Urgent"})
        self.assertEqual(complaint.contact_ids.text, "Urgent")
        self.assertEqual(complaint.contact_ids.channel, "portal")

    def test_refused_clearly(self):
        Complaint = self.Complaint.with_user(self.buyer)
        for vals in (
            {},
            {"description": "x", "defective_quantity": "many"},
            {"description": "x", "defective_quantity": "-1"},
            {"description": "x", "defective_quantity": "nan"},
            {"description": "x" * 10001},
        ):
            with self.assertRaises(UserError, msg=str(vals)[:60]):
                Complaint._portal_file(vals)
        self.company.complaint_portal_limit = 2
        for _i in range(2):
            Complaint._portal_file({"description": "x"})
        with self.assertRaisesRegex(UserError, "within a day"):
            Complaint._portal_file({"description": "x"})

    def test_attack_documents(self):
        """Forged values on the documents of the way, and eyes that must not see."""
        complaint = self._complaint()
        self._at(complaint, "decided")
        strangers = (
            self.user_sales2,
            self.user_accounting,
            self.user_outsider,
            self.user_other_company,
        )
        memo_vals = {"complaint_id": complaint.id, "subject": "S", "text": "T"}
        memo = (
            self.env["crm.complaint.memorandum"]
            .with_user(self.user_manufacturing)
            .create(memo_vals)
        )
        self.attack(
            memo,
            memo_vals,
            final_states=("accepted", "dismissed"),
            guarded={"answered_by_id": self.user_gm.id, "answer": "yes"},
            users=(self.user_manufacturing,),
            strangers=strangers,
        )
        form_vals = {
            "description": "D",
            "department_id": self.departments["manufacturing"].id,
        }
        form = self.env["crm.abnormality"].with_user(self.user_sales).create(form_vals)
        self.attack(
            form,
            form_vals,
            final_states=("improving", "closed", "converted"),
            guarded={"confirmed_by_id": self.user_gmo.id, "complaint_id": complaint.id},
            users=(self.user_sales,),
            strangers=strangers,
        )
        response_vals = {"partner_id": self.customer.id, "abnormality": "A"}
        response = (
            self.env["crm.field.response"]
            .with_user(self.user_sales)
            .create(response_vals)
        )
        self.attack(
            response,
            response_vals,
            final_states=("reported", "instructed"),
            guarded={
                "instruction": "fine",
                "handled_at": "2026-01-01 00:00:00",
                "reported_by_id": self.user_gm.id,
            },
            users=(self.user_sales,),
            strangers=strangers,
        )
