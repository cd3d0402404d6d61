"""Reward and penalty notice (奖罚通知单): a complaint's loss charged to bonuses.

One notice per complaint and responsible unit or person, each case apart (CMP-115,
CMP-123). The share of the loss is divided by the unit's total base points and times
each person's points (CMP-116, CMP-120). Issued after the general manager approved;
accounting checks it; then it stands in the ledger until it is deducted.
"""

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.crm_policy.models.arguments import (
    NUMBER,
    RECORD,
    ROWS,
    TEXT,
    VALUES,
    arguments,
    check_argument,
    check_values,
)

from .amount_split import split_amount
from .crm_sanction import OFFICE

STATES = [
    ("draft", "Drafted"),
    ("approval", "For Approval"),
    ("issued", "Issued"),
    ("cancelled", "Dropped"),
]
TRANSITIONS = {
    # draft -> approval -> issued: the approval mixin
    "drop": {"from": ("draft",), "to": "cancelled", "groups": OFFICE},
}


class CrmBonusNotice(models.Model):
    _name = "crm.bonus.notice"
    _inherit = ["crm.document.mixin", "crm.approval.mixin"]
    _description = "Reward and Penalty Notice"
    _order = "date desc, id desc"
    _check_company_auto = True
    _policy_topic = "complaint"
    _positive_fields = ("amount",)
    _number_code = "crm.bonus.notice"
    _transitions = TRANSITIONS
    _approval_steps = {
        "notice": {
            "from": ("draft",),
            "pending": "approval",
            "approved": "issued",
            "refused": "draft",
            "void": "draft",
            "protected": (
                "amount",
                "line_ids.employee_id",
                "line_ids.base_points",
                "line_ids.amount",
            ),
            "locked": ("issued",),
        },
    }
    _guarded_fields = ("issued_at", "checked_at", "checked_by_id")

    state = fields.Selection(
        STATES, default="draft", required=True, index=True, tracking=True, copy=False
    )
    date = fields.Date(
        required=True, default=lambda self: self.env.company._policy_today()
    )
    complaint_id = fields.Many2one(
        "crm.complaint", index="btree_not_null", ondelete="restrict"
    )
    complaint_number = fields.Char(
        "Complaint Number", related="complaint_id.name", store=True
    )
    statement_id = fields.Many2one(
        "crm.complaint.statement", index="btree_not_null", copy=False
    )
    liability_id = fields.Many2one(
        "crm.complaint.liability", index="btree_not_null", ondelete="set null"
    )
    department_id = fields.Many2one(
        "hr.department",
        "Responsible Unit",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
        help="Deducts the bonus: it gets the third copy of the notice.",
    )
    employee_id = fields.Many2one(
        "hr.employee",
        "Responsible Person",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        help="Empty: the whole unit is charged.",
    )
    cause = fields.Text(help="Why the unit or person is charged.")
    amount = fields.Monetary(
        required=True, help="To be deducted in all, company currency without tax."
    )
    manual = fields.Boolean(
        "Entered by Hand",
        help="The lines are entered, not computed from base points: where the "
        "company's own deduction standard says otherwise (GAP-23, CMP-138).",
    )
    base_points_total = fields.Float(
        compute="_compute_per_point", digits=(16, 2), string="Total Base Points"
    )
    amount_per_point = fields.Float(
        compute="_compute_per_point", digits=(16, 6), string="Deduction per Base Point"
    )
    line_ids = fields.One2many("crm.bonus.notice.line", "notice_id", "Persons")
    deduction_ids = fields.One2many("crm.bonus.deduction", "notice_id", "Ledger")
    issued_at = fields.Datetime("Issued on", copy=False)
    checked_at = fields.Datetime("Checked by Accounting on", copy=False)
    checked_by_id = fields.Many2one("res.users", "Checked by", copy=False)

    _amount_positive = models.Constraint(
        "CHECK(amount >= 0)", "The amount of a notice cannot be negative."
    )
    _liability_uniq = models.UniqueIndex(
        "(liability_id) WHERE liability_id IS NOT NULL AND state != 'cancelled'",
        "This share of a complaint already has its notice.",
    )

    @api.depends("amount", "line_ids.base_points")
    def _compute_per_point(self):
        for notice in self:
            total = sum(notice.line_ids.mapped("base_points"))
            notice.base_points_total = total
            notice.amount_per_point = notice.amount / total if total else 0.0

    # ------------------------------------------------------------------- checks

    @api.model
    def _get_approval_step_labels(self):
        return {
            **super()._get_approval_step_labels(),
            "notice": self.env._("Approval of the reward and penalty notice"),
        }

    def _approval_amount(self, step):
        return self.amount, self.currency_id, self.date

    def _approval_check(self, step):
        res = super()._approval_check(step)
        self._check_office()
        if not self.manual:
            self._compute_lines()
        if not self.line_ids:
            raise UserError(
                self.env._(
                    "%s has nobody to deduct from: the unit has no staff with base "
                    "points.",
                    self.display_name,
                )
            )
        total = sum(self.line_ids.mapped("amount"))
        if self.currency_id.compare_amounts(total, self.amount):
            raise UserError(
                self.env._(
                    "%(document)s: the persons' amounts add up to %(total)s, not to "
                    "%(amount)s.",
                    document=self.display_name,
                    total=self.currency_id.format(total),
                    amount=self.currency_id.format(self.amount),
                )
            )
        return res

    def _check_office(self):
        if self.env.su or any(self.env.user.has_group(group) for group in OFFICE):
            return
        raise AccessError(
            self.env._("Notices are issued by the General manager's office.")
        )

    def _check_draft(self):
        for notice in self:
            notice._check_office()
            notice._check_transition_state(("draft", "approval"))

    # ---------------------------------------------------------------- lifecycle

    @api.model_create_multi
    def create(self, vals_list):
        self._check_office()
        return super().create(vals_list)

    def write(self, vals):
        if set(vals) - self._get_guarded_fields():
            self._check_draft()
        return super().write(vals)

    # ------------------------------------------------------------------ actions

    def action_compute_lines(self):
        """Divide the amount among the staff by base points (CMP-116, CMP-120).

        :raises UserError: the notice is issued or entered by hand
        """
        for notice in self:
            notice._check_office()
            notice._check_transition_state(("draft",))
            if notice.manual:
                raise UserError(
                    self.env._("The lines of %s are entered by hand.", notice.name)
                )
            notice._compute_lines()
        return True

    def _compute_lines(self):
        self.ensure_one()
        # sudo: base points are needed, not shown
        notice = self.sudo()
        staff = notice.employee_id
        if not staff and notice.liability_id:
            staff = notice.liability_id._staff()
        elif not staff:
            staff = staff.search(
                [
                    ("department_id", "child_of", notice.department_id.id),
                    ("company_id", "=", notice.company_id.id),
                    ("performance_base_points", ">", 0),
                ],
                order="id",
            )
        points = [person.performance_base_points for person in staff]
        if notice.employee_id and not points[0]:
            points = [1.0]  # one person bears the whole, with or without points
        amounts = split_amount(notice.amount, points, notice.currency_id.rounding)
        notice.line_ids = [
            Command.clear(),
            *(
                Command.create(
                    {"employee_id": person.id, "base_points": point, "amount": amount}
                )
                for person, point, amount in zip(staff, points, amounts, strict=True)
            ),
        ]

    @arguments(lines=ROWS)
    def set_lines(self, lines):
        """Enter the persons and amounts by hand, for programs (GAP-23).

        :param lines: list of dicts: ``employee_id`` and ``amount``; together the
            amount of the notice
        :return: True
        """
        for line in lines:
            check_argument(self.env, "lines", line, VALUES)
            check_argument(
                self.env, "employee_id", line.get("employee_id") or 0, RECORD
            )
            check_argument(self.env, "amount", line.get("amount"), NUMBER)
        check_values(self.env["crm.bonus.notice.line"], *lines)
        for notice in self:
            notice._check_office()
            notice._check_transition_state(("draft",))
            notice.write(
                {
                    "manual": True,
                    "line_ids": [
                        Command.clear(),
                        *(
                            Command.create(
                                {
                                    "employee_id": line["employee_id"],
                                    "amount": line["amount"],
                                }
                            )
                            for line in lines
                        ),
                    ],
                }
            )
        return True

    def _approval_done(self, step):
        """The notice is issued: its persons' amounts enter the ledger."""
        self._write_guarded({"issued_at": fields.Datetime.now()})
        # sudo: the ledger is written by the procedure only
        for notice in self.sudo():
            day = notice.company_id._policy_today()
            self.env["crm.bonus.deduction"]._add_rows(
                [
                    {
                        "company_id": notice.company_id.id,
                        "employee_id": line.employee_id.id,
                        "department_id": notice.department_id.id,
                        "notice_id": notice.id,
                        "complaint_id": notice.complaint_id.id,
                        "kind": "loss",
                        "date": day,
                        "month_from": day.replace(day=1),
                        "base_points": line.base_points,
                        "amount": line.amount,
                    }
                    for line in notice.line_ids
                    if line.amount
                ]
            )
        return super()._approval_done(step)

    def action_check(self):
        """Accounting has checked the issued notice (second copy; CMP-123)."""
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(self.env._("Notices are checked by accounting."))
        for notice in self:
            notice._check_transition_state(("issued",))
        self._write_guarded(
            {"checked_at": fields.Datetime.now(), "checked_by_id": self.env.uid}
        )
        return True

    @arguments(reason=TEXT)
    def action_drop(self, reason=None):
        """Drop a drafted notice; the reason stays in the history."""
        if not (reason or "").strip():
            raise UserError(self.env._("Dropping a notice needs a reason."))
        self._transition("drop")
        for notice in self:
            notice.message_post(body=self.env._("Dropped: %s", reason))
        return True

    # ------------------------------------------------------------------ helpers

    @api.model
    def _draft_for(self, liabilities, statement):
        """Draft the notices of these shares; for the monthly review."""
        vals_list = []
        for line in liabilities:
            # sudo: the org chart is needed, not shown
            department = line.sudo().department_id
            if not department:
                raise ValidationError(
                    self.env._(
                        "%s belongs to no department: nobody could deduct the bonus.",
                        line.party_name,
                    )
                )
            vals_list.append(
                {
                    "company_id": line.company_id.id,
                    "complaint_id": line.complaint_id.id,
                    "statement_id": statement.id,
                    "liability_id": line.id,
                    "department_id": department.id,
                    "employee_id": line.employee_id.id,
                    "cause": line.reason or line.complaint_id.cause,
                    "amount": line.amount_deduction,
                }
            )
        quiet = self.with_context(mail_create_nolog=True, tracking_disable=True)
        return quiet.create(vals_list)

    @api.model
    def _get_form_copies(self):
        """Return the labels of the three photocopies (CMP-123)."""
        return [
            self.env._("Copy 1: General Manager's Office"),
            self.env._("Copy 2: Accounting (for Checking)"),
            self.env._("Copy 3: Deducted Department"),
        ]


class CrmBonusNoticeLine(models.Model):
    _name = "crm.bonus.notice.line"
    _inherit = ["crm.approval.line.mixin", "crm.guard.mixin"]
    _positive_fields = ("amount",)
    _description = "Person of a Reward and Penalty Notice"
    _order = "notice_id, id"
    _approval_parent = "notice_id"
    _check_company_auto = True

    notice_id = fields.Many2one(
        "crm.bonus.notice", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="notice_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    employee_id = fields.Many2one(
        "hr.employee",
        "Person",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
    )
    base_points = fields.Float(digits=(16, 2))
    amount = fields.Monetary(help="To be deducted from this person's bonuses.")

    _amount_positive = models.Constraint(
        "CHECK(amount >= 0)", "A deduction cannot be negative."
    )
    _employee_uniq = models.Constraint(
        "UNIQUE(notice_id, employee_id)", "A person stands once in a notice."
    )

    @api.model_create_multi
    def create(self, vals_list):
        notices = self.env["crm.bonus.notice"].browse(
            {vals["notice_id"] for vals in vals_list if vals.get("notice_id")}
        )
        notices._check_draft()
        return super().create(vals_list)

    def write(self, vals):
        self.notice_id._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_issued(self):
        self.notice_id._check_draft()
