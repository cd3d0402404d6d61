"""What the monthly review takes in, charges and reminds of; set-based."""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL


class CrmComplaintStatement(models.Model):
    _inherit = "crm.complaint.statement"

    def _collect(self):
        """Write the lines of the month in one statement; set-based.

        Cases closed in the month, and earlier ones that a confirmed review deferred.
        """
        self.ensure_one()
        for model in (self._name, "crm.complaint", "crm.complaint.statement.line"):
            self.env[model].flush_model()
        zone = self.company_id._policy_tz().zone
        self.env.cr.execute(
            SQL(
                "INSERT INTO crm_complaint_statement_line (statement_id, company_id,"
                " complaint_id, complaint_number, state, carried, checked, create_uid,"
                " write_uid, create_date, write_date)"
                " SELECT %(statement)s, c.company_id, c.id, c.name, 'pending',"
                " closed.closed_on < %(month)s, FALSE, %(uid)s, %(uid)s, %(now)s,"
                " %(now)s FROM crm_complaint c CROSS JOIN LATERAL (SELECT"
                " (c.closed_at AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date"
                " AS closed_on) closed"
                " WHERE c.company_id = %(company)s AND c.state = 'closed'"
                " AND (closed.closed_on >= %(month)s AND closed.closed_on < %(next)s"
                " OR closed.closed_on < %(month)s AND c.liability_state != 'allocated'"
                " AND EXISTS (SELECT FROM crm_complaint_statement_line l"
                " JOIN crm_complaint_statement s ON s.id = l.statement_id"
                " WHERE l.complaint_id = c.id AND l.state = 'deferred'"
                " AND s.state = 'confirmed'))"
                " ORDER BY c.name, c.id"
                " ON CONFLICT (statement_id, complaint_id) DO NOTHING",
                statement=self.id,
                company=self.company_id.id,
                month=self.month,
                next=self.month + relativedelta(months=1),
                zone=zone,
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        self.env["crm.complaint.statement.line"].invalidate_model()
        self.invalidate_recordset(["line_ids"])
        self._take_figures()

    def _take_figures(self):
        """Copy the complaints' figures into the lines; set-based."""
        for model in (
            "crm.complaint",
            "crm.complaint.statement.line",
            "crm.routing.passage",
        ):
            self.env[model].flush_model()
        self.env.cr.execute(
            SQL(
                "UPDATE crm_complaint_statement_line l SET"
                " partner_id = c.partner_id, product_id = c.product_id,"
                " category_id = c.category_id, cause_id = c.cause_id,"
                " responsible_department_id = c.responsible_department_id,"
                " not_substantiated = c.not_substantiated,"
                " loss_total = c.loss_total, loss_for_deduction = c.loss_for_deduction,"
                " loss_for_sanction = c.loss_for_sanction,"
                " case_late = EXISTS (SELECT FROM crm_routing_passage p"
                " WHERE p.model = 'crm.complaint' AND p.res_id = c.id"
                " AND p.kind = 'case' AND p.closed_late),"
                " state = CASE WHEN l.state IN ('allocated', 'deferred') THEN l.state"
                " WHEN c.not_substantiated OR COALESCE(c.loss_for_deduction, 0) = 0"
                " AND COALESCE(c.loss_for_sanction, 0) = 0 AND c.loss_final THEN 'none'"
                " ELSE 'pending' END"
                " FROM crm_complaint c"
                " WHERE c.id = l.complaint_id AND l.statement_id = %s",
                self.id,
            )
        )
        self.env["crm.complaint.statement.line"].invalidate_model()

    def _allocate(self):
        self.ensure_one()
        # sudo: shares of all complaints, sanctions and notices are the procedure's
        statement = self.sudo()
        lines = statement.line_ids.filtered(lambda line: line.state == "pending")
        complaints = lines.complaint_id
        complaints.fetch(["liability_state", "loss_final"])
        final = complaints.filtered(lambda c: c._liability_final())
        lines.filtered(lambda line: line.complaint_id not in final)._write_guarded(
            {"state": "deferred"}
        )
        ready = lines.filtered(lambda line: line.complaint_id in final)
        if not ready:
            return
        ready._write_guarded({"state": "allocated"})
        # What a dropped month proposed before is proposed anew.
        liabilities = statement.env["crm.complaint.liability"].search_fetch(
            [("complaint_id", "in", final.ids)], order="complaint_id, sequence, id"
        )
        done = statement.env["crm.sanction"].search_fetch(
            [("liability_id", "in", liabilities.ids), ("state", "!=", "cancelled")],
            ["liability_id"],
        )
        persons = liabilities.filtered(
            lambda x: x.kind == "person" and x.amount_sanction > 0
        )
        # sudo: the statement drafts them, whoever allocates it
        self.env["crm.sanction"].sudo()._propose(persons - done.liability_id, statement)
        noted = statement.env["crm.bonus.notice"].search_fetch(
            [("liability_id", "in", liabilities.ids), ("state", "!=", "cancelled")],
            ["liability_id"],
        )
        inside = liabilities.filtered(
            lambda x: x.kind != "supplier" and x.amount_deduction > 0
        )
        # sudo: as above
        self.env["crm.bonus.notice"].sudo()._draft_for(
            inside - noted.liability_id, statement
        )
        final._write_guarded(
            {"liability_state": "allocated", "statement_id": statement.id}
        )

    # -------------------------------------------------------------------- crons

    @api.model
    def _cron_statement(self):
        """Open last month's statements and remind of them from the 5th (GAP-16)."""
        companies = self.env["res.company"].search([("active", "=", True)])
        for company in companies:
            today = company._policy_today()
            month = today.replace(day=1) - relativedelta(months=1)
            known = self.search(
                [("company_id", "=", company.id), ("month", "=", month)], limit=1
            )
            if not known and self._closed_in(company, month):
                self.create({"company_id": company.id, "month": month})
            # A month late by long is reminded of as well, once a day at most.
            self.search(
                [
                    ("company_id", "=", company.id),
                    ("state", "!=", "confirmed"),
                    ("month", "<=", month),
                    "|",
                    ("reminded_on", "=", False),
                    ("reminded_on", "<", today.replace(day=1)),
                ]
            )._remind(today)

    @api.model
    def _closed_in(self, company, month):
        return self.env["crm.complaint"].search_count(
            [("company_id", "=", company.id), ("state", "=", "closed")]
            + [("closed_at", ">=", month - relativedelta(days=1))],
            limit=1,
        )

    def _remind(self, today):
        """Remind the office, once a month, from the day of the reminder on."""
        for statement in self:
            if today.day < statement.company_id.complaint_reminder_day:
                continue
            office = self.env["hr.department"]._policy_department(
                "gmo", statement.company_id
            )
            user = office._policy_heads()
            if user:
                statement.activity_schedule(
                    "mail.mail_activity_data_todo",
                    date_deadline=statement.date_due,
                    user_id=user.id,
                    summary=self.env._("Review the closed complaints of the month"),
                )
            statement._write_guarded({"reminded_on": today})
