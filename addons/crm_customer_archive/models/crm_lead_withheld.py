"""A lead takes over phone and address of its customer: not of one withheld."""

from odoo import api, models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.model_create_multi
    def create(self, vals_list):
        self.env["res.partner"]._check_not_withheld(
            {vals["partner_id"] for vals in vals_list if vals.get("partner_id")}
        )
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("partner_id"):
            self.env["res.partner"]._check_not_withheld({vals["partner_id"]})
        return super().write(vals)


class Base(models.AbstractModel):
    _inherit = "base"

    def onchange(self, values, field_names, fields_spec):
        """A form being filled in names no customer withheld from the user."""
        given = set()
        for name, value in values.items():
            field = self._fields.get(name)
            if (
                not isinstance(value, int)
                or not field
                or field.type != "many2one"
                or field.comodel_name != "res.partner"
            ):
                continue
            # Nobody types what follows from another document: whose invoice is paid,
            # whose complaint is answered. The first call, which shows all, has none.
            follows = field_names and name not in field_names and field.readonly
            if not follows and value != self[name].id:
                given.add(value)
        self.env["res.partner"]._check_not_withheld(given)
        return super().onchange(values, field_names, fields_spec)
