"""Who heads a department, here or above: for extensions and record rules."""

from odoo import api, fields, models


class HrDepartment(models.Model):
    _inherit = "hr.department"

    policy_head_ids = fields.Many2many(
        "res.users",
        "hr_department_policy_head_rel",
        "department_id",
        "user_id",
        string="Heads Here and Above",
        compute="_compute_policy_head_ids",
        store=True,
        recursive=True,
        compute_sudo=True,
        help="The users who head this department or one it belongs to. Stored, "
        "because record rules ask for it on every read.",
    )

    @api.depends("manager_id.user_id", "parent_id.policy_head_ids")
    def _compute_policy_head_ids(self):
        for department in self:
            department.policy_head_ids = (
                department.manager_id.user_id | department.parent_id.policy_head_ids
            )
