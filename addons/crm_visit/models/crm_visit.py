"""One visit or call-back to a customer, from plan to accepted report (SM-18).

Carries VIS-01 (two salespeople on a first visit), VIS-02, VIS-03, VIS-07, VIS-20,
VIS-72, VIS-116 to VIS-126. What may happen next is the table `_transitions` in
`crm_visit_flow.py`; who approves is data (`crm.authority`).
"""

from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_list

# The visit has taken place.
HELD_STATES = ("held", "reported", "accepted", "closed")

# What is settled once the visit has taken place, and once it has been reported.
PLAN_FIELDS = frozenset(
    (
        "partner_id",
        "contact_id",
        "kind_id",
        "mode",
        "user_id",
        "planned_start",
        "planned_stop",
        "participant_ids",
        "estimated_cost",
        "purpose",
    )
)
REPORT_FIELDS = frozenset(
    (
        "report_text",
        "data_confirmed",
        "result",
        "next_visit_date",
        "points_to_note",
        "solved_problems",
        "points_next",
        "appraisal_growth_rate",
        "appraisal_credit",
        "appraisal_profit_rate",
        "appraisal_overall",
        "appraisal_ranking",
        "appraisal_standing",
        "appraisal_other",
        "finding_ids",
    )
)


class CrmVisit(models.Model):
    _name = "crm.visit"
    _inherit = [
        "crm.document.mixin",
        "crm.approval.mixin",
    ]
    _description = "Customer Visit"
    _order = "planned_start desc, id desc"
    _check_company_auto = True

    _number_code = "crm.visit"
    _unlink_states = ("planned",)
    _policy_topic = "visit_plan"
    _approval_steps = {
        "application": {
            "from": ("planned",),
            "pending": "approval",
            "approved": "approved",
            "refused": "planned",
            "void": "planned",
            "protected": ("partner_id", "kind_id", "mode", "user_id", "estimated_cost"),
            "locked": HELD_STATES,
        },
    }
    _guarded_fields = (
        "event_id",
        "plan_line_id",
        "date_held",
        "held_at",
        "reported_at",
        "reported_by_id",
        "accepted_at",
        "accepted_by_id",
        "cancel_reason",
        "staffing_override_reason",
        "staffing_override_by_id",
        "next_visit_id",
        "commercial_partner_id",
        "department_id",
        "is_first_visit",
        "reported_same_day",
        "plan_id",
    )

    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("approval", "In Approval"),
            ("approved", "Approved"),
            ("held", "Held"),
            ("reported", "Reported"),
            ("accepted", "Accepted"),
            ("closed", "Closed"),
            ("cancelled", "Cancelled"),
        ],
        default="planned",
        required=True,
        index=True,
        copy=False,
        tracking=True,
        group_expand=True,
    )
    # --- whom, why, how
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        tracking=True,
        check_company=True,
        ondelete="restrict",
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id",
        string="Customer Company",
        store=True,
        index=True,
    )
    contact_id = fields.Many2one(
        "res.partner",
        string="Person Visited",
        check_company=True,
        domain="[('commercial_partner_id', '=', commercial_partner_id)]",
        index="btree_not_null",
        help="Contact person at the customer.",
    )
    contact_phone = fields.Char(related="contact_id.phone", string="Phone")
    contact_address = fields.Char(
        compute="_compute_contact_address", compute_sudo=True, string="Full Address"
    )
    kind_id = fields.Many2one(
        "crm.visit.kind",
        required=True,
        index=True,
        tracking=True,
        ondelete="restrict",
        default=lambda self: self.env["crm.visit.kind"].search([], limit=1),
    )
    plan_code = fields.Selection(
        [
            ("a", "a First Visit"),
            ("b", "b Handle a Problem"),
            ("c", "c Build the Relationship"),
        ],
        compute="_compute_plan_code",
        help="Plan code of the daily visit report (VIS-125): a for the first visit, "
        "otherwise the code of the kind.",
    )
    mode = fields.Selection(
        [("onsite", "On-site Visit"), ("phone", "Phone Visit")],
        required=True,
        default="onsite",
        tracking=True,
        help="On site at the customer or by phone (VIS-72).",
    )
    purpose = fields.Text()
    estimated_cost = fields.Monetary(
        tracking=True,
        help="Expected expense of the visit in company currency; decides who "
        "approves the application (VIS-117).",
    )
    # --- when and by whom
    planned_start = fields.Datetime(required=True, index=True, tracking=True)
    planned_stop = fields.Datetime(
        compute="_compute_planned_stop",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    event_id = fields.Many2one(
        "calendar.event",
        string="Calendar Entry",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        required=True,
        index=True,
        tracking=True,
        check_company=True,
        domain=[("share", "=", False)],
        default=lambda self: self.env.user,
    )
    department_id = fields.Many2one(
        "hr.department",
        compute="_compute_department_id",
        store=True,
        index=True,
        help="Department of the person responsible; its head approves and sees the "
        "visit.",
    )
    participant_ids = fields.One2many(
        "crm.visit.participant", "visit_id", string="Participants", copy=False
    )
    companion_names = fields.Char(
        string="Companions", compute="_compute_companion_names"
    )
    is_first_visit = fields.Boolean(
        string="First Visit",
        compute="_compute_is_first_visit",
        store=True,
        index=True,
        help="Nobody of the company has visited this customer on site before: read "
        "from the visits held, not chosen (VIS-01).",
    )
    salespeople_required = fields.Integer(
        string="Salespeople Needed",
        compute="_compute_salespeople",
        help="Least number of salespeople by the staffing rules in force (VIS-01).",
    )
    salespeople_count = fields.Integer(
        string="Salespeople", compute="_compute_salespeople"
    )
    staffing_override_reason = fields.Char(
        string="Reason for Fewer Salespeople", readonly=True, copy=False, tracking=True
    )
    staffing_override_by_id = fields.Many2one(
        "res.users",
        string="Fewer Salespeople Allowed By",
        readonly=True,
        copy=False,
        tracking=True,
    )
    plan_line_id = fields.Many2one(
        "crm.visit.plan.line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    plan_id = fields.Many2one(
        related="plan_line_id.plan_id", string="Visit Plan", store=True, index=True
    )

    # ------------------------------------------------------------ constraints

    _dates_ordered = models.Constraint(
        "CHECK (planned_stop > planned_start)",
        "A visit ends after it begins (planned start, planned stop).",
    )
    _estimated_cost_positive = models.Constraint(
        "CHECK (estimated_cost IS NULL OR estimated_cost >= 0)",
        "The estimated cost of a visit cannot be negative.",
    )

    @api.constrains("contact_id", "partner_id")
    def _check_contact(self):
        for visit in self.sudo():  # sudo: to compare, not to show
            contact = visit.contact_id
            if contact and contact.commercial_partner_id != visit.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is no contact person of %(customer)s (Person "
                        "Visited).",
                        contact=contact.display_name,
                        customer=visit.partner_id.display_name,
                    )
                )

    @api.constrains("user_id")
    def _check_responsible(self):
        for visit in self:
            if visit.sudo().user_id.share:  # sudo: a user's kind is checked, not shown
                raise ValidationError(
                    self.env._("The person responsible for a visit is a colleague.")
                )

    # --------------------------------------------------------------- computes

    @api.depends("name", "partner_id")
    def _compute_display_name(self):
        for visit in self:
            # sudo: companions know whom they visit, the file may not be theirs
            names = (visit.name, visit.sudo().partner_id.name)
            visit.display_name = " ".join(filter(None, names)) or self.env._("New")

    @api.depends(
        "partner_id.country_id",
        "partner_id.state_id",
        "partner_id.city",
        "partner_id.street",
        "partner_id.street2",
    )
    def _compute_contact_address(self):
        for visit in self:
            partner = visit.partner_id
            visit.contact_address = partner and partner._registration_address()

    @api.depends("planned_start")
    def _compute_planned_stop(self):
        """Suggest an hour; `write` keeps the length of a visit that is moved."""
        for visit in self:
            start, stop = visit.planned_start, visit.planned_stop
            if start and (not stop or stop <= start):
                stop = start + timedelta(hours=1)
            visit.planned_stop = stop

    @api.depends("user_id", "company_id")
    def _compute_department_id(self):
        departments = self.user_id._policy_departments(self.company_id)
        for visit in self:
            key = visit.user_id, visit.company_id
            visit.department_id = departments.get(key)

    @api.depends("is_first_visit", "kind_id.plan_code")
    def _compute_plan_code(self):
        for visit in self:
            code = visit.kind_id.plan_code
            visit.plan_code = "a" if visit.is_first_visit else code

    @api.depends("participant_ids.user_id", "user_id")
    @api.depends_context("lang")
    def _compute_companion_names(self):
        for visit in self:
            visit.companion_names = format_list(
                self.env, (visit.participant_ids.user_id - visit.user_id).mapped("name")
            )

    @api.depends("commercial_partner_id", "company_id", "mode", "date_held")
    def _compute_is_first_visit(self):
        """On site, and nobody has held an on-site visit there before."""
        earliest = self._earliest_onsite_visits(
            self.commercial_partner_id, self.company_id
        )
        for visit in self:
            key = (visit.commercial_partner_id.id, visit.company_id.id)
            visit.is_first_visit = visit.mode == "onsite" and (
                key not in earliest or earliest[key] == visit._origin.id
            )

    @api.model
    def _earliest_onsite_visits(self, customers, companies):
        """Return {(customer company, company): id of the first on-site visit held}."""
        # sudo: a visit held by somebody else is a visit, whoever may read it
        held = (
            self.env["crm.visit"]
            .sudo()
            .with_context(active_test=False)
            .search_fetch(
                [
                    ("commercial_partner_id", "in", customers.ids),
                    ("company_id", "in", companies.ids),
                    ("mode", "=", "onsite"),
                    ("date_held", "!=", False),
                ],
                ["commercial_partner_id", "company_id"],
                order="date_held, held_at, id",
            )
        )
        earliest = {}
        for visit in held:
            key = (visit.commercial_partner_id.id, visit.company_id.id)
            earliest.setdefault(key, visit.id)
        return earliest

    @api.depends("is_first_visit", "mode", "participant_ids.user_id", "company_id")
    def _compute_salespeople(self):
        for company, visits in self.grouped("company_id").items():
            rules = self.env["crm.visit.staffing"].browse()
            if company:
                rules = rules._in_force(company, company._policy_today())
            for visit in visits:
                visit.salespeople_required, visit.salespeople_count, _rules = (
                    rules._need(
                        visit.is_first_visit,
                        visit.mode,
                        visit.participant_ids.user_id,
                        company,
                    )
                )

    # ----------------------------------------------------------------- checks

    def _check_open_for(self, name):
        """Raise unless the field may still change in the state of every visit.

        :raises UserError: the visit has been held (plan) or reported (report)
        """
        for visit in self:
            if name in PLAN_FIELDS:
                closed = visit.state in (*HELD_STATES, "cancelled")
            else:
                closed = visit.state in ("reported", "accepted", "closed", "cancelled")
            if closed:
                state = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(visit)s is in state “%(state)s”: %(field)s cannot change "
                        "any more. A manager can send the report back.",
                        visit=visit.display_name,
                        state=state[visit.state],
                        field=self._fields[name]._description_string(self.env),
                    )
                )

    def _check_staffing(self):
        """Raise when fewer salespeople take part than the policy asks (VIS-01).

        A manager who does not take part may allow it with a reason (GAP-46).
        """
        for visit in self:
            if (
                visit.salespeople_count < visit.salespeople_required
                and not visit.staffing_override_reason
            ):
                raise UserError(
                    self.env._(
                        "%(visit)s needs %(needed)s salespeople together and has "
                        "%(count)s (Participants): the first visit to a new customer "
                        "is not made alone (VIS-01).",
                        visit=visit.display_name,
                        needed=visit.salespeople_required,
                        count=visit.salespeople_count,
                    )
                )

    def _check_kind(self):
        """Raise when the kind says first visit and the records say otherwise."""
        for visit in self:
            if (
                visit.kind_id.plan_code == "a"
                and visit.mode == "onsite"
                and not visit.is_first_visit
            ):
                raise UserError(
                    self.env._(
                        "%(visit)s: %(customer)s has been visited before, so the kind "
                        "cannot be “%(kind)s”.",
                        visit=visit.display_name,
                        customer=visit.sudo().partner_id.name,  # sudo: known to him
                        kind=visit.kind_id.name,
                    )
                )

    def _check_takes_part(self, or_manager=False):
        """Raise unless the user takes part in the visit.

        :param or_manager: managers of customer management may do it as well
        """
        if or_manager and self.env.user.has_group("crm_policy.group_manager"):
            return
        for visit in self:
            if self.env.user not in visit.participant_ids.user_id:
                raise AccessError(
                    self.env._(
                        "%s: only those who take part in the visit can do this.",
                        visit.display_name,
                    )
                )

    def _check_approved(self):
        """Raise unless an approval that still holds carries the visit.

        That is its own application (VIS-117) or the approved plan it stands in
        (VIS-73).
        """
        for visit in self:
            if visit.plan_line_id and visit.approval_state != "approved":
                visit.plan_id._approval_require("plan")
            else:
                visit._approval_require("application")

    # -------------------------------------------------------------- lifecycle

    @api.model_create_multi
    def create(self, vals_list):
        self._check_customer_access(vals_list)
        visits = super().create(vals_list)
        visits._add_responsible()
        return visits

    def write(self, vals):
        self._check_changes(vals)
        self._check_customer_access([vals])
        lost = self._plan_approval_lost(vals)
        moved = "planned_start" in vals and "planned_stop" not in vals
        lengths = {v: v.planned_stop - v.planned_start for v in self} if moved else {}
        res = super().write(vals)
        for visit, length in lengths.items():
            visit.planned_stop = visit.planned_start + length
        if "user_id" in vals:
            self._add_responsible()
        if lost:
            lost._leave_plan()
        if {"planned_start", "planned_stop", "user_id", "partner_id", "mode"} & set(
            vals
        ):
            self._sync_calendar()
        return res

    @api.model
    def _check_customer_access(self, vals_list):
        """A visit shows the customer to those who go: only who sees him plans it."""
        ids = {
            vals[name]
            for vals in vals_list
            for name in ("partner_id", "contact_id")
            if vals.get(name)
        }
        self.env["res.partner"].browse(ids).check_access("read")

    def _check_changes(self, vals):
        """Refuse changes of what is settled; the same value again is no change."""
        # Participants and findings check themselves, line by line.
        lines = {"participant_ids", "finding_ids"}
        for name in ((PLAN_FIELDS | REPORT_FIELDS) - lines) & vals.keys():
            if not all(self._guarded_equal(visit, name, vals[name]) for visit in self):
                self._check_open_for(name)

    def _plan_approval_lost(self, vals):
        """Return the visits approved with their plan whose approved values change."""
        protected = self._approval_steps["application"]["protected"]
        names = [name for name in protected if name in vals]
        return self.filtered(
            lambda visit: (
                visit.plan_line_id
                and visit.state == "approved"
                and any(
                    not self._guarded_equal(visit, name, vals[name]) for name in names
                )
            )
        )

    def _leave_plan(self):
        """What the plan approved has changed: the visit needs its own application."""
        for visit in self:
            visit.message_post(
                body=self.env._(
                    "The visit differs from what %s approved and needs its own "
                    "application.",
                    visit.plan_id.display_name,
                )
            )
        self._write_guarded({"state": "planned", "plan_line_id": False})
        self._sync_calendar()

    def _add_responsible(self):
        """The person responsible takes part."""
        self.env["crm.visit.participant"].create(
            [
                {"visit_id": visit.id, "user_id": visit.user_id.id}
                for visit in self
                if visit.user_id not in visit.participant_ids.user_id
            ]
        )

    def _local_date(self, moment):
        """Return the company's local date of a naive UTC moment of this visit."""
        self.ensure_one()
        return self.company_id._policy_date(moment)

    def _local_start(self, day):
        """Return this visit's local starting hour on another day, naive UTC."""
        self.ensure_one()
        zone = self.company_id._policy_tz()
        local = pytz.utc.localize(self.planned_start).astimezone(zone)
        moved = zone.localize(local.replace(tzinfo=None).combine(day, local.time()))
        return moved.astimezone(pytz.utc).replace(tzinfo=None)
