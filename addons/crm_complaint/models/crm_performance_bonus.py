"""Performance bonus of the month, per person (绩效奖金, GAP-24), before deductions."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class CrmPerformanceBonus(models.Model):
    _name = "crm.performance.bonus"
    _description = "Performance Bonus of the Month"
    _order = "month desc, employee_id"
    _check_company_auto = True
    _rec_name = "employee_id"

    employee_id = fields.Many2one(
        "hr.employee",
        "Person",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    month = fields.Date(required=True, index=True, help="First day of the month.")
    amount = fields.Monetary(
        required=True, help="The whole month's bonus before deductions (GAP-24)."
    )

    _amount_positive = models.Constraint(
        "CHECK(amount >= 0)", "A performance bonus cannot be negative."
    )
    _month_uniq = models.Constraint(
        "UNIQUE(employee_id, month)", "A person has one bonus a month."
    )

    @api.constrains("month")
    def _check_month(self):
        for bonus in self:
            if bonus.month.day != 1:
                raise ValidationError(
                    self.env._("The month of a bonus is named by its first day.")
                )

    def _check_not_released(self):
        """Raise where payroll has these months' bonuses already."""
        # sudo: whether the month is closed, not what is in it
        months = (
            self.env["crm.bonus.run"]
            .sudo()
            .search_fetch(
                [
                    ("company_id", "in", self.company_id.ids),
                    ("month", "in", self.mapped("month")),
                    ("state", "=", "released"),
                ],
                ["company_id", "month"],
            )
        )
        closed = {(run.company_id, run.month) for run in months}
        for bonus in self:
            if (bonus.company_id, bonus.month) in closed:
                raise UserError(
                    self.env._(
                        "The bonuses of %s are released to payroll and do not change.",
                        bonus.month.strftime("%Y-%m"),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        bonuses = super().create(vals_list)
        bonuses._check_not_released()
        return bonuses

    def write(self, vals):
        self._check_not_released()
        res = super().write(vals)
        self._check_not_released()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_released(self):
        self._check_not_released()
