"""Erasing a person: what of this addon stands in the way of it."""

from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _erase_open_business(self, family):
        return [
            *super()._erase_open_business(family),
            (
                self.env._("Returns not settled"),
                "crm.return",
                [
                    ("partner_id", "in", family.ids),
                    (
                        "state",
                        "not in",
                        ("not_eligible", "settled", "refused", "withdrawn"),
                    ),
                ],
            ),
        ]
