"""What a registration form must contain before it is submitted (GAP-82), as data."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmCustomerRequiredField(models.Model):
    _name = "crm.customer.required.field"
    _description = "Required Field of the Registration Form"
    _order = "profile_id, sequence, id"
    _rec_name = "field_id"

    sequence = fields.Integer(default=10)
    profile_id = fields.Many2one(
        "crm.policy.profile",
        string="Policy",
        required=True,
        ondelete="cascade",
        index=True,
        help="The field is required in companies whose archive follows this policy.",
    )
    field_id = fields.Many2one(
        "ir.model.fields",
        required=True,
        ondelete="cascade",
        domain=[("model", "=", "res.partner")],
    )
    applies_to = fields.Selection(
        [("all", "All customers"), ("company", "Companies"), ("person", "Persons")],
        required=True,
        default="all",
    )
    area = fields.Selection(
        [("all", "Everywhere"), ("domestic", "Domestic"), ("foreign", "Foreign")],
        required=True,
        default="all",
    )
    check_on_import = fields.Boolean(
        help="A row of an imported list without this value is refused; otherwise the "
        "customer arrives as a draft to be completed.",
    )
    active = fields.Boolean(default=True)

    _field_uniq = models.UniqueIndex(
        "(profile_id, field_id, applies_to, area)",
        "This field is already in the policy's list.",
    )

    @api.constrains("field_id")
    def _check_field(self):
        for record in self:
            if record.field_id.model != "res.partner":
                raise ValidationError(
                    self.env._(
                        "“%s” is no field of the customer file.",
                        record.field_id.display_name,
                    )
                )

    @api.model
    def _for_company(self, company):
        """Return the list in force in a company (its archive policy)."""
        # sudo: policy data everybody's form is checked against
        return self.sudo().search(
            [("profile_id", "=", company._policy_profile("archive").id)]
        )

    def _applies(self, is_company, is_foreign):
        """Tell whether the field is required of such a customer."""
        self.ensure_one()
        kind = "company" if is_company else "person"
        area = "foreign" if is_foreign else "domestic"
        return self.applies_to in ("all", kind) and self.area in ("all", area)
