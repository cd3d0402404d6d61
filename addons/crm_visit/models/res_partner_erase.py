"""Erasing a person: what of this addon stands in the way of it."""

from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _erase_open_business(self, family):
        return [
            *super()._erase_open_business(family),
            (
                self.env._("Visits not closed"),
                "crm.visit",
                [
                    "|",
                    ("partner_id", "in", family.ids),
                    ("contact_id", "in", family.ids),
                    ("state", "not in", ("closed", "cancelled")),
                ],
            ),
        ]
