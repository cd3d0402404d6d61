"""What holds for every model."""

from odoo import api, models


class Base(models.AbstractModel):
    _inherit = "base"

    @api.model
    def _sql_error_to_message(self, exc):
        """Tell what a table refuses in the user's language where no other is named.

        The call of a program that broke a rule of a table is over when its error is
        put into words, and the language the program named is gone with it.
        """
        model = self if self.env.lang else self.with_context(lang=self.env.user.lang)
        return super(Base, model)._sql_error_to_message(exc)
