"""The time zone of a company's calendar is remembered; changing it forgets."""

from odoo import models


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def write(self, vals):
        res = super().write(vals)
        if "tz" in vals:
            self.env.registry.clear_cache()
        return res
