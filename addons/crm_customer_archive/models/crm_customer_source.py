"""Where a customer came from (GAP-82): part of the registration form's core."""

from odoo import fields, models


class CrmCustomerSource(models.Model):
    _name = "crm.customer.source"
    _description = "Customer Source"
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
