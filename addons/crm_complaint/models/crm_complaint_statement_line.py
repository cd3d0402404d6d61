"""Cases of a monthly review, with their figures, and the departments' confirmations."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

# Characters of measures and result for which the form has room.
PRINTED = 40


class CrmComplaintStatementLine(models.Model):
    _name = "crm.complaint.statement.line"
    _inherit = ["crm.written.rows.mixin"]
    _description = "Case of the Complaint Statistics"
    _order = "statement_id desc, complaint_number, id"
    _rec_name = "complaint_number"
    _unlink_states = ()
    _free_fields = ("checked", "action_result", "note")

    statement_id = fields.Many2one(
        "crm.complaint.statement", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    month = fields.Date(related="statement_id.month")
    complaint_id = fields.Many2one(
        "crm.complaint", required=True, index=True, ondelete="restrict"
    )
    complaint_number = fields.Char()
    partner_id = fields.Many2one("res.partner", "Customer")
    product_id = fields.Many2one("product.product")
    category_id = fields.Many2one("crm.complaint.category", "Class")
    cause_id = fields.Many2one("crm.complaint.cause", "Main Cause")
    responsible_department_id = fields.Many2one("hr.department")
    not_substantiated = fields.Boolean()
    liability_text = fields.Char(
        "Responsibility and Ratios", compute="_compute_liability_text"
    )
    loss_total = fields.Monetary("Loss")
    loss_for_deduction = fields.Monetary("Loss for Deductions")
    loss_for_sanction = fields.Monetary("Loss for Sanctions")
    case_late = fields.Boolean("Late")
    carried = fields.Boolean(
        "From an Earlier Month",
        help="Its goods could still be resold when its month was reviewed (GAP-17).",
    )
    state = fields.Selection(
        [
            ("pending", "To Charge"),
            ("none", "Nothing to Charge"),
            ("deferred", "Waiting for Resale"),
            ("allocated", "Charged"),
        ],
        default="pending",
        required=True,
        index=True,
    )
    checked = fields.Boolean(
        help="Corrective actions and the handling result were checked (CMP-49)."
    )
    action_result = fields.Char(
        "Actions and Result", help="What the check of actions and result found."
    )
    note = fields.Char("Remarks")

    _complaint_uniq = models.Constraint(
        "UNIQUE(statement_id, complaint_id)", "A case stands once in a statement."
    )

    def _compute_liability_text(self):
        shares = (
            self.env["crm.complaint.liability"]
            .search_fetch(
                [("complaint_id", "in", self.complaint_id.ids)],
                ["complaint_id", "party_name", "share"],
            )
            .grouped("complaint_id")
        )
        for line in self:
            line.liability_text = format_list(
                self.env,
                [
                    f"{share.party_name} {share.share:g} %"
                    for share in shares.get(line.complaint_id, ())
                ],
            )

    def _measures(self):
        """Return what the form prints of measures and result (CMP-48, CMP-49).

        What the check found, else the countermeasure the production unit gave.
        """
        self.ensure_one()
        text = self.action_result or self.complaint_id.countermeasure or ""
        return text if len(text) <= PRINTED else f"{text[: PRINTED - 1]}…"

    def write(self, vals):
        if set(vals) - self._get_guarded_fields():
            self.statement_id._check_office()
            for statement in self.statement_id:
                if statement.state != "draft":
                    raise UserError(
                        self.env._(
                            "The statistics of %s are done: its cases do not change.",
                            statement.display_name,
                        )
                    )
        return super().write(vals)


class CrmComplaintStatementConfirmation(models.Model):
    _name = "crm.complaint.statement.confirmation"
    _inherit = ["crm.guard.mixin"]
    _description = "Department's Confirmation of the Complaint Statistics"
    _order = "statement_id desc, id"
    _rec_name = "department_id"
    _guarded_fields = ("confirmed_at", "user_id", "objection")

    statement_id = fields.Many2one(
        "crm.complaint.statement", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="statement_id.company_id", store=True)
    department_id = fields.Many2one(
        "hr.department", required=True, index=True, ondelete="restrict"
    )
    confirmed_at = fields.Datetime("Confirmed on", copy=False)
    user_id = fields.Many2one("res.users", "Confirmed by", copy=False)
    objection = fields.Text(copy=False)
    waived_reason = fields.Char(
        "Waived Because",
        help="Why the office goes on without this department's confirmation.",
    )

    _department_uniq = models.Constraint(
        "UNIQUE(statement_id, department_id)", "A department confirms once."
    )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_statement(
            self.statement_id.browse(
                {vals["statement_id"] for vals in vals_list if vals.get("statement_id")}
            )
        )
        return super().create(vals_list)

    def write(self, vals):
        if set(vals) - self._get_guarded_fields():
            self._check_statement(self.statement_id)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        self._check_statement(self.statement_id)

    @api.model
    def _check_statement(self, statements):
        if self.env.su:
            return
        statements._check_office()
        for statement in statements:
            statement._check_transition_state(("draft",))
