"""Bring warehouses older than this app up to date, and leave without traces."""

from odoo.addons.crm_policy.hooks import release_rules, translate_shared_terms


def post_init_hook(env):
    """Give every warehouse its quarantine location for returned goods."""
    warehouses = (
        env["stock.warehouse"]
        .with_context(active_test=False)
        .search([("return_quarantine_location_id", "=", False)])
    )
    warehouses._create_missing_locations({})
    translate_shared_terms(env)


def uninstall_hook(env):
    """Remove what has no external id: the counters and unused quarantines."""
    release_rules(env, "crm_returns")
    env["ir.sequence"]._policy_remove("crm.return")
    warehouses = env["stock.warehouse"].with_context(active_test=False).search([])
    locations = warehouses.return_quarantine_location_id
    warehouses.return_quarantine_location_id = False
    used = env["stock.move.line"].search(
        [
            "|",
            ("location_id", "in", locations.ids),
            ("location_dest_id", "in", locations.ids),
        ]
    )
    (locations - used.location_id - used.location_dest_id).unlink()
