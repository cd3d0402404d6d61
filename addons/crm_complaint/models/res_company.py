"""Company choices about the way of a complaint."""

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    complaint_manager_instruction = fields.Boolean(
        string="Manager's Instruction on Complaints",
        default=True,
        help="The production unit's answer goes to the manager's office for an "
        "instruction (CMP-35). Switched off, it goes straight on (GAP-11).",
    )
    complaint_instruction_user_id = fields.Many2one(
        "res.users",
        string="Manager Instructing on Complaints",
        help="Who gives the manager's instruction; the head of the manufacturing "
        "department when empty (GAP-11).",
    )
