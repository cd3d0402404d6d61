"""Returns on the customer portal."""

import uuid

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import request

from odoo.addons.crm_complaint.controllers.portal import ComplaintPortal
from odoo.addons.portal.controllers.portal import pager

PAGE = 20


class ReturnPortal(ComplaintPortal):
    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "crm_return_count" in counters:
            values["crm_return_count"] = request.env["crm.return"]._portal_count()
        return values

    def _return(self, return_id):
        """Return the user's return, or answer "not found"."""
        try:
            return request.env["crm.return"]._portal_browse(return_id)
        except AccessError as error:
            # Not found: strangers do not learn which numbers exist.
            raise request.not_found() from error

    @http.route(
        ["/my/returns", "/my/returns/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_returns(self, page=1, filterby="all", **_kw):
        """List the returns of the user's company."""
        Return = request.env["crm.return"]
        stages = Return._portal_stages()
        filterby = filterby if filterby in stages else "all"
        pages = pager(
            url="/my/returns",
            url_args={"filterby": filterby},
            total=Return._portal_count(filterby),
            page=page,
            step=PAGE,
        )
        values = {
            **self._prepare_portal_layout_values(),
            "returns": Return._portal_list(filterby, pages["offset"], PAGE),
            "page_name": "crm_return",
            "pager": pages,
            "default_url": "/my/returns",
            "filterby": filterby,
            "searchbar_filters": {
                "all": {"label": request.env._("All")},
                **{key: {"label": label} for key, label in stages.items()},
            },
        }
        return request.render("crm_returns.portal_my_returns", values)

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
            "crm_return": self._return(return_id)._portal_facts(),
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
        error = None
        Return = request.env["crm.return"]
        if request.httprequest.method == "POST":
            try:
                with request.env.cr.savepoint():
                    return_id = Return._portal_file(
                        post, self._uploads(), post.get("token")
                    )
                return request.redirect(f"/my/returns/{return_id}")
            except UserError as refusal:
                error = str(refusal)
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "crm_return_new",
            "error": error,
            "post": post,
            "token": post.get("token") or uuid.uuid4().hex,
            "goods": Return._portal_goods(),
            "reasons": Return._portal_reasons(),
        }
        return request.render("crm_returns.portal_return_new", values)

    @http.route(
        "/my/returns/<int:return_id>/file/<int:file_id>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_return_file(self, return_id, file_id, **_kw):
        """Download a file the customer sent."""
        document = self._return(return_id)
        file = document.customer_file_ids.filtered(lambda one: one.id == file_id)
        if not file:
            raise request.not_found()
        stream = request.env["ir.binary"]._get_stream_from(file)
        return stream.get_response(as_attachment=True)
