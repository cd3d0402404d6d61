"""Ledger of bonus deductions: what each person owes, was deducted, still stands open.

Entries come from issued notices (loss) and announced sanctions (demerit). Months take
from them in a payroll run that HR releases (GAP-74); what a month may not take is
carried to the following ones (CMP-118).
"""

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_policy.models.arguments import TEXT, arguments


class CrmBonusDeduction(models.Model):
    _name = "crm.bonus.deduction"
    _inherit = ["crm.written.rows.mixin"]
    _description = "Bonus Deduction"
    _order = "date, id"
    _unlink_states = ()
    _rec_name = "complaint_number"

    state = fields.Selection(
        [("open", "Open"), ("held", "Held by HR"), ("done", "Deducted")],
        default="open",
        required=True,
        index=True,
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    employee_id = fields.Many2one(
        "hr.employee", "Person", required=True, index=True, ondelete="restrict"
    )
    department_id = fields.Many2one("hr.department", index="btree_not_null")
    kind = fields.Selection(
        [("loss", "Share of the Loss"), ("demerit", "Sanction")], required=True
    )
    complaint_id = fields.Many2one("crm.complaint", index="btree_not_null")
    complaint_number = fields.Char(
        "Complaint Number", related="complaint_id.name", store=True
    )
    notice_id = fields.Many2one(
        "crm.bonus.notice", index="btree_not_null", ondelete="restrict"
    )
    sanction_id = fields.Many2one(
        "crm.sanction", index="btree_not_null", ondelete="restrict"
    )
    date = fields.Date(required=True, help="Day the notice or sanction was issued.")
    month_from = fields.Date(
        "From Month", required=True, help="First month whose bonus it is taken from."
    )
    base_points = fields.Float(digits=(16, 2), aggregator=None)
    whole_bonus = fields.Boolean(
        help="The whole bonus of the month, whatever it is (CMP-104)."
    )
    amount = fields.Monetary(
        help="To be deducted, company currency; of a whole bonus: what was taken."
    )
    instalment_ids = fields.One2many(
        "crm.bonus.instalment", "deduction_id", "Instalments"
    )
    amount_taken = fields.Monetary("Deducted", readonly=True)
    amount_open = fields.Monetary(
        "Still Open", compute="_compute_amount_open", store=True
    )
    hold_reason = fields.Char(readonly=True)

    _amount_positive = models.Constraint(
        "CHECK(amount >= 0 AND amount_taken >= 0)", "A deduction cannot be negative."
    )
    _taken_within = models.Constraint(
        "CHECK(amount_taken <= amount)",
        "More cannot be deducted than the notice or the sanction says.",
    )

    @api.depends("amount", "amount_taken")
    def _compute_amount_open(self):
        for entry in self:
            entry.amount_open = entry.amount - entry.amount_taken

    @api.depends("complaint_number", "notice_id", "sanction_id", "employee_id")
    def _compute_display_name(self):
        # sudo: number and name only
        for entry in self:
            source = entry.sudo().notice_id.name or entry.sudo().sanction_id.name
            person = entry.sudo().employee_id.name
            entry.display_name = f"{source or ''} {person or ''}".strip()

    # ------------------------------------------------------------------ actions

    @arguments(reason=TEXT)
    def action_hold(self, reason):
        """Hold an entry: no month takes from it until HR lets it go (GAP-74).

        :param reason: why, such as a legal objection; required
        :raises AccessError: the user is not HR
        """
        self.env["crm.complaint"]._check_hr()
        if not (reason or "").strip():
            raise UserError(self.env._("Holding a deduction needs a reason."))
        self._check_entry_state("open")
        self._write_guarded({"state": "held", "hold_reason": reason})
        return True

    def action_let_go(self):
        """Let a held entry be deducted again.

        :raises AccessError: the user is not HR
        """
        self.env["crm.complaint"]._check_hr()
        self._check_entry_state("held")
        self._write_guarded({"state": "open", "hold_reason": False})
        return True

    def _check_entry_state(self, state):
        for entry in self:
            entry._check_transition_state((state,))
