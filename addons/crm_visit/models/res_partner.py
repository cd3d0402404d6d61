"""When a customer was visited last and is due again (VIS-06, GAP-45)."""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class ResPartner(models.Model):
    _inherit = "res.partner"

    _guarded_fields = (
        "last_visit_date",
        "next_visit_due",
        "visit_remind_date",
        "visit_frequency_id",
    )

    last_visit_date = fields.Date(
        string="Last Visit",
        company_dependent=True,
        readonly=True,
        copy=False,
        help="Local date of the last visit or call-back held in this company.",
    )
    next_visit_due = fields.Date(
        company_dependent=True,
        readonly=True,
        copy=False,
        help="Local date by which the customer is to be visited or called again, by "
        "the strictest frequency in force; empty when none applies (VIS-06).",
    )
    visit_remind_date = fields.Date(
        string="Visit Reminder",
        company_dependent=True,
        readonly=True,
        copy=False,
        help="Local date from which the due visit is reminded of.",
    )
    visit_frequency_id = fields.Many2one(
        "crm.visit.frequency",
        company_dependent=True,
        readonly=True,
        copy=False,
        help="The strictest frequency in force for this customer: it made the date.",
    )
    visit_due_state = fields.Selection(
        [("later", "Later"), ("due", "Due"), ("overdue", "Overdue")],
        string="Visit Due",
        compute="_compute_visit_due_state",
        search="_search_visit_due_state",
        help="Due from the reminder on, overdue after the due date.",
    )
    visit_count = fields.Integer(compute="_compute_visit_count", string="Visits")

    @api.depends("next_visit_due", "visit_remind_date")
    @api.depends_context("company")
    def _compute_visit_due_state(self):
        today = self.env.company._policy_today()
        for partner in self:
            due = partner.next_visit_due
            if not due:
                partner.visit_due_state = False
            elif due < today:
                partner.visit_due_state = "overdue"
            elif (partner.visit_remind_date or due) <= today:
                partner.visit_due_state = "due"
            else:
                partner.visit_due_state = "later"

    def _search_visit_due_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self.env.company._policy_today()
        by_state = {
            False: Domain("next_visit_due", "=", False),
            "overdue": Domain("next_visit_due", "<", today),
            "due": Domain("next_visit_due", ">=", today)
            & Domain("visit_remind_date", "<=", today),
            "later": Domain("visit_remind_date", ">", today),
        }
        return Domain.OR(by_state[key] for key in value if key in by_state)

    def _compute_visit_count(self):
        counts = dict(
            self.env["crm.visit"]._read_group(
                [("commercial_partner_id", "in", self.commercial_partner_id.ids)],
                ["commercial_partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.visit_count = counts.get(partner.commercial_partner_id, 0)

    def action_view_visits(self):
        """Open the visits of these customers."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_visit.crm_visit_action"
        )
        action["domain"] = [
            ("commercial_partner_id", "in", self.commercial_partner_id.ids)
        ]
        action["context"] = {"default_partner_id": self[:1].id}
        return action

    # -------------------------------------------------------------- due dates

    @api.model
    def _visit_dates_query(self, company, ids):
        """Return SQL: id, last visit, due date, reminder and rule of each customer.

        :param ids: customers to look at; None for all
        """
        rules = self.env["crm.visit.frequency"]._in_force(
            company, company._policy_today()
        )
        interval = SQL(
            "f.interval_number * CASE f.interval_unit WHEN 'day' THEN INTERVAL '1 day' "
            "WHEN 'week' THEN INTERVAL '1 week' ELSE INTERVAL '1 month' END"
        )
        since = SQL(
            "COALESCE(v.last, p.archived_date,"
            " (p.create_date AT TIME ZONE 'UTC' AT TIME ZONE %s)::date)",
            company._policy_tz().zone,
        )
        return SQL(
            """
            SELECT DISTINCT ON (p.id) p.id, v.last, f.id AS rule,
                   (%(since)s + %(interval)s)::date AS due,
                   (%(since)s + %(interval)s)::date - f.remind_days AS remind
              FROM res_partner p
         LEFT JOIN (SELECT commercial_partner_id AS id, MAX(date_held) AS last
                      FROM crm_visit
                     WHERE company_id = %(company)s AND date_held IS NOT NULL
                  GROUP BY commercial_partner_id) v ON v.id = p.id
         LEFT JOIN crm_visit_frequency f
                ON f.id = ANY(%(rules)s)
               AND p.is_crm_customer AND p.state = 'archived' AND p.active
               AND (f.stage_id IS NULL OR f.stage_id = p.stage_id)
               AND (f.customers = 'all' OR (f.customers = 'orders') = EXISTS (
                    SELECT 1 FROM sale_order o
                      JOIN res_partner b ON b.id = o.partner_id
                     WHERE b.commercial_partner_id = p.id AND o.state = 'sale'
                       AND o.company_id = %(company)s))
             WHERE p.commercial_partner_id = p.id
               AND (p.company_id IS NULL OR p.company_id = %(company)s)
               AND %(only)s
          ORDER BY p.id, due, f.id
            """,
            since=since,
            interval=interval,
            company=company.id,
            rules=rules.ids,
            only=SQL("TRUE") if ids is None else SQL("p.id = ANY(%s)", list(ids)),
        )

    def _update_visit_dates(self, company, everybody=False):
        """Work out last visit, due date and reminder in one statement.

        :param company: company whose visits and frequencies count
        :param everybody: all customers instead of those in ``self``
        :return: number of customers changed
        """
        if not (self or everybody):
            return 0
        self.env.flush_all()
        pairs = (
            ("last_visit_date", "last"),
            ("next_visit_due", "due"),
            ("visit_remind_date", "remind"),
            ("visit_frequency_id", "rule"),
        )
        key = str(company.id)
        sets, changed = [], []
        for name, column in pairs:
            old, new = SQL.identifier("p", name), SQL.identifier("s", column)
            sets.append(
                SQL(
                    "%s = NULLIF(jsonb_strip_nulls(COALESCE(%s, '{}') || "
                    "jsonb_build_object(%s::text, %s)), '{}')",
                    SQL.identifier(name),
                    old,
                    key,
                    new,
                )
            )
            changed.append(SQL("%s->%s IS DISTINCT FROM to_jsonb(%s)", old, key, new))
        rows = self.env.execute_query(
            SQL(
                "UPDATE res_partner p SET %s FROM (%s) s WHERE p.id = s.id AND (%s) "
                "RETURNING p.id",
                SQL(", ").join(sets),
                self._visit_dates_query(company, None if everybody else self.ids),
                SQL(" OR ").join(changed),
            )
        )
        self.env["res.partner"].browse([row[0] for row in rows]).invalidate_recordset(
            [name for name, _column in pairs]
        )
        return len(rows)

    # ------------------------------------------------------------------ crons

    @api.model
    def _cron_visit_due(self):
        """Work out all due dates and remind of visits that fall due (VIS-06)."""
        companies = self.env["res.company"].search([("active", "=", True)])
        for position, company in enumerate(companies, start=1):
            partners = self.with_company(company)
            partners._update_visit_dates(company, everybody=True)
            partners._remind_due_visits(company)
            self.env["ir.cron"]._commit_progress(1, remaining=len(companies) - position)

    @api.model
    def _remind_due_visits(self, company):
        """Put due customers on the list of who should see them, once each.

        :return: number of reminders made
        """
        today = company._policy_today()
        activity_type = self.env.ref("crm_visit.activity_type_visit_due")
        customers = self.search(
            [
                ("visit_remind_date", "<=", today),
                ("user_id", "!=", False),
                ("company_id", "in", (company.id, False)),
            ]
        )
        reminded = self.env["mail.activity"].search_fetch(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "in", customers.ids),
                ("activity_type_id", "=", activity_type.id),
            ],
            ["res_id"],
        )
        to_come = self.env["crm.visit"].search_fetch(
            [
                ("company_id", "=", company.id),
                ("commercial_partner_id", "in", customers.ids),
                ("state", "in", ("planned", "approval", "approved")),
            ],
            ["commercial_partner_id"],
        )
        left = customers - self.browse(reminded.mapped("res_id"))
        left -= to_come.commercial_partner_id
        vals_list = left._prepare_due_activities(company, activity_type)
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            vals_list
        )
        return len(vals_list)

    def _prepare_due_activities(self, company, activity_type):
        """Return one to-do per customer, for whom its frequency names."""
        model_id = self.env["ir.model"]._get_id("res.partner")
        vals_list = []
        for customer in self.with_company(company):
            user = customer.user_id
            if customer.visit_frequency_id.who == "department_manager":
                head = customer.crm_department_id.manager_id.user_id
                user = head if head.active else user
            vals_list.append(
                {
                    "res_model_id": model_id,
                    "res_id": customer.id,
                    "activity_type_id": activity_type.id,
                    "summary": activity_type.summary,
                    "user_id": user.id,
                    "date_deadline": customer.next_visit_due,
                    "automated": True,
                }
            )
        return vals_list
