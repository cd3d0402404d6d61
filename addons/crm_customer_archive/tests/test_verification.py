"""Quarterly verification: rounds, answers, the customer's link, what is overdue."""

from datetime import date, timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import hash_sign

from odoo.addons.crm_policy.tests.common import PolicyCase, RpcAbuseCase

from .common import ArchiveMixin

NOW = "2026-11-10 02:00:00"


class VerificationMixin(ArchiveMixin):
    @classmethod
    def _setup_verification(cls):
        cls.user_custodian = cls._make_person(
            "user_custodian",
            "Custodian",
            "crm_customer_archive.group_archive_custodian",
            "service",
        )
        cls.customer = cls._make_archived_customer(
            main_contact_email="ma@huatai.example.com"
        )
        cls.customer2 = cls._make_archived_customer(
            name="Second Ltd", number=2, main_contact_email=False
        )
        cls.draft = cls._make_customer(name="Draft Ltd", number=3)
        cls.Round = (
            cls.env["crm.customer.verification.round"]
            .with_user(cls.user_custodian)
            .with_company(cls.company)
        )

    @classmethod
    def _open_round(cls, **vals):
        return cls.Round.create(vals).with_env(cls.env)

    def _line(self, record, customer=None):
        customer = customer or self.customer
        return record.line_ids.filtered(lambda line: line.partner_id == customer)

    def _run_rounds(self):
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", return_value=float("inf")
        ):
            self.env["crm.customer.verification.round"]._cron_rounds()
        self.env.invalidate_all()

    def _sell(self, customer, amount, day):
        product = self.env["product.product"].create(
            {"name": "Coat", "type": "service", "taxes_id": False}
        )
        order = (
            self.env["sale.order"]
            .with_company(self.company)
            .create(
                {
                    "partner_id": customer.id,
                    "company_id": self.company.id,
                    "order_line": [
                        Command.create({"product_id": product.id, "price_unit": amount})
                    ],
                }
            )
        )
        order.action_confirm()
        order.date_order = day
        return order


@freeze_time(NOW)
@tagged("post_install", "-at_install")
class TestVerification(VerificationMixin, PolicyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_verification()

    def test_round_of_the_quarter(self):
        """One line per customer on file, for the custodian, due at its end."""
        record = self._open_round(date_from="2026-11-20")
        self.assertEqual(record.name, "2026Q4")
        self.assertEqual(record.date_from, date(2026, 10, 1))
        self.assertEqual(record.date_due, date(2026, 12, 31))
        self.assertEqual(record.line_ids.partner_id, self.customer | self.customer2)
        self.assertEqual(record.line_ids.user_id, self.user_custodian)
        self.assertEqual(set(record.line_ids.mapped("state")), {"due"})
        self.assertEqual((record.line_count, record.due_count), (2, 2))
        with self.assertRaises(UserError):
            record.date_from = "2026-07-01"
        with self.assertRaises(AccessError):
            record.with_user(self.user_sales).read(["name"])
            record.with_user(self.user_sales).write({"date_due": "2027-01-01"})

    def test_survey_forms(self):
        """The survey plan and its details list the customers of the round."""
        record = self._open_round()
        for name in ("survey_plan", "survey_detail"):
            html = (
                self.env["ir.actions.report"]
                .with_user(self.user_custodian)
                ._render_qweb_html(f"crm_customer_archive.report_{name}", record.ids)[0]
                .decode()
            )
            for customer in (self.customer, self.customer2):
                self.assertIn(customer.name, html, name)
            self.assertNotIn(self.draft.name, html)

    def test_who_verifies_is_data(self):
        """Per department, else the round's person, else the account manager."""
        rule = self.env.ref("crm_customer_archive.verification_rule_mag")
        with (
            self.assertRaisesRegex(ValidationError, "does not see the customers"),
            self.cr.savepoint(),
        ):
            rule.assignee_ids = [
                Command.create(
                    {
                        "department_id": self.departments["sales"].id,
                        "user_id": self.user_sales2.id,
                    }
                )
            ]
        rule.assignee_ids = [
            Command.create(
                {
                    "department_id": self.departments["sales"].id,
                    "user_id": self.user_specialist.id,
                }
            )
        ]
        record = self._open_round()
        self.assertEqual(record.line_ids.user_id, self.user_specialist)
        rule.write({"assign_to": "owner", "days_before_end": 10})
        record = self._open_round(date_from="2026-08-01")
        self.assertEqual(record.line_ids.user_id, self.user_sales)
        self.assertEqual(record.date_due, date(2026, 9, 20))

    def test_values_to_confirm(self):
        rule = self.env.ref("crm_customer_archive.verification_rule_mag")
        for name in (
            "base.field_res_partner__country_id",
            "base.field_res_users__login",
        ):
            with self.assertRaises(ValidationError):
                rule.field_ids = [Command.link(self.env.ref(name).id)]

    def test_opened_by_itself(self):
        """The cron opens the quarter's round once; only keepers open by hand."""
        self._run_rounds()
        self._run_rounds()
        record = self.Round.search([("company_id", "=", self.company.id)])
        self.assertEqual(record.name, "2026Q4")
        self.assertEqual(self.Round.open_round(), record.id)
        with self.assertRaises(AccessError):
            self.Round.with_user(self.user_sales_head).open_round("2026-01-01")
        with self.assertRaises(UserError):
            self.Round.open_round("2026-01-01", "nobody")
        earlier = self.Round.open_round("2026-01-01", "user_specialist")
        self.assertEqual(self.Round.browse(earlier).user_id, self.user_specialist)

    def test_opening_costs_the_same_for_many(self):
        """The number of queries does not depend on the number of customers."""

        def count(day):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            record = self._open_round(date_from=day)
            self.env.flush_all()
            return self.cr.sql_log_count - before, len(record.line_ids)

        count("2025-01-01")
        few, lines = count("2025-04-01")
        for number in range(10, 16):
            self._make_archived_customer(name=f"Firm {number}", number=number)
        many, more = count("2025-07-01")
        self.assertEqual(more, lines + 6)
        self.assertEqual(few, many)

    def test_purchases(self):
        """The quarter's purchases and those before stand beside it (ARC-104)."""
        self._sell(self.customer, 1000, "2026-08-15 04:00:00")
        self._sell(self.customer, 1300, "2026-10-15 04:00:00")
        record = self._open_round()
        line = self._line(record)
        self.assertEqual((line.amount_quarter, line.amount_previous), (1300, 1000))
        self.assertEqual((line.amount_change, line.trend), (300, "rising"))
        self.assertEqual(self._line(record, self.customer2).trend, "none")
        self._sell(self.customer2, 50, "2026-11-01 04:00:00")
        self._run_rounds()
        self.assertEqual(self._line(record, self.customer2).trend, "new")

    def test_no_change(self):
        """Asked by phone, nothing changed; the file is dated."""
        line = self._line(self._open_round())
        mine = line.with_user(self.user_custodian)
        with self.assertRaisesRegex(UserError, "Method"):
            mine.action_no_change()
        with self.assertRaisesRegex(ValidationError, "pigeon"):
            mine.action_contact("pigeon")
        mine.action_contact("phone", "No answer at first")
        self.assertEqual(line.state, "contacted")
        mine.action_contact("phone")
        mine.action_no_change()
        self.assertEqual((line.state, line.outcome), ("verified", "no_change"))
        self.assertEqual(line.verified_by_id, self.user_custodian)
        self.assertFalse(line.verified_late)
        self.assertEqual(self.customer.verification_date, date(2026, 11, 10))
        with self.assertRaises(UserError):
            mine.action_no_change()
        with self.assertRaisesRegex(UserError, "has been verified"):
            mine.method = "fax"
        mine.action_summarise()
        self.assertEqual(line.state, "summarised")

    def test_changes(self):
        """Ordinary values are written, protected ones staged, unknown refused."""
        line = self._line(self._open_round()).with_user(self.user_custodian)
        with self.assertRaisesRegex(UserError, "credit_limit"):
            line.action_answer("changed", "fax", {"credit_limit": 5})
        with self.assertRaises(UserError):
            line.action_answer("maybe", "fax")
        with self.assertRaises(UserError):
            line.action_answer("no_change", "fax", {"city": "吴忠市"})
        line.action_answer(
            "changed",
            "fax",
            {"city": "吴忠市", "legal_representative": "李建国"},
            answered_by="马晓燕",
        )
        self.assertEqual(self.customer.city, "吴忠市")
        self.assertEqual(self.customer.legal_representative, "马建国")
        change = self.customer.change_ids
        self.assertEqual(line.change_numbers, change.display_name)
        self.assertIn("银川市 → 吴忠市", line.changes_text)
        self.assertEqual(line.answered_by, "马晓燕")

    def test_wizard(self):
        line = self._line(self._open_round()).with_user(self.user_custodian)
        action = line.action_answer_wizard()
        wizard = (
            self.env["crm.customer.verification.answer"]
            .with_user(self.user_custodian)
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual(wizard.city, "银川市")
        wizard.phone = "0951-5551234"
        wizard.action_apply()
        self.assertEqual(self.customer.phone, "0951-5551234")
        self.assertEqual((line.state, line.outcome), ("verified", "changed"))

    def test_only_who_verifies(self):
        """Colleagues cannot answer; account manager and head may."""
        line = self._line(self._open_round())
        for user in (self.user_sales2, self.user_quality, self.user_specialist):
            with self.assertRaises(AccessError):
                line.with_user(user).action_answer("no_change", "phone")
        line.with_user(self.user_sales).action_answer("no_change", "phone")
        other = self._line(line.round_id, self.customer2)
        other.with_user(self.user_sales_head).action_answer("no_change", "phone")

    def test_overdue(self):
        """Overdue after the due date; one activity per head; late answers count."""
        record = self._open_round()
        with freeze_time("2027-01-01 02:00:00"):
            record._mark_overdue()
            record._mark_overdue()
            self.assertEqual(set(record.line_ids.mapped("state")), {"overdue"})
            self.assertEqual(record.activity_ids.user_id, self.user_sales_head)
            self.assertEqual(len(record.activity_ids), 1)
            self.assertIn("2", record.activity_ids.summary)
            line = self._line(record)
            line.with_user(self.user_custodian).action_contact("phone")
            self.assertEqual(line.state, "overdue")
            line.with_user(self.user_custodian).action_no_change()
            self.assertTrue(line.verified_late)
            record.with_user(self.user_custodian).date_due = "2027-01-20"
            self.assertEqual(self._line(record, self.customer2).state, "due")

    def test_close(self):
        """Closing summarises what is verified; the rest stays open or overdue."""
        record = self._open_round()
        line = self._line(record)
        line.with_user(self.user_custodian).action_answer("no_change", "phone")
        new = self._make_archived_customer(name="New Ltd", number=9)
        with self.assertRaises(AccessError):
            record.with_user(self.user_sales_head).action_close()
        self.assertEqual(
            record.with_user(self.user_custodian).action_add_customers(), 1
        )
        self.assertTrue(self._line(record, new))
        record.with_user(self.user_custodian).action_close()
        self.assertEqual((record.state, line.state), ("closed", "summarised"))
        self.assertEqual(self._line(record, new).state, "due")
        record.with_user(self.user_custodian).action_reopen()
        self.assertEqual(record.state, "open")
        self.assertEqual(record.action_view_lines()["res_model"], line._name)

    def test_visit_confirms(self):
        """A held visit that confirmed the data verifies the line of its quarter."""
        record = self._open_round()
        Line = self.env["crm.customer.verification"].with_user(self.user_sales)
        contact = self.customer.main_contact_id
        self.assertFalse(Line._confirm_from_visit(contact, date(2026, 9, 1)))
        lines = Line._confirm_from_visit(contact, date(2026, 11, 9))
        self.assertEqual(lines, self._line(record))
        self.assertEqual((lines.state, lines.method), ("verified", "visit"))
        self.assertEqual(self.customer.verification_date, date(2026, 11, 9))

    def test_emails(self):
        """Mails are queued in bulk with a link; who has no address is left out."""
        record = self._open_round()
        lines = record.line_ids.with_user(self.user_custodian)
        self.assertEqual(lines.action_send_emails(), 1)
        mail = self.env["mail.mail"].search([("model", "=", lines._name)])
        self.assertEqual(mail.state, "outgoing")
        self.assertIn("ma@huatai.example.com", mail.email_to)
        line = self._line(record)
        self.assertIn(line._answer_token(), mail.body_html)
        self.assertEqual((line.state, line.method), ("contacted", "email"))
        with self.assertRaisesRegex(UserError, "no.* has an e-mail|None of these"):
            self._line(record, self.customer2).action_send_emails()
        notice = lines.filtered(lambda rec: rec.state == "contacted").action_send()
        self.assertEqual(notice["params"]["type"], "success")


@tagged("post_install", "-at_install")
class TestVerificationHttp(VerificationMixin, RpcAbuseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_verification()
        cls.round = cls._open_round()
        cls.line = cls.round.line_ids.filtered(
            lambda line: line.partner_id == cls.customer
        )
        cls.line._write_guarded({"link_number": 1})
        cls.customer.lang = "en_US"

    def _url(self):
        return f"/customer/verification/{self.line._answer_token()}"

    def _post(self, url, **values):
        page = self.url_open(url)
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        return self.url_open(url, data={"csrf_token": token, **values})

    def test_confirm(self):
        """Confirmed without changes; the link then has done its service."""
        page = self.url_open(self._url())
        self.assertEqual(page.status_code, 200)
        self.assertIn("解放东街1号", page.text)
        self.assertNotIn("6222", page.text)
        answer = self._post(self._url(), answered_by="马晓燕")
        self.assertIn("Thank you", answer.text)
        self.env.invalidate_all()
        self.assertEqual(
            (self.line.state, self.line.outcome), ("verified", "no_change")
        )
        self.assertFalse(self.line.verified_by_id)
        self.assertEqual(self.line.answered_by, "马晓燕")
        again = self.url_open(self._url())
        self.assertIn("confirmed already", again.text)

    def test_changes(self):
        """What the customer writes: ordinary applied, protected staged, escaped."""
        self._post(
            self._url(),
            answered_by="马晓燕",
            value_city="<b>吴忠市</b>",
            value_legal_representative="李建国",
            value_credit_limit="99",
            note="下月搬迁",
        )
        self.env.invalidate_all()
        self.assertEqual(self.customer.city, "<b>吴忠市</b>")
        self.assertEqual(self.customer.legal_representative, "马建国")
        self.assertEqual(self.customer.change_ids.state, "review")
        self.assertEqual(self.line.outcome, "changed")
        self.assertEqual(self.line.note, "下月搬迁")
        self.assertIn("吴忠市", self.line.changes_text)

    def test_bad_values(self):
        """Too long, or no full name: said on the page, nothing kept."""
        answer = self._post(self._url(), answered_by="x", value_city="长" * 501)
        self.assertEqual(answer.status_code, 422)
        self.assertIn("at most 500", answer.text)
        answer = self._post(
            self._url(),
            answered_by="x",
            value_city="吴忠市",
            value_main_contact_name="王总",
        )
        self.assertEqual(answer.status_code, 422)
        self.env.invalidate_all()
        self.assertEqual(self.line.state, "due")
        self.assertEqual(self.customer.city, "银川市")

    def test_wrong_links(self):
        """Wrong, shortened, foreign, replaced and expired links open nothing."""
        token = self.line._answer_token()
        self._refused_link("rubbish")
        self._refused_link(token[:-4] + "AAAA")
        self._refused_link("AQ")
        self._refused_link(
            hash_sign(self.env, "other purpose", [self.line.id, 1], expiration_hours=1)
        )
        with freeze_time("2020-01-01"):
            old = self.line._answer_token()
        self._refused_link(old)
        self.line._write_guarded({"link_number": 2})
        self._refused_link(token)

    def _refused_link(self, token):
        page = self.url_open(f"/customer/verification/{token}")
        self.assertEqual(page.status_code, 404, token)
        self.assertIn("not valid any more", page.text)
        self.assertNotIn("解放东街", page.text)

    def test_chinese(self):
        """The page speaks the customer's language."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.customer.lang = "zh_CN"
        page = self.url_open(self._url())
        self.assertIn('lang="zh-CN"', page.text)

    def test_closed_round(self):
        self.round.with_user(self.user_custodian).action_close()
        self.assertIn("confirmed already", self.url_open(self._url()).text)

    def test_attacks(self):
        self.line.flush_recordset()
        self.attack(
            self.line,
            create_vals={"partner_id": self.customer.id, "round_id": self.round.id},
            final_states=("verified", "summarised"),
            guarded={
                "verified_on": "2026-01-01",
                "outcome": "no_change",
                "link_number": 7,
                "amount_quarter": 5.0,
            },
            users=[self.user_sales, self.user_custodian, self.user_director],
            strangers=[self.user_sales2, self.user_outsider, self.user_other_company],
        )
        with self.refused("a custodian forges the date on the file"):
            self.rpc(
                self.user_custodian,
                "res.partner",
                "write",
                self.customer.ids,
                {"verification_date": "2026-01-01"},
            )

    def test_story(self):
        """A program opens the round, answers, closes."""
        call, line = self.rpc, "crm.customer.verification"
        model = "crm.customer.verification.round"
        custodian = self.user_custodian
        self.assertEqual(call(custodian, model, "open_round"), self.round.id)
        self.assertTrue(call(custodian, line, "action_contact", self.line.ids, "phone"))
        self.assertTrue(
            call(
                custodian,
                line,
                "action_answer",
                self.line.ids,
                "changed",
                values={"city": "吴忠市"},
            )
        )
        self.assertTrue(call(custodian, model, "action_close", self.round.ids))
        self.env.invalidate_all()
        self.assertEqual(self.line.state, "summarised")
        self.assertEqual(self.round.state, "closed")
        self.assertTrue(self.round.closed_on <= date.today() + timedelta(days=1))
