"""Which sanction a personal share of the loss leads to (CMP-78 to CMP-85)."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class CrmSanctionScale(models.Model):
    _name = "crm.sanction.scale"
    _description = "Sanction Scale"
    _order = "profile_id, company_id, amount_from, id"

    name = fields.Char(compute="_compute_name", search="_search_name")
    active = fields.Boolean(default=True)
    profile_id = fields.Many2one(
        "crm.policy.profile", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Empty: for companies without a scale of their own.",
    )
    amount_from = fields.Float(
        "Above",
        digits=(16, 2),
        help="Personal share of the loss, company currency without tax. The band "
        "begins above this amount; 0 includes zero (GAP-19).",
    )
    amount_to = fields.Float(
        "Up to", digits=(16, 2), help="Included in the band; 0: no limit."
    )
    grade_id = fields.Many2one("crm.sanction.grade", required=True, ondelete="restrict")
    count = fields.Integer(
        "Times", default=1, required=True, help="How many sanctions of this grade."
    )
    count_open = fields.Boolean(
        "Or More",
        help="The general manager may fix a larger number (CMP-84, GAP-19).",
    )
    extra_deduction = fields.Float(
        digits=(16, 2),
        help="Money deducted besides, in company currency: points worth 200 yuan with "
        "a self-criticism (CMP-78).",
    )
    supervisor_grade_id = fields.Many2one(
        "crm.sanction.grade",
        "Supervisor's Grade",
        ondelete="restrict",
        help="The supervisor is sanctioned jointly, in principle one grade lower "
        "(CMP-85, GAP-20). Empty: the supervisor is not sanctioned.",
    )
    supervisor_count = fields.Integer("Supervisor's Times", default=1)
    date_from = fields.Date()
    date_to = fields.Date()

    _amount_order = models.Constraint(
        "CHECK(amount_from >= 0 AND (amount_to = 0 OR amount_to > amount_from))",
        "A band of the scale begins at 0 or more and ends above its beginning.",
    )
    _count_positive = models.Constraint(
        "CHECK(count > 0 AND supervisor_count > 0)", "Sanctions are counted from 1."
    )
    _extra_positive = models.Constraint(
        "CHECK(extra_deduction >= 0)", "A deduction cannot be negative."
    )

    @api.depends("grade_id", "count", "count_open")
    def _compute_name(self):
        for band in self:
            more = self.env._("or more") if band.count_open else ""
            band.name = f"{band.grade_id.name or ''} × {band.count} {more}".strip()

    def _search_name(self, operator, value):
        return [("grade_id.name", operator, value)]

    @api.constrains(
        "profile_id", "company_id", "amount_from", "amount_to", "date_from", "date_to"
    )
    def _check_overlap(self):
        for scale in (
            self.search([("profile_id", "in", self.profile_id.ids)])
            .grouped(lambda band: (band.profile_id, band.company_id))
            .values()
        ):
            bands = scale.sorted("amount_from")
            for index, lower in enumerate(bands):
                for upper in bands[index + 1 :]:
                    if lower._overlaps(upper):
                        raise ValidationError(
                            self.env._(
                                "Two bands of the sanction scale overlap above "
                                "%(amount)s: %(lower)s and %(upper)s.",
                                amount=upper.amount_from,
                                lower=lower.name,
                                upper=upper.name,
                            )
                        )

    def _overlaps(self, upper):
        """Tell whether a band that begins later has amounts and days of this one."""
        if self.amount_to and self.amount_to <= upper.amount_from:
            return False
        ends, begins = self.date_to, upper.date_from
        if ends and begins and ends < begins:
            return False
        ends, begins = upper.date_to, self.date_from
        return not (ends and begins and ends < begins)

    @api.model
    def _scale(self, company, date):
        """Return the bands in force in a company on a day, from the lowest."""
        profile = company._policy_profile("complaint")
        bands = self.search(
            [
                ("profile_id", "=", profile.id),
                ("company_id", "in", (company.id, False)),
                "|",
                ("date_from", "=", False),
                ("date_from", "<=", date),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", date),
            ]
        )
        own = bands.filtered("company_id")
        return (own or bands).sorted("amount_from")

    def _band(self, amount):
        """Return the band of these that holds an amount.

        :raises UserError: the scale has a gap there
        """
        for band in self:
            above = amount > band.amount_from or (not band.amount_from and amount >= 0)
            if above and (not band.amount_to or amount <= band.amount_to):
                return band
        raise UserError(
            self.env._(
                "The sanction scale in force has no band for a personal share of %s.",
                amount,
            )
        )
