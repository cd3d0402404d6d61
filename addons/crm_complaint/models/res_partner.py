"""Complaints of a customer."""

from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    complaint_count = fields.Integer(
        string="Complaints",
        compute="_compute_complaint_count",
        help="Complaints of this customer and its contacts the user may see.",
    )

    def _compute_complaint_count(self):
        counts = {}
        if self.env["crm.complaint"].has_access("read"):
            counts = dict(
                self.env["crm.complaint"]._read_group(
                    [("partner_id", "child_of", self.ids)], ["partner_id"], ["__count"]
                )
            )
        families = self._complaint_families(counts)
        for partner in self:
            partner.complaint_count = families.get(partner.id, 0)

    def _complaint_families(self, counts):
        """Add the counts of contacts to those of the partners above them."""
        totals = {}
        for partner, count in counts.items():
            above = partner
            while above:
                totals[above.id] = totals.get(above.id, 0) + count
                above = above.parent_id
        return totals

    def action_view_complaints(self):
        """Open the complaints of this customer and its contacts."""
        self._policy_require_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_complaint.action_crm_complaint"
        )
        action["domain"] = [("partner_id", "child_of", self.ids)]
        action["context"] = {"default_partner_id": self.id}
        return action
