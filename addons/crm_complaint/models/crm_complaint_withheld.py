"""Complaints of classified customers, and what is filed before one (ARC-213).

What is decided about persons is for those persons and their superiors only: nobody
reads it in the decision instead.
"""

from odoo import api, models
from odoo.fields import Domain


class CrmComplaint(models.Model):
    _name = "crm.complaint"
    _inherit = ["crm.complaint", "crm.customer.withheld.mixin"]


class CrmFieldResponse(models.Model):
    _name = "crm.field.response"
    _inherit = ["crm.field.response", "crm.customer.withheld.mixin"]

    @api.model
    def _entrusted_domain(self):
        """Who is sent to the customer has it in hand until the report is made."""
        sent = Domain("person_ids", "in", [self.env.uid])
        open_ = Domain("state", "in", ("called", "on_site", "reporting"))
        return super()._entrusted_domain() | (sent & open_)


class CrmAbnormality(models.Model):
    _name = "crm.abnormality"
    _inherit = ["crm.abnormality", "crm.customer.withheld.mixin"]


class CrmApproval(models.Model):
    _inherit = "crm.approval"

    @api.model
    def _secret_models(self):
        return [*super()._secret_models(), "crm.sanction", "crm.bonus.notice"]
