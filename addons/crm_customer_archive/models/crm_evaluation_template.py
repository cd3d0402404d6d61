"""What a customer relation is evaluated by: indicators, weights, bands (ARC-165)."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare

OUTCOMES = [
    ("develop", "Develop the relationship"),
    ("maintain", "Maintain the relationship"),
    ("terminate", "Terminate the relationship"),
]


class CrmEvaluationTemplate(models.Model):
    _name = "crm.evaluation.template"
    _description = "Evaluation Template"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, copy=False, help="Programs name it by this key.")
    form_title = fields.Char(
        string="Title of the Form",
        translate=True,
        help="Printed above the evaluation; empty: Customer Relationship Evaluation "
        "Table.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    profile_id = fields.Many2one("crm.policy.profile", ondelete="restrict", index=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for every company."
    )
    standard_score = fields.Float(
        default=100, help="The full score of an indicator and of the total."
    )
    indicator_ids = fields.One2many(
        "crm.evaluation.indicator", "template_id", string="Indicators", copy=True
    )
    band_ids = fields.One2many(
        "crm.evaluation.band", "template_id", string="Grades", copy=True
    )
    total_weight = fields.Float(compute="_compute_total_weight")

    _code_uniq = models.UniqueIndex(
        "(COALESCE(company_id, 0), code)", "Another template has this code."
    )
    _standard_positive = models.Constraint(
        "CHECK (standard_score > 0)", "The standard score must be above zero."
    )

    @api.depends("indicator_ids.weight")
    def _compute_total_weight(self):
        for template in self:
            template.total_weight = sum(template.indicator_ids.mapped("weight"))

    @api.constrains("indicator_ids", "band_ids", "standard_score")
    def _check_indicators_and_bands(self):
        # Data files and programs fill a template step by step; used it is complete.
        self.filtered(lambda t: t.indicator_ids and t.band_ids)._check_complete()

    def _check_complete(self):
        """Raise unless the weights sum to 100 and every total has a grade."""
        for template in self:
            total = sum(template.indicator_ids.mapped("weight"))
            if float_compare(total, 100, 2):
                raise ValidationError(
                    self.env._(
                        "“Weight”: the weights of “%(template)s” sum to %(total)s, "
                        "not to 100.",
                        template=template.name,
                        total=round(total, 2),
                    )
                )
            froms = template.band_ids.mapped("score_from")
            if len(froms) != len(set(froms)):
                raise ValidationError(
                    self.env._(
                        "“From”: two grades of “%s” begin with the same score.",
                        template.name,
                    )
                )
            if not froms or min(froms) > 0:
                raise ValidationError(
                    self.env._(
                        "“From”: the lowest grade of “%s” begins with 0.",
                        template.name,
                    )
                )

    def _band(self, total):
        """Return the grade a total falls into: the highest that begins at or below."""
        self.ensure_one()
        reached = self.band_ids.filtered(
            lambda band: float_compare(band.score_from, total, 4) <= 0
        )
        return reached.sorted("score_from")[-1:]


class CrmEvaluationIndicator(models.Model):
    _name = "crm.evaluation.indicator"
    _description = "Evaluation Indicator"
    _order = "template_id, sequence, id"

    template_id = fields.Many2one(
        "crm.evaluation.template", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Indicator", required=True, translate=True)
    weight = fields.Float(string="Weight (%)", required=True)
    description = fields.Text(string="How It Is Scored", translate=True)

    _weight_positive = models.Constraint(
        "CHECK (weight > 0 AND weight <= 100)", "A weight is above 0 and at most 100."
    )

    def write(self, vals):
        res = super().write(vals)
        if "weight" in vals:
            self.template_id._check_indicators_and_bands()
        return res


class CrmEvaluationBand(models.Model):
    _name = "crm.evaluation.band"
    _description = "Evaluation Grade"
    _order = "template_id, score_from desc, id"

    template_id = fields.Many2one(
        "crm.evaluation.template", required=True, index=True, ondelete="cascade"
    )
    score_from = fields.Float(
        string="From", help="Total from which on the grade is reached, included."
    )
    name = fields.Char(string="Grade", required=True, translate=True)
    outcome = fields.Selection(OUTCOMES, string="Proposes", required=True)

    def write(self, vals):
        res = super().write(vals)
        if "score_from" in vals:
            self.template_id._check_indicators_and_bands()
        return res
