"""How fast customers pay: a row per invoice (ARC-241)."""

from odoo import api, fields, models
from odoo.tools import SQL


class CrmCustomerPaymentReport(models.Model):
    _name = "crm.customer.payment.report"
    _description = "Payment Speed of Customers"
    _inherit = ["crm.customer.analysis.mixin"]
    _auto = False
    _order = "invoice_date desc, id desc"

    invoice_id = fields.Many2one("account.move", readonly=True)
    invoice_date = fields.Date(readonly=True)
    date_due = fields.Date(string="Due Date", readonly=True)
    paid_date = fields.Date(
        string="Paid On", readonly=True, help="Day the last part was matched."
    )
    amount = fields.Monetary(
        string="Invoiced with Tax", readonly=True, help="Company currency."
    )
    open_amount = fields.Monetary(string="Still Open", readonly=True)
    late_amount = fields.Monetary(
        string="Paid Late or Overdue",
        readonly=True,
        help="The invoice's amount when it was paid after its due date or is overdue.",
    )
    overdue_amount = fields.Monetary(
        string="Overdue", readonly=True, help="Still open after the due date."
    )
    days_to_pay = fields.Float(
        readonly=True,
        digits=(16, 1),
        aggregator="avg",
        help="Calendar days from the invoice to the last payment; paid invoices only.",
    )
    days_late = fields.Float(
        readonly=True,
        digits=(16, 1),
        aggregator="avg",
        help="Calendar days after the due date; for open invoices until today.",
    )
    late_share = fields.Float(
        string="Share Late (%)",
        readonly=True,
        digits=(16, 1),
        aggregator="avg",
        help="Amounts paid late or overdue in percent of all amounts.",
    )

    # ------------------------------------------------------------------- query

    @property
    def _table_query(self):
        return SQL(
            "SELECT figures.*, 100.0 * late_amount / NULLIF(amount, 0) AS late_share,"
            " %s FROM (%s) figures"
            " JOIN res_partner partner ON partner.id = figures.customer_id",
            self._dimensions_sql(),
            self._invoices_sql(self.env.companies, self._customers_sql()),
        )

    @api.model
    def _invoices_sql(self, companies, customers, date_from=None):
        """Return a row per posted customer invoice of the customers.

        :param companies: ``res.company`` records
        :param customers: SQL of a list or query of ids of customer files
        :param date_from: first invoice date, included; None: from the beginning
        """
        for model in ("account.move", "account.move.line", "account.partial.reconcile"):
            self.env[model].flush_model()
        today = fields.Date.context_today(self)
        late = SQL("COALESCE(paid_date, %s) > date_due", today)
        return SQL(
            "SELECT id, id AS invoice_id, company_id, customer_id, invoice_date,"
            " date_due, paid_date, amount, open_amount,"
            " CASE WHEN %(late)s THEN amount ELSE 0 END AS late_amount,"
            " CASE WHEN %(late)s THEN open_amount ELSE 0 END AS overdue_amount,"
            " paid_date - invoice_date AS days_to_pay,"
            " GREATEST(COALESCE(paid_date, %(today)s) - date_due, 0) AS days_late"
            " FROM (SELECT move.id, move.company_id,"
            " entity.commercial_partner_id AS customer_id, move.invoice_date,"
            " COALESCE(move.invoice_date_due, move.invoice_date) AS date_due,"
            " move.amount_total_signed AS amount,"
            " move.amount_residual_signed AS open_amount,"
            " CASE WHEN move.payment_state IN ('paid', 'in_payment')"
            " THEN (SELECT MAX(matched.max_date) FROM account_partial_reconcile matched"
            " JOIN account_move_line line ON line.id = matched.debit_move_id"
            " WHERE line.move_id = move.id) END AS paid_date"
            " FROM account_move move"
            " JOIN res_partner entity ON entity.id = move.partner_id"
            " WHERE move.state = 'posted' AND move.move_type = 'out_invoice'"
            " AND move.payment_state != 'reversed'"
            " AND move.company_id IN %(companies)s"
            " AND entity.commercial_partner_id IN %(customers)s%(since)s) invoice",
            late=late,
            today=today,
            companies=tuple(companies.ids),
            customers=customers,
            since=SQL(" AND move.invoice_date >= %s", date_from)
            if date_from
            else SQL(),
        )

    def _read_group_select(self, aggregate_spec, query):
        """The share of a group is no average of shares."""
        if aggregate_spec == "late_share:avg":
            return self._ratio_sql(query, "late_amount", "amount")
        return super()._read_group_select(aggregate_spec, query)
