"""The steps of a visit: approved, held, reported, signed, accepted, closed (SM-18)."""

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_list

from odoo.addons.crm_policy.models.arguments import DAY, TEXT, arguments

# Expenses in these states have been audited (VIS-123).
AUDITED_EXPENSES = ("approved", "posted", "in_payment", "paid", "refused")


class CrmVisit(models.Model):
    _inherit = "crm.visit"

    # planned -> in approval -> approved: `_approval_steps`, decided by authority.
    _transitions = {
        # The visit took place: by those who took part, staffed as the policy asks.
        "hold": {"from": ("approved",), "to": "held", "check": "_check_hold"},
        # Its record is complete: by those who took part.
        "report": {"from": ("held",), "to": "reported", "check": "_check_report"},
        # The report is not good enough: by who audits it.
        "send_back": {"from": ("reported",), "to": "held", "check": "_check_audit"},
        # Audited and accepted: signed by as many as the visit takes (VIS-122).
        "accept": {"from": ("reported",), "to": "accepted", "check": "_check_accept"},
        # Nothing is left to do: every expense audited (VIS-123).
        "close": {"from": ("accepted",), "to": "closed", "check": "_check_close"},
        # It will not take place: with a reason.
        "cancel": {
            "from": ("planned", "approved"),
            "to": "cancelled",
            "check": "_check_cancel",
        },
    }

    # --------------------------------------------------------------- approval

    def _get_approval_step_labels(self):
        return {"application": self.env._("Visit Application")}

    def _approval_amount(self, step):
        return (
            self.estimated_cost,
            self.currency_id,
            self._local_date(self.planned_start),
        )

    def _approval_check(self, step):
        self._check_kind()
        self._check_staffing()

    def _approval_done(self, step):
        """An approved visit is confirmed: staffed, and in the calendars."""
        self._check_staffing()
        self._sync_calendar()

    def _approval_voided(self, step):
        self._sync_calendar()

    # ----------------------------------------------------------------- checks

    def _check_hold(self):
        self._check_takes_part()
        self._check_approved()
        self._check_kind()
        self._check_staffing()

    def _check_report(self):
        """A visit record is compulsory: report and result (VIS-03, VIS-126)."""
        self._check_takes_part()
        missing = [
            self._fields[name]._description_string(self.env)
            for name in ("report_text", "result")
            if not (self[name] or "").strip()
        ]
        if missing:
            raise UserError(
                self.env._(
                    "%(visit)s: the visit record is incomplete (VIS-03): %(fields)s.",
                    visit=self.display_name,
                    fields=format_list(self.env, missing),
                )
            )

    def _check_audit(self):
        """The report is audited by a manager or head who took no part (VIS-122)."""
        user = self.env.user
        # sudo: the heads are looked up in the org chart, not shown
        head = self.sudo().department_id.policy_head_ids
        if user in self.participant_ids.user_id:
            raise AccessError(
                self.env._(
                    "%s: those who took part do not audit their own report.",
                    self.display_name,
                )
            )
        if user not in head and not user.has_group("crm_policy.group_manager"):
            raise AccessError(
                self.env._(
                    "%s: the report is audited by a manager or the head of the "
                    "department.",
                    self.display_name,
                )
            )

    def _check_accept(self):
        self._check_audit()
        if self.signatures_missing:
            raise UserError(
                self.env._(
                    "%(visit)s: the visit record still needs the signature of "
                    "%(count)s more of those who took part (VIS-01, VIS-03).",
                    visit=self.display_name,
                    count=self.signatures_missing,
                )
            )

    def _check_close(self):
        self._check_takes_part(or_manager=True)
        # sudo: whoever closes the visit need not read each colleague's expenses
        open_expenses = self.sudo().expense_ids.filtered(
            lambda expense: expense.state not in AUDITED_EXPENSES
        )
        if open_expenses:
            raise UserError(
                self.env._(
                    "%(visit)s: these expenses are not audited yet (VIS-123): "
                    "%(expenses)s.",
                    visit=self.display_name,
                    expenses=format_list(self.env, open_expenses.mapped("name")),
                )
            )

    def _check_cancel(self):
        self._check_takes_part(or_manager=True)

    def _check_reason(self, reason):
        if not (reason or "").strip():
            raise UserError(self.env._("A reason is needed (Reason)."))

    # ---------------------------------------------------------------- actions

    @arguments(reason=TEXT)
    def action_override_staffing(self, reason):
        """Allow fewer salespeople than the policy asks, with a reason (GAP-46).

        :param reason: plain text, required, kept on the visit and in its log
        :raises AccessError: no manager, or takes part in the visit
        """
        self._check_reason(reason)
        if not self.env.user.has_group("crm_policy.group_manager"):
            raise AccessError(
                self.env._("Only a manager allows a visit with fewer salespeople.")
            )
        for visit in self:
            visit._check_transition_state(("planned", "approval", "approved"))
            if self.env.user in visit.participant_ids.user_id:
                raise AccessError(
                    self.env._(
                        "%s: nobody allows himself to go with fewer salespeople.",
                        visit.display_name,
                    )
                )
        self._write_guarded(
            {
                "staffing_override_reason": reason.strip(),
                "staffing_override_by_id": self.env.uid,
            }
        )
        return True

    @arguments(date_held=DAY)
    def action_hold(self, date_held=None):
        """Record that the visits took place.

        :param date_held: local date (``YYYY-MM-DD``); by default that of the planned
            start. Neither may lie in the future.
        :raises UserError: not approved, too few salespeople, in the future
        """
        given = fields.Date.to_date(date_held) if date_held else None
        days = {}
        for visit in self:
            day = given or visit._local_date(visit.planned_start)
            if day > visit.company_id._policy_today():
                raise UserError(
                    self.env._(
                        "%(visit)s: the visit lies in the future (%(date)s). Move it "
                        "to the day it took place (Planned Start).",
                        visit=visit.display_name,
                        date=fields.Date.to_string(day),
                    )
                )
            days.setdefault(day, self.browse())
            days[day] |= visit
        for day, visits in days.items():
            visits._transition("hold", date_held=day, held_at=fields.Datetime.now())
        self._after_held()
        return True

    def _after_held(self):
        """Renew what depends on the visits held: first visits, dates of customers."""
        # sudo: other people's visits to the same customers are no first visits now
        others = self.sudo().search(
            [
                ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("is_first_visit", "=", True),
            ]
        )
        self.env.add_to_compute(self._fields["is_first_visit"], others - self)
        for company, visits in self.grouped("company_id").items():
            visits.commercial_partner_id._update_visit_dates(company)
        # sudo: the customer was seen; the reminder may be another person's
        self.sudo().commercial_partner_id.activity_feedback(
            ["crm_visit.activity_type_visit_due"]
        )

    def action_report(self):
        """Hand in the visit record; whoever does has signed it thereby.

        Plans the next visit where a date was agreed, puts follow-ups on their owners'
        lists and asks the other participants for their signature.

        :raises UserError: report or result missing, or not held yet
        """
        now = fields.Datetime.now()
        self._transition("report", reported_at=now, reported_by_id=self.env.uid)
        lines = self.participant_ids
        mine = lines.filtered(lambda line: line.user_id == self.env.user)
        mine.action_confirm()
        self.finding_ids._schedule_follow_ups()
        self._book_next_visit()
        self.filtered("signatures_missing")._ask_signatures()
        return True

    def action_sign(self):
        """Sign the visit record as one of those who took part (VIS-01, VIS-03)."""
        for visit in self:
            line = visit.participant_ids.filtered(
                lambda line: line.user_id == self.env.user
            )
            if not line:
                raise AccessError(
                    self.env._(
                        "%s: only those who took part sign the visit record.",
                        visit.display_name,
                    )
                )
            line.action_confirm()
        self.activity_feedback(["crm_visit.activity_type_sign"], user_id=self.env.uid)
        return True

    @arguments(reason=TEXT)
    def action_send_back(self, reason):
        """Send a report back to be completed; the signatures are void.

        :param reason: plain text, required, kept in the log
        """
        self._check_reason(reason)
        self._transition("send_back", reported_at=False, reported_by_id=False)
        self.participant_ids._write_guarded({"confirmed_at": False})
        for visit in self:
            visit.message_post(
                body=self.env._("The report was sent back: %s", reason.strip())
            )
        # sudo: the to-dos asking for signatures are other people's
        self.sudo().activity_unlink(["crm_visit.activity_type_sign"])
        return True

    def action_accept(self):
        """Accept the audited reports (VIS-122).

        :raises AccessError: took part, or neither manager nor head of the department
        :raises UserError: a signature is missing
        """
        self._transition(
            "accept",
            accepted_at=fields.Datetime.now(),
            accepted_by_id=self.env.uid,
        )
        return True

    def action_close(self):
        """Close accepted visits whose expenses are all audited (VIS-123)."""
        self._transition("close")
        return True

    @arguments(reason=TEXT)
    def action_cancel(self, reason):
        """Cancel visits that will not take place.

        :param reason: plain text, required
        """
        self._check_reason(reason)
        self._transition("cancel", cancel_reason=reason.strip())
        self._sync_calendar()
        return True

    def action_reason_wizard(self):
        """Ask for the reason of the step named by the context key ``visit_step``."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reason"),
            "res_model": "crm.visit.reason",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_visit_ids": self.ids,
                "default_step": self.env.context.get("visit_step", False),
            },
        }

    # ---------------------------------------------------------------- helpers

    def _ask_signatures(self):
        """Put the record on the lists of those who have not signed it yet."""
        activity_type = self.env.ref("crm_visit.activity_type_sign")
        model_id = self.env["ir.model"]._get_id(self._name)
        # sudo: the to-do is made for a colleague by whoever reports
        self.env["mail.activity"].sudo().with_context(
            mail_activity_quick_update=True
        ).create(
            [
                {
                    "res_model_id": model_id,
                    "res_id": line.visit_id.id,
                    "activity_type_id": activity_type.id,
                    "summary": activity_type.summary,
                    "user_id": line.user_id.id,
                    "date_deadline": line.visit_id.company_id._policy_today(),
                    "automated": True,
                }
                for line in self.participant_ids
                if not line.confirmed_at
            ]
        )

    def _prepare_next_visit_vals(self):
        """Return the values of the visit agreed on the spot (VIS-20, VIS-121)."""
        self.ensure_one()
        start = self._local_start(self.next_visit_date)
        kind = self.kind_id
        if kind.plan_code == "a":
            kind = kind.search([("plan_code", "=", "c")], limit=1) or kind
        return {
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "contact_id": self.contact_id.id,
            "kind_id": kind.id,
            "mode": self.mode,
            "user_id": self.user_id.id,
            "planned_start": start,
            "planned_stop": start + (self.planned_stop - self.planned_start),
            "points_to_note": self.points_next or self.points_to_note,
        }

    def _book_next_visit(self):
        visits = self.filtered(lambda v: v.next_visit_date and not v.next_visit_id)
        # sudo: the customer agreed with those who went, whose file it need not be
        booked = self.sudo().create(
            [visit._prepare_next_visit_vals() for visit in visits]
        )
        for visit, following in zip(visits, booked, strict=True):
            visit._write_guarded({"next_visit_id": following.id})
