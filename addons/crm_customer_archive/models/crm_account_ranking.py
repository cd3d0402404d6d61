"""Rankings of customers: the best by sales, growth and margin (ARC-160).

What is ranked, over which period, on which level and how many places there are is
data. Every run is kept, so that a table printed last year can be printed again.
"""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.crm_policy.models.arguments import DAY, arguments

KINDS = [
    ("sales", "Sales"),
    ("growth", "Sales growth"),
    ("margin", "Profit rate"),
]
LEVELS = [
    ("company", "Whole company"),
    ("department", "Account manager's department"),
    ("region", "Region (province)"),
]
BASES = [("ordered", "Confirmed orders"), ("invoiced", "Invoices")]


class CrmAccountRankingRule(models.Model):
    _name = "crm.account.ranking.rule"
    _description = "Ranking of Customers"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for every company."
    )
    basis = fields.Selection(
        BASES,
        string="Sales Are",
        default="invoiced",
        required=True,
    )
    period = fields.Selection(
        [("year", "The calendar year so far"), ("trailing", "The last months")],
        default="trailing",
        required=True,
        help="Growth compares with the same days one period earlier.",
    )
    months = fields.Integer(
        default=12, help="Number of calendar months that are ranked."
    )
    level = fields.Selection(
        LEVELS,
        default="company",
        required=True,
        help="Each department or region has a ranking of its own.",
    )
    top = fields.Integer(
        string="Places", default=10, help="Number of places of each ranking."
    )
    min_amount = fields.Float(
        string="Sales at Least",
        help="Company currency. Customers with less in the period, for growth with "
        "less in the period before, are not ranked by growth and profit rate.",
    )

    _positive = models.Constraint(
        "CHECK (months > 0 AND top > 0 AND min_amount >= 0)",
        "A ranking has at least one month and one place, and no negative sales.",
    )

    def _period(self, day):
        """Return (first day, last day, first and last day of the period before)."""
        self.ensure_one()
        if self.period == "year":
            start = day.replace(month=1, day=1)
            back = relativedelta(years=1)
        else:
            back = relativedelta(months=self.months)
            start = day + relativedelta(days=1) - back
        if self.period == "trailing":
            return start, day, start - back, start - relativedelta(days=1)
        return start, day, start - back, day - back

    @arguments(date=DAY)
    def action_compute(self, date=None):
        """Rank the customers of the current company up to a day.

        :param date: last local day that counts (YYYY-MM-DD); by default yesterday
        :return: ids of the ``crm.account.ranking`` records
        :raises AccessError: no manager, specialist or director; UserError: future day
        """
        user = self.env.user
        if not any(
            user.has_group(f"crm_policy.group_{group}")
            for group in ("manager", "specialist")
        ):
            raise AccessError(
                self.env._("Rankings are computed by managers and specialists.")
            )
        self.check_access("read")
        company = self.env.company
        today = company._policy_today()
        day = fields.Date.to_date(date) if date else today - relativedelta(days=1)
        if day > today:
            raise UserError(
                self.env._("The last day of a ranking cannot be in the future.")
            )
        # sudo: runs are written by the computation only
        rules = self.sudo()
        return [rule._rank(company, day).id for rule in rules]

    def action_compute_and_open(self):
        """Rank now and open the result."""
        self._policy_require_one()
        ids = self.action_compute()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer_archive.action_crm_account_ranking"
        )
        action.update(res_id=ids[0], views=[(False, "form")], view_mode="form")
        return action

    @api.model
    def _cron_rank(self):
        """Rank up to the end of last month, once per rule and company."""
        companies = self.env["res.company"].search([("active", "=", True)])
        rules = self.search([("active", "=", True)])
        jobs = [
            (rule, company, company._policy_today().replace(day=1))
            for rule in rules
            for company in companies
            if rule.company_id in (company, company.browse())
        ]
        done = {
            (run.rule_id.id, run.company_id.id, run.date_to)
            for run in self.env["crm.account.ranking"].search_fetch(
                [("rule_id", "in", rules.ids)], ["rule_id", "company_id", "date_to"]
            )
        }
        for index, (rule, company, first) in enumerate(jobs, 1):
            day = first - relativedelta(days=1)
            if (rule.id, company.id, day) not in done:
                rule._rank(company, day)
            self.env["ir.cron"]._commit_progress(1, remaining=len(jobs) - index)

    def _rank(self, company, day):
        """Return the run of this ranking up to ``day``, computed anew."""
        self.ensure_one()
        Run = self.env["crm.account.ranking"]
        start, end, before_start, before_end = self._period(day)
        run = Run.search(
            [
                ("rule_id", "=", self.id),
                ("company_id", "=", company.id),
                ("date_to", "=", end),
            ]
        ) or Run.create(
            {
                "rule_id": self.id,
                "company_id": company.id,
                "date_from": start,
                "date_to": end,
            }
        )
        run.line_ids.unlink()
        run.write(
            {
                "computed_at": fields.Datetime.now(),
                "level": self.level,
                "basis": self.basis,
                "date_from": start,
                "previous_from": before_start,
                "previous_to": before_end,
            }
        )
        self.env.flush_all()
        self.env.cr.execute(self._rank_sql(run, company))
        run.invalidate_recordset()
        return run

    def _rank_sql(self, run, company):
        """Return the statement that fills a run in one go."""
        figures = self.env["crm.sales.figures"]
        return SQL(
            """
            WITH present AS (%(present)s), past AS (%(past)s),
            figure AS (%(figure)s),
            placed AS (
                SELECT figure.*, k.kind, k.value,
                       row_number() OVER (
                           PARTITION BY k.kind, place
                           ORDER BY k.value DESC, amount DESC, customer_id
                       ) AS position
                  FROM figure
                 CROSS JOIN LATERAL (VALUES
                     ('sales', CASE WHEN amount > 0 THEN amount END),
                     ('growth', growth), ('margin', rate)) AS k (kind, value)
                 WHERE k.value IS NOT NULL
            )
            INSERT INTO crm_account_ranking_line (
                ranking_id, company_id, kind, rank, customer_id, user_id,
                class_id, department_id, region_id, amount, previous_amount, margin,
                growth, margin_rate, create_uid, create_date, write_uid, write_date)
            SELECT %(run)s, %(company)s, kind, position, customer_id, user_id, class_id,
                   CASE WHEN %(level)s = 'department' THEN place END,
                   CASE WHEN %(level)s = 'region' THEN place END,
                   amount, previous, margin, growth, rate,
                   %(uid)s, %(now)s, %(uid)s, %(now)s
              FROM placed
             WHERE position <= %(top)s AND (%(level)s = 'company' OR place IS NOT NULL)
            """,
            present=figures._sql(
                company,
                self.basis,
                run.date_from,
                run.date_to,
                measures=("amount", "margin"),
            ),
            past=figures._sql(
                company,
                self.basis,
                run.previous_from,
                run.previous_to,
                measures=("amount",),
            ),
            figure=self._rank_figure_sql(company),
            run=run.id,
            company=company.id,
            level=self.level,
            top=self.top,
            uid=self.env.uid,
            now=fields.Datetime.now(),
        )

    def _rank_figure_sql(self, company):
        """Return the figures of each customer, of what "present" and "past" hold."""
        return SQL(
            """
                SELECT partner.id AS customer_id, %(group)s AS place,
                       partner.user_id,
                       (partner.customer_class_id ->> %(company_key)s)::int AS class_id,
                       present.amount, present.margin,
                       COALESCE(past.amount, 0) AS previous,
                       CASE WHEN past.amount > 0 AND past.amount >= %(least)s
                            THEN (present.amount - past.amount) / past.amount * 100
                       END AS growth,
                       CASE WHEN present.amount > 0 AND present.amount >= %(least)s
                            THEN present.margin / present.amount * 100 END AS rate
                  FROM present
                  JOIN res_partner partner ON partner.id = present.customer_id
                  LEFT JOIN past ON past.customer_id = present.customer_id
                 WHERE partner.is_crm_customer AND partner.active
            """,
            group={
                "company": SQL("NULL::int"),
                "department": SQL("partner.crm_department_id"),
                "region": SQL("partner.state_id"),
            }[self.level],
            least=self.min_amount,
            company_key=str(company.id),
        )


class CrmAccountRanking(models.Model):
    _name = "crm.account.ranking"
    _description = "Ranking of Customers over a Period"
    _order = "date_to desc, id desc"

    rule_id = fields.Many2one(
        "crm.account.ranking.rule",
        string="Ranking",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(string="From", required=True, readonly=True)
    date_to = fields.Date(string="To", required=True, readonly=True, index=True)
    previous_from = fields.Date(string="Compared From", readonly=True)
    previous_to = fields.Date(string="Compared To", readonly=True)
    computed_at = fields.Datetime(readonly=True)
    level = fields.Selection(LEVELS, readonly=True)
    basis = fields.Selection(BASES, string="Sales Are", readonly=True)
    line_ids = fields.One2many(
        "crm.account.ranking.line", "ranking_id", string="Places", readonly=True
    )

    _run_uniq = models.Constraint(
        "UNIQUE (rule_id, company_id, date_to)",
        "This ranking has already been computed up to that day.",
    )

    @api.depends("rule_id.name", "date_to")
    def _compute_display_name(self):
        for run in self:
            run.display_name = f"{run.rule_id.name or ''} {run.date_to or ''}".strip()

    def _printed_groups(self):
        """Return [(department or region, {kind: {rank: line}})] of the readable lines.

        Each is one printed table (F-27).
        """
        self.ensure_one()
        lines = self.env["crm.account.ranking.line"].search(
            [("ranking_id", "=", self.id)]
        )
        # sudo: names of departments and regions
        by_place = lines.sudo().grouped(
            lambda line: line.department_id or line.region_id
        )
        return [
            (
                place,
                {
                    kind: {line.rank: line for line in found if line.kind == kind}
                    for kind, _label in KINDS
                },
                max(10, *found.mapped("rank")),
            )
            for place, found in by_place.items()
        ] or [(self.env["hr.department"], {kind: {} for kind, _label in KINDS}, 10)]

    def _printed_plans(self, place):
        """Return the key account plans of the readable customers of one table."""
        lines = self.env["crm.account.ranking.line"].search(
            [("ranking_id", "=", self.id)]
        )
        # sudo: departments only
        lines = lines.filtered(
            lambda line: (line.sudo().department_id or line.sudo().region_id) == place
        )
        return self.env["crm.account.plan"].search(
            [
                ("kind", "=", "key"),
                ("company_id", "=", self.company_id.id),
                ("customer_id", "in", lines.customer_id.ids),
                ("state", "in", ("approved", "running", "audit", "approval")),
            ]
        )


class CrmAccountRankingLine(models.Model):
    _name = "crm.account.ranking.line"
    _description = "Place in a Ranking of Customers"
    _inherit = "crm.customer.visible.mixin"
    _order = "ranking_id desc, kind, department_id, region_id, rank, id"

    ranking_id = fields.Many2one(
        "crm.account.ranking",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_to = fields.Date(related="ranking_id.date_to", string="Up To")
    kind = fields.Selection(KINDS, string="Ranked By", required=True, readonly=True)
    rank = fields.Integer(string="Place", required=True, readonly=True, aggregator=None)
    customer_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one("res.users", string="Account Manager", readonly=True)
    class_id = fields.Many2one(
        "crm.customer.class",
        readonly=True,
        ondelete="set null",
        help="The customer's class when the ranking was computed.",
    )
    department_id = fields.Many2one("hr.department", readonly=True)
    region_id = fields.Many2one("res.country.state", readonly=True)
    amount = fields.Monetary(string="Sales", readonly=True, help="Without taxes.")
    previous_amount = fields.Monetary(string="Sales Before", readonly=True)
    margin = fields.Monetary(string="Profit", readonly=True)
    growth = fields.Float(string="Growth (%)", readonly=True, aggregator="avg")
    margin_rate = fields.Float(
        string="Profit Rate (%)", readonly=True, aggregator="avg"
    )

    @api.depends("customer_id.name", "rank")
    def _compute_display_name(self):
        for line in self:
            # sudo: the rule on lines has decided that the customer may be named
            line.display_name = f"{line.rank}. {line.sudo().customer_id.name or ''}"

    def action_plan(self):
        """Open a new key account plan for the customer of this place."""
        self._policy_require_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Key Account Plan"),
            "res_model": "crm.account.plan",
            "view_mode": "form",
            "views": [(False, "form")],
            "context": {
                "default_kind": "key",
                "default_customer_id": self.customer_id.id,
            },
        }
