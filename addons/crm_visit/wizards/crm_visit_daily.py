"""Asks whose visits of which day the daily visit report (F-65) is to show."""

from odoo import fields, models
from odoo.exceptions import UserError


class CrmVisitDaily(models.TransientModel):
    _name = "crm.visit.daily"
    _description = "Daily Visit Report"

    user_id = fields.Many2one(
        "res.users",
        string="Filled In By",
        required=True,
        domain=[("share", "=", False)],
        default=lambda self: self.env.user,
    )
    date = fields.Date(
        required=True, default=lambda self: self.env.company._policy_today()
    )

    def action_print(self):
        """Print the daily visit report of one person and day."""
        self.ensure_one()
        visits = self.env["crm.visit"].search(
            self.env["report.crm_visit.report_daily"]._daily_domain(
                self.user_id, self.date
            )
        )
        if not visits:
            raise UserError(
                self.env._(
                    "%(user)s held no visit on %(date)s.",
                    user=self.user_id.name,
                    date=fields.Date.to_string(self.date),
                )
            )
        return self.env.ref("crm_visit.action_report_daily").report_action(self)
