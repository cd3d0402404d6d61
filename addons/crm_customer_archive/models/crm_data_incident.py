"""Leaks of customer data and use of unassigned channels (SM-06; ARC-216 to ARC-224).

========== ========== ============ =========================== =======================
from       step       to           who                         what must hold
========== ========== ============ =========================== =======================
none       (create)   discovered   any employee
discovered remedy     remedied     discoverer                  measures taken
discovered report     reported     discoverer                  at once (ARC-216)
remedied   report     reported     discoverer
reported   handle     handling     general manager's office    at once (ARC-217)
handling   classify   handling     general manager's office    cases, deduction in band
handling   approve    light        general manager             authority "light"
handling   approve    serious      general manager             authority "serious"
handling   dismiss    closed       general manager's office    reason: no case
light      close      closed       general manager's office
serious    close      closed       general manager's office
========== ========== ============ =========================== =======================

A decision is a notice. It reaches payroll only when HR has released it (GAP-74).
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_list

from odoo.addons.crm_policy.models.arguments import (
    NUMBER,
    RECORD,
    RECORDS,
    TEXT,
    TEXTS,
    arguments,
)

OFFICE = ("crm_policy.group_gm_office", "crm_policy.group_gm")


class CrmDataIncident(models.Model):
    _name = "crm.data.incident"
    _description = "Customer Data Incident"
    _inherit = ["crm.document.mixin", "crm.approval.mixin", "crm.routing.mixin"]
    _order = "id desc"
    _check_company_auto = True

    _number_code = "crm.data.incident"
    _policy_topic = "confidentiality"
    _unlink_states = ()
    _guarded_fields = (
        "reported_by_id",
        "reported_at",
        "handled_by_id",
        "case_ids",
        "penalty_amount",
        "compensation_amount",
        "closing_note",
        "payroll_state",
        "payroll_released_by_id",
        "payroll_released_at",
        "payroll_note",
    )
    _transitions = {
        "remedy": {
            "from": ("discovered",),
            "to": "remedied",
            "check": "_check_discoverer",
        },
        "report": {
            "from": ("discovered", "remedied"),
            "to": "reported",
            "check": "_check_discoverer",
        },
        "handle": {"from": ("reported",), "to": "handling", "groups": OFFICE},
        "dismiss": {"from": ("handling",), "to": "closed", "groups": OFFICE},
        "close": {"from": ("light", "serious"), "to": "closed", "groups": OFFICE},
    }
    _approval_steps = {
        step: {
            "from": ("handling",),
            "pending": None,
            "approved": step,
            "refused": "handling",
            "void": "handling",
            "protected": (
                "employee_id",
                "case_ids",
                "penalty_amount",
                "compensation_amount",
            ),
        }
        for step in ("light", "serious")
    }
    _routing_states = {"reported": "gmo", "handling": "gmo"}

    kind = fields.Selection(
        [("leak", "Leak of customer data"), ("channel", "Unassigned contact channel")],
        default="leak",
        required=True,
        index=True,
        tracking=True,
    )
    state = fields.Selection(
        [
            ("discovered", "Discovered"),
            ("remedied", "Remedied"),
            ("reported", "Reported"),
            ("handling", "In handling"),
            ("light", "Light case"),
            ("serious", "Serious case"),
            ("closed", "Closed"),
        ],
        default="discovered",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )

    # --------------------------------------------------------------- the leak
    description = fields.Text(
        required=True, help="What leaked or may leak, how, and to whom (ARC-216)."
    )
    discovered_at = fields.Datetime(
        string="Discovered", required=True, default=fields.Datetime.now
    )
    reported_by_id = fields.Many2one(
        "res.users",
        string="Discovered By",
        readonly=True,
        index=True,
        default=lambda self: self.env.uid,
    )
    reported_at = fields.Datetime(string="Reported", readonly=True, copy=False)
    partner_ids = fields.Many2many(
        "res.partner",
        "crm_data_incident_partner_rel",
        string="Customers Concerned",
        domain="[('is_crm_customer', '=', True)]",
    )
    employee_id = fields.Many2one(
        "hr.employee",
        string="Person Concerned",
        index="btree_not_null",
        tracking=True,
        check_company=True,
    )
    remedy = fields.Text(
        string="Remedial Measures", help="What was done at once to limit it (ARC-216)."
    )

    # --------------------------------------------------------------- handling
    handled_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    finding = fields.Text(help="What the general manager's office found (ARC-217).")
    case_ids = fields.Many2many(
        "crm.incident.case", string="Cases", readonly=True, copy=False, tracking=True
    )
    gravity = fields.Selection(
        [("light", "Light"), ("serious", "Serious")],
        compute="_compute_gravity",
        store=True,
        help="Serious as soon as one case is (GAP-52).",
    )
    penalty_amount = fields.Monetary(
        string="Wage Deduction",
        readonly=True,
        copy=False,
        tracking=True,
        help="In company currency, within the band of the cases (ARC-218).",
    )
    compensation_amount = fields.Monetary(
        string="Compensation Claimed",
        readonly=True,
        copy=False,
        tracking=True,
        help="Serious cases only, at discretion (ARC-221).",
    )
    closing_note = fields.Text(readonly=True, copy=False)

    # ---------------------------------------------------------------- payroll
    payroll_state = fields.Selection(
        [
            ("none", "Nothing to deduct"),
            ("waiting", "Waiting for HR"),
            ("released", "Released by HR"),
            ("refused", "Refused by HR"),
        ],
        default="none",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        help="No decision touches wages before HR has released it (GAP-74).",
    )
    payroll_released_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    payroll_released_at = fields.Datetime(readonly=True, copy=False)
    payroll_note = fields.Text(readonly=True, copy=False)
    payroll_amount = fields.Monetary(
        compute="_compute_payroll_amount",
        store=True,
        help="What payroll may deduct: nothing until HR has released it.",
    )

    # ------------------------------------------------------------- constraints

    @api.constrains("discovered_at")
    def _check_discovered_at(self):
        for rec in self:
            if rec.discovered_at > fields.Datetime.now():
                raise ValidationError(
                    self.env._("Discovered: the time cannot be in the future.")
                )

    @api.constrains("description")
    def _check_description(self):
        for rec in self:
            if not (rec.description or "").strip():
                raise ValidationError(
                    self.env._("Description: say what leaked or may leak (ARC-216).")
                )

    # ---------------------------------------------------------------- computes

    @api.depends("case_ids.gravity")
    def _compute_gravity(self):
        for rec in self:
            kinds = rec.case_ids.mapped("gravity")
            light = kinds[0] if kinds else False
            rec.gravity = "serious" if "serious" in kinds else light

    @api.depends("payroll_state", "penalty_amount", "compensation_amount")
    def _compute_payroll_amount(self):
        for rec in self:
            released = rec.payroll_state == "released"
            rec.payroll_amount = rec.penalty_amount if released else 0.0

    # ------------------------------------------------------------------ checks

    def _check_discoverer(self):
        user = self.env.user
        office = any(user.has_group(group) for group in OFFICE)
        if user != self.reported_by_id and not office:
            raise AccessError(
                self.env._(
                    "%(document)s: %(user)s, who discovered it, takes this step.",
                    document=self.display_name,
                    user=self.reported_by_id.name,
                )
            )

    def _approval_check(self, step):
        result = super()._approval_check(step)
        if not self.case_ids:
            raise UserError(
                self.env._("%s: classify the incident first.", self.display_name)
            )
        if self.gravity != step:
            raise UserError(
                self.env._(
                    "%s contains a serious case: serious cases win (GAP-52).",
                    self.display_name,
                )
            )
        return result

    @api.model
    def _get_approval_step_labels(self):
        return {
            **super()._get_approval_step_labels(),
            "light": self.env._("Decision on a light case"),
            "serious": self.env._("Decision on a serious case"),
        }

    def _approval_done(self, step):
        result = super()._approval_done(step)
        if step in ("light", "serious") and self.penalty_amount:
            self._write_guarded({"payroll_state": "waiting"})
        return result

    # ----------------------------------------------------------------- actions

    @arguments(measures=TEXT)
    def action_remedy(self, measures):
        """Record the remedial measures taken at once (ARC-216).

        :param measures: what was done; required
        :return: True
        """
        if not (measures or "").strip():
            raise UserError(self.env._("Remedial measures: say what was done."))
        for rec in self:
            rec._transition("remedy")
            rec._write_guarded({"remedy": measures})
        return True

    def action_remedied(self):
        """Confirm the measures written on the form.

        :return: True
        """
        for rec in self:
            rec.action_remedy(rec.remedy)
        return True

    def action_report(self):
        """Report to the general manager's office, which is told at once (ARC-216).

        :return: True
        """
        self._transition("report", reported_at=fields.Datetime.now())
        self._notify_office()
        return True

    def action_handle(self):
        """Take the report up; by the general manager's office (ARC-217).

        :return: True
        """
        self._transition("handle", handled_by_id=self.env.uid)
        # sudo: what the office was asked to do is done by whoever of it does it
        self.sudo().activity_feedback(
            ["crm_customer_archive.mail_activity_type_incident"]
        )
        return True

    @arguments(cases=TEXTS, penalty=NUMBER, compensation=NUMBER, comment=TEXT)
    def action_classify(self, cases, penalty=0.0, compensation=0.0, comment=None):
        """Classify the incident and ask the general manager to decide (GAP-52).

        :param cases: codes of ``crm.incident.case``; a serious one makes it serious
        :param penalty: wage deduction, company currency, within the cases' band
        :param compensation: claimed at discretion, serious cases only
        :return: list of ids of the decisions asked for
        :raises AccessError: not the general manager's office
        :raises UserError: unknown case, amount outside the band, nobody named
        """
        self._policy_require_one()
        self._check_office()
        self._check_transition_state(("handling",))
        records = self.env["crm.incident.case"].search(
            [("code", "in", list(cases)), ("kind", "=", self.kind)]
        )
        unknown = set(cases) - set(records.mapped("code"))
        if unknown or not records:
            raise UserError(
                self.env._(
                    "Cases: “%s” is not known for this kind of incident.",
                    format_list(self.env, sorted(unknown)) or "-",
                )
            )
        self._check_penalty(records, penalty, compensation)
        self._write_guarded(
            {
                "case_ids": [fields.Command.set(records.ids)],
                "penalty_amount": penalty,
                "compensation_amount": compensation,
            }
        )
        return self.action_request_approval(self.gravity, comment)

    @arguments(reason=TEXT)
    def action_dismiss(self, reason):
        """Close without a case: nothing leaked, or nobody is to blame.

        :param reason: required
        :return: True
        """
        if not (reason or "").strip():
            raise UserError(
                self.env._("Say why the incident is closed without a case.")
            )
        for rec in self:
            if rec.approval_state == "pending":
                raise UserError(self.env._("%s is up for decision.", rec.display_name))
            rec._transition("dismiss", closing_note=reason)
        return True

    @arguments(note=TEXT)
    def action_close(self, note=None):
        """Close a decided incident; by the general manager's office.

        :return: True
        """
        self._transition("close", closing_note=note)
        return True

    @arguments(note=TEXT)
    def action_release_payroll(self, note=None):
        """Release the deduction to payroll after checking the law (GAP-74); by HR.

        :return: True
        :raises AccessError: not HR, or HR's own case
        """
        return self._decide_payroll("released", note)

    @arguments(note=TEXT)
    def action_refuse_payroll(self, note):
        """Refuse the deduction; by HR.

        :param note: why; required
        :return: True
        """
        if not (note or "").strip():
            raise UserError(self.env._("Say why the deduction is refused."))
        return self._decide_payroll("refused", note)

    @api.model
    @arguments(
        description=TEXT,
        remedy=TEXT,
        customer_ids=RECORDS,
        employee_id=RECORD,
        client_reference=TEXT,
    )
    def report_leak(
        self,
        description,
        remedy=None,
        customer_ids=None,
        employee_id=None,
        client_reference=None,
    ):
        """Report a leak or possible leak of customer data; any employee may.

        :param description: what leaked or may leak; required
        :param remedy: measures already taken
        :param customer_ids: ids of the customers concerned
        :param employee_id: id of the person concerned
        :return: id of the incident; the first one's when the reference is known
        :raises UserError: no description
        """
        if not (description or "").strip():
            raise UserError(self.env._("Say what leaked or may leak (description)."))
        known = self._find_by_client_reference(client_reference)
        if known:
            return known.id
        rec = self.create(
            {
                "description": description,
                "partner_ids": [fields.Command.set(customer_ids or [])],
                "employee_id": employee_id,
                "client_reference": client_reference,
            }
        )
        if remedy:
            rec.action_remedy(remedy)
        rec.action_report()
        return rec.id

    @api.model
    def _raise_incident(self, kind, text, employee=None, partner=None):
        """Open and report an incident for another procedure of the archive.

        :param kind: "leak" or "channel"
        :param text: what was found
        :param employee: the person concerned
        :param partner: the customer concerned
        :return: the incident
        """
        return self._raise_incidents(kind, [(text, employee, partner)])

    @api.model
    def _raise_incidents(self, kind, findings):
        """Open and report one incident for each finding.

        :param kind: "leak" or "channel"
        :param findings: list of (text, ``hr.employee`` or None, ``res.partner`` or
            None)
        :return: the incidents, in the order of the findings
        """
        incidents = self.create(
            [
                {
                    "kind": kind,
                    "description": text,
                    "employee_id": employee.id if employee else False,
                    "partner_ids": [
                        fields.Command.set(
                            partner.crm_customer_id.ids if partner else []
                        )
                    ],
                }
                for text, employee, partner in findings
            ]
        )
        incidents.action_report()
        return incidents

    # ----------------------------------------------------------------- helpers

    def _check_office(self):
        if not any(self.env.user.has_group(group) for group in OFFICE):
            raise AccessError(
                self.env._(
                    "The general manager's office classifies incidents (GAP-52)."
                )
            )

    def _check_penalty(self, cases, penalty, compensation):
        serious = "serious" in cases.mapped("gravity")
        if (penalty or compensation) and not self.employee_id:
            raise UserError(
                self.env._("Person concerned: name who is to be penalised.")
            )
        if compensation < 0 or (compensation and not serious):
            raise UserError(
                self.env._("Compensation is claimed in serious cases only (ARC-221).")
            )
        low = min(cases.mapped("penalty_min"))
        high = max(cases.mapped("penalty_max"))
        if serious:
            if penalty:
                raise UserError(
                    self.env._(
                        "Serious cases carry no wage deduction, but compensation "
                        "(ARC-221)."
                    )
                )
        elif (penalty or self.employee_id) and not low <= penalty <= high:
            raise UserError(
                self.env._(
                    "Wage deduction: %(amount)s is outside the band from %(low)s to "
                    "%(high)s (ARC-218).",
                    amount=penalty,
                    low=low,
                    high=high,
                )
            )

    def _decide_payroll(self, outcome, note):
        user = self.env.user
        if not user.has_group("hr.group_hr_user"):
            raise AccessError(
                self.env._("Only HR releases a deduction to payroll (GAP-74).")
            )
        for rec in self:
            # sudo: whose case it is, not the employee's data
            if rec.sudo().employee_id.user_id == user:
                raise AccessError(
                    self.env._("Nobody decides on his own deduction (GAP-74).")
                )
            if rec.payroll_state != "waiting":
                raise UserError(
                    self.env._("%s has no deduction waiting for HR.", rec.display_name)
                )
            rec._write_guarded(
                {
                    "payroll_state": outcome,
                    "payroll_released_by_id": user.id,
                    "payroll_released_at": fields.Datetime.now(),
                    "payroll_note": note,
                }
            )
        return True

    def _notify_office(self):
        """Give every member of the office an activity, due when the stay is due."""
        # sudo: who sits in the office and what is asked of it; the reporter need not
        # see it
        groups = self.sudo().grouped(
            lambda incident: (
                incident.routing_department_id,
                incident.company_id._policy_date(
                    incident.routing_due or fields.Datetime.now()
                ),
            )
        )
        for (office, due), incidents in groups.items():
            for user in office.manager_id.user_id | office.member_ids.user_id:
                incidents.activity_schedule(
                    "crm_customer_archive.mail_activity_type_incident",
                    date_deadline=due,
                    user_id=user.id,
                )
