"""What all analyses of customers share: the customer's dimensions, and who sees it.

The tables are queries made for the reader: they begin with the customer files the
reader may see, so that a salesperson with few customers waits for few, and the record
rule says the same once more.
"""

from odoo import api, fields, models
from odoo.tools import SQL

# Columns of a customer's file by which figures are grouped.
DIMENSIONS = (
    ("user_id", "user_id"),
    ("crm_department_id", "department_id"),
    ("country_id", "country_id"),
    ("state_id", "region_id"),
    ("industry_id", "industry_id"),
    ("enterprise_type_id", "enterprise_type_id"),
    ("intermediary_type_id", "intermediary_type_id"),
    ("source_id", "source_id"),
    ("stage_id", "stage_id"),
)


class CrmCustomerAnalysisMixin(models.AbstractModel):
    _name = "crm.customer.analysis.mixin"
    _description = "Analysis of Customers"
    _inherit = ["crm.customer.visible.mixin"]
    _rec_name = "customer_id"

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    customer_id = fields.Many2one(
        "res.partner",
        readonly=True,
        help="The customer file; what contacts and addresses bought counts here.",
    )
    user_id = fields.Many2one("res.users", string="Account Manager", readonly=True)
    department_id = fields.Many2one("hr.department", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    region_id = fields.Many2one(
        "res.country.state", readonly=True, help="Province of the customer's address."
    )
    industry_id = fields.Many2one("res.partner.industry", readonly=True)
    enterprise_type_id = fields.Many2one("crm.enterprise.type", readonly=True)
    intermediary_type_id = fields.Many2one("crm.intermediary.type", readonly=True)
    source_id = fields.Many2one("crm.customer.source", readonly=True)
    customer_class_id = fields.Many2one(
        "crm.customer.class",
        string="Class",
        readonly=True,
        help="Present class in the scheme the company has in force.",
    )
    stage_id = fields.Many2one(
        "crm.customer.stage", string="Life-cycle Stage", readonly=True
    )

    # ----------------------------------------------------------------- helpers

    @api.model
    def _customers_sql(self):
        """Return SQL of the ids of the customer files the reader may see."""
        Partner = self.env["res.partner"].with_context(active_test=False)
        return Partner._search([("is_crm_customer", "=", True)]).subselect()

    @api.model
    def _dimensions_sql(self):
        """Return the columns of the customer's file, of alias ``partner``.

        The class is one of the figures' company, alias ``figures``.
        """
        columns = [
            SQL("partner.%s AS %s", SQL.identifier(column), SQL.identifier(name))
            for column, name in DIMENSIONS
        ]
        columns.append(
            SQL(
                "(partner.customer_class_id ->> figures.company_id::text)::int4"
                " AS customer_class_id"
            )
        )
        return SQL(", ").join(columns)

    @api.model
    def _key_sql(self, *columns):
        """Return an id from the columns that make a row one of a kind.

        52 bits, so that it is exact in a browser's number, too.
        """
        return SQL(
            "(hashtextextended(concat_ws('|', %s), 0) & 4503599627370495)",
            SQL(", ").join(SQL("COALESCE(%s::text, '')", column) for column in columns),
        )

    @api.model
    def _union_companies(self, query):
        """Return the rows of ``query(company)`` of all companies chosen."""
        return SQL(" UNION ALL ").join(
            SQL("(%s)", query(company)) for company in self.env.companies
        )

    @api.model
    def _ratio_sql(self, query, part, whole, minus=False):
        """Return the percentage of two summed columns, for groups of rows.

        :param minus: the growth from ``whole`` to ``part`` instead of the share
        """
        part = self._field_to_sql(self._table, part, query)
        whole = self._field_to_sql(self._table, whole, query)
        return SQL(
            "100.0 * (SUM(%s) - %s) / NULLIF(ABS(SUM(%s)), 0)",
            part,
            SQL("SUM(%s)", whole) if minus else SQL("0"),
            whole,
        )
