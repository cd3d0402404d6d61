"""Ways a complaint can be settled (CMP-38, RET-54)."""

from odoo import fields, models


class CrmComplaintResolutionKind(models.Model):
    _name = "crm.complaint.resolution.kind"
    _description = "Complaint Resolution Kind"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        help="return, exchange, repair, allowance, compensation or supplementary: "
        "the key by which other documents and programs know the kind.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    needs_quantity = fields.Boolean(
        help="A line of this kind names the quantity it covers."
    )
    needs_amount = fields.Boolean(help="A line of this kind names an amount.")
    description = fields.Text(translate=True)

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "Two resolution kinds cannot have the same code."
    )
