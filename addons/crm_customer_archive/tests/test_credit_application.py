"""Credit terms: applied for, decided, written by nothing else, kept by documents."""

from datetime import timedelta
from xmlrpc.client import Fault

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.crm_policy.tests.common import PolicyCase, RpcAbuseCase

from .credit_common import CreditMixin


class CreditCase(CreditMixin, PolicyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_books()
        cls.customer = cls._make_archived_customer()


@tagged("post_install", "-at_install")
class TestCreditApplication(CreditCase):
    def test_approval_writes_the_terms(self):
        """Asked by the salesperson, decided by the head, written on the file."""
        application = self._apply(self.customer)
        application.with_user(self.user_sales).action_submit()
        self.assertEqual(application.state, "approval")
        self.assertFalse(self.customer.property_payment_term_id)
        for user in (self.user_sales, self.user_marketing_head, self.user_director):
            with self.assertRaises(AccessError):
                application.with_user(user).action_approve()
        application.with_user(self.user_sales_head).action_approve()
        customer = self.customer.with_company(self.company)
        self.assertEqual(application.state, "active")
        self.assertEqual(customer.property_payment_term_id, self.term_30)
        self.assertEqual(customer.credit_limit, 10000)
        self.assertEqual(customer.credit_state, "active")
        self.assertEqual(application.granted_days, 30)
        self.assertEqual(application.next_investigation.year, self.today.year + 1)

    def test_longest_term(self):
        """One month or the end of the month; every line counts (GAP-58)."""
        with self.assertRaisesRegex(ValidationError, "45 days .* at most 31 days"):
            self._apply(self.customer, payment_term_id=self.term_45.id)
        Term = self.env["account.payment.term"]
        for kind, days, allowed in (
            ("days_after", 31, True),
            ("days_after", 32, False),
            ("days_after_end_of_month", 0, True),
            ("days_after_end_of_month", 5, False),
            ("days_after_end_of_next_month", 0, False),
            ("days_end_of_month_on_the", 0, False),
        ):
            term = Term.create(
                {
                    "name": f"{kind} {days}",
                    "line_ids": [
                        Command.create({"value": "percent", "value_amount": 50}),
                        Command.create(
                            {
                                "value": "percent",
                                "value_amount": 50,
                                "delay_type": kind,
                                "nb_days": days,
                                "days_next_month": "10",
                            }
                        ),
                    ],
                }
            )
            term.line_ids[1].nb_days = days
            if allowed:
                self._apply(self.customer, payment_term_id=term.id).unlink()
            else:
                with self.assertRaisesRegex(ValidationError, "line 2"):
                    self._apply(self.customer, payment_term_id=term.id)
        self.env.ref("crm_customer_archive.credit_rule_mag").max_days = 45
        self._apply(self.customer, payment_term_id=self.term_45.id)

    def test_granted_term_is_not_stretched(self):
        """The payment term itself cannot be made longer behind the grant."""
        self._grant(self.customer)
        with self.assertRaisesRegex(ValidationError, "cannot become 90 days"):
            self.term_30.line_ids.nb_days = 90
        with self.assertRaises(ValidationError):
            self.term_30.line_ids = [
                Command.create({"value": "percent", "nb_days": 60})
            ]
        self.term_30.line_ids.nb_days = 20

    def test_incomplete(self):
        """All missing fields are named; a draft customer gets no terms."""
        application = self._apply(
            self.customer, production_situation=False, supplier_references=False
        )
        with self.assertRaisesRegex(UserError, "Production Situation and References"):
            application.action_submit()
        application.payment_term_id = False
        with self.assertRaisesRegex(UserError, "choose the payment term"):
            application.action_submit()
        draft = self._make_customer(name="Draft Ltd", number=2)
        with self.assertRaisesRegex(UserError, "Granting credit terms"):
            self._apply(draft).action_submit()
        plain = self.env["res.partner"].create({"name": "Plain"})
        with self.assertRaisesRegex(ValidationError, "no customer file"):
            self._apply(plain)
        with self.assertRaisesRegex(ValidationError, "future"):
            self._apply(self.customer, investigated_on=self.today + timedelta(days=1))
        self.company.policy_credit_profile_id = self.env.ref("crm_policy.profile_pcb")
        with self.assertRaisesRegex(UserError, "no credit rule"):
            self._apply(self.customer).action_submit()

    def test_approved_values_are_locked(self):
        application = self._grant(self.customer)
        with self.assertRaises(UserError):
            application.with_user(self.user_sales).credit_limit = 99999
        with self.assertRaises(UserError):
            application.with_user(self.user_sales).credit_standing = "Other"
        with self.assertRaises(UserError):
            application.unlink()

    def test_refused_and_renewed(self):
        """A refused application can be corrected; a new one ends the old."""
        application = self._apply(self.customer)
        application.with_user(self.user_sales).action_submit()
        application.with_user(self.user_sales_head).action_reject("Too much")
        self.assertEqual(application.state, "refused")
        application.with_user(self.user_sales).write({"credit_limit": 5000})
        application.with_user(self.user_sales).action_submit()
        application.with_user(self.user_sales_head).action_approve()
        later = self._grant(self.customer, payment_term_id=self.term_15.id)
        self.assertEqual(application.state, "ended")
        self.assertIn(later.name, application.end_reason)
        customer = self.customer.with_company(self.company)
        self.assertEqual(customer.property_payment_term_id, self.term_15)

    def test_end(self):
        """The head ends terms with a reason: immediate payment from then on."""
        application = self._grant(self.customer)
        with self.assertRaises(UserError):
            application.with_user(self.user_sales_head).action_end(" ")
        with self.assertRaises(AccessError):
            application.with_user(self.user_sales).action_end("No")
        action = application.with_user(self.user_sales_head).action_end_wizard()
        wizard = (
            self.env["crm.credit.reason"]
            .with_user(self.user_sales_head)
            .with_context(**action["context"])
            .create({"reason": "Sold the factory"})
        )
        wizard.action_apply()
        self.assertEqual(application.state, "ended")
        customer = self.customer.with_company(self.company)
        self.assertFalse(customer.property_payment_term_id)
        self.assertFalse(customer.credit_limit)
        self.assertEqual(customer.credit_state, "none")
        wizard.method = "unlink"
        with self.assertRaisesRegex(UserError, "no such step"):
            wizard.action_apply()

    def test_nobody_types_terms(self):
        """Neither owner, accounting, director nor program; contacts follow."""
        accounting = self.user_accounting
        accounting.group_ids += self.env.ref("account.group_account_manager")
        for user in (self.user_sales, self.user_director, accounting):
            customer = self.customer.with_user(user).with_company(self.company)
            with self.assertRaisesRegex(UserError, "credit application"):
                customer.write({"property_payment_term_id": self.term_30.id})
        with self.assertRaises(UserError):
            self.customer.with_user(accounting).write({"credit_limit": 5})
        with self.assertRaises(UserError):
            self.customer.sudo().write({"credit_limit": 5})
        self.customer.write({"property_payment_term_id": False})
        with self.assertRaises(UserError):
            self._make_customer(
                name="New Ltd", number=3, property_payment_term_id=self.term_30.id
            )
        with self.assertRaises(UserError):
            self.customer.main_contact_id.property_payment_term_id = self.term_30

    def test_investigation(self):
        """Reminded before it is due; recorded for good; sets the next date."""
        application = self._grant(self.customer)
        application._write_guarded(
            {"next_investigation": self.today + timedelta(days=3)}
        )
        self.env["crm.credit.application"]._cron_investigations()
        self.env["crm.credit.application"]._cron_investigations()
        activity = application.activity_ids
        self.assertEqual(activity.user_id, self.user_sales)
        with self.assertRaises(UserError):
            application.action_investigate("keep", " ")
        investigation_id = application.with_user(self.user_sales).action_investigate(
            "watch", "库存增加"
        )
        self.assertEqual(application.next_investigation.year, self.today.year + 1)
        self.assertFalse(application.activity_ids)
        investigation = self.env["crm.credit.investigation"].browse(investigation_id)
        with self.assertRaises(UserError):
            investigation.finding = "Other"
        with self.assertRaises(UserError):
            investigation.unlink()
        with self.assertRaises(ValidationError):
            application.action_investigate(
                "keep", "x", date=self.today + timedelta(days=2)
            )

    def test_rules_are_checked(self):
        rule = self.env.ref("crm_customer_archive.credit_rule_mag")
        with self.assertRaises(ValidationError):
            rule.write({"hold_days": 40, "stop_days": 30})
        field = self.env.ref("base.field_res_partner__name")
        with self.assertRaises(ValidationError):
            rule.required_field_ids = [Command.link(field.id)]


@tagged("post_install", "-at_install")
class TestCreditUse(CreditCase):
    def test_order_terms(self):
        """Immediate or as granted, on every path."""
        order = self._order(self.customer, payment_term_id=self.term_30.id)
        with self.assertRaisesRegex(ValidationError, "has not been granted"):
            order.action_confirm()
        with self.assertRaises(ValidationError):
            order.write({"state": "sale"})
        with self.assertRaises(ValidationError):
            self._order(self.customer, payment_term_id=self.term_30.id, state="sale")
        order.payment_term_id = self.immediate
        order.action_confirm()
        with self.assertRaises(ValidationError):
            order.payment_term_id = self.term_30
        self._grant(self.customer)
        order.payment_term_id = self.term_30
        with self.assertRaises(ValidationError):
            order.payment_term_id = self.term_45
        self.assertEqual(self._order(self.customer).payment_term_id, self.term_30)

    def test_setting_off(self):
        self.company.block_ungranted_terms = False
        order = self._order(self.customer, payment_term_id=self.term_45.id)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.payment_term_id, self.term_45)

    def test_taken_over_terms_count(self):
        """A customer from before the archive keeps the terms it had."""
        self.customer._write_guarded({"taken_over": True})
        self.customer.with_company(self.company)._write_protected(
            {"property_payment_term_id": self.term_45.id}
        )
        order = self._order(self.customer)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.payment_term_id, self.term_45)

    def test_credit_limit(self):
        """Above the limit: refused, or released by a decision, as data says."""
        self._grant(self.customer, credit_limit=150)
        self._order(self.customer).action_confirm()
        order = self._order(self.customer)
        with self.assertRaisesRegex(UserError, "credit limit is"):
            order.action_confirm()
        release = self._apply(
            self.customer,
            kind="order",
            payment_term_id=False,
            sale_order_id=order.id,
            order_amount=50,
        )
        with self.assertRaisesRegex(UserError, "less than the order"):
            release.action_submit()
        release.order_amount = 120
        release.with_user(self.user_sales).action_submit()
        release.with_user(self.user_sales_head).action_approve()
        order.action_confirm()
        # the order may not grow beyond what was released
        with self.assertRaises(UserError):
            order.order_line.product_uom_qty = 2
        with self.assertRaises(UserError):
            order.order_line = [
                Command.create({"product_id": self.product.id, "price_unit": 50})
            ]
        rule = self.env.ref("crm_customer_archive.credit_rule_mag")
        rule.limit_action = "refuse"
        with self.assertRaises(UserError):
            order.order_line.price_unit = 110
        rule.limit_action = "none"
        order.order_line.price_unit = 110

    def test_limit_counts_receivables(self):
        self._grant(self.customer, credit_limit=1050)
        self._invoice(self.customer, days_ago=1)
        order = self._order(self.customer)
        with self.assertRaises(UserError):
            order.action_confirm()
        order.payment_term_id = self.immediate
        order.action_confirm()

    def test_release_of_another_order(self):
        other = self._make_archived_customer(name="Other Ltd", number=4)
        order = self._order(other)
        with self.assertRaisesRegex(ValidationError, "another customer"):
            self._apply(self.customer, kind="order", sale_order_id=order.id)
        with self.assertRaisesRegex(UserError, "choose the order"):
            self._apply(self.customer, kind="order").action_submit()

    def test_invoice_terms(self):
        """Term and due dates, when posting and afterwards."""
        with self.assertRaisesRegex(ValidationError, "has not been granted"):
            self._invoice(self.customer, term=self.term_30)
        move = self._invoice(self.customer, post=False)
        move.invoice_payment_term_id = False
        move.invoice_date_due = self.today + timedelta(days=60)
        with self.assertRaisesRegex(ValidationError, "falls due on"):
            move.action_post()
        self._grant(self.customer)
        move = self._invoice(self.customer, term=self.term_30)
        receivable = move.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        with self.assertRaises(ValidationError):
            receivable.date_maturity = self.today + timedelta(days=90)
        receivable.date_maturity = move.invoice_date + timedelta(days=5)

    def test_invoice_of_an_order_keeps_its_term(self):
        """What was ordered on terms is invoiced on them, also when they ended."""
        application = self._grant(self.customer)
        order = self._order(self.customer)
        order.action_confirm()
        order.order_line.qty_delivered = 1
        application.with_user(self.user_sales_head).action_end("Over")
        invoice = order.sudo()._create_invoices()
        invoice.action_post()
        self.assertEqual(invoice.invoice_payment_term_id, self.term_30)

    def test_confirming_many_costs_no_more(self):
        """Checking terms and limits takes no query per order."""
        self._grant(self.customer, credit_limit=100000)
        orders = self.env["sale.order"].union(
            *(self._order(self.customer) for _number in range(6))
        )

        def count(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            some._check_credit_terms()
            some._check_credit_limit()
            return self.cr.sql_log_count - before

        count(orders[:1])
        self.assertEqual(count(orders), count(orders[:2]))


@tagged("post_install", "-at_install")
class TestCreditRpc(CreditMixin, RpcAbuseCase):
    def test_attacks(self):
        self._setup_books()
        customer = self._make_archived_customer(number=40)
        application = self._apply(customer)
        application.with_user(self.user_sales).action_submit()
        application.flush_recordset()
        vals = self._application_vals(customer)
        self.attack(
            application,
            create_vals=vals,
            final_states=("active", "ended"),
            guarded={
                "granted_days": 90,
                "date_active": "2026-01-01",
                "next_investigation": "2099-01-01",
                "approval_state": "approved",
                "name": "ZQ1",
            },
            users=[self.user_sales, self.user_sales_head, self.user_director],
            strangers=[self.user_sales2, self.user_outsider, self.user_other_company],
        )

    def test_story(self):
        """Filed twice with one reference; submitted at once; decided."""
        self._setup_books()
        customer = self._make_archived_customer(number=41)
        vals = self._application_vals(customer, client_reference="ERP-1", submit=True)
        call = self.rpc
        first = call(self.user_sales, "crm.credit.application", "apply_for_terms", vals)
        again = call(self.user_sales, "crm.credit.application", "apply_for_terms", vals)
        self.assertEqual(first, again)
        for wrong, message in (
            ({"term": 1}, "Unknown in an application"),
            ({"credit_limit": "much"}, "credit_limit"),
        ):
            with self.assertRaisesRegex(Fault, message), self.env.cr.savepoint():
                call(
                    self.user_sales,
                    "crm.credit.application",
                    "apply_for_terms",
                    {**vals, "client_reference": "ERP-2", **wrong},
                )
        self.assertTrue(
            call(
                self.user_sales_head,
                "crm.credit.application",
                "action_approve",
                [first],
            )
        )
        with self.assertRaises(Fault), self.env.cr.savepoint():
            call(
                self.user_director,
                "res.partner",
                "write",
                [customer.id],
                {"property_payment_term_id": self.term_45.id},
            )
