"""Repeat complaints, found by themselves (CMP-181, CMP-183, GAP-88)."""

from odoo import api, fields, models
from odoo.tools import SQL

# Every complaint the SQL below judges; a follow-up is the same issue (GAP-14).
COUNTED = "c.state NOT IN ('draft', 'cancelled') AND c.parent_id IS NULL AND c.active"


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    _guarded_fields = ("repeat_of_id", "repeat_week", "repeat_month")

    repeat_of_id = fields.Many2one(
        "crm.complaint",
        "Repeats",
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The customer's complaint before this one, within the days of the company "
        "or the same month.",
    )
    repeat_week = fields.Boolean(
        "Repeat Within Days",
        copy=False,
        index="btree_not_null",
        help="The customer had complained within the days the company counts (7).",
    )
    repeat_month = fields.Boolean(
        "Repeat in the Month",
        copy=False,
        help="The customer had complained earlier in the same calendar month.",
    )

    # A customer's complaints around a day: to find repeats.
    _customer_day_idx = models.Index("(partner_id, date, id)")

    def action_submit(self):
        """Send the completed form, and see whether it repeats another (CMP-27).

        :raises UserError: the form is not complete or no draft
        """
        res = super().action_submit()
        self._find_repeats()
        return res

    def action_view_repeated(self):
        """Open the complaint this one repeats."""
        return self.repeat_of_id._get_records_action()

    @api.model
    def _cron_repeats(self):
        """Look again at the last two months: dates and customers may have changed."""
        today = self.env.company._policy_today()
        since = fields.Date.subtract(today, months=2)
        self._apply_repeats(SQL("c.date >= %s", since))

    def _find_repeats(self):
        """Judge these complaints and those of the same customers near them."""
        if not self:
            return
        customers = self.sudo().partner_id.commercial_partner_id  # sudo: whose they are
        dates = self.mapped("date")
        first = fields.Date.subtract(min(dates), months=1)
        last = fields.Date.add(max(dates), months=1)
        self._apply_repeats(
            SQL(
                "p.commercial_partner_id IN %s AND c.date BETWEEN %s AND %s",
                tuple(customers.ids),
                first,
                last,
            )
        )

    @api.model
    def _apply_repeats(self, condition):
        """Write what changed among the complaints of a condition, in one statement."""
        self.flush_model()
        self.env["res.company"].flush_model(["complaint_repeat_days"])
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        changed = self.env.execute_query(
            SQL(
                "WITH j AS MATERIALIZED (%(judged)s)"
                " UPDATE crm_complaint c SET repeat_of_id = j.before_id,"
                " repeat_week = j.week, repeat_month = j.month,"
                " write_date = %(now)s, write_uid = %(uid)s"
                " FROM j WHERE j.id = c.id RETURNING c.id",
                now=fields.Datetime.now(),
                uid=self.env.uid,
                judged=self._repeat_sql(condition),
            )
        )
        self.browse(row[0] for row in changed).invalidate_recordset(
            ["repeat_of_id", "repeat_week", "repeat_month", "write_date", "write_uid"]
        )

    @api.model
    def _repeat_sql(self, condition):
        """Select the complaints whose marks differ from what they should be."""
        return SQL(
            """
            WITH judged AS (
                SELECT c.id, c.repeat_of_id, c.repeat_week, c.repeat_month,
                       b.id AS before_id,
                       COALESCE(b.date >= c.date - company.complaint_repeat_days, FALSE)
                           AS week,
                       COALESCE(date_trunc('month', b.date)
                           = date_trunc('month', c.date), FALSE) AS month
                  FROM crm_complaint c
                  JOIN res_partner p ON p.id = c.partner_id
                  JOIN res_company company ON company.id = c.company_id
             LEFT JOIN LATERAL (
                    SELECT o.id, o.date
                      FROM crm_complaint o
                      JOIN res_partner op ON op.id = o.partner_id
                     WHERE op.commercial_partner_id = p.commercial_partner_id
                       AND o.company_id = c.company_id
                       AND (o.date, o.id) < (c.date, c.id)
                       AND o.state NOT IN ('draft', 'cancelled')
                       AND o.parent_id IS NULL AND o.active
                       AND o.date >= LEAST(
                           c.date - company.complaint_repeat_days,
                           date_trunc('month', c.date)::date)
                       AND o.date <= c.date
                  ORDER BY o.date DESC, o.id DESC
                     LIMIT 1
                  ) b ON TRUE
                 WHERE %(counted)s AND %(condition)s
            )
            SELECT id, before_id, week, month FROM judged
             WHERE repeat_of_id IS DISTINCT FROM before_id
                OR COALESCE(repeat_week, FALSE) != week
                OR COALESCE(repeat_month, FALSE) != month
            """,
            counted=SQL(COUNTED),
            condition=condition,
        )
