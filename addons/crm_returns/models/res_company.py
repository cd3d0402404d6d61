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

    _return_figures = models.Constraint(
        "CHECK (return_warranty_months >= 0 AND return_over_ratio >= 0 "
        "AND return_contact_min >= 0)",
        "Figures of the returns policy cannot be negative.",
    )
