"""Requests for customer data outside one's own work (SM-05; ARC-197 to ARC-209).

========== ========= ========== ============================ ==========================
from       step      to         who                          what must hold
========== ========= ========== ============================ ==========================
draft      submit    requested  requester                    purpose, scope, period
requested  approve   consented  marketing director           authority "consent"
requested  reject    refused    marketing director           comment
requested  withdraw  draft      requester
consented  confirm   confirmed  customer-service manager     other project (ARC-203)
requested  release   released   customer-service specialist  own project, no consent
                                                             needed (ARC-202)
consented  release   released   customer-service specialist  own project
confirmed  release   released   customer-service specialist  other project
released   hand out  on loan    customer-service specialist  paper copies (ARC-200)
on loan    returned  returned   (last copy comes back)       ARC-201
released   end       ended      (end of the period)
released   revoke    ended      marketing director
any open   refuse    refused    manager, specialist          reason
any open   cancel    cancelled  requester
========== ========= ========== ============================ ==========================

Access ends by itself with the period: the record rules ask for the time.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.crm_policy.models.arguments import (
    DAY,
    RECORD,
    TEXT,
    WHOLE,
    arguments,
)

from .res_partner_confidentiality import DESIGNATED

OPEN_STATES = ("requested", "consented", "confirmed")
GRANTED_STATES = ("released", "on_loan")


class CrmDataRequest(models.Model):
    _name = "crm.data.request"
    _description = "Request for Customer Data"
    _inherit = ["crm.document.mixin", "crm.approval.mixin"]
    _order = "id desc"
    _check_company_auto = True

    _number_code = "crm.data.request"
    _policy_topic = "confidentiality"
    _guarded_fields = (
        "requester_id",
        "scope_partner_ids",
        "scope_count",
        "own_project",
        "access_start",
        "access_end",
        "confirmed_by_id",
        "released_by_id",
        "released_at",
    )
    _transitions = {
        "submit": {"from": ("draft",), "to": "requested", "check": "_check_requester"},
        "confirm": {
            "from": ("consented",),
            "to": "confirmed",
            "groups": ("crm_customer_archive.group_service_manager",),
            "check": "_check_not_requester",
        },
        "release": {
            "from": OPEN_STATES,
            "to": "released",
            "groups": ("crm_policy.group_specialist",),
            "check": "_check_release",
        },
        "hand_out": {
            "from": GRANTED_STATES,
            "to": "on_loan",
            "groups": ("crm_policy.group_specialist",),
        },
        "returned": {"from": ("on_loan",), "to": "returned"},
        "end": {"from": ("released",), "to": "ended"},
        "revoke": {
            "from": ("released",),
            "to": "ended",
            "groups": ("crm_customer_archive.group_marketing_director",),
        },
        "refuse": {
            "from": OPEN_STATES,
            "to": "refused",
            "groups": (
                "crm_customer_archive.group_service_manager",
                "crm_policy.group_specialist",
            ),
        },
        "cancel": {
            "from": ("draft", *OPEN_STATES, "released"),
            "to": "cancelled",
            "check": "_check_requester",
        },
    }
    _approval_steps = {
        "consent": {
            "from": ("draft",),
            "pending": "requested",
            "approved": "consented",
            "refused": "refused",
            "void": "draft",
            "protected": (
                "purpose",
                "form",
                "partner_ids",
                "domain",
                "field_set_ids",
                "asks_classified",
                "date_from",
                "date_to",
            ),
        },
    }

    # ------------------------------------------------------------------ asked
    requester_id = fields.Many2one(
        "res.users",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.uid,
        help="Who will use the data, and nobody else.",
    )
    purpose = fields.Text(
        required=True, tracking=True, help="What the data is for (ARC-202, GAP-53)."
    )
    form = fields.Selection(
        [
            ("screen", "On screen"),
            ("electronic", "Electronic file"),
            ("paper", "Paper copies"),
        ],
        required=True,
        default="screen",
        tracking=True,
        help="Electronic files need the marketing director's consent (ARC-199).",
    )
    partner_ids = fields.Many2many(
        "res.partner",
        "crm_data_request_partner_rel",
        "request_id",
        "partner_id",
        string="Customers",
        domain="[('is_crm_customer', '=', True)]",
        help="The customer files asked for; or give a selection instead.",
    )
    domain = fields.Char(
        string="Selection",
        help="Customer files chosen by their values. Frozen when the request is "
        "released: customers that fit later are not in it.",
    )
    field_set_ids = fields.Many2many(
        "crm.data.field.set",
        string="Parts of the File",
        required=True,
        help="Which values may be exported or printed. Name, number, account manager "
        "and class are always in.",
    )
    asks_classified = fields.Boolean(
        string="Classified Files Too",
        tracking=True,
        help="Without this, classified files are left out of the scope. With it, the "
        "marketing director's consent is needed and a designated person releases.",
    )
    date_from = fields.Date(
        required=True,
        tracking=True,
        default=lambda self: self.env.company._policy_today(),
        help="First day of access, local date of the company.",
    )
    date_to = fields.Date(
        required=True, tracking=True, help="Last day of access, included."
    )

    # ---------------------------------------------------------------- granted
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("requested", "Requested"),
            ("consented", "Consented"),
            ("confirmed", "Confirmed"),
            ("released", "Released"),
            ("on_loan", "Paper on loan"),
            ("returned", "Paper returned"),
            ("ended", "Ended"),
            ("refused", "Refused"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    own_project = fields.Boolean(
        readonly=True,
        copy=False,
        help="All files asked for are the requester's own or of the department the "
        "requester heads (ARC-197). Judged when submitted and again at release.",
    )
    consent_needed = fields.Boolean(
        compute="_compute_consent_needed",
        compute_sudo=True,
        help="Other project, electronic form, classified files, or files of a level "
        "that always needs consent (ARC-198, ARC-199).",
    )
    scope_partner_ids = fields.Many2many(
        "res.partner",
        "crm_data_request_scope_rel",
        "request_id",
        "partner_id",
        string="Scope",
        readonly=True,
        copy=False,
        help="The customer files granted, frozen at release.",
    )
    scope_count = fields.Integer(string="Files Granted", readonly=True, copy=False)
    access_start = fields.Datetime(readonly=True, copy=False)
    access_end = fields.Datetime(readonly=True, copy=False, index="btree_not_null")
    in_force = fields.Boolean(
        compute="_compute_in_force",
        search="_search_in_force",
        help="Grants access now.",
    )
    confirmed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    released_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    released_at = fields.Datetime(readonly=True, copy=False)
    copy_ids = fields.One2many("crm.data.copy", "request_id", string="Paper Copies")
    copy_count = fields.Integer(compute="_compute_copy_count")

    _dates_ordered = models.Constraint(
        "CHECK (date_to >= date_from)",
        "The last day of access cannot be before the first.",
    )
    _granted_idx = models.Index(
        "(requester_id, access_end) WHERE state IN ('released', 'on_loan')"
    )

    # ------------------------------------------------------------- constraints

    @api.constrains("purpose")
    def _check_purpose(self):
        for rec in self:
            if not (rec.purpose or "").strip():
                raise ValidationError(
                    self.env._("Purpose: say what the customer data is for (ARC-202).")
                )

    # ---------------------------------------------------------------- computes

    @api.depends("form", "own_project", "asks_classified", "partner_ids")
    def _compute_consent_needed(self):
        for rec in self:
            levels = rec.partner_ids.confidentiality_level_id
            rec.consent_needed = (
                not rec.own_project
                or rec.form == "electronic"
                or rec.asks_classified
                or any(levels.mapped("consent_required"))
            )

    @api.depends("state", "access_start", "access_end")
    def _compute_in_force(self):
        now = fields.Datetime.now()
        for rec in self:
            rec.in_force = bool(
                rec.state in GRANTED_STATES and rec.access_start <= now < rec.access_end
            )

    def _search_in_force(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return self._in_force_domain()

    @api.model
    def _in_force_domain(self):
        return Domain(
            [
                ("state", "in", GRANTED_STATES),
                ("access_start", "<=", "now"),
                ("access_end", ">", "now"),
            ]
        )

    @api.depends("copy_ids")
    def _compute_copy_count(self):
        for rec in self:
            rec.copy_count = len(rec.copy_ids)

    # ------------------------------------------------------------------ checks

    def _check_requester(self):
        if self.requester_id != self.env.user:
            raise AccessError(
                self.env._(
                    "%(document)s: only %(user)s, who asks for the data, takes this "
                    "step.",
                    document=self.display_name,
                    user=self.requester_id.name,
                )
            )

    def _check_not_requester(self):
        if self.requester_id == self.env.user:
            raise AccessError(
                self.env._(
                    "%s: nobody confirms or releases data to himself (ARC-203).",
                    self.display_name,
                )
            )

    def _check_complete(self):
        """Raise unless scope and period are such that the request can be granted."""
        # sudo: one asks for files one does not see yet
        if not self.sudo().partner_ids and not self.domain:
            raise UserError(
                self.env._("Customers: choose the customer files or give a selection.")
            )
        if self.date_to < self.company_id._policy_today():
            raise UserError(
                self.env._(
                    "Last day of access: %s has passed already.",
                    fields.Date.to_string(self.date_to),
                )
            )

    def _check_release(self):
        """Raise unless every decision the scope needs is on record (ARC-199)."""
        self._check_not_requester()
        self._check_complete()
        consented = self.approval_state == "approved"
        if self.consent_needed:
            if not consented:
                raise UserError(
                    self.env._(
                        "%s needs the marketing director's consent on record before "
                        "it is released (ARC-198, ARC-199).",
                        self.display_name,
                    )
                )
            self._approval_require("consent")
        if not self.own_project and self.state != "confirmed":
            raise UserError(
                self.env._(
                    "%s concerns files of others: the customer service manager "
                    "confirms it before it is released (ARC-203).",
                    self.display_name,
                )
            )
        if self.asks_classified and not self.env.user.has_group(DESIGNATED):
            raise AccessError(
                self.env._(
                    "%s contains classified files: only the marketing director or a "
                    "designated person passes them on (ARC-213).",
                    self.display_name,
                )
            )

    def _approval_check(self, step):
        result = super()._approval_check(step)
        self._check_requester()
        self._check_complete()
        return result

    @api.model
    def _get_approval_step_labels(self):
        return {
            **super()._get_approval_step_labels(),
            "consent": self.env._("Consent to the use of customer data"),
        }

    # --------------------------------------------------------------- lifecycle

    def write(self, vals):
        asked = {"partner_ids", "domain", "requester_id", "company_id", "form"}
        if asked & set(vals) or "field_set_ids" in vals:
            for rec in self:
                if rec.state in (*GRANTED_STATES, "returned", "ended"):
                    raise UserError(
                        self.env._(
                            "%s has been granted: its scope is frozen. Ask again for "
                            "other data.",
                            rec.display_name,
                        )
                    )
        return super().write(vals)

    # ----------------------------------------------------------------- actions

    def action_submit(self):
        """Ask for the data; asks for the marketing director's consent where needed.

        :return: True
        :raises UserError: no scope, or the period is over
        :raises AccessError: somebody else's request
        """
        for rec in self:
            rec._check_requester()
            rec._check_transition_state(("draft",))
            rec._check_complete()
            rec._write_guarded({"own_project": rec._is_own_project()})
            if rec.consent_needed:
                rec.action_request_approval("consent")
            else:
                rec._transition("submit")
        return True

    def action_confirm(self):
        """Confirm the need and tell the specialist (ARC-203).

        :return: True
        :raises AccessError: not the customer service manager, or the requester
        """
        self._transition("confirm", confirmed_by_id=self.env.uid)
        self._notify_release()
        return True

    def action_release(self):
        """Grant the data: freezes the scope and opens the period.

        :return: True
        :raises UserError: a consent or confirmation is missing, nothing is in scope
        :raises AccessError: not the desk, the requester, or classified files
        """
        for rec in self:
            files = rec._scope_files()
            rec._check_still_own(files)
            start, end = rec._access_period()
            rec._transition(
                "release",
                scope_partner_ids=[fields.Command.set(files.ids)],
                scope_count=len(files),
                access_start=start,
                access_end=end,
                released_by_id=rec.env.uid,
                released_at=fields.Datetime.now(),
            )
        return True

    @arguments(reason=TEXT)
    def action_refuse(self, reason):
        """Send an open request back with a reason; by the desk or its manager.

        :return: True
        :raises UserError: no reason, or a decision is pending
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the request is refused."))
        for rec in self:
            if rec.approval_state == "pending":
                raise UserError(
                    self.env._(
                        "%s is up for the marketing director's consent.",
                        rec.display_name,
                    )
                )
            rec._transition("refuse")
            rec.message_post(body=self.env._("Refused: %s", reason))
        return True

    def action_revoke(self):
        """End the access of granted requests at once; by the marketing director.

        :return: True
        """
        self._transition("revoke")
        return True

    def action_cancel(self):
        """Give the request up; access ends at once. By the requester.

        :return: True
        """
        for rec in self:
            if rec.approval_state == "pending":
                rec.action_withdraw_approval(self.env._("Cancelled."))
            rec._transition("cancel")
        return True

    @arguments(copies=WHOLE, holder=RECORD, date_due=DAY)
    def action_hand_out(self, copies=1, holder=None, date_due=None):
        """Hand out numbered paper copies of the scope (ARC-200).

        :param copies: how many
        :param holder: id of the user who takes them; the requester by default
        :param date_due: day they come back; the last day of access by default
        :return: list of ids of the copies
        :raises UserError: not a paper request, or a day outside the period
        """
        self._policy_require_one()
        if self.form != "paper":
            raise UserError(
                self.env._("%s was not granted on paper (ARC-200).", self.display_name)
            )
        if not self.in_force:
            raise UserError(self.env._("%s grants no access today.", self.display_name))
        if not 0 < int(copies) <= 100:
            raise UserError(self.env._("Copies: give a number from 1 to 100."))
        self._transition("hand_out")
        return self.env["crm.data.copy"]._hand_out(self, int(copies), holder, date_due)

    def action_view_copies(self):
        """Open the paper copies of this request."""
        self._policy_require_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer_archive.action_crm_data_copy"
        )
        action.update(domain=[("request_id", "=", self.id)], context={})
        return action

    def action_view_scope(self):
        """Open the customer files this request grants."""
        self._policy_require_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer_archive.action_customers"
        )
        action.update(
            domain=[("granted_request_ids", "in", self.ids)],
            context={"active_test": False},
        )
        return action

    # ------------------------------------------------------------------- crons

    @api.model
    def _cron_end(self):
        """Close requests whose period is over; access has ended by then anyway."""
        over = self.search(
            [("state", "=", "released"), ("access_end", "<=", fields.Datetime.now())]
        )
        over._transition("end")

    # ----------------------------------------------------------------- helpers

    def _notify_release(self):
        """Tell the desk that a request waits to be released."""
        desk = self.env.ref("crm_policy.group_specialist")
        for rec in self:
            # sudo: who sits at the desk, to notify them
            users = desk.sudo().user_ids.filtered(
                lambda user, rec=rec: rec.company_id in user.company_ids
            )
            # sudo: the desk follows, whoever asks for the data
            rec.sudo()._message_subscribe(users.partner_id.ids)
            rec.message_post(
                body=self.env._("Confirmed: please arrange the use of the data."),
                partner_ids=users.partner_id.ids,
            )
