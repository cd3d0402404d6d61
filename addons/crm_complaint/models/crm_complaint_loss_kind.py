"""The Loss Calculation Standard as records (客户投诉损失金额核算标准, CMP-106 on)."""

import ast

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_list
from odoo.tools.safe_eval import safe_eval

# What a formula may name, all of a line of loss; amounts in company currency, untaxed.
FIGURES = (
    "quantity",
    "price",
    "price_a",
    "amount_paid",
    "processing_cost",
    "haulage_cost",
    "wastage_cost",
    "resale_price",
    "actual_loss",
    "rate",
)
FORMULAS = ("formula", "formula_resold", "formula_unsold")


class CrmComplaintLossKind(models.Model):
    """How one kind of loss is calculated: formulas over the figures of a line.

    For bonus deductions `formula` counts; for sanctions, where the goods can be sold
    again, `formula_resold` or `formula_unsold` (CMP-73, CMP-74, GAP-18).
    """

    _name = "crm.complaint.loss.kind"
    _description = "Loss Calculation Standard"
    _inherit = ["crm.policy.record.mixin"]
    _order = "profile_id, sequence, id"
    _policy_record_topics = ("complaint",)
    _policy_record_key = ("code",)

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Short key by which programs name it.")
    sequence = fields.Integer(default=10)
    resolution_kind_ids = fields.Many2many(
        "crm.complaint.resolution.kind",
        "crm_complaint_loss_resolution_rel",
        "loss_kind_id",
        "resolution_kind_id",
        string="Comes From",
        help="Resolutions that cause this loss: a line is proposed for each.",
    )
    rate = fields.Float(
        "Rate (%)",
        digits=(16, 4),
        help="The figure “rate” of formulas, in percent.",
    )
    formula = fields.Char(
        required=True,
        help="Loss for bonus deductions. It may name: quantity, price (actual selling "
        "price), price_a (A-grade selling price), amount_paid, processing_cost, "
        "haulage_cost, wastage_cost, rate (percent).",
    )
    resale_months = fields.Integer(
        help="Months the goods have to be sold again before the loss for sanctions is "
        "fixed (CMP-72); 0: no resale."
    )
    formula_resold = fields.Char(
        help="Loss for sanctions where the goods were sold again in time; it may also "
        "name resale_price (per unit). Empty: as for deductions."
    )
    formula_unsold = fields.Char(
        help="Loss for sanctions where they were not; it may also name actual_loss. "
        "Empty: as for deductions."
    )
    description = fields.Text(translate=True)

    _rate_positive = models.Constraint(
        "CHECK(rate >= 0 AND resale_months >= 0)",
        "Rate and months of a loss standard cannot be negative.",
    )

    @api.constrains(*FORMULAS)
    def _check_formulas(self):
        for kind in self:
            for name in FORMULAS:
                if kind[name]:
                    kind._check_formula(name)

    def _check_formula(self, name):
        """Raise unless the formula names known figures and yields a number."""
        label = self._fields[name]._description_string(self.env)
        formula = self[name]
        try:
            names = self._formula_names(formula)
            value = safe_eval(formula, dict.fromkeys(FIGURES, 1.0))
        except (ValueError, SyntaxError, NameError) as error:
            raise ValidationError(
                self.env._(
                    "%(kind)s: %(field)s “%(formula)s” cannot be calculated: %(error)s",
                    kind=self.name,
                    field=label,
                    formula=formula,
                    error=error,
                )
            ) from error
        unknown = sorted(names - {*FIGURES, "min", "max", "round"})
        if unknown:
            raise ValidationError(
                self.env._(
                    "%(kind)s: %(field)s names unknown figures: %(names)s.",
                    kind=self.name,
                    field=label,
                    names=format_list(self.env, unknown),
                )
            )
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValidationError(
                self.env._(
                    "%(kind)s: %(field)s does not yield a number.",
                    kind=self.name,
                    field=label,
                )
            )

    @api.model
    def _formula_names(self, formula):
        """Return the names a formula uses."""
        tree = ast.parse(formula or "0", mode="eval")
        return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}

    @api.model
    def _in_force(self, company, day=None):
        """Return the standards in force; of one code the company's own goes first."""
        kinds = super()._in_force(company, day)
        own = set(kinds.filtered("company_id").mapped("code"))
        return kinds.filtered(lambda kind: kind.company_id or kind.code not in own)

    def _snapshot(self):
        """Return what a line of loss keeps of its standard."""
        return {
            "rate": self.rate,
            **{name: self[name] or False for name in FORMULAS},
        }
