"""Taking over the customers a company already has, and leaving without traces."""

from odoo.fields import Command


def post_init_hook(env):
    """Take over the customers the companies have already sold to.

    Without this the first day of the archive would stop every running order. Their
    files are marked as taken over, so that a manager can have them completed.
    """
    env["res.partner"]._take_over_customers()


def uninstall_hook(env):
    """Remove what the addon added to records of others.

    The companies' own copies of the customer number sequence have no external id, and
    the groups of the shared addon got the sales rights from here.
    """
    env["ir.sequence"].search([("code", "=", "crm.customer")]).unlink()
    for group, implied in (
        ("crm_policy.group_user", "sales_team.group_sale_salesman"),
        ("crm_policy.group_manager", "sales_team.group_sale_salesman_all_leads"),
    ):
        env.ref(group).implied_ids = [Command.unlink(env.ref(implied).id)]
