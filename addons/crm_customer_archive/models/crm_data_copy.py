"""Numbered, watermarked paper copies of customer data, and their way back (ARC-201)."""

from contextvars import ContextVar

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.crm_policy.models.arguments import TEXT, arguments

DESK = "crm_policy.group_specialist"
# Customers on one printed page; every page carries the watermark.
PAGE_ROWS = 15
# Columns a page has room for, and those a telephone list (F-10) needs first.
PAGE_COLUMNS = 9
FIRST_COLUMNS = (
    "customer_number",
    "name",
    "main_contact_name",
    "main_contact_phone",
    "phone",
    "city",
    "street",
    "user_id",
)
# What one line of an address repeats where its parts are printed.
WHOLE_ADDRESS = (
    "contact_address",
    "contact_address_inline",
    "contact_address_complete",
)
# Values of the copies the running call hands out.
_HANDED = ContextVar("crm_data_copy_handed", default=None)


class CrmDataCopy(models.Model):
    _name = "crm.data.copy"
    _description = "Paper Copy of Customer Data"
    _inherit = ["crm.document.mixin"]
    _order = "date_due, id"
    _check_company_auto = True

    _number_code = "crm.data.copy"
    _unlink_states = ()
    _guarded_fields = (
        "request_id",
        "holder_id",
        "handed_by_id",
        "date_out",
        "date_due",
        "date_back",
        "received_by_id",
        "loss_report",
        "incident_id",
        "print_count",
        "reminded_on",
    )
    _transitions = {
        "receive": {"from": ("out", "lost"), "to": "returned", "groups": (DESK,)},
        "lose": {"from": ("out",), "to": "lost"},
    }

    request_id = fields.Many2one(
        "crm.data.request",
        string="Data Request",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    state = fields.Selection(
        [("out", "Handed out"), ("returned", "Brought Back"), ("lost", "Lost")],
        default="out",
        required=True,
        readonly=True,
        index=True,
        tracking=True,
    )
    holder_id = fields.Many2one(
        "res.users", required=True, readonly=True, index=True, tracking=True
    )
    handed_by_id = fields.Many2one("res.users", readonly=True)
    date_out = fields.Date(string="Handed Out On", readonly=True)
    date_due = fields.Date(
        string="Due Back", readonly=True, index=True, help="Local date; last day."
    )
    date_back = fields.Date(string="Brought Back On", readonly=True)
    received_by_id = fields.Many2one("res.users", readonly=True)
    loss_report = fields.Text(readonly=True)
    incident_id = fields.Many2one("crm.data.incident", readonly=True)
    print_count = fields.Integer(string="Times Printed", readonly=True)
    reminded_on = fields.Date(readonly=True, help="Day of the last reminder.")
    late = fields.Boolean(compute="_compute_late", search="_search_late")

    @api.depends("state", "date_due")
    def _compute_late(self):
        for copy in self:
            today = copy.company_id._policy_today()
            copy.late = bool(
                copy.state == "out" and copy.date_due and copy.date_due < today
            )

    def _search_late(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        today = self.env.company._policy_today()
        return [("state", "=", "out"), ("date_due", "<", today)]

    @api.model_create_multi
    def create(self, vals_list):
        # Guarded values are given by `_hand_out` alone, so a copy made by hand has
        # no request and stops here.
        if any(not own.get("request_id") for own in self._hand_out_vals(vals_list)):
            raise AccessError(
                self.env._("Copies are handed out from a granted data request.")
            )
        return super().create(vals_list)

    @api.model
    def _hand_out_vals(self, vals_list):
        given = _HANDED.get()
        return (
            given if given and len(given) == len(vals_list) else [{}] * len(vals_list)
        )

    @api.model
    def _guarded_create_vals(self, vals_list):
        own_vals = super()._guarded_create_vals(vals_list)
        return [
            {**own, **given}
            for own, given in zip(own_vals, self._hand_out_vals(vals_list), strict=True)
        ]

    @api.model
    def _hand_out(self, request, count, holder, date_due):
        """Make ``count`` copies of a granted request; returns their ids."""
        company = request.company_id
        due = fields.Date.to_date(date_due) if date_due else request.date_to
        today = company._policy_today()
        if not today <= due <= request.date_to:
            raise UserError(
                self.env._(
                    "Due back: %(due)s is outside the period of %(request)s.",
                    due=fields.Date.to_string(due),
                    request=request.display_name,
                )
            )
        user = self.env["res.users"].browse(holder) if holder else request.requester_id
        if not user.exists() or not user.active or user.share:
            raise UserError(self.env._("Holder: choose an active employee's user."))
        given = {
            "request_id": request.id,
            "holder_id": user.id,
            "handed_by_id": self.env.uid,
            "date_out": today,
            "date_due": due,
        }
        token = _HANDED.set([given] * count)
        try:
            # sudo: nobody may create copies; the request has checked who hands out
            copies = self.sudo().create([{"company_id": company.id}] * count)
        finally:
            _HANDED.reset(token)
        return copies.ids

    # ----------------------------------------------------------------- actions

    def action_receive(self):
        """Take copies back; the request is closed with the last one (ARC-201).

        :return: True
        :raises AccessError: not the customer-service desk
        """
        for company, copies in self.grouped("company_id").items():
            copies._transition(
                "receive",
                date_back=company._policy_today(),
                received_by_id=self.env.uid,
            )
        # sudo: the request is closed by the return, not by who may write it
        for request in self.sudo().request_id:
            if set(request.copy_ids.mapped("state")) == {"returned"}:
                request._transition("returned")
        return True

    @arguments(report=TEXT)
    def action_report_lost(self, report):
        """Report copies lost: a leak incident is opened for each (ARC-216).

        :param report: what happened; required
        :return: list of ids of the incidents
        :raises AccessError: neither the holder nor the desk
        """
        if not (report or "").strip():
            raise UserError(self.env._("Say how the copy was lost."))
        ids = []
        for copy in self:
            if self.env.user != copy.holder_id and not self.env.user.has_group(DESK):
                raise AccessError(
                    self.env._(
                        "Only %s or the customer-service desk reports this copy lost.",
                        copy.holder_id.name,
                    )
                )
            copy._transition("lose", loss_report=report)
            incident = self.env["crm.data.incident"]._raise_incident(
                "leak",
                self.env._(
                    "Paper copy %(copy)s of %(request)s is lost. %(report)s",
                    copy=copy.name,
                    # sudo: the request's number, for who holds the copy
                    request=copy.sudo().request_id.name,
                    report=report,
                ),
                # sudo: the holder's employee, to be named in the incident
                employee=copy.sudo().holder_id.employee_id,
            )
            copy._write_guarded({"incident_id": incident.id})
            ids.append(incident.id)
        return ids

    def action_print(self):
        """Print the copy with its number, holder and date on every page.

        :return: the report action
        """
        return self.env.ref(
            "crm_customer_archive.action_report_data_copy"
        ).report_action(self, data={})

    def _check_print(self, method):
        """Raise unless the user may print these copies; log it."""
        for copy in self:
            # sudo: the scope is printed as granted, whoever of the desk prints
            request = copy.sudo().request_id
            if copy.state != "out" or not request.in_force:
                raise UserError(
                    self.env._("%s may not be printed any more.", copy.display_name)
                )
            user = self.env.user
            if user != copy.handed_by_id and not user.has_group(DESK):
                raise AccessError(
                    self.env._("Copies are printed by the customer-service desk.")
                )
            self.env["crm.access.log"]._record(
                "print",
                method,
                request.scope_partner_ids.ids,
                classified=any(request.scope_partner_ids.mapped("is_classified")),
                request_id=request.id,
                purpose=f"{copy.name}: {request.purpose}",
            )
            copy._write_guarded({"print_count": copy.print_count + 1})

    # ------------------------------------------------------------------- crons

    @api.model
    def _cron_remind(self):
        """Remind holders and desk of copies due today or late, once a day."""
        late = self.search([("state", "=", "out")])
        for company, copies in late.grouped("company_id").items():
            today = company._policy_today()
            due = copies.filtered(
                lambda copy, today=today: (
                    copy.date_due <= today and copy.reminded_on != today
                )
            )
            if not due:
                continue
            due._write_guarded({"reminded_on": today})
            for copy in due:
                copy.message_notify(
                    partner_ids=(copy.holder_id | copy.handed_by_id).partner_id.ids,
                    subject=self.env._("Paper copy due back"),
                    body=self.env._(
                        "Paper copy %(copy)s was due back on %(date)s. Please return "
                        "it to the customer-service desk (ARC-201).",
                        copy=copy.name,
                        date=fields.Date.to_string(copy.date_due),
                    ),
                )
            due._schedule_return()

    def _schedule_return(self):
        """Give each holder one open activity per copy."""
        kind = "crm_customer_archive.mail_activity_type_copy"
        for copy in self:
            if not copy.activity_search([kind], user_id=copy.holder_id.id):
                copy.activity_schedule(
                    kind, date_deadline=copy.date_due, user_id=copy.holder_id.id
                )

    # ---------------------------------------------------------------- printing

    def _print_columns(self):
        """Return (name, label) of the printed columns: what the request covers."""
        self.ensure_one()
        Partner = self.env["res.partner"]
        # sudo: as in _print_pages
        names = self.sudo().request_id.field_set_ids
        covered = names._covered_names()
        shown = [name for name in FIRST_COLUMNS if name in covered]
        for part in names:
            shown += [name for name in part.field_names or () if name not in shown]
        simple = [
            name
            for name in shown
            if name in Partner._fields
            and not (name in WHOLE_ADDRESS and "street" in shown)
            and Partner._fields[name].type
            in ("char", "text", "selection", "date", "many2one", "integer", "float")
            and Partner._has_field_access(Partner._fields[name], "read")
        ]
        return [
            (name, self.env["crm.xlsx"]._label(Partner._fields[name]))
            for name in simple[:PAGE_COLUMNS]
        ]

    def _print_pages(self):
        """Return the lines of the copy as pages of rows of texts."""
        self.ensure_one()
        # sudo: the scope was granted to the holder; the desk prints it for him
        files = self.sudo().request_id.scope_partner_ids.sorted(
            lambda file: (file.customer_number or "", file.id)
        )
        names = [name for name, _label in self._print_columns()]
        rows = []
        for number, file in enumerate(files, 1):
            cells = []
            for name in names:
                field = file._fields[name]
                value = file[name]
                if field.type == "many2one":
                    value = value.display_name
                elif field.type == "selection":
                    value = dict(field._description_selection(self.env)).get(value)
                cells.append(value or "")
            rows.append([number, *cells])
        return [
            rows[start : start + PAGE_ROWS] for start in range(0, len(rows), PAGE_ROWS)
        ]
