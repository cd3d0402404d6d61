"""Grades of administrative sanctions and what they cost (CMP-102 to CMP-104)."""

from odoo import fields, models


class CrmSanctionGrade(models.Model):
    _name = "crm.sanction.grade"
    _description = "Sanction Grade"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Short key by which programs name it.")
    sequence = fields.Integer(default=10, help="From the lightest to the gravest.")
    active = fields.Boolean(default=True)
    conversion = fields.Selection(
        [
            ("none", "No Deduction"),
            ("each", "Amount Each"),
            ("base_point", "Amount Each per Base Point"),
            ("whole_bonus", "Whole Bonus of the Month"),
        ],
        required=True,
        default="none",
        help="How the sanction turns into money.",
    )
    amount = fields.Float(
        digits="Product Price",
        help="Least deduction for one sanction of this grade, in company currency; "
        "more may be fixed in the single case (CMP-102, CMP-103, GAP-21).",
    )

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "Two sanction grades cannot have the same code."
    )
    _amount_positive = models.Constraint(
        "CHECK(amount >= 0)", "The deduction of a sanction cannot be negative."
    )

    def _least_deduction(self, count, base_points):
        """Return the least money for ``count`` sanctions of this grade."""
        self.ensure_one()
        if self.conversion == "each":
            return self.amount * count
        if self.conversion == "base_point":
            return self.amount * count * base_points
        return 0.0
