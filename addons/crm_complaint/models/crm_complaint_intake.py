"""Taking a complaint in: who, when, how urgent, what is already open (CMP-26, CMP-164).

Severity and priority with the time of the first response (CMP-165 to CMP-167, GAP-87),
similar open complaints, complaints of callers and writers who are no customers on file.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.crm_policy.models.reminders import remind_batch

from .crm_complaint_priority import SEVERITIES

OVER = ("closed", "cancelled")
# How many complaints one run of the job reminds of.
REMINDED_AT_ONCE = 1000
# How many similar complaints a form shows.
SIMILAR_SHOWN = 20


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    _guarded_fields = (
        "response_due",
        "response_answered_late",
        "first_response_at",
        "first_response_by_id",
    )

    complainant_name = fields.Char(
        help="Who complained, where that is no contact on file."
    )
    complainant_phone = fields.Char(index="btree_not_null")
    complainant_email = fields.Char(
        index="btree_not_null", help="Receipts and answers go here."
    )
    reported_at = fields.Datetime(
        "Time of the Complaint",
        default=fields.Datetime.now,
        copy=False,
        help="When the customer complained; the first response counts from here.",
    )
    complaint_object = fields.Char(
        "Object of Complaint",
        help="What or whom the complaint is about, where it is no product (CMP-126).",
    )
    manufacturing_reference = fields.Char(
        "Production Order", help="Number of the production order the goods came from."
    )
    severity = fields.Selection(SEVERITIES, default="moderate", index=True)
    priority_id = fields.Many2one(
        "crm.complaint.priority",
        compute="_compute_priority_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    response_due = fields.Datetime(
        "First Response Due",
        compute="_compute_response_due",
        store=True,
        precompute=True,
        help="When the customer must have heard from us, by the priority.",
    )
    first_response_at = fields.Datetime("First Response on", copy=False)
    first_response_by_id = fields.Many2one(
        "res.users", "First Response by", copy=False, index="btree_not_null"
    )
    response_answered_late = fields.Boolean(
        compute="_compute_response_answered_late",
        store=True,
        precompute=True,
        help="The first response came after it was due.",
    )
    response_late = fields.Boolean(
        "First Response Late",
        compute="_compute_response_late",
        search="_search_response_late",
    )
    similar_ids = fields.Many2many(
        "crm.complaint",
        string="Similar Complaints",
        compute="_compute_similar",
        help="Open complaints of the same customer, or about the same product.",
    )
    similar_count = fields.Integer("Similar", compute="_compute_similar")
    evidence_count = fields.Integer("Photos and Files", compute="_compute_evidence")

    _response_open = models.Index(
        "(response_due) WHERE first_response_at IS NULL AND response_due IS NOT NULL"
    )

    # ---------------------------------------------------------------- constraints

    # The state is always there: also where none of the others was given.
    @api.constrains(
        "state",
        "partner_id",
        "complainant_name",
        "complainant_phone",
        "complainant_email",
    )
    def _check_somebody(self):
        for complaint in self:
            if not (
                complaint.partner_id
                or complaint.complainant_name
                or complaint.complainant_phone
                or complaint.complainant_email
            ):
                raise ValidationError(
                    self.env._(
                        "Customer: say who complains, at least a name, a telephone "
                        "number or an e-mail address."
                    )
                )

    # ------------------------------------------------------------------- computes

    @api.depends("severity")
    def _compute_priority_id(self):
        Priority = self.env["crm.complaint.priority"]
        for complaint in self:
            complaint.priority_id = Priority._proposed_id(complaint.severity)

    @api.depends("priority_id", "reported_at")
    def _compute_response_due(self):
        for complaint in self:
            hours = complaint.priority_id.response_hours
            start = complaint.reported_at
            complaint.response_due = bool(hours and start) and start + timedelta(
                hours=hours
            )

    @api.depends("response_due", "first_response_at")
    def _compute_response_answered_late(self):
        for complaint in self:
            answered, due = complaint.first_response_at, complaint.response_due
            complaint.response_answered_late = bool(answered and due and answered > due)

    @api.depends("response_due", "first_response_at", "state")
    def _compute_response_late(self):
        now = fields.Datetime.now()
        for complaint in self:
            end = complaint.first_response_at or (
                now if complaint.state not in OVER else False
            )
            complaint.response_late = bool(
                complaint.response_due and end and complaint.response_due < end
            )

    def _search_response_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.now()
        late = Domain("response_answered_late", "=", True) | Domain(
            [
                ("response_due", "<", now),
                ("first_response_at", "=", False),
                ("state", "not in", OVER),
            ]
        )
        return self._late_domain(late, value)

    @api.depends("partner_id", "product_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_similar(self):
        for complaint in self:
            complaint.similar_ids = complaint._find_similar(SIMILAR_SHOWN)
            complaint.similar_count = len(complaint.similar_ids)

    def _get_similar_domain(self):
        """Return the domain of open complaints of the customer or the product."""
        self.ensure_one()
        same = Domain.FALSE
        if self.partner_id:
            # sudo: who holds a complaint need not see the file of its customer
            family = self.sudo().partner_id.commercial_partner_id
            same |= Domain(
                "partner_id", "any!", [("commercial_partner_id", "=", family.id)]
            )
        if self.product_id:
            same |= Domain("product_id", "=", self.product_id.id)
        return (
            same
            & Domain("state", "not in", OVER)
            & Domain("id", "!=", self._origin.id or 0)
            & Domain("company_id", "=", self.company_id.id)
        )

    def _find_similar(self, limit=None):
        return self.search(self._get_similar_domain(), limit=limit)

    def _compute_evidence(self):
        counts = dict(
            self.env["ir.attachment"]._read_group(
                [("res_model", "=", self._name), ("res_id", "in", self.ids)],
                ["res_id"],
                ["__count"],
            )
        )
        for complaint in self:
            complaint.evidence_count = counts.get(complaint.id, 0)

    @api.onchange("category_id")
    def _onchange_category_id(self):
        """Propose the department that handles complaints of this class."""
        if self.state in ("recorded", "classified") and self.category_id.department_id:
            self.responsible_department_id = self.category_id.department_id

    # -------------------------------------------------------------------- actions

    def action_record_first_response(self):
        """The customer has had a first answer by telephone or in person (CMP-161).

        :raises UserError: one is recorded already
        """
        self.check_access("write")
        for complaint in self:
            if complaint.first_response_at:
                raise UserError(
                    self.env._(
                        "The first response to %s is recorded already.",
                        complaint.display_name,
                    )
                )
        return self._set_first_response()

    def _set_first_response(self):
        """Note the first answer to the customer; later ones change nothing."""
        first = self.filtered(lambda complaint: not complaint.first_response_at)
        if first:
            first._write_guarded(
                {
                    "first_response_at": fields.Datetime.now(),
                    "first_response_by_id": self.env.uid,
                }
            )
        return True

    def action_view_similar(self):
        """Open the similar complaints."""
        self._policy_require_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Similar Complaints"),
            "res_model": self._name,
            "view_mode": "list,form",
            "domain": list(self._get_similar_domain()),
        }

    def action_view_evidence(self):
        """Open the photos and files."""
        self._policy_require_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Photos and Files"),
            "res_model": "ir.attachment",
            "view_mode": "kanban,list,form",
            "domain": [("res_model", "=", self._name), ("res_id", "=", self.id)],
            "context": {
                "default_res_model": self._name,
                "default_res_id": self.id,
            },
        }

    # ---------------------------------------------------------------------- crons

    @api.model
    def _cron_first_response(self):
        """Remind of complaints whose first response is late, once each (CMP-166).

        The salesperson is reminded; where none is active any more, the head of the
        sales department.
        """
        summary = self._first_response_summary()
        late = self.search(
            [
                ("response_due", "<", fields.Datetime.now()),
                ("first_response_at", "=", False),
                ("state", "not in", OVER),
                ("activity_ids", "not any", [("summary", "=", summary)]),
            ],
            limit=REMINDED_AT_ONCE,
        )
        heads, rows = {}, []
        for complaint in late:
            user, department = complaint.user_id, complaint.department_id
            if not user.active or user.share:
                if department not in heads:
                    heads[department] = department._policy_heads() or self.env.user
                user = heads[department]
            rows.append((complaint, user, {"summary": summary}))
        remind_batch(self.env, "mail.mail_activity_data_call", rows)

    @api.model
    def _first_response_summary(self):
        return self.env._("First response to the customer is late")
