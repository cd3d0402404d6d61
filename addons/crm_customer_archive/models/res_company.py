"""Company-wide settings of the customer archive."""

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    block_unregistered_customers = fields.Boolean(
        default=True,
        help="Orders are confirmed, goods delivered and invoices posted only for "
        "customers whose registration has been approved and archived.",
    )
    restrict_master_data = fields.Boolean(
        string="Only Maintaining Departments Edit Partners",
        help="Partners of a kind (supplier of raw materials, ...) are created and "
        "edited by members of the department that maintains the kind; others read.",
    )
