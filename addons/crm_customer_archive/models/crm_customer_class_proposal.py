"""Computed moves that somebody decides on before they take effect.

========== ========= ========== =========================== =====================
from       step      to         who                         what must hold
========== ========= ========== =========================== =====================
(computed)           draft      cron or who computes
draft      submit    review     manager, service desk       lines are left
review     approve   applied    authority "apply"
review     reject    refused    authority "apply"           comment
review     withdraw  draft      who submitted
draft      (compute) replaced                               nothing to move any more
========== ========= ========== =========================== =====================
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class CrmCustomerClassProposal(models.Model):
    _name = "crm.customer.class.proposal"
    _description = "Proposed Class Moves"
    _inherit = ["crm.document.mixin", "crm.approval.mixin"]
    _order = "date desc, id desc"

    _number_code = "crm.customer.class.proposal"
    _policy_topic = "grading"
    _guarded_fields = ("scheme_id", "date", "decided_date")
    _approval_steps = {
        "apply": {
            "from": ("draft",),
            "pending": "review",
            "approved": "applied",
            "refused": "refused",
            "void": "draft",
            "protected": ("scheme_id", "date", "line_count"),
            "locked": ("applied",),
        },
    }

    scheme_id = fields.Many2one(
        "crm.customer.scheme", readonly=True, index=True, ondelete="restrict"
    )
    date = fields.Date(
        readonly=True, help="Day of the computation, local date of the company."
    )
    decided_date = fields.Date(readonly=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("review", "In review"),
            ("applied", "Applied"),
            ("refused", "Refused"),
            ("replaced", "Replaced"),
        ],
        default="draft",
        required=True,
        readonly=True,
        index=True,
        tracking=True,
    )
    line_ids = fields.One2many(
        "crm.customer.class.history", "proposal_id", string="Moves", readonly=True
    )
    line_count = fields.Integer(string="Moves to Make", compute="_compute_line_counts")
    up_count = fields.Integer(string="Up", compute="_compute_line_counts")
    down_count = fields.Integer(string="Down", compute="_compute_line_counts")
    note = fields.Text()

    @api.depends("line_ids.excluded", "line_ids.movement")
    def _compute_line_counts(self):
        # sudo: the whole proposal is decided on, also customers of other teams
        groups = (
            self.env["crm.customer.class.history"]
            .sudo()
            ._read_group(
                [("proposal_id", "in", self.ids), ("excluded", "=", False)],
                ["proposal_id", "movement"],
                ["__count"],
            )
        )
        counts = {(found.id, movement): count for found, movement, count in groups}
        for record in self:
            own = {m: n for (found, m), n in counts.items() if found == record.id}
            record.line_count = sum(own.values())
            record.up_count = own.get("up", 0) + own.get("new", 0)
            record.down_count = own.get("down", 0) + own.get("out", 0)

    # ----------------------------------------------------------------- compute

    @api.model
    def _propose(self, scheme, company, day):
        """Put the moves that are due into the open proposal, or into a new one.

        Customers in a proposal that waits for its decision are left to it.

        :return: the proposal; empty when nobody moves
        """
        own = [("scheme_id", "=", scheme.id), ("company_id", "=", company.id)]
        draft = self.search([*own, ("state", "=", "draft")], limit=1)
        draft.line_ids.unlink()
        self.env.flush_all()
        [(due,)] = self.env.execute_query(
            SQL(
                """
                WITH waiting AS (
                    UPDATE crm_class_result r SET due = FALSE
                      FROM crm_customer_class_history h
                      JOIN crm_customer_class_proposal p ON p.id = h.proposal_id
                     WHERE h.partner_id = r.partner_id AND h.state = 'proposed'
                       AND NOT COALESCE(h.excluded, FALSE)
                       AND h.scheme_id = %(scheme)s AND h.company_id = %(company)s
                       AND p.state = 'review' AND r.due
                    RETURNING r.partner_id
                )
                SELECT (SELECT COUNT(*) FROM crm_class_result WHERE due)
                     - (SELECT COUNT(DISTINCT partner_id) FROM waiting)
                """,
                scheme=scheme.id,
                company=company.id,
            )
        )
        if not due:
            if draft:
                draft._write_guarded({"state": "replaced"})
            return self.browse()
        # Nobody has the right to create proposals: the computation runs as superuser.
        draft = draft or self.create({"company_id": company.id})
        draft._write_guarded({"scheme_id": scheme.id, "date": day})
        self.env["crm.customer.class.engine"]._insert_history(
            scheme, company, day, "proposed", draft
        )
        draft.invalidate_recordset()
        return draft

    # ---------------------------------------------------------------- decision

    @api.model
    def _get_approval_step_labels(self):
        return {**super()._get_approval_step_labels(), "apply": self.env._("Classes")}

    def _check_open(self):
        for record in self.filtered(lambda record: record.state != "draft"):
            raise UserError(
                self.env._(
                    "%s has been submitted; its moves cannot be changed any more.",
                    record.display_name,
                )
            )

    def _approval_check(self, step):
        res = super()._approval_check(step)
        self.env["crm.customer.scheme"]._check_may_compute()
        for record in self.filtered(lambda record: not record.line_count):
            raise UserError(
                self.env._("%s moves nobody: every line is struck off.", record.name)
            )
        return res

    def action_submit(self):
        """Ask for the decision on the moves.

        :return: True
        :raises UserError: no line is left, or the proposal is not a draft
        """
        for record in self:
            record.action_request_approval("apply")
        return True

    def action_open_lines(self):
        """Open the moves as a list of their own."""
        self._policy_require_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer_archive.action_crm_customer_class_history"
        )
        action.update(domain=[("proposal_id", "=", self.id)], context={})
        return action

    def _approval_done(self, step):
        res = super()._approval_done(step)
        for record in self:
            record._apply()
        return res

    def _approval_refused(self, step, comment):
        res = super()._approval_refused(step, comment)
        for record in self:
            today = record.company_id._policy_today()
            record._write_guarded({"decided_date": today})
            record._close_lines(today, self.env.uid, SQL("TRUE"), "refused")
        return res

    def _close_lines(self, day, user_id, condition, state):
        """Settle those lines of the proposal that are still proposed."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE crm_customer_class_history h SET state = %s, date_to = %s,"
                " decided_on = %s, user_id = %s WHERE h.proposal_id = %s"
                " AND h.state = 'proposed' AND %s",
                state,
                day,
                day,
                user_id,
                self.id,
                condition,
            )
        )
        self.env["crm.customer.class.history"].invalidate_model()

    def _apply(self):
        """Carry the moves out; customers who moved in the meantime are left alone."""
        self.ensure_one()
        scheme, company = self.scheme_id, self.company_id
        engine = self.env["crm.customer.class.engine"].sudo()  # sudo: decided above
        scheme._lock()
        today = company._policy_today()
        user_id = self.env.uid
        self._write_guarded({"decided_date": today})
        self._close_lines(today, user_id, SQL("COALESCE(h.excluded, FALSE)"), "refused")
        current = engine._current_sql(scheme, company)
        held = SQL(
            "(SELECT h2.class_id FROM (SELECT h.* FROM crm_customer_class_history h"
            " WHERE %s) h2 WHERE h2.partner_id = h.partner_id)",
            current,
        )
        self._close_lines(
            today,
            user_id,
            SQL("h.previous_class_id IS DISTINCT FROM %s", held),
            "overtaken",
        )
        self._move_customers(today, user_id, current)
        self.env["crm.customer.class.history"].invalidate_model()
        engine._rank_in_class(scheme, company)
        engine._sync_customers(company)

    def _move_customers(self, today, user_id, current):
        """End the present classes of the customers left and begin the proposed ones.

        :param current: SQL condition that finds the present class in "h"
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_customer_class_history h SET date_to = %(day)s
                  FROM crm_customer_class_history line
                 WHERE %(current)s AND line.partner_id = h.partner_id
                   AND line.proposal_id = %(id)s AND line.state = 'proposed'
                """,
                day=today,
                current=current,
                id=self.id,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                WITH moved AS (
                    UPDATE crm_customer_class_history h
                       SET state = 'applied', date_from = %(day)s,
                           date_to = CASE WHEN class_id IS NULL THEN %(day)s::date END,
                           decided_on = %(day)s, user_id = %(user)s
                     WHERE h.proposal_id = %(id)s AND h.state = 'proposed'
                    RETURNING partner_id, class_id
                )
                UPDATE crm_customer_standing s
                   SET class_id = moved.class_id, lower_since = NULL
                  FROM moved
                 WHERE s.partner_id = moved.partner_id AND s.scheme_id = %(scheme)s
                   AND s.company_id = %(company)s
                """,
                day=today,
                user=user_id,
                id=self.id,
                scheme=self.scheme_id.id,
                company=self.company_id.id,
            )
        )
