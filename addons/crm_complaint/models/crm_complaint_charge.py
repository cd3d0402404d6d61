"""Responsibility for a complaint: judged, the goods resold or not, charged, locked.

Quality management proposes who answers (CMP-11); the General manager's office judges
(CMP-17). From then on the goods returned may be resold for a month (CMP-72); the loss
for sanctions is final afterwards. The monthly statement charges it and locks the
figures.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import float_compare

from odoo.addons.crm_policy.models.arguments import (
    FLAG,
    ROWS,
    TEXT,
    VALUES,
    arguments,
    check_argument,
    check_values,
)

from .crm_complaint_liability import PARTY_FIELDS

# States in which the office judges responsibility: the cause is known.
JUDGE_STATES = (
    "gmo_check",
    "sales_opinion",
    "supervisor_reading",
    "gmo_summary",
    "decision",
    "decided",
    "executing",
    "closed",
)
# Figures a confirmed statement carries: they stand still with it.
LOCKED_FIELDS = frozenset(
    {
        "partner_id",
        "date",
        "category_id",
        "product_id",
        "delivered_quantity",
        "defective_quantity",
        "claim_currency_id",
        "amount_claim",
        "amount_settlement",
        "responsible_department_id",
        "cause",
        "cause_id",
        "cause_ids",
        "resolution_ids",
        "liability_ids",
        "improvement_tracked",
        "customer_loss",
        "loss_ids",
        "loss_recovered",
        "active",
    }
)


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    _guarded_fields = (
        "liability_state",
        "liability_judged_at",
        "liability_judged_by_id",
        "statement_id",
        "statement_locked",
    )

    liability_ids = fields.One2many(
        "crm.complaint.liability", "complaint_id", "Responsibility", copy=False
    )
    liability_total = fields.Float(
        "Shares (%)", compute="_compute_liability_total", digits=(6, 2)
    )
    liability_state = fields.Selection(
        [
            ("open", "Not Judged"),
            ("judged", "Judged"),
            ("allocated", "Charged"),
        ],
        "Responsibility Judged",
        default="open",
        required=True,
        index=True,
        copy=False,
        help="Judged: the shares stand and add up to 100 %. Charged: the monthly "
        "review has drawn sanctions and deductions from them.",
    )
    liability_judged_at = fields.Datetime("Responsibility Judged on", copy=False)
    liability_judged_by_id = fields.Many2one(
        "res.users", "Responsibility Judged by", copy=False
    )
    can_edit_liability = fields.Boolean(compute="_compute_can_edit_liability")
    can_judge_liability = fields.Boolean(compute="_compute_can_edit_liability")
    statement_id = fields.Many2one(
        "crm.complaint.statement",
        "Charged in Statement",
        index="btree_not_null",
        copy=False,
        ondelete="restrict",
    )
    statement_locked = fields.Boolean(
        copy=False,
        help="The month's statement is confirmed: the figures stand still.",
    )
    affects_collection = fields.Boolean(
        copy=False,
        help="The receivable of the part numbers complained of is excluded from the "
        "base of the salesperson's collection bonus (CMP-124).",
    )
    collection_invoice_ids = fields.Many2many(
        "account.move",
        "crm_complaint_collection_invoice_rel",
        "complaint_id",
        "move_id",
        string="Invoices Concerned",
        domain="[('move_type', '=', 'out_invoice')]",
        copy=False,
        groups="account.group_account_invoice,crm_policy.group_director",
        help="Besides those of the order: where the order is not in this system.",
    )
    sanction_ids = fields.One2many("crm.sanction", "complaint_id", "Sanctions")
    bonus_notice_ids = fields.One2many(
        "crm.bonus.notice", "complaint_id", "Reward and Penalty Notices"
    )

    # ----------------------------------------------------------------- computes

    @api.depends("liability_ids.share")
    def _compute_liability_total(self):
        for complaint in self:
            complaint.liability_total = sum(complaint.liability_ids.mapped("share"))

    @api.depends("state", "liability_state", "statement_locked")
    @api.depends_context("uid")
    def _compute_can_edit_liability(self):
        for complaint in self:
            complaint.can_edit_liability = complaint._allows(
                "_check_liability_editable"
            )
            complaint.can_judge_liability = complaint._allows("_check_gm_office")

    # ------------------------------------------------------------------- checks

    def _check_liability_editable(self):
        """Raise unless the shares may be changed, by this user, at this moment.

        :raises UserError: judged already, or the month is confirmed
        :raises AccessError: the user is neither the office nor the quality department
            that holds the complaint
        """
        for complaint in self:
            complaint._check_not_locked()
            if complaint.liability_state != "open":
                raise UserError(
                    self.env._(
                        "Responsibility for %s is judged: reopen it with a reason "
                        "before you change a share.",
                        complaint.display_name,
                    )
                )
            if self.env.su:
                continue
            complaint.check_access("read")
            if complaint.state == "quality" and complaint._allows("_check_holder"):
                continue
            if not complaint._allows("_check_gm_office"):
                self.env["crm.complaint.liability"]._raise_not_office()

    def _check_not_locked(self):
        for complaint in self:
            if complaint.statement_locked:
                # sudo: the number of the statement, for whoever meets the lock
                raise UserError(
                    self.env._(
                        "The figures of %(document)s stand in the confirmed statement "
                        "%(statement)s. They change only after the month is reopened.",
                        document=complaint.display_name,
                        # sudo: as above
                        statement=complaint.sudo().statement_id.display_name,
                    )
                )

    def _check_judge(self):
        """The office judges; the shares are there and make 100 %."""
        self.ensure_one()
        self._check_gm_office()
        self._check_not_locked()
        if self.state not in JUDGE_STATES or self.not_substantiated:
            raise UserError(
                self.env._(
                    "Responsibility for %s cannot be judged now: the cause must be "
                    "traced and the complaint substantiated.",
                    self.display_name,
                )
            )
        # sudo: the office judges all shares
        lines = self.sudo().liability_ids
        total = sum(lines.mapped("share"))
        if not lines or float_compare(total, 100.0, precision_digits=2):
            self.env["crm.complaint.liability"]._raise_shares(self, total)

    @api.model_create_multi
    def create(self, vals_list):
        complaints = super().create(vals_list)
        names = ("affects_collection", "collection_invoice_ids")
        if any(vals.get(name) for vals in vals_list for name in names):
            complaints._check_collection()
        return complaints

    def _check_loss_open(self):
        """Losses stand still with the confirmed statement as well."""
        self._check_not_locked()
        return super()._check_loss_open()

    def write(self, vals):
        if {"affects_collection", "collection_invoice_ids"}.intersection(vals):
            self._check_collection()
        if LOCKED_FIELDS.intersection(vals):
            locked = self.filtered("statement_locked")
            if locked and "statement_locked" not in vals:
                locked._check_not_locked()
        return super().write(vals)

    def _check_collection(self):
        """Accounting or the office excludes receivables; nobody for his own bonus."""
        if self.env.su or self.env.user.has_group("account.group_account_invoice"):
            return
        for complaint in self:
            if complaint.user_id == self.env.user:
                raise AccessError(
                    self.env._(
                        "The base of your own collection bonus is accounting's: %s.",
                        complaint.display_name,
                    )
                )
            complaint._check_gm_office()

    # ------------------------------------------------------------------ actions

    def action_judge_liability(self):
        """Judge who answers for the complaint; the month to resell begins.

        :raises UserError: the shares are not exactly 100 %, or too early
        :raises AccessError: the user is not of the General manager's office
        """
        for complaint in self:
            complaint._check_judge()
            if complaint.liability_state != "open":
                raise UserError(
                    self.env._(
                        "Responsibility for %s is judged already.",
                        complaint.display_name,
                    )
                )
        now = fields.Datetime.now()
        for complaint in self:
            complaint._write_guarded(
                {
                    "liability_state": "judged",
                    "liability_judged_at": now,
                    "liability_judged_by_id": self.env.uid,
                }
            )
            # sudo: the month to resell begins with the judgement (CMP-72)
            complaint.sudo().loss_ids._start_resale(
                complaint.company_id._policy_date(now)
            )
            # sudo: shares are of the whole complaint
            for line in complaint.sudo().liability_ids:
                line._write_guarded(
                    {
                        "base_points": sum(
                            line._staff().mapped("performance_base_points")
                        )
                    }
                )
        return True

    @arguments(reason=TEXT)
    def action_reopen_liability(self, reason):
        """Reopen the judgement of responsibility, with a reason.

        :param reason: why; required, kept in the history
        :raises UserError: charged already, or the month is confirmed
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Reopening responsibility needs a reason."))
        for complaint in self:
            complaint._check_gm_office()
            complaint._check_not_locked()
            if complaint.liability_state != "judged":
                raise UserError(
                    self.env._(
                        "Responsibility for %s can be reopened only while it is judged "
                        "and not charged.",
                        complaint.display_name,
                    )
                )
            complaint._write_guarded(
                {
                    "liability_state": "open",
                    "liability_judged_at": False,
                    "liability_judged_by_id": False,
                }
            )
            # sudo: the office need not be able to edit a closed form
            complaint.sudo().message_post(
                body=self.env._("Responsibility reopened: %s", reason),
                author_id=self.env.user.partner_id.id,
            )
        return True

    @arguments(lines=ROWS, judge=FLAG)
    def set_liability(self, lines, judge=False):
        """Replace the shares of responsibility, for programs.

        :param lines: list of dicts: ``kind`` (department, person or supplier), ``id``
            of the department, employee or partner, ``share`` in percent, ``reason``
        :param judge: judge responsibility at once; the shares must make 100 %
        :return: list of ids of the shares
        :raises UserError: unknown kind, or shares that do not make 100 %
        """
        self.ensure_one()
        self._check_liability_editable()
        vals_list = []
        for line in lines:
            check_argument(self.env, "lines", line, VALUES)
            check_argument(self.env, "kind", line.get("kind"), TEXT)
            if line.get("kind") not in PARTY_FIELDS:
                raise UserError(
                    self.env._(
                        "A share is charged to a department, person or supplier, not "
                        "to “%s”.",
                        line.get("kind"),
                    )
                )
            vals_list.append(
                {
                    "complaint_id": self.id,
                    "kind": line["kind"],
                    PARTY_FIELDS[line["kind"]]: line.get("id"),
                    "share": line.get("share") or 0.0,
                    "reason": line.get("reason") or False,
                }
            )
        check_values(self.env["crm.complaint.liability"], *vals_list)
        total = sum(vals["share"] for vals in vals_list)
        if float_compare(total, 100.0, precision_digits=2):
            self.env["crm.complaint.liability"]._raise_shares(self, total)
        self.liability_ids.unlink()
        shares = self.env["crm.complaint.liability"].create(vals_list)
        if judge:
            self.action_judge_liability()
        return shares.ids

    # ------------------------------------------------------------------ helpers

    def _liability_final(self):
        """Tell whether the shares and the loss for sanctions are final (GAP-17)."""
        self.ensure_one()
        return self.liability_state != "open" and self.loss_final

    @api.model
    def _check_hr(self):
        """Raise unless the user is an HR officer."""
        if not self.env.user.has_group("hr.group_hr_user"):
            raise AccessError(self.env._("This step is reserved to HR officers."))
