"""The personnel announcement exists once HR has announced the sanction (CMP-71)."""

from odoo import api, models
from odoo.exceptions import UserError


class ReportSanctionAnnouncement(models.AbstractModel):
    _name = "report.crm_complaint.report_sanction_announcement"
    _description = "Personnel Announcement"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Return what the form shows.

        :raises UserError: a sanction is not announced yet
        """
        sanctions = self.env["crm.sanction"].browse(docids)
        waiting = sanctions.filtered(lambda sanction: sanction.state != "published")
        if waiting:
            raise UserError(
                self.env._(
                    "%s is not announced yet: its announcement is printed afterwards.",
                    waiting[0].display_name,
                )
            )
        return {
            "doc_ids": docids,
            "doc_model": "crm.sanction",
            "docs": sanctions,
            "data": data,
        }
