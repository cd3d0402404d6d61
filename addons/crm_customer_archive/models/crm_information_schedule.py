"""When the reports of the enquiry and owner cycle are due (ARC-97 to ARC-101)."""

from odoo import api, fields, models

KINDS = [("enquiry", "Calls and visits"), ("owner", "Owners")]
PERIODS = [("day", "Daily"), ("week", "Weekly"), ("month", "Monthly")]


class CrmInformationSchedule(models.Model):
    _name = "crm.information.schedule"
    _description = "Due Date of Information Reports"
    _order = "kind, period"
    _rec_name = "period"

    kind = fields.Selection(KINDS, required=True, default="enquiry")
    period = fields.Selection(PERIODS, required=True)
    days = fields.Float(
        required=True,
        help="Days after the end of the period by which the report is sent; halves "
        "allowed; zero: by the end of its last day.",
    )
    unit = fields.Selection(
        [("calendar", "Calendar days"), ("working", "Working days")],
        required=True,
        default="working",
    )
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        help="Empty: for all companies that have none of their own.",
    )
    active = fields.Boolean(default=True)

    _kind_uniq = models.UniqueIndex(
        "(kind, period, COALESCE(company_id, 0)) WHERE active",
        "This report already has a due date in this company.",
    )
    _days_positive = models.Constraint(
        "CHECK (days >= 0)", "The days cannot be negative."
    )

    @api.depends("kind", "period")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        periods = dict(self._fields["period"]._description_selection(self.env))
        for schedule in self:
            words = kinds.get(schedule.kind), periods.get(schedule.period)
            schedule.display_name = " ".join(filter(None, words))

    @api.model
    def _due(self, kind, period, date_to, company):
        """Return the moment (naive UTC) by which such a report is sent."""
        # sudo: policy data
        found = self.sudo().search(
            [
                ("kind", "=", kind),
                ("period", "=", period),
                ("company_id", "in", (company.id, False)),
            ]
        )
        rule = (found.filtered("company_id") or found)[:1]
        deadline = self.env["crm.deadline"]
        end = deadline._to_utc(
            fields.Datetime.to_datetime(date_to).replace(hour=23, minute=59),
            company._policy_tz(),
        )
        if not rule or not rule.days:
            return end
        return deadline.add_days(end, rule.days, rule.unit, company)
