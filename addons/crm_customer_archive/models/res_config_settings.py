from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    block_unregistered_customers = fields.Boolean(
        related="company_id.block_unregistered_customers", readonly=False
    )
    restrict_master_data = fields.Boolean(
        related="company_id.restrict_master_data", readonly=False
    )
