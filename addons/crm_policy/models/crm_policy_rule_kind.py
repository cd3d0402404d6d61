"""Kinds of policy rules: what a sentence of a policy asks for."""

from odoo import fields, models


class CrmPolicyRuleKind(models.Model):
    _name = "crm.policy.rule.kind"
    _description = "Kind of Policy Rule"
    _order = "sequence, code"

    code = fields.Char(required=True, help="One letter, as in the policy catalogue.")
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer(help="Colour of the tag in lists, 0 to 11.")

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "Another kind of rule already has this code."
    )
