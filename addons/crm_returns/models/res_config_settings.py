"""Settings of the returns policy."""

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    return_authority = fields.Selection(
        related="company_id.return_authority", readonly=False
    )
    return_required = fields.Boolean(
        related="company_id.return_required", readonly=False
    )
    return_warranty_months = fields.Integer(
        related="company_id.return_warranty_months", readonly=False
    )
    return_over_ratio = fields.Float(
        related="company_id.return_over_ratio", readonly=False
    )
    return_contact_min = fields.Integer(
        related="company_id.return_contact_min", readonly=False
    )
    return_restock_direct = fields.Boolean(
        related="company_id.return_restock_direct", readonly=False
    )
    loan_reminder_days = fields.Integer(
        related="company_id.loan_reminder_days", readonly=False
    )
