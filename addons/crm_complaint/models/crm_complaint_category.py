"""Classes of complaint by cause (CMP-04 to CMP-06, GAP-02)."""

from odoo import fields, models

FLOWS = [
    ("pcb", "Handling Form (PCB)"),
    ("gcmp", "Eight Steps (GCMP)"),
    ("ticket", "Problem Ticket"),
]


class CrmComplaintCategory(models.Model):
    _name = "crm.complaint.category"
    _description = "Complaint Category"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Short key by which programs name it.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    flow = fields.Selection(
        FLOWS,
        help="The way complaints of this class take; empty: the one of the company's "
        "policy profile.",
    )
    department_id = fields.Many2one(
        "hr.department",
        "Handled by",
        help="Department that is proposed as the responsible one: storage and "
        "transport, quality management ... (CMP-130, CMP-131).",
    )
    tracking_exempt = fields.Boolean(
        string="Exempt from Tracking",
        help="Human negligence: the improvement need not be put under tracking "
        "(CMP-43).",
    )
    description = fields.Text(translate=True)

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "Two complaint categories cannot have the same code."
    )
