"""Meetings with classified customers are busy time to everybody else (ARC-213)."""

from odoo import api, models


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        events._hide_classified()
        return events

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"partner_ids", "privacy", "user_id"}:
            self._hide_classified()
        return result

    def _hide_classified(self):
        """Make events private to which a classified customer or its people come."""
        if not self.env["res.partner"]._any_classified():
            return
        # sudo: whether a guest is classified, whoever invites
        open_events = self.sudo().filtered(
            lambda event: (
                event.privacy != "private"
                and any(event.partner_ids.mapped("is_classified"))
            )
        )
        if open_events:
            open_events.write({"privacy": "private"})
