"""Collects what `crm.consent.withdraw` needs."""

from odoo import fields, models


class CrmConsentWithdraw(models.TransientModel):
    _name = "crm.consent.withdraw"
    _description = "Consent Withdrawn"

    consent_ids = fields.Many2many("crm.consent", string="Consents", required=True)
    withdrawn_date = fields.Date(
        string="Withdrawn On",
        required=True,
        default=lambda self: self.env.company._policy_today(),
    )
    withdrawn_how = fields.Text(required=True)

    def action_confirm(self):
        for wizard in self:
            wizard.consent_ids.withdraw(wizard.withdrawn_how, wizard.withdrawn_date)
        return True
