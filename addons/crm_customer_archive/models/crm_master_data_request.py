"""Requests to the department that maintains a kind of partner (SM-09, STEEL).

========== ========= ========== ======================= ===============================
from       step      to         who                     what must hold
========== ========= ========== ======================= ===============================
-          create    draft      requesting department   ARC-234
draft      submit    maintainer requester               kind maintained directly
draft      submit    requested  requester               kind with report approval
requested  approve   approved   authority "report"      path 2 (ARC-236)
requested  refuse    returned   authority "report"      comment
approved   forward   maintainer department of report    ARC-236
maintainer audit     audited    maintaining department  form complete (ARC-234)
maintainer return    returned   maintaining department  reason
returned   submit    as draft   requester
audited    complete  done       maintaining department  partner made or changed
draft      cancel    cancelled  requester               also from returned
========== ========= ========== ======================= ===============================
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_list

from odoo.addons.crm_policy.models.arguments import (
    FLAG,
    TEXT,
    VALUES,
    arguments,
    check_values,
)

EDITABLE = ("draft", "returned")
# Values of the form: request field -> partner field.
FORM = {
    "partner_name": "name",
    "enterprise_type_id": "enterprise_type_id",
    "legal_representative": "legal_representative",
    "registered_capital": "registered_capital",
    "credit_code": "credit_code",
    "street": "street",
    "city": "city",
    "phone": "phone",
    "email": "email",
}
OTHER = ("contact_name", "bank_id", "acc_number", "business", "reason")


class CrmMasterDataRequest(models.Model):
    _name = "crm.master.data.request"
    _description = "Master Data Request"
    _inherit = ["crm.document.mixin", "crm.approval.mixin", "crm.routing.mixin"]
    _order = "id desc"

    _policy_topic = "master_data"
    _number_code = "crm.master.data.request"
    _guarded_fields = ("return_reason", "audited_by_id", "done_by_id", "done_date")
    _unlink_states = ("draft",)
    _transitions = {
        "submit": {"from": EDITABLE, "to": "maintainer"},
        "forward": {
            "from": ("approved",),
            "to": "maintainer",
            "check": "_routing_check_holder",
        },
        "audit": {
            "from": ("maintainer",),
            "to": "audited",
            "check": "_routing_check_holder",
        },
        "return": {
            "from": ("maintainer",),
            "to": "returned",
            "check": "_routing_check_holder",
        },
        "complete": {
            "from": ("audited",),
            "to": "done",
            "check": "_routing_check_holder",
        },
        "cancel": {"from": EDITABLE, "to": "cancelled", "check": "_check_requester"},
    }
    _approval_steps = {
        "report": {
            "from": EDITABLE,
            "pending": "requested",
            "approved": "approved",
            "refused": "returned",
            "void": "returned",
            "protected": ("area_id", *FORM, *OTHER),
        },
    }
    _routing_states = {
        "requested": None,
        "approved": None,
        "maintainer": None,
        "audited": None,
        "returned": None,
    }

    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("requested", "Report approval asked for"),
            ("approved", "Report approved"),
            ("maintainer", "With maintainer"),
            ("audited", "Audited"),
            ("returned", "Returned"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    area_id = fields.Many2one(
        "crm.master.data.area",
        string="Kind of Partner",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        domain="[('profile_id', '=', profile_id)]",
    )
    profile_id = fields.Many2one(
        "crm.policy.profile", compute="_compute_profile_id", string="Policy"
    )
    side = fields.Selection(related="area_id.side")
    partner_id = fields.Many2one(
        "res.partner",
        string="Partner to Change",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        help="Empty: a new partner is asked for; filled when it has been made.",
    )
    is_new = fields.Boolean(
        string="New Partner", default=True, help="No: an existing partner is changed."
    )
    requested_by_id = fields.Many2one(
        "res.users",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.uid,
    )
    department_id = fields.Many2one(
        "hr.department",
        string="Requesting Department",
        compute="_compute_department_id",
        store=True,
        compute_sudo=True,
        index="btree_not_null",
    )
    requested_date = fields.Date(
        readonly=True, default=lambda self: self.env.company._policy_today()
    )
    reason = fields.Text(help="The business that needs it.")

    # ---------------------------------------------------------------- the form
    partner_name = fields.Char(tracking=True)
    enterprise_type_id = fields.Many2one("crm.enterprise.type", ondelete="restrict")
    legal_representative = fields.Char()
    registered_capital = fields.Monetary(help="In company currency.")
    credit_code = fields.Char("Unified Social Credit Code")
    street = fields.Char("Business Address")
    city = fields.Char()
    phone = fields.Char()
    email = fields.Char()
    contact_name = fields.Char()
    bank_id = fields.Many2one("res.bank")
    acc_number = fields.Char("Account Number")
    business = fields.Text(
        "Business with Us", help="Goods or services bought from or sold to the partner."
    )

    # ------------------------------------------------------------ the procedure
    return_reason = fields.Text(readonly=True, copy=False)
    audited_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    done_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    done_date = fields.Date(readonly=True, copy=False)

    # ------------------------------------------------------------- constraints

    @api.constrains("is_new", "partner_id", "partner_name", "credit_code", "state")
    def _check_form(self):
        for request in self.filtered(lambda r: r.state != "done"):
            if not request.is_new and not request.partner_id:
                raise ValidationError(
                    self.env._("%s: choose the partner to change.", request.name)
                )
            if request.is_new and request.partner_id:
                raise ValidationError(
                    self.env._(
                        "%s: a new partner is asked for, so there is none to change.",
                        request.name,
                    )
                )
            # sudo: whether a file exists, nothing of it
            if request.sudo().partner_id.crm_customer_id:
                raise ValidationError(
                    self.env._(
                        "%s has a customer file: it is changed there, not by a master "
                        "data request.",
                        request.partner_id.display_name,
                    )
                )
            if request.credit_code:
                self.env["res.partner"]._validate_credit_code(request.credit_code)

    # ---------------------------------------------------------------- computes

    @api.depends("company_id")
    def _compute_profile_id(self):
        for request in self:
            company = request.company_id or self.env.company
            request.profile_id = company._policy_profile("master_data")

    @api.depends("requested_by_id", "company_id")
    def _compute_department_id(self):
        departments = self.requested_by_id._policy_departments(self.company_id)
        for request in self:
            key = request.requested_by_id, request.company_id
            request.department_id = departments.get(key)

    # ------------------------------------------------------------------ routing

    @api.model
    def _get_approval_step_labels(self):
        return {
            **super()._get_approval_step_labels(),
            "report": self.env._("Report approval"),
        }

    def _approval_department(self, step):
        area = self.area_id
        # sudo: the org chart is needed, not shown
        return area._here(area.sudo().report_department_id, self.company_id)

    def _approval_refused(self, step, comment):
        res = super()._approval_refused(step, comment)
        self._write_guarded({"return_reason": comment})
        return res

    def _routing_department(self, state):
        self.ensure_one()
        area = self.area_id.sudo()  # sudo: the org chart is needed, not shown
        if state in ("requested", "approved"):
            return area._here(area.report_department_id, self.company_id)
        if state in ("maintainer", "audited"):
            return area._maintainer(self.company_id)
        return self.department_id

    def _routing_user(self, state):
        if state == "returned":
            return self.requested_by_id
        return super()._routing_user(state)

    def _routing_owner(self):
        return self.requested_by_id

    # ------------------------------------------------------------------ checks

    def _check_requester(self):
        """Raise unless the user asked himself or heads the requesting department."""
        user = self.env.user
        for request in self:
            # sudo: the org chart
            heads = request.sudo().department_id.policy_head_ids
            if user != request.requested_by_id and user not in heads:
                raise AccessError(
                    self.env._(
                        "Only %s or the head of the department may do this.",
                        request.requested_by_id.name,
                    )
                )

    def _check_submittable(self):
        """Raise unless the form is complete and comes from who may file it."""
        self.ensure_one()
        self._check_requester()
        missing = [
            self._fields[name]._description_string(self.env)
            for name in ("partner_name", "reason", "business")
            if not self[name] and (self.is_new or name == "reason")
        ]
        if missing:
            raise UserError(
                self.env._(
                    "%(request)s is not complete. Missing: %(fields)s.",
                    request=self.name,
                    fields=format_list(self.env, missing),
                )
            )
        area = self.area_id.sudo()  # sudo: the org chart
        only = area._here(area.requester_department_id, self.company_id)
        if only and self.department_id != only:
            raise UserError(
                self.env._(
                    "Requests for “%(kind)s” are submitted by %(department)s.",
                    kind=area.name,
                    department=only.name,
                )
            )

    # --------------------------------------------------------------- lifecycle

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("credit_code"):
                code = self.env["res.partner"]._credit_code(vals["credit_code"])
                vals["credit_code"] = code
        return super().create(vals_list)

    def write(self, vals):
        form = {*FORM, *OTHER, "area_id", "partner_id", "is_new"}.intersection(vals)
        own = self._guard_open_fields()
        if form - own:
            for request in self:
                request._check_transition_state(EDITABLE)
        if vals.get("credit_code"):
            code = self.env["res.partner"]._credit_code(vals["credit_code"])
            vals = {**vals, "credit_code": code}
        return super().write(vals)

    # ----------------------------------------------------------------- actions

    @api.model
    @arguments(vals=VALUES, submit=FLAG)
    def file_request(self, vals, submit=False):
        """File a master data request; safe to repeat with a client reference.

        :param dict vals: ``area`` (code of the kind of partner), the values of the
            form (``partner_name``, ``reason``, ``business``, ``credit_code``,
            ``legal_representative``, ``registered_capital`` in company currency,
            ``street``, ``city``, ``phone``, ``email``, ``contact_name``,
            ``acc_number``), ``enterprise_type`` and ``bank`` by code and name,
            ``partner_id`` to change an existing partner, ``client_reference``
        :param submit: send it on its way at once
        :return: id of the request; the first one's when the reference is known
        :raises UserError: unknown kind or key, incomplete, not one's own to submit
        """
        known = self._find_by_client_reference(vals.get("client_reference"))
        if known:
            return known.id
        Partner = self.env["res.partner"]
        vals = dict(vals)
        area = self.env["crm.master.data.area"]._by_code(
            vals.pop("area", False), self.env.company
        )
        if not area:
            raise UserError(self.env._("Name the kind of partner by its code."))
        res = {"area_id": area.id, "is_new": not vals.get("partner_id")}
        if vals.get("enterprise_type"):
            res["enterprise_type_id"] = Partner._register_record(
                "enterprise_type",
                "crm.enterprise.type",
                "code",
                vals.pop("enterprise_type"),
            )
        if vals.get("bank"):
            res["bank_id"] = Partner._prepare_register_bank({"bank": vals.pop("bank")})[
                "bank_id"
            ]
        unknown = set(vals) - {*FORM, *OTHER, "partner_id", "client_reference"}
        if unknown:
            raise UserError(
                self.env._(
                    "Unknown in a request: %s.", format_list(self.env, sorted(unknown))
                )
            )
        check_values(self, {**vals, **res})
        request = self.create({**vals, **res})
        if submit:
            request.action_submit()
        return request.id

    def action_submit(self):
        """Send complete requests to the department that is to act (ARC-234).

        :return: True
        :raises UserError: incomplete, or not from the department that submits these
        """
        for request in self:
            request._check_submittable()
            if request.area_id.sudo().report_department_id:  # sudo: the path
                # sudo: who may submit is checked above
                request.sudo()._approval_request("report", request.reason)
            else:
                request._transition("submit", return_reason=False)
        return True

    def action_forward(self):
        """Pass requests with an approved report to the maintaining department."""
        for request in self:
            request._approval_require("report")
        return self._transition("forward")

    def action_audit(self):
        """The maintaining department has checked the form.

        :return: True
        :raises AccessError: not of the maintaining department
        """
        return self._transition("audit", audited_by_id=self.env.uid)

    @arguments(reason=TEXT)
    def action_return(self, reason):
        """Send a form with errors back to the requester; the reason is required."""
        if not (reason or "").strip():
            raise UserError(self.env._("Say what is wrong with the request."))
        return self._transition("return", return_reason=reason)

    def action_cancel(self):
        """Give up requests that are with the requester."""
        return self._transition("cancel")

    def action_complete(self):
        """Make or change the partner as asked for; by the maintaining department.

        :return: True
        :raises UserError: not audited; the partner cannot be made so
        """
        for request in self:
            request._check_transition_state(("audited",))
            request._routing_check_holder()
            partner = request._maintain_partner()
            request._write_guarded(
                {
                    "state": "done",
                    "partner_id": partner.id,
                    "done_by_id": self.env.uid,
                    "done_date": request.company_id._policy_today(),
                }
            )
        return True

    def _maintain_partner(self):
        """Return the partner, made or changed with the values of the form.

        A customer begins as the draft of a registration, which then decides.
        """
        vals = {
            name: self._fields[field].convert_to_write(self[field], self)
            for field, name in FORM.items()
            if self[field]
        }
        account = {"acc_number": self.acc_number, "bank_id": self.bank_id.id}
        # sudo: the procedure writes what the maintaining department has audited
        Partner = self.env["res.partner"].sudo()
        if self.is_new:
            vals.update(
                is_company=True,
                company_id=self.company_id.id,
                master_area_id=self.area_id.id,
                vat=self.credit_code,
            )
            if self.side == "customer":
                vals.update(is_crm_customer=True, user_id=self.requested_by_id.id)
            partner = Partner.create(vals)
        else:
            # sudo: the audited request is carried out, whoever may edit the partner
            partner = self.sudo().partner_id
            partner.write({**vals, "master_area_id": self.area_id.id})
        if self.acc_number:
            key = Partner._change_account_key(self.acc_number)
            if key not in partner.bank_ids.mapped("sanitized_acc_number"):
                partner.bank_ids = [(0, 0, account)]
        if self.contact_name and self.is_new:
            partner.child_ids = [(0, 0, {"name": self.contact_name, "type": "contact"})]
        return partner
