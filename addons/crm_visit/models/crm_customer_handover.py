"""What a leaver hands over of this addon."""

from odoo import api, fields, models


class CrmCustomerHandover(models.Model):
    _inherit = "crm.customer.handover"

    @api.model
    def _handover_sources(self):
        return [
            *super()._handover_sources(),
            {
                "kind": "visit",
                "model": "crm.visit",
                "user_field": "user_id",
                "domain": [("state", "in", ("planned", "approval", "approved"))],
                "partner_field": "partner_id",
            },
        ]


class CrmCustomerHandoverLine(models.Model):
    _inherit = "crm.customer.handover.line"

    kind = fields.Selection(
        selection_add=[("visit", "Visit")], ondelete={"visit": "cascade"}
    )
