"""Authorities of documents whose addon is gone are put out of use."""

from odoo import SUPERUSER_ID, api

from odoo.addons.crm_policy.leaving import retire_decisions


def migrate(cr, version):
    """Do what an addon does by now that is removed after decisions were taken."""
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    installed = env["ir.module.module"].search([("state", "=", "installed")])
    if not set(installed.mapped("name")) <= env.registry._init_modules:
        # An addon whose code is not there just now is not removed.
        return
    authorities = env["crm.authority"].search([("model_id", "!=", False)])
    orphans = {
        name
        for name in authorities.mapped("model")
        if not getattr(env.get(name), "_approval_steps", None)
    }
    retire_decisions(env, list(orphans), [name for name in orphans if name not in env])
