"""Goods received before their ledger was kept get their entries."""

import logging

from odoo import SUPERUSER_ID, api

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    count = env["crm.return.item"]._write_missing_entries()
    if count:
        _logger.info("%s entries added to the ledger of returned goods", count)
    warehouses = env["stock.warehouse"].with_context(active_test=False)
    warehouses.search([])._name_return_locations()
