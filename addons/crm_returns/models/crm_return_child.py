"""What belongs to a return is seen by whoever sees the return."""

from odoo import api, fields, models
from odoo.fields import Domain


class CrmReturnChild(models.AbstractModel):
    """Gives its models a return, its company and its circle of readers."""

    _name = "crm.return.child"
    _description = "Part of a return"

    return_id = fields.Many2one(
        "crm.return", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="return_id.company_id", store=True, index=True)
    return_visible = fields.Boolean(
        compute="_compute_return_visible",
        search="_search_return_visible",
        help="Whether the user may see the return; the access rules ask it.",
    )

    @api.depends("return_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_return_visible(self):
        # sudo: which return it is; whether the user may read it is asked next
        documents = self.sudo().return_id.sudo(False)
        visible = documents._filtered_access("read")
        for record in self:
            # sudo: as above
            record.return_visible = record.sudo().return_id.id in visible._ids

    def _search_return_visible(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        documents = self.env["crm.return"].sudo(False)
        if not documents.has_access("read"):
            return Domain.FALSE
        return Domain(
            "return_id", "in", documents.with_context(active_test=False)._search([])
        )
