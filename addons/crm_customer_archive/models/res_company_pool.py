"""Whether a company has a public pool of customers."""

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    customer_pool = fields.Boolean(
        string="Public Pool",
        help="Customers without contact or order for the days of the pool rules return "
        "to a pool from which any salesperson may claim them.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    customer_pool = fields.Boolean(related="company_id.customer_pool", readonly=False)
