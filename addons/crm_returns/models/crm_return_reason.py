"""Why goods come back; required on every return (RET-13 to RET-15)."""

from odoo import fields, models


class CrmReturnReason(models.Model):
    _name = "crm.return.reason"
    _description = "Return Reason"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Key used by other programs.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for every company."
    )
    criterion = fields.Selection(
        [
            ("b", "B: quality"),
            ("c", "C: finance"),
            ("d", "D: other major change"),
        ],
        string="Standard",
        required=True,
        help="The standard this reason belongs to: B quality (RET-13), C finance "
        "(RET-14), D other (RET-15).",
    )
    evidence_required = fields.Boolean(
        help="The return is only eligible when the facts behind the reason are "
        "written down in it."
    )

    _code_uniq = models.UniqueIndex(
        "(COALESCE(company_id, 0), code)", "Another return reason has this code."
    )
