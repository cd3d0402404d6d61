"""Who decides what, up to which amount (核决权限; CMP-67 to CMP-69, GAP-06, GAP-64)."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import float_compare, format_list


class CrmAuthority(models.Model):
    _name = "crm.authority"
    _description = "Decision Authority"
    _inherit = ["mail.thread"]
    _order = "model_id, step, profile_id, company_id, level, amount_from, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    profile_id = fields.Many2one(
        "crm.policy.profile",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        help="The policy this authority belongs to. It applies in companies where "
        "that profile is in force for the document's topic.",
    )
    model_id = fields.Many2one(
        "ir.model",
        string="Document Type",
        index=True,
        ondelete="cascade",
        tracking=True,
        help="Empty only where the addon that brought the documents is gone: the "
        "decisions taken by the authority stay.",
    )
    model = fields.Char(related="model_id.model", store=True, index=True)
    step = fields.Char(
        required=True,
        tracking=True,
        help="The decision of the document type this authority is for, such as "
        "“decision” or “registration”.",
    )
    level = fields.Integer(
        default=1,
        required=True,
        tracking=True,
        aggregator=None,
        help="Levels decide one after the other, the lowest first.",
    )
    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Empty: for every company that has no authorities of its own for this "
        "document type and step.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    amount_from = fields.Monetary(
        string="Above",
        tracking=True,
        help="Company currency. The band begins above this amount; 0 includes zero.",
    )
    amount_to = fields.Monetary(
        string="Up To",
        tracking=True,
        help="Company currency. The band ends with this amount, included; 0 means "
        "without limit. Moving it moves the beginning of the next band too.",
    )
    decider = fields.Selection(
        [
            ("group", "Members of a group"),
            ("user", "Named users"),
            ("department_manager", "Head of the document's department"),
            ("requester_manager", "Manager of the requester"),
        ],
        required=True,
        default="group",
        tracking=True,
    )
    group_id = fields.Many2one("res.groups", ondelete="restrict", tracking=True)
    user_ids = fields.Many2many("res.users", string="Users", check_company=True)
    department_id = fields.Many2one(
        "hr.department",
        ondelete="restrict",
        tracking=True,
        help="Only where the head of a department decides: this department instead "
        "of the document's own. A company's own department with the same policy "
        "code takes its place.",
    )
    mode = fields.Selection(
        [("any", "Any one of them"), ("all", "All of them")],
        default="any",
        required=True,
        tracking=True,
        help="Whether one of the persons decides for all or everyone must agree.",
    )
    date_from = fields.Date(tracking=True, help="In force from this day, included.")
    date_to = fields.Date(tracking=True, help="In force until this day, included.")

    _model_known = models.Constraint(
        "CHECK (model_id IS NOT NULL OR active IS NOT TRUE)",
        "An authority in use needs a document type.",
    )
    _level_positive = models.Constraint(
        "CHECK (level > 0)", "The level of an authority starts at 1."
    )
    _dates_ordered = models.Constraint(
        "CHECK (date_to IS NULL OR date_from IS NULL OR date_to >= date_from)",
        "An authority cannot end before it begins.",
    )

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for record in self:
            company = record.company_id or self.env.company
            record.currency_id = company.currency_id

    # ------------------------------------------------------------ constraints

    @api.constrains("decider", "group_id", "user_ids", "active")
    def _check_decider(self):
        for record in self:
            if record.decider == "group" and not record.group_id:
                raise ValidationError(
                    self.env._("%s: choose the group that decides.", record.name)
                )
            if record.decider == "user" and not record.user_ids:
                raise ValidationError(
                    self.env._("%s: choose the users who decide.", record.name)
                )

    @api.constrains("model_id", "step")
    def _check_step(self):
        for record in self:
            model = self.env.get(record.model)
            if model is None or not hasattr(model, "_approval_steps"):
                raise ValidationError(
                    self.env._(
                        "%s: documents of this type are not approved.", record.name
                    )
                )
            if record.step not in model._approval_steps:
                raise ValidationError(
                    self.env._(
                        "%(authority)s: the document type knows no step “%(step)s”; "
                        "it knows: %(steps)s.",
                        authority=record.name,
                        step=record.step,
                        steps=format_list(self.env, model._approval_steps),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._check_bands()
        return records

    def write(self, vals):
        following = self._following_bands() if "amount_to" in vals else {}
        res = super().write(vals)
        for band, after in following.items():
            if after not in self and band.amount_to:
                after.amount_from = band.amount_to
        self._check_bands()
        return res

    def _following_bands(self):
        """Return {band: next band}, so that a moved boundary stays one boundary."""
        result = {}
        for band in self.filtered("amount_to"):
            after = band._siblings().filtered(
                lambda other, band=band: (
                    other != band
                    and other._same_dates(band)
                    and not other.currency_id.compare_amounts(
                        other.amount_from, band.amount_to
                    )
                )
            )
            if len(after) == 1:
                result[band] = after
        return result

    def _siblings(self):
        """Return the bands that share document type, step, level, policy, company."""
        self.ensure_one()
        return self.search(
            [
                ("profile_id", "=", self.profile_id.id),
                ("model_id", "=", self.model_id.id),
                ("step", "=", self.step),
                ("level", "=", self.level),
                ("company_id", "=", self.company_id.id),
            ],
            order="amount_from, id",
        )

    def _same_dates(self, other):
        """Tell whether two bands are in force on a common day."""
        low, high = fields.Date.to_date("0001-01-01"), fields.Date.to_date("9999-12-31")
        return (self.date_from or low) <= (other.date_to or high) and (
            other.date_from or low
        ) <= (self.date_to or high)

    def _check_bands(self):
        """Refuse bands in force together that overlap or leave a gap."""
        checked = set()
        for record in self:
            key = (
                record.profile_id,
                record.model_id,
                record.step,
                record.level,
                record.company_id,
            )
            if key in checked or not record.active:
                continue
            checked.add(key)
            siblings = record._siblings()
            # Which bands are in force together changes only where one begins.
            starts = {band.date_from for band in siblings}
            for day in starts:
                in_force = siblings.filtered(lambda band, day=day: band._in_force(day))
                in_force._check_adjacent()

    def _in_force(self, day):
        """Tell whether the band is in force on ``day`` (False: before all dates)."""
        self.ensure_one()
        if not day:
            return not self.date_from
        return (not self.date_from or self.date_from <= day) and (
            not self.date_to or self.date_to >= day
        )

    def _check_adjacent(self):
        bands = self.sorted(lambda band: (band.amount_from, band.id))
        for band in bands:
            if band.amount_from < 0 or (
                band.amount_to
                and float_compare(band.amount_to, band.amount_from, 6) <= 0
            ):
                raise ValidationError(
                    self.env._(
                        "%s: the band must end above the amount it begins with.",
                        band.name,
                    )
                )
        for lower, upper in zip(bands, bands[1:], strict=False):
            order = (
                1
                if not lower.amount_to
                else float_compare(lower.amount_to, upper.amount_from, 6)
            )
            if order > 0:
                raise ValidationError(
                    self.env._(
                        "The authorities “%(lower)s” and “%(upper)s” overlap: both "
                        "would decide from %(amount)s.",
                        lower=lower.name,
                        upper=upper.name,
                        amount=upper.amount_from,
                    )
                )
            if order < 0:
                raise ValidationError(
                    self.env._(
                        "Between the authorities “%(lower)s” and “%(upper)s” nobody "
                        "decides from %(start)s to %(end)s.",
                        lower=lower.name,
                        upper=upper.name,
                        start=lower.amount_to,
                        end=upper.amount_from,
                    )
                )

    # ---------------------------------------------------------------- look-up

    @api.model
    def _find(self, model, step, profile, company, amount, day):
        """Return the authorities deciding an amount, lowest level first.

        :param amount: in the company's currency
        :param day: local date on which they must be in force
        :raises UserError: nobody has authority over that amount
        """
        # sudo: whoever asks for a decision need not read the authority table
        in_force = self.sudo().search_fetch(
            Domain.AND(
                [
                    [("model", "=", model), ("step", "=", step)],
                    [("profile_id", "=", profile.id)],
                    [("company_id", "in", (company.id, False))],
                    Domain("date_from", "=", False) | Domain("date_from", "<=", day),
                    Domain("date_to", "=", False) | Domain("date_to", ">=", day),
                ]
            ),
            ["level", "amount_from", "amount_to", "decider", "group_id", "company_id"],
            order="level, amount_from, id",
        )
        own = in_force.filtered("company_id")
        amount = company.currency_id.round(max(amount, 0.0))
        found = (own or in_force).filtered(lambda band: band._covers(amount))
        if not found:
            raise UserError(
                self.env._(
                    "Nobody has authority over %(document)s, step “%(step)s”, amount "
                    "%(amount)s under policy %(profile)s. Complete the decision "
                    "authorities.",
                    document=self.env["ir.model"]._get(model).name,
                    step=self.env[model]._approval_step_label(step),
                    amount=company.currency_id.format(amount),
                    profile=profile.code or "-",
                )
            )
        return found

    def _covers(self, amount):
        """Tell whether the band decides ``amount`` (company currency, rounded)."""
        self.ensure_one()
        above = not self.amount_from or float_compare(amount, self.amount_from, 6) > 0
        return above and (
            not self.amount_to or float_compare(amount, self.amount_to, 6) <= 0
        )

    def _deciders(self, document, requester):
        """Return the users who decide on ``document``; never the requester.

        :raises UserError: nobody is left
        """
        return self._decider_users(document, requester) or self._raise_nobody()

    def _decider_users(self, document, requester, members=None):
        """Return the users who decide on ``document``, if any are left.

        :param members: {(group, company): users} of groups looked up before; filled
        """
        self.ensure_one()
        company = document._approval_company()
        if self.decider == "group":
            return self._group_members(company, members) - requester
        if self.decider == "user":
            users = self.user_ids
        elif self.decider == "department_manager":
            users = self._deciding_department(document)._policy_heads(requester)
        else:
            users = self._requester_managers(requester, company)
        return users.filtered(
            lambda user: (
                user.active
                and not user.share
                and user != requester
                and company in user.company_ids
            )
        )

    def _group_members(self, company, members=None):
        """Return the internal users of the group in a company."""
        key = (self.group_id, company)
        if members is not None and key in members:
            return members[key]
        users = self.env["res.users"].search(
            [
                ("all_group_ids", "in", self.group_id.id),
                ("company_ids", "in", company.id),
                ("share", "=", False),
            ]
        )
        if members is not None:
            members[key] = users
        return users

    def _deciding_department(self, document):
        """Return the department whose head decides."""
        department = self.department_id
        if not department:
            return document._approval_department(self.step)
        if department.policy_code:
            return department._policy_department(
                department.policy_code, document._approval_company()
            )
        return department

    def _raise_nobody(self):
        raise UserError(
            self.env._(
                "Nobody but the requester could decide under “%(authority)s”. "
                "Name a person there or a head of the department.",
                authority=self.name,
            )
        )

    def _entitles(self, document, requester, user):
        """Tell whether ``user`` is one of the deciders; cheap for members of groups."""
        self.ensure_one()
        if self.decider != "group":
            return user in self._deciders(document, requester)
        return (
            user != requester
            and not user.share
            and self.group_id.id in user._get_group_ids()
            and document._approval_company().id in user._get_company_ids()
        )

    def _requester_managers(self, requester, company):
        """Return the user of the first manager above the requester."""
        employee = requester.with_company(company).sudo().employee_id  # sudo: org chart
        seen = employee.browse()
        manager = employee.parent_id
        while manager and manager not in seen:
            seen |= manager
            if manager.user_id.active and manager.user_id != requester:
                return manager.user_id
            manager = manager.parent_id
        return self.env["res.users"]
