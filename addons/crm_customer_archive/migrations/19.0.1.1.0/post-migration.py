"""Meetings that were made with classified customers become busy time, too (ARC-213)."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    events = env["calendar.event"].with_context(active_test=False)
    events.search([("partner_ids.is_classified", "=", True)])._hide_classified()
