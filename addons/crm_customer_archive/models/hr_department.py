"""Who sees a department's customers: its head and the heads above it."""

from odoo import api, fields, models


class HrDepartment(models.Model):
    _inherit = "hr.department"

    head_user_ids = fields.Many2many(
        "res.users",
        "hr_department_head_user_rel",
        "department_id",
        "user_id",
        string="Heads",
        compute="_compute_head_user_ids",
        store=True,
        recursive=True,
        help="The users heading this department and the departments above it. They "
        "see its customers.",
    )

    @api.depends("manager_id.user_id", "parent_id.head_user_ids")
    def _compute_head_user_ids(self):
        for department in self:
            department.head_user_ids = (
                department.manager_id.user_id | department.parent_id.head_user_ids
            )
