"""Collection rate of receivables per salesperson, for the bonus (CMP-124).

Where a complaint affects collection, the receivable of its part numbers is excluded:
accounting computes the salesperson's rate on what is left.
"""

from odoo import fields, models
from odoo.tools import SQL


class CrmCollectionReport(models.Model):
    _name = "crm.collection.report"
    _description = "Collection Rate of Receivables"
    _auto = False
    _order = "date_due desc, id"
    _rec_name = "move_id"

    move_id = fields.Many2one("account.move", "Invoice", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    date_due = fields.Date("Due", readonly=True)
    complaint_count = fields.Integer("Complaints", readonly=True)
    amount_due = fields.Monetary(
        "Receivable", readonly=True, help="Invoice with taxes, company currency."
    )
    amount_excluded = fields.Monetary(
        "Excluded",
        readonly=True,
        help="Receivable of the part numbers complained of, with taxes.",
    )
    amount_base = fields.Monetary("Base", readonly=True)
    amount_collected = fields.Monetary(
        "Collected", readonly=True, help="Paid, at most the base."
    )
    rate = fields.Float(
        "Collection Rate (%)", readonly=True, aggregator="avg", digits=(5, 1)
    )

    @property
    def _table_query(self):
        for model in ("crm.complaint", "account.move.line", "account.move"):
            self.env[model].flush_model()
        return SQL(
            "SELECT base.*, amount_due - amount_excluded AS amount_base,"
            " LEAST(paid, amount_due - amount_excluded) AS amount_collected,"
            " 100.0 * LEAST(paid, amount_due - amount_excluded)"
            " / NULLIF(amount_due - amount_excluded, 0) AS rate FROM ("
            " SELECT m.id, m.id AS move_id, m.company_id, m.partner_id,"
            " m.invoice_user_id AS user_id, m.invoice_date_due AS date_due,"
            " m.amount_total_signed AS amount_due,"
            " m.amount_total_signed - m.amount_residual_signed AS paid,"
            " COALESCE(x.amount, 0) AS amount_excluded,"
            " COALESCE(x.complaints, 0) AS complaint_count"
            " FROM account_move m LEFT JOIN LATERAL (SELECT"
            " SUM(line.total) AS amount, SUM(line.complaints) AS complaints FROM ("
            " SELECT l.price_total * m.amount_total_signed"
            " / NULLIF(m.amount_total, 0) AS total, COUNT(c.id) AS complaints"
            " FROM account_move_line l"
            " JOIN crm_complaint c ON c.product_id = l.product_id"
            " AND c.company_id = l.company_id"
            " WHERE l.move_id = m.id AND l.display_type = 'product'"
            " AND c.affects_collection AND c.state NOT IN ('draft', 'cancelled')"
            " AND c.not_substantiated IS NOT TRUE"
            " AND (EXISTS (SELECT FROM crm_complaint_collection_invoice_rel r"
            " WHERE r.complaint_id = c.id AND r.move_id = m.id)"
            " OR EXISTS (SELECT FROM sale_order_line_invoice_rel i"
            " JOIN sale_order_line s ON s.id = i.order_line_id"
            " WHERE i.invoice_line_id = l.id AND s.order_id = c.sale_order_id))"
            " GROUP BY l.id) line) x ON TRUE"
            " WHERE m.move_type = 'out_invoice' AND m.state = 'posted') base"
        )

    def _read_group_select(self, aggregate_spec, query):
        """The rate of a group is of its sums."""
        if aggregate_spec == "rate:avg":
            return SQL(
                "100.0 * SUM(%s) / NULLIF(SUM(%s), 0)",
                self._field_to_sql(self._table, "amount_collected", query),
                self._field_to_sql(self._table, "amount_base", query),
            )
        return super()._read_group_select(aggregate_spec, query)
