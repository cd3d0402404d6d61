"""Opening the reports of the enquiry and owner cycle, and reminding of them."""

from datetime import timedelta

from odoo import api, fields, models


class CrmInformationReport(models.Model):
    _inherit = "crm.information.report"

    @api.model
    def _cron_cycle(self):
        """Open yesterday's reports where there is something to report, and remind.

        :return: number of reports opened
        """
        before = self.search_count([])
        for company in self.env["res.company"].search([("active", "=", True)]):
            yesterday = company._policy_today() - timedelta(days=1)
            self._open_for_day(company, yesterday)
        self._remind()
        return self.search_count([]) - before

    @api.model
    def _open_for_day(self, company, day):
        """Open each salesperson's report, and the owners' one, of a day."""
        salespeople = self.env["crm.lead"]._read_group(
            [
                ("enquiry_kind", "!=", False),
                ("enquiry_date", "=", day),
                ("user_id", "!=", False),
                ("company_id", "in", (company.id, False)),
            ],
            ["user_id"],
        )
        for (user,) in salespeople:
            if company in user.company_ids:
                report = self._open("enquiry", "day", day, company, user)
                report.action_collect()
        report = self.new(
            {"kind": "owner", "date_from": day, "date_to": day, "company_id": company}
        )
        if report._prepare_owner_lines():
            self._open("owner", "day", day, company).action_collect()

    @api.model
    def _remind(self):
        """Remind of drafts that are due; once each."""
        late = self.search(
            [
                ("state", "=", "draft"),
                ("due", "<", fields.Datetime.now()),
                ("activity_ids", "=", False),
            ]
        )
        kind = self.env.ref("crm_customer_archive.activity_information_report")
        model_id = self.env["ir.model"]._get_id(self._name)
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            [
                {
                    "activity_type_id": kind.id,
                    "automated": True,
                    "res_model_id": model_id,
                    "res_id": report.id,
                    "user_id": user.id,
                    "date_deadline": report.due,
                    "summary": self.env._("%s is late", report.name),
                }
                for report in late
                if (user := report._holder())
            ]
        )

    def _holder(self):
        """Return the user the report waits for, or none."""
        self.ensure_one()
        if self.kind == "owner" or self.period == "month":
            return self.company_id.information_specialist_id
        if self.period == "week":
            return self.department_id.manager_id.user_id
        return self.user_id
