"""Evaluation of how customer management is carried out, and of its effect (ARC-11).

========== ======== ========== ============================ =========================
from       step     to         who                          what must hold
========== ======== ========== ============================ =========================
draft      confirm  done       director, GM's office        measures, conclusion
done       reopen   draft      director
========== ======== ========== ============================ =========================
"""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

REVIEWERS = ("crm_policy.group_director", "crm_policy.group_gm_office")


class CrmPolicyReview(models.Model):
    _name = "crm.policy.review"
    _description = "Policy Review"
    _inherit = ["crm.document.mixin"]
    _order = "date_to desc, id desc"
    _number_code = "crm.policy.review"
    _guarded_fields = ("confirmed_by_id", "confirmed_date")
    _transitions = {
        "confirm": {
            "from": ("draft",),
            "to": "done",
            "groups": REVIEWERS,
            "check": "_check_complete",
        },
        "reopen": {
            "from": ("done",),
            "to": "draft",
            "groups": ("crm_policy.group_director",),
        },
    }

    state = fields.Selection(
        [("draft", "Draft"), ("done", "Confirmed")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: (
            fields.Date.context_today(self).replace(day=1) - relativedelta(months=3)
        ),
    )
    date_to = fields.Date(
        string="Until",
        required=True,
        default=lambda self: (
            fields.Date.context_today(self).replace(day=1) - relativedelta(days=1)
        ),
    )
    area = fields.Selection(
        selection=lambda self: (
            self.env["crm.policy.rule"]._fields["area"]._description_selection(self.env)
        ),
        help="Empty: all areas of the register.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Reviewed By",
        required=True,
        default=lambda self: self.env.user,
        tracking=True,
    )
    line_ids = fields.One2many("crm.policy.review.line", "review_id", readonly=True)
    missed_count = fields.Integer(
        string="Targets Missed", compute="_compute_missed_count"
    )
    execution = fields.Text(help="How the policies were carried out.")
    effect = fields.Text(help="What they brought.")
    conclusion = fields.Text(tracking=True)
    adjustment = fields.Text(
        string="Adjustments to the Policies",
        help="What is to be changed in the policies, and by whom.",
    )
    confirmed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    confirmed_date = fields.Date(readonly=True, copy=False)

    # -------------------------------------------------------------- constraints

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for review in self:
            if review.date_from > review.date_to:
                raise ValidationError(
                    self.env._("From: a review cannot begin after it ends.")
                )

    @api.depends("line_ids.missed")
    def _compute_missed_count(self):
        counts = dict(
            self.env["crm.policy.review.line"]._read_group(
                [("review_id", "in", self.ids), ("missed", "=", True)],
                ["review_id"],
                ["__count"],
            )
        )
        for review in self:
            review.missed_count = counts.get(review, 0)

    def _check_complete(self):
        for review in self:
            if not review.line_ids:
                raise UserError(
                    self.env._(
                        "%s: take over the measures of the register first.",
                        review.display_name,
                    )
                )
            if not (review.conclusion or "").strip():
                raise UserError(
                    self.env._("Conclusion: %s has none.", review.display_name)
                )

    # ---------------------------------------------------------------- lifecycle

    def write(self, vals):
        written = {"execution", "effect", "conclusion", "adjustment", "line_ids"}
        written |= {"date_from", "date_to", "area", "user_id", "company_id"}
        if written.intersection(vals):
            self._check_draft()
        return super().write(vals)

    def _check_draft(self):
        for review in self.filtered(lambda review: review.state != "draft"):
            raise UserError(
                self.env._(
                    "%s has been confirmed and stays as it is.", review.display_name
                )
            )

    # ------------------------------------------------------------------ actions

    def action_load_measures(self):
        """Take over cases and breaches of the register's measured rules.

        Draft reviews only; what was taken over before is replaced.

        :return: True
        """
        self.check_access("write")
        self._check_draft()
        # sudo: lines are written by this method only, for reviews one may write
        lines = self.env["crm.policy.review.line"].sudo()
        lines.search([("review_id", "in", self.ids)]).unlink()
        lines.create([vals for review in self for vals in review._measures()])
        return True

    def action_confirm(self):
        """Confirm the review; it stays as it is afterwards.

        :return: True
        """
        self._transition(
            "confirm",
            confirmed_by_id=self.env.uid,
            confirmed_date=fields.Date.context_today(self),
        )
        return True

    def action_reopen(self):
        """Take a confirmed review up again.

        :return: True
        """
        self._transition("reopen", confirmed_by_id=False, confirmed_date=False)
        return True

    # ------------------------------------------------------------------ helpers

    def _measures(self):
        """Return the values of the lines: sums of the register's months."""
        self.ensure_one()
        domain = [
            ("month", ">=", self.date_from.replace(day=1)),
            ("month", "<=", self.date_to),
            ("company_id", "in", [self.company_id.id, False]),
        ]
        if self.area:
            domain.append(("area", "=", self.area))
        rows = self.env["crm.policy.rule.month"]._read_group(
            domain, ["rule_id"], ["cases:sum", "breaches:sum"]
        )
        return [
            {
                "review_id": self.id,
                "rule_id": rule.id,
                "cases": cases,
                "breaches": breaches,
                "target": rule.target,
            }
            for rule, cases, breaches in rows
        ]


class CrmPolicyReviewLine(models.Model):
    _name = "crm.policy.review.line"
    _description = "Measure of a Policy Review"
    _order = "review_id, missed desc, rule_id, id"

    review_id = fields.Many2one(
        "crm.policy.review", required=True, index=True, ondelete="cascade"
    )
    rule_id = fields.Many2one("crm.policy.rule", required=True, ondelete="restrict")
    cases = fields.Integer(readonly=True)
    breaches = fields.Integer(readonly=True)
    target = fields.Float(
        string="Target (%)", digits=(5, 1), readonly=True, aggregator=None
    )
    rate = fields.Float(
        string="Breach Rate (%)",
        digits=(5, 1),
        compute="_compute_rate",
        store=True,
        aggregator=None,
    )
    missed = fields.Boolean(string="Target Missed", compute="_compute_rate", store=True)

    @api.depends("cases", "breaches", "target")
    def _compute_rate(self):
        for line in self:
            line.rate = 100.0 * line.breaches / line.cases if line.cases else 0.0
            line.missed = line.rate > line.target
