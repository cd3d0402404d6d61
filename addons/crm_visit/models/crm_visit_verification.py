"""A held visit that confirmed the customer's data counts as verified (GAP-48)."""

from odoo import fields, models


class CrmVisit(models.Model):
    _inherit = "crm.visit"

    data_confirmed = fields.Boolean(
        copy=False,
        help="The customer confirmed its data on file. Reporting the visit verifies "
        "the customer in the quarter's round (ARC-103).",
    )

    def action_report(self):
        """Hand in the visit record; confirmed data verify the customer (ARC-103)."""
        result = super().action_report()
        confirmed = self.filtered("data_confirmed")
        for day, visits in confirmed.grouped("date_held").items():
            self.env["crm.customer.verification"]._confirm_from_visit(
                visits.partner_id, day
            )
        return result
