"""Returns that come out of a complaint (RET-54, RET-57)."""

from odoo import fields, models


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    return_ids = fields.One2many("crm.return", "complaint_id", "Returns")
    return_count = fields.Integer(compute="_compute_return_count")

    def _compute_return_count(self):
        counts = {}
        if self.env["crm.return"].has_access("read"):
            counts = dict(
                self.env["crm.return"]._read_group(
                    [("complaint_id", "in", self.ids)], ["complaint_id"], ["__count"]
                )
            )
        for complaint in self:
            complaint.return_count = counts.get(complaint, 0)

    def action_view_returns(self):
        """Open the returns of this complaint, or start the first."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_returns.action_crm_return"
        )
        action["domain"] = [("complaint_id", "=", self.id)]
        action["context"] = {
            "default_complaint_id": self.id,
            "default_partner_id": self.partner_id.commercial_partner_id.id,
        }
        return action
