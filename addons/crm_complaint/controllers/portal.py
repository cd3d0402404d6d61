"""Complaints on the customer portal."""

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from .portal_pages import DocumentPortal


class ComplaintPortal(DocumentPortal):
    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "complaint_count" in counters:
            values["complaint_count"] = request.env["crm.complaint"]._portal_count()
        return values

    @http.route(
        ["/my/complaints", "/my/complaints/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_complaints(self, page=1, filterby="all", **_kw):
        """List the complaints of the user's company."""
        values = self._document_list("crm.complaint", "/my/complaints", page, filterby)
        return request.render(
            "crm_complaint.portal_my_complaints",
            {
                **values,
                "complaints": values["documents"],
                "page_name": "complaint",
            },
        )

    @http.route(
        "/my/complaints/<int:complaint_id>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_complaint(self, complaint_id, error=None, **_kw):
        """Show one complaint: number, stage, answers, result."""
        return self._render_complaint(
            self._document("crm.complaint", complaint_id), error
        )

    def _render_complaint(self, complaint, error=None):
        values = {
            **self._prepare_portal_layout_values(),
            "complaint": complaint._portal_facts(),
            "page_name": "complaint",
            "error": error,
            "text_limit": complaint._portal_longest(),
        }
        return request.render("crm_complaint.portal_my_complaint", values)

    @http.route(
        "/my/complaints/new",
        type="http",
        auth="user",
        website=True,
        methods=["GET", "POST"],
    )
    def portal_complaint_new(self, **post):
        """File a complaint; the same form sent twice files once."""
        complaint_id, error = self._document_filed("crm.complaint", post)
        if complaint_id:
            return request.redirect(f"/my/complaints/{complaint_id}")
        values = self._document_form("crm.complaint", post, error)
        return request.render(
            "crm_complaint.portal_complaint_new",
            {**values, "page_name": "complaint_new"},
        )

    @http.route(
        "/my/complaints/<int:complaint_id>/answer",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_complaint_answer(self, complaint_id, text="", **_post):
        """Add words or files to a complaint."""
        complaint = self._document("crm.complaint", complaint_id)
        try:
            with request.env.cr.savepoint():
                complaint._portal_answer(text, self._uploads())
        except UserError as refusal:
            return self._render_complaint(complaint, str(refusal))
        return request.redirect(f"/my/complaints/{complaint_id}")

    @http.route(
        "/my/complaints/<int:complaint_id>/file/<int:file_id>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_complaint_file(self, complaint_id, file_id, **_kw):
        """Download a file the customer added."""
        complaint = self._document("crm.complaint", complaint_id)
        return self._document_file(complaint, file_id)
