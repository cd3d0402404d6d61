"""What the addon does when it goes."""

from odoo.addons.crm_policy.hooks import leave


def uninstall_hook(env):
    """Give the rules back that only visits and complaints together carry."""
    leave(env, "crm_visit_complaint")
