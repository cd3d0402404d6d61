"""The morning's run over the receivables: opens, renews and ends overdue cases.

Set-based: what is overdue is asked of the database once for all customers of a company;
documents are made in batches, each committed with its progress. Running it twice finds
nothing new to do.
"""

from contextvars import ContextVar
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .crm_credit_case import OPEN_STATES, WORK_STATES

# The values of the cases the running call opens; in the order they are created.
_OPENING = ContextVar("crm_credit_case_opening", default=None)
# Cases made or proposed on between two commits.
BATCH = 500


class CrmCreditCase(models.Model):
    _inherit = "crm.credit.case"

    @api.model
    def _cron_overdue(self):
        """Bring the overdue cases of every company up to this morning (ARC-193)."""
        cron = self.env["ir.cron"]
        for company in self.env["res.company"].search([("active", "=", True)]):
            rule = self.env["crm.credit.rule"]._for_company(company)
            if not rule:
                continue
            cases = self.with_company(company)
            while opened := cases._open_batch(company, rule, BATCH):
                if not cron._commit_progress(opened):
                    return
                self.env.invalidate_all()
            cases._renew_amounts(company, rule)
            cron._commit_progress()
            cases._settle_paid(company)
            cron._commit_progress()
            for step in ("suspend", "stop"):
                while proposed := cases._propose_batch(company, rule, step, BATCH):
                    if not cron._commit_progress(proposed):
                        return
                    self.env.invalidate_all()

    # ----------------------------------------------------------------- figures

    @api.model
    def _overdue_items(self, company, rule):
        """Return SQL of the open receivables: customer, line, whether past due."""
        return SQL(
            """
            SELECT p.commercial_partner_id AS customer_id, l.id AS line_id,
                   l.amount_residual AS residual, l.date_maturity,
                   l.amount_residual > 0 AND l.date_maturity < %(cutoff)s AS past_due
              FROM account_move_line l
              JOIN account_account a ON a.id = l.account_id
               AND a.account_type = 'asset_receivable'
              JOIN res_partner p ON p.id = l.partner_id
             WHERE l.company_id = %(company)s AND l.parent_state = 'posted'
               AND l.reconciled IS NOT TRUE AND l.amount_residual != 0
            """,
            cutoff=company._policy_today() - timedelta(days=rule.grace_days),
            company=company.id,
        )

    @api.model
    def _overdue_sums(self, company, rule):
        """Return SQL of customer, amount overdue (net of money not matched), since."""
        return SQL(
            """
            SELECT i.customer_id,
                   COALESCE(sum(i.residual) FILTER (WHERE i.past_due), 0)
                   + COALESCE(sum(i.residual) FILTER (WHERE i.residual < 0), 0)
                     AS amount,
                   min(i.date_maturity) FILTER (WHERE i.past_due) AS since
              FROM (%s) i
             GROUP BY i.customer_id
            """,
            self._overdue_items(company, rule),
        )

    @api.model
    def _flush_receivables(self):
        self.env["account.move.line"].flush_model()
        self.env["account.move"].flush_model()
        self.env["res.partner"].flush_model()
        self.flush_model()

    # ----------------------------------------------------------------- opening

    @api.model
    def _open_batch(self, company, rule, limit):
        """Open the cases of customers newly overdue; return their number."""
        self._flush_receivables()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT s.customer_id, s.amount, s.since
                  FROM (%(sums)s) s
                  JOIN res_partner customer ON customer.id = s.customer_id
                   AND customer.is_crm_customer
                 WHERE s.amount >= %(smallest)s AND s.since IS NOT NULL
                   AND NOT EXISTS (
                    SELECT 1 FROM crm_credit_case c
                     WHERE c.partner_id = s.customer_id
                       AND c.company_id = %(company)s AND c.state != 'closed')
                 ORDER BY s.customer_id LIMIT %(limit)s
                """,
                sums=self._overdue_sums(company, rule),
                smallest=company.currency_id.rounding,
                company=company.id,
                limit=limit,
            )
        )
        if not rows:
            return 0
        cases = self._open_cases(company, rows)
        cases._renew_lines(company, rule)
        return len(cases)

    @api.model
    def _open_cases(self, company, rows):
        """Make one case per ``(customer id, amount, since)``, with its report duty."""
        token = _OPENING.set(
            [
                {
                    "partner_id": customer_id,
                    "amount_overdue": float(amount),
                    "amount_opened": float(amount),
                    "overdue_since": since,
                }
                for customer_id, amount, since in rows
            ]
        )
        try:
            cases = (
                self.with_company(company)
                .with_context(mail_create_nolog=True, mail_create_nosubscribe=True)
                .create([{"company_id": company.id} for _row in rows])
            )
        finally:
            _OPENING.reset(token)
        cases._ask_reports()
        cases.partner_id._sync_credit_state()
        return cases

    @api.model
    def _guarded_create_vals(self, vals_list):
        own_vals = super()._guarded_create_vals(vals_list)
        for own, opening in zip(own_vals, _OPENING.get() or (), strict=False):
            own.update(opening)
        return own_vals

    def _ask_reports(self):
        """Give each salesperson, else the head, the duty to report at once."""
        heads, by_user = {}, {}
        for case in self:
            users = case.user_id
            if not users:
                department = case._routing_department("overdue")
                if department not in heads:
                    heads[department] = department._policy_heads()
                users = heads[department]
            by_user.setdefault(users, self.browse())
            by_user[users] |= case
        for users, cases in by_user.items():
            cases._ask("activity_type_overdue_report", users)

    # ---------------------------------------------------------------- renewing

    @api.model
    def _renew_amounts(self, company, rule):
        """Write today's amounts to the open cases of a company, in two statements."""
        self._flush_receivables()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE crm_credit_case c
                   SET amount_overdue = GREATEST(COALESCE(s.amount, 0), 0),
                       overdue_since = CASE WHEN s.amount >= %(smallest)s
                                            THEN s.since ELSE c.overdue_since END
                  FROM crm_credit_case o
                  LEFT JOIN (%(sums)s) s ON s.customer_id = o.partner_id
                 WHERE c.id = o.id AND c.company_id = %(company)s
                   AND c.state != 'closed'
                   AND (c.amount_overdue, c.overdue_since) IS DISTINCT FROM
                       (GREATEST(COALESCE(s.amount, 0), 0),
                        CASE WHEN s.amount >= %(smallest)s
                             THEN s.since ELSE c.overdue_since END)
                RETURNING c.id
                """,
                sums=self._overdue_sums(company, rule),
                smallest=company.currency_id.rounding,
                company=company.id,
            )
        )
        self.invalidate_model(["amount_overdue", "overdue_since"])
        cases = self.search(
            [("company_id", "=", company.id), ("state", "in", OPEN_STATES)]
        )
        cases._renew_lines(company, rule)
        return len(rows)

    def _renew_lines(self, company, rule):
        """Replace the lists of receivables past due of these cases."""
        if not self:
            return
        self.env.cr.execute(
            SQL("DELETE FROM crm_credit_case_line WHERE case_id = ANY(%s)", self.ids)
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_credit_case_line
                       (case_id, move_name, invoice_date, date_due, amount, residual,
                        days_overdue, create_uid, write_uid, create_date, write_date)
                SELECT c.id, m.name, COALESCE(m.invoice_date, m.date),
                       l.date_maturity, l.balance, l.amount_residual,
                       %(today)s - l.date_maturity, %(uid)s, %(uid)s,
                       now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                  FROM (%(items)s) i
                  JOIN crm_credit_case c ON c.partner_id = i.customer_id
                   AND c.id = ANY(%(ids)s)
                  JOIN account_move_line l ON l.id = i.line_id
                  JOIN account_move m ON m.id = l.move_id
                 WHERE i.past_due
                """,
                today=company._policy_today(),
                uid=self.env.uid,
                items=self._overdue_items(company, rule),
                ids=self.ids,
            )
        )
        self.invalidate_recordset(["line_ids"])
        self.env["crm.credit.case.line"].invalidate_model()

    # ------------------------------------------------------------------ ending

    @api.model
    def _settle_paid(self, company):
        """Close the cases found paid; with a hold, accounting confirms first."""
        paid = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "in", OPEN_STATES),
                ("amount_overdue", "=", 0),
            ]
        )
        free = paid.filtered(lambda case: case.supply_hold == "none")
        today = company._policy_today()
        if free:
            free._transition("close", closed_at=fields.Datetime.now(), paid_on=today)
            free._after_closed()
        held = (paid - free).filtered(lambda case: not case.paid_on)
        waiting = held.filtered(lambda case: case.state == "confirming")
        waiting._write_guarded({"paid_on": today})
        asked = held - waiting
        if asked:
            asked._transition("paid", paid_on=today)
            asked._ask_accounting()
            asked.partner_id._sync_credit_state()
        return len(paid)

    # --------------------------------------------------------------- proposing

    @api.model
    def _propose_batch(self, company, rule, step, limit):
        """Propose holds on cases overdue long enough; return their number."""
        days = rule.stop_days if step == "stop" else rule.hold_days
        if not days:
            return 0
        self.flush_model()
        today = company._policy_today()
        again = today - timedelta(days=rule.repeat_days) if rule.repeat_days else None
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM crm_credit_case
                 WHERE company_id = %(company)s AND state = ANY(%(states)s)
                   AND supply_hold = %(hold)s AND approval_state != 'pending'
                   AND amount_overdue > 0 AND overdue_since <= %(since)s
                   AND (hold_proposed_on IS NULL OR hold_proposed_on < %(again)s
                        OR (hold_proposed_on < %(today)s
                            AND COALESCE(approval_step, '') != %(step)s))
                 ORDER BY id LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED
                """,
                company=company.id,
                states=list(WORK_STATES),
                hold="suspended" if step == "stop" else "none",
                since=today - timedelta(days=days),
                again=again or "-infinity",
                step=step,
                today=today,
                limit=limit,
            )
        )
        cases = self.browse([row[0] for row in rows])
        for case in cases:
            case._propose(step, today)
        return len(cases)

    def _propose(self, step, today):
        """Ask for one hold; what is in the way is kept on the case."""
        self.ensure_one()
        problem = False
        try:
            with self.env.cr.savepoint():
                self.action_request_approval(
                    step,
                    self.env._(
                        "%(amount)s overdue since %(since)s (%(days)s days).",
                        amount=self.currency_id.format(self.amount_overdue),
                        since=self.overdue_since,
                        days=self.days_overdue,
                    ),
                )
        except UserError as error:
            # Nobody to decide: shown on the case, and the run goes on with the others.
            problem = str(error)
            self.message_post(
                body=self.env._("A supply hold could not be proposed: %s", problem)
            )
        self._write_guarded({"hold_proposed_on": today, "hold_problem": problem})
