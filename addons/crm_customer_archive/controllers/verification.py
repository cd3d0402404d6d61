"""The page on which a customer confirms or corrects its data."""

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import request


class VerificationController(http.Controller):
    @http.route(
        "/customer/verification/<string:token>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        sitemap=False,
    )
    def verification(self, token, **post):
        """Show the form, or take the answer; the link's signature is the permission."""
        Line = request.env["crm.customer.verification"]
        line = Line._from_token(token)
        self._set_language(line)
        line = line.with_context(lang=request.env.lang)
        if not line:
            return self._page({"step": "invalid"}, status=404)
        if not line._answer_possible():
            return self._page({"step": "answered", "line": line})
        values = {"step": "form", "line": line, "fields": line._answer_fields()}
        if request.httprequest.method == "POST":
            return self._answer(line, values, post)
        return self._page(values)

    def _answer(self, line, values, post):
        given = {
            name: post.get(f"value_{name}", present)
            for name, _label, present in values["fields"]
        }
        try:
            with request.env.cr.savepoint():
                line._answer_from_link(given, post.get("answered_by"), post.get("note"))
        except AccessError:
            raise
        except UserError as error:
            # Shown to the customer, with what was typed, to be corrected.
            fields = [
                (name, label, given[name]) for name, label, _old in values["fields"]
            ]
            return self._page(
                {**values, "fields": fields, "post": post, "error": str(error)},
                status=422,
            )
        return self._page({"step": "thanks", "line": line})

    def _page(self, values, status=200):
        response = request.render(
            "crm_customer_archive.verification_page",
            {"error": False, "post": {}, "line": None, "fields": [], **values},
        )
        response.status_code = status
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    def _set_language(self, line):
        """Speak the customer's language, else the company's."""
        installed = [code for code, _name in request.env["res.lang"].get_installed()]
        for lang in (
            line.partner_id.lang,
            line.company_id.partner_id.lang,
            request.env.lang,
        ):
            if lang in installed:
                request.update_context(lang=lang)
                return
