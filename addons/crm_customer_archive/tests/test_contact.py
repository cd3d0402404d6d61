"""Contacts over the company's phones and accounts only (ARC-49, GAP-56)."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.crm_policy.tests.common import RpcAbuseCase

from .common import ArchiveCase, ArchiveMixin


class ContactMixin(ArchiveMixin):
    @classmethod
    def _employee(cls, user):
        return cls.env["hr.employee"].search([("user_id", "=", user.id)])

    @classmethod
    def _setup_channels(cls):
        cls.mobile = cls.env.ref("crm_customer_archive.contact_channel_type_mobile")
        cls.meeting = cls.env.ref("crm_customer_archive.contact_channel_type_meeting")
        cls.today = cls.company._policy_today()
        cls.channel = cls.env["crm.contact.channel"].create(
            {
                "employee_id": cls._employee(cls.user_sales).id,
                "type_id": cls.mobile.id,
                "account": "138-9500-1234",
                "date_from": cls.today - timedelta(days=30),
            }
        )
        cls.customer = cls._make_archived_customer(number=21)

    def _log(self, user=None, **vals):
        return (
            self.env["crm.contact.log"]
            .with_user(user or self.user_sales)
            .create(
                {
                    "partner_id": self.customer.id,
                    "type_id": self.mobile.id,
                    "summary": "Asked about the delivery.",
                    **vals,
                }
            )
        )


@tagged("post_install", "-at_install")
class TestContact(ContactMixin, ArchiveCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_channels()

    def test_assigned_channel_is_official(self):
        for vals in (
            {},
            {"channel_id": self.channel.id},
            {"account": "138 95001234"},
            {"type_id": self.meeting.id},
        ):
            contact = self._log(**vals)
            self.assertTrue(contact.official, vals)
            self.assertFalse(contact.incident_id)
        self.assertEqual(self.customer.last_contact_date, contact.date)

    def test_registers_are_printed(self):
        """Consents of persons are customer data, the company's channels are not."""
        Report = self.env["ir.actions.report"]
        form = "crm_customer_archive.report_channel_register"
        text = Report._render_qweb_html(form, self.channel.ids)[0].decode()
        self.assertIn("138-9500-1234", text)
        form = "crm_customer_archive.report_consent_register"
        person = self.customer.main_contact_id
        Consent = self.env["crm.consent"].with_user(self.user_sales)
        consent = Consent.give(person.id, "marketing", "form", channel="sms")
        Report = Report.with_user(self.user_sales)
        self.assertIn(
            person.name, Report._render_qweb_html(form, [consent])[0].decode()
        )
        self.customer._confidentiality_level().own_print_limit = 0
        with self.assertRaisesRegex(UserError, "ARC-200"):
            Report._render_qweb_html(form, [consent])

    def test_other_channel_raises_an_incident(self):
        contact = self._log(account="13700000000")
        self.assertFalse(contact.official)
        self.assertEqual(contact.incident_id.sudo().kind, "channel")
        self.assertTrue(self.user_sales.active, "nothing happens by itself (GAP-56)")
        wechat = self.env.ref("crm_customer_archive.contact_channel_type_wechat")
        self.assertFalse(self._log(type_id=wechat.id).official, "has no such channel")
        several = self.env["crm.contact.log"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "type_id": self.mobile.id,
                    "account": account,
                    "summary": account,
                    "company_id": self.company.id,
                }
                for account in ("13700000001", "13700000002")
            ]
        )
        self.assertEqual(len(several.incident_id), 2)
        for contact in several:
            self.assertIn(contact.account, contact.incident_id.description)

    def test_only_while_assigned(self):
        before = fields.Datetime.now() - timedelta(days=40)
        self.assertFalse(self._log(date=before).official)
        self.channel.date_to = self.today - timedelta(days=2)
        self.assertFalse(self._log(channel_id=self.channel.id).official)
        earlier = fields.Datetime.now() - timedelta(days=5)
        self.assertTrue(self._log(date=earlier).official)

    def test_one_holder_at_a_time(self):
        vals = {
            "employee_id": self._employee(self.user_sales2).id,
            "type_id": self.mobile.id,
            "account": "13895001234",
            "date_from": self.today,
        }
        with (
            self.assertRaisesRegex(ValidationError, "already assigned to Sales One"),
            self.env.cr.savepoint(),
        ):
            self.env["crm.contact.channel"].create(vals)
        self.channel.date_to = self.today - timedelta(days=1)
        self.assertTrue(self.env["crm.contact.channel"].create(vals))
        with self.assertRaises(AccessError):
            self.env["crm.contact.channel"].with_user(self.user_sales).create(vals)

    def test_bad_input(self):
        with self.assertRaisesRegex(ValidationError, "after it took place"):
            self._log(date=fields.Datetime.now() + timedelta(days=1))
        with self.assertRaisesRegex(ValidationError, "no customer file"):
            self._log(user=self.user_specialist, partner_id=self.company.partner_id.id)
        with self.assertRaisesRegex(ValidationError, "not a channel of"):
            self._log(user=self.user_director, channel_id=self.channel.id)
        with self.assertRaisesRegex(AccessError, "own contacts"):
            self._log(user_id=self.user_sales2.id)

    def test_logged_is_evidence(self):
        contact = self._log(account="13700000000")
        contact.summary = "More was said."
        for name, value in (
            ("account", "138 95001234"),
            ("date", fields.Datetime.now() - timedelta(days=1)),
            ("type_id", self.meeting.id),
        ):
            with self.assertRaisesRegex(UserError, "cannot be changed"):
                contact.write({name: value})
        with self.assertRaisesRegex(UserError, "are kept"):
            contact.sudo().unlink()

    def test_colleagues_do_not_see(self):
        contact = self._log()
        Log = self.env["crm.contact.log"]
        self.assertFalse(
            Log.with_user(self.user_sales2).search([("id", "=", contact.id)])
        )
        self.assertTrue(
            Log.with_user(self.user_sales_head).search([("id", "=", contact.id)])
        )

    def test_log_contact_for_programs(self):
        Log = self.env["crm.contact.log"].with_user(self.user_sales)
        vals = {
            "partner_id": self.customer.id,
            "channel": "mobile",
            "summary": "Called",
            "client_reference": "call-7",
        }
        first = Log.log_contact(vals)
        self.assertEqual(first, {**first, "official": True, "incident_id": 0})
        self.assertEqual(Log.log_contact(vals)["id"], first["id"])
        with self.assertRaisesRegex(UserError, "not a kind of contact channel"):
            Log.log_contact({**vals, "client_reference": "x", "channel": "pigeon"})
        with self.assertRaisesRegex(UserError, "Unknown in a contact: official"):
            Log.log_contact({**vals, "official": True})
        self.assertEqual(
            self.customer.action_view_contact_log()["domain"],
            [("customer_id", "=", self.customer.id)],
        )

    def test_queries_do_not_grow(self):
        def log(number):
            vals = {
                "partner_id": self.customer.id,
                "type_id": self.mobile.id,
                "summary": "Called",
            }
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["crm.contact.log"].with_user(self.user_sales).create(
                [dict(vals) for _number in range(number)]
            )
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        log(1)
        few = log(2)
        self.assertLessEqual(log(22) - few, 22, "at most the creation message of each")


@tagged("post_install", "-at_install")
class TestOwnerAttacks(ContactMixin, RpcAbuseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_channels()

    def test_contact_log(self):
        contact = self._log(account="13700000000")
        self.attack(
            contact,
            {
                "partner_id": self.customer.id,
                "type_id": self.mobile.id,
                "account": "13700000000",
                "summary": "Called",
            },
            guarded={"incident_id": self._log(account="13711111111").incident_id.id},
            users=(self.user_sales,),
            strangers=(self.user_sales2, self.user_outsider, self.user_other_company),
        )

    def test_handover(self):
        handover = (
            self.env["crm.customer.handover"]
            .with_user(self.user_sales_head)
            .create({"user_id": self.user_sales.id})
        )
        self.attack(
            handover,
            {"user_id": self.user_sales2.id, "company_id": self.company.id},
            final_states=("reassigned", "cleared", "closed"),
            guarded={"clearance_note": "nothing taken"},
            users=(self.user_sales_head, self.user_director),
            strangers=(self.user_sales2, self.user_outsider, self.user_other_company),
        )
        line = handover.line_ids[:1]
        for user in (self.user_sales, self.user_sales_head, self.user_director):
            with self.refused(f"{user.login} takes over in a successor's name"):
                self.rpc(user, line._name, "action_confirm", line.ids)
            with self.refused(f"{user.login} writes a successor"):
                self.rpc(user, line._name, "write", line.ids, {"successor_id": user.id})
        with self.refused("the leaver is archived over RPC"):
            self.rpc(
                self.env.ref("base.user_admin"),
                "res.users",
                "write",
                self.user_sales.ids,
                {"active": False},
            )
