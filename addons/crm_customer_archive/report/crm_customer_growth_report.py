"""Growth of customers' sales against the month and the year before (ARC-237)."""

from odoo import api, fields, models
from odoo.tools import SQL


class CrmCustomerGrowthReport(models.Model):
    _name = "crm.customer.growth.report"
    _description = "Customer Sales Growth"
    _inherit = ["crm.customer.analysis.mixin"]
    _auto = False
    _order = "month desc, customer_id, id"

    month = fields.Date(readonly=True, help="First day of the month.")
    categ_id = fields.Many2one(
        "product.category", string="Product Category", readonly=True
    )
    amount = fields.Monetary(
        string="Invoiced",
        readonly=True,
        help="Invoices less credit notes without taxes, company currency.",
    )
    amount_month_before = fields.Monetary(
        string="Month Before", readonly=True, help="Invoiced in the month before."
    )
    amount_year_before = fields.Monetary(
        string="Year Before",
        readonly=True,
        help="Invoiced in the same month of the year before.",
    )
    growth_month = fields.Float(
        string="Growth on Month (%)",
        readonly=True,
        digits=(16, 1),
        aggregator="avg",
        help="Against the month before. Groups compare the sums of their months.",
    )
    growth_year = fields.Float(
        string="Growth on Year (%)",
        readonly=True,
        digits=(16, 1),
        aggregator="avg",
        help="Against the same months of the year before.",
    )

    # ------------------------------------------------------------------- query

    @property
    def _table_query(self):
        return SQL(
            "SELECT %(id)s AS id, figures.*,"
            " 100.0 * (amount - amount_month_before)"
            " / NULLIF(ABS(amount_month_before), 0) AS growth_month,"
            " 100.0 * (amount - amount_year_before)"
            " / NULLIF(ABS(amount_year_before), 0) AS growth_year,"
            " %(dimensions)s FROM (%(figures)s) figures"
            " JOIN res_partner partner ON partner.id = figures.customer_id",
            id=self._key_sql(
                *(
                    SQL.identifier("figures", name)
                    for name in ("company_id", "customer_id", "month", "categ_id")
                )
            ),
            dimensions=self._dimensions_sql(),
            figures=self._union_companies(self._figures_sql),
        )

    @api.model
    def _figures_sql(self, company):
        """Every month's sales count in three months: its own and two later ones."""
        sales = self.env["crm.sales.figures"]._sql(
            company,
            "invoiced",
            by=("month", "categ_id"),
            measures=("amount",),
            customers=self._customers_sql(),
        )
        amounts = SQL(", ").join(
            SQL(
                "COALESCE(SUM(amount) FILTER (WHERE months = %s), 0) AS %s",
                months,
                SQL.identifier(name),
            )
            for months, name in (
                (0, "amount"),
                (1, "amount_month_before"),
                (12, "amount_year_before"),
            )
        )
        this_month = fields.Date.context_today(self).replace(day=1)
        return SQL(
            "SELECT %(company)s AS company_id, customer_id, counted AS month, categ_id,"
            " %(amounts)s FROM (%(sales)s) sales"
            " CROSS JOIN (VALUES (0), (1), (12)) AS shift (months)"
            " CROSS JOIN LATERAL (SELECT"
            " (month + months * interval '1 month')::date) AS later (counted)"
            " WHERE counted <= %(this_month)s"
            " GROUP BY customer_id, counted, categ_id",
            company=company.id,
            amounts=amounts,
            sales=sales,
            this_month=this_month,
        )

    def _read_group_select(self, aggregate_spec, query):
        """Growth of a group: of its sums, never an average of rates."""
        before = {
            "growth_month:avg": "amount_month_before",
            "growth_year:avg": "amount_year_before",
        }.get(aggregate_spec)
        if before:
            return self._ratio_sql(query, "amount", before, minus=True)
        return super()._read_group_select(aggregate_spec, query)
