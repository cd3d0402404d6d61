"""Computing the classes of all customers of a company, in sets.

The number of queries does not depend on the number of customers: the figures, the rule
that wins, what was held before and what follows are one temporary table.
"""

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL

# Columns of the figures kept with a result, in a standing and in the history.
FIGURES = (
    "amount",
    "share",
    "share_base",
    "rank",
    "growth",
    "margin",
    "margin_rate",
    "quantity",
    "weight",
    "frequency",
)


class CrmCustomerClassEngine(models.AbstractModel):
    _name = "crm.customer.class.engine"
    _description = "Computation of Customer Classes"

    @api.model
    def _run(self, scheme, company, day=None, apply=None):
        """Compute a scheme in a company and carry out what follows.

        :param apply: True: apply whatever the scheme says; None: as it says
        :return: dict with ``customers``, ``moved``, ``proposal_id``
        :raises UserError: the scheme is being computed by somebody else
        """
        scheme = scheme.sudo()  # sudo: the ranking is made over all customers
        scheme._lock()
        day = day or company._policy_today()
        self = self.sudo()  # sudo: figures and results of all customers
        self._compute(scheme, company, day)
        self._compare(scheme, company, day, leavers=True)
        proposal = self.env["crm.customer.class.proposal"]
        applied = apply or scheme.apply_mode == "apply"
        self._store_standings(scheme, company, day, applied)
        if applied:
            self._apply_moves(scheme, company, day)
        else:
            proposal = proposal._propose(scheme, company, day)
        self._sync_customers(company)
        [(customers, moved)] = self.env.execute_query(
            SQL(
                "SELECT COUNT(*) FILTER (WHERE class_id IS NOT NULL),"
                " COUNT(*) FILTER (WHERE due) FROM crm_class_result"
            )
        )
        self.env.cr.execute("DROP TABLE crm_class_result")
        return {
            "customers": customers,
            "moved": len(proposal.line_ids) if proposal else moved,
            "proposal_id": proposal.id,
        }

    # ----------------------------------------------------------------- compute

    @api.model
    def _compute(self, scheme, company, day):
        """Fill the temporary table ``crm_class_result`` from the sales figures."""
        self.env.flush_all()
        self._create_result(
            scheme,
            company,
            day,
            SQL(
                "WITH sold AS (%s), measured AS (%s)"
                " SELECT measured.*, %s AS figures_rule_id FROM measured",
                self._sold_sql(scheme, company, day),
                self._measured_sql(scheme, company, day),
                self._rule_sql(scheme, company),
            ),
        )

    @api.model
    def _recall(self, scheme, company, day, partners):
        """Fill ``crm_class_result`` from the standings of a few customers."""
        self.env.flush_all()
        self._create_result(
            scheme,
            company,
            day,
            SQL(
                "SELECT p.id AS partner_id, s.figures_rule_id, %s FROM res_partner p"
                " LEFT JOIN crm_customer_standing s ON s.partner_id = p.id"
                " AND s.scheme_id = %s AND s.company_id = %s WHERE p.id IN %s",
                SQL(", ").join(SQL.identifier("s", name) for name in FIGURES),
                scheme.id,
                company.id,
                tuple(partners.ids),
            ),
        )

    @api.model
    def _create_result(self, scheme, company, day, won):
        """Create ``crm_class_result``: a row per customer of the query ``won``.

        The first class won counts, by figures or by the judgement in force. Columns:
        partner_id, class_id, rule_id, judgement_id, figures_class_id,
        figures_rule_id, FIGURES.
        """
        self.env.cr.execute("DROP TABLE IF EXISTS crm_class_result")
        self.env.cr.execute(
            SQL(
                """
                CREATE TEMPORARY TABLE crm_class_result ON COMMIT DROP AS
                SELECT r.partner_id, %(figures)s, r.figures_rule_id, r.figures_class_id,
                       CASE WHEN r.judged THEN r.judged_class_id
                            ELSE r.figures_class_id END AS class_id,
                       CASE WHEN r.judged THEN r.judged_rule_id
                            ELSE r.figures_rule_id END AS rule_id,
                       CASE WHEN r.judged THEN r.judgement_id END AS judgement_id
                  FROM (
                    SELECT won.*, rule.class_id AS figures_class_id,
                           judged.class_id AS judged_class_id,
                           judged.rule_id AS judged_rule_id,
                           judged.id AS judgement_id,
                           judged.id IS NOT NULL AND (
                               by_figures.sequence IS NULL
                               OR judged.sequence <= by_figures.sequence) AS judged
                      FROM (%(won)s) won
                      LEFT JOIN crm_customer_class_rule rule
                             ON rule.id = won.figures_rule_id
                      LEFT JOIN crm_customer_class by_figures
                             ON by_figures.id = rule.class_id
                      LEFT JOIN (%(judged)s) judged
                             ON judged.partner_id = won.partner_id
                  ) r
                """,
                won=won,
                figures=SQL(", ").join(SQL.identifier("r", name) for name in FIGURES),
                judged=self._judged_sql(scheme, company, day),
            )
        )

    @api.model
    def _measures(self, scheme):
        """Return the measures of ``crm.sales.figures`` that the scheme needs."""
        wanted = set(
            scheme.class_ids.rule_ids._in_use().condition_ids.mapped("measure")
        )
        measures = {"amount"}
        if scheme.rank_by != "amount":
            measures.add(scheme.rank_by)
        if wanted & {"margin", "margin_rate"}:
            measures.add("margin")
        if "frequency" in wanted:
            measures.add("document_count")
        measures |= wanted & {"quantity", "weight"}
        if scheme.basis == "collected":
            measures &= {"amount", "document_count"}
        return measures

    @api.model
    def _sold_sql(self, scheme, company, day):
        date_from, date_to = scheme._period(day)
        return self.env["crm.sales.figures"]._sql(
            company,
            scheme.basis,
            date_from,
            date_to,
            measures=self._measures(scheme),
            categories=scheme.category_ids,
        )

    @api.model
    def _sold_before_sql(self, scheme, company, day):
        """Return the amounts of the period before, which growth compares with."""
        wanted = scheme.class_ids.rule_ids._in_use().condition_ids.mapped("measure")
        if "growth" not in wanted:
            return SQL("SELECT NULL::int AS customer_id, NULL::numeric AS amount")
        before = day - relativedelta(months=scheme.period_months)
        date_from, date_to = scheme._period(before)
        return self.env["crm.sales.figures"]._sql(
            company,
            scheme.basis,
            date_from,
            date_to,
            measures=("amount",),
            categories=scheme.category_ids,
        )

    @api.model
    def _measured_sql(self, scheme, company, day):
        """Return the figures of each customer on file, with rank and share."""
        measures = self._measures(scheme)

        def sold(name):
            column = "document_count" if name == "frequency" else name
            if column in measures:
                return SQL("COALESCE(sold.%s, 0)", SQL.identifier(column))
            return SQL("NULL::numeric")

        ranked_by = scheme.rank_by if scheme.rank_by in measures else "amount"
        basis = SQL(
            """
            SELECT p.id AS partner_id, p.crm_department_id AS department_id,
                   p.customer_purchases AS purchases,
                   ROUND(COALESCE(sold.amount, 0)::numeric, 2) AS amount,
                   ROUND((%(margin)s)::numeric, 2) AS margin,
                   %(quantity)s AS quantity, %(weight)s / 1000.0 AS weight,
                   %(frequency)s AS frequency,
                   %(ranked)s AS ranked, past.amount AS before
              FROM res_partner p
              LEFT JOIN sold ON sold.customer_id = p.id
              LEFT JOIN (%(past)s) past ON past.customer_id = p.id
             WHERE p.id IN %(customers)s
            """,
            margin=sold("margin"),
            quantity=sold("quantity"),
            weight=sold("weight"),
            frequency=sold("frequency"),
            ranked=sold(ranked_by),
            past=self._sold_before_sql(scheme, company, day),
            customers=self._customers_sql(scheme, company),
        )
        ranks = SQL(
            "SELECT base.*, RANK() OVER (ORDER BY ranked DESC) AS place,"
            " COUNT(*) FILTER (WHERE ranked > 0) OVER () AS buyers"
            " FROM (%s) base",
            basis,
        )
        share, share_base = self._share_sql(scheme)
        return SQL(
            """
            SELECT ranks.*, %(share)s AS share, %(share_base)s AS share_base,
                   CASE WHEN ranked > 0 THEN place END AS rank,
                   CASE WHEN before > 0
                        THEN ROUND((100.0 * (amount - before) / before)::numeric, 4)
                        END AS growth,
                   CASE WHEN amount > 0
                        THEN ROUND((100.0 * margin / amount)::numeric, 4)
                        END AS margin_rate
              FROM (%(ranks)s) ranks
            """,
            share=share,
            share_base=share_base,
            ranks=ranks,
        )

    @api.model
    def _share_sql(self, scheme):
        """Return SQL of the share in percent, and of what it is a share of."""
        percentile = SQL(
            "CASE WHEN ranked <= 0 THEN 0 WHEN buyers = 1 THEN 100"
            " ELSE 100.0 * (buyers - place) / (buyers - 1) END"
        )
        if scheme.share_base == "percentile":
            return SQL("ROUND(%s, 4)", percentile), SQL("'percentile'")
        if scheme.share_base == "company":
            total = SQL("(SELECT NULLIF(SUM(amount), 0) FROM sold)")
            return (
                SQL("ROUND((100.0 * amount / %s)::numeric, 4)", total),
                SQL("'company'"),
            )
        known = SQL("purchases > 0")
        if not scheme.period_months:
            known = SQL("FALSE")  # a yearly figure says nothing about all time
        own = SQL(
            "100.0 * amount / (NULLIF(purchases, 0) * %s / 12.0)",
            scheme.period_months or 12,
        )
        fallback = percentile if scheme.share_fallback else SQL("NULL")
        return (
            SQL(
                "ROUND((CASE WHEN %s THEN %s ELSE %s END)::numeric, 4)",
                known,
                own,
                fallback,
            ),
            SQL(
                "CASE WHEN %s THEN 'purchases' ELSE %s END",
                known,
                "percentile" if scheme.share_fallback else None,
            ),
        )

    @api.model
    def _customers_sql(self, scheme, company):
        """Return the ids of the customers on file the scheme classifies."""
        Scheme = self.env["crm.customer.scheme"]
        domain = Scheme._partner_domain(
            [
                ("is_crm_customer", "=", True),
                ("state", "in", ("archived", "suspended")),
                ("company_id", "in", (company.id, False)),
            ]
        ) & Scheme._partner_domain(scheme.customer_domain)
        return self._partners_sql(domain, company)

    @api.model
    def _partners_sql(self, domain, company):
        Partner = self.env["res.partner"].sudo()  # sudo: all customers are compared
        query = Partner.with_company(company)._search(domain)
        return query.subselect()

    @api.model
    def _rule_sql(self, scheme, company):
        """Return SQL of the id of the first rule by figures that holds, or NULL."""
        cases = []
        for customer_class in scheme.class_ids.sorted(lambda c: (c.sequence, c.id)):
            for rule in customer_class.rule_ids._in_use():
                cases.append(
                    SQL(
                        "WHEN %s THEN %s",
                        self._holds_sql(rule, scheme, company),
                        rule.id,
                    )
                )
        if not cases:
            return SQL("NULL::int")
        return SQL("CASE %s END", SQL(" ").join(cases))

    @api.model
    def _holds_sql(self, rule, scheme, company):
        """Return SQL telling whether all conditions of a rule hold."""
        parts = [
            self._condition_sql(condition, scheme) for condition in rule.condition_ids
        ]
        domain = self.env["crm.customer.scheme"]._partner_domain(rule.partner_domain)
        if not domain.is_true():
            parts.append(SQL("partner_id IN %s", self._partners_sql(domain, company)))
        return SQL(" AND ").join(parts) if parts else SQL("TRUE")

    @api.model
    def _condition_sql(self, condition, scheme):
        column = SQL.identifier(condition.measure)
        low, high = condition._bounds()
        if condition.operator == "top":
            return SQL("%s <= %s", column, condition.value)
        parts = []
        if low is not None:
            bound = SQL("%s", low)
            if condition.use_coefficient:
                bound = SQL(
                    "%s * COALESCE((SELECT c.coefficient::numeric"
                    " FROM crm_customer_scheme_coefficient c"
                    " WHERE c.scheme_id = %s AND c.department_id"
                    " = measured.department_id), 1)",
                    low,
                    scheme.id,
                )
            parts.append(SQL("%s >= %s", column, bound))
        if high is not None:
            parts.append(SQL("%s < %s", column, high))
        return SQL("(%s)", SQL(" AND ").join(parts))

    @api.model
    def _judged_sql(self, scheme, company, day):
        """Return the judgement in force of each customer: the latest approved one."""
        return SQL(
            """
            SELECT DISTINCT ON (j.partner_id)
                   j.partner_id, j.id, j.class_id, j.rule_id, c.sequence
              FROM crm_customer_class_judgement j
              JOIN crm_customer_class c ON c.id = j.class_id AND c.active
             WHERE j.scheme_id = %s AND j.company_id = %s AND j.state = 'approved'
               AND (j.valid_to IS NULL OR j.valid_to >= %s)
             ORDER BY j.partner_id, j.date DESC, j.id DESC
            """,
            scheme.id,
            company.id,
            day,
        )
