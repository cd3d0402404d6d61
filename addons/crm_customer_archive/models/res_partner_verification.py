"""When the customer's data were last verified."""

from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    _guarded_fields = ("verification_date",)

    verification_date = fields.Date(
        string="Last Verified",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Local date of the last quarterly verification (ARC-103).",
    )
    verification_ids = fields.One2many(
        "crm.customer.verification", "partner_id", string="Verifications"
    )

    def action_view_verifications(self):
        """Open the customer's lines in all rounds."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer_archive.action_crm_customer_verification"
        )
        return {**action, "domain": [("partner_id", "in", self.ids)], "context": {}}
