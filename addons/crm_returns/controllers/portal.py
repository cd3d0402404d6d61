"""Returns on the customer portal."""

from odoo import http
from odoo.http import request

from odoo.addons.crm_complaint.controllers.portal_pages import DocumentPortal


class ReturnPortal(DocumentPortal):
    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "crm_return_count" in counters:
            values["crm_return_count"] = request.env["crm.return"]._portal_count()
        return values

    @http.route(
        ["/my/returns", "/my/returns/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_returns(self, page=1, filterby="all", **_kw):
        """List the returns of the user's company."""
        values = self._document_list("crm.return", "/my/returns", page, filterby)
        return request.render(
            "crm_returns.portal_my_returns",
            {**values, "returns": values["documents"], "page_name": "crm_return"},
        )

    @http.route(
        "/my/returns/<int:return_id>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_return(self, return_id, **_kw):
        """Show one return: number, stage, goods, answer."""
        values = {
            **self._prepare_portal_layout_values(),
            "crm_return": self._document("crm.return", return_id)._portal_facts(),
            "page_name": "crm_return",
        }
        return request.render("crm_returns.portal_my_return", values)

    @http.route(
        "/my/returns/new",
        type="http",
        auth="user",
        website=True,
        methods=["GET", "POST"],
    )
    def portal_return_new(self, **post):
        """Ask for a return; the same form sent twice asks once."""
        return_id, error = self._document_filed("crm.return", post)
        if return_id:
            return request.redirect(f"/my/returns/{return_id}")
        Return = request.env["crm.return"]
        return request.render(
            "crm_returns.portal_return_new",
            {
                **self._document_form("crm.return", post, error),
                "page_name": "crm_return_new",
                "goods": Return._portal_goods(),
                "reasons": Return._portal_reasons(),
            },
        )

    @http.route(
        "/my/returns/<int:return_id>/file/<int:file_id>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_return_file(self, return_id, file_id, **_kw):
        """Download a file the customer sent."""
        return self._document_file(self._document("crm.return", return_id), file_id)
