"""Persons named in closed documents are forgotten when their time is over (GAP-95).

The document stays with its goods, figures and decisions; who said it does not. Texts
masked are those of erasing a person (``res_partner_erase_texts``). A private customer
is part of every document of its own and goes with its file.
"""

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class CrmPersonalRetentionMixin(models.AbstractModel):
    _name = "crm.personal.retention.mixin"
    _description = "Persons Named in Closed Documents"

    # Names of the many2one fields to the person at the customer.
    _retention_persons = ()
    # Names of the fields with what identifies a person, and a name among them.
    _retention_values = ()
    # Name of the day or moment from which the time counts.
    _retention_date = "write_date"
    # Name of the one2many to accounting entries: with any, accounting's period holds.
    _retention_bookings = None
    # Models of lines below that belong to accounting and stay as they are.
    _retention_kept = ()

    @api.model
    def _retention_closed(self):
        """Hook: return the domain of the documents nothing more happens to."""
        return Domain("state", "in", ("closed", "cancelled"))

    @api.model
    def _erase_unused(self, company, months, limit):
        """Forget the persons in documents closed so many calendar months ago.

        :param limit: documents at most
        :return: number of documents
        """
        today = company._policy_today()
        old = Domain(self._retention_date, "<", today - relativedelta(months=months))
        if self._retention_bookings:
            booked = self.env["crm.retention.period"]._months_of("accounting", company)
            kept = today - relativedelta(months=max(months, booked))
            old &= Domain(self._retention_bookings, "=", False) | Domain(
                self._retention_date, "<", kept
            )
        named = Domain.OR(
            Domain(name, "!=", False)
            for name in (*self._retention_persons, *self._retention_values)
        )
        documents = self.with_context(active_test=False).search(
            Domain("company_id", "=", company.id)
            & self._retention_closed()
            & old
            & named,
            limit=limit,
        )
        documents._forget_persons()
        return len(documents)

    def _forget_persons(self):
        """Mask the persons in all texts of the documents and empty what names them."""
        if not self:
            return
        partners = self.env["res.partner"]
        persons = partners.union(*(self[name] for name in self._retention_persons))
        # Whoever is the customer itself stays, and so does its name.
        words = set(partners._erase_words(persons.filtered("parent_id")))
        for name in self._retention_values:
            words.update(value.strip() for value in self.mapped(name) if value)
        words = sorted((word for word in words if len(word) > 1), key=len, reverse=True)
        documents = {self._name: set(self.ids)}
        partners._erase_add_lines(documents, self._name)
        partners._erase_add_linked(documents)
        documents = {
            name: sorted(ids)
            for name, ids in documents.items()
            if ids and name not in self._retention_kept
        }
        decisions = partners._erase_decisions(documents)
        partners._erase_texts(documents, words)
        self._empty_persons()
        decisions._note_erased()

    def _empty_persons(self):
        """Take the person out. Past the ORM, as the masking is: closed documents are
        locked against every change of their meaning, and this is none."""
        names = [*self._retention_persons, *self._retention_values]
        self.modified(names)
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                "UPDATE %s SET %s WHERE id = ANY(%s) RETURNING id",
                SQL.identifier(self._table),
                SQL(", ").join(SQL("%s = NULL", SQL.identifier(n)) for n in names),
                self.ids,
            )
        )
        self.env.invalidate_all()
        self.modified(names)
