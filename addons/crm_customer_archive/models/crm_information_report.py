"""Reports of the call, visit and owner cycle (SM-02, ARC-97 to ARC-101).

======= ======== ===================== ================================================
kind    period   who sends             to whom
======= ======== ===================== ================================================
enquiry day      salesperson           supervisor: into the department's weekly report
enquiry week     head of department    specialist: into the company's monthly report
enquiry month    specialist            customer-service manager, market planning
owner   day      specialist            into the monthly report
owner   month    specialist            customer-service manager, market planning
======= ======== ===================== ================================================

A report is a draft until it is sent; then its lines stand.
"""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_list

from odoo.addons.crm_policy.models.arguments import DAY, arguments

from .crm_information_schedule import KINDS, PERIODS

SPECIALIST = "crm_policy.group_specialist"


class CrmInformationReport(models.Model):
    _name = "crm.information.report"
    _description = "Information Report"
    _inherit = ["crm.document.mixin"]
    _order = "date_to desc, period desc, id desc"

    _number_code = "crm.information.report"
    _guarded_fields = (
        "sent_at",
        "sent_by_id",
        "due",
        "parent_id",
        "recipient_ids",
        "line_ids",
    )
    _transitions = {
        "send": {"from": ("draft",), "to": "sent", "check": "_check_sender"},
    }

    kind = fields.Selection(KINDS, required=True, default="enquiry", index=True)
    period = fields.Selection(PERIODS, required=True, default="day", index=True)
    date_from = fields.Date(string="From", required=True, index=True)
    date_to = fields.Date(string="To", required=True, index=True)
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        index="btree_not_null",
        help="Whose calls and visits a daily report lists.",
    )
    department_id = fields.Many2one("hr.department", index="btree_not_null")
    state = fields.Selection(
        [("draft", "To send"), ("sent", "Sent")],
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    due = fields.Datetime(readonly=True, copy=False, index=True)
    late = fields.Boolean(
        compute="_compute_late", search="_search_late", help="Due and not sent in time."
    )
    sent_at = fields.Datetime(readonly=True, copy=False)
    sent_by_id = fields.Many2one("res.users", readonly=True, copy=False, index=True)
    parent_id = fields.Many2one(
        "crm.information.report",
        string="Part Of",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    child_ids = fields.One2many("crm.information.report", "parent_id", string="Parts")
    recipient_ids = fields.Many2many(
        "res.users",
        "crm_information_report_recipient_rel",
        "report_id",
        "user_id",
        string="Sent To",
        readonly=True,
        copy=False,
    )
    line_ids = fields.Many2many(
        "crm.information.report.line",
        "crm_information_report_line_rel",
        "report_id",
        "line_id",
        string="Lines",
        readonly=True,
        copy=False,
    )
    phone_count = fields.Integer(compute="_compute_counts", string="Calls")
    walk_in_count = fields.Integer(compute="_compute_counts", string="Visits")
    line_count = fields.Integer(compute="_compute_counts", string="Entries")
    remark = fields.Text()

    _dates_in_order = models.Constraint(
        "CHECK (date_to >= date_from)", "The report ends before it begins."
    )
    _period_uniq = models.UniqueIndex(
        "(company_id, kind, period, date_from, COALESCE(user_id, 0), "
        "COALESCE(department_id, 0))",
        "This report has already been opened.",
    )

    # ---------------------------------------------------------------- computes

    @api.depends("state", "due", "sent_at")
    def _compute_late(self):
        now = fields.Datetime.now()
        for report in self:
            report.late = bool(report.due and (report.sent_at or now) > report.due)

    @api.model
    def _search_late(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        late = SQL("SELECT id FROM crm_information_report WHERE sent_at > due")
        return (
            Domain("state", "=", "draft") & Domain("due", "<", fields.Datetime.now())
        ) | Domain("id", "in", late)

    @api.depends("line_ids.enquiry_kind")
    def _compute_counts(self):
        for report in self:
            kinds = report.line_ids.mapped("enquiry_kind")
            report.phone_count = kinds.count("phone")
            report.walk_in_count = kinds.count("walk_in")
            report.line_count = len(report.line_ids)

    # ------------------------------------------------------------------ checks

    def _check_sender(self):
        """Raise unless this report is the user's to send."""
        user = self.env.user
        for report in self:
            # sudo: org chart
            heads = report.sudo().department_id.policy_head_ids
            if report.kind == "owner" or report.period == "month":
                allowed = user.has_group(SPECIALIST)
            elif report.period == "week":
                allowed = user in heads or user.has_group("crm_policy.group_director")
            else:
                allowed = user == report.user_id or user in heads
            if not allowed:
                raise AccessError(
                    self.env._(
                        "%s is sent by: salesperson (daily), head of the department "
                        "(weekly), customer-service specialist (monthly, owners).",
                        report.name,
                    )
                )

    # --------------------------------------------------------------- lifecycle

    @api.model
    def _guarded_create_vals(self, vals_list):
        own_vals = super()._guarded_create_vals(vals_list)
        Schedule = self.env["crm.information.schedule"]
        known = {}
        for vals, own in zip(vals_list, own_vals, strict=True):
            company = self.env["res.company"].browse(
                vals.get("company_id") or self.env.company.id
            )
            key = (
                vals.get("kind") or "enquiry",
                vals.get("period") or "day",
                fields.Date.to_date(vals.get("date_to")),
                company,
            )
            if key[2]:
                if key not in known:
                    known[key] = Schedule._due(*key)
                own["due"] = known[key]
        return own_vals

    def write(self, vals):
        fixed = {"kind", "period", "date_from", "date_to", "user_id", "department_id"}
        if fixed.intersection(vals):
            for report in self.filtered(lambda report: report.state == "sent"):
                raise UserError(
                    self.env._(
                        "The lines and the period of %s come from the records and are "
                        "not edited.",
                        report.name,
                    )
                )
        return super().write(vals)

    # ----------------------------------------------------------------- actions

    @api.model
    @arguments(date=DAY)
    def open_daily(self, date=None):
        """Return the caller's own report of a day, opened when there is none.

        :param date: local date; today by default, never in the future
        :return: id of the report, with the day's calls and visits collected
        """
        today = self.env.company._policy_today()
        day = fields.Date.to_date(date) or today
        if day > today:
            raise UserError(self.env._("The date %s lies in the future.", day))
        self.check_access("read")
        report = self._open("enquiry", "day", day, self.env.company, self.env.user)
        report.sudo(False).action_collect()
        return report.id

    def action_collect(self):
        """Take what has been recorded into drafts of daily reports.

        :return: True
        """
        self.check_access("read")
        Line = self.env["crm.information.report.line"].sudo()  # sudo: no ACL to create
        for report in self.filtered(
            lambda r: r.state == "draft" and r.period == "day"
        ).sudo():  # sudo: as above
            report.line_ids.unlink()
            lines = Line.create(report._prepare_lines())
            report._write_guarded({"line_ids": lines.ids})
        return True

    def action_send(self):
        """Send reports on: into the next longer report, or to their readers.

        :return: True; sending again changes nothing
        :raises AccessError: not the user's to send
        :raises UserError: parts of it are still to be sent
        """
        for report in self:
            report.check_access("read")
            report._check_sender()
            if report.state == "sent":
                continue
            report._check_parts_sent()
            if report.period == "day":
                report.action_collect()
            parent = report._next_report()
            report._transition(
                "send",
                sent_at=fields.Datetime.now(),
                sent_by_id=self.env.uid,
                parent_id=parent.id,
            )
            if parent:
                # sudo: the lines of the part, whoever holds the whole
                lines = report.sudo().line_ids
                parent._write_guarded({"line_ids": [(4, line.id) for line in lines]})
            report.activity_unlink(["crm_customer_archive.activity_information_report"])
            report._tell_readers()
        return True

    def _check_parts_sent(self):
        self.ensure_one()
        waiting = self.sudo().search(  # sudo: parts of colleagues are named
            [
                ("parent_id", "=", False),
                ("state", "=", "draft"),
                ("company_id", "=", self.company_id.id),
                ("kind", "=", self.kind),
                ("period", "=", self._part_period()),
                ("date_to", ">=", self.date_from),
                ("date_to", "<=", self.date_to),
                *(
                    [("department_id", "=", self.department_id.id)]
                    if self.period == "week"
                    else []
                ),
            ]
        )
        if self.period != "day" and waiting:
            raise UserError(
                self.env._(
                    "Parts of %(report)s have not been sent yet: %(parts)s.",
                    report=self.name,
                    parts=format_list(self.env, waiting[:10].mapped("name")),
                )
            )

    def _part_period(self):
        return "week" if (self.kind, self.period) == ("enquiry", "month") else "day"

    def _next_report(self):
        """Return the longer report this one goes into, opened when needed."""
        self.ensure_one()
        if self.period == "month":
            return self.browse()
        longer = "week" if (self.kind, self.period) == ("enquiry", "day") else "month"
        return self._open(
            self.kind,
            longer,
            self.date_to,
            self.company_id,
            department=self.department_id if longer == "week" else None,
        )

    def _tell_readers(self):
        """Send a monthly report to the readers the policy names (ARC-99, ARC-101)."""
        if self.period != "month":
            return
        # sudo: who holds the offices
        company = self.company_id.sudo()
        group = self.env.ref("crm_customer_archive.group_service_manager").sudo()
        managers = group.user_ids.filtered(
            lambda user: company in user.company_ids and user.active
        )
        readers = managers | company.information_planner_id
        self._write_guarded({"recipient_ids": readers.ids})
        if readers:
            # sudo: addresses of the readers
            self.sudo().message_post(
                body=self.env._("The monthly report is ready."),
                partner_ids=readers.partner_id.ids,
                subtype_xmlid="mail.mt_comment",
            )

    # ----------------------------------------------------------------- helpers

    @api.model
    def _span(self, period, day):
        if period == "week":
            start = day - timedelta(days=day.weekday())
            return start, start + timedelta(days=6)
        if period == "month":
            start = day.replace(day=1)
            return start, start + relativedelta(months=1, days=-1)
        return day, day

    @api.model
    def _open(self, kind, period, day, company, user=None, department=None):
        """Return the report of a day's period, as superuser, opened when needed."""
        start, end = self._span(period, day)
        if user and not department:
            employee = user.sudo().employee_ids.filtered(  # sudo: org chart
                lambda e: e.company_id == company
            )
            department = employee[:1].department_id
        vals = {
            "kind": kind,
            "period": period,
            "date_from": start,
            "company_id": company.id,
            "user_id": user.id if user else False,
            "department_id": department.id if department else False,
        }
        # sudo: reports are opened by the procedure, not by hand
        Report = self.sudo().with_company(company)
        found = Report.search([(key, "=", value) for key, value in vals.items()])
        return found or Report.create({**vals, "date_to": end})

    def _prepare_lines(self):
        """Return the values of the lines of one daily report, read as superuser."""
        self.ensure_one()
        if self.kind == "owner":
            return self._prepare_owner_lines()
        leads = (
            self.env["crm.lead"]
            .with_context(active_test=False)
            .search(
                [
                    ("enquiry_kind", "!=", False),
                    ("enquiry_date", "=", self.date_from),
                    ("user_id", "=", self.user_id.id),
                    ("company_id", "in", (self.company_id.id, False)),
                ],
                order="id",
            )
        )
        return [lead._information_line_vals(self.company_id) for lead in leads]

    def _prepare_owner_lines(self):
        deadline = self.env["crm.deadline"]
        zone = self.company_id._policy_tz()
        start = deadline._to_utc(fields.Datetime.to_datetime(self.date_from), zone)
        end = deadline._to_utc(
            fields.Datetime.to_datetime(self.date_to + timedelta(days=1)), zone
        )
        lines = self.env["sale.order.line"].search(
            [
                ("order_id.state", "=", "sale"),
                ("order_id.date_order", ">=", start),
                ("order_id.date_order", "<", end),
                ("company_id", "=", self.company_id.id),
                ("display_type", "=", False),
            ],
            order="order_id, id",
        )
        return [line._information_line_vals() for line in lines]
