"""What must hold before customer files, copies and letters are printed (ARC-200)."""

from odoo import models

from .customer_file import customer_file

# Forms of these models carry data of customers.
CUSTOMER_DATA = ("res.partner", "crm.consent", "crm.information.report")


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _get_rendering_context(self, report, docids, data):
        # Every way of rendering comes through here: page, PDF and text.
        if docids and report.model in CUSTOMER_DATA:
            self._printed_partners(report, docids)._check_data_use(
                "print", None, report.report_name
            )
        if docids and report.model == "crm.data.copy":
            self.env["crm.data.copy"].browse(docids)._check_print(report.report_name)
        if docids and report == self.env.ref(
            "crm_customer_archive.action_report_handover_letter"
        ):
            self.env["crm.customer.handover"].browse(docids)._check_letters()
        return super()._get_rendering_context(report, docids, data)

    def _printed_partners(self, report, docids):
        """Return whose customer data the form shows."""
        records = self.env[report.model].browse(docids)
        if report.model == "res.partner":
            return records
        if report.model == "crm.consent":
            return records.partner_id
        # sudo: whose data they are; owners are customers of colleagues
        return records.sudo().line_ids.order_id.partner_id.sudo(False)

    def _render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        with customer_file("pdf") as file:
            content, kind = super()._render_qweb_pdf(report_ref, res_ids, data)
        return (file.seal(content) if kind == "pdf" else content), kind
