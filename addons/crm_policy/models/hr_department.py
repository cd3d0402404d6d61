"""Departments known to the policies by a code (design: departments are data)."""

from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.tools import SQL


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
        # Record rules ask this several times in each request: one plain statement.
        rows = self.env.execute_query(
            SQL(
                """
                SELECT department.id FROM hr_department department
                 WHERE department.%(code)s IS DISTINCT FROM 'sales'
                   AND department.id IN (
                       SELECT version.%(department)s FROM hr_employee employee
                         JOIN hr_version version
                           ON version.id = employee.%(version)s
                        WHERE employee.%(active)s AND employee.%(user)s = %(uid)s)
                    OR department.%(in_use)s AND department.id IN (
                       SELECT department_id FROM %(heads)s WHERE user_id = %(uid)s)
                 ORDER BY department.id
                """,
                uid=self.env.uid,
                code=self._policy_column("hr.department", "policy_code"),
                in_use=self._policy_column("hr.department", "active"),
                version=self._policy_column("hr.employee", "current_version_id"),
                active=self._policy_column("hr.employee", "active"),
                user=self._policy_column("hr.employee", "user_id"),
                department=self._policy_column("hr.version", "department_id"),
                heads=SQL.identifier(
                    self._fields["policy_head_ids"].relation,
                    to_flush=self._fields["policy_head_ids"],
                ),
            )
        )
        # sudo: whose the user is, not the departments' data
        return self.sudo().browse([row[0] for row in rows])

    @api.model
    def _policy_column(self, model, name):
        """Return a column for a statement that sees what is not yet written."""
        return SQL.identifier(name, to_flush=self.env[model]._fields[name])

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
