"""A company's settings of registration: similar names, readers of reports."""

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    information_specialist_id = fields.Many2one(
        "res.users",
        string="Customer-service Specialist",
        domain=[("share", "=", False)],
        help="Sends the monthly reports of calls, visits and owners (ARC-99, ARC-101).",
    )
    information_planner_id = fields.Many2one(
        "res.users",
        string="Designated Person in Market Planning",
        domain=[("share", "=", False)],
        help="Receives the monthly reports beside the customer-service manager.",
    )
    duplicate_similarity = fields.Float(
        default=0.5,
        help="Share of what two names have in common, from 0.1 to 1, from which on "
        "they are shown as similar (GAP-83).",
    )
    _similarity_range = models.Constraint(
        "CHECK (duplicate_similarity IS NULL "
        "OR duplicate_similarity BETWEEN 0.1 AND 1)",
        "The similarity of names is a number from 0.1 to 1.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    duplicate_similarity = fields.Float(
        related="company_id.duplicate_similarity", readonly=False
    )
    information_specialist_id = fields.Many2one(
        related="company_id.information_specialist_id", readonly=False
    )
    information_planner_id = fields.Many2one(
        related="company_id.information_planner_id", readonly=False
    )
