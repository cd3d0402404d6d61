"""Overdue cases: opened, reported, recovered, held, confirmed, closed."""

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.crm_policy.tests.common import PolicyCase, RpcAbuseCase

from .credit_common import CreditMixin


class CaseMixin(CreditMixin):
    @classmethod
    def _open_case(cls, customer, days_ago=3, amount=1000.0):
        cls.invoice = cls._invoice(customer, days_ago=days_ago, amount=amount)
        cls._overdue_cron(cls.env)
        return customer.credit_case_ids


@tagged("post_install", "-at_install")
class TestCreditCase(CaseMixin, PolicyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_books()
        cls.customer = cls._make_archived_customer()
        cls.user_storage.group_ids += cls.env.ref("sales_team.group_sale_salesman")

    def _hold(self, case, step="suspend"):
        case.with_user(self.user_sales).action_propose_hold(step, "Unpaid")
        decider = self.user_gm if step == "stop" else self.user_sales_head
        case.with_user(decider).action_approve("Yes")
        self.env.invalidate_all()

    def test_opened_once(self):
        """The day after the due date, once, with its list and the duty to report."""
        self._invoice(self.customer, days_ago=0)
        self._run_overdue()
        self.assertFalse(self.customer.credit_case_ids)
        case = self._open_case(self.customer, days_ago=1)
        self._run_overdue()
        self.assertEqual(len(self.customer.credit_case_ids), 1)
        self.assertEqual(case.amount_overdue, 1000)
        self.assertEqual(case.overdue_since, self.today - timedelta(days=1))
        self.assertEqual(case.days_overdue, 1)
        self.assertEqual(case.line_ids.mapped("residual"), [1000])
        self.assertEqual(case.user_id, self.user_sales)
        self.assertEqual(case.activity_ids.user_id, self.user_sales)
        self.assertEqual(case.routing_user_id, self.user_sales)
        self.assertTrue(case.routing_due)
        self.assertEqual(self.customer.credit_state, "overdue")
        self.assertTrue(case.name.startswith("YQ"))

    def test_grace_and_new_debts(self):
        """Days of grace are data; a further debt joins the open case."""
        self.env.ref("crm_customer_archive.credit_rule_mag").grace_days = 5
        self.assertFalse(self._open_case(self.customer, days_ago=5))
        case = self._open_case(self.customer, days_ago=6, amount=500)
        self.assertEqual(case.amount_overdue, 500)
        self._invoice(self.customer, days_ago=20, amount=300)
        self._run_overdue()
        self.assertEqual(case.amount_overdue, 800)
        self.assertEqual(case.amount_opened, 500)
        self.assertEqual(case.overdue_since, self.today - timedelta(days=20))
        self.assertEqual(len(case.line_ids), 2)

    def test_money_on_account_counts(self):
        """Who has paid in without matching is not overdue."""
        self._invoice(self.customer, days_ago=10)
        self.env["account.payment"].with_company(self.company).create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.customer.id,
                "amount": 1000,
            }
        ).action_post()
        self._run_overdue()
        self.assertFalse(self.customer.credit_case_ids)

    def test_no_file_no_case(self):
        """Neither partners without a file nor companies without a rule have cases."""
        self.company.block_unregistered_customers = False
        plain = self.env["res.partner"].create({"name": "Plain"})
        self._invoice(plain, days_ago=10)
        self._run_overdue()
        self.assertFalse(self.env["crm.credit.case"].search([]))
        self.company.policy_credit_profile_id = self.env.ref("crm_policy.profile_pcb")
        self.assertFalse(self._open_case(self.customer, days_ago=10))

    def test_report_and_plan(self):
        """Salesperson reports to the head, plans the recovery; nobody else."""
        case = self._open_case(self.customer)
        with self.assertRaisesRegex(UserError, "Cause of the Delay"):
            case.with_user(self.user_sales).action_report()
        for user in (self.user_sales2, self.user_accounting):
            with self.assertRaises(AccessError):
                case.with_user(user).action_report("Forgot", "Will pay")
        case.with_user(self.user_sales).action_report("Forgot", "Will pay")
        self.assertEqual(case.state, "reported")
        self.assertEqual(case.reported_by_id, self.user_sales)
        self.assertEqual(case.activity_ids.user_id, self.user_sales_head)
        self.assertEqual(self.customer.credit_state, "reported")
        with self.assertRaisesRegex(UserError, "past that step"):
            case.with_user(self.user_sales).cause = "Other"
        with self.assertRaisesRegex(UserError, "Recovery Plan"):
            case.with_user(self.user_sales).action_plan()
        case.with_user(self.user_sales_head).action_plan(
            "Two instalments", self.today + timedelta(days=10)
        )
        self.assertEqual(case.state, "recovery")
        self.assertEqual(case.promised_date, self.today + timedelta(days=10))
        self.assertFalse(case.activity_ids)

    def test_late_report_is_reminded(self):
        """The routing machinery reminds of reports not made in time."""
        case = self._open_case(self.customer)
        case.passage_ids._write_guarded(
            {"date_due": "2020-01-01 00:00:00", "reminder_next": "2020-01-01 00:00:00"}
        )
        with self.enter_registry_test_mode():
            self.env.ref("crm_policy.ir_cron_deadlines").method_direct_trigger()
        notice = self.env["crm.routing.notice"].search(
            [("passage_id", "in", case.passage_ids.ids)]
        )
        self.assertEqual(notice.user_id, self.user_sales)

    def test_paid_without_hold(self):
        """Paid: the case closes by itself, duties end."""
        case = self._open_case(self.customer)
        self._pay(self.invoice)
        self._run_overdue()
        self.assertEqual(case.state, "closed")
        self.assertEqual(case.paid_on, self.today)
        self.assertFalse(case.activity_ids)
        self.assertFalse(case.routing_passage_id)
        self.assertEqual(self.customer.credit_state, "none")
        self.assertFalse(case.amount_overdue)
        # unpaid again: another case
        self.assertEqual(len(self._open_case(self.customer, days_ago=2)), 2)

    def test_holds(self):
        """Suspended by the head, stopped by the general manager; what they stop."""
        case = self._open_case(self.customer)
        order = self._order(self.customer)
        case.with_user(self.user_sales).action_propose_suspension()
        with self.assertRaises(AccessError):
            case.with_user(self.user_gm).action_approve()
        case.with_user(self.user_sales_head).action_approve("Yes")
        self.env.invalidate_all()
        self.assertEqual(case.supply_hold, "suspended")
        self.assertEqual(self.customer.supply_hold, "suspended")
        self.assertEqual(self.customer.credit_state, "suspended")
        for path in (order.action_confirm, lambda: order.write({"state": "sale"})):
            with self.assertRaisesRegex(UserError, f"{case.name}, .*1,000.*since"):
                path()
        with self.assertRaises(UserError):
            self._apply(self.customer).action_submit()
        for operation in ("order", "deliver", "terms"):
            with self.assertRaises(UserError):
                self.customer._check_customer_usable(operation, self.company)
        # what has been delivered is still invoiced
        self._invoice(self.customer, days_ago=0)
        with self.assertRaises(UserError):
            case.with_user(self.user_sales).action_propose_hold("suspend")
        case.with_user(self.user_sales).action_propose_stop()
        with self.assertRaises(AccessError):
            case.with_user(self.user_sales_head).action_approve()
        case.with_user(self.user_gm).action_approve()
        self.env.invalidate_all()
        self.assertEqual(self.customer.credit_state, "stopped")
        # also where files are not enforced
        self.company.block_unregistered_customers = False
        with self.assertRaises(UserError):
            order.action_confirm()

    def test_hold_of_another_company(self):
        """A hold counts in the company whose receivables are unpaid."""
        case = self._open_case(self.customer)
        self._hold(case)
        self.other_company.block_unregistered_customers = False
        self.customer._check_customer_usable("order", self.other_company)

    def test_accounting_lifts(self):
        """Only accounting confirms; the hold ends with the case."""
        case = self._open_case(self.customer)
        self._hold(case)
        for user in (self.user_sales, self.user_sales_head, self.user_gm):
            with self.assertRaises(AccessError):
                case.with_user(user).action_confirm_payment("Paid")
        with self.assertRaises(UserError):
            case.with_user(self.user_sales).action_claim_settled("")
        case.with_user(self.user_sales).action_claim_settled("Paid in goods")
        self.assertEqual(case.state, "confirming")
        self.assertEqual(case.activity_ids.user_id, self.user_accounting)
        self.assertTrue(
            case.with_user(self.user_accounting).search([("id", "=", case.id)])
        )
        with self.assertRaises(AccessError):
            case.with_user(self.user_sales).action_deny_payment("No")
        case.with_user(self.user_accounting).action_deny_payment("Nothing came")
        self.assertEqual(case.state, "recovery")
        case.with_user(self.user_sales).action_claim_settled("Paid in goods")
        case.with_user(self.user_accounting).action_confirm_payment()
        self.env.invalidate_all()
        self.assertEqual(case.state, "closed")
        self.assertEqual(case.supply_hold, "none")
        self.assertEqual(case.closed_by_id, self.user_accounting)
        self.assertEqual(self.customer.supply_hold, "none")
        self._order(self.customer).action_confirm()

    def test_paid_with_hold(self):
        """Found paid while held: accounting is asked before supply goes on."""
        case = self._open_case(self.customer)
        self._hold(case)
        self._pay(self.invoice)
        self._run_overdue()
        self._run_overdue()
        self.assertEqual(case.state, "confirming")
        self.assertEqual(len(case.activity_ids), 1)
        self.assertEqual(self.customer.supply_hold, "suspended")
        case.with_user(self.user_accounting).action_confirm_wizard()
        self.env.invalidate_all()
        self.assertEqual(self.customer.supply_hold, "none")

    def test_confirm_needs_words(self):
        case = self._open_case(self.customer)
        self.user_accounting.group_ids += self.env.ref("account.group_account_invoice")
        action = case.with_user(self.user_accounting).action_confirm_wizard()
        self.assertEqual(action["res_model"], "crm.credit.reason")
        with self.assertRaises(UserError):
            case.with_user(self.user_accounting).action_confirm_payment()

    def test_proposals(self):
        """After the days of the rule; refused ones come again; stop follows."""
        case = self._open_case(self.customer, days_ago=7)
        self.assertEqual(case.approval_state, "pending")
        self.assertEqual(case.approval_step, "suspend")
        self.assertEqual(case.approval_ids.candidate_ids, self.user_sales_head)
        case.with_user(self.user_sales_head).action_reject("Wait")
        self._run_overdue()
        self.assertEqual(case.approval_state, "refused")
        case._write_guarded({"hold_proposed_on": self.today - timedelta(days=15)})
        self._run_overdue()
        self.assertEqual(case.approval_state, "pending")
        case.with_user(self.user_sales_head).action_approve()
        case._write_guarded(
            {
                "overdue_since": self.today - timedelta(days=31),
                "hold_proposed_on": self.today - timedelta(days=1),
            }
        )
        rule = self.env.ref("crm_customer_archive.credit_rule_mag")
        self.env["crm.credit.case"]._propose_batch(self.company, rule, "stop", 10)
        self.assertEqual(case.approval_step, "stop")
        pending = case.approval_ids.filtered(lambda entry: entry.state == "pending")
        self.assertEqual(pending.candidate_ids, self.user_gm)

    def test_nobody_to_decide(self):
        """A department without head stops neither the run nor is it forgotten."""
        other = self._make_archived_customer(name="Other Ltd", number=2)
        self._invoice(other, days_ago=9)
        self.departments["sales"].manager_id = False
        case = self._open_case(self.customer, days_ago=9)
        self.assertTrue(case.hold_problem)
        self.assertEqual(case.hold_proposed_on, self.today)
        self.assertEqual(len(other.credit_case_ids), 1)

    def test_pending_proposal_ends_with_the_case(self):
        case = self._open_case(self.customer, days_ago=8)
        self._pay(self.invoice)
        self._run_overdue()
        self.assertEqual(case.state, "closed")
        self.assertNotEqual(case.approval_state, "pending")

    def test_owner_changes(self):
        """The case follows the customer's new account manager."""
        case = self._open_case(self.customer)
        self.customer._write_protected({"user_id": self.user_sales2.id})
        self.assertEqual(case.user_id, self.user_sales2)

    def test_run_costs_the_same_for_many(self):
        """A further run over open cases takes no query per case."""
        self.env.ref("crm_customer_archive.credit_rule_mag").hold_days = 0
        self._open_case(self.customer, days_ago=3)

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._overdue_cron(self.env)
            return self.cr.sql_log_count - before

        count()
        one = count()
        for number in range(2, 6):
            customer = self._make_archived_customer(name=f"F{number}", number=number)
            self._invoice(customer, days_ago=4)
        self._run_overdue()
        self.assertEqual(self.env["crm.credit.case"].search_count([]), 5)
        self.assertLessEqual(count(), one + 2)


@tagged("post_install", "-at_install")
class TestCreditCaseRpc(CaseMixin, RpcAbuseCase):
    def test_attacks(self):
        self._setup_books()
        customer = self._make_archived_customer(number=50)
        case = self._open_case(customer)
        case.flush_recordset()
        self.attack(
            case,
            create_vals={"partner_id": customer.id},
            final_states=("closed", "recovery"),
            guarded={
                "supply_hold": "stopped",
                "amount_overdue": 1.0,
                "settlement": "Paid",
                "closed_at": "2026-01-01 00:00:00",
            },
            users=[self.user_sales, self.user_sales_head, self.user_director],
            strangers=[self.user_sales2, self.user_outsider, self.user_other_company],
        )
        for forged in ({"supply_hold": "stopped"}, {"credit_state": "active"}):
            with self.refused(f"director writes {forged}"):
                self.rpc(
                    self.user_director, "res.partner", "write", [customer.id], forged
                )

    def test_story(self):
        """Reported, settled and confirmed by programs."""
        self._setup_books()
        customer = self._make_archived_customer(number=51)
        case = self._open_case(customer)
        call, ids = self.rpc, case.ids
        model = "crm.credit.case"
        self.assertTrue(
            call(self.user_sales, model, "action_report", ids, "Forgot", "Soon")
        )
        self.assertTrue(call(self.user_sales, model, "action_plan", ids, "In May"))
        self.assertTrue(
            call(self.user_sales, model, "action_claim_settled", ids, "Paid")
        )
        self.assertTrue(
            call(self.user_accounting, model, "action_confirm_payment", ids)
        )
