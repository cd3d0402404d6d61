"""Ways of proving a return to accounting (RET-66 to RET-69, GAP-28)."""

from odoo import fields, models


class CrmReturnProofType(models.Model):
    _name = "crm.return.proof.type"
    _description = "Proof of Return"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Key used by other programs.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for every company."
    )
    attachment_required = fields.Boolean(
        default=True, help="A scan must be attached before the credit note is posted."
    )
    for_return = fields.Boolean(default=True, help="Proves returns (RET-66).")
    for_allowance = fields.Boolean(help="Proves allowances (RET-71, GAP-27).")
    description = fields.Text(translate=True, help="What the document must show.")

    _code_uniq = models.UniqueIndex(
        "(COALESCE(company_id, 0), code)", "Another proof of return has this code."
    )
