"""Documents that pass from department to department against the clock.

A document stays at one step at a time; its stays (`crm.routing.passage`) open and
close by themselves as its state changes, in `create` as well. What the document shows
of them (holder, due date, lateness) is computed, never entered.
"""

from contextvars import ContextVar

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from .crm_routing_limit import CASE

# What a time limit sets on a new stay.
DUE_FIELDS = ("date_due", "date_due_original", "reminder_next")
# Departments looked up by the running call: {(code, company id): department}.
_DEPARTMENTS = ContextVar("crm_routing_departments", default=None)


class CrmRoutingMixin(models.AbstractModel):
    _name = "crm.routing.mixin"
    _inherit = "crm.guard.mixin"
    _description = "Document routed between departments"

    # {state: policy code of the department that holds it, or None: a hook decides}
    _routing_states = {}
    # {"start": state or states, "stop": states}: the clock of the whole case
    _routing_clock = {}
    # topic of the policy profile whose time limits apply
    _policy_topic = None

    passage_ids = fields.One2many(
        "crm.routing.passage",
        "res_id",
        string="Stays",
        domain=lambda self: [("model", "=", self._name), ("kind", "=", "stay")],
        readonly=True,
        copy=False,
    )
    routing_case_ids = fields.One2many(
        "crm.routing.passage",
        "res_id",
        string="Case Clock",
        domain=lambda self: [("model", "=", self._name), ("kind", "=", "case")],
        readonly=True,
        copy=False,
    )
    routing_passage_id = fields.Many2one(
        "crm.routing.passage",
        string="Present Stay",
        compute="_compute_routing",
        store=True,
        compute_sudo=True,
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    routing_department_id = fields.Many2one(
        "hr.department",
        string="At Department",
        compute="_compute_routing",
        store=True,
        compute_sudo=True,
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The department that holds the document now.",
    )
    routing_user_id = fields.Many2one(
        "res.users",
        string="At Person",
        compute="_compute_routing",
        store=True,
        compute_sudo=True,
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The person who holds the document now, if one is named.",
    )
    routing_due = fields.Datetime(
        string="Due",
        compute="_compute_routing",
        store=True,
        compute_sudo=True,
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="When the document must have left its present step.",
    )
    routing_due_reason = fields.Char(
        string="Why This Date",
        compute="_compute_routing_due_reason",
        compute_sudo=True,
    )
    routing_late = fields.Boolean(
        string="Late",
        compute="_compute_routing_late",
        search="_search_routing_late",
        help="The document is past the due date of its present step.",
    )
    routing_department_ids = fields.Many2many(
        "hr.department",
        string="Departments Passed",
        compute="_compute_routing_department_ids",
        search="_search_routing_department_ids",
        compute_sudo=True,
        help="Every department that holds or held the document.",
    )
    # Access rules look here: a test of the row itself, whatever the number of stays.
    routing_department_key = fields.Char(
        compute="_compute_routing",
        store=True,
        compute_sudo=True,
        readonly=True,
        copy=False,
        help="Ids of the departments passed, each between commas.",
    )
    passed_own_department = fields.Boolean(
        compute="_compute_passed_own_department",
        search="_search_passed_own_department",
        help="A department of the user's, or one the user heads, holds or held the "
        "document; salespeople see their own only. The access rules ask it.",
    )
    case_due = fields.Datetime(
        compute="_compute_case",
        store=True,
        precompute=True,
        compute_sudo=True,
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="When the whole case must be closed.",
    )
    case_closed_at = fields.Datetime(
        string="Case Closed",
        compute="_compute_case",
        store=True,
        precompute=True,
        compute_sudo=True,
        readonly=True,
        copy=False,
    )
    case_closed_late = fields.Boolean(
        compute="_compute_case",
        store=True,
        precompute=True,
        compute_sudo=True,
        readonly=True,
        copy=False,
        help="The case was closed after its due date.",
    )
    case_late = fields.Boolean(
        compute="_compute_case_late",
        search="_search_case_late",
        help="The whole case is past its due date: now while open, or when closed.",
    )

    _guarded_fields = (
        "passage_ids",
        "routing_case_ids",
        "routing_passage_id",
        "routing_department_id",
        "routing_user_id",
        "routing_due",
        "routing_department_key",
        "case_due",
        "case_closed_at",
        "case_closed_late",
    )

    @api.model
    def _department_key(self, departments):
        """Return the ids of departments as a text that can be searched for each."""
        ids = ",".join(str(number) for number in sorted(departments.ids))
        return f",{ids}," if ids else False

    @api.model
    def _department_key_ids(self, key):
        """Return the ids of the departments in such a text."""
        return [int(number) for number in (key or "").split(",") if number]

    @api.model
    def _department_key_domain(self, name, departments):
        """Return the domain of a key ``name`` that holds any of the departments."""
        return Domain.OR(Domain(name, "like", f",{one},") for one in departments.ids)

    # --------------------------------------------------------------- computes

    @api.depends(
        "passage_ids.date_out",
        "passage_ids.date_due",
        "passage_ids.department_id",
        "passage_ids.user_id",
    )
    def _compute_routing(self):
        for record in self:
            stay = record.passage_ids.filtered(lambda rec: not rec.date_out)[:1]
            record.routing_passage_id = stay
            record.routing_department_id = stay.department_id
            record.routing_user_id = stay.user_id
            record.routing_due = stay.date_due
            record.routing_department_key = record._department_key(
                record.passage_ids.department_id
            )

    @api.depends("routing_passage_id.due_reason")
    @api.depends_context("lang")
    def _compute_routing_due_reason(self):
        for record in self:
            record.routing_due_reason = record.routing_passage_id.due_reason

    @api.depends("routing_due")
    def _compute_routing_late(self):
        now = fields.Datetime.now()
        for record in self:
            record.routing_late = bool(record.routing_due and record.routing_due < now)

    def _search_routing_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = Domain("routing_due", "<", fields.Datetime.now())
        return self._late_domain(late, value)

    @api.depends("routing_department_key")
    def _compute_routing_department_ids(self):
        for record in self:
            record.routing_department_ids = record._department_key_ids(
                record.routing_department_key
            )

    def _search_routing_department_ids(self, operator, value):
        if operator not in ("in", "any", "any!"):
            return NotImplemented
        # sudo: the stays decide who may see the document, not who may see departments
        departments = self.env["hr.department"].sudo().with_context(active_test=False)
        wanted = Domain.FALSE
        if operator == "in":
            if False in value:
                wanted |= Domain("routing_department_key", "=", False)
            found = departments.browse([one for one in value if one])
        else:
            found = departments.search(Domain("id", operator, value))
        return wanted | self._department_key_domain("routing_department_key", found)

    @api.depends("routing_department_key")
    @api.depends_context("uid")
    def _compute_passed_own_department(self):
        own = set(self.env["hr.department"]._policy_own().ids)
        for record in self:
            # sudo: asked by the access rules themselves
            passed = self._department_key_ids(record.sudo().routing_department_key)
            record.passed_own_department = not own.isdisjoint(passed)

    def _search_passed_own_department(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        own = self.env["hr.department"]._policy_own()
        return self._department_key_domain("routing_department_key", own)

    @api.depends("routing_case_ids.date_due", "routing_case_ids.date_out")
    def _compute_case(self):
        for record in self:
            case = record.routing_case_ids[:1]
            record.case_due = case.date_due
            record.case_closed_at = case.date_out
            record.case_closed_late = case.closed_late

    @api.depends("case_due", "case_closed_at")
    def _compute_case_late(self):
        now = fields.Datetime.now()
        for record in self:
            end = record.case_closed_at or now
            record.case_late = bool(record.case_due and record.case_due < end)

    def _search_case_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = Domain("case_closed_late", "=", True) | Domain(
            [("case_closed_at", "=", False), ("case_due", "<", fields.Datetime.now())]
        )
        return self._late_domain(late, value)

    @api.model
    def _late_domain(self, late, value):
        wanted = Domain.FALSE
        if True in value:
            wanted |= late
        if False in value:
            wanted |= ~late
        return wanted

    # ------------------------------------------------------------------ hooks

    def _routing_department(self, state):
        """Hook: the department that holds the document in ``state``."""
        self.ensure_one()
        code = self._routing_states.get(state)
        if not code:
            return self.env["hr.department"]
        company = self._routing_company()
        known = _DEPARTMENTS.get()
        if known is None:
            return self.env["hr.department"]._policy_department(code, company)
        key = (code, company.id)
        if key not in known:
            known[key] = self.env["hr.department"]._policy_department(code, company)
        return known[key]

    def _routing_user(self, state):
        """Hook: the person who holds the document in ``state``, or none."""
        return self.env["res.users"]

    def _routing_owner(self):
        """Hook: the user responsible for the document; may follow its whole way."""
        self.ensure_one()
        return (self.user_id if "user_id" in self._fields else None) or self.create_uid

    def _routing_is_foreign(self):
        """Hook: whether the document's customer is foreign."""
        return False

    def _routing_company(self):
        """Hook: the company whose departments, calendar and limits count."""
        self.ensure_one()
        return self.company_id if "company_id" in self._fields else self.env.company

    # ----------------------------------------------------------------- checks

    def _routing_held(self):
        """Return those of these documents whose next step is the user's.

        Who holds: the person, members and head of the department; the general
        manager's office and directors act for everybody.
        """
        user = self.env.user
        if user.has_group("crm_policy.group_gm_office") or user.has_group(
            "crm_policy.group_director"
        ):
            return self
        held = self.browse()
        # sudo: who belongs to a department, not the employees' data
        for department, records in self.sudo().grouped("routing_department_id").items():
            members = department.member_ids.user_id | department.manager_id.user_id
            held |= records.filtered(
                lambda record, members=members: (
                    user in members or user == record.routing_user_id
                )
            ).with_env(self.env)
        return held

    def _routing_check_holder(self):
        """Raise unless the user holds these documents, or is of the office.

        :raises AccessError: names the first that is with others
        """
        others = self - self._routing_held()
        if others:
            # sudo: the names only
            record = others[0].sudo()
            raise AccessError(
                self.env._(
                    "%(document)s is at %(department)s: only its members take "
                    "this step.",
                    document=record.display_name,
                    department=record.routing_department_id.name
                    or self.env._("no department"),
                )
            )

    # -------------------------------------------------------------- lifecycle

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._routing_sync(is_new=True)
        return records

    def _write_guarded(self, vals):
        result = super()._write_guarded(vals)
        if "state" in vals:
            self._routing_sync()
        return result

    def unlink(self):
        # sudo: drafts take their stays along, which nobody may delete by hand
        passages = (
            self.env["crm.routing.passage"]
            .sudo()
            .search([("model", "=", self._name), ("res_id", "in", self.ids)])
        )
        result = super().unlink()
        passages._remove()
        return result

    def _routing_sync(self, is_new=False):
        """Close the stays these documents have left and open the present ones.

        The number of queries does not depend on the number of documents.
        """
        # sudo: stays are recorded whoever forwards the document
        records = self.sudo()
        Passage = records.env["crm.routing.passage"]
        known = Passage
        if not is_new:
            known = Passage.search_fetch(
                [("model", "=", self._name), ("res_id", "in", self.ids)]
            )
        stays = {
            rec.res_id: rec for rec in known if rec.kind == "stay" and not rec.date_out
        }
        cases = {rec.res_id: rec for rec in known if rec.kind == "case"}
        start, stop = self._routing_clock_states()
        closing, opening = [], []
        for record in records:
            state, stay = record.state, stays.get(record.id)
            if stay and stay.step != state:
                closing.append(stay.id)
                stay = None
            if not stay and state in self._routing_states:
                opening.append((record, "stay", state))
            case = cases.get(record.id)
            if not case and state in start:
                opening.append((record, "case", CASE))
            elif case and not case.date_out and state in stop:
                closing.append(case.id)
        if not (closing or opening):
            return
        now = fields.Datetime.now()
        Passage.browse(closing)._close(now)
        records._routing_open(opening, now)

    @api.model
    def _routing_clock_states(self):
        """Return the states that start and that stop the clock of the case."""
        start = self._routing_clock.get("start", ())
        stop = self._routing_clock.get("stop", ())
        return (
            (start,) if isinstance(start, str) else start,
            (stop,) if isinstance(stop, str) else stop,
        )

    @api.model
    def _routing_open(self, opening, now):
        """Open a passage for each ``(record, kind, step)`` of ``opening``."""
        token = _DEPARTMENTS.set({})
        try:
            vals_list = [
                record._routing_prepare(kind, step, now)
                for record, kind, step in opening
            ]
        finally:
            _DEPARTMENTS.reset(token)
        self._routing_set_due(vals_list, now)
        self.env["crm.routing.passage"]._open(vals_list)

    def _routing_prepare(self, kind, step, now):
        """Return the values of a new passage, without its due date."""
        self.ensure_one()
        is_stay = kind == "stay"
        return {
            "model": self._name,
            "model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "document_name": self.display_name,
            "kind": kind,
            "step": step,
            "department_id": self._routing_department(step).id if is_stay else False,
            "user_id": self._routing_user(step).id if is_stay else False,
            "owner_id": self._routing_owner().id,
            "is_foreign": bool(self._routing_is_foreign()),
            "company_id": self._routing_company().id,
            "date_in": now,
        }

    @api.model
    def _routing_set_due(self, vals_list, now):
        """Find the limits in force and put the due dates into the values."""
        if not vals_list:
            return
        Company = self.env["res.company"]
        Department = self.env["hr.department"]
        companies = Company.browse({vals["company_id"] for vals in vals_list})
        today = {company.id: company._policy_date(now) for company in companies}
        limits = self.env["crm.routing.limit"]._find_batch(
            self._name,
            self._policy_topic,
            [
                (
                    Company.browse(vals["company_id"]),
                    vals["step"],
                    Department.browse(vals["department_id"] or ()),
                    today[vals["company_id"]],
                )
                for vals in vals_list
            ],
        )
        groups = {}
        for vals, limit in zip(vals_list, limits, strict=True):
            if limit:
                vals["limit_id"] = limit.id
                vals["limit_days"] = limit._figure(vals["is_foreign"])
                vals["unit"] = limit.unit
                key = (limit.unit, vals["company_id"])
                groups.setdefault(key, []).append(
                    (vals, vals["limit_days"], DUE_FIELDS)
                )
                if limit.escalate and limit.max_days and vals["kind"] == "stay":
                    groups[key].append((vals, limit.max_days, ("escalation_due",)))
        for (unit, company_id), group in groups.items():
            dues = self.env["crm.deadline"].add_days_batch(
                [(now, days) for _vals, days, _names in group],
                unit,
                Company.browse(company_id),
            )
            for (vals, _days, names), due in zip(group, dues, strict=True):
                vals.update(dict.fromkeys(names, due))
