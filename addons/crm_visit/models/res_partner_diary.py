"""Visits in the diary of a customer's development (客户开发日程记录表)."""

from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _development_entries(self, start, end):
        visits = self.env["crm.visit"].search(
            [
                ("commercial_partner_id", "=", self.commercial_partner_id.id),
                ("date_held", ">=", start.date()),
                ("date_held", "<", end.date()),
            ]
        )
        results = dict(visits._fields["result"]._description_selection(self.env))
        return [
            *super()._development_entries(start, end),
            *(
                {
                    "date": visit.date_held,
                    "way": visit.kind_id.name,
                    "who": visit.sudo().user_id.name,  # sudo: a colleague's name
                    "what": visit.report_text or visit.purpose or visit.name,
                    "result": results.get(visit.result, ""),
                }
                for visit in visits
            ),
        ]
