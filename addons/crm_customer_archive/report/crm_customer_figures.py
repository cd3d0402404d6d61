"""Key figures of every customer as of today: growth, margin, payment, last order.

Who grows, who leaves, who pays late (ARC-14, ARC-237, ARC-240, ARC-241). A row per
customer on file and company.
"""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_policy.models.arguments import RECORDS, arguments

# Sums of months, all invoiced without taxes.
PERIODS = (
    "amount_this_year",
    "amount_last_year",
    "amount_months_last_year",
    "amount_year",
    "amount_year_before",
    "amount_month",
    "amount_month_before",
)


class CrmCustomerFigures(models.Model):
    _name = "crm.customer.figures"
    _description = "Key Figures of Customers"
    _inherit = ["crm.customer.analysis.mixin"]
    _auto = False
    _order = "amount_year desc, id"

    state = fields.Selection(
        selection=lambda self: (
            self.env["res.partner"]._fields["state"]._description_selection(self.env)
        ),
        string="Registration",
        readonly=True,
    )
    amount_this_year = fields.Monetary(
        string="This Year", readonly=True, help="Invoiced without taxes since January."
    )
    amount_last_year = fields.Monetary(
        string="Last Year", readonly=True, help="Invoiced in the whole year before."
    )
    amount_last_year_to_date = fields.Monetary(
        string="Last Year to Date",
        readonly=True,
        help="Invoiced in the year before until the same day.",
    )
    growth_year = fields.Float(
        string="Growth on Year (%)",
        readonly=True,
        digits=(16, 1),
        aggregator="avg",
        help="This year against last year to date (ARC-237).",
    )
    amount_month = fields.Monetary(
        string="Last Full Month", readonly=True, help="Invoiced in the month before."
    )
    amount_month_before = fields.Monetary(string="Month before That", readonly=True)
    growth_month = fields.Float(
        string="Growth on Month (%)",
        readonly=True,
        digits=(16, 1),
        aggregator="avg",
        help="The last full month against the one before.",
    )
    amount_year = fields.Monetary(
        string="Last 12 Months",
        readonly=True,
        help="Invoiced in the twelve full months before this one.",
    )
    amount_year_before = fields.Monetary(string="12 Months before That", readonly=True)
    share = fields.Float(
        string="Share of Our Sales (%)",
        readonly=True,
        digits=(16, 2),
        aggregator="sum",
        help="Of the last twelve months' sales to customers whom you may see.",
    )
    purchases = fields.Monetary(
        string="Own Yearly Purchases",
        readonly=True,
        help="What the customer buys a year of our kind of products, as typed on file.",
    )
    purchase_share = fields.Float(
        string="Share of Its Purchases (%)",
        readonly=True,
        digits=(16, 1),
        aggregator="avg",
        help="Our sales of twelve months in percent of the customer's own purchases "
        "(ARC-239). Zero where these are not known.",
    )
    margin_year = fields.Monetary(
        string="Margin of 12 Months", readonly=True, help="Invoiced less cost."
    )
    margin_rate = fields.Float(
        string="Margin (%)", readonly=True, digits=(16, 1), aggregator="avg"
    )
    expense_year = fields.Monetary(
        string="Selling Expenses of 12 Months",
        readonly=True,
        help="Expenses for this customer as far as the installed addons know them.",
    )
    expense_year_before = fields.Monetary(
        string="Selling Expenses before That", readonly=True
    )
    cost_ratio = fields.Float(
        readonly=True,
        digits=(16, 2),
        aggregator=None,
        help="Decrease of selling expenses to decrease of sales, twelve months against "
        "the twelve before (ARC-240). Empty where sales did not change.",
    )
    days_to_pay = fields.Float(
        string="Average Days to Pay",
        readonly=True,
        digits=(16, 1),
        aggregator="avg",
        help="Calendar days from invoice to payment, invoices of the last 12 months.",
    )
    late_share = fields.Float(
        string="Share Late (%)",
        readonly=True,
        digits=(16, 1),
        aggregator="avg",
        help="Amounts paid late or overdue in percent, invoices of the last 12 months.",
    )
    open_amount = fields.Monetary(
        string="Receivable", readonly=True, help="Open invoices with taxes."
    )
    overdue_amount = fields.Monetary(string="Overdue", readonly=True)
    last_order_date = fields.Date(string="Last Order", readonly=True)
    days_without_order = fields.Integer(
        readonly=True,
        aggregator="max",
        help="Calendar days since the last confirmed order.",
    )
    trend = fields.Selection(
        [
            ("growing", "Growing"),
            ("steady", "Steady"),
            ("falling", "Falling"),
            ("leaving", "Leaving"),
            ("none", "No Sales"),
        ],
        readonly=True,
        help="By the company's limits in Settings: growth on the year, and days "
        "without an order.",
    )

    # ------------------------------------------------------------------- query

    @property
    def _table_query(self):
        return self._figures_sql(self.env.companies, self._customers_sql())

    @api.model
    def _figures_sql(self, companies, customers):
        """Return the key figures of customers.

        :param companies: ``res.company`` records
        :param customers: SQL of a list or query of ids of customer files
        """
        self.env["res.partner"].flush_model()
        union = SQL(" UNION ALL ").join(
            SQL("(%s)", self._company_sql(company, customers)) for company in companies
        )
        return SQL(
            "SELECT figures.*, %(growth_year)s AS growth_year,"
            " %(growth_month)s AS growth_month,"
            " COALESCE(100.0 * amount_year / NULLIF(SUM(amount_year)"
            " OVER (PARTITION BY figures.company_id), 0), 0) AS share,"
            " 100.0 * amount_year / NULLIF(purchases, 0) AS purchase_share,"
            " 100.0 * margin_year / NULLIF(amount_year, 0) AS margin_rate,"
            " (expense_year_before - expense_year)"
            " / NULLIF(amount_year_before - amount_year, 0) AS cost_ratio,"
            " CASE WHEN amount_year = 0 AND amount_year_before = 0"
            " AND last_order_date IS NULL THEN 'none'"
            " WHEN COALESCE(days_without_order > leaving_days, TRUE) THEN 'leaving'"
            " WHEN %(growth_year)s >= growing_rate"
            " OR (amount_last_year_to_date = 0 AND amount_this_year > 0) THEN 'growing'"
            " WHEN %(growth_year)s <= -falling_rate THEN 'falling'"
            " ELSE 'steady' END AS trend,"
            " %(dimensions)s FROM (%(union)s) figures"
            " JOIN res_partner partner ON partner.id = figures.customer_id",
            growth_year=self._growth_sql(
                "amount_this_year", "amount_last_year_to_date"
            ),
            growth_month=self._growth_sql("amount_month", "amount_month_before"),
            dimensions=self._dimensions_sql(),
            union=union,
        )

    @api.model
    def _growth_sql(self, amount, before):
        return SQL(
            "100.0 * (%(amount)s - %(before)s) / NULLIF(ABS(%(before)s), 0)",
            amount=SQL.identifier(amount),
            before=SQL.identifier(before),
        )

    @api.model
    def _company_sql(self, company, customers):
        today = fields.Date.context_today(self)
        month = today.replace(day=1)
        return SQL(
            "SELECT file.id::bigint * 100000 + %(company)s AS id,"
            " file.id AS customer_id,"
            " %(company)s AS company_id, file.state,"
            " COALESCE(file.customer_purchases, 0) AS purchases,"
            " company.customer_growing_rate AS growing_rate,"
            " company.customer_falling_rate AS falling_rate,"
            " company.customer_leaving_days AS leaving_days,"
            " %(periods)s, COALESCE(sold.amount_months_last_year, 0)"
            " + COALESCE(partial.amount, 0) AS amount_last_year_to_date,"
            " COALESCE(sold.margin_year, 0) AS margin_year,"
            " COALESCE(spent.expense_year, 0) AS expense_year,"
            " COALESCE(spent.expense_year_before, 0) AS expense_year_before,"
            " paid.days_to_pay, paid.late_share,"
            " COALESCE(paid.open_amount, 0) AS open_amount,"
            " COALESCE(paid.overdue_amount, 0) AS overdue_amount,"
            " bought.last_order_date,"
            " %(today)s - bought.last_order_date AS days_without_order"
            " FROM res_partner file"
            " JOIN res_company company ON company.id = %(company)s"
            " LEFT JOIN (%(sold)s) sold ON sold.customer_id = file.id"
            " LEFT JOIN (%(partial)s) partial ON partial.customer_id = file.id"
            " LEFT JOIN (%(paid)s) paid ON paid.customer_id = file.id"
            " LEFT JOIN (%(spent)s) spent ON spent.customer_id = file.id"
            " LEFT JOIN (%(bought)s) bought ON bought.customer_id = file.id"
            " WHERE file.id IN %(customers)s AND file.active"
            " AND file.state IN ('archived', 'suspended')"
            " AND (file.company_id IS NULL OR file.company_id = %(company)s)",
            company=company.id,
            today=today,
            periods=SQL(", ").join(
                SQL("COALESCE(sold.%(name)s, 0) AS %(name)s", name=SQL.identifier(name))
                for name in PERIODS
            ),
            sold=self._sold_sql(company, customers, month),
            partial=self.env["crm.sales.figures"]._sql(
                company,
                "invoiced",
                date_from=month - relativedelta(years=1),
                date_to=today - relativedelta(years=1),
                measures=("amount",),
                customers=customers,
            ),
            paid=self._paid_sql(company, customers, month - relativedelta(years=1)),
            spent=self._spent_sql(company, customers, month),
            bought=self._bought_sql(company, customers),
            customers=customers,
        )

    @api.model
    def _sold_sql(self, company, customers, month):
        """Return what was invoiced in the periods, from one query by month."""
        year = month.replace(month=1)
        before = year - relativedelta(years=1)

        def back(**delta):
            return month - relativedelta(**delta)

        periods = zip(
            PERIODS,
            (
                (year, None),
                (before, year),
                (before, back(years=1)),
                (back(years=1), month),
                (back(years=2), back(years=1)),
                (back(months=1), month),
                (back(months=2), back(months=1)),
            ),
            strict=True,
        )
        sums = [
            SQL(
                "SUM(amount) FILTER (WHERE month >= %s%s) AS %s",
                since,
                SQL(" AND month < %s", until) if until else SQL(),
                SQL.identifier(name),
            )
            for name, (since, until) in periods
        ]
        return SQL(
            "SELECT customer_id, %s, SUM(margin) FILTER"
            " (WHERE month >= %s AND month < %s) AS margin_year"
            " FROM (%s) month GROUP BY customer_id",
            SQL(", ").join(sums),
            back(years=1),
            month,
            self.env["crm.sales.figures"]._sql(
                company,
                "invoiced",
                date_from=min(before, back(years=2)),
                by=("month",),
                measures=("amount", "margin"),
                customers=customers,
            ),
        )

    @api.model
    def _paid_sql(self, company, customers, since):
        invoices = self.env["crm.customer.payment.report"]._invoices_sql(
            company, customers
        )
        return SQL(
            "SELECT customer_id,"
            " AVG(days_to_pay) FILTER (WHERE invoice_date >= %(since)s) AS days_to_pay,"
            " 100.0 * SUM(late_amount) FILTER (WHERE invoice_date >= %(since)s)"
            " / NULLIF(SUM(amount) FILTER (WHERE invoice_date >= %(since)s), 0)"
            " AS late_share, SUM(open_amount) AS open_amount,"
            " SUM(overdue_amount) AS overdue_amount"
            " FROM (%(invoices)s) invoice GROUP BY customer_id",
            since=since,
            invoices=invoices,
        )

    @api.model
    def _bought_sql(self, company, customers):
        self.env["sale.order"].flush_model()
        return SQL(
            "SELECT entity.commercial_partner_id AS customer_id,"
            " (MAX(o.date_order) AT TIME ZONE 'UTC' AT TIME ZONE %s)::date"
            " AS last_order_date FROM sale_order o"
            " JOIN res_partner entity ON entity.id = o.partner_id"
            " WHERE o.state = 'sale' AND o.company_id = %s"
            " AND entity.commercial_partner_id IN %s"
            " GROUP BY entity.commercial_partner_id",
            company._policy_tz().zone,
            company.id,
            customers,
        )

    @api.model
    def _spent_sql(self, company, customers, month):
        sources = self._expense_sources(company, customers) or [
            SQL("SELECT NULL::int4, NULL::date, NULL::numeric WHERE FALSE")
        ]
        return SQL(
            "SELECT customer_id,"
            " SUM(amount) FILTER (WHERE date >= %(since)s AND date < %(month)s)"
            " AS expense_year,"
            " SUM(amount) FILTER (WHERE date >= %(before)s AND date < %(since)s)"
            " AS expense_year_before"
            " FROM (%(sources)s) AS expense (customer_id, date, amount)"
            " GROUP BY customer_id",
            since=month - relativedelta(years=1),
            before=month - relativedelta(years=2),
            month=month,
            sources=SQL(" UNION ALL ").join(sources),
        )

    @api.model
    def _expense_sources(self, company, customers):
        """Return queries of selling expenses; for addons that know some.

        :return: list of SQL of columns customer file, date, amount (company currency)
        """
        return []

    # ----------------------------------------------------------------- grouping

    def _read_group_select(self, aggregate_spec, query):
        """Rates of a group are of its sums."""
        for name, part, whole, minus in (
            ("growth_year", "amount_this_year", "amount_last_year_to_date", True),
            ("growth_month", "amount_month", "amount_month_before", True),
            ("margin_rate", "margin_year", "amount_year", False),
            ("purchase_share", "amount_year", "purchases", False),
        ):
            if aggregate_spec == f"{name}:avg":
                return self._ratio_sql(query, part, whole, minus=minus)
        return super()._read_group_select(aggregate_spec, query)

    # ------------------------------------------------------------------ actions

    def action_open_customer(self):
        """Open the customer's file.

        :return: a window action
        """
        self._policy_require_one()
        return self.customer_id.action_open_customer_file()

    # ------------------------------------------------------------ for programs

    @api.model
    @arguments(customer_ids=RECORDS)
    def customer_figures(self, customer_ids):
        """Return the key figures of customers whom the user may see.

        :param customer_ids: list of ids of customer files
        :return: list of dicts: ``customer_id``, ``name``, the amounts in company
            currency, ``growth_year`` and other rates in percent (0.0 where there is
            nothing to compare with), ``last_order_date``, ``trend``
        """
        names = (*PERIODS[:2], "amount_last_year_to_date", "growth_year")
        names += ("amount_month", "growth_month", "amount_year", "share")
        names += (
            "purchase_share",
            "margin_year",
            "margin_rate",
            "days_to_pay",
            "late_share",
        )
        names += ("open_amount", "overdue_amount", "last_order_date", "trend")
        found = self.search_read(
            [("customer_id", "in", customer_ids)], ["customer_id", *names]
        )
        for row in found:
            row.pop("id")
            row["customer_id"], row["name"] = row["customer_id"]
            if row["last_order_date"]:
                row["last_order_date"] = fields.Date.to_string(row["last_order_date"])
        return found
