"""Evaluation of the relation to a customer (客户关系评估表, ARC-165, ARC-166).

====== ======== ======== ===================== ======================================
from   step     to       who                   what must hold
====== ======== ======== ===================== ======================================
-      create   draft    who sees the customer
draft  submit   review   who may write         all scored with basis, one outcome
refused submit  review   who may write         the same
review approve  closed   authority             terminate: suspension is proposed
review reject   refused  authority             comment
review withdraw draft    who submitted
====== ======== ======== ===================== ======================================
"""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import format_list

from odoo.addons.crm_policy.models.arguments import LINES, RECORD, TEXT, arguments

from .crm_evaluation_template import OUTCOMES


class CrmCustomerEvaluation(models.Model):
    _name = "crm.customer.evaluation"
    _description = "Evaluation of a Customer Relation"
    _inherit = [
        "crm.document.mixin",
        "crm.approval.mixin",
        "crm.customer.visible.mixin",
    ]
    _order = "id desc"
    _check_company_auto = True

    _number_code = "crm.customer.evaluation"
    _policy_topic = "archive"
    _mail_post_access = "read"
    _guarded_fields = ("closed_on", "suspension_proposed")
    _approval_steps = {
        "evaluation": {
            "from": ("draft", "refused"),
            "pending": "review",
            "approved": "closed",
            "refused": "refused",
            "void": "draft",
            "protected": (
                "customer_id",
                "template_id",
                "outcome",
                "outcome_reason",
                "line_ids.score",
                "line_ids.basis",
            ),
            "locked": ("closed",),
        },
    }

    customer_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        ondelete="restrict",
        domain=[("is_crm_customer", "=", True)],
        tracking=True,
    )
    customer_number = fields.Char(
        related="customer_id.customer_number", string="Customer Number"
    )
    user_id = fields.Many2one(
        "res.users",
        string="Evaluated By",
        default=lambda self: self.env.user,
        required=True,
        domain=[("share", "=", False)],
    )
    department_id = fields.Many2one(
        related="customer_id.crm_department_id", store=True, related_sudo=True
    )
    template_id = fields.Many2one(
        "crm.evaluation.template",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('company_id', 'in', (company_id, False))]",
        default=lambda self: self._default_template(),
    )
    date = fields.Date(
        required=True, default=lambda self: self.env.company._policy_today()
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("review", "In review"),
            ("closed", "Decided"),
            ("refused", "Refused"),
        ],
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    line_ids = fields.One2many(
        "crm.customer.evaluation.line",
        "evaluation_id",
        string="Indicators",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        precompute=True,
        copy=True,
    )
    standard_score = fields.Float(related="template_id.standard_score")
    total = fields.Float(
        compute="_compute_total",
        store=True,
        aggregator="avg",
        help="Sum of score times weight.",
    )
    grade = fields.Char(compute="_compute_grade", store=True)
    proposed_outcome = fields.Selection(
        OUTCOMES, compute="_compute_grade", store=True, help="By the grade reached."
    )
    outcome = fields.Selection(
        OUTCOMES, string="Result", tracking=True, copy=False, help="Exactly one."
    )
    outcome_reason = fields.Text(
        string="Reason for Another Result",
        help="Needed where the result is not the one the grade proposes.",
    )
    notes = fields.Text(string="Remarks")
    closed_on = fields.Date(string="Decided On", readonly=True, copy=False)
    suspension_proposed = fields.Boolean(
        readonly=True,
        copy=False,
        help="The relationship is to be terminated: the head of the department "
        "decides on suspending the customer.",
    )

    @api.model
    def _default_template(self):
        profile = self.env.company._policy_profile("grading")
        found = self.env["crm.evaluation.template"].search(
            [("company_id", "in", (self.env.company.id, False))]
        )
        return (found.filtered(lambda t: t.profile_id == profile) or found)[:1]

    # ------------------------------------------------------------- constraints

    @api.constrains("date")
    def _check_date(self):
        for evaluation in self:
            if evaluation.date > evaluation.company_id._policy_today():
                raise ValidationError(
                    self.env._("“Date”: an evaluation cannot be in the future.")
                )

    @api.constrains("customer_id", "company_id")
    def _check_customer(self):
        for evaluation in self:
            customer = evaluation.sudo().customer_id  # sudo: the rule, not the file
            if not customer.is_crm_customer:
                raise ValidationError(
                    self.env._(
                        "“Customer”: %s has no customer file.", customer.display_name
                    )
                )

    @api.constrains("template_id")
    def _check_template(self):
        self.template_id._check_complete()

    # ---------------------------------------------------------------- computes

    @api.depends("template_id")
    def _compute_line_ids(self):
        for evaluation in self:
            evaluation.line_ids = [
                Command.clear(),
                *(
                    Command.create({"indicator_id": indicator.id})
                    for indicator in evaluation.template_id.indicator_ids
                ),
            ]

    @api.depends("line_ids.weighted")
    def _compute_total(self):
        for evaluation in self:
            evaluation.total = sum(evaluation.line_ids.mapped("weighted"))

    @api.depends("total", "template_id", "line_ids.scored")
    def _compute_grade(self):
        for evaluation in self:
            lines = evaluation.line_ids
            complete = lines and all(lines.mapped("scored"))
            band = evaluation.template_id._band(evaluation.total) if complete else None
            evaluation.grade = band.name if band else False
            evaluation.proposed_outcome = band.outcome if band else False

    # ------------------------------------------------------------------ checks

    @api.model
    def _get_approval_step_labels(self):
        return {
            **super()._get_approval_step_labels(),
            "evaluation": self.env._("Evaluation of the customer relation"),
        }

    def _approval_department(self, step):
        # sudo: the org chart is needed, not shown
        return self.sudo().department_id or super()._approval_department(step)

    def _approval_check(self, step):
        res = super()._approval_check(step)
        for evaluation in self:
            evaluation._check_indicators()
            open_lines = evaluation.line_ids.filtered(
                lambda line: not line.scored or not (line.basis or "").strip()
            )
            if open_lines or not evaluation.line_ids:
                raise UserError(
                    self.env._(
                        "%(evaluation)s: score and basis are missing for: "
                        "%(indicators)s.",
                        evaluation=evaluation.name,
                        indicators=format_list(self.env, open_lines.mapped("name"))
                        or "-",
                    )
                )
            if not evaluation.outcome:
                raise UserError(
                    self.env._(
                        "%s: choose exactly one result: develop, maintain or "
                        "terminate.",
                        evaluation.name,
                    )
                )
            if (
                evaluation.outcome != evaluation.proposed_outcome
                and not (evaluation.outcome_reason or "").strip()
            ):
                raise UserError(
                    self.env._(
                        "%s: say why the result is another than the grade proposes.",
                        evaluation.name,
                    )
                )
        return res

    def _check_indicators(self):
        """Raise unless every indicator of the template is there once."""
        if set(self.line_ids.indicator_id.ids) != set(
            self.template_id.indicator_ids.ids
        ):
            raise UserError(
                self.env._(
                    "%(evaluation)s: the indicators are not those of “%(template)s”.",
                    evaluation=self.name,
                    template=self.template_id.name,
                )
            )

    def _approval_done(self, step):
        res = super()._approval_done(step)
        for evaluation in self:
            vals = {"closed_on": evaluation.company_id._policy_today()}
            if evaluation.outcome == "terminate":
                vals["suspension_proposed"] = True
                evaluation._propose_suspension()
            evaluation._write_guarded(vals)
        return res

    def _propose_suspension(self):
        """Ask the head to decide on suspending; nothing happens by itself."""
        customer = self.customer_id
        if customer.state != "archived":
            return
        heads = customer.crm_department_id.policy_head_ids
        for user in heads[:1] or self.approval_requester_id:
            customer.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Decide on suspending the customer"),
                note=self.env._(
                    "Evaluation %(number)s decided to terminate the relationship.",
                    number=self.name,
                ),
                user_id=user.id,
            )

    # ----------------------------------------------------------------- actions

    def action_submit(self):
        """Put evaluations up for decision.

        :return: True
        :raises UserError: scores, bases or the result are missing
        """
        for evaluation in self:
            evaluation.action_request_approval("evaluation")
        return True

    @api.model
    @arguments(
        customer_id=RECORD,
        scores=LINES,
        template=TEXT,
        outcome=TEXT,
        reason=TEXT,
        client_reference=TEXT,
    )
    def file_evaluation(
        self,
        customer_id,
        scores,
        template=None,
        outcome=None,
        reason=None,
        client_reference=None,
    ):
        """File an evaluation as a draft; safe to repeat with ``client_reference``.

        :param customer_id: id of the customer file
        :param scores: list of dicts ``indicator`` (id), ``score`` and ``basis``
        :param template: code of the template; by default that of the policy in force
        :param outcome: develop, maintain or terminate; by default as proposed
        :param reason: why the outcome is another than proposed
        :return: dict with ``id``, ``number``, ``total``, ``grade``, ``proposed``
        :raises UserError: unknown template or indicator
        """
        evaluation = self._find_by_client_reference(client_reference)
        if evaluation:
            return evaluation._as_dict()
        vals = {"customer_id": customer_id, "client_reference": client_reference}
        if template:
            found = self.env["crm.evaluation.template"].search(
                [
                    ("code", "=", template),
                    ("company_id", "in", (self.env.company.id, False)),
                ],
                limit=1,
            )
            if not found:
                raise UserError(
                    self.env._("There is no evaluation template “%s”.", template)
                )
            vals["template_id"] = found.id
        evaluation = self.create(vals)
        lines = {line.indicator_id.id: line for line in evaluation.line_ids}
        for score in scores:
            line = lines.get(score.get("indicator"))
            if not line:
                raise UserError(
                    self.env._(
                        "The template has no indicator “%s”.", score.get("indicator")
                    )
                )
            line.write({"score": score.get("score"), "basis": score.get("basis")})
        evaluation.write(
            {
                "outcome": outcome or evaluation.proposed_outcome,
                "outcome_reason": reason,
            }
        )
        return evaluation._as_dict()

    def _as_dict(self):
        return {
            "id": self.id,
            "number": self.name,
            "total": self.total,
            "grade": self.grade or "",
            "proposed": self.proposed_outcome or "",
            "outcome": self.outcome or "",
            "state": self.state,
        }


class CrmCustomerEvaluationLine(models.Model):
    _name = "crm.customer.evaluation.line"
    _description = "Indicator of a Customer Evaluation"
    _inherit = ["crm.guard.mixin", "crm.approval.line.mixin"]
    _order = "evaluation_id, sequence, id"

    _approval_parent = "evaluation_id"
    _guarded_fields = ("weight",)

    evaluation_id = fields.Many2one(
        "crm.customer.evaluation", required=True, index=True, ondelete="cascade"
    )
    indicator_id = fields.Many2one(
        "crm.evaluation.indicator", required=True, ondelete="restrict", readonly=True
    )
    name = fields.Char(related="indicator_id.name", string="Indicator Name")
    sequence = fields.Integer(related="indicator_id.sequence", store=True)
    weight = fields.Float(string="Weight (%)", readonly=True, aggregator=None)
    score = fields.Float(aggregator="avg")
    scored = fields.Boolean(compute="_compute_scored", store=True, readonly=False)
    weighted = fields.Float(
        string="Weighted Score", compute="_compute_weighted", store=True
    )
    basis = fields.Text(string="Basis of Score")
    notes = fields.Char(string="Remarks")

    _once_uniq = models.Constraint(
        "UNIQUE (evaluation_id, indicator_id)", "An indicator is scored once."
    )

    @api.constrains("score", "evaluation_id")
    def _check_score(self):
        for line in self:
            full = line.evaluation_id.standard_score
            if not 0 <= line.score <= full:
                raise ValidationError(
                    self.env._(
                        "“Score” of %(indicator)s: between 0 and %(full)s.",
                        indicator=line.name,
                        full=full,
                    )
                )

    @api.depends("score")
    def _compute_scored(self):
        """A score of 0 counts once it stands with its basis."""
        for line in self:
            line.scored = line.scored or bool(line.score)

    @api.depends("score", "weight")
    def _compute_weighted(self):
        for line in self:
            line.weighted = line.score * line.weight / 100

    def write(self, vals):
        if "score" in vals and "scored" not in vals:
            vals = {**vals, "scored": True}
        return super().write(vals)

    @api.model
    def _guarded_create_vals(self, vals_list):
        own_vals = super()._guarded_create_vals(vals_list)
        Indicator = self.env["crm.evaluation.indicator"]
        for vals, own in zip(vals_list, own_vals, strict=True):
            own["weight"] = Indicator.browse(vals.get("indicator_id")).weight
        return own_vals

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(
            [
                {**vals, "scored": True} if vals.get("score") else vals
                for vals in vals_list
            ]
        )
