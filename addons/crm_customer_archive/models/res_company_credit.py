"""Company-wide settings of credit terms."""

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    block_ungranted_terms = fields.Boolean(
        default=True,
        help="Orders are confirmed and invoices posted with the payment term an "
        "approved credit application granted, or for immediate payment, only.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    block_ungranted_terms = fields.Boolean(
        related="company_id.block_ungranted_terms", readonly=False
    )
