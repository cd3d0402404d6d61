"""Complaints: how long the persons named in them are remembered (GAP-95)."""

from odoo import api, fields, models


class CrmComplaint(models.Model):
    _name = "crm.complaint"
    _inherit = ["crm.complaint", "crm.personal.retention.mixin"]

    _retention_persons = ("contact_id",)
    _retention_values = (
        "complainant_name",
        "complainant_phone",
        "complainant_email",
    )
    _retention_bookings = "settlement_move_ids"


class CrmRetentionPeriod(models.Model):
    _inherit = "crm.retention.period"

    code = fields.Selection(
        selection_add=[("complaint", "Persons named in complaints")],
        ondelete={"complaint": "cascade"},
    )


class CrmEraseRequest(models.Model):
    _inherit = "crm.erase.request"

    @api.model
    def _retention_models(self):
        return {**super()._retention_models(), "complaint": "crm.complaint"}


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _person_uses(self):
        return [
            *super()._person_uses(),
            ("crm.complaint", "contact_id"),
            ("crm.complaint", "partner_id"),
        ]
