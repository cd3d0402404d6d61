"""Returns of classified customers (ARC-213)."""

from odoo import models


class CrmReturn(models.Model):
    _name = "crm.return"
    _inherit = ["crm.return", "crm.customer.withheld.mixin"]
