"""Kinds of business partners and the departments that maintain them (ARC-229..236)."""

from odoo import api, fields, models


class CrmMasterDataArea(models.Model):
    _name = "crm.master.data.area"
    _description = "Kind of Business Partner"
    _order = "profile_id, sequence, id"

    sequence = fields.Integer(default=10)
    code = fields.Char(
        required=True,
        copy=False,
        help="Short key by which programs and imports name this record.",
    )
    name = fields.Char(required=True, translate=True)
    profile_id = fields.Many2one(
        "crm.policy.profile",
        string="Policy",
        required=True,
        index=True,
        ondelete="restrict",
        help="The kind is maintained as written here in companies whose master data "
        "follow this policy.",
    )
    side = fields.Selection(
        [
            ("supplier", "Suppliers"),
            ("customer", "Customers"),
            ("both", "Suppliers and customers"),
        ],
        required=True,
        default="supplier",
        help="Decides which form is filled in: the supplier maintenance application "
        "or the customer registration form.",
    )
    description = fields.Text(translate=True)
    department_id = fields.Many2one(
        "hr.department",
        string="Maintained By",
        required=True,
        ondelete="restrict",
        help="The department with maintenance authority. A company's own department "
        "with the same policy code takes its place.",
    )
    report_department_id = fields.Many2one(
        "hr.department",
        string="Report Approval At",
        ondelete="restrict",
        help="Path 2 (ARC-236): requests go to this department first, which obtains "
        "approval by report. Empty: straight to the maintaining department.",
    )
    requester_department_id = fields.Many2one(
        "hr.department",
        string="Submitted By",
        ondelete="restrict",
        help="Only members of this department submit requests of this kind. Empty: "
        "any department.",
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex(
        "(profile_id, code)", "This code is already in use."
    )

    def _here(self, department, company):
        """Return a department as the company has it."""
        if department.policy_code:
            return department._policy_department(department.policy_code, company)
        return department

    def _maintainer(self, company):
        """Return the company's department that maintains partners of this kind."""
        self.ensure_one()
        area = self.sudo()  # sudo: the org chart is needed, not shown
        return area._here(area.department_id, company)

    def _is_maintained_by(self, user, company):
        """Tell whether a user works in the maintaining department or heads it."""
        department = self._maintainer(company)
        return user in department.member_ids.user_id | department.policy_head_ids

    @api.model
    def _by_code(self, code, company):
        """Return the kind of a code under the company's master data policy."""
        profile = company._policy_profile("master_data")
        return self.search([("code", "=", code), ("profile_id", "=", profile.id)])
