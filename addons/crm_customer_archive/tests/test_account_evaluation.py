"""Evaluation of customer relations: weights, grade, exactly one outcome (ARC-165)."""

from contextlib import contextmanager

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import ArchiveCase
from .test_account_plans import AccountMixin


@tagged("post_install", "-at_install")
class TestEvaluation(AccountMixin, ArchiveCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_accounts()
        cls.template = cls.env.ref("crm_customer_archive.evaluation_template_csd")

    def _make(self, score=70, **vals):
        evaluation = (
            self.env["crm.customer.evaluation"]
            .with_user(self.user_sales)
            .create(
                {
                    "customer_id": self.customer.id,
                    "template_id": self.template.id,
                    **vals,
                }
            )
        )
        evaluation.line_ids.write({"score": score, "basis": "年度订单"})
        return evaluation

    @contextmanager
    def refusing(self, error, text):
        with self.assertRaisesRegex(error, text), self.env.cr.savepoint():
            yield

    def test_templates_shipped(self):
        for code in ("csd", "bank"):
            template = self.env.ref(f"crm_customer_archive.evaluation_template_{code}")
            self.assertEqual(template.total_weight, 100)
            template._check_complete()

    def test_grade_and_outcome_proposed(self):
        """Half-open bands: a total on the border reaches the better grade."""
        for score, grade, outcome in (
            (80, "A", "develop"),
            (79.9, "B", "maintain"),
            (60, "B", "maintain"),
            (59.9, "C", "terminate"),
            (0, "C", "terminate"),
        ):
            evaluation = self._make(score)
            self.assertAlmostEqual(evaluation.total, score)
            self.assertEqual(evaluation.grade, grade)
            self.assertEqual(evaluation.proposed_outcome, outcome)

    def test_one_outcome_needed(self):
        evaluation = self._make(70)
        with self.refusing(UserError, "exactly one"):
            evaluation.action_submit()
        evaluation.outcome = "develop"
        with self.refusing(UserError, "another"):
            evaluation.action_submit()
        evaluation.outcome_reason = "新项目"
        evaluation.line_ids[0].basis = " "
        with self.refusing(UserError, evaluation.line_ids[0].name):
            evaluation.action_submit()
        evaluation.line_ids[0].basis = "回款"
        evaluation.action_submit()
        self.assertEqual(evaluation.state, "review")
        with self.assertRaises(AccessError):
            evaluation.action_approve()
        evaluation.with_user(self.user_sales_head).action_approve()
        evaluation.with_user(self.user_service_manager).action_approve()
        self.assertEqual(evaluation.state, "closed")
        self.assertFalse(evaluation.suspension_proposed)
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "crm_customer_archive.report_evaluation", evaluation.ids
        )
        self.assertIn("☑", html.decode())
        with self.assertRaises(UserError), self.env.cr.savepoint():
            evaluation.outcome = "maintain"

    def test_terminate_proposes_only(self):
        """The head is asked to suspend; the customer stays until the head does."""
        evaluation = self._make(20, outcome="terminate")
        evaluation.action_submit()
        evaluation.with_user(self.user_sales_head).action_approve()
        evaluation.with_user(self.user_service_manager).action_approve()
        self.assertTrue(evaluation.suspension_proposed)
        self.assertEqual(self.customer.state, "archived")
        self.assertIn(self.user_sales_head, self.customer.activity_ids.user_id)
        self.customer.with_user(self.user_sales_head).action_suspend("终止关系")
        self.assertEqual(self.customer.state, "suspended")

    def test_form(self):
        """The form makes an evaluation with all indicators of the template."""
        form = Form(self.env["crm.customer.evaluation"].with_user(self.user_sales))
        form.customer_id = self.customer
        with form.line_ids.edit(0) as line:
            line.score = 50
            line.basis = "回款"
        evaluation = form.save()
        self.assertEqual(
            evaluation.line_ids.indicator_id, evaluation.template_id.indicator_ids
        )
        self.assertEqual(evaluation.total, 50 * evaluation.line_ids[0].weight / 100)
        plan = Form(self.env["crm.account.plan"].with_user(self.user_sales))
        plan.customer_id = self.customer
        with plan.line_ids.new() as line:
            line.name = "拜访"
            line.cost = 5
        self.assertEqual(plan.save().total_cost, 5)

    def test_lines_are_the_templates(self):
        """No indicator is left out or scored past the standard score."""
        evaluation = self._make(70, outcome="maintain")
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            evaluation.line_ids[0].score = 101
        with self.assertRaises(AccessError):
            evaluation.line_ids[0].weight = 1
        evaluation.line_ids[0].unlink()
        with self.refusing(UserError, "indicators"):
            evaluation.action_submit()

    def test_templates_refuse(self):
        indicator = self.template.indicator_ids[0]
        with self.refusing(ValidationError, "100"):
            indicator.weight = 99
        with self.refusing(ValidationError, "From"):
            self.template.band_ids.filtered(lambda b: not b.score_from).score_from = 5
        with self.refusing(ValidationError, "same score"):
            self.template.band_ids[0].score_from = 60
        half = self.env["crm.evaluation.template"].create({"name": "X", "code": "X"})
        with self.assertRaises(ValidationError):
            self._make(template_id=half.id)
        with self.assertRaises(AccessError):
            indicator.with_user(self.user_sales).weight = 1
        with self.assertRaises(ValidationError):
            self._make(date="2099-01-01")
        with self.assertRaises(ValidationError):
            self._make(customer_id=self.user_sales.partner_id.id)

    def test_for_programs(self):
        Evaluation = self.env["crm.customer.evaluation"].with_user(self.user_sales)
        scores = [
            {"indicator": indicator.id, "score": 90, "basis": "ERP"}
            for indicator in self.template.indicator_ids
        ]
        result = Evaluation.file_evaluation(
            self.customer.id, scores, "CSD", client_reference="E-1"
        )
        self.assertEqual((result["grade"], result["outcome"]), ("A", "develop"))
        again = Evaluation.file_evaluation(self.customer.id, [], client_reference="E-1")
        self.assertEqual(again, result)
        with self.assertRaises(UserError):
            Evaluation.file_evaluation(self.customer.id, [], "NONE")
        with self.assertRaises(UserError):
            Evaluation.file_evaluation(
                self.customer.id, [{"indicator": -1, "score": 1, "basis": "x"}], "CSD"
            )
