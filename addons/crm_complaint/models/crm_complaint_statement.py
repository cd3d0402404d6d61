"""Monthly review of closed complaints (客户投诉案件统计表), by the 10th (SM-12).

Three steps of one document (GAP-16): the statistics with responsibility and ratios,
confirmed by the heads of the departments, and the check of corrective actions (CMP-48,
CMP-49); the loss charged by responsibility (CMP-75 to CMP-77); the sanctions arranged
for HR (CMP-70). Confirmed, it locks its complaints' figures. Cases whose goods may
still be resold are charged by the first review after the month to resell (GAP-17).
"""

from dateutil.relativedelta import relativedelta

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, LockError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_list

from odoo.addons.crm_policy.models.arguments import DAY, RECORD, TEXT, arguments

STATES = [
    ("draft", "Statistics in Preparation"),
    ("statistics", "Statistics Done"),
    ("allocated", "Loss Charged"),
    ("confirmed", "Confirmed"),
]
OFFICE = ("crm_policy.group_gm_office", "crm_policy.group_director")
TRANSITIONS = {
    "statistics": {
        "from": ("draft",),
        "to": "statistics",
        "groups": OFFICE,
        "check": "_check_statistics",
    },
    "allocate": {"from": ("statistics",), "to": "allocated", "groups": OFFICE},
    "confirm": {
        "from": ("allocated",),
        "to": "confirmed",
        "groups": OFFICE,
        "check": "_check_confirm",
    },
    "reopen": {
        "from": ("statistics", "allocated", "confirmed"),
        "to": "draft",
        "groups": ("crm_policy.group_director",),
        "check": "_check_reopen",
    },
}
REVIEWERS = ("manufacturing", "quality", "rd")


class CrmComplaintStatement(models.Model):
    _name = "crm.complaint.statement"
    _inherit = ["crm.document.mixin"]
    _description = "Complaint Case Statistics"
    _order = "month desc, id desc"
    _number_code = "crm.complaint.statement"
    _transitions = TRANSITIONS
    _guarded_fields = (
        "statistics_at",
        "allocated_at",
        "confirmed_at",
        "confirmed_by_id",
        "reopen_reason",
        "reopen_count",
        "date_due",
        "reminded_on",
    )

    state = fields.Selection(
        STATES, default="draft", required=True, index=True, tracking=True, copy=False
    )
    month = fields.Date(
        required=True, index=True, help="First day of the month of closing."
    )
    date_due = fields.Date(
        "Due",
        compute="_compute_date_due",
        store=True,
        index=True,
        help="10th of the following month, a calendar day (GAP-16).",
    )
    late = fields.Boolean(compute="_compute_late", search="_search_late")
    done_late = fields.Boolean(
        "Confirmed Late",
        compute="_compute_done_late",
        store=True,
        help="Confirmed after it was due.",
    )
    reminded_on = fields.Date(copy=False)
    line_ids = fields.One2many("crm.complaint.statement.line", "statement_id", "Cases")
    confirmation_ids = fields.One2many(
        "crm.complaint.statement.confirmation", "statement_id", "Confirmations"
    )
    case_count = fields.Integer("Number of Cases", compute="_compute_totals")
    loss_total = fields.Monetary("Loss", compute="_compute_totals")
    deferred_count = fields.Integer("Waiting for Resale", compute="_compute_totals")
    unchecked_count = fields.Integer("Not Checked", compute="_compute_totals")
    unjudged_count = fields.Integer("Not Judged", compute="_compute_totals")
    sanction_ids = fields.One2many("crm.sanction", "statement_id", "Sanctions")
    notice_ids = fields.One2many("crm.bonus.notice", "statement_id", "Notices")
    sanction_count = fields.Integer(compute="_compute_counts")
    notice_count = fields.Integer(compute="_compute_counts")
    note = fields.Text("Remarks")
    statistics_at = fields.Datetime("Statistics Done on", copy=False)
    allocated_at = fields.Datetime("Loss Charged on", copy=False)
    confirmed_at = fields.Datetime("Confirmed on", copy=False)
    confirmed_by_id = fields.Many2one("res.users", "Confirmed by", copy=False)
    reopen_reason = fields.Text("Reopened Because", copy=False)
    reopen_count = fields.Integer("Times Reopened", copy=False)
    can_confirm_department = fields.Boolean(compute="_compute_can_confirm_department")

    _month_uniq = models.UniqueIndex(
        "(company_id, month)", "This month's complaints have their statement already."
    )

    @api.constrains("month")
    def _check_month(self):
        for statement in self:
            if statement.month.day != 1:
                raise ValidationError(
                    self.env._("The month of a statement is named by its first day.")
                )
            if statement.month >= statement.company_id._policy_today().replace(day=1):
                raise ValidationError(
                    self.env._("A month is reviewed after it has ended.")
                )

    # ----------------------------------------------------------------- computes

    @api.depends("month", "company_id")
    def _compute_date_due(self):
        for statement in self:
            # sudo: a figure of the company's policy
            day = statement.company_id.sudo().complaint_statement_day
            statement.date_due = statement.month and (
                statement.month + relativedelta(months=1, day=day)
            )

    @api.depends("state", "date_due")
    def _compute_late(self):
        for statement in self:
            statement.late = (
                statement.state != "confirmed"
                and statement.date_due
                and statement.date_due < statement.company_id._policy_today()
            )

    @api.model
    def _search_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        company = self.env["res.company"]
        late = Domain("state", "!=", "confirmed") & company._policy_gone_by("date_due")
        return company._policy_flagged(late, value)

    @api.depends("confirmed_at", "date_due")
    def _compute_done_late(self):
        for statement in self:
            statement.done_late = bool(
                statement.confirmed_at
                and statement.company_id._policy_date(statement.confirmed_at)
                > statement.date_due
            )

    @api.depends("line_ids")
    def _compute_totals(self):
        groups = self.env["crm.complaint.statement.line"]._read_group(
            [("statement_id", "in", self.ids)],
            ["statement_id", "state", "checked"],
            ["__count", "loss_total:sum"],
        )
        totals = {}
        for statement, state, checked, count, loss in groups:
            figures = totals.setdefault(statement.id, [0, 0.0, 0, 0, 0])
            figures[0] += count
            figures[1] += loss
            figures[2] += count if state == "deferred" else 0
            figures[3] += 0 if checked else count
            figures[4] += count if state == "pending" else 0
        for statement in self:
            (
                statement.case_count,
                statement.loss_total,
                statement.deferred_count,
                statement.unchecked_count,
                statement.unjudged_count,
            ) = totals.get(statement.id, (0, 0.0, 0, 0, 0))

    def _compute_counts(self):
        for name, model in (
            ("sanction_count", "crm.sanction"),
            ("notice_count", "crm.bonus.notice"),
        ):
            counts = dict(
                self.env[model]._read_group(
                    [("statement_id", "in", self.ids)], ["statement_id"], ["__count"]
                )
            )
            for statement in self:
                statement[name] = counts.get(statement, 0)

    @api.depends("confirmation_ids.confirmed_at")
    @api.depends_context("uid")
    def _compute_can_confirm_department(self):
        for statement in self:
            statement.can_confirm_department = bool(
                statement.state == "draft" and statement._own_confirmations()
            )

    @api.depends("name", "month")
    def _compute_display_name(self):
        for statement in self:
            month = statement.month.strftime("%Y-%m") if statement.month else ""
            statement.display_name = f"{statement.name or ''} {month}".strip()

    # ------------------------------------------------------------------- checks

    def _check_statistics(self):
        """Heads have confirmed, improvements are checked, responsibility is judged."""
        missing = self.confirmation_ids.filtered(
            lambda c: not c.confirmed_at and not c.waived_reason
        )
        if missing:
            raise UserError(
                self.env._(
                    "%(document)s is not confirmed by: %(departments)s.",
                    document=self.display_name,
                    # sudo: names of departments
                    departments=format_list(
                        self.env, missing.sudo().department_id.mapped("name")
                    ),
                )
            )
        unchecked = self.line_ids.filtered(lambda line: not line.checked)
        if unchecked:
            raise UserError(
                self.env._(
                    "%(document)s: corrective actions and results are not checked for "
                    "%(count)s cases, first of all %(case)s.",
                    document=self.display_name,
                    count=len(unchecked),
                    case=unchecked[0].complaint_number,
                )
            )
        open_lines = self.line_ids.filtered(
            lambda line: (
                line.state == "pending" and line.complaint_id.liability_state == "open"
            )
        )
        if open_lines:
            raise UserError(
                self.env._(
                    "%(document)s: responsibility is not judged for %(count)s cases, "
                    "first of all %(case)s.",
                    document=self.display_name,
                    count=len(open_lines),
                    case=open_lines[0].complaint_number,
                )
            )

    def _check_confirm(self):
        """Lock the month: two people cannot confirm it at once."""
        try:
            # sudo: the office locks the row it may confirm
            self.sudo().lock_for_update(allow_referencing=True)
        except LockError as error:
            raise UserError(
                self.env._(
                    "%s is being confirmed by somebody else at this moment.",
                    self.display_name,
                )
            ) from error

    def _check_reopen(self):
        later = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("month", ">", self.month),
                ("state", "=", "confirmed"),
            ],
            limit=1,
        )
        if later:
            raise UserError(
                self.env._(
                    "%(document)s cannot be reopened: the later month %(other)s is "
                    "confirmed.",
                    document=self.display_name,
                    other=later.display_name,
                )
            )
        # sudo: whether one is issued, not what is in it
        issued = self.sudo().sanction_ids.filtered(
            lambda s: s.state not in ("draft", "cancelled")
        ) or self.sudo().notice_ids.filtered(
            lambda n: n.state not in ("draft", "cancelled")
        )
        if issued:
            raise UserError(
                self.env._(
                    "%(document)s cannot be reopened: %(issued)s drawn from it is "
                    "under way or issued. Drop or withdraw it first.",
                    document=self.display_name,
                    issued=issued[0].display_name,
                )
            )

    # ---------------------------------------------------------------- lifecycle

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            self._check_office()
        statements = super().create(vals_list)
        for statement in statements:
            statement._add_confirmations()
            statement._collect()
        return statements

    @api.model
    def _check_office(self):
        if not any(self.env.user.has_group(group) for group in OFFICE):
            raise AccessError(
                self.env._("The review is the General manager's office's.")
            )

    def write(self, vals):
        if set(vals) - self._get_guarded_fields() and not self.env.su:
            self._check_office()
            for statement in self:
                if statement.state == "confirmed":
                    raise UserError(
                        self.env._(
                            "%s is confirmed: it changes only after it is reopened.",
                            statement.display_name,
                        )
                    )
                if {"month", "company_id"}.intersection(vals):
                    raise UserError(
                        self.env._("The month of a statement does not change.")
                    )
        return super().write(vals)

    def _add_confirmations(self):
        """Ask the heads of the departments of the review (CMP-48)."""
        Department = self.env["hr.department"]
        for statement in self:
            company = statement.company_id
            # sudo: a choice of the company
            departments = company.sudo().complaint_review_department_ids
            if not departments:
                for code in REVIEWERS:
                    departments |= Department._policy_department(code, company)
            # sudo: asked for by the office's review
            statement.sudo().confirmation_ids = [
                Command.create({"department_id": department.id})
                for department in departments
            ]

    # ------------------------------------------------------------------ actions

    @api.model
    @arguments(month=DAY, company_id=RECORD)
    def open_month(self, month, company_id=None):
        """Return the statement of a month, made where there is none.

        :param month: any day of the month, as ``YYYY-MM-DD``
        :param company_id: id of the company; by default the user's
        :return: id of the statement
        :raises UserError: the month has not ended
        """
        first = fields.Date.to_date(month).replace(day=1)
        company = self.env["res.company"].browse(company_id) or self.env.company
        found = self.search([("company_id", "=", company.id), ("month", "=", first)])
        if not found:
            found = self.create({"company_id": company.id, "month": first})
        return found.id

    def action_collect(self):
        """Take in complaints closed in the month since, and the present figures.

        :raises UserError: the statistics are done already
        """
        self._check_office()
        for statement in self:
            statement._check_transition_state(("draft",))
            statement._collect()
        return True

    def action_check_all(self):
        """Note for every case left that actions and results were checked (CMP-49)."""
        self._check_office()
        for statement in self:
            statement._check_transition_state(("draft",))
            left = statement.line_ids.filtered(lambda line: not line.checked)
            if left:
                left.write({"checked": True})
        return True

    @arguments(objection=TEXT)
    def action_confirm_department(self, objection=None):
        """Confirm responsibility and ratios as head of a department (CMP-48).

        :param objection: what the department objects to; it is recorded, and put
            forward by memorandum (GAP-90)
        :raises AccessError: the user heads none of the departments asked
        """
        for statement in self:
            statement._check_transition_state(("draft",))
            own = statement._own_confirmations()
            if not own:
                raise AccessError(
                    self.env._(
                        "Responsibility and ratios are confirmed by the heads of the "
                        "departments of the review."
                    )
                )
            own._write_guarded(
                {
                    "confirmed_at": fields.Datetime.now(),
                    "user_id": self.env.uid,
                    "objection": objection or False,
                }
            )
        return True

    def _own_confirmations(self):
        """Return the confirmations the user may give."""
        # sudo: who heads which department, not shown
        return self.sudo().confirmation_ids.filtered(
            lambda c: (
                not c.confirmed_at and self.env.user in c.department_id.policy_head_ids
            )
        )

    def action_finish_statistics(self):
        """Step 1: the statistics stand; actions and results are checked (CMP-49).

        :raises UserError: a head has not confirmed, a case is unchecked or unjudged
        """
        for statement in self:
            statement._check_transition_state(("draft",))
            statement._take_figures()
        self._transition("statistics", statistics_at=fields.Datetime.now())
        return True

    def action_allocate(self):
        """Step 2: charge the loss: propose sanctions, draft notices (CMP-75 to CMP-77).

        Cases whose goods may still be resold wait for a later review (GAP-17).
        """
        self._transition("allocate", allocated_at=fields.Datetime.now())
        for statement in self:
            statement._allocate()
        return True

    def action_confirm(self):
        """Step 3: confirm; the complaints' figures are locked (CMP-48, CMP-70).

        :raises UserError: the loss is not charged yet, or confirmed already
        """
        self._transition(
            "confirm",
            confirmed_at=fields.Datetime.now(),
            confirmed_by_id=self.env.uid,
        )
        for statement in self:
            # sudo: all complaints of the month
            settled = statement.sudo().line_ids.filtered(
                lambda line: line.state in ("allocated", "none")
            )
            if settled:
                settled.complaint_id._write_guarded(
                    {"statement_locked": True, "statement_id": statement.id}
                )
            # sudo: the reminder of the office, whoever confirms
            statement.sudo().activity_unlink(["mail.mail_activity_data_todo"])
        return True

    @arguments(reason=TEXT)
    def action_reopen(self, reason):
        """Reopen a month; its figures may change again.

        Proposed sanctions and drafted notices are dropped with it.

        :param reason: why; required, kept in the history
        :raises UserError: no reason, a later month is confirmed, or one of its
            sanctions or notices is under way
        :raises AccessError: the user is no director
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Reopening a month needs a reason."))
        for statement in self:
            statement._transition(
                "reopen",
                reopen_reason=reason,
                reopen_count=statement.reopen_count + 1,
                confirmed_at=False,
                confirmed_by_id=False,
                allocated_at=False,
                statistics_at=False,
            )
            # sudo: complaints, sanctions and notices of the whole month
            own = statement.sudo()
            complaints = own.env["crm.complaint"].search(
                [("statement_id", "=", statement.id)]
            )
            for drawn in (own.sanction_ids, own.notice_ids):
                drafts = drawn.filtered(lambda record: record.state == "draft")
                if drafts:
                    drafts._write_guarded({"state": "cancelled"})
            own.line_ids._write_guarded({"state": "pending"})
            allocated = complaints.filtered(lambda c: c.liability_state == "allocated")
            if allocated:
                allocated._write_guarded({"liability_state": "judged"})
            if complaints:
                complaints._write_guarded(
                    {"statement_locked": False, "statement_id": False}
                )
            own.confirmation_ids._write_guarded(
                {"confirmed_at": False, "user_id": False}
            )
            own._take_figures()
            own.message_post(
                body=self.env._("Month reopened: %s", reason),
                author_id=self.env.user.partner_id.id,
            )
        return True

    # ------------------------------------------------------------------ buttons

    def action_view_sanctions(self):
        """Open the sanctions this month led to."""
        return self.sanction_ids._get_records_action(name=self.env._("Sanctions"))

    def action_view_notices(self):
        """Open the reward and penalty notices this month led to."""
        return self.notice_ids._get_records_action(
            name=self.env._("Reward and Penalty Notices")
        )
