"""Collects what `crm.consent.give` needs."""

from odoo import fields, models

from ..models.crm_consent import CHANNELS


class CrmConsentGive(models.TransientModel):
    _name = "crm.consent.give"
    _description = "Note a Consent"

    partner_id = fields.Many2one("res.partner", string="Person", required=True)
    purpose_id = fields.Many2one("crm.consent.purpose", required=True)
    channel = fields.Selection(CHANNELS, required=True, default="any")
    given_date = fields.Date(
        string="Given On",
        required=True,
        default=lambda self: self.env.company._policy_today(),
    )
    given_how = fields.Selection(
        selection=lambda self: (
            self.env["crm.consent"]
            ._fields["given_how"]
            ._description_selection(self.env)
        ),
        string="Given By",
        required=True,
        default="form",
    )
    evidence = fields.Binary(attachment=False)
    evidence_filename = fields.Char()
    note = fields.Text()

    def action_confirm(self):
        for wizard in self:
            self.env["crm.consent"].give(
                wizard.partner_id.id,
                wizard.purpose_id.code,
                wizard.given_how,
                channel=wizard.channel,
                date=wizard.given_date,
                note=wizard.note,
                evidence=wizard.evidence,
                evidence_filename=wizard.evidence_filename,
            )
        return True
