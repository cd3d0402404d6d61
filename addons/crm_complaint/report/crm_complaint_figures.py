"""Statistics of complaints: one row per complaint the reader may see (CMP-48, CMP-140).

The query starts from what the reader's own rules let through, so a department's figures
are of its complaints and cost no more than a list of them.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_list

from odoo.addons.crm_policy.models.arguments import DAY, TEXT, arguments

DIMENSIONS = (
    *("company_id", "date", "partner_id", "user_id", "department_id", "product_id"),
    *("responsible_department_id", "category_id", "cause_id", "state", "channel"),
    *("is_foreign", "not_substantiated"),
)
MEASURES = (
    *("amount_decision", "loss_total", "loss_recovered", "delivered_quantity"),
    "defective_quantity",
)
# What statistics for programs may be grouped by.
GROUPS = {
    "month": "date:month",
    "year": "date:year",
    "cause": "cause_id",
    "category": "category_id",
    "department": "responsible_department_id",
    "sales_department": "department_id",
    "product": "product_id",
    "customer": "partner_id",
    "salesperson": "user_id",
    "state": "state",
}


class CrmComplaintReport(models.Model):
    _name = "crm.complaint.report"
    _description = "Complaint Statistics"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "complaint_id"

    complaint_id = fields.Many2one("crm.complaint", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date("Complaint Date", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    department_id = fields.Many2one("hr.department", "Sales Department", readonly=True)
    responsible_department_id = fields.Many2one("hr.department", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    category_id = fields.Many2one("crm.complaint.category", "Class", readonly=True)
    cause_id = fields.Many2one("crm.complaint.cause", "Main Cause", readonly=True)
    state = fields.Selection(
        lambda self: (
            self.env["crm.complaint"]._fields["state"]._description_selection(self.env)
        ),
        readonly=True,
    )
    channel = fields.Selection(
        lambda self: (
            self.env["crm.complaint"]
            ._fields["channel"]
            ._description_selection(self.env)
        ),
        readonly=True,
    )
    is_foreign = fields.Boolean("Foreign", readonly=True)
    not_substantiated = fields.Boolean(readonly=True)
    amount_decision = fields.Monetary("Deciding Amount", readonly=True)
    loss_total = fields.Monetary("Loss", readonly=True)
    loss_recovered = fields.Monetary("Recovered", readonly=True)
    delivered_quantity = fields.Float(readonly=True, digits="Product Unit")
    defective_quantity = fields.Float(readonly=True, digits="Product Unit")
    days_to_close = fields.Float(
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Calendar days from registration to closing.",
    )
    on_time = fields.Float(
        "On Time (%)",
        readonly=True,
        aggregator="avg",
        digits=(5, 1),
        help="Share of the cases finished within the limit of the whole case.",
    )
    repeated = fields.Float(
        "Repeated (%)",
        readonly=True,
        aggregator="avg",
        digits=(5, 1),
        help="Share of complaints the same customer filed within the days the company "
        "counts (7) after an earlier one (CMP-181).",
    )
    repeated_month = fields.Float(
        "Repeated in the Month (%)",
        readonly=True,
        aggregator="avg",
        digits=(5, 1),
        help="Share of complaints the same customer filed in the same calendar month "
        "as an earlier one (CMP-183).",
    )

    @property
    def _table_query(self):
        Complaint = self.env["crm.complaint"]
        Complaint.flush_model()
        query = Complaint._search([("state", "!=", "cancelled")])
        own = [
            SQL("crm_complaint.%s", SQL.identifier(name))
            for name in DIMENSIONS + MEASURES
        ]
        return query.select(
            SQL("crm_complaint.id"),
            SQL("crm_complaint.id AS complaint_id"),
            *own,
            SQL(
                "EXTRACT(EPOCH FROM crm_complaint.closed_at"
                " - crm_complaint.received_at) / 86400.0 AS days_to_close"
            ),
            # What the clock of the case and the search for repeats have stored.
            SQL(
                "CASE WHEN crm_complaint.case_closed_at IS NOT NULL THEN"
                " CASE WHEN crm_complaint.case_closed_late THEN 0.0 ELSE 100.0 END END"
                " AS on_time"
            ),
            SQL(
                "CASE WHEN crm_complaint.repeat_week THEN 100.0 ELSE 0.0 END"
                " AS repeated"
            ),
            SQL(
                "CASE WHEN crm_complaint.repeat_month THEN 100.0 ELSE 0.0 END"
                " AS repeated_month"
            ),
        )

    def action_open_complaint(self):
        """Open the complaint of the row."""
        self._policy_require_one()
        return self.complaint_id._get_records_action()

    # ------------------------------------------------------------ for programs

    @api.model
    @api.readonly
    @arguments(date_from=DAY, date_to=DAY, group_by=TEXT)
    def complaint_statistics(self, date_from, date_to, group_by="month"):
        """Return the statistics of the complaints the user may see.

        :param date_from: first complaint date, ``YYYY-MM-DD``
        :param date_to: last complaint date, included
        :param group_by: month, year, cause, category, department, sales_department,
            product, customer, salesperson or state
        :return: list of dicts: ``key`` (id or text, False where there is none),
            ``name``, ``complaints``, ``loss`` and ``amount`` in company currency,
            ``defective_quantity``, ``days_to_close``, ``on_time`` and ``repeated`` in
            percent
        :raises UserError: an unknown grouping, or dates the wrong way round
        """
        if group_by not in GROUPS:
            raise UserError(
                self.env._(
                    "Complaints are grouped by: %s.",
                    format_list(self.env, sorted(GROUPS)),
                )
            )
        first, last = fields.Date.to_date(date_from), fields.Date.to_date(date_to)
        if not first or not last or first > last:
            raise UserError(self.env._("The statistics need a first and a last day."))
        groups = self._read_group(
            [("date", ">=", first), ("date", "<=", last)],
            [GROUPS[group_by]],
            ["__count", "loss_total:sum", "amount_decision:sum"]
            + ["defective_quantity:sum", "days_to_close:avg", "on_time:avg"]
            + ["repeated:avg"],
        )
        names = ("complaints", "loss", "amount", "defective_quantity", "days_to_close")
        rows = []
        for value, *figures in groups:
            is_record = isinstance(value, models.BaseModel)
            rows.append(
                {
                    "key": (value.id if is_record else str(value or "")) or False,
                    # sudo: names as in the lists of complaints
                    "name": value.sudo().display_name or ""
                    if is_record
                    else str(value or ""),
                    **{
                        name: figure or 0
                        for name, figure in zip(
                            (*names, "on_time", "repeated"), figures, strict=True
                        )
                    },
                }
            )
        return rows
