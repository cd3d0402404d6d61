"""Returns against what was delivered: rate and cost by product, customer, reason.

Rows come from done stock moves of orders and from the ledger's costs; rates of a group
are of its sums.
"""

from odoo import fields, models
from odoo.tools import SQL


class CrmReturnRateReport(models.Model):
    _name = "crm.return.rate.report"
    _description = "Return Rate"
    _auto = False
    _order = "date desc, id"
    _rec_name = "product_id"

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(readonly=True, help="Delivered or come back on.")
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one("product.category", "Product Category", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    reason_id = fields.Many2one("crm.return.reason", readonly=True)
    return_id = fields.Many2one("crm.return", readonly=True)
    delivered = fields.Float(
        readonly=True, digits="Product Unit", help="In the product's unit."
    )
    returned = fields.Float(
        readonly=True, digits="Product Unit", help="In the product's unit."
    )
    cost = fields.Monetary(
        "Cost of Returns",
        readonly=True,
        help="Rework, value lost and haulage, company currency.",
    )
    rate = fields.Float(
        "Return Rate (%)",
        readonly=True,
        aggregator="avg",
        digits=(16, 2),
        help="Returned of delivered quantity.",
    )

    @property
    def _table_query(self):
        for model in (
            *("stock.move", "sale.order", "crm.return", "crm.return.line"),
            *("crm.return.item", "sale.order.line"),
        ):
            self.env[model].flush_model()
        return SQL(
            "SELECT row.*, template.categ_id,"
            " 100.0 * row.returned / NULLIF(row.delivered, 0) AS rate"
            " FROM (%s UNION ALL %s UNION ALL %s) row"
            " LEFT JOIN product_product product ON product.id = row.product_id"
            " LEFT JOIN product_template template"
            " ON template.id = product.product_tmpl_id",
            self._moves_sql(),
            self._costs_sql(),
            self._freight_sql(),
        )

    def _moves_sql(self):
        return SQL(
            "SELECT m.id::bigint * 3 AS id, m.company_id,"
            " (m.date AT TIME ZONE 'UTC' AT TIME ZONE %s)::date AS date, m.product_id,"
            " partner.commercial_partner_id AS partner_id, o.user_id,"
            " back.reason_id, back.id AS return_id,"
            " CASE WHEN d.usage = 'customer' AND m.crm_return_item_id IS NULL"
            " THEN m.product_qty * m.quantity / NULLIF(m.product_uom_qty, 0) ELSE 0"
            " END::numeric AS delivered,"
            " CASE WHEN d.usage != 'customer'"
            " THEN m.product_qty * m.quantity / NULLIF(m.product_uom_qty, 0)"
            " WHEN m.crm_return_item_id IS NOT NULL"
            " THEN -m.product_qty * m.quantity / NULLIF(m.product_uom_qty, 0) ELSE 0"
            " END::numeric AS returned,"
            " 0::numeric AS cost"
            " FROM stock_move m"
            " JOIN stock_location s ON s.id = m.location_id"
            " JOIN stock_location d ON d.id = m.location_dest_id"
            " JOIN sale_order_line l ON l.id = m.sale_line_id"
            " JOIN sale_order o ON o.id = l.order_id"
            " JOIN res_partner partner ON partner.id = o.partner_id"
            " LEFT JOIN crm_return_line line ON line.id = m.crm_return_line_id"
            " LEFT JOIN crm_return back ON back.id = line.return_id"
            " WHERE m.state = 'done'"
            " AND (s.usage = 'customer') != (d.usage = 'customer')",
            self.env.company._policy_tz().zone,
        )

    def _costs_sql(self):
        return SQL(
            "SELECT i.id::bigint * 3 + 1, i.company_id, i.date_received, i.product_id,"
            " i.partner_id, i.user_id, back.reason_id, back.id, 0, 0, i.cost"
            " FROM crm_return_item i LEFT JOIN crm_return back ON back.id = i.return_id"
            " WHERE i.cost != 0"
        )

    def _freight_sql(self):
        return SQL(
            "SELECT r.id::bigint * 3 + 2, r.company_id, r.date_request, NULL,"
            " r.partner_id, r.user_id, r.reason_id, r.id, 0, 0, r.freight_cost"
            " FROM crm_return r WHERE r.freight_cost != 0"
        )

    def _read_group_select(self, aggregate_spec, query):
        """The rate of a group is of its sums."""
        if aggregate_spec == "rate:avg":
            return SQL(
                "100.0 * SUM(%s) / NULLIF(SUM(%s), 0)",
                self._field_to_sql(self._table, "returned", query),
                self._field_to_sql(self._table, "delivered", query),
            )
        return super()._read_group_select(aggregate_spec, query)
