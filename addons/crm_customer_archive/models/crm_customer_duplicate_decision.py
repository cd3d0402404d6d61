"""Customers that look alike and are not the same: the head's decision (GAP-83)."""

from odoo import fields, models


class CrmCustomerDuplicateDecision(models.Model):
    """Written by ``res.partner.decide_not_duplicate`` only; nobody edits it."""

    _name = "crm.customer.duplicate.decision"
    _description = "Customers Told Apart"
    _inherit = ["crm.customer.visible.mixin"]
    _order = "id desc"
    _rec_name = "customer_id"

    customer_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="cascade"
    )
    other_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="cascade"
    )
    # sudo: the name of the other is shared, its file is not (GAP-50)
    other_name = fields.Char(related="other_id.name", string="Other Customer")
    company_id = fields.Many2one(related="customer_id.company_id", store=True)
    reason = fields.Text(required=True, readonly=True)
    decided_by_id = fields.Many2one(
        "res.users", required=True, readonly=True, index=True
    )
    decided_at = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now
    )

    _pair_uniq = models.UniqueIndex(
        "(customer_id, other_id)", "These customers have already been told apart."
    )
