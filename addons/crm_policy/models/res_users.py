"""Where users work, and what waits for their decision beside the top bar."""

from odoo import api, models, modules


class ResUsers(models.Model):
    _inherit = "res.users"

    def _policy_departments(self, companies):
        """Return {(user, company): department}: where each of these users works.

        Only who is employed in one of the companies is in it. One query, where the
        platform's ``employee_id`` would read whole employees and their contracts.
        """
        if not (self and companies):
            return {}
        # sudo: the org chart is needed, not shown
        rows = (
            self.env["hr.employee"]
            .sudo()
            ._read_group(
                [("user_id", "in", self.ids), ("company_id", "in", companies.ids)],
                ["user_id", "company_id", "department_id"],
            )
        )
        return {(user, company): department for user, company, department in rows}

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
