"""Merging customers who each have a record of which a customer may have one only."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.crm_policy.tests.common import PolicyCase

from .credit_common import CreditMixin
from .grading_common import GradingMixin
from .test_verification import VerificationMixin


@tagged("post_install", "-at_install")
class TestMergeConflicts(GradingMixin, CreditMixin, VerificationMixin, PolicyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_grading()
        cls._setup_books()
        cls._setup_verification()
        cls.third = cls._make_archived_customer(
            name="Third Ltd", number=4, credit_code=False
        )
        # The same firm, registered three times.
        cls.customer2._write_protected({"credit_code": False})
        cls.all = cls.customer | cls.customer2 | cls.third

    def _merge(self, sources):
        self.env.flush_all()
        return self.customer.with_user(self.user_custodian).merge_customers(sources.ids)

    def _of(self, model):
        return self.env[model].search([("partner_id", "=", self.customer.id)])

    def test_cases(self):
        """One case goes on: the one with the hold; the others say where."""
        for number, customer in enumerate(self.all, 1):
            self._invoice(customer, amount=1000.0 * number)
        self._run_overdue()
        cases = self.env["crm.credit.case"].search(
            [("partner_id", "in", self.all.ids)], order="partner_id"
        )
        held = cases.filtered(lambda case: case.partner_id == self.customer2)
        held._write_guarded({"supply_hold": "suspended"})
        self.customer2._sync_credit_state()
        self._merge(self.customer2 | self.third)
        self.assertEqual(self._of("crm.credit.case"), cases.sorted(reverse=True))
        self.assertEqual(cases.filtered(lambda case: case.state != "closed"), held)
        self.assertEqual(held.amount_overdue, 6000)
        for case in cases - held:
            self.assertIn(held.name, case.settlement)
        self.assertEqual(self.customer.supply_hold, "suspended")
        self.assertEqual(self.customer.credit_state, "suspended")
        self._run_overdue()
        self.assertEqual(held.amount_overdue, 6000)
        self.assertEqual(len(held.line_ids), 3)

    def test_terms(self):
        """The remaining customer's terms hold; those of the others have ended."""
        grants = self.env["crm.credit.application"]
        for number, customer in enumerate(self.all, 1):
            grants |= self._grant(customer, credit_limit=10000 * number)
        self._merge(self.customer2 | self.third)
        self.assertEqual(grants.mapped("state"), ["active", "ended", "ended"])
        self.assertEqual(grants.partner_id, self.customer)
        self.assertIn(grants[0].name, grants[2].end_reason)
        customer = self.customer.with_company(self.company)
        self.assertEqual(customer.credit_limit, 10000)
        self.assertEqual(customer.property_payment_term_id, self.term_30)
        self.assertEqual(customer.credit_state, "active")
        self.assertFalse(self.env["crm.approval"]._verify_chain(self.company))

    def test_terms_of_a_duplicate(self):
        """Terms that only a duplicate had are the remaining customer's."""
        grant = self._grant(self.third, credit_limit=30000)
        self._merge(self.customer2 | self.third)
        self.assertEqual((grant.partner_id, grant.state), (self.customer, "active"))
        customer = self.customer.with_company(self.company)
        self.assertEqual(customer.credit_limit, 30000)
        self.assertEqual(customer.credit_state, "active")

    def test_undecided_application(self):
        """An application of a duplicate is decided as one of the remaining customer."""
        application = self._apply(self.third)
        application.with_user(self.user_sales).action_submit()
        self._merge(self.customer2 | self.third)
        self.assertEqual(application.partner_id, self.customer)
        application.with_user(self.user_sales_head).action_approve()
        self.assertEqual(application.state, "active")
        self.assertFalse(self.env["crm.approval"]._verify_chain(self.company))
        # another customer is another matter
        with self.assertRaises(UserError):
            application._write_guarded({"partner_id": self.draft.id})

    def test_verification(self):
        """One line stays, the one that was answered; the log keeps the others."""
        record = self._open_round()
        line = self._line(record, self.third)
        line.with_user(self.user_custodian).action_answer(
            "changed", "phone", {"city": "吴忠市"}, "Moved"
        )
        mine = self._line(record, self.customer)
        mine.note = "Asked twice"
        message = mine.message_post(body="No answer")
        self._merge(self.customer2 | self.third)
        self.assertEqual(self._line(record), line)
        self.assertEqual(line.state, "verified")
        self.assertEqual(message.res_id, line.id)
        dropped = "\n".join(filter(None, self.customer.merge_log_ids.mapped("dropped")))
        self.assertIn("Asked twice", dropped)
        self.assertEqual(dropped.count(record.name), 2)

    def test_classes(self):
        """The remaining customer's class holds; the others' are its history."""
        scheme = self._scheme(self.Scheme._in_force(self.company).code)
        for customer, amount in zip(self.all, (90000, 8000, 2000), strict=True):
            self._sell(customer, amount)
        self._run(scheme, apply=True)
        held = self._held(scheme, self.customer)
        before = self.History.search_count([("state", "=", "applied")])
        self._merge(self.customer2 | self.third)
        self.assertEqual(self._held(scheme, self.customer), held)
        self.assertEqual(self.History.search_count([("state", "=", "applied")]), before)
        standing = self._of("crm.customer.standing")
        self.assertEqual(standing.amount, 100000)
        shown = self.customer.with_company(self.company).customer_class_id
        self.assertEqual([shown.code or None], held)
        self._run(scheme, apply=True)
        self.assertEqual(self._of("crm.customer.standing").amount, 100000)

    def test_class_of_a_duplicate(self):
        """A class that only a duplicate held is the remaining customer's."""
        scheme = self._scheme(self.Scheme._in_force(self.company).code)
        self._sell(self.third, 90000)
        self._run(scheme, apply=True)
        current = self.History._current(self.all, scheme, self.company)
        (current.filtered(lambda row: row.partner_id != self.third))._write_guarded(
            {"date_to": self.today}
        )
        self.Engine._sync_customers(self.company)
        [code] = self._held(scheme, self.third)
        self._merge(self.customer2 | self.third)
        self.assertEqual(self._held(scheme, self.customer), [code])
        customer = self.customer.with_company(self.company)
        self.assertEqual(customer.customer_class_id.code or None, code)

    def test_pool_and_proposals(self):
        """No customer is in the pool twice, none is brought there by a duplicate."""
        Entry, Proposal = self.env["crm.pool.entry"], self.env["crm.problem.proposal"]
        entries = Entry.create(
            [
                {
                    "customer_id": customer.id,
                    "company_id": self.company.id,
                    "cause": "idle",
                    "date_in": f"2026-01-0{number} 00:00:00",
                }
                for number, customer in enumerate(self.customer2 | self.third, 1)
            ]
        )
        proposals = Proposal.create(
            [
                {"customer_id": customer.id, "company_id": self.company.id}
                for customer in self.all
            ]
        )
        self._merge(self.customer2 | self.third)
        self.assertEqual(entries.customer_id, self.customer)
        self.assertTrue(all(entries.mapped("date_out")))
        self.assertFalse(self.customer.in_pool)
        self.assertEqual(proposals.customer_id, self.customer)
        self.assertEqual(
            proposals.mapped("state"), ["proposed", "dismissed", "dismissed"]
        )

    def test_pool_twice(self):
        """In the pool once; the stays of the others have ended."""
        Entry = self.env["crm.pool.entry"]
        for number, customer in enumerate(self.all, 1):
            customer._write_guarded({"in_pool": True})
            Entry.create(
                {
                    "customer_id": customer.id,
                    "company_id": self.company.id,
                    "cause": "returned",
                    "reason_in": f"Reason {number}",
                    "date_in": f"2026-01-0{number} 00:00:00",
                }
            )
        self._merge(self.customer2 | self.third)
        entries = Entry.search(
            [("customer_id", "=", self.customer.id)], order="date_in"
        )
        self.assertEqual(len(entries), 3)
        entry = entries.filtered(lambda entry: not entry.date_out)
        self.assertEqual(entry.reason_in, "Reason 1")
        self.assertTrue(self.customer.in_pool)

    def test_consents_and_decisions(self):
        """Of two consents one is in force; what told the customers apart is logged."""
        contacts = self.customer.main_contact_id | self.third.main_contact_id
        Consent = self.env["crm.consent"].with_user(self.user_sales)
        Consent = Consent.with_company(self.company)
        consents = self.env["crm.consent"]
        for contact in contacts:
            consents |= consents.browse(Consent.give(contact.id, "marketing", "form"))
        contacts[0].with_user(self.user_custodian).merge_customers(contacts[1].ids)
        self.assertEqual(consents.partner_id, contacts[0])
        self.assertEqual(consents.mapped("in_force"), [True, False])
        self.customer._note_not_duplicate(self.third, "Another owner")
        self._merge(self.third)
        decisions = self.env["crm.customer.duplicate.decision"].search(
            [("customer_id", "=", self.customer.id)]
        )
        self.assertNotIn(self.customer, decisions.other_id)
        self.assertEqual(len(decisions), len(decisions.other_id))
        dropped = "\n".join(filter(None, self.customer.merge_log_ids.mapped("dropped")))
        self.assertIn("Another owner", dropped)

    def test_unknown_records_are_refused(self):
        """Records no model knows how to settle are left alone, and so is the rest."""
        self.env.cr.execute(
            "CREATE UNIQUE INDEX ON crm_customer_change (customer_id)"
            " WHERE state = 'approved'"
        )
        changes = self.env["crm.customer.change"]
        for customer in (self.customer, self.third):
            change = self.env["crm.customer.change"].browse(
                customer.with_user(self.user_sales).request_change(
                    {"legal_representative": "马晓燕"}, "New"
                )
            )
            change.with_user(self.user_sales_head).action_approve()
            changes |= change
        self.assertEqual(set(changes.mapped("state")), {"approved"})
        with self.assertRaisesRegex(UserError, "Settle"):
            self._merge(self.third)
        self.assertTrue(self.third.exists())
