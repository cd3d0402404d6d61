"""What waits for a person's decision, beside the activities of the top bar."""

from odoo import api, models, modules


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def _get_activity_groups(self):
        groups = super()._get_activity_groups()
        approvals = self.env["crm.approval"].search_fetch(
            [("can_decide", "=", True)], ["requested_at", "company_id"], limit=1000
        )
        if not approvals:
            return groups
        overdue = sum(
            approval.company_id._policy_date(approval.requested_at)
            < approval.company_id._policy_today()
            for approval in approvals
        )
        groups.insert(
            0,
            {
                "id": self.env["ir.model"]._get_id("crm.approval"),
                "name": self.env._("For Me to Decide"),
                "model": "crm.approval",
                "type": "activity",
                "icon": modules.module.get_module_icon("crm_policy"),
                "domain": [("can_decide", "=", True)],
                "total_count": len(approvals),
                "today_count": len(approvals) - overdue,
                "overdue_count": overdue,
                "planned_count": 0,
                "view_type": "list",
            },
        )
        return groups
