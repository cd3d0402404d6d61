"""Document numbers by the company's local date, monthly or yearly (GAP-08, GAP-89)."""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    range_period = fields.Selection(
        [("yearly", "Every year"), ("monthly", "Every month")],
        string="Restart",
        default="yearly",
        required=True,
        help="How long a date range lasts that is created by itself, counted in "
        "the company's local date.",
    )

    def _create_date_range_seq(self, date):
        """A monthly sequence gets the month; the platform makes years only."""
        if self.range_period != "monthly":
            return super()._create_date_range_seq(date)
        day = fields.Date.to_date(date)
        first = day.replace(day=1)
        # sudo: whoever creates a document opens the month's number range with it
        return (
            self.env["ir.sequence.date_range"]
            .sudo()
            .create(
                {
                    "sequence_id": self.id,
                    "date_from": first,
                    "date_to": first + relativedelta(months=1, days=-1),
                }
            )
        )

    @api.model
    def _policy_sequence(self, code, company):
        """Return the company's own sequence of this code, made from the template.

        :raises UserError: no sequence of that code exists
        """
        # sudo: numbers are given to documents of users who may not read sequences
        Sequence = self.sudo()
        found = Sequence.search(
            [("code", "=", code), ("company_id", "in", (company.id, False))],
            order="company_id, id",
        )
        own = found.filtered(lambda seq: seq.company_id == company)[:1]
        if own:
            return own
        template = found[:1]
        if not template:
            raise UserError(
                self.env._("There is no number sequence with the code “%s”.", code)
            )
        template._policy_alone()
        return template.copy({"company_id": company.id, "name": template.name})

    def _policy_alone(self):
        """Open a company's sequence or a date range of it alone.

        Two that did it at the same moment would count apart and give out the same
        numbers twice. The platform repeats the call of whoever comes second, and that
        one finds what the first has opened.
        """
        self.ensure_one()
        self.env.execute_query(
            SQL(
                "UPDATE ir_sequence SET write_date = write_date WHERE id = %s "
                "RETURNING id",
                self.id,
            )
        )

    @api.model
    def _policy_numbers(self, code, company, count, date=None):
        """Take ``count`` document numbers of a company, by its local date.

        :param date: local date the numbers belong to; today in the company by default
        :return: list of strings
        """
        sequence = self._policy_sequence(code, company)
        day = date or company._policy_today()
        return sequence._policy_take(day, count)

    def _policy_take(self, day, count):
        """Take numbers of one day; one query however many (standard sequences)."""
        self.ensure_one()
        if self.implementation != "standard":
            return [self._next(sequence_date=day) for _i in range(count)]
        source = self.env["ir.sequence.date_range"]
        name = f"ir_sequence_{self.id:03d}"
        if self.use_date_range:
            source = source.search(
                [
                    ("sequence_id", "=", self.id),
                    ("date_from", "<=", day),
                    ("date_to", ">=", day),
                ],
                limit=1,
            )
            if not source:
                self._policy_alone()
                source = self._create_date_range_seq(day)
            name = f"{name}_{source.id:03d}"
        rows = self.env.execute_query(
            SQL("SELECT nextval(%s) FROM generate_series(1, %s)", name, count)
        )
        prefix, suffix = self._get_prefix_suffix(
            date=day, date_range=source.date_from or None
        )
        return [
            f"{prefix or ''}{number:0{self.padding}d}{suffix or ''}"
            for (number,) in rows
        ]

    @api.model
    def _policy_remove(self, *codes):
        """Remove the sequences of an addon that leaves, the companies' own included.

        The platform leaves the counters of date ranges behind in the database.
        """
        sequences = self.with_context(active_test=False).search([("code", "in", codes)])
        sequences.date_range_ids.unlink()
        sequences.unlink()
