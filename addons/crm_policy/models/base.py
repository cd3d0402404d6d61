"""What holds for every model."""

from odoo import api, models
from odoo.exceptions import UserError


class Base(models.AbstractModel):
    _inherit = "base"

    def _policy_require_one(self):
        """Return the record; for methods that people and programs call.

        :raises UserError: there is none, or more than one
        """
        if len(self) != 1:
            raise UserError(
                self.env._(
                    "This is done for one record of “%(model)s” at a time, not for "
                    "%(count)s.",
                    model=self.env["ir.model"]._get(self._name).name,
                    count=len(self),
                )
            )
        return self

    @api.model
    def _sql_error_to_message(self, exc):
        """Tell what a table refuses in the user's language where no other is named.

        The call of a program that broke a rule of a table is over when its error is
        put into words, and the language the program named is gone with it.
        """
        model = self if self.env.lang else self.with_context(lang=self.env.user.lang)
        return super(Base, model)._sql_error_to_message(exc)
