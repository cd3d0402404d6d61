"""Who follows a complaint, or what it charges, is told to who may see it only."""

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

# Followers name the salesperson of a case, and the person of a sanction.
HIDDEN_WITH = (
    "crm.complaint",
    "crm.complaint.memorandum",
    "crm.sanction",
    "crm.bonus.notice",
    "crm.bonus.run",
)


class MailFollowers(models.Model):
    _inherit = "mail.followers"

    def _search_is_withheld(self, operator, value):
        domain = super()._search_is_withheld(operator, value)
        if domain is NotImplemented:
            return domain
        return Domain(domain) | Domain.custom(to_sql=self._sql_of_hidden)

    def _sql_of_hidden(self, _model, alias, _query):
        """Return the condition that what is followed is hidden from the user.

        It asks row by row: whoever opens a document has a few followers in hand and
        thousands of complaints behind them.
        """
        return SQL(
            "(%s)", SQL(" OR ").join(self._sql_hidden(alias, m) for m in HIDDEN_WITH)
        )

    def _sql_hidden(self, alias, name):
        # The rules of this user decide, also where the followers are read as sudo.
        Document = self.env[name].sudo(False).with_context(active_test=False)
        followed = SQL("%s = %s", SQL.identifier(alias, "res_model"), name)
        if not Document.has_access("read"):
            return followed
        seen = Document._search([])
        if seen.is_empty():
            return followed
        seen.add_where(
            SQL(
                "%s = %s",
                SQL.identifier(seen.table, "id"),
                SQL.identifier(alias, "res_id"),
            )
        )
        return SQL("(%s AND NOT EXISTS (%s))", followed, seen.select(SQL("1")))
