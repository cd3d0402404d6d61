"""Web routes that carry lists out of the system: held to the data requests."""

import json

from werkzeug.datastructures import FileStorage

from odoo import http
from odoo.http import request

from odoo.addons.web.controllers.json import WebJsonController
from odoo.addons.web.controllers.pivot import TableExporter

from ..models.base_export import exporting


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
        # The client sends finished figures without saying whose: all it may see.
        if model == "res.partner":
            request.env["res.partner"]._check_pivot_export("/web/pivot/export_xlsx")
        return super().export_xlsx(content, **kw)
