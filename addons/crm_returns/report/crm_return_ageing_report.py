"""How long returned goods stay where: every stay of returns, plans and loans.

One row per stay at a department (RET-49, RET-50), open or closed.
"""

from odoo import api, fields, models
from odoo.tools import SQL

BANDS = [
    ("1", "Up to 1 day"),
    ("3", "2 to 3 days"),
    ("7", "4 to 7 days"),
    ("30", "8 to 30 days"),
    ("more", "More than 30 days"),
]
MODELS = ("crm.return", "crm.return.plan", "crm.loan")


class CrmReturnAgeingReport(models.Model):
    _name = "crm.return.ageing.report"
    _description = "Ageing of Returns"
    _auto = False
    _order = "date_in, id"
    _rec_name = "document_name"

    model = fields.Selection(
        [
            ("crm.return", "Return"),
            ("crm.return.plan", "Handling Plan"),
            ("crm.loan", "Loan"),
        ],
        string="Document Type",
        readonly=True,
    )
    document_name = fields.Char("Document", readonly=True)
    return_id = fields.Many2one("crm.return", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    department_id = fields.Many2one("hr.department", readonly=True)
    step = fields.Selection(
        selection="_selection_step", readonly=True, help="State the document stays in."
    )
    owner_id = fields.Many2one("res.users", "Responsible", readonly=True)
    date_in = fields.Datetime("In", readonly=True)
    date_due = fields.Datetime("Due", readonly=True)
    date_out = fields.Datetime("Out", readonly=True)
    is_open = fields.Boolean("Still There", readonly=True)
    days = fields.Float(
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Calendar days of the stay, of open ones until now.",
    )
    days_max = fields.Float(
        "Longest Stay", readonly=True, aggregator="max", digits=(16, 1)
    )
    late_count = fields.Integer("Late", readonly=True)
    band = fields.Selection(BANDS, readonly=True, help="Age of the stay.")

    @api.model
    def _selection_step(self):
        """Return every step of returns, plans and loans, once each."""
        Limit = self.env["crm.routing.limit"]
        steps = {}
        for model in MODELS:
            for step in self.env[model]._routing_states:
                steps.setdefault(step, Limit._step_label(model, step))
        return list(steps.items())

    @property
    def _table_query(self):
        for model in ("crm.routing.passage", "crm.return", "crm.return.plan"):
            self.env[model].flush_model()
        # One moment for all stays; bands are compared as moments, which costs a fifth
        # of comparing numbers of days.
        return SQL(
            "SELECT p.id, p.model, p.document_name, p.company_id, p.department_id,"
            " p.step, p.owner_id, p.date_in, p.date_due, p.date_out, p.is_open,"
            " CASE WHEN p.date_end > p.date_due THEN 1 ELSE 0 END AS late_count,"
            " date_part('epoch', p.date_end - p.date_in) / 86400 AS days,"
            " date_part('epoch', p.date_end - p.date_in) / 86400 AS days_max,"
            " CASE WHEN p.date_end <= p.date_in + interval '1 day' THEN '1'"
            " WHEN p.date_end <= p.date_in + interval '3 days' THEN '3'"
            " WHEN p.date_end <= p.date_in + interval '7 days' THEN '7'"
            " WHEN p.date_end <= p.date_in + interval '30 days' THEN '30'"
            " ELSE 'more' END AS band,"
            " CASE p.model WHEN 'crm.return' THEN p.res_id"
            " WHEN 'crm.return.plan' THEN plan.return_id END AS return_id"
            " FROM (SELECT stay.*, stay.date_out IS NULL AS is_open,"
            " COALESCE(stay.date_out, (SELECT now() AT TIME ZONE 'UTC')) AS date_end"
            " FROM crm_routing_passage stay WHERE stay.kind = 'stay'"
            " AND stay.model IN %s) p LEFT JOIN crm_return_plan plan"
            " ON p.model = 'crm.return.plan' AND plan.id = p.res_id",
            MODELS,
        )
