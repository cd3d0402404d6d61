"""Departments known to the policies by a code (design: departments are data)."""

from odoo import api, fields, models, tools
from odoo.exceptions import UserError


class HrDepartment(models.Model):
    _inherit = "hr.department"

    policy_code = fields.Char(
        index="btree_not_null",
        copy=False,
        help="Short code by which deadlines and authorities find this department: "
        "gmo, quality, manufacturing, rd, sales, marketing, service, technical, "
        "pmc, production, storage, accounting, hr.",
    )

    _policy_code_uniq = models.UniqueIndex(
        "(COALESCE(company_id, 0), policy_code) WHERE policy_code IS NOT NULL "
        "AND active",
        "Another department of this company already has this policy code.",
    )

    @api.model
    def _policy_department(self, code, company):
        """Return the department a policy calls ``code``.

        The company's own department wins over one shared by all companies.

        :raises UserError: no department carries the code
        """
        department_id = self._policy_department_id(code, company.id)
        if not department_id:
            raise UserError(
                self.env._(
                    "No department of %(company)s has the policy code “%(code)s”. "
                    "Set it on the department under Employees.",
                    company=company.name,
                    code=code,
                )
            )
        # sudo: documents pass between departments whose members cannot read them all
        return self.sudo().browse(department_id)

    @api.model
    @tools.ormcache("code", "company_id")
    def _policy_department_id(self, code, company_id):
        # sudo: as in _policy_department
        return (
            self.sudo()
            .search(
                [("policy_code", "=", code), ("company_id", "in", (company_id, False))],
                order="company_id",
                limit=1,
            )
            .id
        )

    def _policy_heads(self, but=None):
        """Return the user heading this department, or else the next one above.

        :param but: a user who may not be returned (he asks, so he cannot decide)
        """
        department = self.sudo()  # sudo: the org chart is needed, not shown
        seen = self.browse()
        while department and department not in seen:
            seen |= department
            head = department.manager_id.user_id
            if head and head.active and head != but:
                return head
            department = department.parent_id
        return self.env["res.users"]

    @api.model
    def _policy_own(self):
        """Return whose documents the user follows: the own department, headed ones.

        Of the sales department only its heads do: salespeople follow their own.
        """
        # sudo: whose the user is, not the departments' data
        employees = self.env["hr.employee"].sudo()
        staff = employees.search([("user_id", "=", self.env.uid)])
        own = staff.department_id.filtered(lambda one: one.policy_code != "sales")
        # sudo: as above
        return own | self.sudo().search([("policy_head_ids", "in", [self.env.uid])])

    @api.model_create_multi
    def create(self, vals_list):
        departments = super().create(vals_list)
        if any(vals.get("manager_id") or vals.get("policy_code") for vals in vals_list):
            self._forget()
        return departments

    def write(self, vals):
        res = super().write(vals)
        if {"manager_id", "parent_id", "active", "policy_code", "company_id"} & set(
            vals
        ):
            self._forget()
        return res

    def unlink(self):
        res = super().unlink()
        self._forget()
        return res

    def _forget(self):
        """Departments by code and the heads' record rules are remembered: forget."""
        self.env.registry.clear_cache()
