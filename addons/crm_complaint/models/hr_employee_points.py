"""Base points (基点数) of staff: the weight by which a department's charge is split."""

from odoo import fields, models


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    performance_base_points = fields.Float(
        string="Base Points",
        digits=(16, 2),
        default=1.0,
        groups="hr.group_hr_user,crm_policy.group_gm_office",
        help="Weight of this person when a bonus deduction is split among the staff of "
        "a department; the department's total is the sum at the end of the month "
        "(CMP-116, CMP-120, GAP-25). 0: takes no part.",
    )

    _performance_base_points_positive = models.Constraint(
        "CHECK(performance_base_points >= 0)", "Base points cannot be negative."
    )
