"""Kinds of visits, with the plan code of the daily visit report (VIS-125)."""

from odoo import fields, models


class CrmVisitKind(models.Model):
    _name = "crm.visit.kind"
    _description = "Visit Kind"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, help="Short key by which other programs name the kind."
    )
    plan_code = fields.Selection(
        [
            ("a", "a First Visit"),
            ("b", "b Handle a Problem"),
            ("c", "c Build the Relationship"),
        ],
        required=True,
        default="c",
        help="Plan code printed on the daily visit report (VIS-125). Whether a visit "
        "is the first one is read from the records; a kind with code a is accepted "
        "for customers never visited before only.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint(
        "UNIQUE (code)", "Another visit kind already has this code."
    )
