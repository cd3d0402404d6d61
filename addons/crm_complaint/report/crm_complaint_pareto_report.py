"""Pareto of causes: which few make most of the complaints and of the loss."""

from odoo import fields, models
from odoo.tools import SQL


class CrmComplaintParetoReport(models.Model):
    _name = "crm.complaint.pareto.report"
    _description = "Pareto of Complaint Causes"
    _auto = False
    _order = "year desc, rank"
    _rec_name = "cause_id"

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    year = fields.Integer(readonly=True, aggregator=None)
    cause_id = fields.Many2one("crm.complaint.cause", "Main Cause", readonly=True)
    rank = fields.Integer(readonly=True, aggregator="min")
    complaint_count = fields.Integer("Complaints", readonly=True)
    loss_total = fields.Monetary("Loss", readonly=True)
    share = fields.Float("Share (%)", readonly=True, digits=(5, 1))
    cumulative = fields.Float(
        "Cumulative (%)",
        readonly=True,
        aggregator="max",
        digits=(5, 1),
        help="Share of this cause and of all more frequent ones of the year.",
    )
    vital = fields.Boolean(
        "Vital Few",
        readonly=True,
        help="Among the causes of the first part of all complaints of the year: 80 %, "
        "or what the company has set.",
    )

    @property
    def _table_query(self):
        Complaint = self.env["crm.complaint"]
        Complaint.flush_model()
        self.env["res.company"].flush_model(["complaint_pareto_share"])
        # Where the cause is not found yet there is nothing to rank.
        query = Complaint._search(
            [
                ("state", "!=", "cancelled"),
                ("not_substantiated", "=", False),
                ("cause_id", "!=", False),
            ]
        )
        query.groupby = SQL("1, 2, 3")
        counted = query.select(
            SQL("crm_complaint.company_id"),
            SQL("date_part('year', crm_complaint.date)::int AS year"),
            SQL("crm_complaint.cause_id"),
            SQL("COUNT(*) AS complaint_count"),
            SQL("SUM(crm_complaint.loss_total) AS loss_total"),
        )
        return SQL(
            # Small ids: XML-RPC has no word for larger ones than 31 bits.
            "SELECT ROW_NUMBER() OVER (ORDER BY ranked.company_id, year, cause_id)"
            " AS id, ranked.*, complaint_count * 100.0 / whole"
            " AS share, running * 100.0 / whole AS cumulative,"
            " (running - complaint_count) * 100.0 / whole"
            " < company.complaint_pareto_share AS vital"
            " FROM (SELECT counted.*, SUM(complaint_count)"
            " OVER (PARTITION BY company_id, year) AS whole, SUM(complaint_count)"
            " OVER (PARTITION BY company_id, year ORDER BY complaint_count DESC,"
            " cause_id ROWS UNBOUNDED PRECEDING) AS running, ROW_NUMBER()"
            " OVER (PARTITION BY company_id, year ORDER BY complaint_count DESC,"
            " cause_id) AS rank FROM (%s) counted) ranked"
            " JOIN res_company company ON company.id = ranked.company_id",
            counted,
        )
