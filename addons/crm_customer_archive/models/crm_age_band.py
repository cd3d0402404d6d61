"""Age bands of persons: what is asked when a date of birth is too much (ARC-94)."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmAgeBand(models.Model):
    _name = "crm.age.band"
    _description = "Age Band"
    _order = "age_from, id"

    code = fields.Char(
        required=True,
        copy=False,
        help="Short key by which programs and imports name this record.",
    )
    name = fields.Char(required=True, translate=True)
    age_from = fields.Integer(required=True, help="In full years, included.")
    age_to = fields.Integer(help="In full years, included; zero is without limit.")
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex("(code)", "This code is already in use.")

    @api.constrains("age_from", "age_to", "active")
    def _check_overlap(self):
        bands = self.search([("active", "=", True)])
        for band in self.filtered("active"):
            end = band.age_to or 999
            if band.age_from < 0 or end < band.age_from:
                raise ValidationError(
                    self.env._("Age band “%s”: the ages are not in order.", band.name)
                )
            for other in bands - band:
                if other.age_from <= end and band.age_from <= (other.age_to or 999):
                    raise ValidationError(
                        self.env._(
                            "The age bands “%(band)s” and “%(other)s” overlap.",
                            band=band.name,
                            other=other.name,
                        )
                    )

    @api.model
    def _for_age(self, age):
        """Return the band of an age in full years, or none."""
        return self.search(
            [
                ("age_from", "<=", age),
                "|",
                ("age_to", ">=", age),
                ("age_to", "in", (0, False)),
            ],
            limit=1,
        )
