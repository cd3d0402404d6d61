"""How long a document may stay at one step, or a whole case may take.

Carries the stage limits of the policies (CMP-56 to CMP-63, RET-49, RET-50). Every
figure is a record: who changes the policy changes data.
"""

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_list

CASE = "case"


class CrmRoutingLimit(models.Model):
    _name = "crm.routing.limit"
    _description = "Time limit"
    _order = "profile_id, model, sequence, step, date_from, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    profile_id = fields.Many2one(
        "crm.policy.profile",
        string="Policy Profile",
        required=True,
        index=True,
        ondelete="restrict",
    )
    model_id = fields.Many2one(
        "ir.model",
        string="Document Type",
        required=True,
        index=True,
        ondelete="cascade",
        domain=lambda self: [("model", "in", self._routed_models())],
    )
    model = fields.Char(
        related="model_id.model", string="Model", store=True, index=True
    )
    step = fields.Char(
        required=True,
        help="Technical name of the state in which the document stays, or “case” for "
        "the time from acceptance to closing.",
    )
    step_label = fields.Char(string="Step Name", compute="_compute_step_label")
    department_id = fields.Many2one(
        "hr.department",
        index="btree_not_null",
        ondelete="restrict",
        help="Only for stays at this department; empty: at any.",
    )
    days = fields.Float(
        required=True,
        digits=(16, 1),
        aggregator=None,
        help="Days a document may stay at this step, in the unit beside it. Halves "
        "are allowed.",
    )
    has_foreign = fields.Boolean(
        string="Own Figure for Foreign Customers",
        help="Documents of foreign customers have a limit of their own.",
    )
    days_foreign = fields.Float(
        digits=(16, 1),
        aggregator=None,
        help="Days for documents of foreign customers, in the same unit.",
    )
    unit = fields.Selection(
        [("calendar", "Calendar days"), ("working", "Working days")],
        required=True,
        default="calendar",
        help="Working days follow the company's working calendar and its public "
        "holidays.",
    )
    max_days = fields.Float(
        string="Longest Stay",
        digits=(16, 1),
        help="Days a stay may last with all extensions, in the same unit; zero: no "
        "maximum (RET-50).",
    )
    reminder_interval_days = fields.Integer(
        string="Remind Again Every",
        help="Calendar days after which another reminder (催办单) is issued while the "
        "document is still late; zero: one reminder for each overdue stay (CMP-64).",
    )
    inquiry = fields.Boolean(
        string="Inquiry When Late",
        default=True,
        help="A stay closed late puts an inquiry form (洽办单) on the list of the "
        "general manager's office, which sends or drops it (CMP-65, CMP-66).",
    )
    date_from = fields.Date(string="In Force From")
    date_to = fields.Date(string="In Force Until", help="Last day in force.")
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        help="Only for this company; empty: for every company.",
    )
    passage_count = fields.Integer(compute="_compute_passage_count")

    _days_positive = models.Constraint(
        "CHECK(days > 0)", "The days of a time limit must be more than zero."
    )
    _days_foreign_positive = models.Constraint(
        "CHECK(NOT COALESCE(has_foreign, FALSE) OR COALESCE(days_foreign, 0) > 0)",
        "The days for foreign customers must be more than zero.",
    )
    _max_days_enough = models.Constraint(
        "CHECK(COALESCE(max_days, 0) = 0 OR (max_days >= days AND "
        "(NOT COALESCE(has_foreign, FALSE) OR max_days >= days_foreign)))",
        "The longest stay cannot be shorter than the time limit itself.",
    )
    _reminder_not_negative = models.Constraint(
        "CHECK(COALESCE(reminder_interval_days, 0) >= 0)",
        "The days between two reminders cannot be negative.",
    )
    _dates_ordered = models.Constraint(
        "CHECK(date_to IS NULL OR date_from IS NULL OR date_to >= date_from)",
        "A time limit cannot end before it begins.",
    )

    # ------------------------------------------------------------ constraints

    @api.constrains("days", "days_foreign", "max_days")
    def _check_halves(self):
        for limit in self:
            for name in ("days", "days_foreign", "max_days"):
                if limit[name] * 2 % 1:
                    raise ValidationError(
                        self.env._(
                            "%(field)s of “%(limit)s” must be whole or half days.",
                            field=self._fields[name]._description_string(self.env),
                            limit=limit.name,
                        )
                    )

    @api.constrains("model_id", "step")
    def _check_step(self):
        for limit in self:
            steps = self._model_steps(limit.model)
            if limit.step not in steps:
                raise ValidationError(
                    self.env._(
                        "“%(step)s” of the time limit “%(limit)s” is no step of "
                        "%(model)s. Its steps are: %(steps)s.",
                        step=limit.step,
                        limit=limit.name,
                        model=limit.sudo().model_id.name,  # sudo: to name the type
                        steps=format_list(self.env, steps) or "-",
                    )
                )

    @api.constrains(
        "profile_id",
        "model_id",
        "step",
        "department_id",
        "company_id",
        "date_from",
        "date_to",
        "active",
    )
    def _check_overlap(self):
        """One figure at a time for a profile, document type, step and company."""
        key_names = (
            "profile_id",
            "model_id",
            "step",
            "department_id",
            "company_id",
        )
        peers = self.sudo().search(  # sudo: limits of other companies count as well
            [
                ("profile_id", "in", self.profile_id.ids),
                ("model_id", "in", self.model_id.ids),
                ("step", "in", self.mapped("step")),
            ]
        )
        by_key = peers.grouped(lambda peer: tuple(peer[name] for name in key_names))
        for limits in by_key.values():
            limits = limits.sorted(
                lambda rec: rec.date_from or fields.Date.to_date("0001-01-01")
            )
            for earlier, later in zip(limits, limits[1:], strict=False):
                if (
                    not earlier.date_to
                    or not later.date_from
                    or (later.date_from <= earlier.date_to)
                ):
                    raise ValidationError(
                        self.env._(
                            "The time limits “%(first)s” and “%(second)s” are in force "
                            "at the same time for the same step. End one before the "
                            "other begins.",
                            first=earlier.display_name,
                            second=later.display_name,
                        )
                    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # sudo: passages of every company count
        used = (
            self.env["crm.routing.passage"]
            .sudo()
            .search([("limit_id", "in", self.ids)], limit=1)
        )
        if used:
            raise UserError(
                self.env._(
                    "The time limit “%s” decided due dates of documents. Archive it, "
                    "or give it an end date, instead of deleting it.",
                    used.limit_id.name,
                )
            )

    # --------------------------------------------------------------- computes

    @api.depends("model", "step")
    @api.depends_context("lang")
    def _compute_step_label(self):
        for limit in self:
            limit.step_label = self._step_label(limit.model, limit.step)

    @api.depends("name", "date_from", "date_to")
    def _compute_display_name(self):
        for limit in self:
            limit.display_name = limit.name or ""
            if limit.date_from or limit.date_to:
                limit.display_name = self.env._(
                    "%(limit)s (%(first)s to %(last)s)",
                    limit=limit.name,
                    first=limit.date_from or "",
                    last=limit.date_to or "",
                )

    def _compute_passage_count(self):
        counts = dict(
            self.env["crm.routing.passage"]._read_group(
                [("limit_id", "in", self.ids)], ["limit_id"], ["__count"]
            )
        )
        for limit in self:
            limit.passage_count = counts.get(limit, 0)

    # ---------------------------------------------------------------- actions

    def action_view_passages(self):
        """Open the stays this limit decided."""
        self._policy_require_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_policy.crm_routing_passage_action"
        )
        return {**action, "domain": [("limit_id", "=", self.id)], "context": {}}

    # ---------------------------------------------------------------- helpers

    def _figure(self, is_foreign):
        """Return the days of this limit for a domestic or foreign document."""
        self.ensure_one()
        return self.days_foreign if is_foreign and self.has_foreign else self.days

    @api.model
    @tools.ormcache()
    def _routed_models(self):
        """Return the names of all models that are routed between departments."""
        return tuple(
            sorted(
                name
                for name, model in self.env.registry.items()
                if not model._abstract and getattr(model, "_routing_states", None)
            )
        )

    @api.model
    def _model_steps(self, model):
        """Return the steps a time limit of ``model`` may name."""
        if model not in self._routed_models():
            return []
        routed = self.env[model]
        return [*routed._routing_states, *([CASE] if routed._routing_clock else [])]

    @api.model
    def _step_label(self, model, step):
        """Return the name of a step in the reader's language."""
        if step == CASE:
            return self.env._("Whole case")
        if model not in self.env or "state" not in self.env[model]._fields:
            return step or ""
        field = self.env[model]._fields["state"]
        return dict(field._description_selection(self.env)).get(step, step or "")

    @api.model
    def _find_batch(self, model, topic, requests):
        """Return the limit that decides for each request, or an empty record.

        A limit of the company goes before a shared one, and a limit of the
        department before one for any.

        :param model: technical name of the document type
        :param topic: topic of the policy profile in force
        :param requests: list of ``(company, step, department, local date)``
        """
        profiles = {
            company: company._policy_profile(topic)
            for company in {request[0] for request in requests}
        }
        # sudo: limits bind people who may not read the policy records
        limits = self.sudo().search(
            [
                ("model", "=", model),
                ("profile_id", "in", [prof.id for prof in profiles.values() if prof]),
                ("step", "in", list({request[1] for request in requests})),
            ]
        )
        limits = limits.sorted(lambda rec: (not rec.company_id, not rec.department_id))
        known = {}
        for request in requests:
            if request not in known:
                known[request] = limits._first_match(profiles[request[0]], *request)
        return [known[request] for request in requests]

    def _first_match(self, profile, company, step, department, day):
        for limit in self:
            if (
                limit.profile_id == profile
                and limit.step == step
                and limit.company_id in (self.env["res.company"], company)
                and limit.department_id in (self.env["hr.department"], department)
                and (not limit.date_from or limit.date_from <= day)
                and (not limit.date_to or day <= limit.date_to)
            ):
                return limit
        return self.browse()
