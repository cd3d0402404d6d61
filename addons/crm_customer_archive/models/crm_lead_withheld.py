"""A lead takes over phone and address of its customer: not of one withheld."""

from odoo import api, models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.model_create_multi
    def create(self, vals_list):
        self.env["res.partner"]._check_not_withheld(
            {vals["partner_id"] for vals in vals_list if vals.get("partner_id")}
        )
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("partner_id"):
            self.env["res.partner"]._check_not_withheld({vals["partner_id"]})
        return super().write(vals)
