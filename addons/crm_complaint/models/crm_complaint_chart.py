"""Pictures of the complaint dashboard: one card per chart, drawn for the reader.

A card is data: what is counted, by what, over how many months. Each costs one query
under the reader's own rights and opens the analysis behind it.
"""

import json

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

GROUPS = {
    "month": ("crm.complaint.report", "date:month", "date"),
    "cause": ("crm.complaint.report", "cause_id", "date"),
    "category": ("crm.complaint.report", "category_id", "date"),
    "responsible": ("crm.complaint.report", "responsible_department_id", "date"),
    "product": ("crm.complaint.report", "product_id", "date"),
    "customer": ("crm.complaint.report", "partner_id", "date"),
    "department_time": ("crm.complaint.time.report", "department_id", "date_in"),
}
MEASURES = {
    "count": "__count",
    "loss": "loss_total:sum",
    "on_time": "on_time:avg",
    "repeated": "repeated:avg",
    "days_to_close": "days_to_close:avg",
    "days": "days:avg",
}
ACTIONS = {
    "crm.complaint.report": "crm_complaint.action_crm_complaint_report",
    "crm.complaint.time.report": "crm_complaint.action_crm_complaint_time_report",
}


# So much of a name fits below a bar.
LABEL_LENGTH = 10


def _shortened(name):
    name = name or ""
    return name if len(name) <= LABEL_LENGTH else f"{name[: LABEL_LENGTH - 1]}…"


class CrmComplaintChart(models.Model):
    _name = "crm.complaint.chart"
    _description = "Complaint Dashboard Chart"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    group_by = fields.Selection(
        [
            ("month", "Month"),
            ("cause", "Main Cause"),
            ("category", "Class"),
            ("responsible", "Responsible Department"),
            ("product", "Product"),
            ("customer", "Customer"),
            ("department_time", "Department on the Way"),
        ],
        required=True,
        default="month",
    )
    measure = fields.Selection(
        [
            ("count", "Number of Complaints"),
            ("loss", "Loss"),
            ("on_time", "On Time (%)"),
            ("repeated", "Repeated (%)"),
            ("days_to_close", "Days to Close"),
            ("days", "Days at the Department"),
        ],
        required=True,
        default="count",
    )
    months = fields.Integer(
        default=12, required=True, help="How many months back, this one included."
    )
    bars = fields.Integer(
        default=8, required=True, help="The largest ones shown; months are all shown."
    )
    pareto = fields.Boolean(
        help="Largest first, each with its cumulative share of the whole."
    )
    figure = fields.Char(compute="_compute_graph", help="Of the whole time shown.")
    graph = fields.Text(compute="_compute_graph")
    table = fields.Text(compute="_compute_graph", help="The figures as text.")

    _months_positive = models.Constraint(
        "CHECK(months > 0 AND bars > 0)", "A chart shows at least one month and bar."
    )

    @api.depends("group_by", "measure", "months", "bars", "pareto")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_graph(self):
        for chart in self:
            points = chart._points()
            total = sum(value for _label, value in points)
            shown = points
            if chart.group_by != "month":
                shown = sorted(points, key=lambda p: -p[1])[: chart.bars]
            values, running = [], 0.0
            for label, value in shown:
                running += value
                if chart.pareto and total:
                    label = f"{label} {100 * running / total:.0f} %"
                values.append({"label": label, "value": value, "type": "past"})
            chart.graph = json.dumps([{"values": values, "key": chart.name}])
            chart.table = "\n".join(f"{v['label']}: {v['value']:g}" for v in values)
            chart.figure = chart._figure()

    def _figure(self):
        """Return the figure of all complaints shown, not a mean of the bars."""
        model = self.env[GROUPS[self.group_by][0]]
        [[value]] = model._read_group(self._domain(), [], [self._measure_spec()])
        if self.measure == "loss":
            return self.env.company.currency_id.format(value or 0.0)
        return f"{value or 0:g}" if self.measure == "count" else f"{value or 0:.1f}"

    def _domain(self):
        self.ensure_one()
        date_field = GROUPS[self.group_by][2]
        domain = [
            (date_field, ">=", fields.Date.to_string(self._month(0))),
            ("company_id", "in", self.env.companies.ids),
        ]
        if self.pareto:
            group = GROUPS[self.group_by][1].partition(":")[0]
            domain += [("not_substantiated", "=", False), (group, "!=", False)]
        return domain

    def _month(self, number):
        """Return the first day of a month shown, counted from the oldest."""
        first = fields.Date.context_today(self).replace(day=1)
        return first - relativedelta(months=self.months - 1 - number)

    def _measure_spec(self):
        model = self.env[GROUPS[self.group_by][0]]
        spec = MEASURES[self.measure]
        return spec if spec.partition(":")[0] in model._fields else "__count"

    def _points(self):
        """Return [(label, value)] of the reader's complaints."""
        self.ensure_one()
        model, group, _date = GROUPS[self.group_by]
        rows = self.env[model]._read_group(
            self._domain(), [group], [self._measure_spec()]
        )
        if self.group_by == "month":
            return self._points_of_months(dict(rows))
        # sudo: names as in the lists of complaints; of departments and products the
        # plain name, without the departments above and the part number
        plain = rows and rows[0][0]._name in ("hr.department", "product.product")
        name = "name" if plain else "display_name"
        return [
            # sudo: as above
            (_shortened(record.sudo()[name]) or self.env._("None"), value or 0)
            for record, value in rows
        ]

    def _points_of_months(self, values):
        """Return the points in order; a month without complaints has none or no loss.

        Where shares and means are shown, there is nothing to show of such a month.
        """
        months = [self._month(number) for number in range(self.months)]
        if self.measure not in ("count", "loss"):
            months = [day for day in months if day in values]
        # Short names stand upright below the bars.
        form = "%m" if self.months <= 12 else "%y-%m"
        return [(day.strftime(form), values.get(day) or 0) for day in months]

    def action_open(self):
        """Open the analysis behind the chart."""
        self._policy_require_one()
        model, group, _date = GROUPS[self.group_by]
        action = self.env["ir.actions.act_window"]._for_xml_id(ACTIONS[model])
        action.update(
            name=self.name,
            domain=self._domain(),
            context={"graph_groupbys": [group], "pivot_row_groupby": [group]},
        )
        return action
