"""Policy register: every rule of the written policies, and what carries it.

A rule is one sentence of a policy with its code (CMP-12), its words in two languages,
its source and the way this system carries it. A rule may be measured: two domains over
one model tell its cases and the breaches among them; `crm.policy.rule.month` keeps the
figures per month.
"""

import ast
import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_list

AREAS = [
    ("ARC", "Customer Archive"),
    ("CMP", "Complaints"),
    ("VIS", "Visits"),
    ("RET", "Returns"),
    ("OWN", "Own Rules"),
]
CARRIED = [
    ("planned", "Planned"),
    ("blocked", "Blocked"),
    ("reminded", "Reminded"),
    ("measured", "Measured"),
    ("recorded", "Recorded"),
    ("printed", "Printed"),
    ("procedure", "Procedure"),
]
CODE_PATTERN = re.compile(r"^([A-Z]{2,6})-(\d{1,5})$")
# What makes up a measurement; an upgrade leaves it alone once changed by hand.
MEASURE_FIELDS = (
    "measure_model",
    "case_domain",
    "breach_domain",
    "date_field",
    "company_field",
    "target",
)
# Changing one of these makes the figures counted before meaningless.
DEFINITION_FIELDS = frozenset(MEASURE_FIELDS) - {"target"}


class CrmPolicyRule(models.Model):
    _name = "crm.policy.rule"
    _description = "Policy Rule"
    _inherit = ["mail.thread"]
    _order = "sequence, code, id"
    _rec_names_search = ["code", "name", "text"]

    # What the policy says
    code = fields.Char(
        string="Rule Code",
        required=True,
        copy=False,
        help="Area and number of the rule, for example CMP-12.",
    )
    sequence = fields.Integer(
        compute="_compute_area",
        store=True,
        help="Sorts the rules by area and number.",
    )
    area = fields.Selection(AREAS, compute="_compute_area", store=True, index=True)
    name = fields.Char(string="Title", required=True, translate=True)
    text = fields.Text(
        string="Rule", required=True, translate=True, help="The rule in our own words."
    )
    kinds = fields.Many2many(
        "crm.policy.rule.kind",
        "crm_policy_rule_kind_rel",
        "rule_id",
        "kind_id",
        help="What the rule asks for: a limit, a deadline, an approval, a form ...",
    )
    profile_ids = fields.Many2many(
        "crm.policy.profile",
        "crm_policy_rule_profile_rel",
        "rule_id",
        "profile_id",
        string="Policies",
        help="The written policies that contain the rule.",
    )
    section = fields.Char(translate=True, help="Subject of the rule within its area.")
    source = fields.Char(
        string="Source File", help="Number of the file the policy is printed in."
    )
    quote = fields.Char(
        string="Original Wording", help="A few characters of the policy as printed."
    )
    active = fields.Boolean(default=True)

    # How it is carried
    carried = fields.Selection(
        CARRIED,
        required=True,
        default="planned",
        index=True,
        tracking=True,
        help="Planned: not carried yet.\n"
        "Blocked: the system refuses what the rule forbids.\n"
        "Reminded: the system reminds the person responsible.\n"
        "Measured: breaches are counted every month.\n"
        "Recorded: the system keeps the record the rule asks for.\n"
        "Printed: the system prints the form the rule asks for.\n"
        "Procedure: people follow it outside the system.",
    )
    carried_by = fields.Char(
        tracking=True,
        help="Technical names of the models that carry the rule, separated by commas.",
    )
    carrier_missing = fields.Boolean(
        compute="_compute_carrier_missing",
        help="A model that carries the rule is not installed.",
    )
    note = fields.Text(string="Notes", help="The company's own remarks.")

    # How it is measured
    measure_model = fields.Char(
        string="Measured Model",
        tracking=True,
        help="Technical name of the model whose records are the cases.",
    )
    case_domain = fields.Char(
        string="Cases", tracking=True, help="Records to which the rule applies."
    )
    breach_domain = fields.Char(
        string="Breaches",
        tracking=True,
        help="Those of the cases that break the rule.",
    )
    date_field = fields.Char(
        tracking=True,
        help="Date or time field of the measured model that tells the month of a "
        "case. Times count by the company's local date.",
    )
    company_field = fields.Char(
        tracking=True,
        help="Field of the measured model with the company; empty when its records "
        "belong to no company.",
    )
    target = fields.Float(
        digits=(5, 1),
        tracking=True,
        help="Breaches allowed, in percent of the cases. 0 allows none.",
    )
    measure_customized = fields.Boolean(
        string="Measurement Changed Here",
        help="The measurement was changed in this company: upgrades leave it as it "
        "is. Untick to take the shipped one at the next upgrade.",
    )
    measurable = fields.Boolean(
        compute="_compute_measurable",
        help="The rule has a measurement and the measured model is installed.",
    )
    measure_error = fields.Char(
        readonly=True,
        copy=False,
        help="Why the last nightly count of this rule failed.",
    )
    month_ids = fields.One2many("crm.policy.rule.month", "rule_id", string="Months")

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "Another policy rule already has this code."
    )
    _measure_model_idx = models.Index("(measure_model) WHERE measure_model IS NOT NULL")
    _target_percent = models.Constraint(
        "CHECK(target >= 0 AND target <= 100)",
        "The target is a percentage between 0 and 100.",
    )

    # ------------------------------------------------------------ constraints

    @api.constrains("code")
    def _check_code(self):
        for rule in self:
            if not CODE_PATTERN.match(rule.code):
                raise ValidationError(
                    self.env._(
                        "The code “%s” is not made of an area of capital letters, a "
                        "hyphen and a number, like CMP-12.",
                        rule.code,
                    )
                )

    @api.constrains("carried", *DEFINITION_FIELDS)
    def _check_measurement(self):
        for rule in self:
            rule._check_measure_complete()
            if rule.measurable:
                rule._check_measure_fields()
                rule._check_measure_domains()

    def _check_measure_complete(self):
        """Refuse half a measurement, and 'measured' without any."""
        self.ensure_one()
        needed = ("measure_model", "date_field", "breach_domain")
        missing = [name for name in needed if not self[name]]
        wanted = self.carried == "measured" or len(missing) < len(needed)
        if missing and wanted:
            labels = [
                self._fields[name]._description_string(self.env) for name in missing
            ]
            raise ValidationError(
                self.env._(
                    "Rule %(code)s cannot be measured without: %(fields)s.",
                    code=self.code,
                    fields=format_list(self.env, labels),
                )
            )

    def _check_measure_fields(self):
        """The model keeps records; date and company fields are stored and fit."""
        self.ensure_one()
        model = self.env[self.measure_model]
        if model._abstract or model._transient:
            raise ValidationError(
                self.env._(
                    "Rule %(code)s: %(model)s keeps no records to be counted.",
                    code=self.code,
                    model=self.measure_model,
                )
            )
        expected = {
            "date_field": lambda field: field.type in ("date", "datetime"),
            "company_field": lambda field: (
                field.comodel_name == "res.company" and field.type == "many2one"
            ),
        }
        for name, is_right in expected.items():
            if not self[name]:
                continue
            field = model._fields.get(self[name])
            if field is None or not field.store or not is_right(field):
                raise ValidationError(
                    self.env._(
                        "Rule %(code)s, %(label)s: %(model)s has no stored field "
                        "“%(field)s” of the right type.",
                        code=self.code,
                        label=self._fields[name]._description_string(self.env),
                        model=self.measure_model,
                        field=self[name],
                    )
                )

    def _check_measure_domains(self):
        """The domains parse, and their fields and operators exist."""
        self.ensure_one()
        model = self.env[self.measure_model]
        for name in ("case_domain", "breach_domain"):
            domain = self._measure_domain(name)
            try:
                model._search(domain)  # builds the query, does not run it
            except (ValueError, TypeError, NotImplementedError) as error:
                raise ValidationError(self._measure_message(name, error)) from error

    def _check_measure_access(self):
        """Refuse a measurement of what the current user may not read.

        Figures are counted with all rights, so counting must not tell more than
        reading would. Not a constraint: those run with all rights themselves.
        """
        for rule in self.filtered("measurable"):
            model = self.env[rule.measure_model]
            for name in ("case_domain", "breach_domain"):
                rule._check_domain_access(model, rule._measure_domain(name))
            for name in filter(None, (rule.date_field, rule.company_field)):
                model._check_field_access(model._fields[name], "read")

    def _check_domain_access(self, model, domain):
        model.check_access("read")
        for condition in domain.iter_conditions():
            current = model
            for name in condition.field_expr.split("."):
                field = current._fields.get(name)
                if field is None:  # part of a date, like date_in.month_number
                    break
                current._check_field_access(field, "read")
                if field.comodel_name:
                    current = self.env[field.comodel_name]
                    current.check_access("read")
            if condition.operator in ("any", "not any"):
                self._check_domain_access(current, Domain(condition.value))

    # --------------------------------------------------------------- computes

    @api.depends("code")
    def _compute_area(self):
        areas = [code for code, _label in AREAS]
        for rule in self:
            match = CODE_PATTERN.match(rule.code or "")
            prefix, number = match.groups() if match else ("OWN", "0")
            rule.area = prefix if prefix in areas else "OWN"
            rule.sequence = areas.index(rule.area) * 100000 + int(number)

    @api.depends("code", "name")
    def _compute_display_name(self):
        for rule in self:
            rule.display_name = f"{rule.code} {rule.name}"

    @api.depends("carried_by")
    def _compute_carrier_missing(self):
        for rule in self:
            names = (rule.carried_by or "").split(",")
            rule.carrier_missing = any(
                name.strip() and name.strip() not in self.env for name in names
            )

    @api.depends("measure_model", "date_field", "breach_domain")
    def _compute_measurable(self):
        for rule in self:
            rule.measurable = bool(
                rule.measure_model in self.env
                and rule.date_field
                and rule.breach_domain
            )

    # -------------------------------------------------------------- lifecycle

    @api.model_create_multi
    def create(self, vals_list):
        # No "created" message per rule: 749 of them say nothing.
        quiet = self.with_context(mail_create_nolog=True, mail_create_nosubscribe=True)
        rules = super(CrmPolicyRule, quiet).create(vals_list).with_env(self.env)
        rules._check_measure_access()
        return rules

    def write(self, vals):
        if "code" in vals and any(rule.code != vals["code"] for rule in self):
            raise UserError(
                self.env._(
                    "The code of a policy rule is quoted everywhere and never changes."
                )
            )
        by_hand = not self.env.context.get("crm_policy_rule_data")
        if by_hand and any(name in vals for name in MEASURE_FIELDS):
            vals = {"measure_customized": True, **vals}
        redefined = self.filtered(lambda rule: rule._is_redefined_by(vals))
        result = super().write(vals)
        if any(name in vals for name in MEASURE_FIELDS):
            self._check_measure_access()
        # sudo: nobody may write figures, but those of the old definition must go
        redefined.sudo().month_ids.unlink()
        if redefined:
            super(CrmPolicyRule, redefined).write({"measure_error": False})
        if "target" in vals:
            # sudo: nobody may write figures; only whether they meet the target changes
            self.env["crm.policy.rule.month"].sudo()._update_rates(self)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_shipped(self):
        shipped = [code for code, xml_id in self._shipped_codes() if xml_id]
        if shipped:
            raise UserError(
                self.env._(
                    "The rules %s belong to the catalogue. Archive them instead.",
                    format_list(self.env, shipped),
                )
            )

    def _shipped_codes(self):
        """Return (code, xml id) of each rule; own rules have no xml id of ours."""
        xml_ids = self._get_external_ids()
        return [
            (rule.code, any(x.startswith("crm_policy.") for x in xml_ids[rule.id]))
            for rule in self
        ]

    def _load_records_write(self, values):
        """Let an upgrade bring new rules without undoing a company's own target."""
        if self.measure_customized:
            values = {
                name: value
                for name, value in values.items()
                if name not in MEASURE_FIELDS
            }
        # A rule's trace is of what people change, not of what addons bring.
        quiet = self.with_context(crm_policy_rule_data=True, tracking_disable=True)
        return super(CrmPolicyRule, quiet)._load_records_write(values)

    # ---------------------------------------------------------------- actions

    def action_refresh_months(self):
        """Count the cases and breaches of these rules, or of all when there are none.

        :return: number of figures (rule, company and month) counted
        :raises AccessError: for people who may not read the figures
        :raises UserError: a rule cannot be counted; nothing is changed then
        """
        months = self.env["crm.policy.rule.month"]
        if not months.has_access("read"):
            raise AccessError(
                self.env._("Only people who may read the figures may count them anew.")
            )
        # sudo: the figures are those of the whole company, not of what the reader of
        # this screen may see; the way from a figure to its records obeys his rights
        return months.sudo()._refresh(self.sudo())

    def action_open_months(self):
        """Open the monthly figures of these rules.

        :return: a window action, a plain dict
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_policy.crm_policy_rule_month_action"
        )
        action["domain"] = [("rule_id", "in", self.ids)]
        action["context"] = {}
        return action

    # ---------------------------------------------------------------- helpers

    def _is_redefined_by(self, vals):
        self.ensure_one()
        return any(
            (self[name] or False) != (vals[name] or False)
            for name in DEFINITION_FIELDS.intersection(vals)
        )

    def _measure_message(self, name, error):
        return self.env._(
            "Rule %(code)s: “%(label)s” is not a filter on %(model)s: %(error)s",
            code=self.code,
            label=self._fields[name]._description_string(self.env),
            model=self.measure_model,
            error=error,
        )

    def _measure_domain(self, name):
        """Return one of the two domains, parsed.

        :raises ValidationError: the text is no domain
        """
        self.ensure_one()
        try:
            return Domain(ast.literal_eval(self[name] or "[]"))
        except (ValueError, TypeError, SyntaxError) as error:
            raise ValidationError(self._measure_message(name, error)) from error

    def _measure_kinds(self):
        """Return {"cases": domain, "breaches": domain}; breaches are cases, too."""
        cases = self._measure_domain("case_domain")
        return {
            "cases": cases,
            "breaches": cases & self._measure_domain("breach_domain"),
        }
