"""Measurement of the policy register: cases and breaches per rule and month.

A table, not a view: the rules count over models of other addons by domains, and a
screen opened by many must not run them all. A nightly cron and a button count anew,
two grouped queries per rule and time zone whatever the number of records and months.
"""

import logging
from collections import defaultdict

import psycopg2
import pytz
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

MONTHS_PARAMETER = "crm_policy.rule_months"
DEFAULT_MONTHS = 13
TRENDS = [
    ("better", "Better"),
    ("same", "Unchanged"),
    ("worse", "Worse"),
    ("none", "No Comparison"),
]


class CrmPolicyRuleMonth(models.Model):
    _name = "crm.policy.rule.month"
    _description = "Policy Rule by Month"
    _order = "month desc, rule_sequence, id"
    _rec_name = "rule_id"

    rule_id = fields.Many2one(
        "crm.policy.rule", required=True, readonly=True, index=True, ondelete="cascade"
    )
    rule_sequence = fields.Integer(related="rule_id.sequence", store=True)
    area = fields.Selection(related="rule_id.area", store=True)
    company_id = fields.Many2one(
        "res.company",
        readonly=True,
        index=True,
        ondelete="cascade",
        help="Empty: the records counted belong to no company.",
    )
    month = fields.Date(
        required=True,
        readonly=True,
        index=True,
        help="First day of the month, by the company's local date.",
    )
    cases = fields.Integer(readonly=True, help="Records to which the rule applied.")
    breaches = fields.Integer(readonly=True, help="Cases that broke the rule.")
    rate = fields.Float(
        string="Breach Rate (%)",
        digits=(5, 1),
        readonly=True,
        aggregator="avg",
        help="Breaches in percent of the cases. Groups show all their breaches in "
        "percent of all their cases.",
    )
    previous_rate = fields.Float(
        string="Previous Month (%)", digits=(5, 1), readonly=True, aggregator=None
    )
    change = fields.Float(
        string="Change (points)",
        digits=(5, 1),
        readonly=True,
        aggregator=None,
        help="Percentage points against the month before; below zero is better.",
    )
    trend = fields.Selection(
        TRENDS,
        readonly=True,
        default="none",
        help="Against the month before. No comparison when either had no cases.",
    )
    target = fields.Float(
        related="rule_id.target", string="Target (%)", aggregator=None
    )
    exceeded = fields.Boolean(
        string="Target Missed",
        readonly=True,
        help="More breaches than the target allows.",
    )
    counted_at = fields.Datetime(readonly=True, help="When the figures were counted.")

    _rule_company_month_uniq = models.UniqueIndex(
        "(rule_id, COALESCE(company_id, 0), month)",
        "A rule has one figure per company and month.",
    )

    # --------------------------------------------------------------- computes

    @api.depends("rule_id", "month")
    def _compute_display_name(self):
        for figure in self:
            figure.display_name = (
                f"{figure.rule_id.code} {fields.Date.to_string(figure.month)[:7]}"
            )

    def _read_group_select(self, aggregate_spec, query):
        """The rate of a group is no average of rates: weigh by cases."""
        if aggregate_spec != "rate:avg":
            return super()._read_group_select(aggregate_spec, query)
        breaches = self._field_to_sql(self._table, "breaches", query)
        cases = self._field_to_sql(self._table, "cases", query)
        return SQL("100.0 * SUM(%s) / NULLIF(SUM(%s), 0)", breaches, cases)

    # ---------------------------------------------------------------- actions

    def action_open_cases(self):
        """Open the cases counted in this figure, as far as the reader may see them.

        :return: a window action, a plain dict with the domain of the records
        """
        return self._action_open("cases")

    def action_open_breaches(self):
        """Open the breaches counted in this figure, as far as the reader may see them.

        :return: a window action, a plain dict with the domain of the records
        """
        return self._action_open("breaches")

    def _action_open(self, kind):
        self._policy_require_one()
        rule = self.rule_id
        if not rule.measurable:
            raise UserError(
                self.env._(
                    "Rule %(code)s cannot be shown: %(model)s is not installed.",
                    code=rule.code,
                    model=rule.measure_model or "",
                )
            )
        model = self.env[rule.measure_model]
        model.check_access("read")
        end = self.month + relativedelta(months=1)
        domain = rule._measure_kinds()[kind] & self._window_domain(
            rule, self._zone(self.company_id), self.month, end
        )
        if rule.company_field:
            domain &= Domain(rule.company_field, "=", self.company_id.id)
        label = self._fields[kind]._description_string(self.env)
        return {
            "type": "ir.actions.act_window",
            "name": f"{self.display_name} {label}",
            "res_model": rule.measure_model,
            "views": [(False, "list"), (False, "form")],
            "view_mode": "list,form",
            "domain": list(domain),
            "context": {"active_test": False, "create": False},
        }

    def action_refresh(self):
        """Count all rules anew and show the figures again (button of the list).

        :return: a client action, a plain dict
        """
        self.env["crm.policy.rule"].action_refresh_months()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    # ------------------------------------------------------------------ crons

    @api.model
    def _cron_refresh(self):
        """Count all measured rules; one that fails is marked and logged, not fatal."""
        self._refresh(self.env["crm.policy.rule"], skip_failing=True)

    # ---------------------------------------------------------------- helpers

    @api.model
    def _months_counted(self):
        """Return how many months are counted, the current one included."""
        # sudo: system parameters are readable by administrators only
        parameters = self.env["ir.config_parameter"].sudo()
        return max(1, int(parameters.get_param(MONTHS_PARAMETER, DEFAULT_MONTHS)))

    @api.model
    def _refresh(self, rules, skip_failing=False):
        """Count the rules, all measured ones when empty, in every company.

        :param skip_failing: note a failure on its rule and go on with the next
        :return: number of figures counted
        """
        if not rules:
            rules = rules.search([("measure_model", "!=", False)])
        rules = rules.filtered("measurable")
        zones = self._zones()
        rows, counted = [], rules.browse()
        for rule in rules:
            try:
                with self.env.cr.savepoint(flush=False):
                    rows += self._count_rule(rule, zones)
                counted |= rule
            except (
                ValueError,
                KeyError,
                UserError,
                psycopg2.ProgrammingError,
            ) as error:
                if not skip_failing:
                    raise
                _logger.warning(
                    "Policy rule %s cannot be counted", rule.code, exc_info=True
                )
                rule.measure_error = str(error)
        counted.filtered("measure_error").measure_error = False
        self._store_rows(rows)
        self._update_rates(counted)
        return len(rows)

    @api.model
    def _zone(self, company):
        """Return the time zone months are counted in; the main company's for none."""
        if not company:
            company = self.env.ref("base.main_company", raise_if_not_found=False)
            # sudo: the reader may belong to another company
            company = company or self.env["res.company"].sudo().search([], limit=1)
        return company._policy_tz()

    @api.model
    def _zones(self):
        """Return {time zone: ids of companies in it}; False stands for no company."""
        zones = defaultdict(list)
        for company in self.env["res.company"].search([("active", "=", True)]):
            zones[company._policy_tz()].append(company.id)
        zones[self._zone(self.env["res.company"])].append(False)
        return zones

    @api.model
    def _window_domain(self, rule, zone, start, end):
        """Return the domain of records dated from one local day to before another."""
        if self.env[rule.measure_model]._fields[rule.date_field].type == "datetime":
            start, end = (
                fields.Datetime.to_string(
                    zone.localize(fields.Datetime.to_datetime(day))
                    .astimezone(pytz.utc)
                    .replace(tzinfo=None)
                )
                for day in (start, end)
            )
        else:
            start, end = fields.Date.to_string(start), fields.Date.to_string(end)
        return Domain(rule.date_field, ">=", start) & Domain(rule.date_field, "<", end)

    @api.model
    def _count_rule(self, rule, zones):
        """Return the rows (rule, company, month, cases, breaches) of one rule."""
        rows = []
        now = pytz.utc.localize(fields.Datetime.now())
        for zone, company_ids in zones.items():
            if not rule.company_field:
                if False not in company_ids:
                    continue
                company_ids = [False]
            last = now.astimezone(zone).date().replace(day=1)
            months = [
                last - relativedelta(months=back)
                for back in range(self._months_counted())
            ]
            counts = {
                kind: self._count(rule, domain, zone, company_ids, months)
                for kind, domain in rule._measure_kinds().items()
            }
            for company_id in company_ids:
                for month in months:
                    key = (company_id, month)
                    # Records without company are the exception: no row without them.
                    if rule.company_field and not company_id:
                        if key not in counts["cases"]:
                            continue
                    cases, breaches = (
                        counts[kind].get(key, 0) for kind in ("cases", "breaches")
                    )
                    rows.append((rule.id, company_id or None, month, cases, breaches))
        return rows

    @api.model
    def _count(self, rule, domain, zone, company_ids, months):
        """Return {(company id or False, first of month): number of records}."""
        end = months[0] + relativedelta(months=1)
        domain &= self._window_domain(rule, zone, months[-1], end)
        groupby = [f"{rule.date_field}:month"]
        if rule.company_field:
            domain &= Domain(rule.company_field, "in", company_ids)
            groupby.append(rule.company_field)
        # Archived records were cases in their month all the same.
        model = self.env[rule.measure_model].with_context(
            tz=zone.zone, active_test=False
        )
        return {
            (company[0].id if company else False, fields.Date.to_date(month)): number
            for month, *company, number in model._read_group(
                domain, groupby, ["__count"]
            )
        }

    @api.model
    def _store_rows(self, rows):
        """Insert or update the rows; the database decides, so two counts may meet."""
        if not rows:
            return
        self.flush_model()
        uid, now = self.env.uid, fields.Datetime.now()
        self.env.cr.execute_values(
            """
            INSERT INTO crm_policy_rule_month
                (rule_id, company_id, month, cases, breaches, counted_at,
                 create_uid, create_date, write_uid, write_date, trend)
            VALUES %s
            ON CONFLICT (rule_id, COALESCE(company_id, 0), month) DO UPDATE
            SET cases = EXCLUDED.cases,
                breaches = EXCLUDED.breaches,
                counted_at = EXCLUDED.counted_at,
                write_uid = EXCLUDED.write_uid,
                write_date = EXCLUDED.write_date
            """,
            [(*row, now, uid, now, uid, now, "none") for row in rows],
            page_size=1000,
        )
        self.invalidate_model()

    @api.model
    def _update_rates(self, rules):
        """Derive rate, trend and target from the counts of these rules."""
        self.flush_model()
        rules.flush_recordset(["target", "sequence", "area"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_policy_rule_month AS figure
                SET rate = ROUND(new.rate, 1),
                    previous_rate = ROUND(new.previous_rate, 1),
                    change = ROUND(new.change, 1),
                    trend = CASE
                        WHEN new.change IS NULL THEN 'none'
                        WHEN new.change < 0 THEN 'better'
                        WHEN new.change > 0 THEN 'worse'
                        ELSE 'same' END,
                    exceeded = COALESCE(new.rate > rule.target, FALSE),
                    rule_sequence = rule.sequence,
                    area = rule.area
                FROM (
                    SELECT now.id,
                           now.rule_id,
                           now.rate,
                           past.rate AS previous_rate,
                           now.rate - past.rate AS change
                    FROM (%(rates)s) AS now
                    LEFT JOIN (%(rates)s) AS past
                        ON past.rule_id = now.rule_id
                        AND past.company_id = now.company_id
                        AND past.month = now.month - INTERVAL '1 month'
                ) AS new
                JOIN crm_policy_rule AS rule ON rule.id = new.rule_id
                WHERE figure.id = new.id
                """,
                rates=SQL(
                    """
                    SELECT id, rule_id, month, COALESCE(company_id, 0) AS company_id,
                           100.0 * breaches / NULLIF(cases, 0) AS rate
                    FROM crm_policy_rule_month
                    WHERE rule_id = ANY(%s)
                    """,
                    list(rules.ids),
                ),
            )
        )
        self.invalidate_model()
