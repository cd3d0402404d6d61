"""Grading schemes: how customers are classified under a written policy (GAP-44).

A scheme has classes; a class has rules by which it is won. The company's grading
policy, chosen in Settings, says which scheme is in force; others may be computed beside
it. Numbers of the policies are records, never code (3.11).
"""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval


class CrmCustomerScheme(models.Model):
    _name = "crm.customer.scheme"
    _description = "Grading Scheme"
    _inherit = ["mail.thread"]
    _order = "sequence, id"
    _rec_names_search = ["code", "name"]

    sequence = fields.Integer(
        default=10, help="Of several schemes of one policy the first is in force."
    )
    code = fields.Char(
        required=True,
        copy=False,
        help="Short key by which programs and imports name this scheme.",
    )
    name = fields.Char(required=True, translate=True)
    profile_id = fields.Many2one(
        "crm.policy.profile",
        string="Policy",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        help="The scheme is in force in companies whose grading follows this policy.",
    )
    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Empty: for every company. A company's own scheme goes before it.",
    )
    ready = fields.Boolean(
        default=True,
        tracking=True,
        help="The classes are complete: their bands leave no gap. Customers are "
        "classified by complete schemes only.",
    )
    active = fields.Boolean(default=True)
    description = fields.Text(translate=True)
    policy_rules = fields.Char(
        string="Rules of the Policy",
        help="Codes of the rules in the policy register this scheme carries.",
    )

    # ------------------------------------------------------------ what counts
    basis = fields.Selection(
        [("ordered", "Ordered"), ("invoiced", "Invoiced"), ("collected", "Collected")],
        default="invoiced",
        required=True,
        tracking=True,
        help="Which sales count: confirmed orders, posted invoices less credit notes, "
        "or money received. Without taxes, in company currency (collected: the money).",
    )
    period_months = fields.Integer(
        string="Trailing Months",
        default=12,
        required=True,
        tracking=True,
        help="Calendar months up to the day of computation; 0: everything ever sold.",
    )
    category_ids = fields.Many2many(
        "product.category",
        string="Product Group",
        help="Only products in or below these categories count. Empty: all.",
    )
    customer_domain = fields.Char(
        string="Customers",
        default="[]",
        required=True,
        help="Which customers on file are classified.",
    )
    share_base = fields.Selection(
        [
            ("company", "Of our total sales"),
            ("purchases", "Of the customer's own purchases"),
            ("percentile", "Percentile of the sales rank"),
        ],
        string="Base of the Share",
        default="company",
        required=True,
        tracking=True,
        help="What a share in percent is a share of (GAP-39). Own purchases: the "
        "yearly figure on the customer's file, scaled to the period. Percentile: how "
        "many percent of the buying customers buy less.",
    )
    share_fallback = fields.Boolean(
        string="Percentile Where Unknown",
        default=True,
        help="Customers whose own purchases are not known are classified by the "
        "percentile of their sales rank.",
    )
    rank_by = fields.Selection(
        [("amount", "Amount"), ("weight", "Goods Weight"), ("margin", "Margin")],
        default="amount",
        required=True,
        help="What the sales rank and the list of the largest are made by.",
    )
    top_count = fields.Integer(
        string="Largest of Each Class",
        default=10,
        help="So many of the largest customers of each class are listed (GAP-42).",
    )

    # ---------------------------------------------------- what follows from it
    apply_mode = fields.Selection(
        [("apply", "Applied at once"), ("propose", "Proposed for decision")],
        string="Computed Classes Are",
        default="apply",
        required=True,
        tracking=True,
    )
    step_down_months = fields.Integer(
        string="Grace Before a Lower Class",
        default=0,
        tracking=True,
        help="Calendar months for which the figures must stay below before a customer "
        "is moved to a lower class; 0: at once.",
    )
    judgement_months = fields.Integer(
        string="A Judgement Holds",
        default=12,
        tracking=True,
        help="Calendar months for which a class won by judgement holds; 0: until the "
        "next judgement.",
    )
    compute_monthly = fields.Boolean(
        string="Compute Beside",
        help="Computed every month also where another scheme is in force.",
    )
    class_ids = fields.One2many("crm.customer.class", "scheme_id", copy=True)
    coefficient_min = fields.Float(
        string="Smallest Coefficient",
        default=1.0,
        help="A department's coefficient on thresholds may not be smaller (ARC-130).",
    )
    coefficient_max = fields.Float(
        string="Largest Coefficient",
        default=1.0,
        help="A department's coefficient on thresholds may not be larger.",
    )
    coefficient_ids = fields.One2many(
        "crm.customer.scheme.coefficient", "scheme_id", copy=False
    )
    in_force = fields.Boolean(
        compute="_compute_in_force",
        help="In force in the company you work in.",
    )
    customer_count = fields.Integer(compute="_compute_customer_count")
    last_computed = fields.Date(compute="_compute_customer_count")

    _code_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))", "This code is already in use."
    )
    _months_positive = models.Constraint(
        "CHECK (period_months >= 0 AND step_down_months >= 0 "
        "AND judgement_months >= 0 AND top_count >= 0)",
        "Months and numbers of a grading scheme cannot be negative.",
    )
    _coefficients_ordered = models.Constraint(
        "CHECK (coefficient_min > 0 AND coefficient_max >= coefficient_min)",
        "The smallest coefficient must be above zero and not above the largest.",
    )

    # ------------------------------------------------------------- constraints

    @api.constrains("customer_domain")
    def _check_customer_domain(self):
        for scheme in self:
            self._check_partner_domain(scheme.customer_domain, scheme.name)

    @api.model
    def _check_partner_domain(self, text, name):
        """Raise unless a text is a domain over customers."""
        try:
            # sudo: whether it is a domain, not what it selects
            self.env["res.partner"].sudo()._search(self._partner_domain(text))
        except Exception as error:  # whatever a typed domain can go wrong with
            raise ValidationError(
                self.env._(
                    "%(name)s: “%(domain)s” does not select customers.",
                    name=name,
                    domain=text,
                )
            ) from error

    @api.model
    def _partner_domain(self, domain):
        """Return a domain over customers, given as text or as a list."""
        if isinstance(domain, str):
            domain = safe_eval(domain)
        return Domain(domain or [])

    @api.constrains("ready", "class_ids", "period_months", "active")
    def _check_complete(self):
        conditions = self.class_ids.rule_ids.condition_ids
        conditions._check_bands()
        for scheme in self.filtered(lambda scheme: not scheme.period_months):
            if "growth" in scheme.class_ids.rule_ids.condition_ids.mapped("measure"):
                raise ValidationError(
                    self.env._(
                        "%s: growth needs a period to compare; give the trailing "
                        "months.",
                        scheme.name,
                    )
                )

    # ---------------------------------------------------------------- computes

    @api.depends("code", "name")
    def _compute_display_name(self):
        for scheme in self:
            scheme.display_name = f"{scheme.code or ''} {scheme.name or ''}".strip()

    @api.depends_context("company")
    def _compute_in_force(self):
        in_force = self._in_force(self.env.company)
        for scheme in self:
            scheme.in_force = scheme == in_force

    @api.depends_context("company", "uid")
    def _compute_customer_count(self):
        groups = self.env["crm.customer.standing"]._read_group(
            [
                ("scheme_id", "in", self.ids),
                ("company_id", "=", self.env.company.id),
                ("class_id", "!=", False),
            ],
            ["scheme_id"],
            ["__count", "date:max"],
        )
        found = {scheme.id: (count, day) for scheme, count, day in groups}
        for scheme in self:
            scheme.customer_count, scheme.last_computed = found.get(
                scheme.id, (0, False)
            )

    # ---------------------------------------------------------------- look-up

    @api.model
    def _in_force(self, company):
        """Return the scheme in force in a company; empty where its policy has none."""
        # sudo: policy data that every customer's class hangs on
        return self.sudo().search(
            [
                ("profile_id", "=", company.sudo()._policy_profile("grading").id),
                ("company_id", "in", (company.id, False)),
                ("ready", "=", True),
            ],
            order="company_id, sequence, id",
            limit=1,
        )

    @api.model
    def _to_compute(self, company):
        """Return the schemes computed every month in a company."""
        beside = self.sudo().search(  # sudo: as in `_in_force`
            [
                ("compute_monthly", "=", True),
                ("company_id", "in", (company.id, False)),
                ("ready", "=", True),
            ]
        )
        return self._in_force(company) | beside

    def _period(self, day):
        """Return (first day or None, day) of the sales that count on ``day``."""
        self.ensure_one()
        if not self.period_months:
            return None, day
        return day - relativedelta(months=self.period_months) + relativedelta(
            days=1
        ), day

    # ----------------------------------------------------------------- actions

    def action_recompute(self):
        """Compute the classes of all customers of the current company now.

        :return: dict with ``customers`` (classified), ``moved`` (class changed or
            proposed to), ``proposal_id`` (id, or False where applied at once)
        :raises UserError: the scheme is not complete, or is being computed
        """
        self._policy_require_one()
        self._check_may_compute()
        return self.env["crm.customer.class.engine"]._run(self, self.env.company)

    def _check_may_compute(self):
        """Grading is the account managers' desk's and directors' (SM-01)."""
        self.check_access("read")
        user = self.env.user
        if not (
            user.has_group("crm_policy.group_specialist")
            or user.has_group("crm_policy.group_manager")
            or self.env.su
        ):
            raise UserError(
                self.env._(
                    "Classes are computed by managers and the customer service desk."
                )
            )

    def action_recompute_button(self):
        """Compute, and say what came out."""
        result = self.action_recompute()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.display_name,
                "message": self.env._(
                    "%(customers)s customers classified, %(moved)s moved.", **result
                )
                if not result["proposal_id"]
                else self.env._(
                    "%(customers)s customers classified, %(moved)s moves proposed.",
                    **result,
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_open_standings(self):
        """Open the customers classified by this scheme."""
        self._policy_require_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer_archive.action_crm_customer_standing"
        )
        action["domain"] = [("scheme_id", "=", self.id)]
        return action

    def action_preview(self):
        """Open who would move if this scheme were computed or put in force now."""
        self._policy_require_one()
        preview = self.env["crm.customer.class.preview"].create({"scheme_id": self.id})
        return preview.action_compute()

    def _lock(self):
        """Keep two computations of one scheme apart."""
        try:
            # sudo: those who compute need not be allowed to edit the scheme
            self.sudo().lock_for_update(allow_referencing=True)
        except LockError as error:
            raise UserError(
                self.env._(
                    "The classes of “%s” are being computed at this moment. Try again.",
                    self.display_name,
                )
            ) from error

    # ------------------------------------------------------------------- crons

    @api.model
    def _cron_recompute(self):
        """Compute the schemes in force and those computed beside, company by company.

        Safe to run twice: what was computed today and has not changed moves nobody.
        """
        companies = self.env["res.company"].search([("active", "=", True)])
        work = [
            (company, scheme)
            for company in companies
            for scheme in self._to_compute(company)
        ]
        self.env["ir.cron"]._commit_progress(remaining=len(work))
        for company, scheme in work:
            locked = scheme.try_lock_for_update(allow_referencing=True)
            if locked:
                self.env["crm.customer.class.engine"]._run(
                    scheme.with_company(company), company
                )
            self.env["ir.cron"]._commit_progress(1)


class CrmCustomerSchemeCoefficient(models.Model):
    """A branch's coefficient on those thresholds that allow one (ARC-130, GAP-41)."""

    _name = "crm.customer.scheme.coefficient"
    _description = "Coefficient of a Branch on Thresholds"
    _order = "scheme_id, id"
    _rec_name = "department_id"

    scheme_id = fields.Many2one(
        "crm.customer.scheme", required=True, index=True, ondelete="cascade"
    )
    department_id = fields.Many2one(
        "hr.department",
        required=True,
        index=True,
        ondelete="cascade",
        help="Applies to customers whose account manager is in this department.",
    )
    coefficient = fields.Float(
        required=True, default=1.0, help="Thresholds are multiplied by it."
    )
    reason = fields.Char(help="Such as: second group by letter-mail income.")

    _department_uniq = models.UniqueIndex(
        "(scheme_id, department_id)", "This department already has a coefficient."
    )

    @api.constrains("coefficient", "scheme_id")
    def _check_coefficient(self):
        for record in self:
            scheme = record.scheme_id
            low, high = scheme.coefficient_min, scheme.coefficient_max
            if not low - 1e-9 <= record.coefficient <= high + 1e-9:
                raise ValidationError(
                    self.env._(
                        "The coefficient of %(department)s must be from %(low)s to "
                        "%(high)s.",
                        department=record.department_id.name,
                        low=low,
                        high=high,
                    )
                )
