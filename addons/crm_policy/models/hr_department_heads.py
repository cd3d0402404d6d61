"""Who heads a department, here or above: for extensions and record rules."""

from odoo import api, fields, models
from odoo.fields import Domain


class HrDepartment(models.Model):
    _inherit = "hr.department"

    policy_head_ids = fields.Many2many(
        "res.users",
        string="Heads Here and Above",
        compute="_compute_policy_head_ids",
        search="_search_policy_head_ids",
        compute_sudo=True,
        help="The users who head this department or one it belongs to.",
    )

    @api.depends("parent_path", "manager_id.user_id")
    def _compute_policy_head_ids(self):
        for department in self:
            path = [
                int(part) for part in (department.parent_path or "").split("/") if part
            ]
            department.policy_head_ids = self.browse(path).manager_id.user_id

    def _search_policy_head_ids(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: the org chart decides what a head sees, whatever else he may read
        headed = self.sudo().search([("manager_id.user_id", "in", list(value))])
        return Domain("id", "child_of", headed.ids) if headed else Domain.FALSE
