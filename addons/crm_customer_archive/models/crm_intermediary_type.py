"""Kinds of intermediaries a maker sells through (profile CHAN, ARC-148)."""

from odoo import fields, models


class CrmIntermediaryType(models.Model):
    _name = "crm.intermediary.type"
    _description = "Intermediary Type"
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    code = fields.Char(
        required=True,
        copy=False,
        help="Short key by which programs and imports name this record.",
    )
    name = fields.Char(required=True, translate=True)
    description = fields.Text(
        translate=True,
        help="By what a customer of this kind is told from the others.",
    )
    profile_id = fields.Many2one("crm.policy.profile", string="Policy")
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex("(code)", "This code is already in use.")
