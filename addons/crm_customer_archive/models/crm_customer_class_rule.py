"""Rules by which a class is won, and their bands.

Any rule of a class wins it; all conditions of a rule must hold. Bands are half-open:
the lower bound is included, the upper one is not. A condition without an operator has
not been given its value: its rule is off (GAP-43).
"""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare

MEASURES = [
    ("amount", "Amount"),
    ("share", "Share (%)"),
    ("rank", "Sales rank"),
    ("growth", "Growth (%)"),
    ("margin", "Margin"),
    ("margin_rate", "Margin rate (%)"),
    ("quantity", "Quantity"),
    ("weight", "Weight (t)"),
    ("frequency", "Number of purchases"),
]


class CrmCustomerClassRule(models.Model):
    _name = "crm.customer.class.rule"
    _description = "Rule of a Customer Class"
    _order = "class_id, sequence, id"

    class_id = fields.Many2one(
        "crm.customer.class", required=True, index=True, ondelete="cascade"
    )
    scheme_id = fields.Many2one(related="class_id.scheme_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Rule", required=True, translate=True)
    kind = fields.Selection(
        [
            ("figures", "By figures"),
            ("judgement", "By judgement"),
            ("everyone", "Everyone else"),
        ],
        default="figures",
        required=True,
        help="By figures: all conditions hold. By judgement: an approved judgement "
        "with evidence says so. Everyone else: whoever won no class before.",
    )
    condition_ids = fields.One2many(
        "crm.customer.class.condition", "rule_id", copy=True
    )
    partner_domain = fields.Char(
        string="Only Customers",
        default="[]",
        required=True,
        help="The rule counts for these customers only.",
    )
    is_off = fields.Boolean(
        string="Off",
        compute="_compute_rule_text",
        help="A condition has no value yet: the rule wins nobody the class.",
    )
    rule_text = fields.Char(string="In Words", compute="_compute_rule_text")
    active = fields.Boolean(default=True)

    @api.constrains("kind", "condition_ids", "partner_domain")
    def _check_rule(self):
        for rule in self:
            self.env["crm.customer.scheme"]._check_partner_domain(
                rule.partner_domain, rule.name
            )
            if rule.kind != "figures" and rule.condition_ids:
                raise ValidationError(
                    self.env._("%s: only a rule by figures has conditions.", rule.name)
                )

    @api.depends("name", "kind", "condition_ids.condition_text")
    @api.depends_context("lang")
    def _compute_rule_text(self):
        for rule in self:
            texts = rule.condition_ids.mapped("condition_text")
            rule.is_off = not all(rule.condition_ids.mapped("operator"))
            rule.rule_text = f"{rule.name} ({', '.join(texts)})" if texts else rule.name

    def _in_use(self):
        """Return the rules that can win a class by figures now."""
        return self.filtered(
            lambda rule: (
                rule.active
                and rule.class_id.active
                and rule.kind != "judgement"
                and not rule.is_off
            )
        )

    def write(self, vals):
        res = super().write(vals)
        if {"kind", "active", "class_id", "partner_domain"}.intersection(vals):
            self.condition_ids._check_bands()
        return res

    def unlink(self):
        schemes = self.scheme_id
        res = super().unlink()
        schemes.class_ids.rule_ids.condition_ids._check_bands()
        return res


class CrmCustomerClassCondition(models.Model):
    _name = "crm.customer.class.condition"
    _description = "Condition of a Class Rule"
    _order = "rule_id, sequence, id"
    _rec_name = "condition_text"

    rule_id = fields.Many2one(
        "crm.customer.class.rule", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    measure = fields.Selection(
        MEASURES,
        required=True,
        default="amount",
        help="Amounts and margin in company currency, weight in tonnes, purchases as "
        "number of documents, all of the scheme's period.",
    )
    operator = fields.Selection(
        [
            ("from", "At Least"),
            ("below", "Below"),
            ("between", "From ... to below"),
            ("top", "Among the first"),
        ],
        help="At least: the value is included. Below: it is not. Empty: no value has "
        "been given yet, and the rule is off.",
    )
    value = fields.Float(digits=(20, 4))
    value_to = fields.Float(string="To Below", digits=(20, 4))
    use_coefficient = fields.Boolean(
        string="With Coefficient",
        help="The lower bound is multiplied by the coefficient of the department.",
    )
    condition_text = fields.Char(string="Condition", compute="_compute_condition_text")

    @api.depends("measure", "operator", "value", "value_to")
    @api.depends_context("lang")
    def _compute_condition_text(self):
        measures = dict(self._fields["measure"]._description_selection(self.env))
        for record in self:
            values = {
                "measure": measures.get(record.measure, ""),
                "low": f"{record.value:,.4f}".rstrip("0").rstrip("."),
                "high": f"{record.value_to:,.4f}".rstrip("0").rstrip("."),
            }
            texts = {
                "from": self.env._("%(measure)s from %(low)s", **values),
                "below": self.env._("%(measure)s below %(low)s", **values),
                "between": self.env._(
                    "%(measure)s from %(low)s to below %(high)s", **values
                ),
                "top": self.env._("%(measure)s among the first %(low)s", **values),
            }
            record.condition_text = texts.get(
                record.operator, self.env._("%(measure)s not given", **values)
            )

    @api.constrains("measure", "operator", "value", "value_to")
    def _check_values(self):
        for record in self:
            if record.operator == "between" and record._compare_values() >= 0:
                raise ValidationError(
                    self.env._(
                        "%(rule)s: the band must end above the value it begins with "
                        "(%(value)s).",
                        rule=record.rule_id.name,
                        value=record.value,
                    )
                )
            if (record.operator == "top") != (
                record.measure == "rank" and bool(record.operator)
            ):
                raise ValidationError(
                    self.env._(
                        "%s: “among the first” and the sales rank go together.",
                        record.rule_id.name,
                    )
                )
            if record.operator == "top" and record.value < 1:
                raise ValidationError(
                    self.env._(
                        "%s: give how many are among the first.", record.rule_id.name
                    )
                )

    def _compare_values(self):
        return float_compare(self.value, self.value_to, precision_digits=4)

    # ------------------------------------------------------------------- bands

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._check_bands()
        return records

    def write(self, vals):
        moved = {}
        if {"value", "value_to"}.intersection(vals):
            moved = {record: record._touching() for record in self}
        res = super().write(vals)
        for record, (before, after) in moved.items():
            low, high = record._bounds()
            for other in before - self:
                name = "value_to" if other.operator == "between" else "value"
                if low is not None:
                    super(CrmCustomerClassCondition, other).write({name: low})
            for other in after - self:
                if high is not None:
                    super(CrmCustomerClassCondition, other).write({"value": high})
        self._check_bands()
        return res

    def unlink(self):
        schemes = self.rule_id.scheme_id
        res = super().unlink()
        schemes.class_ids.rule_ids.condition_ids._check_bands()
        return res

    def _bounds(self):
        """Return (lower bound or None, upper bound or None)."""
        self.ensure_one()
        if self.operator == "from":
            return self.value, None
        if self.operator == "below":
            return None, self.value
        if self.operator == "between":
            return self.value, self.value_to
        return None, None

    def _is_band(self):
        """Tell whether this condition alone decides about its class."""
        self.ensure_one()
        rule = self.rule_id
        return (
            self.operator in ("from", "below", "between")
            and len(rule.condition_ids) == 1
            and rule.active
            and rule.class_id.active
            and rule.kind == "figures"
            and self.env["crm.customer.scheme"]
            ._partner_domain(rule.partner_domain)
            .is_true()
        )

    def _touching(self):
        """Return the bands that end where this begins and begin where this ends.

        A boundary moved on one side moves on the other: there is one boundary.
        """
        self.ensure_one()
        none = self.browse()
        if not self._is_band():
            return none, none
        low, high = self._bounds()
        others = self.rule_id.scheme_id.class_ids.rule_ids.condition_ids.filtered(
            lambda other: (
                other != self and other.measure == self.measure and other._is_band()
            )
        )

        def equal(one, two):
            return (
                one is not None
                and two is not None
                and not float_compare(one, two, precision_digits=4)
            )

        return (
            others.filtered(lambda other: equal(other._bounds()[1], low)),
            others.filtered(lambda other: equal(other._bounds()[0], high)),
        )

    def _check_bands(self):
        """Refuse bands of a scheme that overlap, and gaps once it is complete."""
        for scheme in self.rule_id.scheme_id:
            conditions = scheme.class_ids.rule_ids.condition_ids
            bands = conditions.filtered(lambda record: record._is_band())
            for of_measure in bands.grouped("measure").values():
                of_measure._check_adjacent(scheme.ready)

    def _check_adjacent(self, complete):
        """Raise where neighbours overlap or, in a complete scheme, leave a gap."""
        lowest = float("-inf")
        highest = float("inf")

        def bounds(band):
            low, high = band._bounds()
            return (
                lowest if low is None else low,
                highest if high is None else high,
            )

        bands = self.sorted(lambda band: (*bounds(band), band.id))
        for lower, upper in zip(bands, bands[1:], strict=False):
            end, start = bounds(lower)[1], bounds(upper)[0]
            values = {
                "scheme": lower.rule_id.scheme_id.name,
                "lower": f"{lower.rule_id.class_id.name}: {lower.condition_text}",
                "upper": f"{upper.rule_id.class_id.name}: {upper.condition_text}",
            }
            if end > start and float_compare(end, start, precision_digits=4) > 0:
                raise ValidationError(
                    self.env._(
                        "The bands of %(scheme)s overlap: “%(lower)s” and “%(upper)s”.",
                        **values,
                    )
                )
            if complete and float_compare(end, start, precision_digits=4) < 0:
                raise ValidationError(
                    self.env._(
                        "The bands of %(scheme)s leave a gap between “%(lower)s” and "
                        "“%(upper)s”.",
                        **values,
                    )
                )
