"""Customers: their over-quantity ratio and their returns."""

from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    return_over_ratio_set = fields.Boolean(
        string="Own Over-quantity Ratio",
        help="The customer stated a ratio of his own; otherwise the company's "
        "applies (RET-64, RET-65).",
    )
    return_over_ratio = fields.Float(
        string="Over-quantity Acceptance Ratio (%)",
        digits=(5, 2),
        help="Percent by which the quantity received may exceed the quantity "
        "approved and still be credited (RET-64).",
    )
    return_count = fields.Integer(
        string="Returns",
        compute="_compute_return_count",
        help="Returns of this customer the user may see.",
    )

    _return_over_ratio_positive = models.Constraint(
        "CHECK (return_over_ratio >= 0)",
        "The over-quantity acceptance ratio cannot be negative.",
    )

    def _compute_return_count(self):
        counts = {}
        if self.env["crm.return"].has_access("read"):
            counts = dict(
                self.env["crm.return"]._read_group(
                    [("partner_id", "in", self.commercial_partner_id.ids)],
                    ["partner_id"],
                    ["__count"],
                )
            )
        for partner in self:
            partner.return_count = counts.get(partner.commercial_partner_id, 0)

    def action_view_returns(self):
        """Open the returns of this customer."""
        self._policy_require_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_returns.action_crm_return"
        )
        action["domain"] = [("partner_id", "=", self.commercial_partner_id.id)]
        action["context"] = {"default_partner_id": self.commercial_partner_id.id}
        return action

    def _return_ratio(self, company):
        """Return the over-quantity acceptance ratio in percent (RET-64, RET-65)."""
        customer = self.commercial_partner_id
        if customer.return_over_ratio_set:
            return customer.return_over_ratio
        return company.return_over_ratio
