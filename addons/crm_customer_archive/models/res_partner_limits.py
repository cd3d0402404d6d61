"""What may stand in a text or a date of a customer file, checked before it is stored.

The database would refuse some of it in its own words and take the rest, to show it on
every list and printout.
"""

from odoo import api, models
from odoo.exceptions import ValidationError

# Characters in one line of text. Names are indexed: the database takes no longer ones.
LONGEST_LINE = 500
LONGEST_TEXT = 20000
# Dates that cannot lie ahead.
PAST_DATES = ("birthdate", "clauses_accepted_date")


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _text_errors(self, vals):
        """Return what is wrong with the texts of one customer or contact."""
        errors = []
        for name, value in vals.items():
            if not isinstance(value, str) or not value:
                continue
            field = self._fields.get(name)
            limit = {"char": LONGEST_LINE, "text": LONGEST_TEXT}.get(
                field.type if field is not None else None
            )
            if not limit:
                continue
            if len(value) > limit:
                errors.append(
                    self.env._(
                        "“%(field)s” has %(count)s characters; it may have %(limit)s.",
                        field=field._description_string(self.env),
                        count=len(value),
                        limit=limit,
                    )
                )
            if "\x00" in value:
                errors.append(
                    self.env._(
                        "“%(field)s” has characters that are no text.",
                        field=field._description_string(self.env),
                    )
                )
        return errors

    @api.model
    def _date_errors(self, vals):
        """Return the dates that lie in the future and must not."""
        errors = []
        for name in PAST_DATES:
            field = self._fields.get(name)
            if field is None or not vals.get(name):
                continue
            value = field.to_date(vals[name])
            if value > self.env.company._policy_today():
                errors.append(
                    self.env._(
                        "“%(field)s” (%(date)s) lies in the future.",
                        field=field._description_string(self.env),
                        date=value,
                    )
                )
        return errors

    @api.constrains(*PAST_DATES)
    def _check_past_dates(self):
        for partner in self:
            errors = self._date_errors({name: partner[name] for name in PAST_DATES})
            if errors:
                raise ValidationError(
                    self.env._(
                        "%(customer)s: %(error)s",
                        customer=partner.display_name,
                        error=errors[0],
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        # Customers are checked with all else that is wrong with them.
        contacts = [vals for vals in vals_list if vals.get("parent_id")]
        errors = [error for vals in contacts for error in self._text_errors(vals)]
        if errors:
            raise ValidationError("\n".join(errors))
        return super().create(vals_list)

    def write(self, vals):
        errors = self._text_errors(vals)
        # sudo: only whether they belong to a file
        if errors and any(self.sudo().mapped("crm_customer_id")):
            raise ValidationError("\n".join(errors))
        return super().write(vals)
