"""Kinds of leaks and what the policies have for them (ARC-218 to ARC-224, ARC-50)."""

from odoo import api, fields, models


class CrmIncidentCase(models.Model):
    _name = "crm.incident.case"
    _description = "Case of a Data Incident"
    _order = "kind, gravity desc, sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, copy=False)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [("leak", "Leak of customer data"), ("channel", "Unassigned contact channel")],
        required=True,
        default="leak",
    )
    gravity = fields.Selection(
        [("light", "Light"), ("serious", "Serious")],
        required=True,
        help="Where light and serious cases coincide, serious wins (GAP-52).",
    )
    measure = fields.Text(
        translate=True, help="What the policy has for it, before law and HR (GAP-74)."
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self._default_currency()
    )
    penalty_min = fields.Monetary(
        string="Deduction From", help="Lowest wage deduction of this case, included."
    )
    penalty_max = fields.Monetary(
        string="Deduction Up To",
        help="Highest wage deduction of this case, included. 0: none is foreseen.",
    )

    _code_uniq = models.Constraint("UNIQUE (code)", "Another case has this code.")
    _band_ordered = models.Constraint(
        "CHECK (penalty_min >= 0 AND penalty_max >= penalty_min)",
        "The deduction cannot end below where it begins.",
    )

    @api.model
    def _default_currency(self):
        return self.env.company.currency_id
