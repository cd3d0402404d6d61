"""One customer in a verification round: asked, answered, summarised (SM-03).

========== ============ ============ ==================== ==========================
from       step         to           who                  what must hold
========== ============ ============ ==================== ==========================
(round)                 due          the system           customer on file
due        contact      contacted    designated person    method
due,       answer       verified     designated person,   no change, or changes
contacted,                           customer by link,
overdue                              a held visit
due,       (time)       overdue      the system           due date passed (GAP-48)
contacted
verified   summarise    summarised   designated person    purchases counted (ARC-104)
due,       drop         dropped      the system           the person was erased
contacted,
overdue
========== ============ ============ ==================== ==========================
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.crm_policy.models.arguments import TEXT, VALUES, arguments

OPEN_STATES = ("due", "contacted", "overdue")


class CrmVerification(models.Model):
    _name = "crm.customer.verification"
    _inherit = ["mail.thread", "crm.guard.mixin"]
    _description = "Customer Verification"
    _order = "round_id desc, id"
    _rec_name = "partner_id"
    _unlink_states = ()
    _guarded_fields = (
        "round_id",
        "company_id",
        "partner_id",
        "department_id",
        "date_due",
        "contacted_on",
        "verified_on",
        "verified_by_id",
        "verified_late",
        "outcome",
        "changes_text",
        "change_numbers",
        "answered_by",
        "email_sent_on",
        "link_number",
        "amount_quarter",
        "amount_previous",
        "amount_change",
        "trend",
    )
    _transitions = {
        "contact": {"from": ("due",), "to": "contacted"},
        "verify": {"from": OPEN_STATES, "to": "verified"},
        "summarise": {"from": ("verified",), "to": "summarised"},
        "drop": {"from": OPEN_STATES, "to": "dropped"},
    }

    round_id = fields.Many2one(
        "crm.customer.verification.round",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    department_id = fields.Many2one(
        "hr.department",
        readonly=True,
        index="btree_not_null",
        help="The account manager's department when the round was opened.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="To Be Verified By",
        index="btree_not_null",
        domain=[("share", "=", False)],
    )
    state = fields.Selection(
        [
            ("due", "To Verify"),
            ("contacted", "Contacted"),
            ("verified", "Verified"),
            ("summarised", "Summarised"),
            ("overdue", "Overdue"),
            ("dropped", "No Longer on File"),
        ],
        default="due",
        required=True,
        readonly=True,
        index=True,
    )
    date_due = fields.Date(string="Due", readonly=True, help="Local date.")
    # ------------------------------------------------------------------ answer
    method = fields.Selection(
        [
            ("email", "E-mail"),
            ("fax", "Fax"),
            ("phone", "Phone"),
            ("visit", "Visit or call-back"),
        ],
        index=True,
        help="How the customer was asked (ARC-103).",
    )
    contacted_on = fields.Date(readonly=True)
    email_sent_on = fields.Datetime(string="E-mail Sent", readonly=True)
    link_number = fields.Integer(
        readonly=True, help="Counts the links sent; only the last one works."
    )
    outcome = fields.Selection(
        [("no_change", "No change"), ("changed", "With changes")],
        readonly=True,
        index=True,
    )
    answered_by = fields.Char(
        readonly=True, help="Who answered for the customer, as given."
    )
    changes_text = fields.Text(
        string="Changes", readonly=True, help="Old and new values, and what followed."
    )
    change_numbers = fields.Char(
        string="Changes to Approve",
        readonly=True,
        help="Numbers of the changes of protected values that followed.",
    )
    note = fields.Text()
    verified_on = fields.Date(readonly=True, index="btree_not_null")
    verified_by_id = fields.Many2one(
        "res.users",
        readonly=True,
        help="Who entered the answer; empty: the customer through the link.",
    )
    verified_late = fields.Boolean(readonly=True, help="Verified after the due date.")
    # --------------------------------------------------------------- purchases
    amount_quarter = fields.Monetary(
        string="Purchases of the Quarter",
        readonly=True,
        help="Company currency, without taxes; renewed every night while the round is "
        "open (ARC-104).",
    )
    amount_previous = fields.Monetary(
        string="Purchases of the Quarter Before",
        readonly=True,
        help="Company currency, without taxes.",
    )
    amount_change = fields.Monetary(string="Change", readonly=True)
    trend = fields.Selection(
        [
            ("rising", "Rising"),
            ("stable", "Stable"),
            ("falling", "Falling"),
            ("new", "First purchases"),
            ("stopped", "Stopped buying"),
            ("none", "No purchases"),
        ],
        default="none",
        readonly=True,
        index=True,
        help="Purchases against the quarter before; the percentage is in the rule.",
    )
    trend_note = fields.Text(
        string="Marketing Adjustment", help="What follows from the trend (ARC-104)."
    )

    _customer_uniq = models.UniqueIndex(
        "(round_id, partner_id)", "The round has a line for this customer already."
    )

    # ------------------------------------------------------------------ checks

    def _check_verifier(self):
        """Raise unless the user verifies these customers, or heads who does."""
        user = self.env.user
        if any(
            user.has_group(group)
            for group in (
                "crm_customer_archive.group_archive_custodian",
                "crm_policy.group_director",
            )
        ):
            return
        for line in self:
            heads = line.department_id.sudo().policy_head_ids  # sudo: org chart
            # sudo: the account managers of the customer
            customer = line.partner_id.sudo()
            managers = customer.user_id | customer.second_user_id
            if user not in line.user_id | managers | heads:
                raise AccessError(
                    self.env._(
                        "%s is verified by somebody else.",
                        customer.display_name,
                    )
                )

    def write(self, vals):
        # The procedures have checked who asks, or act for the customer itself.
        by_hand = set() if self.env.su else set(vals)
        if {"user_id", "method", "note", "trend_note"} & by_hand:
            self._check_verifier()
        if {"user_id", "method"} & by_hand:
            for line in self.filtered(lambda rec: rec.state not in OPEN_STATES):
                raise UserError(
                    self.env._(
                        "%s has been verified: the answer cannot change any more.",
                        line.partner_id.display_name,
                    )
                )
        return super().write(vals)

    # ----------------------------------------------------------------- actions

    @arguments(by=TEXT, note=TEXT)
    def action_contact(self, by=None, note=None):
        """Record that the customers were asked (ARC-103).

        :param by: email, fax, phone or visit; may stand on the line already
        :return: True
        """
        self._check_verifier()
        self._write_answer_fields(by, note)
        for company, lines in self.grouped("company_id").items():
            today = company._policy_today()
            due = lines.filtered(lambda line: line.state == "due")
            due._transition("contact", contacted_on=today)
            (lines - due)._check_open()
            (lines - due)._write_guarded({"contacted_on": today})
        return True

    @arguments(outcome=TEXT, by=TEXT, values=VALUES, note=TEXT, answered_by=TEXT)
    def action_answer(self, outcome, by=None, values=None, note=None, answered_by=None):
        """Record the customers' answer: no change, or what has changed.

        Ordinary values are written; protected ones become a change to be approved.

        :param outcome: ``no_change`` or ``changed``
        :param by: email, fax, phone or visit; may stand on the line already
        :param values: with ``changed``: dict of new values of the file; may be left
            out when they have been entered on the file by hand
        :param note: remarks
        :param answered_by: who answered for the customer
        :return: True
        :raises AccessError: somebody else verifies; UserError: no method, wrong value
        """
        self._check_verifier()
        self._write_answer_fields(by, note)
        if outcome not in ("no_change", "changed"):
            raise UserError(
                self.env._(
                    "The outcome is “no_change” or “changed”, not “%s”.", outcome
                )
            )
        if values and (outcome == "no_change" or len(self) > 1):
            raise UserError(
                self.env._("New values belong to one customer that reported changes.")
            )
        vals = {
            "outcome": outcome,
            "answered_by": answered_by or False,
            "verified_by_id": self.env.uid,
        }
        if values:
            vals.update(self._apply_values(values, self.env.user))
        self._verify(vals)
        return True

    def action_no_change(self):
        """Record “no change” for the chosen lines, by the method on each."""
        return self.action_answer("no_change")

    def action_answer_wizard(self):
        """Ask for the values that changed."""
        self._policy_require_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Changes"),
            "res_model": "crm.customer.verification.answer",
            "view_mode": "form",
            "target": "new",
            "context": {"default_verification_id": self.id},
        }

    def action_summarise(self):
        """Close verified lines with the purchases counted (ARC-104).

        :return: True
        """
        self._check_verifier()
        self.round_id._renew_figures()
        self._transition("summarise")
        return True

    def action_open_customer(self):
        """Open the customer's file."""
        self._policy_require_one()
        return self.partner_id.action_open_customer_file()

    # ------------------------------------------------------------------- hooks

    @api.model
    def _confirm_from_visit(self, partners, date):
        """A held visit that confirmed the data verifies the open lines (GAP-48).

        :param partners: the customers visited, or their contacts
        :param date: local date of the visit
        :return: the lines verified
        """
        # sudo: the visit counts, whoever verifies the customer
        lines = self.sudo().search(
            [
                ("partner_id", "in", partners.commercial_partner_id.ids),
                ("state", "in", OPEN_STATES),
                ("round_id.date_from", "<=", date),
                ("round_id.date_to", ">=", date),
                ("round_id.state", "=", "open"),
            ]
        )
        if lines:
            lines._write_guarded({"method": "visit"})
            lines._verify(
                {"outcome": "no_change", "verified_by_id": self.env.uid}, date=date
            )
        return lines

    # ----------------------------------------------------------------- helpers

    def _write_answer_fields(self, method, note):
        vals = {}
        if method:
            vals["method"] = method
        if note:
            vals["note"] = note
        if method and method not in dict(self._fields["method"].selection):
            raise ValidationError(
                self.env._(
                    "A customer is asked by email, fax, phone or visit, not “%s” "
                    "(Method).",
                    method,
                )
            )
        if vals:
            self._write_guarded(vals)
        for line in self.filtered(lambda rec: not rec.method):
            raise UserError(
                self.env._(
                    "%s: say how the customer was asked (Method).",
                    line.partner_id.display_name,
                )
            )

    def _check_open(self):
        for line in self:
            line._check_transition_state(OPEN_STATES)

    def _verify(self, vals, date=None):
        """Take the step to verified; dates the customers' files."""
        for company, lines in self.grouped("company_id").items():
            day = date or company._policy_today()
            lines._check_open()
            for (late, asked), group in lines.grouped(
                lambda line, day=day: (
                    bool(line.date_due and line.date_due < day),
                    line.contacted_on,
                )
            ).items():
                group._transition(
                    "verify",
                    verified_on=day,
                    verified_late=late,
                    contacted_on=asked or day,
                    **vals,
                )
            # sudo: the date of verification belongs to the procedure
            lines.partner_id.sudo()._write_guarded({"verification_date": day})
