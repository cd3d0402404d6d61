"""Protected values of files on record: refused by hand, written when approved."""

import psycopg2

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import ArchiveCase, credit_code


class ChangeCase(ArchiveCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._make_archived_customer()
        cls.customer._write_protected(
            {"bank_ids": [Command.create({"acc_number": "6222 0202 0001"})]}
        )
        cls.account = cls.customer.bank_ids
        cls.Change = cls.env["crm.customer.change"]
        cls.env.flush_all()

    def _ask(self, values, user=None, reason="New licence", **kwargs):
        customer = self.customer.with_user(user or self.user_sales)
        ids = customer.request_change(values, reason, **kwargs)
        return self.Change.browse(ids)


@tagged("post_install", "-at_install")
class TestProtectedValues(ChangeCase):
    def test_every_value_is_refused(self):
        """Each protected value, for each role and the superuser, also by import."""
        values = {
            "name": "Renamed Ltd",
            "is_company": False,
            "company_type": "person",
            "enterprise_type_id": False,
            "legal_representative": "王小二",
            "credit_code": credit_code(77),
            "vat": "CN123",
            "user_id": self.user_sales2.id,
            "second_user_id": self.user_sales2.id,
        }
        users = (self.user_sales, self.user_sales_head, self.user_director)
        for user in (*users, self.user_admin, self.env.user):
            customer = self.customer.with_user(user)
            for name, value in values.items():
                with self.assertRaises(UserError, msg=f"{user.login} {name}") as caught:
                    customer.write({name: value})
                self.assertIn("Ask for a Change", str(caught.exception), name)
                with self.assertRaises(UserError, msg=f"{user.login} {name}"):
                    customer.write({"street": "Elsewhere", name: value})
        result = self.customer.with_user(self.user_sales).load(
            [".id", "legal_representative"], [[str(self.customer.id), "王小二"]]
        )
        self.assertFalse(result["ids"])
        self.assertIn("protected value", result["messages"][0]["message"])
        self.assertEqual(self.customer.legal_representative, "马建国")

    def test_unchanged_and_ordinary_values_pass(self):
        """A form that sends everything back is no change; full-width codes neither."""
        self.customer.with_user(self.user_sales).write(
            {
                "name": self.customer.name,
                "credit_code": f" {self.customer.credit_code.lower()} ",
                "user_id": self.user_sales.id,
                "street": "Elsewhere 2",
            }
        )
        self.assertEqual(self.customer.street, "Elsewhere 2")
        self.assertEqual(self.customer.state, "archived")

    def test_through_a_user(self):
        """The name of a customer's login is the name of the customer."""
        user = self.env["res.users"].create(
            {
                "login": "portal_customer",
                "partner_id": self.customer.id,
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
        with self.assertRaisesRegex(UserError, "protected value"):
            user.name = "Renamed Ltd"

    def test_bank_accounts(self):
        """No account is added, changed, moved, archived or deleted by hand."""
        Bank = self.env["res.partner.bank"].with_user(self.user_sales)
        account = self.account.with_user(self.user_sales)
        other = self._make_customer(name="Draft Ltd", number=2)
        theirs = Bank.create({"acc_number": "777", "partner_id": other.id})
        contact = self.customer.main_contact_id
        for what in (
            lambda: Bank.create({"acc_number": "9", "partner_id": self.customer.id}),
            lambda: Bank.create({"acc_number": "9", "partner_id": contact.id}),
            lambda: account.write({"acc_number": "9"}),
            lambda: account.write({"sanitized_acc_number": "9"}),
            lambda: account.write({"partner_id": other.id}),
            lambda: account.write({"acc_holder_name": "Thief"}),
            lambda: theirs.write({"partner_id": self.customer.id}),
            lambda: account.action_archive(),
            lambda: account.unlink(),
            lambda: self.customer.write({"bank_ids": [Command.clear()]}),
            lambda: self.customer.write(
                {"bank_ids": [Command.create({"acc_number": "9"})]}
            ),
        ):
            with (
                self.assertRaisesRegex(UserError, "protected value"),
                self.env.cr.savepoint(),
            ):
                what()
        account.write({"note": "Ordinary", "acc_number": account.acc_number})
        theirs.write({"acc_number": "778"})
        self.assertEqual(self.account.acc_number, "6222 0202 0001")

    def test_terms(self):
        """Nobody gives terms by hand: on file, as a draft, at birth, to a contact."""
        term = self.env.ref("account.account_payment_term_30days")
        draft = self._make_customer(name="Draft Ltd", number=2)
        for partner in (self.customer, self.customer.main_contact_id, draft):
            for vals in ({"property_payment_term_id": term.id}, {"credit_limit": 5.0}):
                with self.assertRaisesRegex(UserError, "credit application"):
                    partner.with_user(self.user_director).write(vals)
        with self.assertRaisesRegex(UserError, "credit application"):
            self._make_customer(number=3, property_payment_term_id=term.id)
        with self.assertRaisesRegex(UserError, "credit application"):
            self.env["res.partner"].with_context(
                default_property_payment_term_id=term.id
            ).create(self._customer_vals(number=4))
        with self.assertRaisesRegex(UserError, "credit application"):
            self.customer.child_ids = [
                Command.create({"name": "张晓红", "property_payment_term_id": term.id})
            ]
        with self.assertRaisesRegex(UserError, "credit application"):
            self._ask({"property_payment_term_id": term.id})
        # a plain contact with terms does not bring them along
        plain = self.env["res.partner"].create(
            {**self._customer_vals(number=5), "is_crm_customer": False}
        )
        plain.property_payment_term_id = term
        plain.is_crm_customer = True
        plain.user_id = self.user_sales
        with self.assertRaisesRegex(UserError, "credit application"):
            plain.with_user(self.user_sales).action_submit()
        plain.property_payment_term_id = False

    def test_granted_terms_reach_the_contacts(self):
        """An approved procedure writes; contacts follow and may be added."""
        term = self.env.ref("account.account_payment_term_30days")
        self.customer._write_protected({"property_payment_term_id": term.id})
        self.assertEqual(self.customer.main_contact_id.property_payment_term_id, term)
        self.customer.with_user(self.user_sales).child_ids = [
            Command.create({"name": "张晓红"})
        ]
        self.assertEqual(self.customer.child_ids.property_payment_term_id, term)

    def test_files_not_on_record_are_free(self):
        draft = self._make_customer(name="Draft Ltd", number=2)
        draft.with_user(self.user_sales).write(
            {"name": "Better Ltd", "second_user_id": self.user_sales2.id}
        )
        self.assertEqual(draft.name, "Better Ltd")
        with self.assertRaisesRegex(UserError, "not on file"):
            draft.with_user(self.user_sales).request_change({"name": "X"}, "Why")

    def test_list_is_data(self):
        """An administrator protects another value, or one no longer."""
        Protected = self.env["crm.customer.protected.field"]
        street = self.env.ref("base.field_res_partner__street")
        with self.assertRaises(AccessError):
            Protected.with_user(self.user_director).create({"field_id": street.id})
        row = Protected.with_user(self.user_admin).create({"field_id": street.id})
        with self.assertRaisesRegex(UserError, "Street"):
            self.customer.street = "Elsewhere"
        row.unlink()
        self.customer.street = "Elsewhere"
        self.env.ref("crm_customer_archive.protected_legal_representative").with_user(
            self.user_admin
        ).active = False
        self.customer.legal_representative = "王小二"
        self.assertEqual(self.customer.state, "archived")
        with self.assertRaises(ValidationError):
            Protected.create(
                {"field_id": self.env.ref("base.field_res_partner__child_ids").id}
            )

    def test_statement_adds_no_account(self):
        """Matching a bank statement leaves the accounts of customers alone."""
        journal = self.env["account.journal"].create(
            {"name": "Bank", "type": "bank", "code": "BNKT"}
        )
        line = self.env["account.bank.statement.line"].new(
            {
                "account_number": "6222999",
                "partner_id": self.customer.id,
                "journal_id": journal.id,
            }
        )
        self.assertFalse(line._find_or_create_bank_account())
        line.account_number = self.account.acc_number
        self.assertEqual(line._find_or_create_bank_account(), self.account)

    def test_cost_does_not_grow(self):
        """The guard costs no query per customer."""
        many = self.customer
        for number in range(50, 60):
            many |= self._make_archived_customer(name=f"F {number}", number=number)

        def count(customers):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            customers._check_protected({"is_company": True, "city": "X"})
            return self.cr.sql_log_count - before

        count(many[:1])
        self.assertEqual(count(many), count(many[:2]))


@tagged("post_install", "-at_install")
class TestChange(ChangeCase):
    def test_story(self):
        """Asked by the salesperson, approved by the head, applied, told."""
        change = self._ask(
            {"name": " 宁夏新丝路有限公司 ", "legal_representative": "王小二"}
        )
        self.assertEqual(len(change), 1)
        self.assertEqual(change.state, "review")
        self.assertEqual(change.kind, "identity")
        self.assertRegex(change.name, r"^BG\d{9}$")
        self.assertEqual(change.approval_pending_names, self.user_sales_head.name)
        self.assertEqual(self.customer.name, "Yinchuan Garments Ltd")
        self.assertEqual(self.customer.with_user(self.user_sales).change_count, 1)
        line = change.line_ids[0]
        self.assertEqual(
            (line.label, line.old_display, line.new_display),
            ("Name", "Yinchuan Garments Ltd", "宁夏新丝路有限公司"),
        )
        change.with_user(self.user_sales_head).action_approve("Seen the licence")
        self.assertEqual(change.state, "approved")
        self.assertTrue(change.applied_at)
        self.assertEqual(self.customer.name, "宁夏新丝路有限公司")
        self.assertEqual(self.customer.legal_representative, "王小二")
        self.assertEqual(self.customer.state, "archived")
        self.assertEqual(self.customer.approval_state, "approved")
        message = self.customer.message_ids[0].body
        for text in (change.name, "Yinchuan Garments Ltd", "New licence"):
            self.assertIn(text, message)
        # the next one may come
        self.assertTrue(self._ask({"name": "Third Name Ltd"}))

    def test_kinds_have_their_own_deciders(self):
        """One request, a change per kind; accounts need accounting as well."""
        changes = self._ask(
            {
                "credit_code": credit_code(8),
                "second_account_manager": "user_sales2",
                "bank_accounts": [
                    {"acc_number": "6217 7777", "bank": "宁夏银行"},
                    {"replaces": "622202020001", "acc_number": "6222 9999"},
                ],
            },
            client_reference="ERP-1",
        )
        self.assertEqual(changes.mapped("kind"), ["identity", "owner", "bank"])
        self.assertEqual(changes.first_change_id, changes[0])
        again = self._ask({"name": "Ignored"}, client_reference="ERP-1")
        self.assertEqual(again, changes)
        head = self.user_sales_head
        bank = changes[2]
        bank.with_user(head).action_approve()
        self.assertEqual(bank.state, "review")
        self.assertEqual(self.customer.bank_ids, self.account)
        accounting = bank.with_user(self.user_accounting)
        self.assertIn("6217 7777", accounting.summary)
        accounting.action_approve()
        self.assertEqual(bank.state, "approved")
        self.assertEqual(
            set(self.customer.bank_ids.mapped("sanitized_acc_number")),
            {"62177777", "62229999"},
        )
        self.assertEqual(self.account.sanitized_acc_number, "62229999")
        changes[:2].with_user(head).action_approve()
        self.assertEqual(self.customer.second_user_id, self.user_sales2)
        self.assertEqual(self.customer.credit_code, credit_code(8))
        self.assertEqual(self.customer.vat, credit_code(8))

    def test_account_no_longer_used(self):
        """It is kept for the books, but archived."""
        change = self._ask({"bank_accounts": [{"id": self.account.id, "remove": True}]})
        change.with_user(self.user_sales_head).action_approve()
        change.with_user(self.user_accounting).action_approve()
        self.assertFalse(self.account.active)
        self.assertTrue(change.line_ids.old_display)

    def test_owner(self):
        """Account managers by decision; the new one sees the customer."""
        change = self._ask({"user_id": self.user_sales2.id})
        change.with_user(self.user_sales_head).action_approve()
        self.assertEqual(self.customer.user_id, self.user_sales2)
        self.assertTrue(self.customer.with_user(self.user_sales2).has_access("read"))

    def test_refused_and_withdrawn(self):
        """A refusal needs a comment; withdrawn ones are submitted again or dropped."""
        change = self._ask({"name": "Other Ltd"})
        head = change.with_user(self.user_sales_head)
        with self.assertRaises(UserError):
            head.action_reject("")
        head.action_reject("No evidence")
        self.assertEqual(change.state, "refused")
        change = self._ask({"name": "Other Ltd"})
        mine = change.with_user(self.user_sales)
        with self.assertRaises(UserError):
            mine.action_cancel()
        mine.action_withdraw_approval("Wait")
        self.assertEqual(change.state, "draft")
        with self.assertRaises(AccessError):
            change.with_user(self.user_sales2).action_submit()
        mine.action_submit()
        self.assertEqual(change.state, "review")
        mine.action_withdraw_approval()
        mine.action_cancel()
        self.assertEqual(change.state, "cancelled")
        self.assertEqual(self.customer.name, "Yinchuan Garments Ltd")
        self.assertTrue(self._ask({"name": "Other Ltd"}))

    def test_one_open_change_per_value(self):
        """A second one names the first; other values are free."""
        first = self._ask({"name": "Other Ltd"})
        with self.assertRaisesRegex(UserError, first.name):
            self._ask({"name": "Third Ltd", "legal_representative": "王小二"})
        self._ask({"legal_representative": "王小二"})
        accounts = {"bank_accounts": [{"acc_number": "6217-1"}]}
        self._ask(accounts)
        with self.assertRaisesRegex(UserError, "already waits"):
            self._ask({"bank_accounts": [{"acc_number": "6217 1"}]})
        self._ask({"bank_accounts": [{"acc_number": "6217 2"}]})

    def test_database_refuses_a_second_open_change(self):
        """Two connections that do not see each other: the index decides."""
        change = self._ask({"name": "Other Ltd"})
        twin = self.Change.create(
            {
                "customer_id": self.customer.id,
                "company_id": self.company.id,
                "kind": "identity",
                "reason": "Twin",
            }
        )
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
            self.env.cr.savepoint(),
        ):
            change.line_ids.copy({"change_id": twin.id})
            self.env.flush_all()

    def test_stale(self):
        """A value that came into force meanwhile is not overwritten unseen."""
        change = self._ask({"name": "Other Ltd", "legal_representative": "王小二"})
        self.customer._write_protected({"name": "Merged Ltd"})
        change.line_ids.invalidate_recordset()
        self.assertTrue(change.line_ids[0].is_stale)
        head = change.with_user(self.user_sales_head)
        with self.assertRaisesRegex(UserError, "Name"):
            head.action_approve()
        self.assertEqual(change.state, "review")
        self.assertEqual(self.customer.name, "Merged Ltd")
        self.assertEqual(self.customer.legal_representative, "马建国")
        head.action_reject("Ask again")

    def test_whole_or_not_at_all(self):
        """A value that cannot be written any more leaves everything as it was."""
        change = self._ask(
            {"legal_representative": "王小二", "credit_code": credit_code(9)}
        )
        self._make_customer(user=self.user_sales2, name="Faster Ltd", number=9)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            change.with_user(self.user_sales_head).action_approve()
        self.env.invalidate_all()
        self.assertEqual(change.state, "review")
        self.assertEqual(self.customer.legal_representative, "马建国")

    def test_bad_values(self):
        """Refused when asked, before anybody decides; nothing is left behind."""
        taken = self._make_customer(name="Taken Ltd", number=6)
        self.user_rd.active = False
        for values, words in (
            ({"credit_code": "123"}, "social credit code"),
            ({"credit_code": taken.credit_code}, "already belongs"),
            ({"name": "  "}, "Name"),
            ({"name": {"a": 1}}, "Name"),
            ({"enterprise_type_id": 10**8}, "Enterprise Type"),
            ({"enterprise_type": "no such"}, "no such"),
            ({"second_user_id": self.user_sales.id}, "another person"),
            ({"user_id": self.user_rd.id}, "active user"),
            ({"user_id": self.user_other_company.id}, "."),
            ({"street": "Elsewhere"}, "edit it directly"),
            ({"nonsense": 1}, "nonsense"),
            ({"bank_accounts": [{"acc_number": "--"}]}, "number"),
            ({"bank_accounts": [{"id": 0, "remove": True}]}, "bank account"),
            ({"bank_accounts": [{"acc": 1}]}, "acc"),
            ({"bank_accounts": [{"acc_number": "622202020001"}]}, "."),
            ({"name": self.customer.name}, "differs"),
            ({}, "differs"),
        ):
            with (
                self.assertRaisesRegex(Exception, words) as caught,
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self._ask(values)
            self.assertIsInstance(
                caught.exception, (UserError, psycopg2.IntegrityError), values
            )
        with self.assertRaisesRegex(UserError, "why"):
            self._ask({"name": "Other Ltd"}, reason=" ")
        self.assertFalse(self.Change.search([("customer_id", "=", self.customer.id)]))
        self.assertEqual(self.customer.credit_code, credit_code(1))

    def test_html_is_text(self):
        change = self._ask({"name": "<b>Firm</b> '; DROP TABLE x; --"})
        change.with_user(self.user_sales_head).action_approve()
        self.assertEqual(self.customer.name, "<b>Firm</b> '; DROP TABLE x; --")
        self.assertNotIn("<b>Firm", self.customer.message_ids[0].body)

    def test_who_may_ask_and_see(self):
        """Who edits the customer asks; who sees it sees the change; others nothing."""
        for user in (self.user_sales2, self.user_outsider, self.user_other_company):
            with self.assertRaises(AccessError, msg=user.login):
                self._ask({"name": "Other Ltd"}, user=user)
        change = self._ask({"name": "Other Ltd"})
        for user in (self.user_sales, self.user_sales_head, self.user_specialist):
            self.assertTrue(change.with_user(user).has_access("read"), user.login)
            self.assertIn(change, self.Change.with_user(user).search([]))
            self.assertTrue(change.with_user(user).line_ids[0].new_display)
        for user in (self.user_sales2, self.user_quality, self.user_other_company):
            theirs = change.with_user(user).with_context(
                allowed_company_ids=user.company_ids.ids
            )
            self.assertFalse(theirs.has_access("read"), user.login)
            self.assertFalse(theirs.search([]))
            self.assertFalse(theirs.env["crm.customer.change.line"].search([]))
        with self.assertRaises(AccessError):
            change.with_user(self.user_director).write({"reason": "Mine"})
        with self.assertRaises(AccessError):
            change.with_user(self.user_director).action_approve()

    def test_lookup(self):
        """Other programs find changes by number and by reference."""
        change = self._ask({"legal_representative": "王小二"}, client_reference="A-1")
        [found] = self.Change.with_user(self.user_sales).lookup(change.name)
        self.assertEqual(found["values"][0]["new"], "王小二")
        self.assertEqual(found["state"], "review")
        self.assertEqual(
            self.Change.with_user(self.user_sales).lookup(client_reference="A-1"),
            [found],
        )
        self.assertEqual(self.Change.with_user(self.user_sales2).lookup("BG1"), [])
        with self.assertRaises(UserError):
            self.Change.lookup()

    def test_form(self):
        """The form shows what is, asks for what differs."""
        Ask = self.env["crm.customer.change.ask"].with_user(self.user_sales)
        form = Form(Ask.with_context(default_customer_id=self.customer.id))
        self.assertEqual(form.name, self.customer.name)
        form.name = "Form Ltd"
        form.reason = "Renamed"
        with form.bank_line_ids.edit(0) as line:
            self.assertEqual(line.acc_number, self.account.acc_number)
            line.acc_number = "6222 1"
        with form.bank_line_ids.new() as line:
            line.acc_number = "6222 2"
        form.save().action_ask()
        changes = self.customer.change_ids.sorted("id")
        self.assertEqual(changes.mapped("kind"), ["identity", "bank"])
        self.assertEqual(
            changes.line_ids.sorted("id").mapped("operation"),
            ["set", "bank_update", "bank_add"],
        )
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html(
                "crm_customer_archive.report_customer_change", changes.ids
            )[0]
            .decode()
        )
        for text in ("Form Ltd", "Yinchuan Garments Ltd", "6222 2", changes[0].name):
            self.assertIn(text, html)
