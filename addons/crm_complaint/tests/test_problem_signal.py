"""Complaints propose a customer as a problem account."""

from odoo.tests import tagged

from odoo.addons.crm_policy.tests.common import PolicyCase

from .common import ComplaintMixin


@tagged("post_install", "-at_install")
class TestProblemSignal(ComplaintMixin, PolicyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_complaints()
        cls.customer.write({"is_crm_customer": True, "company_id": cls.company.id})
        cls.customer._write_guarded({"state": "archived"})

    def _found(self):
        self.env.flush_all()
        rule = self.env.ref("crm_complaint.problem_rule_complaint")
        rows = self.env.execute_query_dict(rule._signal_sql(self.company))
        return {row["customer_id"]: row["value"] for row in rows}

    def test_number_of_complaints(self):
        """Drafts do not count; as many as the rule says propose the customer."""
        complaints = [self._complaint() for _index in range(3)]
        for complaint in complaints[:2]:
            complaint.action_submit()
        self.assertFalse(self._found())
        complaints[2].action_submit()
        self.assertEqual(self._found(), {self.customer.id: 3})
        self.env["crm.problem.rule"]._propose(self.company)
        proposal = self.env["crm.problem.proposal"].search(
            [("customer_id", "=", self.customer.id)]
        )
        self.assertIn("3", proposal.signal_text)
        self.assertEqual(proposal.state, "proposed")
