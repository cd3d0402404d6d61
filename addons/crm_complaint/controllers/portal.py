"""Complaints on the customer portal."""

import uuid

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

PAGE = 20


class ComplaintPortal(CustomerPortal):
    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "complaint_count" in counters:
            values["complaint_count"] = request.env["crm.complaint"]._portal_count()
        return values

    def _complaint(self, complaint_id):
        """Return the user's complaint, or answer "not found"."""
        try:
            return request.env["crm.complaint"]._portal_browse(complaint_id)
        except AccessError as error:
            # Not found: strangers do not learn which numbers exist.
            raise request.not_found() from error

    def _uploads(self):
        """Return ``[(name, bytes)]`` of the files sent along, within the limits.

        :raises UserError: a file is too large, or of a kind that is not taken
        """
        Complaint = request.env["crm.complaint"]
        files = []
        for upload in request.httprequest.files.getlist("files"):
            if not upload.filename:
                continue
            # Its size is known before any of it is read.
            size = upload.stream.seek(0, 2)
            upload.stream.seek(0)
            refusal = Complaint._file_refusal(
                upload.filename, size, request.env.company
            )
            if refusal:
                raise UserError(refusal)
            files.append((upload.filename, upload.read()))
        return files

    @http.route(
        ["/my/complaints", "/my/complaints/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_complaints(self, page=1, filterby="all", **_kw):
        """List the complaints of the user's company."""
        Complaint = request.env["crm.complaint"]
        stages = Complaint._portal_stages()
        filterby = filterby if filterby in stages else "all"
        pages = pager(
            url="/my/complaints",
            url_args={"filterby": filterby},
            total=Complaint._portal_count(filterby),
            page=page,
            step=PAGE,
        )
        values = {
            **self._prepare_portal_layout_values(),
            "complaints": Complaint._portal_list(filterby, pages["offset"], PAGE),
            "page_name": "complaint",
            "pager": pages,
            "default_url": "/my/complaints",
            "filterby": filterby,
            "searchbar_filters": {
                "all": {"label": request.env._("All")},
                **{key: {"label": label} for key, label in stages.items()},
            },
        }
        return request.render("crm_complaint.portal_my_complaints", values)

    @http.route(
        "/my/complaints/<int:complaint_id>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_complaint(self, complaint_id, error=None, **_kw):
        """Show one complaint: number, stage, answers, result."""
        return self._render_complaint(self._complaint(complaint_id), error)

    def _render_complaint(self, complaint, error=None):
        values = {
            **self._prepare_portal_layout_values(),
            "complaint": complaint._portal_facts(),
            "page_name": "complaint",
            "error": error,
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
        error = None
        if request.httprequest.method == "POST":
            try:
                with request.env.cr.savepoint():
                    complaint_id = request.env["crm.complaint"]._portal_file(
                        post, self._uploads(), post.get("token")
                    )
                return request.redirect(f"/my/complaints/{complaint_id}")
            except UserError as refusal:
                error = str(refusal)
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "complaint_new",
            "error": error,
            "post": post,
            "token": post.get("token") or uuid.uuid4().hex,
        }
        return request.render("crm_complaint.portal_complaint_new", values)

    @http.route(
        "/my/complaints/<int:complaint_id>/answer",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_complaint_answer(self, complaint_id, text="", **_post):
        """Add words or files to a complaint."""
        complaint = self._complaint(complaint_id)
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
        complaint = self._complaint(complaint_id)
        file = complaint.customer_file_ids.filtered(lambda one: one.id == file_id)
        if not file:
            raise request.not_found()
        stream = request.env["ir.binary"]._get_stream_from(file)
        return stream.get_response(as_attachment=True)
