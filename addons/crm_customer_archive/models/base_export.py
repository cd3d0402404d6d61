"""Exports of any model are searched for customer data they would carry out.

A list of orders may carry the phone numbers of its customers. Names of customers are
shared between departments and go with the documents (GAP-50); all else of a file needs
a granted request, whichever list it is exported from.
"""

from contextlib import contextmanager
from contextvars import ContextVar

from odoo import api, models
from odoo.models import fix_import_export_id_paths

from .crm_data_field_set import SHARED_FIELDS

# Whether the running web request exports what the methods below answer.
_EXPORTING = ContextVar("crm_customer_exporting", default=None)

# Fields of other models that are values of a customer's file:
# model: (field of the customer, {field: field of the file it amounts to}; None: all)
CARRIERS = {
    "res.partner.bank": ("partner_id", None, "bank_ids"),
    "crm.lead": (
        "partner_id",
        {
            "phone": "phone",
            "email_from": "email",
            "email_normalized": "email",
            "email_cc": "email",
            "contact_name": "child_ids",
            "function": "function",
            "street": "street",
            "street2": "street",
            "city": "city",
            "zip": "zip",
            "website": "website",
        },
        None,
    ),
}
# Models whose records hang on a document: what of a customer file they are.
DOCUMENT_PARTS = {
    "mail.message": ("model", "message_ids"),
    "mail.activity": ("res_model", "activity_ids"),
    "mail.followers": ("res_model", "message_follower_ids"),
    "ir.attachment": ("res_model", "message_attachment_count"),
}


@contextmanager
def exporting(method):
    """What is read inside leaves the system: the JSON view of a list."""
    token = _EXPORTING.set(method)
    try:
        yield
    finally:
        _EXPORTING.reset(token)


def specification_paths(specification):
    """Return the paths of a web specification: {"a": {"fields": {"b": {}}}} -> a/b."""
    paths = []
    for name, spec in specification.items():
        deeper = spec.get("fields") if isinstance(spec, dict) else None
        if deeper:
            paths += [[name, *path] for path in specification_paths(deeper)]
        else:
            paths.append([name])
    return paths


class Base(models.AbstractModel):
    _inherit = "base"

    def _check_export_customers(self, paths, method):
        """Raise where the export carries customer data no request covers.

        :param paths: fields to export, as lists: ["partner_id", "phone"]
        """
        if self.env.su or not self:
            return
        found = {}
        self._collect_customer_data(paths, found)
        partners = self.env["res.partner"].browse(found)
        names = set().union(*found.values())
        own_list = self._name == "res.partner"
        if partners and (own_list or names - SHARED_FIELDS):
            partners._check_data_use("export", names, method)

    def _collect_customer_data(self, paths, found):
        """Collect {partner id: field names} of what the paths lead to."""
        if self._name == "res.partner":
            # “.id” is the id; “properties.one” is one of the properties
            names = {path[0].split(".")[0] or "id" for path in paths if path}
            for partner_id in self.ids:
                found.setdefault(partner_id, set()).update(names)
        elif self._name in CARRIERS:
            self._collect_carried_data(paths, found)
        elif self._name in DOCUMENT_PARTS:
            model_field, part = DOCUMENT_PARTS[self._name]
            # sudo: which document they hang on; the user reads the records anyway
            for record in self.sudo():
                if record[model_field] == "res.partner" and record.res_id:
                    found.setdefault(record.res_id, set()).add(part)
        by_name = {}
        for path in paths:
            if path and "." not in path[0]:
                by_name.setdefault(path[0], []).append(path[1:])
        for name, deeper in by_name.items():
            field = self._fields.get(name)
            if field is None or not field.relational:
                continue
            if field.comodel_name == "res.partner" and not any(deeper):
                continue  # the name only
            self[name]._collect_customer_data(
                [path or ["display_name"] for path in deeper], found
            )

    def _collect_carried_data(self, paths, found):
        link, amounts_to, always = CARRIERS[self._name]
        names = {path[0] for path in paths if path}
        parts = (
            {always}
            if always
            else {part for name, part in amounts_to.items() if name in names}
        )
        # sudo: whose data it is; the user reads the records anyway
        partners = self.sudo()[link]
        if parts:
            for partner_id in partners.ids:
                found.setdefault(partner_id, set()).update(parts)

    def export_data(self, fields_to_export):
        self._check_export_customers(
            [fix_import_export_id_paths(name) for name in fields_to_export],
            "export_data",
        )
        return super().export_data(fields_to_export)

    @api.readonly
    def web_read(self, specification):
        method = _EXPORTING.get()
        if not method or self.env.su:
            return super().web_read(specification)
        with exporting(None):  # the specification says all that is read deeper
            self._check_export_customers(specification_paths(specification), method)
            return super().web_read(specification)

    @api.model
    @api.readonly
    def web_read_group(self, domain, groupby, aggregates=(), *args, **kwargs):
        method = _EXPORTING.get()
        if not method or self.env.su:
            return super().web_read_group(domain, groupby, aggregates, *args, **kwargs)
        with exporting(None):
            names = {
                spec.split(":")[0].split(".")[0] for spec in [*groupby, *aggregates]
            }
            paths = [[name] for name in names if name in self._fields]
            self.search(domain)._check_export_customers(paths, method)
            return super().web_read_group(domain, groupby, aggregates, *args, **kwargs)
