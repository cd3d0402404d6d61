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
        given = {
            value
            for name, value in values.items()
            if isinstance(value, int)
            and name in self._fields
            and self._fields[name].type == "many2one"
            and self._fields[name].comodel_name == "res.partner"
            and value != self[name].id
        }
        self.env["res.partner"]._check_not_withheld(given)
        return super().onchange(values, field_names, fields_spec)
