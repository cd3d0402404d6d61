"""Base points (基点数) of staff: the weight by which a department's charge is split."""

from odoo import fields, models

# Who may see a person's base points.
READERS = "hr.group_hr_user,crm_policy.group_gm_office"


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    performance_base_points = fields.Float(
        string="Base Points",
        digits=(16, 2),
        default=1.0,
        groups=READERS,
        help="Weight of this person when a bonus deduction is split among the staff of "
        "a department; the department's total is the sum at the end of the month "
        "(CMP-116, CMP-120, GAP-25). 0: takes no part.",
    )

    _performance_base_points_positive = models.Constraint(
        "CHECK(performance_base_points >= 0)", "Base points cannot be negative."
    )


class HrEmployeePublic(models.Model):
    _inherit = "hr.employee.public"

    # Whoever has no rights in HR reads employees through this directory.
    performance_base_points = fields.Float(
        related="employee_id.performance_base_points",
        groups=READERS,
        help="Weight of this person when a bonus deduction is split among the staff of "
        "a department (CMP-116).",
    )
