"""Expenses of a visit are claimed after its report was accepted (VIS-123, SM-25)."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class HrExpense(models.Model):
    _inherit = "hr.expense"

    visit_id = fields.Many2one(
        "crm.visit",
        string="Customer Visit",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        help="The visit this expense was made for. It can be handed in once the "
        "report of the visit has been accepted.",
    )

    @api.constrains("visit_id", "approval_state")
    def _check_visit_accepted(self):
        for expense in self:
            # sudo: the state is checked for people who claim, whoever may read it
            visit = expense.sudo().visit_id
            if (
                visit
                and expense.approval_state in ("submitted", "approved")
                and visit.state not in ("accepted", "closed")
            ):
                raise ValidationError(
                    self.env._(
                        "%(expense)s: the report of %(visit)s has not been accepted "
                        "yet; its expenses are claimed afterwards (VIS-123).",
                        expense=expense.name,
                        visit=visit.display_name,
                    )
                )
