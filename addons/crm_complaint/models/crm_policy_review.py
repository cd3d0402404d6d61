"""Amendments of the complaint policy take effect by the general manager (CMP-125)."""

from odoo import models
from odoo.exceptions import AccessError


class CrmPolicyReview(models.Model):
    _inherit = "crm.policy.review"

    def _check_complete(self):
        """A review that amends the rules of complaints is the general manager's."""
        res = super()._check_complete()
        if self.env.su or self.env.user.has_group("crm_policy.group_gm"):
            return res
        for review in self:
            amends = (review.adjustment or "").strip()
            if amends and review.area in ("CMP", False):
                raise AccessError(
                    self.env._(
                        "%s amends the complaint policy: it takes effect when the "
                        "general manager confirms it (CMP-125).",
                        review.display_name,
                    )
                )
        return res
