"""Complaints against what was delivered and sold: the complaint rate (CMP-140).

Rows come from complaints, deliveries and invoices; rates of a group are of its sums.
"""

from odoo import api, fields, models
from odoo.tools import SQL

COLUMNS = (
    *("complaint_count", "defective_quantity", "loss", "delivered_quantity"),
    "revenue",
)
# Rate: (part, whole, factor).
RATES = {
    "rate_quantity": ("defective_quantity", "delivered_quantity", 100.0),
    "rate_revenue": ("complaint_count", "revenue", 1000000.0),
    "rate_loss": ("loss", "revenue", 100.0),
}


class CrmComplaintRateReport(models.Model):
    _name = "crm.complaint.rate.report"
    _description = "Complaint Rate"
    _auto = False
    _order = "date desc, id"
    _rec_name = "product_id"

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(readonly=True, help="Complained, delivered or invoiced on.")
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one("product.category", "Product Category", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    complaint_count = fields.Integer("Complaints", readonly=True)
    defective_quantity = fields.Float(readonly=True, digits="Product Unit")
    delivered_quantity = fields.Float(
        readonly=True,
        digits="Product Unit",
        help="Delivered less returned, in the product's unit.",
    )
    loss = fields.Monetary(readonly=True)
    revenue = fields.Monetary(
        readonly=True, help="Invoices less credit notes without taxes."
    )
    rate_quantity = fields.Float(
        "Defective of Delivered (%)",
        readonly=True,
        aggregator="avg",
        digits=(16, 4),
        help="Defective quantity complained of / delivered quantity.",
    )
    rate_revenue = fields.Float(
        "Complaints per Million Sold",
        readonly=True,
        aggregator="avg",
        digits=(16, 4),
        help="Complaints for each 1,000,000 of revenue, company currency.",
    )
    rate_loss = fields.Float(
        "Loss of Revenue (%)", readonly=True, aggregator="avg", digits=(16, 4)
    )

    @property
    def _table_query(self):
        for model in (
            *("crm.complaint", "stock.move.line", "stock.move", "account.move.line"),
            "account.move",
        ):
            self.env[model].flush_model()
        rates = SQL(", ").join(
            SQL(
                "%s * row.%s / NULLIF(row.%s, 0) AS %s",
                factor,
                SQL.identifier(part),
                SQL.identifier(whole),
                SQL.identifier(name),
            )
            for name, (part, whole, factor) in RATES.items()
        )
        return SQL(
            "SELECT row.*, template.categ_id, %s"
            " FROM (%s UNION ALL %s UNION ALL %s) row"
            " LEFT JOIN product_product product ON product.id = row.product_id"
            " LEFT JOIN product_template template"
            " ON template.id = product.product_tmpl_id",
            rates,
            self._complaints_sql(),
            self._deliveries_sql(),
            self._revenue_sql(),
        )

    @api.model
    def _complaints_sql(self):
        return SQL(
            "SELECT id::bigint * 4 AS id, company_id, date, product_id, partner_id,"
            " 1 AS complaint_count, defective_quantity::numeric AS defective_quantity,"
            " COALESCE(loss_total, 0)::numeric AS loss,"
            " 0::numeric AS delivered_quantity, 0::numeric AS revenue"
            " FROM crm_complaint WHERE state != 'cancelled'"
        )

    @api.model
    def _deliveries_sql(self):
        return SQL(
            "SELECT l.id::bigint * 4 + 1, l.company_id,"
            " (l.date AT TIME ZONE 'UTC' AT TIME ZONE %s)::date, l.product_id,"
            " p.partner_id, 0, 0, 0, CASE WHEN d.usage = 'customer' THEN 1 ELSE -1 END"
            " * l.quantity_product_uom::numeric, 0 FROM stock_move_line l"
            " JOIN stock_location s ON s.id = l.location_id"
            " JOIN stock_location d ON d.id = l.location_dest_id"
            " LEFT JOIN stock_picking p ON p.id = l.picking_id"
            " WHERE l.state = 'done'"
            " AND (s.usage = 'customer') != (d.usage = 'customer')",
            self.env.company._policy_tz().zone,
        )

    @api.model
    def _revenue_sql(self):
        return SQL(
            "SELECT l.id::bigint * 4 + 2, l.company_id, m.invoice_date, l.product_id,"
            " m.partner_id, 0, 0, 0, 0, -l.balance FROM account_move_line l"
            " JOIN account_move m ON m.id = l.move_id"
            " WHERE m.state = 'posted' AND m.move_type IN ('out_invoice', 'out_refund')"
            " AND l.display_type = 'product'"
        )

    def _read_group_select(self, aggregate_spec, query):
        """Rates of a group are of its sums, never an average of rates."""
        name, _colon, function = aggregate_spec.partition(":")
        if function == "avg" and name in RATES:
            part, whole, factor = RATES[name]
            return SQL(
                "%s * SUM(%s) / NULLIF(SUM(%s), 0)",
                factor,
                self._field_to_sql(self._table, part, query),
                self._field_to_sql(self._table, whole, query),
            )
        return super()._read_group_select(aggregate_spec, query)
