"""The customer file and its registration (客户信息登记表).

A partner becomes a customer by registration: the salesperson fills in the form
(ARC-51), submits it (ARC-53), the department manager approves it and the file is
archived with a number (ARC-54). Prospects are registered like customers that already
buy (ARC-01, ARC-15). Partners that are no customers stay in state "none" and are not
touched by any of this.

========== =========== ========== ======================= ============================
from       step        to         who                     what must hold
========== =========== ========== ======================= ============================
none       (create)    draft      salesperson             own commercial entity
draft      submit      review     salesperson             required fields (GAP-82)
refused    submit      review     salesperson             required fields (GAP-82)
review     approve     archived   department manager      authority "registration"
review     reject      refused    department manager      comment
review     withdraw    draft      who submitted
archived   (edit)      draft      anyone who may write    a protected value changed
archived   suspend     suspended  department manager      reason
suspended  resume      archived   department manager
draft      discard     none       who may write           never archived
========== =========== ========== ======================= ============================
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_list

from odoo.addons.crm_policy.models.arguments import TEXT, arguments


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "crm.approval.mixin"]

    _policy_topic = "archive"
    _guarded_fields = (
        "customer_number",
        "registered_by_id",
        "registered_date",
        "archived_date",
        "refusal_reason",
        "suspension_reason",
        "taken_over",
    )
    _unlink_states = ("none", "draft")
    _transitions = {
        "suspend": {
            "from": ("archived",),
            "to": "suspended",
            "check": "_check_supervises_customer",
        },
        "resume": {
            "from": ("suspended",),
            "to": "archived",
            "check": "_check_supervises_customer",
        },
        "discard": {"from": ("draft", "refused"), "to": "none"},
    }
    _approval_steps = {
        "registration": {
            "from": ("draft", "refused"),
            "pending": "review",
            "approved": "archived",
            "refused": "refused",
            "void": "draft",
            "protected": (
                "name",
                "is_company",
                "enterprise_type_id",
                "legal_representative",
                "credit_code",
            ),
        },
    }

    # ---------------------------------------------------------------- the file
    is_crm_customer = fields.Boolean(
        string="Customer",
        index=True,
        copy=False,
        help="This partner has a customer file. Contacts of a customer have none of "
        "their own: their company's counts.",
    )
    state = fields.Selection(
        [
            ("none", "No customer file"),
            ("draft", "Draft"),
            ("review", "In review"),
            ("archived", "On file"),
            ("refused", "Sent back"),
            ("suspended", "Suspended"),
        ],
        string="Registration",
        default="none",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        help="State of the customer file (SM-01). Only customers on file are sold to.",
    )
    customer_number = fields.Char(
        readonly=True,
        copy=False,
        index="btree_not_null",
        tracking=True,
        help="Given when the file is archived, counted per company and year.",
    )
    crm_customer_id = fields.Many2one(
        "res.partner",
        string="Customer File",
        compute="_compute_crm_customer_id",
        store=True,
        index="btree_not_null",
        help="The customer whose file this partner belongs to: itself, or the company "
        "it is a contact or an address of.",
    )
    customer_scope = fields.Selection(
        [
            ("bought", "Has bought from us"),
            ("intends", "Intends to buy"),
            ("category", "Uses products of our category"),
        ],
        string="Relation to Us",
        tracking=True,
        help="Why this is a customer (ARC-01): any one of the three is enough.",
    )
    source_id = fields.Many2one(
        "crm.customer.source", ondelete="restrict", tracking=True
    )
    stage_id = fields.Many2one(
        "crm.customer.stage",
        string="Life-cycle Stage",
        ondelete="restrict",
        index="btree_not_null",
        tracking=True,
    )
    intermediary_type_id = fields.Many2one(
        "crm.intermediary.type",
        ondelete="restrict",
        index="btree_not_null",
        tracking=True,
        help="Empty for customers who use the goods themselves (ARC-148).",
    )

    # ------------------------------------------------------------ company data
    enterprise_type_id = fields.Many2one(
        "crm.enterprise.type", ondelete="restrict", tracking=True
    )
    registered_capital = fields.Monetary(
        currency_field="registered_capital_currency_id",
        tracking=True,
        help="As on the business licence, in the currency beside it.",
    )
    registered_capital_currency_id = fields.Many2one(
        "res.currency", default=lambda self: self.env.company.currency_id
    )
    legal_representative = fields.Char(tracking=True)
    credit_code = fields.Char(
        string="Unified Social Credit Code",
        copy=False,
        index="btree_not_null",
        tracking=True,
        help="18 characters with a check character (GB 32100). No two customers of a "
        "company may have the same.",
    )

    # -------------------------------------------------------------- who, where
    user_id = fields.Many2one(index="btree_not_null")
    second_user_id = fields.Many2one(
        "res.users",
        string="Second Account Manager",
        domain=[("share", "=", False)],
        index="btree_not_null",
        tracking=True,
    )
    crm_department_id = fields.Many2one(
        "hr.department",
        string="Account Manager's Department",
        compute="_compute_crm_department_id",
        store=True,
        index="btree_not_null",
    )
    foreign_override = fields.Selection(
        [("domestic", "Domestic"), ("foreign", "Foreign")],
        string="Counts As",
        tracking=True,
        help="Empty: by the country of the address. Set it where the address "
        "misleads, such as a foreign company's office in this country.",
    )
    is_foreign = fields.Boolean(
        string="Foreign Customer",
        compute="_compute_is_foreign",
        store=True,
        help="In another country than our company. Foreign customers have longer "
        "deadlines.",
    )

    # ------------------------------------------------------------ registration
    client_reference = fields.Char(
        copy=False,
        help="Key of this customer in another program. Registering the same key twice "
        "gives the first customer back.",
    )
    registered_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, index="btree_not_null"
    )
    registered_date = fields.Date(readonly=True, copy=False)
    archived_date = fields.Date(readonly=True, copy=False)
    taken_over = fields.Boolean(
        readonly=True,
        copy=False,
        help="Was a customer before files were kept, and was put on file without "
        "registration so that running business could go on.",
    )
    refusal_reason = fields.Text(readonly=True, copy=False)
    suspension_reason = fields.Text(readonly=True, copy=False)

    _client_reference_uniq = models.UniqueIndex(
        "(COALESCE(company_id, 0), client_reference) "
        "WHERE client_reference IS NOT NULL",
        "A customer with this client reference already exists in this company.",
    )
    _customer_number_uniq = models.UniqueIndex(
        "(COALESCE(company_id, 0), customer_number) WHERE customer_number IS NOT NULL",
        "A customer with this number already exists in this company.",
    )
    _credit_code_uniq = models.UniqueIndex(
        "(COALESCE(company_id, 0), credit_code) "
        "WHERE credit_code IS NOT NULL AND is_crm_customer",
        "A customer with this unified social credit code already exists.",
    )
    _customer_has_state = models.Constraint(
        "CHECK (COALESCE(is_crm_customer, FALSE) "
        "= (COALESCE(state, 'none') != 'none'))",
        "A customer has a customer file, and nobody else has one.",
    )
    _registered_capital_positive = models.Constraint(
        "CHECK (registered_capital IS NULL OR registered_capital >= 0)",
        "The registered capital cannot be negative.",
    )

    # ------------------------------------------------------------- constraints

    @api.constrains("is_crm_customer", "parent_id", "is_company")
    def _check_customer_is_entity(self):
        for partner in self.filtered("is_crm_customer"):
            if partner.commercial_partner_id != partner:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is a contact of %(customer)s and cannot have a "
                        "customer file of its own.",
                        contact=partner.name,
                        customer=partner.commercial_partner_id.name,
                    )
                )

    @api.constrains("user_id", "second_user_id")
    def _check_account_managers(self):
        for partner in self:
            if partner.second_user_id and partner.second_user_id == partner.user_id:
                raise ValidationError(
                    self.env._(
                        "%s: the second account manager must be another person than "
                        "the account manager.",
                        partner.display_name,
                    )
                )

    # ---------------------------------------------------------------- computes

    @api.depends("commercial_partner_id", "commercial_partner_id.is_crm_customer")
    def _compute_crm_customer_id(self):
        for partner in self:
            entity = partner.commercial_partner_id
            partner.crm_customer_id = entity if entity.is_crm_customer else False

    @api.depends("is_crm_customer", "company_id", "user_id.employee_ids.department_id")
    def _compute_crm_department_id(self):
        for partner in self:
            department = False
            if partner.is_crm_customer:
                employees = partner.user_id.employee_ids
                own = employees.filtered(
                    lambda employee, company=partner.company_id: (
                        employee.company_id == company
                    )
                )
                department = (own or employees)[:1].department_id
            partner.crm_department_id = department

    @api.depends(
        "commercial_partner_id.country_id",
        "commercial_partner_id.company_id.country_id",
        "commercial_partner_id.foreign_override",
    )
    def _compute_is_foreign(self):
        for partner in self:
            entity = partner.commercial_partner_id
            home = (entity.company_id or self.env.company).country_id
            abroad = bool(entity.country_id and home and entity.country_id != home)
            override = entity.foreign_override
            partner.is_foreign = override == "foreign" if override else abroad

    # ------------------------------------------------------------------ checks

    def _check_supervises_customer(self):
        """Raise unless the user heads the customer's department or stands above."""
        user = self.env.user
        if user.has_group("crm_policy.group_director"):
            return
        for partner in self:
            heads = partner.crm_department_id.sudo().policy_head_ids  # sudo: org chart
            if user not in heads:
                raise AccessError(
                    self.env._(
                        "Only the head of the account manager's department or a "
                        "director may do this with %s.",
                        partner.display_name,
                    )
                )

    def _approval_check(self, step):
        """Refuse an incomplete form (GAP-82), naming everything that is missing."""
        res = super()._approval_check(step)
        if step == "registration":
            self._check_registration_complete()
        return res

    def _check_registration_complete(self):
        """Raise with the list of all required fields a form still misses."""
        for company, partners in self.grouped(lambda p: p._approval_company()).items():
            required = self.env["crm.customer.required.field"]._for_company(company)
            for partner in partners:
                # sudo: the name of a field
                missing = [
                    rule.field_id.field_description
                    for rule in required
                    if rule._applies(partner.is_company, partner.is_foreign)
                    and not partner[rule.field_id.sudo().name]
                ]
                if missing:
                    raise UserError(
                        self.env._(
                            "The registration form of %(customer)s is not complete. "
                            "Missing: %(fields)s.",
                            customer=partner.display_name,
                            fields=format_list(self.env, missing),
                        )
                    )
                partner._check_contact_names()

    # --------------------------------------------------------------- lifecycle

    @api.model
    def default_get(self, fields):
        res = super().default_get(fields)
        if res.get("is_crm_customer"):
            # what the customer will have once the form is saved
            start = {
                "state": "draft",
                "user_id": self.env.uid,
                "company_id": self.env.company.id,
                "country_id": self.env.company.country_id.id,
            }
            for name in start.keys() & set(fields):
                res[name] = (
                    start[name] if name == "state" else res.get(name) or start[name]
                )
        return res

    @api.model
    def _customer_create_vals(self, vals):
        """Settle whether a new partner is a customer, and what follows from it."""
        flag = vals.get("is_crm_customer")
        if flag is None and self.env.context.get("default_is_crm_customer"):
            # The customers' menu makes customers and companies, but not of the
            # contacts that are entered on the form.
            if vals.get("parent_id"):
                vals = {"is_company": False, **vals}
            flag = not vals.get("parent_id") or vals["is_company"]
        if not flag:
            return {**vals, "is_crm_customer": False} if flag is not None else vals
        vals = {**vals, "is_crm_customer": True}
        vals.setdefault("company_id", self.env.company.id)
        vals.setdefault("country_id", self.env.company.country_id.id)
        vals.setdefault(
            "user_id", self.env.context.get("default_user_id") or self.env.uid
        )
        return vals

    @api.model
    def _guarded_create_vals(self, vals_list):
        own_vals = super()._guarded_create_vals(vals_list)
        for vals, own in zip(vals_list, own_vals, strict=True):
            if vals.get("is_crm_customer"):
                own.update(self._registration_start_vals(vals.get("company_id")))
        return own_vals

    @api.model
    def _registration_start_vals(self, company_id):
        company = self.env["res.company"].browse(company_id) or self.env.company
        return {
            "state": "draft",
            "registered_by_id": self.env.uid,
            "registered_date": company._policy_today(),
        }

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._customer_create_vals(vals) for vals in vals_list]
        if any(
            vals.get("is_crm_customer") or vals.get("parent_id") for vals in vals_list
        ):
            self._prepare_customer_vals(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        if "credit_code" in vals:
            vals = {**vals, "credit_code": self._credit_code(vals["credit_code"])}
            self._check_credit_code_free([vals["credit_code"]])
        # With a state it is the procedure that writes, or someone the guard refuses.
        if "is_crm_customer" in vals and "state" not in vals:
            self._set_customer(vals["is_crm_customer"])
            vals = {key: val for key, val in vals.items() if key != "is_crm_customer"}
        return super().write(vals)

    def _set_customer(self, flag):
        """Open the file of partners, or drop drafts that were never on file.

        Flag, state and registrar change in one write: in between, the partner would
        be nobody's customer.
        """
        self.check_access("write")
        changed = self.filtered(lambda partner: partner.is_crm_customer != bool(flag))
        if not flag:
            changed._check_may_discard()
            changed._transition("discard", is_crm_customer=False)
            return
        for company, partners in changed.grouped("company_id").items():
            start = self._registration_start_vals(company.id)
            for owned in partners.grouped(
                lambda partner: bool(partner.user_id)
            ).items():
                owner = {} if owned[0] else {"user_id": self.env.uid}
                owned[1]._write_guarded({"is_crm_customer": True, **start, **owner})

    def _check_may_discard(self):
        for partner in self.filtered("customer_number"):
            raise UserError(
                self.env._(
                    "%(customer)s has been on file under number %(number)s: the file "
                    "is kept.",
                    customer=partner.display_name,
                    number=partner.customer_number,
                )
            )

    def _get_approval_bookkeeping(self):
        # Partners are written often: only the protected values make the approval look.
        protected = self._approval_steps["registration"]["protected"]
        return set(self._fields).difference(protected)

    @api.model
    def _get_approval_step_labels(self):
        return {
            **super()._get_approval_step_labels(),
            "registration": self.env._("Customer registration"),
        }

    def _approval_department(self, step):
        """The account manager's department reviews (ARC-53)."""
        return self.crm_department_id or super()._approval_department(step)

    def _approval_done(self, step):
        res = super()._approval_done(step)
        if step == "registration":
            self._archive_customers()
        return res

    def _approval_refused(self, step, comment):
        res = super()._approval_refused(step, comment)
        if step == "registration":
            self._write_guarded({"refusal_reason": comment})
        return res

    def _archive_customers(self):
        """Give archived files their number and date (ARC-54)."""
        Sequence = self.env["ir.sequence"]
        for company, partners in self.grouped(lambda p: p._approval_company()).items():
            today = company._policy_today()
            partners._write_guarded({"archived_date": today, "refusal_reason": False})
            new = partners.filtered(lambda partner: not partner.customer_number)
            numbers = Sequence._policy_numbers("crm.customer", company, len(new))
            for partner, number in zip(new, numbers, strict=True):
                partner._write_guarded({"customer_number": number})

    # ----------------------------------------------------------------- actions

    def action_start_registration(self):
        """Open a customer file for an existing partner; returns the action to it."""
        self._policy_require_one()
        self.check_access("write")
        entity = self.commercial_partner_id
        if not entity.is_crm_customer:
            entity.is_crm_customer = True
        return entity.action_open_customer_file()

    def action_open_customer_file(self):
        """Open the file of the customer this partner belongs to."""
        self._policy_require_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer_archive.action_customers"
        )
        entity = self.crm_customer_id or self.commercial_partner_id
        form = self.env.ref("crm_customer_archive.res_partner_view_form_customer")
        action.update(
            views=[(form.id, "form")], res_id=entity.id, view_mode="form", context={}
        )
        return action

    def _approval_open_action(self):
        return self.action_open_customer_file()

    def action_submit(self):
        """Submit complete forms to the department manager for review (ARC-53).

        :return: True
        :raises UserError: a required field is missing (all are named), a contact's
            name is not complete, or the file is not a draft
        """
        for partner in self:
            partner.action_request_approval("registration")
        return True

    @arguments(reason=TEXT)
    def action_suspend(self, reason):
        """Stop selling to customers on file; they stay on file.

        :param reason: why; required, kept on the file
        :return: True
        :raises AccessError: not the head of the department nor a director
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the customer is suspended."))
        self._transition("suspend", suspension_reason=reason)
        return True

    def action_resume(self):
        """Sell to suspended customers again.

        :return: True
        :raises AccessError: not the head of the department nor a director
        """
        self._transition("resume", suspension_reason=False)
        return True

    # ----------------------------------------------------------------- helpers

    def _registration_address(self):
        """Return the business address on one line, the largest unit first in China."""
        self.ensure_one()
        parts = [
            self.state_id.name,
            self.city,
            self.street,
            self.street2,
        ]
        if self.country_id.code == "CN":
            return "".join(part for part in parts if part)
        parts = [self.street, self.street2, self.city, self.state_id.name]
        return ", ".join(part for part in [*parts, self.country_id.name] if part)

    def _registration_decision(self):
        """Return the decision on the registration taken last, to be printed."""
        self.ensure_one()
        # sudo: the form shows who decided to everyone who may read the form
        return (
            self.sudo()
            .approval_ids.filtered(
                lambda a: (
                    a.step == "registration" and a.outcome in ("approved", "refused")
                )
            )
            .sorted("id")[-1:]
        )
