"""Customer data leaves the system only by a granted request (ARC-199 to ARC-203).

Exports and prints of customer files, on whatever path, come to ``_check_data_use``:
the web client's export, ``export_data``, the JSON view of a list, pivots, contact
cards, printed forms. What a request in force does not cover, and what is more than the
level lets people use of their own, is refused. Everything given out is logged.
"""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from .crm_data_field_set import SHARED_FIELDS
from .customer_file import customer_file, file_being_made

# Form of a granted request that lets its holder use files in this way.
FORMS = {"export": ("electronic",), "print": ("paper", "electronic")}
VCARD_FIELDS = ("street", "city", "zip", "email", "phone", "website", "function")


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _check_data_use(self, kind, names, method):
        """Raise unless the user may export or print these files and their contacts.

        :param kind: "export" or "print"
        :param names: technical names of the fields given out, or None: a fixed form
        :param method: what gives them out, for the log
        :raises UserError: not covered by a request in force, naming rule and files
        """
        if self.env.su:
            return
        self._check_not_withheld(self.ids)
        # sudo: which files they belong to; the user's rules have been applied before
        partners = self.sudo().with_context(active_test=False)
        files = partners.crm_customer_id
        if not files:
            return
        names = set(names or ()) - SHARED_FIELDS
        request = self.env["crm.data.request"]
        rest = files
        used = request.browse()
        for granted in self._requests_in_force(kind):
            covered = granted.scope_partner_ids & rest
            if covered and names <= granted.field_set_ids._covered_names():
                rest -= covered
                used |= granted
            if not rest:
                break
        if rest and not rest._is_free_use(kind):
            raise rest._data_use_error(kind, names)
        electronic = used.filtered(lambda request: request.form == "electronic")
        if kind == "export" or (electronic and not files._is_free_use(kind)):
            files._protect_file(electronic)
        self.env["crm.access.log"]._record(
            kind,
            method,
            partners.filtered("crm_customer_id").ids,
            classified=any(files.mapped("is_classified")),
            field_names=", ".join(sorted(names)) or False,
            request_id=used[:1].id,
            purpose=used[:1].purpose
            or self.env._("Own work, within the limit of the confidentiality level"),
        )

    @api.model
    def _requests_in_force(self, kind):
        # sudo: the user's own requests only
        Request = self.env["crm.data.request"].sudo()
        return Request.search(
            [
                *Request._in_force_domain(),
                ("requester_id", "=", self.env.uid),
                ("form", "in", FORMS[kind]),
            ]
        )

    def _is_free_use(self, kind):
        """Tell whether these files are few enough and the user's own (ARC-197)."""
        user = self.env.user
        if kind == "print" and user.has_group("crm_policy.group_specialist"):
            own = self  # the desk keeps the files and prints their forms (ARC-23)
        else:
            own = self._kept_by(user)
        limits = {file._confidentiality_level() for file in self}
        limit = min(
            level.own_export_limit if kind == "export" else level.own_print_limit
            for level in limits
        )
        return own == self and len(self) <= limit

    def _needs_file_password(self):
        """Tell whether one of these files is of a level with a password (GAP-54)."""
        return any(
            level.file_password
            for level in {file._confidentiality_level() for file in self}
        )

    def _protect_file(self, requests):
        """Put the password of the requests on the file being made, if it needs one.

        :raises UserError: its format carries no password, or none was taken yet
        """
        file = file_being_made()
        if file:
            # sudo: their numbers, printed on the file
            file.requests = requests.sudo().mapped("name")
        if not file or not self._needs_file_password():
            return
        if not file.can_be_sealed:
            raise UserError(
                self.env._(
                    "Files of these customers carry a password (GAP-54), which this "
                    "format (%s) has not. Export them as an Excel file.",
                    file.format,
                )
            )
        file.password = requests._file_password()

    def _data_use_error(self, kind, names):
        shown = format_list(self.env, self[:5].mapped("display_name"))
        labels = [
            self._fields[name]._description_string(self.env)
            for name in sorted(names)
            if name in self._fields
        ]
        values = {
            "count": len(self),
            "customers": shown + (" …" if len(self) > 5 else ""),
            "fields": format_list(self.env, labels) or "-",
        }
        if kind == "export":
            return UserError(
                self.env._(
                    "Customer data may be exported only under a granted data request, "
                    "in electronic form, and only what it covers (ARC-199).\nNot "
                    "covered: %(count)s customers (%(customers)s).\nFields: %(fields)s",
                    **values,
                )
            )
        return UserError(
            self.env._(
                "Customer files may be printed only under a granted data request and "
                "only what it covers (ARC-200).\nNot covered: %(count)s customers "
                "(%(customers)s).",
                **values,
            )
        )

    @api.model
    def _check_pivot_export(self, method):
        """Raise unless the user may export figures over all customers he sees."""
        self.search([("is_crm_customer", "=", True)])._check_data_use(
            "export", (), method
        )

    def _get_vcard_file(self):
        with customer_file("vcard"):
            self._check_data_use("export", VCARD_FIELDS, "vcard")
        return super()._get_vcard_file()
