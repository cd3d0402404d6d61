"""Classes of complaint by cause (CMP-04 to CMP-06, GAP-02)."""

from odoo import fields, models


class CrmComplaintCategory(models.Model):
    _name = "crm.complaint.category"
    _description = "Complaint Category"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Short key by which programs name it.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    tracking_exempt = fields.Boolean(
        string="Exempt from Tracking",
        help="Human negligence: the improvement need not be put under tracking "
        "(CMP-43).",
    )
    description = fields.Text(translate=True)

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "Two complaint categories cannot have the same code."
    )
