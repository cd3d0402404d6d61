"""Company rules on returns; each is a figure of the policy, kept as data."""

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    return_authority = fields.Selection(
        [
            ("complaint", "The complaint's decision, if the return comes from one"),
            ("chain", "Always supervisor, marketing manager, general manager"),
        ],
        default="complaint",
        required=True,
        help="Who approves a return linked to a decided complaint (GAP-37). Returns "
        "on their own always take the chain (RET-18 to RET-20).",
    )
    return_required = fields.Boolean(
        string="Receive Returns on Approval Only",
        default=True,
        help="Sold goods come back into stock only on an approved return (RET-20, "
        "RET-21). Switched off, the warehouse may also receive returns on its own.",
    )
    return_warranty_months = fields.Integer(
        string="Warranty",
        default=12,
        help="Months of warranty from delivery for products whose own warranty, and "
        "that of their categories, is not set (RET-12). 0: no warranty.",
    )
    return_over_ratio = fields.Float(
        string="Over-quantity Acceptance Ratio (%)",
        digits=(5, 2),
        help="Percent by which the quantity received may exceed the quantity "
        "approved and still be credited, for customers without a ratio of their "
        "own (RET-65).",
    )
    return_contact_min = fields.Integer(
        string="Contacts About Payment",
        default=2,
        help="How often the customer must have been asked for payment before he "
        "counts as unable to pay (RET-14, “repeated communication”).",
    )

    return_restock_direct = fields.Boolean(
        string="Good Goods Straight to Stock",
        help="Goods that quality found good go back to stock without a handling plan. "
        "Off: the general manager approves what becomes of all goods (RET-10).",
    )
    loan_reminder_days = fields.Integer(
        string="Remind of Loans",
        default=3,
        help="Calendar days before goods on loan, exhibition or demo are due back in "
        "which the person responsible is reminded.",
    )

    _loan_figures = models.Constraint(
        "CHECK (loan_reminder_days >= 0)", "Days of reminding cannot be negative."
    )
    _return_figures = models.Constraint(
        "CHECK (return_warranty_months >= 0 AND return_over_ratio >= 0 "
        "AND return_contact_min >= 0)",
        "Figures of the returns policy cannot be negative.",
    )
