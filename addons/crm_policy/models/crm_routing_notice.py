"""Reminders 催办单 and inquiries 洽办单 to departments (CMP-64 to CMP-66, F-51, F-52).

======== ============ =========== ================================================
step     from         to          who
======== ============ =========== ================================================
send     draft        sent        general manager's office, director
cancel   draft        cancelled   general manager's office, director
answer   sent         answered    addressee, head and (but in sales) members of the
                                  department
close    sent, answ.  closed      general manager's office, director
======== ============ =========== ================================================

A reminder is issued by the clock and is sent from the start; an inquiry is drafted by
the clock for a stay that went out late, and the office decides whether to send it.
"""

from contextvars import ContextVar

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .arguments import TEXT, arguments
from .reminders import remind_batch

# Values of the notices the running call issues.
_ISSUING = ContextVar("crm_routing_issuing", default=None)
ACTIVITY = "crm_policy.mail_activity_type_notice"
OFFICE = ("crm_policy.group_gm_office", "crm_policy.group_director")


class CrmRoutingNotice(models.Model):
    _name = "crm.routing.notice"
    _inherit = "crm.guard.mixin"
    _description = "Reminder or inquiry"
    _order = "issued_at desc, id desc"

    _transitions = {
        "send": {
            "from": ("draft",),
            "to": "sent",
            "groups": OFFICE,
            "check": "_check_send",
        },
        "cancel": {"from": ("draft",), "to": "cancelled", "groups": OFFICE},
        "answer": {"from": ("sent",), "to": "answered", "check": "_check_addressee"},
        "close": {"from": ("sent", "answered"), "to": "closed", "groups": OFFICE},
    }
    # A cancelled inquiry stays too: it tells that the office saw the late stay.
    _unlink_states = ()

    # what and to whom
    name = fields.Char(
        string="Number",
        readonly=True,
        index="trigram",
        help="Per company and month; an inquiry is numbered when it is sent.",
    )
    kind = fields.Selection(
        [("reminder", "Reminder (催办单)"), ("inquiry", "Inquiry (洽办单)")],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("sent", "Sent"),
            ("answered", "Answered"),
            ("closed", "Closed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="draft",
        index=True,
        group_expand=True,
    )
    department_id = fields.Many2one(
        "hr.department", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    user_id = fields.Many2one(
        "res.users",
        string="Addressee",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The person who holds the document, else the head of the department.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    issued_at = fields.Datetime(string="Issued on", readonly=True, index=True)

    # about which stay
    passage_id = fields.Many2one(
        "crm.routing.passage",
        string="Stay",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    model = fields.Selection(
        selection="_selection_model",
        string="Document Type",
        readonly=True,
        index=True,
    )
    res_id = fields.Many2oneReference(
        string="Document", model_field="model", readonly=True, index=True
    )
    document_name = fields.Char(string="Document Number", readonly=True)
    step = fields.Selection(selection="_selection_step", readonly=True)
    date_in = fields.Datetime(string="In", readonly=True)
    date_due = fields.Datetime(string="Due", readonly=True)
    date_out = fields.Datetime(related="passage_id.date_out")
    hours_late = fields.Float(
        readonly=True, help="Hours past the due date when the notice was issued."
    )

    # question and answer
    text = fields.Text(help="What the office asks the department.")
    answer = fields.Text(readonly=True)
    answered_by_id = fields.Many2one(
        "res.users", string="Answered by", readonly=True, ondelete="restrict"
    )
    answered_at = fields.Datetime(string="Answered on", readonly=True)
    can_answer = fields.Boolean(compute="_compute_can_answer")

    _guarded_fields = (
        "name",
        "kind",
        "department_id",
        "user_id",
        "company_id",
        "issued_at",
        "passage_id",
        "model",
        "res_id",
        "document_name",
        "step",
        "date_in",
        "date_due",
        "hours_late",
        "answer",
        "answered_by_id",
        "answered_at",
    )

    _name_uniq = models.UniqueIndex(
        "(company_id, name) WHERE name IS NOT NULL",
        "A notice with this number already exists in this company.",
    )

    # --------------------------------------------------------------- computes

    @api.model
    def _selection_model(self):
        return self.env["crm.routing.passage"]._selection_model()

    @api.model
    def _selection_step(self):
        return self.env["crm.routing.passage"]._selection_step()

    @api.depends("name", "document_name")
    def _compute_display_name(self):
        for notice in self:
            notice.display_name = notice.name or self.env._(
                "Draft for %s", notice.document_name or notice.res_id
            )

    @api.depends("state", "department_id", "user_id")
    @api.depends_context("uid")
    def _compute_can_answer(self):
        for notice in self:
            notice.can_answer = notice.state == "sent" and notice._is_addressee()

    # ----------------------------------------------------------------- checks

    @api.model
    def _guarded_create_vals(self, vals_list):
        """Give the values of `_issue`; nobody else creates a notice."""
        issuing = _ISSUING.get()
        if issuing is None or len(issuing) != len(vals_list):
            raise AccessError(
                self.env._("Reminders and inquiries are issued by the system itself.")
            )
        return issuing

    def write(self, vals):
        """The office's text may change only while the notice is a draft."""
        if "text" in vals:
            for notice in self:
                if notice.state != "draft" and notice.text != vals["text"]:
                    raise UserError(
                        self.env._(
                            "%s has been sent: its text cannot change any more.",
                            notice.display_name,
                        )
                    )
        return super().write(vals)

    def _is_addressee(self):
        """Tell whether the user is the addressee, or of the department.

        In sales each answers for the own customers, and the head for all.
        """
        self.ensure_one()
        # sudo: who belongs to a department, not the employees' data
        department = self.sudo().department_id
        people = self.sudo().user_id | department.manager_id.user_id
        if department.policy_code != "sales":
            people |= department.member_ids.user_id
        return self.env.user in people

    def _check_addressee(self):
        if not self._is_addressee():
            raise AccessError(
                self.env._(
                    "Only %s answers this notice.",
                    self.sudo().department_id.name  # sudo: to name it
                    or self.sudo().user_id.name,
                )
            )

    def _check_send(self):
        if not (self.text or "").strip():
            raise ValidationError(
                self.env._("Text: say what the department is asked before sending.")
            )

    # -------------------------------------------------------------- lifecycle

    @api.model
    def _issue(self, vals_list):
        """Create notices; for the clock only."""
        token = _ISSUING.set(vals_list)
        try:
            # sudo: nobody has the right to create a notice by hand
            return self.sudo().create(
                [{"text": vals.pop("text", False)} for vals in vals_list]
            )
        finally:
            _ISSUING.reset(token)

    @api.model
    def _issue_reminders(self, holders, now):
        """Issue one reminder for each ``(passage, department, user)``."""
        vals_list = []
        for passage, department, user in holders:
            vals = self._prepare_vals("reminder", passage, now)
            vals.update(
                state="sent",
                department_id=department.id,
                user_id=user.id,
                text=self._reminder_text(passage, department, user),
            )
            vals_list.append(vals)
        self._number_vals(vals_list)
        return self._issue(vals_list)

    @api.model
    def _draft_inquiries(self, passages, now):
        """Draft one inquiry for each stay that went out late."""
        heads = {
            department: department._policy_heads()
            for department in passages.department_id
        }
        vals_list = []
        for passage in passages:
            vals = self._prepare_vals("inquiry", passage, now)
            user = passage.user_id or heads.get(passage.department_id)
            vals.update(
                department_id=passage.department_id.id,
                user_id=user.id if user else False,
                text=self._inquiry_text(passage, user),
            )
            vals_list.append(vals)
        return self._issue(vals_list)

    @api.model
    def _prepare_vals(self, kind, passage, now):
        late = (passage.date_out or now) - passage.date_due
        return {
            "kind": kind,
            "issued_at": now,
            "passage_id": passage.id,
            "model": passage.model,
            "res_id": passage.res_id,
            "document_name": passage.document_name,
            "step": passage.step,
            "company_id": passage.company_id.id,
            "date_in": passage.date_in,
            "date_due": passage.date_due,
            "hours_late": late.total_seconds() / 3600,
        }

    @api.model
    def _number_vals(self, vals_list):
        """Number reminders: one draw per company, however many."""
        by_company = {}
        for vals in vals_list:
            by_company.setdefault(vals["company_id"], []).append(vals)
        for company_id, group in by_company.items():
            numbers = self._take_numbers(
                "reminder", self.env["res.company"].browse(company_id), len(group)
            )
            for vals, number in zip(group, numbers, strict=True):
                vals["name"] = number

    @api.model
    def _take_numbers(self, kind, company, count):
        return self.env["ir.sequence"]._policy_numbers(
            f"crm.routing.notice.{kind}", company, count
        )

    @api.model
    def _in_language(self, user, company):
        """Return this model in the language of the reader."""
        lang = (user and user.lang) or company.partner_id.lang
        return self.with_context(lang=lang) if lang else self

    @api.model
    def _reminder_text(self, passage, department, user):
        model = self._in_language(user, passage.company_id)
        return model.env._(
            "%(document)s (%(step)s) has been at %(department)s since %(start)s and "
            "was due on %(due)s. Please finish it and pass it on without delay.",
            document=passage.document_name or passage.res_id,
            step=passage.with_env(model.env)._step_name(),
            department=department.with_env(model.env).name or "-",
            start=passage._local_words(passage.date_in),
            due=passage._local_words(passage.date_due),
        )

    @api.model
    def _inquiry_text(self, passage, user):
        model = self._in_language(user, passage.company_id)
        return model.env._(
            "%(document)s (%(step)s) was due on %(due)s and left on %(out)s. Please "
            "state the cause of the delay and what will prevent it.",
            document=passage.document_name or passage.res_id,
            step=passage.with_env(model.env)._step_name(),
            due=passage._local_words(passage.date_due),
            out=passage._local_words(passage.date_out),
        )

    # ---------------------------------------------------------------- actions

    def action_send(self):
        """Number and send drafted inquiries to their departments.

        :return: True
        """
        now = fields.Datetime.now()
        self._transition("send", issued_at=now)
        for company, notices in self.sudo().grouped("company_id").items():
            # sudo above: numbers are drawn per company, whoever sends
            numbers = self._take_numbers("inquiry", company, len(notices))
            for notice, number in zip(notices, numbers, strict=True):
                notice._write_guarded({"name": number})
        # sudo: the activity goes to somebody else's list
        self.sudo()._schedule_activities()
        return True

    def action_cancel(self):
        """Drop drafted inquiries: the office asks no further.

        :return: True
        """
        return self._transition("cancel")

    @arguments(text=TEXT)
    def action_answer(self, text):
        """Answer for the department.

        :param text: the answer; required
        :return: True
        :raises AccessError: the user is not of the department
        :raises ValidationError: no text
        :raises UserError: not sent, or answered already
        """
        for notice in self:
            notice._check_addressee()
        if not isinstance(text, str) or not text.strip():
            raise ValidationError(self.env._("Answer: the text is required."))
        self._transition(
            "answer",
            answer=text.strip(),
            answered_by_id=self.env.uid,
            answered_at=fields.Datetime.now(),
        )
        # sudo: the activity may be on a colleague's list
        self.sudo()._reminder_activities().action_archive()
        return True

    def action_answer_wizard(self):
        """Ask for the text of the answer."""
        self._policy_require_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Answer"),
            "res_model": "crm.routing.answer.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_notice_id": self.id},
        }

    def action_close(self):
        """Close notices the office is content with.

        :return: True
        """
        result = self._transition("close")
        # sudo: the activity may be on somebody else's list
        self.sudo()._reminder_activities().action_archive()
        return result

    def action_open_document(self):
        """Open the document the notice is about."""
        self._policy_require_one()
        return self.passage_id.action_open_document()

    def action_print(self):
        """Print the notices as company forms, each kind its own."""
        kinds = set(self.mapped("kind"))
        if len(kinds) != 1:
            raise UserError(
                self.env._("Print reminders and inquiries separately: two forms.")
            )
        return self.env.ref(
            f"crm_policy.crm_routing_notice_{kinds.pop()}_report"
        ).report_action(self, data={})

    # ---------------------------------------------------------------- helpers

    def _schedule_activities(self):
        """Put one activity for each notice on its addressee's list, unless one waits.

        No mail goes out for each: the activity list and its counter tell.
        """
        waiting = {
            (activity.res_model, activity.res_id, activity.user_id.id)
            for activity in self._reminder_activities()
        }
        rows = []
        for notice in self:
            key = (notice.model, notice.res_id, notice.user_id.id)
            if not notice.user_id or key in waiting:
                continue
            waiting.add(key)
            document = self.env[notice.model].browse(notice.res_id)
            vals = {"summary": notice.name, "note": notice.text}
            rows.append((document, notice.user_id, vals))
        remind_batch(self.env, ACTIVITY, rows)

    def _print_lang(self):
        """Return the language of the printed form: the addressee's, else ours."""
        self.ensure_one()
        # sudo: the addressee's language decides, whoever prints
        return self.sudo().user_id.lang or self.env.user.lang

    def _local_time(self, moment):
        """Return a moment in the company's local time, for printing."""
        # sudo: the form prints the stay's times in the company's zone
        return self.sudo().passage_id._local_words(moment) if moment else ""

    def _reminder_activities(self):
        """Return the open activities that remind of these notices' documents."""
        activities = self.env["mail.activity"]
        for model, notices in self.grouped("model").items():
            activities |= activities.search(
                [
                    ("activity_type_id", "=", self._activity_type().id),
                    ("res_model", "=", model),
                    ("res_id", "in", notices.mapped("res_id")),
                ]
            )
        return activities

    @api.model
    def _activity_type(self):
        return self.env.ref(ACTIVITY)
