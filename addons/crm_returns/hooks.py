"""Bring warehouses older than this app up to date, and leave without traces."""

from odoo.addons.crm_policy.hooks import leave, translate_shared_terms

SEQUENCES = ("crm.return", "crm.return.plan", "crm.return.allowance", "crm.loan")


def post_init_hook(env):
    """Give every warehouse its places for returned goods and goods on loan."""
    warehouses = env["stock.warehouse"].with_context(active_test=False).search([])
    warehouses.filtered(
        lambda w: not (w.return_quarantine_location_id and w.loan_location_id)
    )._create_missing_locations({})
    warehouses._name_return_locations()
    translate_shared_terms(env)


def uninstall_hook(env):
    """Remove what has no external id: the counters and unused quarantines."""
    leave(env, "crm_returns")
    for code in SEQUENCES:
        env["ir.sequence"]._policy_remove(code)
    warehouses = env["stock.warehouse"].with_context(active_test=False).search([])
    locations = warehouses.return_quarantine_location_id | warehouses.loan_location_id
    warehouses.write(
        {"return_quarantine_location_id": False, "loan_location_id": False}
    )
    used = env["stock.move.line"].search(
        [
            "|",
            ("location_id", "in", locations.ids),
            ("location_dest_id", "in", locations.ids),
        ]
    )
    (locations - used.location_id - used.location_dest_id).unlink()
