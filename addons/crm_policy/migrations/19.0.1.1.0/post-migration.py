"""Reminders and inquiries to sales are the salesperson's own, as the stays are."""

from odoo import SUPERUSER_ID, api

RULE = "crm_policy.crm_routing_notice_rule_user"
BEFORE = "('department_id.member_ids.user_id', '=', user.id)"
AFTER = (
    "('department_id', 'any', [('policy_code', '!=', 'sales'),"
    " ('member_ids.user_id', '=', user.id)])"
)


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    rule = env.ref(RULE, raise_if_not_found=False)
    # A rule the company has changed itself stays as it is.
    if rule and BEFORE in (rule.domain_force or ""):
        rule.domain_force = rule.domain_force.replace(BEFORE, AFTER)
