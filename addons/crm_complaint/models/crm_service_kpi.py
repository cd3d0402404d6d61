"""Service-quality indicators of line maintenance (profile TEL; CMP-178 to CMP-185).

Optional: faults are complaints of a class (fixed line, broadband); lines in use are
entered per month. Repeat: the same customer again within 7 days, or within the month;
timely: finished within the limit of the case, of all finished (GAP-88).
"""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class CrmServiceKpi(models.Model):
    _name = "crm.service.kpi"
    _description = "Service Quality Indicator"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    profile_id = fields.Many2one(
        "crm.policy.profile", required=True, ondelete="restrict"
    )
    category_id = fields.Many2one(
        "crm.complaint.category",
        "Class",
        ondelete="restrict",
        help="Complaints of this class are the faults counted.",
    )
    measure = fields.Selection(
        [
            ("fault", "Faults of Lines in Use"),
            ("repeat_days", "Repeated within Days"),
            ("repeat_month", "Repeated in the Month"),
            ("timely", "Repaired in Time"),
        ],
        required=True,
    )
    days = fields.Integer(default=7, help="Within how many days counts as repeated.")
    target = fields.Float(
        "Target (%)", digits=(6, 2), required=True, help="Percent per month."
    )
    direction = fields.Selection(
        [("max", "At Most"), ("min", "At Least")], required=True, default="max"
    )

    _days_positive = models.Constraint("CHECK(days > 0)", "Days are more than zero.")


class CrmServiceKpiMonth(models.Model):
    _name = "crm.service.kpi.month"
    _inherit = ["crm.guard.mixin"]
    _description = "Service Quality Indicator of a Month"
    _order = "month desc, kpi_id"
    _rec_name = "kpi_id"
    _guarded_fields = ("part", "whole", "value", "kept", "computed_at")

    kpi_id = fields.Many2one(
        "crm.service.kpi", "Indicator", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    month = fields.Date(required=True, index=True, help="First day of the month.")
    measure = fields.Selection(related="kpi_id.measure")
    lines_in_use = fields.Integer(help="Lines or pairs in actual use in the month.")
    part = fields.Integer("Counted", readonly=True)
    whole = fields.Integer("Of", readonly=True)
    value = fields.Float("Value (%)", readonly=True, digits=(16, 4), aggregator="avg")
    target = fields.Float(related="kpi_id.target")
    kept = fields.Boolean("Target Kept", readonly=True)
    computed_at = fields.Datetime(readonly=True)

    _month_uniq = models.Constraint(
        "UNIQUE(kpi_id, company_id, month)", "An indicator has one value a month."
    )
    _lines_positive = models.Constraint(
        "CHECK(lines_in_use >= 0)", "Lines in use cannot be negative."
    )

    @api.constrains("month")
    def _check_month(self):
        for row in self:
            if row.month.day != 1:
                raise ValidationError(
                    self.env._("The month of an indicator is named by its first day.")
                )

    def action_compute(self):
        """Count the month's faults and compare them with the target.

        :raises UserError: lines in use are missing for a fault rate
        """
        self.check_access("write")
        for row in self:
            if row.kpi_id.measure == "fault" and not row.lines_in_use:
                raise UserError(
                    self.env._("%s needs the number of lines in use.", row.kpi_id.name)
                )
            part, whole = row._figures()
            value = 100.0 * part / whole if whole else 0.0
            kpi = row.kpi_id
            kept = (
                value <= kpi.target if kpi.direction == "max" else value >= kpi.target
            )
            row._write_guarded(
                {
                    "part": part,
                    "whole": whole,
                    "value": value,
                    "kept": kept or not whole,
                    "computed_at": fields.Datetime.now(),
                }
            )
        return True

    def _figures(self):
        """Return (counted, of how many) of the month's faults."""
        self.ensure_one()
        # sudo: counts of all complaints of the class, no facts of them
        Complaint = self.env["crm.complaint"].sudo()
        kpi, until = self.kpi_id, self.month + relativedelta(months=1)
        faults = Complaint.search_fetch(
            [
                ("company_id", "=", self.company_id.id),
                ("category_id", "=", kpi.category_id.id),
                ("state", "!=", "cancelled"),
                ("date", ">=", self.month - relativedelta(days=kpi.days)),
                ("date", "<", until),
            ],
            ["partner_id", "date", "closed_at"],
            order="date, id",
        )
        own = faults.filtered(lambda fault: fault.date >= self.month)
        if kpi.measure == "fault":
            return len(own), self.lines_in_use
        if kpi.measure == "timely":
            # sudo: the figure counts all cases, whoever asks for it
            cases = (
                self.env["crm.routing.passage"]
                .sudo()
                ._read_group(
                    [
                        ("model", "=", "crm.complaint"),
                        ("res_id", "in", own.ids),
                        ("kind", "=", "case"),
                        ("date_out", "!=", False),
                    ],
                    ["closed_late"],
                    ["__count"],
                )
            )
            counts = dict(cases)
            return counts.get(False, 0), sum(counts.values())
        span = kpi.days if kpi.measure == "repeat_days" else None
        repeated, last = 0, {}
        for fault in faults:
            user = fault.partner_id.commercial_partner_id
            if not user:
                continue  # nobody knows yet who reported it: it repeats nothing
            before = last.get(user)
            near = before and (
                (fault.date - before).days <= span if span else before >= self.month
            )
            if near and fault.date >= self.month:
                repeated += 1
            last[user] = fault.date
        return repeated, len(own)
