"""An erased person is named nowhere any more; what stands in the way is named."""

from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from .common import ArchiveCase
from .credit_common import CreditMixin
from .erase_common import EraseMixin

NAME, PHONE, MAIL = "欧阳慧敏", "+86 139 8765 4321", "hm.ouyang@example.com"
LANDLINE = "crm_customer_archive.contact_channel_type_landline"
WORDS = (NAME, "13987654321", "139 8765 4321", "139-8765-4321", MAIL, "hm-wx")


class EraseCase(EraseMixin, ArchiveCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._make_archived_customer(
            main_contact_name=NAME, main_contact_phone=PHONE
        )
        cls.contact = cls.customer.main_contact_id
        cls.contact.write({"email": MAIL, "wechat": "hm-wx"})
        cls.today = cls.company._policy_today()


@tagged("post_install", "-at_install")
class TestEraseReaches(EraseCase):
    def _document(self, _model, **vals):
        return self.env[_model].create(vals)

    def test_every_text(self):
        """Contacts, verifications, letters, requests, changes, chatter, files."""
        said = f"Spoke to {NAME} (Tel139-8765-4321, {MAIL.upper()})"
        contact_log = self._document(
            "crm.contact.log",
            partner_id=self.contact.id,
            direction="out",
            type_id=self.env.ref(
                "crm_customer_archive.contact_channel_type_landline"
            ).id,
            summary=said,
            user_id=self.user_sales.id,
            company_id=self.company.id,
        )
        verification = (
            self.env["crm.customer.verification.round"]
            .with_company(self.company)
            .create({})
            .line_ids.filtered(lambda line: line.partner_id == self.customer)
        )
        verification._write_guarded(
            {"note": said, "answered_by": NAME, "changes_text": said}
        )
        request = (
            self.env["crm.data.request"]
            .with_user(self.user_sales2)
            .create(
                {
                    "purpose": said,
                    "form": "screen",
                    "partner_ids": [Command.set(self.customer.ids)],
                    "date_to": self.today + timedelta(days=7),
                }
            )
        )
        change = self.env["crm.customer.change"].browse(
            self.customer.with_user(self.user_sales).request_change(
                {"legal_representative": NAME}, said
            )
        )
        change.with_user(self.user_sales).action_withdraw_approval("No need")
        change.with_user(self.user_sales).action_cancel()
        incident = self._document(
            "crm.data.incident",
            description=said,
            remedy=said,
            partner_ids=[Command.set(self.customer.ids)],
        )
        lead = self._document(
            "crm.lead",
            name=f"Call of {NAME}",
            contact_name=NAME,
            phone="0086 13987654321",
            type="lead",
            company_id=self.company.id,
            description=f"<p>{said}</p>",
        )
        self._document(
            "crm.information.report.line",
            company_id=self.company.id,
            date=self.today,
            lead_id=lead.id,
            name=NAME,
            phone=PHONE,
        )
        records = (contact_log, verification, request, change, incident, self.customer)
        for record in records:
            self._document(
                "mail.message",
                model=record._name,
                res_id=record.id,
                body=said,
                subject=NAME,
            )
            self._document(
                "ir.attachment",
                name=f"{NAME}.txt",
                description=said,
                raw=b"letter",
                res_model=record._name,
                res_id=record.id,
            )
        self.customer.comment = f"<p>Ask for {NAME}</p>"
        self.customer.activity_schedule(
            "mail.mail_activity_data_todo", summary=f"Call {NAME}", note=said
        )
        outcome = self._erase(self.contact, f"{NAME} wrote a letter").outcome
        self.assertFalse(self._left_over(*WORDS))
        self.assertIn("***", contact_log.summary)
        self.assertIn("Spoke to", contact_log.summary, "only the person goes")
        self.assertIn(contact_log._description, outcome)

    def test_former_name(self):
        """Names and numbers the person had before are found too."""
        tracked = self.contact.with_context(tracking_disable=False)
        tracked.phone = "0951-6012345"
        self.env["crm.contact.log"].create(
            {
                "partner_id": self.customer.id,
                "direction": "out",
                "type_id": self.env.ref(
                    "crm_customer_archive.contact_channel_type_landline"
                ).id,
                "summary": "Rang 13987654321",
                "user_id": self.user_sales.id,
                "company_id": self.company.id,
            }
        )
        self._document(
            "mail.message",
            model="res.partner",
            res_id=self.contact.id,
            tracking_value_ids=[
                Command.create(
                    {
                        "field_id": self.env["ir.model.fields"]
                        ._get("res.partner", "phone")
                        .id,
                        "old_value_char": PHONE,
                        "new_value_char": "0951-6012345",
                    }
                )
            ],
        )
        self._erase(self.contact)
        self.assertFalse(self._left_over("13987654321", "0951-6012345"))

    def test_only_the_person(self):
        """Words that merely contain the name, and other customers, stay."""
        self.contact.name = "Li Na"
        other = self._make_archived_customer(name="Other Ltd", number=2)
        other.comment = "Li Na of Other Ltd"
        self.customer.comment = "Eli Na, LI NA and Li Nara; 李"
        self._erase(self.contact)
        self.assertIn("Eli Na, *** and Li Nara; 李", self.customer.comment)
        self.assertIn("Li Na of Other Ltd", other.comment)

    def test_pattern_is_literal(self):
        """Signs of regular expressions and of SQL in a name are plain text."""
        for name in ("A.B (C)* [d]+ \\1", 'O\'Brien & "Co"; DROP TABLE x', "100%_^$|"):
            pattern = self.env["res.partner"]._erase_pattern([name])
            masked = self.env["res.partner"]._mask_texts
            log = self._document(
                "crm.customer.need", customer_id=self.customer.id, text=f"x {name} AxB"
            )
            self.env.flush_all()
            masked("crm.customer.need", pattern, SQL("id = %s", log.id))
            self.env.invalidate_all()
            self.assertEqual(log.text, "x *** AxB")

    def test_portal_login_and_bank_account(self):
        """The address is no login any more; an account accounting used stays."""
        user = self.env["res.users"].create(
            {
                "name": NAME,
                "login": MAIL,
                "partner_id": self.contact.id,
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
        with self.contact._grant_protected({"bank_ids"}):
            self.env["res.partner.bank"].create(
                {"acc_number": "6222020200112233", "partner_id": self.contact.id}
            )
        self._erase(self.contact)
        self.assertFalse(user.active)
        self.assertEqual(user.login, f"erased-{user.id}")
        self.assertFalse(self._left_over("6222020200112233", MAIL))

    def test_decisions_stay_whole(self):
        """The chain of decisions can be verified after an erasure as before."""
        request = self._ask(self.contact)
        request.with_user(self.user_director).action_approve(f"{NAME} has the right")
        self.assertFalse(self.env["crm.approval"]._verify_chain(self.company))

    def test_decisions_on_masked_values_stand(self):
        """A decision on a text that named the person holds, and on it alone."""
        director = new_test_user(
            self.env,
            "erase_marketing",
            groups="crm_customer_archive.group_marketing_director",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        request = self.env["crm.data.request"].with_user(self.user_sales2)
        request = request.create(
            {
                "purpose": f"Call {NAME} back",
                "form": "electronic",
                "partner_ids": [Command.set(self.customer.ids)],
                "date_to": self.today + timedelta(days=7),
            }
        )
        request.action_submit()
        request.with_user(director).action_approve()
        decision = request.sudo().approval_ids
        self._erase(self.contact)
        self.assertEqual(request.purpose, "Call *** back")
        self.assertTrue(decision.erased_at)
        self.assertEqual(request.approval_state, "approved")
        request.sudo()._approval_require("consent")
        self.assertFalse(self.env["crm.approval"]._verify_chain(self.company))
        with self.assertRaises(AccessError):
            decision.with_user(self.user_admin).write({"erased_values": "{}"})
        self.env.cr.execute(
            "UPDATE crm_data_request SET purpose = 'Sell it' WHERE id = %s",
            [request.id],
        )
        self.env.invalidate_all()
        self.assertTrue(self.env["crm.approval"]._verify_chain(self.company))

    def test_verifications_of_private_customers_close(self):
        """An erased customer is not asked any more and does not spoil the round."""
        person = self._make_archived_customer(
            name="司马长风",
            number=6,
            is_company=False,
            credit_code=False,
            legal_representative=False,
            enterprise_type_id=False,
            main_contact_name=False,
            main_contact_phone=False,
            main_contact_function=False,
            phone="13912345679",
        )
        verification_round = (
            self.env["crm.customer.verification.round"]
            .with_company(self.company)
            .create({})
        )
        line = verification_round.line_ids.filtered(lambda x: x.partner_id == person)
        self.assertEqual(line.state, "due")
        before = verification_round.line_count
        self._erase(person)
        self.assertEqual(line.state, "dropped")
        verification_round.invalidate_recordset()
        self.assertEqual(verification_round.line_count, before - 1)
        totals = [row["total"] for row in verification_round._summary("user_id")]
        self.assertEqual(sum(totals), before - 1)
        with self.assertRaises(UserError):
            line._verify({"outcome": "no_change"})


@tagged("post_install", "-at_install")
class TestEraseObstacles(CreditMixin, EraseCase):
    def test_private_customer(self):
        """Credit cases and handovers are named, even when they come up later."""
        person = self._make_customer(
            name=NAME,
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
        request = self._ask(person)
        self._setup_books()
        self._invoice(person)
        self._run_overdue()
        case = self.env["crm.credit.case"].search([("partner_id", "=", person.id)])
        handover = (
            self.env["crm.customer.handover"]
            .with_user(self.user_sales_head)
            .create(
                {
                    "user_id": self.user_sales.id,
                    "departure_date": self.today + timedelta(days=7),
                }
            )
        )
        with self.assertRaisesRegex(UserError, case.name) as caught:
            request.with_user(self.user_director).action_approve()
        self.assertIn(handover.name, str(caught.exception))
        self.assertEqual(request.state, "review")
        self.assertEqual(person.name, NAME)

    def test_nobody_unmasks_by_rpc(self):
        """The mark of an erased person is written by nobody."""
        for user in (self.user_sales, self.user_director, self.user_admin):
            with self.assertRaises(AccessError):
                self.contact.with_user(user).write({"erased_at": fields.Datetime.now()})


@tagged("post_install", "-at_install")
class TestRetention(EraseCase):
    def _period(self, kind, months):
        self.env.ref(f"crm_customer_archive.retention_{kind}").months = months

    def _age(self, record, years=3):
        self.env.flush_all()
        self.env.cr.execute(
            f"UPDATE {record._table} SET write_date = now() - interval '{years} years' "
            "WHERE id = %s",
            (record.id,),
        )
        self.env.invalidate_all()

    def test_enquiry(self):
        """Enquirers who bought nothing are forgotten when the period is over."""
        leads = self.env["crm.lead"].create(
            [
                {
                    "name": f"Call {number}",
                    "contact_name": NAME,
                    "phone": PHONE,
                    "type": "lead",
                    "company_id": self.company.id,
                }
                for number in range(3)
            ]
        )
        lost, fresh, still_open = leads
        (lost | fresh).action_set_lost()
        for lead in (lost, still_open):
            self._age(lead)
        Request = self.env["crm.erase.request"]
        Request._cron_retention()
        self.assertEqual(lost.contact_name, NAME, "no period, nothing is erased")
        self._period("enquiry", 24)
        Request._cron_retention()
        self.assertFalse(lost.contact_name or lost.phone)
        self.assertEqual(fresh.contact_name, NAME)
        self.assertEqual(still_open.contact_name, NAME)

    def test_contact_log(self):
        """What was said is emptied when its period is over; the contact stays."""
        Log = self.env["crm.contact.log"].with_user(self.user_sales)
        vals = {"partner_id": self.contact.id, "channel": "meeting", "summary": NAME}
        old, new = (
            Log.browse(Log.log_contact({**vals, "date": date})["id"])
            for date in ("2020-02-03 04:00:00", fields.Datetime.now())
        )
        Request = self.env["crm.erase.request"]
        Request._cron_retention()
        self.assertEqual(old.summary, NAME, "no period, nothing is emptied")
        self._period("contact_log", 24)
        Request._cron_retention()
        self.assertEqual((old.summary, new.summary), ("***", NAME))
        self.assertTrue(old.user_id and old.type_id)
        self.assertFalse(old.sudo().message_ids)

    def test_private_customer_with_invoices(self):
        """Accounting's period holds a private customer, a contact's does not."""
        person = self.env["res.partner"].create(
            {"name": "李小明", "is_crm_customer": True, "company_id": self.company.id}
        )
        order = self.env["sale.order"].create(
            {"partner_id": person.id, "company_id": self.company.id}
        )
        self._period("customer", 24)
        for record in (person, order):
            self._age(record)
        Partner = self.env["res.partner"]
        self.assertFalse(
            Partner._persons_unused_for("customer", self.company, 24, 10) & person
        )
        self._age(order, years=11)
        self.assertIn(
            person, Partner._persons_unused_for("customer", self.company, 24, 10)
        )
        self.assertNotIn(
            person, Partner._persons_unused_for("contact", self.company, 24, 10)
        )

    def test_consent(self):
        consent = self.env["crm.consent"].browse(
            self.env["crm.consent"]
            .with_user(self.user_sales)
            .give(self.contact.id, "marketing", "form")
        )
        consent.with_user(self.user_sales).withdraw("Call")
        Request = self.env["crm.erase.request"]
        Request._cron_retention()
        self.assertTrue(consent.exists())
        self.env.cr.execute(
            "UPDATE crm_consent SET withdrawn_date = withdrawn_date - 4000"
        )
        self.env.invalidate_all()
        Request._cron_retention()
        self.assertFalse(consent.exists())
