"""Consent, withdrawal and erasing of personal data (GAP-75, GAP-95, ARC-90)."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import ArchiveCase


class PersonalCase(ArchiveCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._make_archived_customer()
        cls.contact = cls.customer.main_contact_id
        cls.contact.write({"email": "mxy@example.com", "wechat": "mxy-wx"})
        cls.today = cls.company._policy_today()
        cls.Consent = cls.env["crm.consent"]

    def _erase(self, person, user=None):
        user = user or self.user_sales
        request = self.env["crm.erase.request"].browse(
            person.with_user(user).request_erasure("By letter")
        )
        request.with_user(user).action_submit()
        return request


@tagged("post_install", "-at_install")
class TestConsent(PersonalCase):
    def _give(self, user=None, **kwargs):
        kwargs = {"purpose": "marketing", "how": "form", **kwargs}
        Consent = self.Consent.with_user(user or self.user_sales)
        return self.Consent.browse(Consent.give(self.contact.id, **kwargs))

    def test_given_and_withdrawn(self):
        consent = self._give(channel="phone")
        self.assertEqual(consent.customer_id, self.customer)
        self.assertEqual(consent.recorded_by_id, self.user_sales)
        self.assertEqual(self._give(channel="phone"), consent, "safe to repeat")
        other = self._give(channel="email")
        self.assertNotEqual(other, consent)
        sales = consent.with_user(self.user_sales)
        with self.assertRaises(UserError):
            sales.withdraw(" ")
        with self.assertRaises(ValidationError):
            sales.withdraw("Call", self.today + timedelta(days=1))
        with self.assertRaises(ValidationError):
            sales.withdraw("Call", self.today - timedelta(days=9))
        sales.withdraw("Call")
        sales.withdraw("Again")
        self.assertEqual(consent.withdrawn_how, "Call")
        self.assertFalse(consent.in_force)
        again = self._give(channel="phone")
        self.assertNotEqual(again, consent)

    def test_wizards(self):
        wizard = (
            self.env["crm.consent.give"]
            .with_user(self.user_sales)
            .create(
                {
                    "partner_id": self.contact.id,
                    "purpose_id": self.env.ref(
                        "crm_customer_archive.consent_purpose_survey"
                    ).id,
                }
            )
        )
        wizard.action_confirm()
        consent = self.contact.consent_ids
        self.assertEqual(consent.given_date, self.today)
        self.env["crm.consent.withdraw"].with_user(self.user_sales).create(
            {"consent_ids": consent.ids, "withdrawn_how": "Letter"}
        ).action_confirm()
        self.assertFalse(consent.in_force)

    def test_refused(self):
        with self.assertRaisesRegex(UserError, "no purpose"):
            self._give(purpose="anything")
        with self.assertRaisesRegex(ValidationError, "future"):
            self._give(date=self.today + timedelta(days=1))
        with self.assertRaisesRegex(ValidationError, "not what its name says"):
            self._give(evidence="MTIzNDU2", evidence_filename="scan.pdf")
        with self.assertRaisesRegex(UserError, "is a company"):
            self.Consent.with_user(self.user_sales).give(
                self.customer.id, "marketing", "form"
            )
        with self.assertRaises(AccessError):
            self._give(user=self.user_sales2)

    def test_nobody_edits(self):
        consent = self._give()
        vals = {
            "partner_id": self.contact.id,
            "purpose_id": consent.purpose_id.id,
            "given_date": self.today,
            "given_how": "form",
        }
        for user in (self.user_sales, self.user_director, self.user_admin):
            theirs = consent.with_user(user)
            with self.assertRaises(AccessError):
                theirs.write({"withdrawn_date": False})
            with self.assertRaises(AccessError):
                theirs.unlink()
            with self.assertRaises(AccessError):
                theirs.create(vals)
        for user in (self.user_sales2, self.user_other_company, self.user_outsider):
            theirs = consent.with_user(user).with_context(
                allowed_company_ids=user.company_ids.ids
            )
            self.assertFalse(theirs.has_access("read"))


@tagged("post_install", "-at_install")
class TestErase(PersonalCase):
    def test_contact_is_erased(self):
        """Everything that tells who it was is gone; the customer's file stands."""
        lead = self.env["crm.lead"].create(
            {
                "name": "Uniforms for 马晓燕",
                "type": "lead",
                "partner_id": self.contact.id,
                "contact_name": "马晓燕",
                "phone": "13895001234",
                "user_id": self.user_sales.id,
            }
        )
        self.contact.message_post(body="马晓燕 likes tea")
        self.customer.message_post(body="Met 马晓燕 (13895001234) at the fair")
        self.env["ir.attachment"].create(
            {
                "name": "card.txt",
                "raw": b"card",
                "res_model": "res.partner",
                "res_id": self.contact.id,
            }
        )
        self.Consent.with_user(self.user_sales).give(
            self.contact.id, "marketing", "form"
        )
        request = self._erase(self.contact)
        self.assertEqual(request.state, "review")
        with self.assertRaises(AccessError):
            request.with_user(self.user_sales).action_approve()
        with self.assertRaises(AccessError):
            request.with_user(self.user_sales_head).action_approve()
        request.with_user(self.user_director).action_approve("Lawful")
        self.assertEqual(request.state, "erased")
        self.assertEqual(request.erased_by_id, self.user_director)
        self.assertTrue(request.outcome)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(self.contact.active)
        self.assertIn("Erased person", self.contact.name)
        for name in ("phone", "email", "wechat", "function", "phone_key"):
            self.assertFalse(self.contact[name], name)
        self.assertFalse(self.customer.main_contact_id)
        self.assertEqual(self.customer.state, "archived")
        self.assertFalse(lead.contact_name or lead.phone)
        self.assertFalse(self.contact.consent_ids.in_force)
        self.assertFalse(self._left_over("马晓燕"))
        self.assertFalse(self._left_over("13895001234"))

    def _left_over(self, word):
        """Return where a word of the person still stands."""
        found = []
        for table, column in (
            ("res_partner", "name"),
            ("res_partner", "complete_name"),
            ("res_partner", "phone"),
            ("crm_lead", "name"),
            ("crm_lead", "contact_name"),
            ("crm_lead", "phone"),
            ("mail_message", "body"),
            ("mail_tracking_value", "old_value_char"),
            ("mail_tracking_value", "new_value_char"),
            ("crm_erase_request", "reason"),
        ):
            self.env.cr.execute(
                f"SELECT id FROM {table} WHERE {column} LIKE %s", (f"%{word}%",)
            )
            found += [(table, column, row[0]) for row in self.env.cr.fetchall()]
        return found

    def test_open_business(self):
        """Nothing is erased while business is open, not even when approved."""
        order = self.env["sale.order"].create(
            {"partner_id": self.contact.id, "company_id": self.company.id}
        )
        mine = self.contact.with_user(self.user_sales)
        for wrong in ((" ",), ("By letter", "whim")):
            with self.assertRaises(UserError):
                mine.request_erasure(*wrong)
        request = self.env["crm.erase.request"].browse(
            mine.request_erasure("By letter")
        )
        self.assertIn(f"Orders not finished: {order.name}", request.obstacles)
        with self.assertRaisesRegex(UserError, "Orders not finished"):
            request.with_user(self.user_sales).action_submit()
        order.action_cancel()
        request.with_user(self.user_sales).action_submit()
        order.action_draft()
        with self.assertRaisesRegex(UserError, "Orders not finished"):
            request.with_user(self.user_director).action_approve()
        self.assertEqual(request.state, "review")
        self.assertEqual(self.contact.name, "马晓燕")

    def test_private_customer_keeps_accounting(self):
        """A private customer's invoices and orders stay; the file is anonymous."""
        person = self._make_customer(
            name="李小明",
            number=5,
            is_company=False,
            credit_code=False,
            legal_representative=False,
            enterprise_type_id=False,
            main_contact_name=False,
            main_contact_phone=False,
            main_contact_function=False,
            phone="13912345678",
        )
        person.with_user(self.user_sales).action_submit()
        person.with_user(self.user_sales_head).action_approve()
        person.need_ids = [Command.create({"text": "李小明 wants blue"})]
        order = self.env["sale.order"].create(
            {"partner_id": person.id, "company_id": self.company.id}
        )
        order.action_cancel()
        self.assertTrue(person.customer_number)
        request = self._erase(person)
        request.with_user(self.user_director).action_approve()
        self.assertTrue(person.erased_at)
        self.assertEqual(order.partner_id, person)
        self.assertTrue(person.customer_number)
        self.assertFalse(person.need_ids)
        self.assertFalse(self._left_over("李小明"))
        for vals in ({"name": "李小明"}, {"phone": "13912345678"}):
            with self.assertRaisesRegex(UserError, "have been erased"):
                person.sudo().write(vals)
        with self.assertRaises(UserError):
            person.with_user(self.user_sales).request_erasure("Again")

    def test_requests(self):
        """One open request per person; companies and own people are none."""
        person = self.contact.with_user(self.user_sales)
        first = person.request_erasure("By letter", client_reference="E-1")
        self.assertEqual(
            person.request_erasure("By letter", client_reference="E-1"), first
        )
        for partner in (self.customer, self.user_sales2.partner_id):
            with self.assertRaises(UserError):
                partner.with_user(self.user_sales).request_erasure("No")
        with self.assertRaises(AccessError):
            self.contact.with_user(self.user_sales2).request_erasure("No")
        request = self.env["crm.erase.request"].browse(first)
        with self.assertRaises(AccessError):
            request.with_user(self.user_director).action_submit()
        with self.assertRaisesRegex(ValidationError, "future"):
            request.asked_date = self.today + timedelta(days=1)
        request.with_user(self.user_sales).action_cancel()
        self.assertEqual(request.state, "cancelled")
        action = person.action_request_erasure()
        self.assertEqual(action["context"]["default_partner_id"], person.id)

    def test_refused_request(self):
        request = self._erase(self.contact)
        request.with_user(self.user_director).action_reject("Still needed")
        self.assertEqual(request.state, "refused")
        self.assertEqual(self.contact.name, "马晓燕")

    def test_retention_proposes(self):
        """A period that is over leads to a request, never to an erasure."""
        Request = self.env["crm.erase.request"]
        self.assertFalse(Request._cron_retention())
        self.env.ref("crm_customer_archive.retention_contact").months = 12
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET write_date = now() - interval '3 years' "
            "WHERE id = %s",
            (self.contact.id,),
        )
        Request._cron_retention()
        Request._cron_retention()
        request = Request.search([("partner_id", "=", self.contact.id)])
        self.assertEqual(len(request), 1)
        self.assertEqual((request.state, request.ground), ("draft", "retention"))
        self.assertEqual(
            self.env["crm.retention.period"]._months_of("accounting", self.company), 120
        )
