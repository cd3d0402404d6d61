"""Visits to classified customers (ARC-213)."""

from odoo import api, models
from odoo.fields import Domain


class CrmVisit(models.Model):
    _name = "crm.visit"
    _inherit = ["crm.visit", "crm.customer.withheld.mixin"]

    @api.model
    def _entrusted_domain(self):
        mine = Domain("participant_ids.user_id", "=", self.env.uid)
        return super()._entrusted_domain() | mine

    def _prepare_event_vals(self):
        vals = super()._prepare_event_vals()
        if self.partner_id.is_classified:
            # Colleagues see each other's calendars: busy, and nothing else.
            vals["privacy"] = "private"
        return vals
