"""By what data a customer is proposed as a problem account (ARC-164).

Areas above add kinds: a value of `kind` and a method `_signal_<kind>_sql`.
"""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL


class CrmProblemRule(models.Model):
    _name = "crm.problem.rule"
    _description = "Signal of Problem Accounts"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for every company."
    )
    kind = fields.Selection(
        [("falling", "Falling sales"), ("late", "Late payment")],
        string="Signal",
        required=True,
    )
    threshold = fields.Float(
        required=True,
        help="Falling sales: percent by which sales fell, at least. Late payment: "
        "calendar days a receivable is overdue, at least.",
    )
    months = fields.Integer(
        default=6,
        help="Falling sales: so many calendar months are compared with as many before "
        "them. Counted signals: the months that count.",
    )
    min_amount = fields.Float(
        string="Amount at Least",
        help="Company currency. Falling sales: sales of the months before. Late "
        "payment: what is overdue in all.",
    )
    quiet_days = fields.Integer(
        default=90,
        help="Calendar days after a proposal was dismissed in which this signal alone "
        "makes no new one.",
    )

    _positive = models.Constraint(
        "CHECK (threshold > 0 AND months > 0 AND min_amount >= 0 AND quiet_days >= 0)",
        "Threshold and months must be above zero, amounts and days not negative.",
    )

    # ------------------------------------------------------------------ signals

    def _signal_sql(self, company):
        """Return SQL of the customers that give this signal: customer_id, value."""
        self.ensure_one()
        return getattr(self, f"_signal_{self.kind}_sql")(company)

    def _signal_falling_sql(self, company):
        """Return the percentage by which each customer's sales fell."""
        today = company._policy_today()
        middle = today - relativedelta(months=self.months)
        start = middle - relativedelta(months=self.months)
        figures = self.env["crm.sales.figures"]

        def sales(first, last):
            return figures._sql(company, "invoiced", first, last, measures=("amount",))

        day = relativedelta(days=1)
        return SQL(
            "SELECT past.customer_id,"
            " (past.amount - COALESCE(present.amount, 0)) / past.amount * 100 AS value"
            " FROM (%s) AS past LEFT JOIN (%s) AS present"
            " ON present.customer_id = past.customer_id"
            " WHERE past.amount > 0 AND past.amount >= %s"
            " AND (past.amount - COALESCE(present.amount, 0)) / past.amount * 100"
            " >= %s",
            sales(start + day, middle),
            sales(middle + day, today),
            self.min_amount,
            self.threshold,
        )

    def _signal_late_sql(self, company):
        """Return the days the oldest overdue receivable of each customer is late."""
        self.env["account.move.line"].flush_model()
        today = company._policy_today()
        return SQL(
            "SELECT entity.commercial_partner_id AS customer_id,"
            " %(today)s::date - MIN(line.date_maturity) AS value"
            " FROM account_move_line line"
            " JOIN account_account account ON account.id = line.account_id"
            " JOIN res_partner entity ON entity.id = line.partner_id"
            " WHERE line.parent_state = 'posted' AND line.company_id = %(company)s"
            " AND account.account_type = 'asset_receivable'"
            " AND line.amount_residual > 0 AND NOT line.reconciled"
            " AND line.date_maturity < %(today)s"
            " GROUP BY entity.commercial_partner_id"
            " HAVING %(today)s::date - MIN(line.date_maturity) >= %(days)s"
            " AND SUM(line.amount_residual) >= %(least)s",
            today=today,
            company=company.id,
            days=self.threshold,
            least=self.min_amount,
        )

    def _signal_text(self, value):
        """Return what a signal says to people."""
        texts = {
            "falling": self.env._("Sales fell by %(value)s %%.", value=f"{value:.0f}"),
            "late": self.env._(
                "Receivables are overdue for %(value)s days.", value=f"{value:.0f}"
            ),
        }
        return texts.get(self.kind, "")

    # ---------------------------------------------------------------- proposals

    @api.model
    def _cron_propose(self):
        """Propose problem accounts in every company."""
        companies = self.env["res.company"].search([("active", "=", True)])
        for index, company in enumerate(companies, 1):
            self._propose(company)
            self.env["ir.cron"]._commit_progress(1, remaining=len(companies) - index)

    @api.model
    def _propose(self, company):
        """Propose customers with signals; open proposals get the signals of today.

        :return: number of new proposals
        """
        # sudo: the data of all customers decides, whoever asks for the proposals
        rules = self.sudo().search([("company_id", "in", (company.id, False))])
        if not rules:
            return 0
        signals = SQL(" UNION ALL ").join(
            SQL(
                "SELECT %s AS rule_id, %s AS quiet_days, customer_id,"
                " value::double precision FROM (%s) AS found",
                rule.id,
                rule.quiet_days,
                rule._signal_sql(company),
            )
            for rule in rules
        )
        self.env.flush_all()
        self.env.cr.execute("DROP TABLE IF EXISTS crm_problem_found;")
        self.env.cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE crm_problem_found ON COMMIT DROP AS %s", signals
            )
        )
        new = self._insert_proposals(company)
        self._insert_signals(company)
        self.env.invalidate_all()
        return new

    def _insert_proposals(self, company):
        now, today = fields.Datetime.now(), company._policy_today()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_problem_proposal (company_id, customer_id, user_id,
                       date, state, active, create_uid, create_date, write_uid,
                       write_date)
                SELECT DISTINCT ON (found.customer_id) %(company)s, found.customer_id,
                       partner.user_id, %(today)s, 'proposed', TRUE, %(uid)s, %(now)s,
                       %(uid)s, %(now)s
                  FROM crm_problem_found found
                  JOIN res_partner partner ON partner.id = found.customer_id
                 WHERE partner.is_crm_customer AND partner.active
                   AND partner.state IN ('archived', 'suspended')
                   AND (partner.company_id = %(company)s OR partner.company_id IS NULL)
                   AND NOT EXISTS (
                       SELECT FROM crm_problem_proposal known
                        WHERE known.customer_id = found.customer_id
                          AND known.company_id = %(company)s
                          AND (known.state = 'proposed' OR known.state = 'dismissed'
                               AND known.decided_on + found.quiet_days > %(today)s))
                   AND NOT EXISTS (
                       SELECT FROM crm_account_plan plan
                        WHERE plan.customer_id = found.customer_id
                          AND plan.company_id = %(company)s
                          AND plan.kind = 'problem' AND plan.state != 'closed')
                 ORDER BY found.customer_id
                ON CONFLICT DO NOTHING
                """,
                company=company.id,
                today=today,
                uid=self.env.uid,
                now=now,
            )
        )
        return self.env.cr.rowcount

    def _insert_signals(self, company):
        open_ones = SQL(
            "proposal.company_id = %s AND proposal.state = 'proposed'", company.id
        )
        self.env.cr.execute(
            SQL(
                "DELETE FROM crm_problem_signal signal USING crm_problem_proposal"
                " proposal WHERE proposal.id = signal.proposal_id AND %s",
                open_ones,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_problem_signal (proposal_id, rule_id, value,
                       create_uid, create_date, write_uid, write_date)
                SELECT proposal.id, found.rule_id, found.value,
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM crm_problem_proposal proposal
                  JOIN crm_problem_found found
                    ON found.customer_id = proposal.customer_id
                 WHERE %(open)s
                """,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                open=open_ones,
            )
        )
