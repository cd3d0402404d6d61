"""Authorities of documents whose addon is gone are put out of use."""

from odoo import SUPERUSER_ID, api

from odoo.addons.crm_policy.leaving import retire_decisions


def migrate(cr, version):
    """Do what an addon does by now that is removed after decisions were taken."""
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    decided = set(env["crm.approval"]._approved_models())
    authorities = env["crm.authority"].search([("model_id", "!=", False)])
    orphans = set(authorities.mapped("model")) - decided
    retire_decisions(env, list(orphans), [name for name in orphans if name not in env])
