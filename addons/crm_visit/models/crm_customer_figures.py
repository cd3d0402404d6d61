"""Expenses of visits are selling expenses of the customer visited (ARC-240)."""

from odoo import api, models
from odoo.tools import SQL


class CrmCustomerFigures(models.Model):
    _inherit = "crm.customer.figures"

    @api.model
    def _expense_sources(self, company, customers):
        for model in ("hr.expense", "crm.visit"):
            self.env[model].flush_model()
        query = SQL(
            "SELECT entity.commercial_partner_id, expense.date, expense.total_amount"
            " FROM hr_expense expense"
            " JOIN crm_visit visit ON visit.id = expense.visit_id"
            " JOIN res_partner entity ON entity.id = visit.partner_id"
            " WHERE expense.approval_state = 'approved' AND expense.company_id = %s"
            " AND entity.commercial_partner_id IN %s",
            company.id,
            customers,
        )
        return [*super()._expense_sources(company, customers), query]
