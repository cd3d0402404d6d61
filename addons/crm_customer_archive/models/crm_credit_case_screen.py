"""What the screen of an overdue case offers to whom."""

from odoo import api, fields, models


class CrmCreditCase(models.Model):
    _inherit = "crm.credit.case"

    may_work = fields.Boolean(
        string="May Work On It",
        compute="_compute_may",
        help="The reader reports, plans and proposes a hold. The steps themselves "
        "check it again.",
    )
    may_confirm = fields.Boolean(
        compute="_compute_may",
        help="The reader confirms payments for accounting.",
    )

    @api.depends("user_id", "second_user_id", "department_id", "company_id")
    @api.depends_context("uid")
    def _compute_may(self):
        user = self.env.user
        director = user.has_group("crm_policy.group_director")
        confirms = {company: self._confirms(company) for company in self.company_id}
        for case in self:
            case.may_work = director or case._is_worked_by(user)
            case.may_confirm = confirms.get(case.company_id, False)
