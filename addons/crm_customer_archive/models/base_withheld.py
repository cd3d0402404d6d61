"""A form being filled in tells nothing of a customer withheld (ARC-213)."""

from odoo import models


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
