"""The record of a visit: what was said and found, who signed, what it cost.

Fields of the visit record (客户拜访记录表, F-64) and of the daily visit report (F-65);
carries VIS-20 and VIS-124 to VIS-126.
"""

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmVisit(models.Model):
    _inherit = "crm.visit"

    # --- the record of the visit
    date_held = fields.Date(
        readonly=True, copy=False, index=True, tracking=True, help="Local date."
    )
    held_at = fields.Datetime(string="Marked as Held On", readonly=True, copy=False)
    report_text = fields.Text(string="Report", copy=False)
    result = fields.Selection(
        [
            ("a", "A Success"),
            ("b", "B Hopeful"),
            ("c", "C Visit Again"),
            ("d", "D Hopeless"),
            ("e", "E Keep Watching"),
        ],
        copy=False,
        index=True,
        tracking=True,
        help="Result code of the daily visit report (VIS-126).",
    )
    finding_ids = fields.One2many("crm.visit.finding", "visit_id", string="Findings")
    points_to_note = fields.Text(help="What to mind with the person visited (VIS-124).")
    solved_problems = fields.Text(copy=False, help="Problems solved (VIS-124).")
    points_next = fields.Text(
        string="Points to Note in Future",
        copy=False,
        help="What to mind on the next visit (VIS-124).",
    )
    appraisal_growth_rate = fields.Float(
        string="Growth Rate", copy=False, help="Percent a year (VIS-124)."
    )
    appraisal_credit = fields.Char(string="Credit", copy=False)
    appraisal_profit_rate = fields.Float(
        string="Total Profit Rate", copy=False, help="Percent (VIS-124)."
    )
    appraisal_overall = fields.Char(string="Overall Evaluation", copy=False)
    appraisal_ranking = fields.Char(string="Ranking", copy=False)
    appraisal_standing = fields.Char(string="Trade Standing", copy=False)
    appraisal_other = fields.Char(string="Other", copy=False)
    next_visit_date = fields.Date(
        copy=False,
        help="Agreed with the customer on the spot (VIS-20); reporting the visit "
        "plans it.",
    )
    next_visit_id = fields.Many2one("crm.visit", readonly=True, copy=False)
    reported_at = fields.Datetime(readonly=True, copy=False, tracking=True)
    reported_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    reported_same_day = fields.Boolean(
        compute="_compute_reported_same_day",
        store=True,
        help="Reported on the local day the visit was held (VIS-125).",
    )
    signatures_missing = fields.Integer(
        compute="_compute_signatures_missing",
        help="Signatures of participants still needed before the report can be "
        "accepted: as many as the visit takes salespeople.",
    )
    can_sign = fields.Boolean(compute="_compute_signatures_missing")
    accepted_at = fields.Datetime(readonly=True, copy=False, tracking=True)
    accepted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    cancel_reason = fields.Char(readonly=True, copy=False, tracking=True)
    # --- expenses
    expense_ids = fields.One2many("hr.expense", "visit_id", string="Expenses")
    expense_total = fields.Monetary(
        compute="_compute_expense_total",
        compute_sudo=True,
        help="Sum of the expenses of the visit that were not refused.",
    )

    # ------------------------------------------------------------ constraints

    @api.constrains("next_visit_date", "date_held")
    def _check_next_visit_date(self):
        for visit in self:
            if (
                visit.next_visit_date
                and visit.date_held
                and visit.next_visit_date <= visit.date_held
            ):
                raise ValidationError(
                    self.env._(
                        "%s: the next visit lies after this one (Next Visit Date).",
                        visit.display_name,
                    )
                )

    # --------------------------------------------------------------- computes

    @api.depends("reported_at", "date_held", "company_id")
    def _compute_reported_same_day(self):
        for visit in self:
            visit.reported_same_day = bool(visit.reported_at) and (
                visit.company_id._policy_date(visit.reported_at) == visit.date_held
            )

    @api.depends(
        "participant_ids.confirmed_at",
        "salespeople_required",
        "staffing_override_reason",
        "state",
    )
    @api.depends_context("uid")
    def _compute_signatures_missing(self):
        for visit in self:
            lines = visit.participant_ids
            needed = max(visit.salespeople_required, 1)
            if visit.staffing_override_reason:
                needed = min(needed, len(lines.filtered("is_salesperson")) or 1)
            signed = lines.filtered("confirmed_at")
            if needed > 1:
                signed = signed.filtered("is_salesperson")
            visit.signatures_missing = max(needed - len(signed), 0)
            visit.can_sign = visit.state == "reported" and any(
                line.user_id == self.env.user and not line.confirmed_at
                for line in lines
            )

    @api.depends("expense_ids.total_amount", "expense_ids.state")
    def _compute_expense_total(self):
        for visit in self:
            visit.expense_total = sum(
                visit.expense_ids.filtered(lambda exp: exp.state != "refused").mapped(
                    "total_amount"
                )
            )
