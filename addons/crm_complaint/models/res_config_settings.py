"""Settings of the complaint flow."""

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    complaint_manager_instruction = fields.Boolean(
        related="company_id.complaint_manager_instruction", readonly=False
    )
    complaint_instruction_user_id = fields.Many2one(
        related="company_id.complaint_instruction_user_id", readonly=False
    )
