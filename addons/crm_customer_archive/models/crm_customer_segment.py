"""Segments of the overall customer classification table (ARC-152 to ARC-158).

A criterion asks one question of every customer; its segments are the answers. Bands of
numbers are half-open: the lower bound belongs to the segment, the upper one does not
(GAP-94).
"""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, float_compare


class CrmCustomerSegmentCriterion(models.Model):
    _name = "crm.customer.segment.criterion"
    _description = "Criterion of Customer Segments"
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    code = fields.Char(
        required=True,
        copy=False,
        help="Short key by which programs and imports name this record.",
    )
    name = fields.Char(required=True, translate=True)
    source = fields.Selection(
        [
            ("value", "Value of a field"),
            ("number", "Number on the file"),
            ("age", "Age by a date on the file"),
            ("sales", "Sales of the trailing months"),
        ],
        required=True,
        default="value",
    )
    field_id = fields.Many2one(
        "ir.model.fields",
        ondelete="cascade",
        domain=[("model", "=", "res.partner"), ("store", "=", True)],
        help="Field of the customer's file that answers; none for sales.",
    )
    applies_to = fields.Selection(
        [("all", "All customers"), ("company", "Companies"), ("person", "Persons")],
        required=True,
        default="all",
    )
    months = fields.Integer(
        string="Trailing Months", default=12, help="Of the sales that count."
    )
    policy_rules = fields.Char(string="Rules of the Policy")
    segment_ids = fields.One2many("crm.customer.segment", "criterion_id", copy=True)
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex("(code)", "This code is already in use.")

    @api.constrains("source", "field_id", "months")
    def _check_field(self):
        wanted = {
            "value": ("selection", "boolean", "many2one", "char"),
            "number": ("integer", "float", "monetary"),
            "age": ("date",),
        }
        for record in self:
            if record.source == "sales":
                if record.months < 1:
                    raise ValidationError(
                        self.env._("%s: give the trailing months.", record.name)
                    )
                continue
            field = record.field_id.sudo()  # sudo: fields are the platform's records
            if (
                field.model != "res.partner"
                or not field.store
                or field.ttype not in wanted[record.source]
            ):
                raise ValidationError(
                    self.env._(
                        "%(criterion)s: “%(field)s” cannot answer it.",
                        criterion=record.name,
                        field=field.field_description or "",
                    )
                )

    def _customers_domain(self):
        """Return the customers the criterion is asked of."""
        self.ensure_one()
        domain = Domain(
            [
                ("is_crm_customer", "=", True),
                ("state", "in", ("archived", "suspended")),
                ("company_id", "in", (self.env.company.id, False)),
            ]
        )
        if self.applies_to != "all":
            domain &= Domain("is_company", "=", self.applies_to == "company")
        return domain

    def _answer_sql(self):
        """Return SQL of the answer of customer ``p``, and joins it needs."""
        self.ensure_one()
        if self.source == "sales":
            today = self.env.company._policy_today()
            sold = self.env["crm.sales.figures"]._sql(
                self.env.company,
                "invoiced",
                today - relativedelta(months=self.months) + relativedelta(days=1),
                today,
                measures=("amount",),
            )
            joins = SQL(" LEFT JOIN (%s) sold ON sold.customer_id = p.id", sold)
            return SQL("COALESCE(sold.amount, 0)"), joins
        name = self.field_id.sudo().name  # sudo: as above
        column = self.env["res.partner"]._field_to_sql("p", name)
        if self.source == "age":
            today = self.env.company._policy_today()
            return SQL("date_part('year', age(%s, %s))", today, column), SQL()
        if self.source == "number":
            return SQL("NULLIF(%s, 0)", column), SQL()  # 0 is not known
        return column, SQL()

    def _counts(self):
        """Return ({segment id: customers}, customers without an answer, all).

        Counted under the reader's own rights, in one query.
        """
        self.ensure_one()
        self.env.flush_all()
        answer, joins = self._answer_sql()
        cases = [
            SQL("WHEN %s THEN %s", segment._holds_sql(SQL("answer")), segment.id)
            for segment in self.segment_ids
        ]
        customers = self.env["res.partner"]._search(self._customers_domain())
        rows = self.env.execute_query(
            SQL(
                "SELECT CASE %s END, COUNT(*) FROM (SELECT %s AS answer"
                " FROM res_partner p%s WHERE p.id IN %s) answers GROUP BY 1",
                SQL(" ").join(cases) if cases else SQL("WHEN FALSE THEN 0"),
                answer,
                joins,
                customers.subselect(),
            )
        )
        counts = dict(rows)
        return counts, counts.get(None, 0), sum(counts.values())


class CrmCustomerSegment(models.Model):
    _name = "crm.customer.segment"
    _description = "Customer Segment"
    _order = "criterion_sequence, criterion_id, sequence, id"

    criterion_id = fields.Many2one(
        "crm.customer.segment.criterion",
        required=True,
        index=True,
        ondelete="cascade",
    )
    criterion_sequence = fields.Integer(
        string="Place of the Criterion", related="criterion_id.sequence", store=True
    )
    source = fields.Selection(related="criterion_id.source")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    value = fields.Char(
        help="The answer as the field keeps it: key of a selection, id of a record."
    )
    has_lower = fields.Boolean(string="Lower Bound")
    lower = fields.Float(string="From", digits=(20, 4), help="Included.")
    has_upper = fields.Boolean(string="Upper Bound")
    upper = fields.Float(string="To Below", digits=(20, 4), help="Not included.")
    customer_count = fields.Integer(compute="_compute_counts")
    share = fields.Float(
        string="Share (%)",
        compute="_compute_counts",
        digits=(16, 1),
        help="Of the customers whose answer is known.",
    )

    @api.depends_context("company", "uid")
    @api.depends("criterion_id.source", "value", "lower", "upper")
    def _compute_counts(self):
        for criterion in self.criterion_id:
            counts, unknown, every = criterion._counts()
            known = every - unknown
            for segment in self & criterion.segment_ids:
                count = counts.get(segment.id, 0)
                segment.customer_count = count
                segment.share = 100.0 * count / known if known else 0.0
        for segment in self.filtered(lambda s: not s.criterion_id):
            segment.customer_count = segment.share = 0

    @api.constrains("criterion_id", "has_lower", "lower", "has_upper", "upper", "value")
    def _check_bands(self):
        for criterion in self.criterion_id:
            if criterion.source == "value":
                continue
            bands = criterion.segment_ids.sorted(lambda s: s._bounds())
            for band in bands:
                low, high = band._bounds()
                if high <= low:
                    raise ValidationError(
                        self.env._(
                            "%s: the band must end above the value it begins with.",
                            band.name,
                        )
                    )
            for below, above in zip(bands, bands[1:], strict=False):
                end, start = below._bounds()[1], above._bounds()[0]
                if end > start and float_compare(end, start, 4) > 0:
                    raise ValidationError(
                        self.env._(
                            "The bands of %(criterion)s overlap: “%(lower)s” and "
                            "“%(upper)s”.",
                            criterion=criterion.name,
                            lower=below.name,
                            upper=above.name,
                        )
                    )

    def _bounds(self):
        self.ensure_one()
        return (
            self.lower if self.has_lower else float("-inf"),
            self.upper if self.has_upper else float("inf"),
        )

    def _holds_sql(self, answer):
        """Return SQL telling whether an answer belongs to the segment."""
        self.ensure_one()
        if self.source == "value":
            return SQL("%s::text = %s", answer, self.value or "")
        parts = [SQL("%s IS NOT NULL", answer)]
        if self.has_lower:
            parts.append(SQL("%s >= %s", answer, self.lower))
        if self.has_upper:
            parts.append(SQL("%s < %s", answer, self.upper))
        return SQL("(%s)", SQL(" AND ").join(parts))

    def _customer_ids(self):
        """Return the ids of the segment's customers the reader may see."""
        self.ensure_one()
        self.env.flush_all()
        answer, joins = self.criterion_id._answer_sql()
        customers = self.env["res.partner"]._search(
            self.criterion_id._customers_domain()
        )
        rows = self.env.execute_query(
            SQL(
                "SELECT p.id FROM res_partner p%s WHERE p.id IN %s AND %s",
                joins,
                customers.subselect(),
                self._holds_sql(answer),
            )
        )
        return [row[0] for row in rows]

    def action_open_customers(self):
        """Open the customers of this segment."""
        self._policy_require_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer_archive.action_customers"
        )
        action.update(
            name=f"{self.criterion_id.name}: {self.name}",
            domain=[("id", "in", self._customer_ids())],
        )
        return action


class ResPartner(models.Model):
    _inherit = "res.partner"

    segment_sex = fields.Selection(
        [("male", "Male"), ("female", "Female")], string="Sex"
    )
    segment_birth_date = fields.Date(string="Date of Birth")
    segment_area = fields.Selection(
        [("rural", "Rural"), ("urban", "Urban")], string="Rural or Urban"
    )
    segment_direction = fields.Selection(
        [("east", "East"), ("west", "West"), ("south", "South"), ("north", "North")],
        string="Part of the Country",
    )
    segment_need = fields.Selection(
        [
            ("production", "Means of production"),
            ("livelihood", "Means of livelihood"),
        ],
        string="Type of Need",
    )
    segment_wage = fields.Monetary(
        string="Monthly Wage",
        currency_field="currency_id",
        help="Company currency; 0: not known.",
    )
    segment_buying = fields.Selection(
        [
            ("stall", "Stall retail"),
            ("market", "Market wholesale"),
            ("factory", "Factory wholesale"),
        ],
        string="Preferred Way of Buying",
    )

    _segment_wage_positive = models.Constraint(
        "CHECK (segment_wage IS NULL OR segment_wage >= 0)",
        "The monthly wage cannot be negative.",
    )

    @api.constrains("segment_birth_date")
    def _check_segment_birth_date(self):
        today = self.env.company._policy_today()
        for partner in self.filtered("segment_birth_date"):
            if partner.segment_birth_date > today:
                raise ValidationError(
                    self.env._(
                        "%s: the date of birth cannot be in the future.",
                        partner.display_name,
                    )
                )
