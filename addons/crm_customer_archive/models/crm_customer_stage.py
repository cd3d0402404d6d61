"""Life-cycle of a customer, from potential to partner (profile CONS, ARC-145)."""

from odoo import fields, models


class CrmCustomerStage(models.Model):
    _name = "crm.customer.stage"
    _description = "Customer Life-cycle Stage"
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    code = fields.Char(
        required=True,
        copy=False,
        help="Short key by which programs and imports name this record.",
    )
    name = fields.Char(required=True, translate=True)
    is_prospect = fields.Boolean(
        string="Prospect",
        help="Customers in this stage have not yet bought: they are the future and "
        "potential customers the archive must hold as well (ARC-15).",
    )
    profile_id = fields.Many2one("crm.policy.profile", string="Policy")
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex("(code)", "This code is already in use.")
