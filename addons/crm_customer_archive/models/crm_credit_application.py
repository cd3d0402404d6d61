"""Application for credit terms (账期客户登记表) with the investigation of the customer.

Carries ARC-190 to ARC-192 and ARC-196. Only an approved application writes a
customer's payment term and credit limit; the second kind releases one order that would
take the customer above the limit.

========== ============ ========== ===================== ==============================
from       step         to         who                   what must hold
========== ============ ========== ===================== ==============================
(create)                draft      salesperson           customer
draft      submit       approval   salesperson           investigated; term allowed
refused    submit       approval   salesperson           as above
approval   approve      active     department manager    authority "grant"
approval   reject       refused    department manager    comment
approval   withdraw     draft      who asked
active     investigate  active     salesperson, head     result; "end" ends the terms
active     end          ended      head, director        reason
active     (renewed)    ended      the procedure         a later application is active
========== ============ ========== ===================== ==============================
"""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_list

from odoo.addons.crm_policy.models.arguments import (
    DAY,
    TEXT,
    VALUES,
    arguments,
    check_values,
)

# What is known of the customer: settled once it has been decided on.
INVESTIGATION_FIELDS = frozenset(
    (
        "investigated_on",
        "investigated_by_id",
        "production_situation",
        "credit_standing",
        "bank_information",
        "annual_turnover",
        "paid_in_capital",
        "employee_count",
        "expected_purchases",
        "supplier_references",
        "supplier_terms",
        "litigation",
        "investigation_opinion",
        "reason",
    )
)


class CrmCreditApplication(models.Model):
    _name = "crm.credit.application"
    _inherit = ["crm.document.mixin", "crm.approval.mixin"]
    _description = "Credit Application"
    _order = "id desc"
    _check_company_auto = True
    _policy_topic = "credit"
    _number_code = "crm.credit.application"
    _unlink_states = ("draft", "refused")
    _guarded_fields = (
        "granted_days",
        "date_active",
        "date_end",
        "end_reason",
        "next_investigation",
        "submitted_date",
    )
    _transitions = {
        "end": {"from": ("active",), "to": "ended", "check": "_check_may_end"},
        "renew": {"from": ("active",), "to": "ended"},
    }
    _approval_steps = {
        "grant": {
            "from": ("draft", "refused"),
            "pending": "approval",
            "approved": "active",
            "refused": "refused",
            "void": "draft",
            "protected": (
                "kind",
                "partner_id",
                "payment_term_id",
                "credit_limit",
                "sale_order_id",
                "order_amount",
            ),
            "locked": ("active", "ended"),
        },
    }

    # ------------------------------------------------------------- what is asked
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("approval", "In Approval"),
            ("active", "In Force"),
            ("refused", "Refused"),
            ("ended", "Ended"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        help="State of the application (SM-08).",
        group_expand=True,
    )
    kind = fields.Selection(
        [("terms", "Credit terms"), ("order", "One order above the limit")],
        default="terms",
        required=True,
        index=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('is_crm_customer', '=', True)]",
        tracking=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        default=lambda self: self.env.user,
        required=True,
        index=True,
        domain=[("share", "=", False)],
        tracking=True,
    )
    department_id = fields.Many2one(
        "hr.department",
        related="partner_id.crm_department_id",
        store=True,
        index="btree_not_null",
        help="The account manager's department, whose manager decides (ARC-191).",
    )
    payment_term_id = fields.Many2one(
        "account.payment.term",
        string="Payment Term Asked",
        check_company=True,
        ondelete="restrict",
        index="btree_not_null",
        tracking=True,
        help="Every line of the term must keep the longest term of the credit policy "
        "(ARC-192).",
    )
    credit_limit = fields.Monetary(
        string="Credit Limit Asked",
        tracking=True,
        help="Company currency; receivables, orders not yet invoiced and the new order "
        "together. Zero: no limit (GAP-58).",
    )
    sale_order_id = fields.Many2one(
        "sale.order",
        string="Order to Release",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
    )
    order_amount = fields.Monetary(
        string="Released up to",
        tracking=True,
        help="Company currency, taxes included. The order may grow to this amount.",
    )
    reason = fields.Text(help="Why the customer is to be supplied on terms.")

    # ------------------------------------------------------------ investigation
    investigated_on = fields.Date(help="Local date.")
    investigated_by_id = fields.Many2one(
        "res.users",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    production_situation = fields.Text(
        help="Capacity, equipment, workforce, stock, order situation (ARC-190)."
    )
    credit_standing = fields.Text(
        help="Payment habits, reputation, ratings, enforcement records (ARC-190)."
    )
    bank_information = fields.Text(
        string="Bank", help="House bank, facilities, the bank's information."
    )
    annual_turnover = fields.Monetary(help="Of the last full year, company currency.")
    paid_in_capital = fields.Monetary(help="Company currency")
    employee_count = fields.Integer(string="Employees")
    expected_purchases = fields.Monetary(
        string="Expected Monthly Purchases", help="From us, company currency."
    )
    supplier_references = fields.Text(
        string="References", help="Other suppliers asked and what they said."
    )
    supplier_terms = fields.Char(string="Terms Granted by Others")
    litigation = fields.Text(string="Lawsuits and Enforcement")
    investigation_opinion = fields.Text(string="Investigator's Opinion")

    # ------------------------------------------------------------------ in force
    submitted_date = fields.Date(readonly=True, copy=False)
    granted_days = fields.Integer(
        readonly=True,
        copy=False,
        help="The most calendar days from an invoice to its last due date, as "
        "approved.",
    )
    date_active = fields.Date(string="In Force Since", readonly=True, copy=False)
    date_end = fields.Date(string="Ended On", readonly=True, copy=False)
    end_reason = fields.Char(readonly=True, copy=False, tracking=True)
    next_investigation = fields.Date(
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="When the customer's situation is investigated again (ARC-196).",
    )
    investigation_ids = fields.One2many(
        "crm.credit.investigation", "application_id", string="Investigations"
    )

    _active_uniq = models.UniqueIndex(
        "(company_id, partner_id) WHERE state = 'active' AND kind = 'terms' "
        "AND date_active IS NOT NULL",
        "This customer has credit terms in force already.",
    )
    _amounts_not_negative = models.Constraint(
        "CHECK (COALESCE(credit_limit, 0) >= 0 AND COALESCE(order_amount, 0) >= 0 "
        "AND COALESCE(annual_turnover, 0) >= 0 AND COALESCE(paid_in_capital, 0) >= 0 "
        "AND COALESCE(expected_purchases, 0) >= 0 "
        "AND COALESCE(employee_count, 0) >= 0)",
        "Amounts and numbers of a credit application cannot be negative.",
    )

    # ------------------------------------------------------------- constraints

    @api.constrains("partner_id")
    def _check_customer(self):
        for application in self:
            if not application.sudo().partner_id.is_crm_customer:  # sudo: a flag only
                raise ValidationError(
                    self.env._(
                        "%s has no customer file (Customer): register it first.",
                        application.partner_id.display_name,
                    )
                )

    @api.constrains("payment_term_id", "company_id")
    def _check_payment_term(self):
        Rule = self.env["crm.credit.rule"]
        for company, applications in self.grouped("company_id").items():
            rule = Rule._for_company(company)
            for term in applications.payment_term_id if rule else ():
                rule._check_term(term)

    @api.constrains("investigated_on")
    def _check_investigated_on(self):
        for application in self:
            day = application.investigated_on
            if day and day > application.company_id._policy_today():
                raise ValidationError(
                    self.env._(
                        "%s: the investigation cannot lie in the future "
                        "(Investigated On).",
                        application.display_name,
                    )
                )

    @api.constrains("sale_order_id", "partner_id", "kind")
    def _check_sale_order(self):
        for application in self.filtered(lambda doc: doc.kind == "order"):
            order = application.sudo().sale_order_id  # sudo: compared only
            if order and (
                order.partner_id.commercial_partner_id != application.partner_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(order)s is an order of another customer (Order to Release).",
                        order=order.name,
                    )
                )

    # ------------------------------------------------------------------ checks

    @api.model
    def _get_approval_step_labels(self):
        return {
            **super()._get_approval_step_labels(),
            "grant": self.env._("Credit terms"),
        }

    def _approval_amount(self, step):
        amount = self.order_amount if self.kind == "order" else self.credit_limit
        return amount, self.currency_id, self.company_id._policy_today()

    def _approval_check(self, step):
        """Refuse what is incomplete or not allowed, before anybody is asked."""
        res = super()._approval_check(step)
        rule = self.env["crm.credit.rule"]._required_for_company(self.company_id)
        self.partner_id._check_customer_usable("terms", self.company_id)
        if self.kind == "order":
            self._check_release_complete()
            return res
        if not self.payment_term_id:
            raise UserError(
                self.env._("%s: choose the payment term asked for.", self.display_name)
            )
        rule._check_term(self.payment_term_id)
        missing = [
            field.field_description
            for field in rule.required_field_ids
            if not self[field.sudo().name]  # sudo: the name of a field
        ]
        if missing:
            raise UserError(
                self.env._(
                    "%(application)s: the investigation of %(customer)s is not "
                    "complete (ARC-190). Missing: %(fields)s.",
                    application=self.display_name,
                    customer=self.partner_id.display_name,
                    fields=format_list(self.env, missing),
                )
            )
        return res

    def _check_release_complete(self):
        order = self.sudo().sale_order_id  # sudo: its state and amount only
        if not order or order.state not in ("draft", "sent", "sale"):
            raise UserError(
                self.env._(
                    "%s: choose the order to release; it must not be cancelled.",
                    self.display_name,
                )
            )
        if self.currency_id.compare_amounts(
            self.order_amount, order._credit_amount()
        ) < (0):
            raise UserError(
                self.env._(
                    "%(application)s: the amount to release is less than the order's "
                    "%(amount)s.",
                    application=self.display_name,
                    amount=self.currency_id.format(order._credit_amount()),
                )
            )

    def _check_may_end(self):
        self.partner_id._check_supervises_customer()

    # --------------------------------------------------------------- lifecycle

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        if self.partner_id:
            self.user_id = self.partner_id.user_id or self.user_id

    @api.onchange("sale_order_id")
    def _onchange_sale_order_id(self):
        if self.sale_order_id:
            self.partner_id = self.sale_order_id.partner_id.commercial_partner_id
            self.order_amount = self.sale_order_id._credit_amount()

    def write(self, vals):
        changed = INVESTIGATION_FIELDS.intersection(vals)
        if changed:
            for application in self.filtered(
                lambda doc: doc.state in ("approval", "active", "ended")
            ):
                raise UserError(
                    self.env._(
                        "%(application)s has been submitted: “%(field)s” cannot "
                        "change any more. Withdraw it, or record a new investigation.",
                        application=application.display_name,
                        field=self._fields[min(changed)]._description_string(self.env),
                    )
                )
        return super().write(vals)

    def _approval_done(self, step):
        """Write the terms granted; what was in force before ends (ARC-191)."""
        res = super()._approval_done(step)
        for application in self:
            today = application.company_id._policy_today()
            vals = {"date_active": today}
            if application.kind == "terms":
                application._earlier_terms()._end_terms(
                    application.env._("Renewed by %s.", application.name)
                )
                vals["granted_days"] = application.payment_term_id._credit_days()
                vals["next_investigation"] = application._next_investigation(
                    application.investigated_on or today
                )
            # What was in force must have ended before this is.
            self.env.flush_all()
            application._write_guarded(vals)
            if application.kind == "terms":
                application._write_terms()
        return res

    def _earlier_terms(self):
        return self.search(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("kind", "=", "terms"),
                ("state", "=", "active"),
                ("id", "not in", self.ids),
            ]
        )

    def _end_terms(self, reason):
        for company, applications in self.grouped("company_id").items():
            applications._transition(
                "renew", end_reason=reason, date_end=company._policy_today()
            )

    def _write_terms(self):
        """Put the terms on the customers' files, or take ended ones off."""
        for application in self:
            granted = application.state == "active"
            application.partner_id.with_company(
                application.company_id
            )._write_protected(
                {
                    "property_payment_term_id": granted
                    and application.payment_term_id.id,
                    "credit_limit": application.credit_limit if granted else 0.0,
                }
            )
        self.partner_id._sync_credit_state()

    def _next_investigation(self, day):
        """Return when the next investigation is due after one of that day."""
        rule = self.env["crm.credit.rule"]._for_company(self.company_id)
        months = rule.investigation_months
        return day + relativedelta(months=months) if months else False

    # ----------------------------------------------------------------- actions

    @api.model
    @arguments(vals=VALUES)
    def apply_for_terms(self, vals):
        """File an application for credit terms; safe to repeat.

        :param dict vals: ``partner_id`` (required), ``payment_term_id``,
            ``credit_limit`` (company currency), fields of the investigation
            (``investigated_on``, ``production_situation``, ``credit_standing``,
            ``bank_information``, ``annual_turnover``, ``supplier_references`` ...),
            ``client_reference``; ``submit``: ask for the decision at once
        :return: id of the application; the first one's when the reference is known
        :raises UserError: unknown key, incomplete; ValidationError: longer than allowed
        """
        known = self._find_by_client_reference(vals.get("client_reference"))
        if known:
            return known.id
        vals = dict(vals)
        submit = vals.pop("submit", False)
        unknown = set(vals) - set(self._fields)
        if unknown:
            raise UserError(
                self.env._(
                    "Unknown in an application for credit terms: %s.",
                    format_list(self.env, sorted(unknown)),
                )
            )
        check_values(self, vals)
        application = self.create(vals)
        if submit:
            application.action_submit()
        return application.id

    def action_submit(self):
        """Submit to the department manager (ARC-191).

        :return: True
        :raises UserError: incomplete investigation (all missing fields are named)
        :raises ValidationError: a line of the term is longer than allowed (ARC-192)
        """
        for application in self:
            application.action_request_approval("grant")
            application._write_guarded(
                {"submitted_date": application.company_id._policy_today()}
            )
        return True

    @arguments(reason=TEXT)
    def action_end(self, reason):
        """End terms in force; the customer pays at once from now on.

        :param reason: why; required, kept
        :return: True
        :raises AccessError: not the head of the department nor a director
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the credit terms end."))
        for company, applications in self.grouped("company_id").items():
            applications._transition(
                "end", end_reason=reason.strip(), date_end=company._policy_today()
            )
        # sudo: who ends terms has been checked; the file is written by procedure only
        self.sudo().filtered(lambda doc: doc.kind == "terms")._write_terms()
        return True

    @arguments(result=TEXT, finding=TEXT, date=DAY)
    def action_investigate(self, result, finding, date=None):
        """Record a further investigation of a customer on terms (ARC-196).

        :param result: ``keep``, ``watch`` or ``end`` (to be ended by the head)
        :param finding: what was found; required
        :param date: local date, today by default
        :return: id of the ``crm.credit.investigation``
        """
        self._policy_require_one()
        self.check_access("write")
        self._check_transition_state(("active",))
        return (
            self.env["crm.credit.investigation"]
            .create(
                {
                    "application_id": self.id,
                    "result": result,
                    "finding": finding,
                    **({"date": date} if date else {}),
                }
            )
            .id
        )

    def action_end_wizard(self):
        """Ask for the reason terms end."""
        return self.env["crm.credit.reason"]._open(self, "action_end")

    # ------------------------------------------------------------------- crons

    @api.model
    def _cron_investigations(self):
        """Remind salespeople of investigations that come due (ARC-196)."""
        due = self.browse()
        activity_type = self.env.ref(
            "crm_customer_archive.activity_type_credit_investigation"
        )
        for company in self.env["res.company"].search([("active", "=", True)]):
            rule = self.env["crm.credit.rule"]._for_company(company)
            if not rule:
                continue
            day = company._policy_today() + relativedelta(
                days=rule.investigation_notice_days
            )
            due |= self.search(
                [
                    ("company_id", "=", company.id),
                    ("state", "=", "active"),
                    ("kind", "=", "terms"),
                    ("next_investigation", "<=", day),
                ]
            )
        reminded = due.activity_ids.filtered(
            lambda activity: activity.activity_type_id == activity_type
        )
        due = due.filtered(lambda doc: doc.id not in set(reminded.mapped("res_id")))
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            [
                {
                    "activity_type_id": activity_type.id,
                    "summary": activity_type.summary,
                    "res_model_id": self.env["ir.model"]._get_id(self._name),
                    "res_id": application.id,
                    "user_id": (
                        application.partner_id.user_id or application.user_id
                    ).id,
                    "date_deadline": application.next_investigation,
                    "automated": True,
                }
                for application in due
            ]
        )

    # ----------------------------------------------------------------- helpers

    def _grant_decision(self):
        """Return the decision taken last, to be printed."""
        self.ensure_one()
        # sudo: the form shows who decided to everyone who may read the form
        return (
            self.sudo()
            .approval_ids.filtered(lambda a: a.outcome in ("approved", "refused"))
            .sorted("id")[-1:]
        )
