"""Figures of the monthly review and of deductions, per company."""

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    complaint_statement_day = fields.Integer(
        string="Complaint Review Due on Day",
        default=10,
        required=True,
        help="Calendar day of the following month by which the month's closed "
        "complaints are reviewed (CMP-48, CMP-70, CMP-75, GAP-16).",
    )
    complaint_reminder_day = fields.Integer(
        string="Reminder of the Complaint Review on Day",
        default=5,
        required=True,
        help="Calendar day on which the office is reminded of the review (GAP-16).",
    )
    complaint_bonus_cap = fields.Float(
        string="Bonus Deducted at Most (%)",
        default=50.0,
        digits=(5, 2),
        help="Percent of a month's performance bonus that losses may take; the rest "
        "is carried to the following months (CMP-117, CMP-118). Demerits are apart; "
        "together never more than the bonus (GAP-22).",
    )
    complaint_review_department_ids = fields.Many2many(
        "hr.department",
        "complaint_review_department_rel",
        "company_id",
        "department_id",
        string="Departments of the Complaint Review",
        help="Whose heads confirm responsibility and ratios every month. Empty: "
        "manufacturing, quality management and R&D (CMP-48).",
    )

    complaint_pareto_share = fields.Float(
        string="Vital Few Make (%)",
        default=80.0,
        digits=(5, 2),
        help="Percent of all complaints of a year: the most frequent causes that make "
        "so many of them are the vital few of the Pareto analysis.",
    )

    _complaint_pareto_percent = models.Constraint(
        "CHECK(complaint_pareto_share > 0 AND complaint_pareto_share <= 100)",
        "The share of the vital few is a percentage above 0, up to 100.",
    )
    _complaint_review_days = models.Constraint(
        "CHECK(complaint_statement_day BETWEEN 1 AND 28"
        " AND complaint_reminder_day BETWEEN 1 AND complaint_statement_day)",
        "The review is due on a day from 1 to 28, and the reminder comes not after it.",
    )
    _complaint_bonus_cap_percent = models.Constraint(
        "CHECK(complaint_bonus_cap >= 0 AND complaint_bonus_cap <= 100)",
        "The bonus deducted at most is a percentage from 0 to 100.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    complaint_statement_day = fields.Integer(
        related="company_id.complaint_statement_day", readonly=False
    )
    complaint_reminder_day = fields.Integer(
        related="company_id.complaint_reminder_day", readonly=False
    )
    complaint_bonus_cap = fields.Float(
        related="company_id.complaint_bonus_cap", readonly=False
    )
    complaint_pareto_share = fields.Float(
        related="company_id.complaint_pareto_share", readonly=False
    )
    complaint_review_department_ids = fields.Many2many(
        related="company_id.complaint_review_department_ids", readonly=False
    )
