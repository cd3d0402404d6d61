"""Visits: how long the persons named in them are remembered (GAP-95)."""

from odoo import api, fields, models


class CrmVisit(models.Model):
    _name = "crm.visit"
    _inherit = ["crm.visit", "crm.personal.retention.mixin"]

    _retention_persons = ("contact_id",)
    _retention_date = "planned_start"


class CrmRetentionPeriod(models.Model):
    _inherit = "crm.retention.period"

    code = fields.Selection(
        selection_add=[("visit", "Persons named in visits")],
        ondelete={"visit": "cascade"},
    )


class CrmEraseRequest(models.Model):
    _inherit = "crm.erase.request"

    @api.model
    def _retention_models(self):
        return {**super()._retention_models(), "visit": "crm.visit"}


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _person_uses(self):
        return [
            *super()._person_uses(),
            ("crm.visit", "contact_id"),
            ("crm.visit", "partner_id"),
        ]
