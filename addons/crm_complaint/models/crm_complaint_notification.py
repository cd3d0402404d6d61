"""Notification plan (通报计划, F-58): what customers are told, when, how, by whom.

Information is put down, planned by importance and urgency, published as planned with
an explanation, and what customers say to it is watched (CMP-170 to CMP-173).
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_list

from odoo.addons.crm_policy.models.reminders import remind_batch

TRANSITIONS = {
    # step: from -> to; the check says who may take it and what must be there
    "plan": {"from": ("draft",), "to": "planned", "check": "_check_plan"},
    "replan": {"from": ("planned",), "to": "draft", "check": "_check_keeper"},
    "publish": {"from": ("planned",), "to": "published", "check": "_check_publish"},
    "close": {"from": ("published",), "to": "closed", "check": "_check_close"},
    "cancel": {
        "from": ("draft", "planned"),
        "to": "cancelled",
        "check": "_check_keeper",
    },
}
# What each step fills in: the plan stands once it is made.
DRAFT_PARTS = (
    "complaint_id",
    "kind",
    "subject",
    "information",
    "text",
    "importance",
    "urgency",
    "planned_at",
    "method",
    "partner_ids",
    "audience",
    "company_id",
)
REACTION_PARTS = ("feedback", "feedback_result", "adjustment")
# Who plans for everybody; others their own notifications.
PLANNERS = (
    "crm_policy.group_specialist",
    "crm_policy.group_gm_office",
    "crm_policy.group_director",
)


class CrmComplaintNotification(models.Model):
    """One line of the plan: one piece of information to the customers concerned."""

    _name = "crm.complaint.notification"
    _inherit = ["crm.document.mixin", "crm.complaint.child"]
    _description = "Customer Notification"
    _order = "planned_at desc, id desc"
    _check_company_auto = True
    _number_code = "crm.complaint.notification"
    _transitions = TRANSITIONS
    _guarded_fields = (
        "planned_by_id",
        "published_at",
        "published_by_id",
        "feedback_due",
        "reminded_on",
        "closed_at",
        "parent_id",
    )

    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("planned", "Planned"),
            ("published", "Published"),
            ("closed", "Closed"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        index=True,
        tracking=True,
        copy=False,
    )
    complaint_id = fields.Many2one(
        check_company=True,
        ondelete="restrict",
        help="The complaint the information comes from, if it comes from one.",
    )
    parent_id = fields.Many2one(
        "crm.complaint.notification",
        "Adjusts",
        copy=False,
        index="btree_not_null",
        help="The notification this one puts right after what customers said to it "
        "(CMP-173).",
    )
    child_ids = fields.One2many(
        "crm.complaint.notification", "parent_id", "Adjusted by"
    )
    kind = fields.Selection(
        [
            ("product", "Product Information"),
            ("service", "Service Information"),
            ("quality", "Quality Problem"),
            ("result", "Result of a Complaint"),
        ],
        "Kind of Information",
        required=True,
        default="product",
        help="The result of a complaint is told after its decision only (CMP-50).",
    )
    subject = fields.Char(required=True, tracking=True)
    information = fields.Text(
        "Information Collected", help="What was learned inside the house (CMP-170)."
    )
    importance = fields.Selection(
        [("1", "Ordinary"), ("2", "Important"), ("3", "Very Important")],
        required=True,
        default="1",
        index=True,
    )
    urgency = fields.Selection(
        [("1", "Ordinary"), ("2", "Urgent"), ("3", "Very Urgent")],
        required=True,
        default="1",
        index=True,
    )
    planned_at = fields.Datetime(
        "Planned Time", copy=False, index=True, tracking=True, help="When it goes out."
    )
    method = fields.Selection(
        [
            ("email", "E-mail"),
            ("phone", "Telephone"),
            ("letter", "Letter"),
            ("visit", "On Site"),
            ("chat", "Chat"),
            ("web", "Web"),
        ],
        "Way of Publication",
        required=True,
        default="email",
        help="E-mails go out by themselves when it is published, one to each customer.",
    )
    partner_ids = fields.Many2many(
        "res.partner",
        "crm_complaint_notification_partner_rel",
        "notification_id",
        "partner_id",
        "Customers to Notify",
        check_company=True,
    )
    audience = fields.Char(
        "Other Readers", help="Who else is to learn of it, for example readers online."
    )
    text = fields.Text(
        "Explanation for the Customer",
        help="What the customer is told, in detail (CMP-172).",
    )
    user_id = fields.Many2one(
        "res.users",
        "Person in Charge",
        required=True,
        default=lambda self: self.env.user,
        index=True,
        tracking=True,
        domain=[("share", "=", False)],
    )
    planned_by_id = fields.Many2one("res.users", copy=False, index="btree_not_null")
    published_at = fields.Datetime("Actual Time", copy=False, index="btree_not_null")
    published_by_id = fields.Many2one("res.users", copy=False, index="btree_not_null")
    feedback_due = fields.Date(
        "Reactions Until",
        copy=False,
        help="Day by which the reactions of customers are put down: calendar days "
        "after publication, as the company has set (CMP-173).",
    )
    feedback = fields.Text("Customers' Reactions", copy=False)
    feedback_result = fields.Selection(
        [
            ("understood", "Understood"),
            ("questions", "Questions Answered"),
            ("adjusted", "Notification Adjusted"),
            ("none", "No Reaction"),
        ],
        "Result",
        copy=False,
        tracking=True,
    )
    adjustment = fields.Text(
        copy=False, help="What was adjusted or improved after it (CMP-173)."
    )
    closed_at = fields.Datetime(copy=False)
    reminded_on = fields.Date(copy=False)
    late = fields.Boolean(
        compute="_compute_late",
        search="_search_late",
        help="Planned and not published in time, or the reactions are not put down "
        "in time.",
    )

    # ---------------------------------------------------------------- computes

    @api.depends("name", "subject")
    def _compute_display_name(self):
        for record in self:
            record.display_name = f"{record.name or ''} {record.subject or ''}".strip()

    @api.depends("state", "planned_at", "feedback_due", "published_at")
    def _compute_late(self):
        now = fields.Datetime.now()
        for record in self:
            if record.state == "planned":
                record.late = bool(record.planned_at and record.planned_at < now)
            elif record.state == "published":
                due = record.feedback_due
                record.late = bool(due and due < record.company_id._policy_today())
            else:
                record.late = False

    @api.model
    def _search_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        company = self.env["res.company"]
        late = (
            Domain("state", "=", "planned")
            & Domain("planned_at", "<", fields.Datetime.now())
        ) | (
            Domain("state", "=", "published") & company._policy_gone_by("feedback_due")
        )
        return company._policy_flagged(late, value)

    # ------------------------------------------------------------------ checks

    def _check_keeper(self):
        """Raise unless the user is in charge of it, or plans for everybody."""
        user = self.env.user
        if self.env.su or self.user_id == user:
            return
        if not any(user.has_group(group) for group in PLANNERS):
            raise AccessError(
                self.env._(
                    "%(document)s is in the charge of %(person)s.",
                    document=self.display_name,
                    person=self.user_id.name,
                )
            )

    def _check_complaint_known(self):
        """Raise where somebody names a complaint they may not see."""
        if not self.env.su:
            self.complaint_id.check_access("read")

    def _check_plan(self):
        """A plan says when, how, whom and with which explanation (CMP-171)."""
        self._check_keeper()
        missing = [name for name in ("planned_at", "text") if not self[name]]
        if not self.partner_ids and not self.audience:
            missing.append("partner_ids")
        if missing:
            raise UserError(
                self.env._(
                    "%(document)s: the plan is not complete. Fill in: %(fields)s.",
                    document=self.display_name,
                    fields=format_list(
                        self.env,
                        [
                            self._fields[name]._description_string(self.env)
                            for name in missing
                        ],
                    ),
                )
            )
        if self.planned_at < fields.Datetime.now() - timedelta(days=1):
            raise UserError(
                self.env._(
                    "Planned Time: %s is planned for a day gone by.", self.display_name
                )
            )
        self._check_addresses()

    def _check_addresses(self):
        if self.method != "email":
            return
        nowhere = self.partner_ids.filtered(lambda partner: not partner.email)
        if nowhere or not self.partner_ids:
            raise UserError(
                self.env._(
                    "Customers to Notify: %s cannot be notified by e-mail without an "
                    "address.",
                    format_list(self.env, nowhere.mapped("display_name"))
                    or self.env._("nobody"),
                )
            )

    def _check_publish(self):
        self._check_keeper()
        self._check_addresses()
        if self.kind == "result" and not self.complaint_id:
            raise UserError(
                self.env._("Complaint: say whose result the customers are told.")
            )
        # sudo: the decision binds also those who may not read the complaint
        complaint = self.sudo().complaint_id
        told = self.sudo().partner_ids.commercial_partner_id
        # Other customers are warned at once; who complained learns of the decision.
        if self.kind == "result" or complaint.partner_id.commercial_partner_id & told:
            complaint._check_result_open()

    def _check_close(self):
        """What customers said is put down first (CMP-173)."""
        self._check_keeper()
        if not self.feedback_result or (
            self.feedback_result != "none" and not (self.feedback or "").strip()
        ):
            raise UserError(
                self.env._(
                    "%s: put down the customers' reactions and the result first.",
                    self.display_name,
                )
            )
        if self.feedback_result == "adjusted" and not (self.adjustment or "").strip():
            raise UserError(self.env._("Adjustment: say what was adjusted."))

    # --------------------------------------------------------------- lifecycle

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._check_complaint_known()
        for record in records:
            record._check_keeper()
            if not self.env.su and any(record[name] for name in REACTION_PARTS):
                record._check_transition_state(("published",))
        return records

    def write(self, vals):
        if self._guard_open_fields() or self.env.su:
            return super().write(vals)
        for record in self:
            if set(DRAFT_PARTS) & vals.keys():
                record._check_transition_state(("draft",))
            if set(REACTION_PARTS) & vals.keys():
                record._check_transition_state(("published",))
            if {*DRAFT_PARTS, *REACTION_PARTS, "user_id", "active"} & vals.keys():
                record._check_keeper()
        res = super().write(vals)
        if "complaint_id" in vals:
            self._check_complaint_known()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_others(self):
        for record in self:
            record._check_keeper()

    # ----------------------------------------------------------------- actions

    def action_plan(self):
        """The plan is made; the person in charge is reminded of the time (CMP-171).

        :raises UserError: time, readers or explanation are missing
        """
        self._transition("plan", planned_by_id=self.env.uid, reminded_on=False)
        for record in self:
            record._remind_of(
                record.company_id._policy_date(record.planned_at),
                self.env._("Notification to publish"),
            )
        return True

    def action_replan(self):
        """Take the plan up again."""
        self._transition("replan")
        return self._forget()

    def action_publish(self):
        """It goes out now; e-mails one to each customer (CMP-172).

        :raises UserError: the result of a complaint that is not decided
        """
        now = fields.Datetime.now()
        for record in self:
            company = record.company_id
            # sudo: a number of days the company has set
            days = company.sudo().complaint_notice_days
            due = company._policy_today() + timedelta(days=days)
            record._transition(
                "publish",
                published_at=now,
                published_by_id=self.env.uid,
                feedback_due=due,
                reminded_on=False,
            )
            record._forget()
            record._remind_of(due, self.env._("Reactions of customers to put down"))
        self.filtered(lambda record: record.method == "email")._send_mails()
        return True

    def action_close(self):
        """What customers said is put down; nothing more to do (CMP-173)."""
        self._transition("close", closed_at=fields.Datetime.now())
        return self._forget()

    def action_cancel(self):
        """It need not go out after all."""
        self._transition("cancel")
        return self._forget()

    def action_adjust(self):
        """Draw up a new notification that puts this one right, once (CMP-173).

        :return: action that opens the draft
        """
        self._policy_require_one()
        self._check_transition_state(("published", "closed"))
        self._check_keeper()
        draft = self.child_ids.filtered(lambda record: record.state == "draft")[:1]
        if not draft:
            draft = self.copy({"user_id": self.env.uid})
            draft._write_guarded({"parent_id": self.id})
        return draft.get_formview_action()

    def action_view_complaint(self):
        """Open the complaint the information comes from."""
        return self.complaint_id._get_records_action()

    # -------------------------------------------------------------------- cron

    @api.model
    def _cron_late(self):
        """Tell the head of whoever is in charge, once, that a notification is late."""
        late = self.search([("late", "=", True), ("reminded_on", "=", False)])
        departments = late.user_id._policy_departments(late.company_id)
        heads, rows = {}, []
        for record in late:
            key = record.user_id, record.company_id
            if key not in heads:
                department = departments.get(key, self.env["hr.department"])
                head = department._policy_heads(but=record.user_id)
                heads[key] = head or record.user_id
            summary = self.env._("Late: %s", record.subject)
            rows.append((record, heads[key], {"summary": summary}))
        remind_batch(self.env, "mail.mail_activity_data_todo", rows)
        for company, records in late.grouped("company_id").items():
            records._write_guarded({"reminded_on": company._policy_today()})

    # ----------------------------------------------------------------- helpers

    def _remind_of(self, day, summary, user=None):
        # sudo: whoever plans reminds whoever is in charge
        self.sudo().activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=day,
            summary=summary,
            user_id=(user or self.user_id).id,
        )

    def _forget(self):
        """Take the reminders of the step before away."""
        # sudo: the reminders of colleagues as well
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])
        return True

    def _send_mails(self):
        """One mail to each customer: nobody learns who else is told."""
        body = self.env["ir.qweb"]
        mails = []
        for record in self:
            sender = record.user_id.email_formatted or record.company_id.email_formatted
            # sudo: the names of the sender and the company, for whoever publishes
            html = body._render(
                "crm_complaint.notification_mail", {"record": record.sudo()}
            )
            mails += [
                {
                    "subject": record.subject,
                    "body_html": html,
                    "email_from": sender,
                    "reply_to": sender,
                    "recipient_ids": [fields.Command.link(partner.id)],
                    "auto_delete": False,
                }
                for partner in record.partner_ids
            ]
            record.message_post(
                body=self.env._(
                    "Sent by e-mail to: %s",
                    format_list(self.env, record.partner_ids.mapped("display_name")),
                )
            )
        # sudo: salespeople may not create mails as such
        self.env["mail.mail"].sudo().create(mails)


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    notification_ids = fields.One2many(
        "crm.complaint.notification", "complaint_id", "Notifications"
    )

    def action_notify_customers(self):
        """Open a new notification about what this complaint showed (CMP-170).

        :return: action that opens the empty form
        """
        self._policy_require_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Customer Notification"),
            "res_model": "crm.complaint.notification",
            "view_mode": "form",
            "context": {
                "default_complaint_id": self.id,
                "default_company_id": self.company_id.id,
                "default_kind": "quality",
                "default_information": self.description,
            },
        }
