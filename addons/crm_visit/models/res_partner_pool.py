"""A visit that was held is contact: the customer stays with its account manager."""

from odoo import api, models
from odoo.tools import SQL


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _pool_last_contact_sources(self, company):
        return [
            *super()._pool_last_contact_sources(company),
            SQL(
                "SELECT commercial_partner_id, MAX(date_held) FROM crm_visit"
                " WHERE date_held IS NOT NULL AND company_id = %s GROUP BY 1",
                company.id,
            ),
        ]
