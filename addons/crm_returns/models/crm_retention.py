"""Returns: how long the persons named in them are remembered (GAP-95)."""

from odoo import api, fields, models
from odoo.fields import Domain

from .crm_return import CLOSED_STATES


class CrmReturn(models.Model):
    _name = "crm.return"
    _inherit = ["crm.return", "crm.personal.retention.mixin"]

    _retention_persons = ("contact_partner_id",)
    _retention_bookings = "credit_note_ids"
    _retention_kept = ("crm.return.allowance", "crm.return.allowance.line")

    @api.model
    def _retention_closed(self):
        return Domain("state", "in", CLOSED_STATES)


class CrmRetentionPeriod(models.Model):
    _inherit = "crm.retention.period"

    code = fields.Selection(
        selection_add=[("return", "Persons named in returns")],
        ondelete={"return": "cascade"},
    )


class CrmEraseRequest(models.Model):
    _inherit = "crm.erase.request"

    @api.model
    def _retention_models(self):
        return {**super()._retention_models(), "return": "crm.return"}


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _person_uses(self):
        return [
            *super()._person_uses(),
            ("crm.return", "contact_partner_id"),
            ("crm.return", "partner_id"),
        ]
