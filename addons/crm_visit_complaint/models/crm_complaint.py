"""The visit finding a complaint was taken in from."""

from odoo import fields, models


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    _guarded_fields = ("visit_finding_id",)

    visit_finding_id = fields.Many2one(
        "crm.visit.finding",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="What was found out on a visit and taken in as this complaint.",
    )
    visit_id = fields.Many2one(related="visit_finding_id.visit_id")

    _visit_finding_uniq = models.UniqueIndex(
        "(visit_finding_id) "
        "WHERE visit_finding_id IS NOT NULL AND state <> 'cancelled'",
        "This visit finding has already been taken in as a complaint.",
    )

    def action_view_visit(self):
        """Open the visit this complaint comes from."""
        self._policy_require_one()
        return self.visit_id.get_formview_action()
