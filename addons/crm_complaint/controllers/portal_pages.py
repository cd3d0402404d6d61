"""What the portal pages of complaints and of returns have in common."""

import uuid

from odoo.exceptions import AccessError, UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

PAGE = 20


class DocumentPortal(CustomerPortal):
    """Helpers for documents of ``crm.portal.mixin``; no page of its own."""

    def _document(self, model, record_id):
        """Return the user's document, or answer "not found"."""
        try:
            return request.env[model]._portal_browse(record_id)
        except AccessError as error:
            # Not found: strangers do not learn which numbers exist.
            raise request.not_found() from error

    def _document_list(self, model, url, page, filterby):
        """Return what a page of the list of the user's documents shows."""
        Document = request.env[model]
        stages = Document._portal_stages()
        filterby = filterby if filterby in stages else "all"
        pages = pager(
            url=url,
            url_args={"filterby": filterby},
            total=Document._portal_count(filterby),
            page=page,
            step=PAGE,
        )
        return {
            **self._prepare_portal_layout_values(),
            "documents": Document._portal_list(filterby, pages["offset"], PAGE),
            "pager": pages,
            "default_url": url,
            "filterby": filterby,
            "searchbar_filters": {
                "all": {"label": request.env._("All")},
                **{key: {"label": label} for key, label in stages.items()},
            },
        }

    def _document_filed(self, model, post):
        """Take in the form a customer sent.

        :return: (id of the document, None), or (None, why it was refused)
        """
        if request.httprequest.method != "POST":
            return None, None
        try:
            with request.env.cr.savepoint():
                return request.env[model]._portal_file(
                    post, self._uploads(), post.get("token")
                ), None
        except UserError as refusal:
            return None, str(refusal)

    def _document_form(self, model, post, error):
        """Return what a form for a new document shows, once more after a refusal."""
        return {
            **self._prepare_portal_layout_values(),
            "error": error,
            "post": post,
            "token": post.get("token") or uuid.uuid4().hex,
            "text_limit": request.env[model]._portal_longest(),
        }

    def _document_file(self, document, file_id):
        """Answer with a file the customer added to a document."""
        file = document.customer_file_ids.filtered(lambda one: one.id == file_id)
        if not file:
            raise request.not_found()
        stream = request.env["ir.binary"]._get_stream_from(file)
        return stream.get_response(as_attachment=True)

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
