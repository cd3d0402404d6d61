"""Time of every department against its limit (CMP-65): one row per stay."""

from odoo import fields, models
from odoo.tools import SQL


class CrmComplaintTimeReport(models.Model):
    _name = "crm.complaint.time.report"
    _description = "Handling Time of the Departments"
    _auto = False
    _order = "date_in desc, id desc"
    _rec_name = "complaint_id"

    complaint_id = fields.Many2one("crm.complaint", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    department_id = fields.Many2one("hr.department", readonly=True)
    step = fields.Selection(
        lambda self: (
            self.env["crm.complaint"]._fields["state"]._description_selection(self.env)
        ),
        readonly=True,
    )
    is_foreign = fields.Boolean("Foreign", readonly=True)
    date_in = fields.Datetime("In", readonly=True)
    date_out = fields.Datetime("Out", readonly=True)
    days = fields.Float(
        "Days Stayed",
        readonly=True,
        aggregator="avg",
        digits=(16, 2),
        help="Calendar days the complaint stayed; open stays until now.",
    )
    limit_days = fields.Float(
        "Days Allowed", readonly=True, aggregator="avg", digits=(16, 1)
    )
    on_time = fields.Float(
        "On Time (%)",
        readonly=True,
        aggregator="avg",
        digits=(5, 1),
        help="Share of finished stays with a limit that kept it.",
    )
    hours_late = fields.Float(readonly=True, aggregator="sum", digits=(16, 1))

    @property
    def _table_query(self):
        self.env["crm.routing.passage"].flush_model()
        complaints = self.env["crm.complaint"]._search([("state", "!=", "cancelled")])
        return SQL(
            "SELECT p.id, p.res_id AS complaint_id, p.company_id, p.department_id,"
            " p.step, p.is_foreign, p.date_in, p.date_out, p.limit_days, p.hours_late,"
            " EXTRACT(EPOCH FROM COALESCE(p.date_out, %s) - p.date_in) / 86400.0"
            " AS days, CASE WHEN p.date_out IS NULL OR p.date_due IS NULL THEN NULL"
            " WHEN p.closed_late THEN 0.0 ELSE 100.0 END AS on_time"
            " FROM crm_routing_passage p WHERE p.model = 'crm.complaint'"
            " AND p.kind = 'stay' AND p.res_id IN %s",
            fields.Datetime.now(),
            complaints.subselect(),
        )
