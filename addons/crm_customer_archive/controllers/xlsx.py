"""Excel files: the customer list, information reports, what a data request grants."""

from odoo import http
from odoo.http import content_disposition, request

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MODELS = ("res.partner", "crm.information.report", "crm.data.request")


class CustomerXlsx(http.Controller):
    @http.route(
        "/crm_customer_archive/xlsx/<string:model>/<string:ids>",
        type="http",
        auth="user",
        readonly=True,
    )
    def xlsx(self, model, ids, **kwargs):
        """Send the file of these records; the model says what stands in it."""
        if model not in MODELS:
            raise request.not_found()
        numbers = [int(part) for part in ids.split(",") if part.isdigit()]
        records = request.env[model].browse(numbers)
        filename, content = records._xlsx_file()
        return request.make_response(
            content,
            [
                ("Content-Type", XLSX),
                ("Content-Disposition", content_disposition(filename)),
            ],
        )
