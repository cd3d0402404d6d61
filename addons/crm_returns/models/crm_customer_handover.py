"""What a leaver hands over of this addon."""

from odoo import api, fields, models


class CrmCustomerHandover(models.Model):
    _inherit = "crm.customer.handover"

    @api.model
    def _handover_sources(self):
        return [
            *super()._handover_sources(),
            {
                "kind": "return",
                "model": "crm.return",
                "user_field": "user_id",
                "domain": [
                    (
                        "state",
                        "not in",
                        ("not_eligible", "settled", "refused", "withdrawn"),
                    )
                ],
                "partner_field": "partner_id",
            },
        ]


class CrmCustomerHandoverLine(models.Model):
    _inherit = "crm.customer.handover.line"

    kind = fields.Selection(
        selection_add=[("return", "Return")], ondelete={"return": "cascade"}
    )
