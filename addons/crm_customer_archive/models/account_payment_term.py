"""How long a payment term really is, and that granted ones are not stretched.

Carries ARC-192 with the resolution of GAP-58: the longest time from the invoice to the
last due date counts, whichever way the term is written.
"""

from datetime import date, timedelta

from odoo import api, models
from odoo.exceptions import ValidationError

# A leap year and the one after: every length of month and turn of the year occurs.
FIRST_DAY, DAYS = date(2024, 1, 1), 366 + 365


class AccountPaymentTerm(models.Model):
    _inherit = "account.payment.term"

    def _credit_days(self):
        """Return the most calendar days from an invoice to its last due date."""
        self.ensure_one()
        return max((line._credit_days() for line in self.line_ids), default=0)

    def _is_immediate(self):
        """Tell whether everything is due on the invoice date (or nothing is set)."""
        return not self or self._credit_days() <= 0

    def _credit_last_due(self, invoice_date):
        """Return the last due date of an invoice of that date."""
        return max(
            (line._get_due_date(invoice_date) for line in self.line_ids),
            default=invoice_date,
        )

    @api.constrains("line_ids")
    def _check_granted_terms(self):
        """A term a customer was granted does not become longer afterwards."""
        # sudo: every company's grants count, whoever edits the term
        grants = (
            self.env["crm.credit.application"]
            .sudo()
            .search(
                [
                    ("payment_term_id", "in", self.ids),
                    ("state", "=", "active"),
                    ("kind", "=", "terms"),
                ]
            )
        )
        for term, applications in grants.grouped("payment_term_id").items():
            days = term._credit_days()
            shortest = min(applications, key=lambda grant: grant.granted_days)
            if days > shortest.granted_days:
                raise ValidationError(
                    self.env._(
                        "Customers were granted “%(term)s” as at most %(granted)s "
                        "days (%(application)s): it cannot become %(days)s days. "
                        "Make a new payment term and apply for it.",
                        term=term.name,
                        granted=shortest.granted_days,
                        application=shortest.name,
                        days=days,
                    )
                )


class AccountPaymentTermLine(models.Model):
    _inherit = "account.payment.term.line"

    def _credit_days(self):
        """Return the most calendar days from an invoice date to this due date."""
        self.ensure_one()
        if self.delay_type == "days_after":
            return self.nb_days
        days = (FIRST_DAY + timedelta(days=number) for number in range(DAYS))
        return max((self._get_due_date(day) - day).days for day in days)

    def _is_month_end(self):
        """Tell whether the line falls due at the end of the invoice's month."""
        self.ensure_one()
        return self.delay_type == "days_after_end_of_month" and not self.nb_days

    @api.constrains("delay_type", "nb_days", "days_next_month")
    def _check_granted_term_lines(self):
        self.payment_id._check_granted_terms()
