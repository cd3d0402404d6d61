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
    complaint_office_department_id = fields.Many2one(
        related="company_id.complaint_office_department_id", readonly=False
    )
    complaint_receipt = fields.Boolean(
        related="company_id.complaint_receipt", readonly=False
    )
    complaint_receipt_limit = fields.Integer(
        related="company_id.complaint_receipt_limit", readonly=False
    )
    complaint_portal_limit = fields.Integer(
        related="company_id.complaint_portal_limit", readonly=False
    )
    portal_text_limit = fields.Integer(
        related="company_id.portal_text_limit", readonly=False
    )
    complaint_file_size = fields.Float(
        related="company_id.complaint_file_size", readonly=False
    )
    complaint_file_count = fields.Integer(
        related="company_id.complaint_file_count", readonly=False
    )
    complaint_file_types = fields.Char(
        related="company_id.complaint_file_types", readonly=False
    )
