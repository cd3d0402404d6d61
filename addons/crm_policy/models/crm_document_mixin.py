"""What every customer-management document has: number, company, outside reference."""

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, ValidationError


class CrmDocumentMixin(models.AbstractModel):
    _name = "crm.document.mixin"
    _inherit = ["mail.thread", "mail.activity.mixin", "crm.guard.mixin"]
    _description = "Customer management document"

    _guarded_fields = ("name",)
    # Code of the ir.sequence that numbers the documents, and whether at creation.
    _number_code = None
    _number_on_create = True

    name = fields.Char(
        string="Number",
        readonly=True,
        copy=False,
        index="trigram",
        help="Document number, given once by the company's own sequence.",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    client_reference = fields.Char(
        copy=False,
        help="Key of this document in another program. Filing the same key twice "
        "gives the first document back.",
    )
    active = fields.Boolean(default=True)

    _client_reference_uniq = models.UniqueIndex(
        "(company_id, client_reference) WHERE client_reference IS NOT NULL",
        "A document with this client reference already exists in this company.",
    )
    _name_uniq = models.UniqueIndex(
        "(company_id, name) WHERE name IS NOT NULL",
        "A document with this number already exists in this company.",
    )

    @api.depends("name")
    def _compute_display_name(self):
        for record in self:
            record.display_name = record.name or self.env._("New")

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse a reference that is taken; one filed this very moment is waited for.

        Where two connections file the same reference at once, the later one is tried
        again and finds what the first has filed.
        """
        filed = [vals for vals in vals_list if vals.get("client_reference")]
        if not filed:
            return super().create(vals_list)
        self._check_references_free(filed)
        try:
            return super().create(vals_list)
        except psycopg2.errors.UniqueViolation as error:
            if not (error.diag.constraint_name or "").endswith("client_reference_uniq"):
                raise
            raise ConcurrencyError("client_reference: filed by another call") from error

    @api.model
    def _check_references_free(self, vals_list):
        """Raise where a reference is taken, or given twice.

        :raises ValidationError: naming the reference
        """
        keys = [
            (vals.get("company_id") or self.env.company.id, vals["client_reference"])
            for vals in vals_list
        ]
        companies, references = zip(*keys, strict=True)
        # sudo: the reference is taken also where the user may not read the document
        known = (
            self.sudo()
            .with_context(active_test=False)
            .search_fetch(
                [
                    ("client_reference", "in", references),
                    ("company_id", "in", companies),
                ],
                ["client_reference", "company_id"],
            )
        )
        taken = {(one.company_id.id, one.client_reference) for one in known}
        for key in keys:
            if key in taken:
                raise ValidationError(
                    self.env._(
                        "Client reference %s: a document with it is there already in "
                        "this company.",
                        key[1],
                    )
                )
            taken.add(key)

    def write(self, vals):
        if "company_id" in vals:
            for record in self:
                if record.name and record.company_id.id != vals["company_id"]:
                    raise ValidationError(
                        self.env._(
                            "%s carries a number of its company: the company cannot "
                            "change any more.",
                            record.name,
                        )
                    )
        return super().write(vals)

    @api.model
    def _guarded_create_vals(self, vals_list):
        own_vals = super()._guarded_create_vals(vals_list)
        if not (self._number_code and self._number_on_create):
            return own_vals
        by_company = {}
        for vals, own in zip(vals_list, own_vals, strict=True):
            company_id = vals.get("company_id") or self.env.company.id
            by_company.setdefault(company_id, []).append(own)
        for company_id, group in by_company.items():
            numbers = self.env["ir.sequence"]._policy_numbers(
                self._number_code,
                self.env["res.company"].browse(company_id),
                len(group),
            )
            for own, number in zip(group, numbers, strict=True):
                own["name"] = number
        return own_vals

    def _mail_get_partners(self, introspect_fields=False):
        """Leave out customers the reader may not see.

        A department works on documents of customers that are none of its own; it is
        not offered to write to them.
        """
        result = super()._mail_get_partners(introspect_fields=introspect_fields)
        return {
            res_id: partners._filtered_access("read")
            for res_id, partners in result.items()
        }

    def _assign_number(self):
        """Give a number to those documents that have none yet."""
        for company, records in (
            self.filtered(lambda r: not r.name).grouped("company_id").items()
        ):
            numbers = self.env["ir.sequence"]._policy_numbers(
                self._number_code, company, len(records)
            )
            for record, number in zip(records, numbers, strict=True):
                record._write_guarded({"name": number})

    @api.model
    def _find_by_client_reference(self, reference, company=None):
        """Return the document another program filed under ``reference``, or none."""
        if not reference:
            return self.browse()
        return self.with_context(active_test=False).search(
            [
                ("client_reference", "=", reference),
                ("company_id", "=", (company or self.env.company).id),
            ],
            limit=1,
        )
