"""Named parts of a customer file that a data request asks for."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# What departments share of every customer (GAP-50): name, owner and grade.
SHARED_FIELDS = frozenset(
    (
        "id",
        ".id",
        "name",
        "display_name",
        "complete_name",
        "is_company",
        "active",
        "customer_number",
        "crm_customer_id",
        "user_id",
        "second_user_id",
        "crm_department_id",
        "customer_class_id",
    )
)


class CrmDataFieldSet(models.Model):
    _name = "crm.data.field.set"
    _description = "Part of the Customer File"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, copy=False)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    field_ids = fields.Many2many(
        "ir.model.fields",
        string="Fields",
        domain="[('model', '=', 'res.partner')]",
        help="Fields of the customer file and its contacts that belong to this part.",
    )
    field_names = fields.Json(
        compute="_compute_field_names",
        store=True,
        compute_sudo=True,
        help="Technical names of the fields.",
    )

    _code_uniq = models.Constraint(
        "UNIQUE (code)", "Another part of the customer file has this code."
    )

    @api.depends("field_ids.name")
    def _compute_field_names(self):
        for part in self:
            part.field_names = part.field_ids.mapped("name")

    @api.constrains("field_ids")
    def _check_fields(self):
        for part in self:
            # sudo: fields are the platform's own records
            others = part.sudo().field_ids.filtered(
                lambda field: field.model != "res.partner"
            )
            if others:
                raise ValidationError(
                    self.env._(
                        "%(part)s: only fields of the customer file belong here, not "
                        "%(field)s.",
                        part=part.name,
                        field=others[0].field_description,
                    )
                )

    def _covered_names(self):
        """Return the technical names of all fields these parts cover."""
        names = set(SHARED_FIELDS)
        for part in self:
            names.update(part.field_names or ())
        return names
