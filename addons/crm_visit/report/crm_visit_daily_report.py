"""Values of the daily visit report (客户拜访日报表, F-65, VIS-125 to VIS-127)."""

from odoo import api, fields, models


class ReportCrmVisitDaily(models.AbstractModel):
    _name = "report.crm_visit.report_daily"
    _description = "Daily Visit Report"

    @api.model
    def _daily_domain(self, user, day):
        """Return the domain of the visits a person took part in on a local date."""
        return [
            ("participant_ids.user_id", "=", user.id),
            ("date_held", "=", day),
            ("company_id", "=", self.env.company.id),
        ]

    @api.model
    def _get_report_values(self, docids, data=None):
        wizard = self.env["crm.visit.daily"].browse(docids).exists()[:1]
        data = data or {}
        user = wizard.user_id or self.env["res.users"].browse(data.get("user_id"))
        day = wizard.date or fields.Date.to_date(data.get("date"))
        visits = self.env["crm.visit"].search(
            self._daily_domain(user, day), order="planned_start, id"
        )
        # sudo: the filler's expenses of these visits, for those who may see the visits
        expenses = (
            visits.sudo()
            .expense_ids.filtered(
                lambda expense: (
                    expense.employee_id.user_id == user and expense.state != "refused"
                )
            )
            .sorted("date")
        )
        problems = visits.finding_ids.filtered(lambda f: f.severity != "info")
        handled = problems.filtered(lambda f: f.follow_up_state != "open")
        department = user.sudo().employee_id.department_id  # sudo: printed names
        return {
            "doc_ids": wizard.ids,
            "doc_model": "crm.visit.daily",
            "docs": wizard,
            "company": self.env.company,
            "user": user,
            "day": day,
            "department": department,
            "visits": visits,
            "expenses": expenses,
            "expense_total": sum(expenses.mapped("total_amount")),
            "handled": handled,
            "unhandled": problems - handled,
            "companions": visits.participant_ids.user_id - user,
        }
