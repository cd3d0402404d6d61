"""One stay of a document at one step: who holds it, since when, until when.

Carries the check of every department's handling time (CMP-56 to CMP-66, RET-49,
RET-50). Passages are written by the routing of the documents and by `action_extend`
only; nobody creates, edits or deletes one, so the times are evidence.
"""

from contextvars import ContextVar

from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from .arguments import NUMBER, TEXT, arguments
from .crm_routing_limit import CASE

# What going out sets: written in one statement.
CLOSED_FIELDS = ("date_out", "closed_late", "hours_stay", "hours_late", "late_percent")

# Values of the passages the running call opens, and ids of those it removes.
_OPENING = ContextVar("crm_routing_opening", default=None)
_REMOVING = ContextVar("crm_routing_removing", default=frozenset())


class CrmRoutingPassage(models.Model):
    _name = "crm.routing.passage"
    _inherit = "crm.guard.mixin"
    _description = "Stay of a document"
    _order = "date_in desc, id desc"
    _rec_name = "document_name"

    # what stays where
    model = fields.Selection(
        selection="_selection_model",
        string="Document Type",
        required=True,
        readonly=True,
    )
    model_id = fields.Many2one("ir.model", required=True, ondelete="cascade")
    res_id = fields.Many2oneReference(
        string="Document",
        model_field="model",
        required=True,
        readonly=True,
        index=True,
    )
    way_department_ids = fields.Many2many(
        "hr.department",
        string="Departments on the Way",
        compute="_compute_way_department_ids",
        search="_search_way_department_ids",
        help="All departments that hold or held the document.",
    )
    document_name = fields.Char(string="Document Number", readonly=True, index=True)
    kind = fields.Selection(
        [("stay", "Stay at a department"), ("case", "Whole case")],
        required=True,
        readonly=True,
        default="stay",
    )
    step = fields.Selection(
        selection="_selection_step", required=True, readonly=True, index=True
    )
    department_id = fields.Many2one(
        "hr.department", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    user_id = fields.Many2one(
        "res.users",
        string="Person",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    owner_id = fields.Many2one(
        "res.users",
        string="Responsible",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Who is responsible for the document; may follow its whole way.",
    )
    is_foreign = fields.Boolean(
        string="Foreign", readonly=True, help="The customer is abroad."
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )

    # when
    date_in = fields.Datetime(string="In", required=True, readonly=True)
    date_due = fields.Datetime(string="Due", readonly=True)
    date_out = fields.Datetime(string="Out", readonly=True)
    limit_id = fields.Many2one(
        "crm.routing.limit",
        string="Time Limit",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The policy record that decided the due date.",
    )
    limit_days = fields.Float(
        string="Days Allowed",
        readonly=True,
        digits=(16, 1),
        aggregator="avg",
        help="Days of the time limit when the stay began, in its unit.",
    )
    unit = fields.Selection(
        [("calendar", "Calendar days"), ("working", "Working days")], readonly=True
    )
    due_reason = fields.Char(
        string="Why This Date",
        compute="_compute_due_reason",
        help="The figure, its unit and the time limit the due date comes from.",
    )

    # lateness
    late = fields.Boolean(
        compute="_compute_late",
        search="_search_late",
        help="Past its due date: now while it stays, or when it went out.",
    )
    closed_late = fields.Boolean(
        compute="_compute_closed",
        store=True,
        precompute=True,
        readonly=True,
        help="Went out after its due date.",
    )
    hours_stay = fields.Float(
        string="Hours Stayed",
        compute="_compute_closed",
        store=True,
        precompute=True,
        readonly=True,
        aggregator="avg",
        help="Hours from in to out, nights and days off included.",
    )
    hours_late = fields.Float(
        compute="_compute_closed",
        store=True,
        precompute=True,
        readonly=True,
        help="Hours from due to out, nights and days off included.",
    )
    late_percent = fields.Float(
        string="Late %",
        compute="_compute_closed",
        store=True,
        precompute=True,
        readonly=True,
        aggregator="avg",
        help="100 if it went out late, else 0: the average is the share late.",
    )

    # extension
    date_due_original = fields.Datetime(string="First Due", readonly=True)
    extension_days = fields.Float(
        readonly=True,
        digits=(16, 1),
        help="All days added to the time limit, in its unit.",
    )
    extension_reason = fields.Text(readonly=True)
    extension_by_id = fields.Many2one(
        "res.users", string="Extended by", readonly=True, ondelete="restrict"
    )
    extension_at = fields.Datetime(string="Extended on", readonly=True)
    can_extend = fields.Boolean(compute="_compute_can_extend")

    # reminders and inquiries
    reminder_count = fields.Integer(string="Reminders", readonly=True)
    reminder_last = fields.Datetime(string="Last Reminder", readonly=True)
    reminder_next = fields.Datetime(
        string="Next Reminder",
        readonly=True,
        help="When the next reminder (催办单) is due if the document is still there.",
    )
    inquiry_pending = fields.Boolean(
        readonly=True,
        help="Went out late; the inquiry (洽办单) is still to be drafted.",
    )
    notice_ids = fields.One2many("crm.routing.notice", "passage_id", readonly=True)

    _guarded_fields = (
        "model",
        "model_id",
        "res_id",
        "document_name",
        "kind",
        "step",
        "department_id",
        "user_id",
        "owner_id",
        "is_foreign",
        "company_id",
        "date_in",
        "date_due",
        "date_out",
        "limit_id",
        "limit_days",
        "unit",
        "closed_late",
        "hours_stay",
        "hours_late",
        "late_percent",
        "date_due_original",
        "extension_days",
        "extension_reason",
        "extension_by_id",
        "extension_at",
        "reminder_count",
        "reminder_last",
        "reminder_next",
        "inquiry_pending",
    )

    _open_uniq = models.UniqueIndex(
        "(model, res_id, kind) WHERE date_out IS NULL",
        "A document stays at one step at a time.",
    )
    _due_open_idx = models.Index("(date_due) WHERE date_out IS NULL")
    _reminder_idx = models.Index(
        "(reminder_next) WHERE date_out IS NULL AND reminder_next IS NOT NULL"
    )
    _inquiry_idx = models.Index("(id) WHERE inquiry_pending")

    # --------------------------------------------------------------- computes

    @api.model
    @tools.ormcache("self.env.lang")
    def _selection_model(self):
        IrModel = self.env["ir.model"]
        return [
            (name, IrModel._get(name).name)
            for name in self.env["crm.routing.limit"]._routed_models()
        ]

    @api.model
    @tools.ormcache("self.env.lang")
    def _selection_step(self):
        """Return every step of every routed document type, once each."""
        Limit = self.env["crm.routing.limit"]
        steps = {CASE: Limit._step_label("", CASE)}
        for model in Limit._routed_models():
            for step in self.env[model]._routing_states:
                steps.setdefault(step, Limit._step_label(model, step))
        return list(steps.items())

    @api.depends("document_name", "step")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for passage in self:
            number = passage.document_name or passage.res_id
            passage.display_name = f"{number} {passage._step_name()}"

    @api.depends("limit_id", "limit_days", "unit", "extension_days", "date_in")
    @api.depends_context("lang", "tz")
    def _compute_due_reason(self):
        for passage in self:
            passage.due_reason = passage._due_words() if passage.date_due else False

    @api.depends("date_due", "date_out")
    def _compute_late(self):
        now = fields.Datetime.now()
        for passage in self:
            passage.late = bool(
                passage.date_due and passage.date_due < (passage.date_out or now)
            )

    def _search_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = Domain(
            [("date_out", "=", False), ("date_due", "<", fields.Datetime.now())]
        ) | Domain("closed_late", "=", True)
        wanted = Domain.FALSE
        if True in value:
            wanted |= late
        if False in value:
            wanted |= ~late
        return wanted

    def _field_to_sql(self, alias, field_expr, query=None):
        """Let lists and pivots group by lateness, which depends on the moment."""
        if field_expr == "late":
            return SQL(
                "(%s < COALESCE(%s, %s))",
                self._field_to_sql(alias, "date_due", query),
                self._field_to_sql(alias, "date_out", query),
                fields.Datetime.now(),
            )
        return super()._field_to_sql(alias, field_expr, query)

    @api.depends("date_in", "date_due", "date_out")
    def _compute_closed(self):
        for passage in self:
            out, due = passage.date_out, passage.date_due
            late = (out - due).total_seconds() / 3600 if out and due else 0
            passage.closed_late = late > 0
            passage.hours_late = max(late, 0)
            passage.late_percent = 100 if late > 0 else 0
            passage.hours_stay = (
                (out - passage.date_in).total_seconds() / 3600 if out else 0
            )

    @api.depends("department_id", "date_out", "date_due")
    @api.depends_context("uid")
    def _compute_can_extend(self):
        for passage in self:
            passage.can_extend = (
                passage.date_due and not passage.date_out and passage._may_extend()
            )

    @api.depends("model", "res_id")
    def _compute_way_department_ids(self):
        # sudo: the whole way of a document, whoever of its departments asks
        ways = self.sudo()._read_group(
            [
                ("model", "in", self.mapped("model")),
                ("res_id", "in", self.mapped("res_id")),
            ],
            ["model", "res_id"],
            ["department_id:recordset"],
        )
        by_document = {(model, res_id): found for model, res_id, found in ways}
        for passage in self:
            passage.way_department_ids = by_document.get(
                (passage.model, passage.res_id), passage.department_id
            )

    def _search_way_department_ids(self, operator, value):
        if operator not in ("in", "any", "any!"):
            return NotImplemented
        # sudo: who may see one stay of a document sees its whole way
        stays = self.sudo()
        found = stays._search([("department_id", operator, value)])

        def document(model, alias, query):
            """The columns that tell whose stay it is."""
            columns = [
                model._field_to_sql(alias, name, query) for name in ("model", "res_id")
            ]
            return SQL(", ").join(columns)

        def to_sql(model, alias, query):
            return SQL(
                "(%s) IN %s",
                document(model, alias, query),
                found.subselect(document(stays, found.table, found)),
            )

        return Domain.custom(to_sql=to_sql)

    # ----------------------------------------------------------------- checks

    @api.model
    def _guarded_create_vals(self, vals_list):
        """Give the values of `_open`; nobody else opens a passage."""
        opening = _OPENING.get()
        if opening is None or len(opening) != len(vals_list):
            raise AccessError(
                self.env._(
                    "Stays are recorded by the documents themselves as they pass from "
                    "department to department; nobody enters one."
                )
            )
        return opening

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_document(self):
        if not set(self.ids) <= _REMOVING.get():
            raise AccessError(
                self.env._(
                    "The stays of a document are kept as evidence and cannot be "
                    "deleted."
                )
            )

    def _may_extend(self):
        """Tell whether the user heads the holding department (or one above)."""
        self.ensure_one()
        user = self.env.user
        if user.has_group("crm_policy.group_director"):
            return True
        # sudo: who heads the department, not its data
        return user in self.sudo().department_id.policy_head_ids

    def _check_extension(self, days, reason):
        """Raise unless this stay may be extended by ``days``."""
        self.ensure_one()
        if not isinstance(days, (int, float)) or days <= 0 or days * 2 % 1:
            raise ValidationError(
                self.env._(
                    "An extension is a number of whole or half days above zero, not "
                    "“%s”.",
                    days,
                )
            )
        if not isinstance(reason, str) or not reason.strip():
            raise ValidationError(self.env._("An extension needs a reason."))
        if not self._may_extend():
            raise AccessError(
                self.env._(
                    "Only the head of %s, a head above or a director extends this "
                    "stay.",
                    # sudo: to name the department
                    self.sudo().department_id.name or self._step_name(),
                )
            )
        if self.date_out or not self.date_due:
            raise UserError(
                self.env._(
                    "%s has left this step or has no due date here: there is nothing "
                    "to extend.",
                    self.document_name,
                )
            )
        limit = self.sudo().limit_id  # sudo: the limit binds whoever asks
        total = self.limit_days + self.extension_days + days
        if limit.max_days and total > limit.max_days:
            raise UserError(
                self.env._(
                    "With this extension the stay would last %(total)s days; "
                    "“%(limit)s” allows at most %(maximum)s.",
                    total=f"{total:g}",
                    limit=limit.name,
                    maximum=f"{limit.max_days:g}",
                )
            )

    # -------------------------------------------------------------- lifecycle

    @api.model
    def _open(self, vals_list):
        """Open passages; for the routing of documents only.

        :return: the new passages, in the environment of the caller
        """
        # The stays just left must be closed in the database before new ones open.
        self.flush_model(["date_out"])
        token = _OPENING.set(vals_list)
        try:
            # sudo: forwarding a document records a stay nobody may enter by hand
            passages = self.sudo().create([{} for _vals in vals_list])
        finally:
            _OPENING.reset(token)
        return passages.sudo(self.env.su)

    def _close(self, moment):
        """Close passages, with their reminders; for the routing of documents only."""
        if not self:
            return
        self._write_guarded({"date_out": moment})
        # The next stay is inserted at once: this one must be out by then.
        self.flush_recordset(CLOSED_FIELDS)
        # sudo: time limits bind whoever forwards the document
        late = self.sudo().filtered(
            lambda rec: rec.closed_late and rec.kind == "stay" and rec.limit_id.inquiry
        )
        if late:
            late._write_guarded({"inquiry_pending": True})
        reminded = self.sudo().filtered("reminder_count")  # sudo: as above
        if reminded:
            reminded._close_reminders()

    def _remove(self):
        """Delete the passages of deleted drafts; for the routing only."""
        token = _REMOVING.set(_REMOVING.get() | frozenset(self.ids))
        try:
            self.sudo().unlink()  # sudo: nobody has the right to delete a passage
        finally:
            _REMOVING.reset(token)

    # ---------------------------------------------------------------- actions

    @arguments(days=NUMBER, reason=TEXT)
    def action_extend(self, days, reason):
        """Extend a running stay; the first due date and the reason are kept.

        For the head of the holding department, a head above it, or a director.

        :param days: days to add, in the unit of the time limit; halves allowed
        :param reason: why; required
        :return: True
        :raises ValidationError: days or reason missing
        :raises AccessError: the user may not extend
        :raises UserError: already out, no due date, or past the longest stay (RET-50)
        """
        for passage in self:
            passage._check_extension(days, reason)
            total = passage.extension_days + days
            due = self.env["crm.deadline"].add_days(
                passage.date_in,
                passage.limit_days + total,
                passage.unit,
                passage.sudo().company_id,  # sudo: whose calendar counts
            )
            reasons = [passage.extension_reason, reason.strip()]
            passage._write_guarded(
                {
                    "date_due": due,
                    "extension_days": total,
                    "extension_reason": "\n".join(text for text in reasons if text),
                    "extension_by_id": self.env.uid,
                    "extension_at": fields.Datetime.now(),
                    "reminder_next": due,
                }
            )
            passage._log_extension(days, reason.strip())
        return True

    def action_extend_wizard(self):
        """Ask for days and reason of an extension."""
        self._policy_require_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Extend"),
            "res_model": "crm.routing.extend.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_passage_id": self.id},
        }

    def action_open_document(self):
        """Open the document."""
        self._policy_require_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.model,
            "res_id": self.res_id,
            "views": [[False, "form"]],
        }

    # ---------------------------------------------------------------- helpers

    def _document(self):
        """Return the documents of these passages (all of one model)."""
        model = self[:1].model
        return self.env[model].browse(self.mapped("res_id")) if model else None

    def _step_name(self):
        return self.env["crm.routing.limit"]._step_label(self.model, self.step)

    def _due_words(self):
        """Say in words where the due date comes from."""
        self.ensure_one()
        units = dict(self._fields["unit"]._description_selection(self.env))
        words = self.env._(
            "%(step)s: %(days)s %(unit)s (%(customer)s) from %(start)s, "
            "limit “%(limit)s”",
            step=self._step_name(),
            days=f"{self.limit_days:g}",
            unit=units.get(self.unit, "").lower(),
            customer=self.env._("foreign")
            if self.is_foreign
            else self.env._("domestic"),
            start=self._local_words(self.date_in),
            limit=self.sudo().limit_id.name or "-",  # sudo: to name the limit
        )
        if self.extension_days:
            words = self.env._(
                "%(reason)s, extended by %(days)s",
                reason=words,
                days=f"{self.extension_days:g}",
            )
        return words

    def _local_words(self, moment):
        """Return a moment in the company's local time, to the minute."""
        # sudo: the company's time zone is needed, not its record
        zone = self.sudo().company_id._policy_tz()
        local = self.env["crm.deadline"]._to_local(moment, zone)
        return local.strftime("%Y-%m-%d %H:%M")

    def _log_extension(self, days, reason):
        """Leave a trace of the extension on the document."""
        document = self._document()
        # sudo: a head may extend what he may not edit
        document.sudo().message_post(
            body=self.env._(
                "%(step)s extended by %(days)s days until %(due)s: %(reason)s",
                step=self._step_name(),
                days=f"{days:g}",
                due=self._local_words(self.date_due),
                reason=reason,
            )
        )
