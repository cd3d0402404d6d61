"""Shares of customers and sales by region, class, trade ... (ARC-151, ARC-250).

A row per customer and year. Its shares are those of one customer, so they add up: the
sum over a region is the region's share.
"""

from odoo import api, fields, models
from odoo.tools import SQL

# A year is told as long as people compare with it.
YEARS = 10


class CrmCustomerShareReport(models.Model):
    _name = "crm.customer.share.report"
    _description = "Customer Structure"
    _inherit = ["crm.customer.analysis.mixin"]
    _auto = False
    _order = "year desc, amount desc, id"

    year = fields.Char(readonly=True)
    customer_count = fields.Integer(
        string="Customers",
        readonly=True,
        help="On file by the end of the year, or sold to in it.",
    )
    customer_share = fields.Float(
        string="Share of Customers (%)",
        readonly=True,
        digits=(16, 2),
        aggregator="sum",
        help="Of the customers of the same year and company whom you may see.",
    )
    amount = fields.Monetary(
        string="Invoiced",
        readonly=True,
        help="Invoices less credit notes of the year without taxes.",
    )
    amount_share = fields.Float(
        string="Share of Sales (%)",
        readonly=True,
        digits=(16, 2),
        aggregator="sum",
        help="Of the sales of the same year and company to customers whom you may see.",
    )

    # ------------------------------------------------------------------- query

    @property
    def _table_query(self):
        return SQL(
            "SELECT %(id)s AS id, figures.*, %(dimensions)s"
            " FROM (%(figures)s) figures"
            " JOIN res_partner partner ON partner.id = figures.customer_id",
            id=self._key_sql(
                *(
                    SQL.identifier("figures", name)
                    for name in ("company_id", "customer_id", "year")
                )
            ),
            dimensions=self._dimensions_sql(),
            figures=self._union_companies(self._figures_sql),
        )

    @api.model
    def _figures_sql(self, company):
        this_year = fields.Date.context_today(self).year
        first = this_year - YEARS + 1
        sales = self.env["crm.sales.figures"]._sql(
            company,
            "invoiced",
            date_from=f"{first}-01-01",
            by=("month",),
            measures=("amount",),
            customers=self._customers_sql(),
        )
        self.env["res.partner"].flush_model()
        return SQL(
            "SELECT %(company)s AS company_id, file.id AS customer_id,"
            " told.year::text AS year, 1 AS customer_count,"
            " 100.0 / COUNT(*) OVER of_year AS customer_share,"
            " COALESCE(sold.amount, 0) AS amount,"
            " COALESCE(100.0 * sold.amount"
            " / NULLIF(SUM(sold.amount) OVER of_year, 0), 0) AS amount_share"
            " FROM res_partner file"
            " CROSS JOIN generate_series(%(first)s, %(this_year)s) AS told (year)"
            " LEFT JOIN (SELECT customer_id, EXTRACT(year FROM month)::int AS year,"
            " SUM(amount) AS amount FROM (%(sales)s) month GROUP BY 1, 2) sold"
            " ON sold.customer_id = file.id AND sold.year = told.year"
            " WHERE file.id IN %(customers)s"
            " AND (file.company_id IS NULL OR file.company_id = %(company)s)"
            " AND (sold.amount IS NOT NULL OR (file.active"
            " AND file.state IN ('archived', 'suspended')"
            " AND EXTRACT(year FROM COALESCE(file.archived_date,"
            " file.create_date AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s))"
            " <= told.year))"
            " WINDOW of_year AS (PARTITION BY told.year)",
            company=company.id,
            first=first,
            this_year=this_year,
            sales=sales,
            zone=company._policy_tz().zone,
            customers=self._customers_sql(),
        )
