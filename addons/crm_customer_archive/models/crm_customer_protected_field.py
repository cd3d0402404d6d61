"""Which values of a customer file change by decision only, and by whose, as data."""

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError


class CrmCustomerProtectedField(models.Model):
    _name = "crm.customer.protected.field"
    _description = "Protected Value of the Customer File"
    _order = "kind, sequence, id"
    _rec_name = "field_id"

    sequence = fields.Integer(default=10)
    field_id = fields.Many2one(
        "ir.model.fields",
        required=True,
        ondelete="cascade",
        domain=[("model", "=", "res.partner"), ("store", "=", True)],
        help="A stored field of the customer file. Bank accounts are protected as a "
        "whole, with those of the customer's contacts and addresses.",
    )
    kind = fields.Selection(
        [
            ("identity", "Identity"),
            ("bank", "Bank accounts"),
            ("owner", "Account managers"),
            ("terms", "Credit terms"),
            ("class", "Class"),
        ],
        required=True,
        default="identity",
        index=True,
        help="Who decides on a change depends on its kind (decision authorities, "
        "document type Change of Protected Customer Data, step identity, bank, owner "
        "or class). Credit terms are granted by a credit application only, whatever "
        "state the file is in.",
    )
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: in every company."
    )
    active = fields.Boolean(default=True)

    _field_uniq = models.UniqueIndex(
        "(field_id, COALESCE(company_id, 0))",
        "This value is already protected in this company.",
    )

    @api.constrains("field_id")
    def _check_field(self):
        for record in self:
            field = record.field_id
            unfit = field.ttype in ("one2many", "many2many", "binary", "html", "json")
            if field.model != "res.partner" or (
                field.name != "bank_ids" and (unfit or not field.store)
            ):
                raise ValidationError(
                    self.env._(
                        "“%s” cannot be protected: choose a stored value of the "
                        "customer file, or its bank accounts.",
                        field.display_name,
                    )
                )

    # ---------------------------------------------------------------- look-up

    @api.model
    @tools.ormcache()
    def _protected_map(self):
        """Return ``((company id or False, field name, kind), ...)`` of all in force."""
        # sudo: policy data that holds for everybody
        return tuple(
            (record.company_id.id, record.field_id.name, record.kind)
            for record in self.sudo().search([])
        )

    @api.model
    @tools.ormcache()
    def _protected_names(self):
        """Return the names of all fields protected in some company."""
        return frozenset(name for _company, name, _kind in self._protected_map())

    @api.model
    def _protected_kinds(self, company):
        """Return {field name: kind} of the values protected in a company."""
        return {
            name: kind
            for company_id, name, kind in self._protected_map()
            if not company_id or company_id == company.id
        }

    # -------------------------------------------------------------- lifecycle

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env.registry.clear_cache()
        return records

    def write(self, vals):
        res = super().write(vals)
        self.env.registry.clear_cache()
        return res

    def unlink(self):
        res = super().unlink()
        self.env.registry.clear_cache()
        return res
