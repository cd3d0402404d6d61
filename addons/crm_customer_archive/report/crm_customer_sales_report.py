"""Sales of customers by month, product and salesperson (ARC-238, ARC-251)."""

from odoo import api, fields, models
from odoo.tools import SQL


class CrmCustomerSalesReport(models.Model):
    _name = "crm.customer.sales.report"
    _description = "Customer Sales Analysis"
    _inherit = ["crm.customer.analysis.mixin"]
    _auto = False
    _order = "month desc, customer_id, id"

    month = fields.Date(
        readonly=True, help="First day of the month, by the company's local date."
    )
    product_id = fields.Many2one(
        "product.product",
        readonly=True,
        help="Empty for collected money, which belongs to no product.",
    )
    categ_id = fields.Many2one(
        "product.category", string="Product Category", readonly=True
    )
    salesperson_id = fields.Many2one(
        "res.users", readonly=True, help="Salesperson of the order or the invoice."
    )
    ordered = fields.Monetary(
        readonly=True, help="Confirmed orders without taxes, company currency."
    )
    invoiced = fields.Monetary(
        readonly=True,
        help="Invoices less credit notes without taxes, company currency.",
    )
    cost = fields.Monetary(readonly=True, help="Cost of what was invoiced.")
    margin = fields.Monetary(readonly=True, help="Invoiced less cost.")
    margin_rate = fields.Float(
        string="Margin (%)",
        readonly=True,
        digits=(16, 1),
        aggregator="avg",
        help="Margin in percent of what was invoiced.",
    )
    quantity = fields.Float(
        string="Quantity Invoiced",
        readonly=True,
        digits="Product Unit",
        help="In each product's own unit.",
    )
    collected = fields.Monetary(
        readonly=True, help="Money received for invoices, less money given back."
    )

    # ------------------------------------------------------------------- query

    @property
    def _table_query(self):
        return SQL(
            "SELECT %s AS id, figures.*,"
            " 100.0 * figures.margin / NULLIF(figures.invoiced, 0) AS margin_rate,"
            " %s FROM (%s) figures JOIN res_partner partner"
            " ON partner.id = figures.customer_id",
            self._key_sql(
                *(
                    SQL.identifier("figures", name)
                    for name in (
                        "basis",
                        "company_id",
                        "customer_id",
                        "month",
                        "product_id",
                        "salesperson_id",
                    )
                )
            ),
            self._dimensions_sql(),
            self._union_companies(self._figures_sql),
        )

    @api.model
    def _figures_sql(self, company):
        Figures = self.env["crm.sales.figures"]
        customers = self._customers_sql()
        by = ("month", "product_id", "categ_id", "user_id")
        selects = []
        for basis, groups, measures, columns in (
            ("ordered", by, ("amount",), "amount, 0, 0, 0, 0, 0"),
            (
                "invoiced",
                by,
                ("amount", "cost", "margin", "quantity"),
                "0, amount, cost, margin, quantity, 0",
            ),
            ("collected", ("month", "user_id"), ("amount",), "0, 0, 0, 0, 0, amount"),
        ):
            product = "product_id, categ_id"
            if basis == "collected":
                product = "NULL::int4, NULL::int4"
            query = Figures._sql(
                company, basis, by=groups, measures=measures, customers=customers
            )
            selects.append(
                SQL(
                    "SELECT %s, %s, customer_id, month, %s, user_id, %s FROM (%s) part",
                    basis,
                    company.id,
                    SQL(product),
                    SQL(columns),
                    query,
                )
            )
        return SQL(
            "SELECT * FROM (%s) AS sales (basis, company_id, customer_id, month,"
            " product_id, categ_id, salesperson_id, ordered, invoiced, cost, margin,"
            " quantity, collected)",
            SQL(" UNION ALL ").join(selects),
        )

    def _read_group_select(self, aggregate_spec, query):
        """The rate of a group is no average of rates."""
        if aggregate_spec == "margin_rate:avg":
            return self._ratio_sql(query, "margin", "invoiced")
        return super()._read_group_select(aggregate_spec, query)
