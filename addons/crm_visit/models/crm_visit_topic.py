"""What a visit should find out: the headings of the call-back checklist."""

from odoo import fields, models


class CrmVisitTopic(models.Model):
    _name = "crm.visit.topic"
    _description = "Visit Topic"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, help="Short key by which other programs name the topic."
    )
    profile_id = fields.Many2one(
        "crm.policy.profile",
        index=True,
        help="Policy the topic comes from; empty for a topic of the company's own.",
    )
    help_text = fields.Text(
        string="What to Find Out",
        translate=True,
        help="What the policy asks about under this heading (VIS-74 to VIS-106).",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint(
        "UNIQUE (code)", "Another visit topic already has this code."
    )
