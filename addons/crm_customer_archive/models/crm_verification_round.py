"""The quarterly verification of the archive: one round per quarter and company (SM-03).

Carries ARC-102 to ARC-104 with the resolution of GAP-48. A round opens by itself or by
the button, with one line per customer on file; whatever their number, it takes the same
few statements.
"""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, date_utils

from odoo.addons.crm_policy.models.arguments import DAY, TEXT, arguments

KEEPERS = ("crm_customer_archive.group_archive_custodian", "crm_policy.group_director")


class CrmVerificationRound(models.Model):
    _name = "crm.customer.verification.round"
    _inherit = ["mail.thread", "mail.activity.mixin", "crm.guard.mixin"]
    _description = "Verification Round"
    _order = "date_from desc, company_id"
    _guarded_fields = ("name", "date_to", "closed_on", "closed_by_id")
    _unlink_states = ()
    _transitions = {
        "close": {"from": ("open",), "to": "closed", "groups": KEEPERS},
        "reopen": {"from": ("closed",), "to": "open", "groups": KEEPERS},
    }

    name = fields.Char(readonly=True, copy=False, index="trigram")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [("open", "Under Way"), ("closed", "Closed")],
        default="open",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    date_from = fields.Date(
        string="Quarter From",
        required=True,
        default=lambda self: date_utils.start_of(
            self.env.company._policy_today(), "quarter"
        ),
        help="First local day of the quarter; any day of it will do.",
    )
    date_to = fields.Date(string="Quarter To", readonly=True)
    date_due = fields.Date(
        string="Due",
        tracking=True,
        help="Last local day to verify; by default as the verification rule says.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Designated Person",
        domain=[("share", "=", False)],
        tracking=True,
        index=True,
        help="Verifies what no department's designated person does (GAP-48).",
    )
    closed_on = fields.Date(readonly=True, copy=False)
    closed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    line_ids = fields.One2many("crm.customer.verification", "round_id")
    line_count = fields.Integer(string="Customers", compute="_compute_counts")
    due_count = fields.Integer(string="Not Asked Yet", compute="_compute_counts")
    contacted_count = fields.Integer(string="Contacted", compute="_compute_counts")
    verified_count = fields.Integer(string="Verified", compute="_compute_counts")
    overdue_count = fields.Integer(string="Overdue", compute="_compute_counts")
    changed_count = fields.Integer(string="With Changes", compute="_compute_counts")
    verified_rate = fields.Float(
        string="Verified (%)", compute="_compute_counts", help="Percent of customers."
    )

    _quarter_uniq = models.UniqueIndex(
        "(company_id, date_from)", "This company has a round for that quarter already."
    )

    # ---------------------------------------------------------------- computes

    def _compute_counts(self):
        # sudo: progress of the round is shown to whoever sees the round
        Line = self.env["crm.customer.verification"].sudo()
        domain = [("round_id", "in", self.ids)]
        counts, changed = {}, {}
        for record, state, count in Line._read_group(
            domain, ["round_id", "state"], ["__count"]
        ):
            counts.setdefault(record.id, {})[state] = count
        for record, count in Line._read_group(
            [*domain, ("outcome", "=", "changed")], ["round_id"], ["__count"]
        ):
            changed[record.id] = count
        for record in self:
            states = counts.get(record.id, {})
            states.pop("dropped", None)  # nobody is there to be asked any more
            total = sum(states.values())
            verified = states.get("verified", 0) + states.get("summarised", 0)
            record.line_count = total
            record.due_count = states.get("due", 0)
            record.contacted_count = states.get("contacted", 0)
            record.verified_count = verified
            record.overdue_count = states.get("overdue", 0)
            record.changed_count = changed.get(record.id, 0)
            record.verified_rate = 100.0 * verified / total if total else 0.0

    # --------------------------------------------------------------- lifecycle

    @api.model_create_multi
    def create(self, vals_list):
        rounds = super().create([self._round_vals(vals) for vals in vals_list])
        for record in rounds:
            record._write_guarded(record._quarter_vals())
            record._insert_lines()
            record._renew_figures()
        return rounds

    @api.model
    def _round_vals(self, vals):
        """Put any day of a quarter on its first, and name person and due date."""
        company = self.env["res.company"].browse(
            vals.get("company_id") or self.env.company.id
        )
        day = fields.Date.to_date(vals.get("date_from")) or company._policy_today()
        first = date_utils.start_of(day, "quarter")
        rule = self.env["crm.customer.verification.rule"]._for_company(company)
        due = date_utils.end_of(first, "quarter") - timedelta(days=rule.days_before_end)
        return {
            **vals,
            "company_id": company.id,
            "date_from": first,
            "date_due": vals.get("date_due") or due,
            "user_id": vals.get("user_id") or self._default_person(company).id,
        }

    def _quarter_vals(self):
        quarter = (self.date_from.month + 2) // 3
        return {
            "name": f"{self.date_from.year}Q{quarter}",
            "date_to": date_utils.end_of(self.date_from, "quarter"),
        }

    @api.model
    def _default_person(self, company):
        """Return an archive custodian of the company, if it has one (GAP-48)."""
        # sudo: who belongs to the office is no secret of the groups' records
        return (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    (
                        "all_group_ids",
                        "in",
                        self.env.ref("crm_customer_archive.group_archive_custodian").id,
                    ),
                    ("company_ids", "in", company.id),
                    ("share", "=", False),
                    ("id", "!=", self.env.ref("base.user_root").id),
                ],
                order="id",
                limit=1,
            )
        )

    def write(self, vals):
        for name in ("company_id", "date_from"):
            if name in vals and any(
                self._fields[name].convert_to_write(rec[name], rec) != vals[name]
                for rec in self
            ):
                raise UserError(
                    self.env._(
                        "The quarter and company of a round cannot change: its lines "
                        "belong to them."
                    )
                )
        result = super().write(vals)
        if "date_due" in vals:
            self._move_due()
        return result

    def _move_due(self):
        """Lines follow the round's due date; those in time again are not overdue."""
        for record in self:
            self.env["crm.customer.verification"].flush_model()
            today = record.company_id._policy_today()
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE crm_customer_verification
                       SET date_due = %(due)s,
                           state = CASE WHEN state = 'overdue' AND %(due)s >= %(today)s
                                        THEN CASE WHEN contacted_on IS NULL
                                                  THEN 'due' ELSE 'contacted' END
                                        ELSE state END
                     WHERE round_id = %(id)s
                       AND state IN ('due', 'contacted', 'overdue')
                    """,
                    due=record.date_due,
                    today=today,
                    id=record.id,
                )
            )
        self.env["crm.customer.verification"].invalidate_model()

    # ----------------------------------------------------------------- opening

    def _insert_lines(self):
        """Add a line for every customer on file that has none; in one statement."""
        self.ensure_one()
        rule = self.env["crm.customer.verification.rule"]._for_company(self.company_id)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_customer_verification
                       (round_id, company_id, partner_id, department_id, user_id,
                        state, date_due, link_number, verified_late,
                        amount_quarter, amount_previous, amount_change, trend,
                        create_uid, write_uid, create_date, write_date)
                SELECT %(round)s, %(company)s, p.id, p.crm_department_id,
                       CASE WHEN %(owner)s THEN COALESCE(p.user_id, %(person)s)
                            ELSE COALESCE(a.user_id, %(person)s, p.user_id) END,
                       'due', %(due)s, 0, FALSE, 0, 0, 0, 'none',
                       %(uid)s, %(uid)s, %(now)s, %(now)s
                  FROM res_partner p
                  LEFT JOIN crm_customer_verification_assignee a
                    ON a.department_id = p.crm_department_id AND a.rule_id = %(rule)s
                 WHERE p.is_crm_customer AND p.active AND p.state = 'archived'
                   AND (p.company_id = %(company)s OR p.company_id IS NULL)
                ON CONFLICT DO NOTHING
                """,
                round=self.id,
                company=self.company_id.id,
                owner=rule.assign_to == "owner",
                person=self.user_id.id or None,
                due=self.date_due,
                rule=rule.id or 0,
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        self.invalidate_recordset(["line_ids"])
        return self.env.cr.rowcount

    def _renew_figures(self):
        """Write the purchases of the quarter and the one before; in one statement."""
        for record in self:
            rule = self.env["crm.customer.verification.rule"]._for_company(
                record.company_id
            )
            record._renew_round_figures(rule)
        self.env["crm.customer.verification"].invalidate_model(
            ["amount_quarter", "amount_previous", "amount_change", "trend"]
        )

    def _renew_round_figures(self, rule):
        basis = rule.basis or "ordered"
        first, last = self.date_from, self.date_to
        before = first - relativedelta(months=3)
        self.env["crm.customer.verification"].flush_model()
        # sudo: totals beside the customer, for whoever verifies it
        Figures = self.env["crm.sales.figures"].sudo()
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_customer_verification v
                   SET amount_quarter = f.quarter, amount_previous = f.previous,
                       amount_change = f.quarter - f.previous,
                       trend = CASE
                           WHEN f.quarter = 0 AND f.previous = 0 THEN 'none'
                           WHEN f.previous = 0 THEN 'new'
                           WHEN f.quarter = 0 THEN 'stopped'
                           WHEN f.quarter > f.previous * (1 + %(part)s) THEN 'rising'
                           WHEN f.quarter < f.previous * (1 - %(part)s) THEN 'falling'
                           ELSE 'stable' END
                  FROM (
                    SELECT l.id, COALESCE(q.amount, 0) AS quarter,
                           COALESCE(b.amount, 0) AS previous
                      FROM crm_customer_verification l
                      LEFT JOIN (%(quarter)s) q ON q.customer_id = l.partner_id
                      LEFT JOIN (%(previous)s) b ON b.customer_id = l.partner_id
                     WHERE l.round_id = %(round)s
                  ) f
                 WHERE v.id = f.id AND (v.amount_quarter, v.amount_previous)
                       IS DISTINCT FROM (f.quarter, f.previous)
                """,
                part=(rule.trend_percent or 0.0) / 100.0,
                quarter=Figures._sql(
                    self.company_id, basis, first, last, measures=("amount",)
                ),
                previous=Figures._sql(
                    self.company_id,
                    basis,
                    before,
                    first - timedelta(days=1),
                    measures=("amount",),
                ),
                round=self.id,
            )
        )

    # ----------------------------------------------------------------- actions

    @api.model
    @arguments(date=DAY, designated_person=TEXT)
    def open_round(self, date=None, designated_person=None):
        """Open the round of a quarter for the current company; safe to repeat.

        :param date: any local date of the quarter; today by default
        :param designated_person: login; by default an archive custodian
        :return: id of the round
        :raises AccessError: neither custodian nor director
        """
        self.check_access("create")
        company = self.env.company
        day = fields.Date.to_date(date) if date else company._policy_today()
        first = date_utils.start_of(day, "quarter")
        known = self.search(
            [("company_id", "=", company.id), ("date_from", "=", first)], limit=1
        )
        if known:
            return known.id
        vals = {"company_id": company.id, "date_from": first}
        if designated_person:
            user = self.env["res.users"].search([("login", "=", designated_person)])
            if not user:
                raise UserError(
                    self.env._("There is no user with login “%s”.", designated_person)
                )
            vals["user_id"] = user.id
        return self.create(vals).id

    def action_add_customers(self):
        """Add lines for customers put on file since the round was opened.

        :return: number of lines added
        """
        self._check_keeper()
        added = 0
        for record in self:
            record._check_transition_state(("open",))
            added += record._insert_lines()
            record._renew_figures()
        return added

    def action_close(self):
        """Close rounds: purchases are counted for good, verified lines summarised.

        :return: True
        :raises AccessError: neither custodian nor director
        """
        self._check_keeper()
        self._renew_figures()
        for record in self:
            lines = record.line_ids.filtered(lambda line: line.state == "verified")
            lines._transition("summarise")
            record._transition(
                "close",
                closed_on=record.company_id._policy_today(),
                closed_by_id=self.env.uid,
            )
        return True

    def action_reopen(self):
        """Open a closed round again."""
        self._transition("reopen", closed_on=False, closed_by_id=False)
        return True

    def action_view_lines(self):
        """Open the lines of these rounds."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer_archive.action_crm_customer_verification"
        )
        return {
            **action,
            "domain": [("round_id", "in", self.ids)],
            "context": dict(self.env.context.get("line_filters") or {}),
        }

    # ------------------------------------------------------------------- crons

    @api.model
    def _cron_rounds(self):
        """Open the quarter's rounds, renew purchases, find what is overdue."""
        cron = self.env["ir.cron"]
        for company in self.env["res.company"].search([("active", "=", True)]):
            if self.env["crm.customer.verification.rule"]._for_company(company):
                self.with_company(company).open_round()
                cron._commit_progress()
        rounds = self.search([("state", "=", "open")])
        rounds._renew_figures()
        cron._commit_progress()
        for record in rounds:
            record._mark_overdue()
            cron._commit_progress()

    def _mark_overdue(self):
        """Mark lines not verified in time; tell each department head once."""
        self.ensure_one()
        today = self.company_id._policy_today()
        self.env["crm.customer.verification"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                WITH late AS (
                    UPDATE crm_customer_verification SET state = 'overdue'
                     WHERE round_id = %s AND date_due < %s
                       AND state IN ('due', 'contacted')
                    RETURNING department_id
                )
                SELECT department_id, count(*) FROM late GROUP BY department_id
                """,
                self.id,
                today,
            )
        )
        self.env["crm.customer.verification"].invalidate_model(["state"])
        if rows:
            self._tell_heads(rows, today)
        return sum(row[1] for row in rows)

    def _tell_heads(self, rows, today):
        """Give one activity to each head, with the number of customers overdue."""
        numbers = {}
        for department_id, count in rows:
            department = self.env["hr.department"].browse(department_id or ())
            user = department._policy_heads() or self.user_id
            if user:
                numbers[user] = numbers.get(user, 0) + count
        activity_type = self.env.ref(
            "crm_customer_archive.activity_type_verification_overdue"
        )
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            [
                {
                    "activity_type_id": activity_type.id,
                    "summary": self.env._(
                        "%(count)s customers not verified in %(round)s",
                        count=count,
                        round=self.name,
                    ),
                    "res_model_id": self.env["ir.model"]._get_id(self._name),
                    "res_id": self.id,
                    "user_id": user.id,
                    "automated": True,
                    "date_deadline": today,
                }
                for user, count in numbers.items()
            ]
        )

    # ----------------------------------------------------------------- helpers

    def _check_keeper(self):
        if not any(self.env.user.has_group(group) for group in KEEPERS):
            raise AccessError(
                self.env._(
                    "Only an archive custodian or a director opens and closes rounds."
                )
            )

    def _survey_lines(self):
        """Return the lines of the printed survey plan and details, by surveyor."""
        self.ensure_one()
        # sudo: names to order by; the lines are those the reader may see
        return self.line_ids.sorted(
            lambda line: (
                line.sudo().user_id.name or "",
                line.sudo().partner_id.name or "",
                line.id,
            )
        )

    def _summary(self, by):
        """Return rows of the printed summary.

        :param by: field of the lines: department_id, user_id, method or trend
        """
        self.ensure_one()
        # sudo: totals only, for whoever may print the round
        Line = self.env["crm.customer.verification"].sudo()
        rows = {}
        for key, state, count, quarter, previous in Line._read_group(
            [("round_id", "=", self.id), ("state", "!=", "dropped")],
            [by, "state"],
            ["__count", "amount_quarter:sum", "amount_previous:sum"],
        ):
            row = rows.setdefault(
                key, {"total": 0, "verified": 0, "overdue": 0, "now": 0, "before": 0}
            )
            row["total"] += count
            row["verified"] += count if state in ("verified", "summarised") else 0
            row["overdue"] += count if state == "overdue" else 0
            row["now"] += quarter
            row["before"] += previous
        field = Line._fields[by]
        labels = (
            dict(field._description_selection(self.env))
            if field.type == "selection"
            else {}
        )
        return [
            {
                "label": labels.get(key) if labels else key.display_name,
                **row,
            }
            for key, row in rows.items()
        ]
