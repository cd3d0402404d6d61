"""Returns and the collection bonus: goods given back are not collected (CMP-124)."""

from odoo import fields, models
from odoo.tools import SQL


class CrmCollectionReport(models.Model):
    _inherit = "crm.collection.report"

    amount_returned = fields.Monetary(
        "Returned",
        readonly=True,
        help="Credited for goods that came back and for allowances, with taxes, in "
        "company currency: neither receivable nor collected.",
    )
    return_count = fields.Integer("Returns", readonly=True)

    @property
    def _table_query(self):
        self.env["crm.return"].flush_model()
        return SQL(
            "SELECT given.id, given.move_id, given.company_id, given.partner_id,"
            " given.user_id, given.date_due, given.complaint_count, given.amount_due,"
            " given.amount_excluded, given.amount_returned, given.return_count,"
            " given.base AS amount_base,"
            " LEAST(GREATEST(given.paid - given.amount_returned, 0), given.base)"
            " AS amount_collected,"
            " 100.0 * LEAST(GREATEST(given.paid - given.amount_returned, 0),"
            " given.base) / NULLIF(given.base, 0) AS rate FROM ("
            " SELECT old.*, COALESCE(r.amount, 0) AS amount_returned,"
            " COALESCE(r.returns, 0) AS return_count,"
            " GREATEST(old.amount_due - old.amount_excluded - COALESCE(r.amount, 0), 0)"
            " AS base FROM (%s) old"
            " LEFT JOIN (SELECT note.reversed_entry_id,"
            " -SUM(note.amount_total_signed) AS amount, COUNT(note.crm_return_id)"
            " AS returns FROM account_move note WHERE note.state = 'posted'"
            " AND note.move_type = 'out_refund' AND (note.crm_return_id IS NOT NULL"
            " OR note.crm_allowance_id IS NOT NULL)"
            " GROUP BY note.reversed_entry_id) r ON r.reversed_entry_id = old.move_id"
            ") given",
            super()._table_query,
        )
