"""Legal form of a customer, 公司性质 (ARC-60, GAP-82)."""

from odoo import fields, models


class CrmEnterpriseType(models.Model):
    _name = "crm.enterprise.type"
    _description = "Enterprise Type"
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    code = fields.Char(
        required=True,
        copy=False,
        help="Short key by which programs and imports name this record.",
    )
    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex("(code)", "This code is already in use.")
