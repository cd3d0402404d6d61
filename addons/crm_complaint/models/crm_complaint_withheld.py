"""Complaints of classified customers (ARC-213)."""

from odoo import models


class CrmComplaint(models.Model):
    _name = "crm.complaint"
    _inherit = ["crm.complaint", "crm.customer.withheld.mixin"]
