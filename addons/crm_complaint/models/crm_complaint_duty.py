"""Work that comes round: opinions forwarded, information gathered, systems checked.

The policies ask for it "periodically" (CMP-153, CMP-170, CMP-174, CMP-176). Each duty
says how often, by which day and by whom; the job opens a round for every period, the
department does it and puts down what was found.

======= ====== ======= ============================= ================================
from    step   to      who                           what must hold
======= ====== ======= ============================= ================================
open    done   done    the department, specialists   findings; departments informed
done    reopen open    director
======= ====== ======= ============================= ================================
"""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain


class CrmComplaintDuty(models.Model):
    """A duty that comes round every so many months."""

    _name = "crm.complaint.duty"
    _description = "Recurring Duty"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    instruction = fields.Text("Work to Do", translate=True, help="What is to be done.")
    months = fields.Integer(
        "Every",
        required=True,
        default=1,
        help="Calendar months between two rounds; a round is about the months before.",
    )
    due_day = fields.Integer(
        "Due on Day",
        required=True,
        default=10,
        help="Day of the month after the period by which it is done; 1 to 28.",
    )
    department_id = fields.Many2one("hr.department", required=True, ondelete="restrict")
    forwarded = fields.Boolean(
        "Forwarded to Departments",
        help="The round names the departments that are informed (CMP-153).",
    )
    with_figures = fields.Boolean(
        help="The round carries the complaint figures of its period.",
    )
    company_id = fields.Many2one(
        "res.company", index="btree_not_null", help="Empty: for every company."
    )
    round_ids = fields.One2many("crm.complaint.duty.round", "duty_id", "Rounds")

    _figures_right = models.Constraint(
        "CHECK(months > 0 AND due_day BETWEEN 1 AND 28)",
        "A duty comes round every month or less often, by a day from 1 to 28.",
    )

    def _period(self, today):
        """Return first and last day of the period that ended before ``today``."""
        self.ensure_one()
        month = today.year * 12 + today.month - 1
        end = today.replace(day=1) - relativedelta(months=month % self.months)
        return end - relativedelta(months=self.months), end - relativedelta(days=1)


class CrmComplaintDutyRound(models.Model):
    """One round of a duty: when it was due, what was found, who was informed."""

    _name = "crm.complaint.duty.round"
    _inherit = ["mail.thread", "mail.activity.mixin", "crm.written.rows.mixin"]
    _description = "Round of a Recurring Duty"
    _order = "date_due desc, id desc"
    _transitions = {
        "done": {"from": ("open",), "to": "done", "check": "_check_done"},
        "reopen": {
            "from": ("done",),
            "to": "open",
            "groups": ("crm_policy.group_director",),
        },
    }
    _free_fields = ("findings", "improvement", "informed_ids")
    _unlink_states = ()

    state = fields.Selection(
        [("open", "Open"), ("done", "Done")],
        default="open",
        required=True,
        index=True,
        tracking=True,
    )
    duty_id = fields.Many2one(
        "crm.complaint.duty", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    department_id = fields.Many2one("hr.department", required=True, index=True)
    date_from = fields.Date("Period From", required=True)
    date_to = fields.Date("Period Until", required=True)
    date_due = fields.Date("Due on", required=True, index=True)
    instruction = fields.Text(related="duty_id.instruction")
    figures = fields.Text(help="Complaint figures of the period, when it was opened.")
    findings = fields.Text(help="What was collected, checked or found.")
    improvement = fields.Text(help="Weak points, and what is done about them.")
    informed_ids = fields.Many2many(
        "hr.department",
        "crm_complaint_duty_round_informed_rel",
        "round_id",
        "department_id",
        "Departments Informed",
        help="To whom the opinions and figures are forwarded (CMP-153).",
    )
    done_at = fields.Datetime("Done on")
    done_late = fields.Boolean(
        compute="_compute_done_late",
        store=True,
        help="Done after it was due, by the day of its company.",
    )
    done_by_id = fields.Many2one("res.users", "Done by", index="btree_not_null")
    late = fields.Boolean(compute="_compute_late", search="_search_late")

    _once = models.UniqueIndex(
        "(duty_id, company_id, date_from)", "This round has been opened already."
    )

    # ---------------------------------------------------------------- computes

    @api.depends("duty_id.name", "date_from", "date_to")
    def _compute_display_name(self):
        for record in self:
            record.display_name = (
                f"{record.duty_id.name} {record.date_from} – {record.date_to}"
            )

    @api.depends("done_at", "date_due")
    def _compute_done_late(self):
        for record in self:
            done, due = record.done_at, record.date_due
            record.done_late = bool(
                done and due and record.company_id._policy_date(done) > due
            )

    @api.depends("state", "date_due", "done_late")
    def _compute_late(self):
        for record in self:
            company, due = record.company_id, record.date_due
            record.late = record.done_late or bool(
                record.state == "open"
                and due
                and due < (company or self.env.company)._policy_today()
            )

    @api.model
    def _search_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        company = self.env["res.company"]
        late = Domain("done_late", "=", True) | (
            Domain("state", "=", "open") & company._policy_gone_by("date_due")
        )
        return company._policy_flagged(late, value)

    # ------------------------------------------------------------------ checks

    def _check_holder(self):
        """Raise unless the user is of the department, or sees to all of them."""
        user = self.env.user
        # sudo: who belongs to the department is checked, not shown
        department = self.sudo().department_id
        if (
            self.env.su
            or user in department.member_ids.user_id | department.policy_head_ids
            or user.has_group("crm_policy.group_specialist")
            or user.has_group("crm_policy.group_director")
        ):
            return
        raise AccessError(
            self.env._(
                "%(document)s is done by %(department)s.",
                document=self.display_name,
                department=department.name,
            )
        )

    def _check_done(self):
        self._check_holder()
        if not (self.findings or "").strip():
            raise UserError(self.env._("Findings: say what was found."))
        if self.duty_id.forwarded and not self.informed_ids:
            raise UserError(
                self.env._("Departments Informed: name the departments concerned.")
            )

    def write(self, vals):
        if set(self._free_fields) & vals.keys() and not self._guard_open_fields():
            for record in self:
                record._check_transition_state(("open",))
                record._check_holder()
        return super().write(vals)

    # ----------------------------------------------------------------- actions

    def action_done(self):
        """It is done; the departments named get what was found (CMP-153).

        :raises UserError: no findings, or nobody informed where somebody must be
        """
        self._transition("done", done_at=fields.Datetime.now(), done_by_id=self.env.uid)
        # sudo: reminders of colleagues, and heads who may not see the round else
        for record in self.sudo():
            record.activity_unlink(["mail.mail_activity_data_todo"])
            for department in record.informed_ids:
                head = department._policy_heads()[:1]
                if head:
                    record.activity_schedule(
                        "mail.mail_activity_data_todo",
                        user_id=head.id,
                        summary=self.env._("Opinions and figures of customers"),
                    )
        return True

    def action_reopen(self):
        """Take a round up again."""
        return self._transition("reopen", done_at=False, done_by_id=False)

    # -------------------------------------------------------------------- cron

    @api.model
    def _cron_rounds(self):
        """Open the rounds of the periods that have ended, and remind of them.

        :return: number of rounds opened
        """
        rows = []
        duties = self.env["crm.complaint.duty"].search([("active", "=", True)])
        for company in self.env["res.company"].search([("active", "=", True)]):
            today = company._policy_today()
            for duty in duties:
                if duty.company_id and duty.company_id != company:
                    continue
                rows.append(self._prepare_round(duty, company, today))
        known = {
            (duty.id, company.id, day)
            for duty, company, day in self._read_group(
                [("duty_id", "in", duties.ids)],
                ["duty_id", "company_id", "date_from:day"],
            )
        }
        rows = [
            row
            for row in rows
            if (row["duty_id"], row["company_id"], row["date_from"]) not in known
        ]
        rounds = self._add_rows(rows)
        for record in rounds:
            record._open_round()
        return len(rounds)

    @api.model
    def _prepare_round(self, duty, company, today):
        first, last = duty._period(today)
        department = duty.department_id
        if department.policy_code:
            department = department._policy_department(department.policy_code, company)
        return {
            "duty_id": duty.id,
            "company_id": company.id,
            "department_id": department.id,
            "date_from": first,
            "date_to": last,
            "date_due": last + relativedelta(days=duty.due_day),
        }

    def _open_round(self):
        """Put the figures in, and remind the head of the department."""
        if self.duty_id.with_figures:
            self._write_guarded({"figures": self._count_figures()})
        head = self.department_id._policy_heads()[:1]
        if head:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=self.date_due,
                user_id=head.id,
                summary=self.duty_id.name,
            )

    def _count_figures(self):
        """Return complaints of the period by class, as lines of text (CMP-153)."""
        groups = self.env["crm.complaint"]._read_group(
            [
                ("company_id", "=", self.company_id.id),
                ("date", ">=", self.date_from),
                ("date", "<=", self.date_to),
                ("state", "not in", ("draft", "cancelled")),
            ],
            ["category_id"],
            ["__count"],
            order="__count desc",
        )
        lines = [
            f"{category.name or self.env._('No class')}: {count}"
            for category, count in groups
        ]
        total = sum(count for _category, count in groups)
        return "\n".join([self.env._("Complaints: %s", total), *lines])
