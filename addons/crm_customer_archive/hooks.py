"""Taking over the customers a company already has, and leaving without traces."""

from odoo.fields import Command

from odoo.addons.crm_policy.hooks import leave, translate_shared_terms

# Numbered documents: the companies' own copies of a sequence have no external id.
SEQUENCES = (
    "crm.customer",
    "crm.account.plan",
    "crm.customer.evaluation",
    "crm.credit.application",
    "crm.credit.case",
    "crm.customer.change",
    "crm.customer.class.proposal",
    "crm.customer.class.judgement",
    "crm.master.data.request",
    "crm.erase.request",
    "crm.information.report",
    "crm.customer.handover",
    "crm.data.copy",
    "crm.data.incident",
    "crm.data.request",
    "crm.policy.review",
)


def post_init_hook(env):
    """Take over the customers the companies have already sold to.

    Without this the first day of the archive would stop every running order. Their
    files are marked as taken over, so that a manager can have them completed.
    """
    env["res.partner"]._take_over_customers()
    translate_shared_terms(env)


def uninstall_hook(env):
    """Remove what the addon added to records of others.

    The companies' own copies of the customer number sequence have no external id, and
    the groups of the shared addon got the sales rights from here.
    """
    leave(env, "crm_customer_archive")
    env["ir.sequence"]._policy_remove(*SEQUENCES)
    env.cr.execute(
        "DROP INDEX IF EXISTS res_partner__phone_index, res_partner__user_id_index"
    )
    # The platform forgets fields of a partner, not what a partner inherited from.
    env["ir.model.inherit"].search(
        [
            ("model_id.model", "=", "res.partner"),
            ("parent_id.model", "in", ("crm.approval.mixin", "crm.guard.mixin")),
        ]
    ).unlink()
    for group, implied in (
        ("crm_policy.group_user", "sales_team.group_sale_salesman"),
        ("crm_policy.group_manager", "sales_team.group_sale_salesman_all_leads"),
    ):
        env.ref(group).implied_ids = [Command.unlink(env.ref(implied).id)]
