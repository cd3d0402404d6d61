"""Complaints as a signal of problem accounts."""

from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.tools import SQL


class CrmProblemRule(models.Model):
    _inherit = "crm.problem.rule"

    kind = fields.Selection(
        selection_add=[("complaint", "Complaints")],
        ondelete={"complaint": "cascade"},
    )
    threshold = fields.Float(
        help="Falling sales: percent by which sales fell, at least. Late payment: "
        "calendar days a receivable is overdue, at least. Complaints: their number, "
        "open ones and those of the last months, at least."
    )

    def _signal_complaint_sql(self, company):
        """Return the number of open and recent complaints of each customer."""
        self.env["crm.complaint"].flush_model()
        since = company._policy_today() - relativedelta(months=self.months)
        return SQL(
            "SELECT entity.commercial_partner_id AS customer_id, COUNT(*) AS value"
            " FROM crm_complaint complaint"
            " JOIN res_partner entity ON entity.id = complaint.partner_id"
            " WHERE complaint.company_id = %s AND complaint.active"
            " AND complaint.state NOT IN ('draft', 'cancelled')"
            " AND complaint.not_substantiated IS NOT TRUE"
            " AND (complaint.state != 'closed' OR complaint.date >= %s)"
            " GROUP BY entity.commercial_partner_id HAVING COUNT(*) >= %s",
            company.id,
            since,
            self.threshold,
        )

    def _signal_text(self, value):
        if self.kind == "complaint":
            return self.env._("Open or recent complaints: %s.", f"{value:.0f}")
        return super()._signal_text(value)
