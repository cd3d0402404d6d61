"""The way of a complaint a policy prescribes."""

from odoo import fields, models

from .crm_complaint_category import FLOWS


class CrmPolicyProfile(models.Model):
    _inherit = "crm.policy.profile"

    complaint_flow = fields.Selection(
        FLOWS,
        string="Way of Complaints",
        help="The way complaints take in companies under this profile, where their "
        "class does not choose another.",
    )
