"""The company's own date: rules count local days, the server counts UTC."""

import pytz

from odoo import fields, models, tools


class ResCompany(models.Model):
    _inherit = "res.company"

    def _policy_tz(self):
        """Return the time zone of the company's working calendar."""
        self.ensure_one()
        return pytz.timezone(self._policy_tz_name())

    @tools.ormcache("self.id")
    def _policy_tz_name(self):
        # sudo: the zone is needed by people who may not read the company's calendar
        return self.sudo().resource_calendar_id.tz or "Asia/Shanghai"

    def write(self, vals):
        res = super().write(vals)
        if "resource_calendar_id" in vals or any(
            name.startswith("policy_") for name in vals
        ):
            self.env.registry.clear_cache()
        return res

    def _policy_date(self, moment):
        """Return the company's local date of a naive UTC moment."""
        return pytz.utc.localize(moment).astimezone(self._policy_tz()).date()

    def _policy_today(self):
        """Return today's date where the company works."""
        return self._policy_date(fields.Datetime.now())

    def _policy_profile(self, topic):
        """Return the policy profile in force in this company for a topic.

        :param topic: archive, credit, grading, complaint, visit_plan,
            visit_staffing, returns, confidentiality, relation_expense, master_data
        """
        self.ensure_one()
        return self.env["crm.policy.profile"].browse(self._policy_profile_id(topic))

    @tools.ormcache("self.id", "topic")
    def _policy_profile_id(self, topic):
        # sudo: which policy is in force is no secret, the company record may be
        return self.sudo()[f"policy_{topic}_profile_id"].id
