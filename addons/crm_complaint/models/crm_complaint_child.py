"""What belongs to a complaint is seen by whoever sees the complaint."""

from odoo import api, fields, models
from odoo.fields import Domain


class CrmComplaintChild(models.AbstractModel):
    """Gives its models a complaint, its company and its circle of readers."""

    _name = "crm.complaint.child"
    _description = "Part of a complaint"

    complaint_id = fields.Many2one(
        "crm.complaint", index="btree_not_null", ondelete="cascade"
    )
    complaint_visible = fields.Boolean(
        compute="_compute_complaint_visible",
        search="_search_complaint_visible",
        help="Whether the user may see the complaint; the access rules ask it.",
    )

    @api.depends("complaint_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_complaint_visible(self):
        # sudo: which complaint it is; whether it may be seen is asked of the user
        complaints = self.sudo().complaint_id.sudo(False)
        visible = complaints._filtered_access("read")
        for record in self:
            # sudo: as above
            record.complaint_visible = record.sudo().complaint_id.id in visible._ids

    def _search_complaint_visible(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        Complaint = self.env["crm.complaint"].sudo(False)
        if not Complaint.has_access("read"):
            return Domain.FALSE
        return Domain(
            "complaint_id", "in", Complaint.with_context(active_test=False)._search([])
        )
