"""Days gone by, each in the time zone of its own company."""

from odoo import api, models
from odoo.fields import Domain


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.model
    def _policy_gone_by(self, name):
        """Return the domain of records whose date ``name`` is before today.

        Today is the day in the time zone of each record's ``company_id``.
        """
        days = {}
        # sudo: which day it is in every company, nothing else of them
        for company in self.sudo().search([("active", "=", True)]):
            days.setdefault(company._policy_today(), []).append(company.id)
        return Domain.OR(
            Domain("company_id", "in", ids) & Domain(name, "<", day)
            for day, ids in days.items()
        )

    @api.model
    def _policy_flagged(self, domain, value):
        """Return the domain of a computed yes or no that is searched with ``in``.

        :param domain: where it is yes
        :param value: the collection searched for
        """
        wanted = Domain.FALSE
        if True in value:
            wanted |= domain
        if False in value:
            wanted |= ~domain
        return wanted
