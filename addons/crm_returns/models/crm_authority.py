"""Authorities whose decider is the head of one named department (RET-19)."""

from odoo import fields, models


class CrmAuthority(models.Model):
    _inherit = "crm.authority"

    department_id = fields.Many2one(
        "hr.department",
        ondelete="restrict",
        tracking=True,
        help="Only where the head of a department decides: this department instead "
        "of the document's own. A company's own department with the same policy "
        "code takes its place.",
    )

    def _deciders(self, document, requester):
        self.ensure_one()
        if self.decider != "department_manager" or not self.department_id:
            return super()._deciders(document, requester)
        department = self.department_id
        company = document._approval_company()
        if department.policy_code:
            department = department._policy_department(department.policy_code, company)
        heads = department._policy_heads(requester).filtered(
            lambda user: not user.share and company in user.company_ids
        )
        return heads or super()._deciders(document, requester)
