"""Web routes that carry lists out of the system: held to the data requests."""

import json

from werkzeug.datastructures import FileStorage

from odoo import http
from odoo.http import request

from odoo.addons.web.controllers.export import CSVExport, ExcelExport
from odoo.addons.web.controllers.json import WebJsonController
from odoo.addons.web.controllers.pivot import TableExporter

from ..models.base_export import exporting
from ..models.customer_file import customer_file


class CustomerJsonController(WebJsonController):
    @http.route()
    def web_json_1(self, subpath, **kwargs):
        with exporting("/json/1"):
            return super().web_json_1(subpath, **kwargs)


class CustomerTableExporter(TableExporter):
    @http.route()
    def export_xlsx(self, data, **kw):
        content = data.read() if isinstance(data, FileStorage) else data
        if isinstance(content, bytes):
            content = content.decode()
        model = (json.loads(content) or {}).get("model")
        with customer_file("xlsx") as file:
            # The client sends finished figures without saying whose: all it may see.
            if model == "res.partner":
                request.env["res.partner"]._check_pivot_export("/web/pivot/export_xlsx")
        return _sealed(super().export_xlsx(content, **kw), file)


class CustomerCSVExport(CSVExport):
    @http.route()
    def web_export_csv(self, data):
        with customer_file("csv"):
            return super().web_export_csv(data)


class CustomerExcelExport(ExcelExport):
    @http.route()
    def web_export_xlsx(self, data):
        with customer_file("xlsx") as file:
            return _sealed(super().web_export_xlsx(data), file)


def _sealed(response, file):
    """Return the response with its workbook encrypted where it needs to be."""
    if file.password:
        response.set_data(file.seal(response.get_data()))
    return response
