"""Decisions by authority for any document.

A document class names its steps in ``_approval_steps``; who decides comes from
``crm.authority``. The mixin asks, decides and records; it refuses any state or
approved value that no decision carries, and voids a decision visibly when an approved
value changes afterwards.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, LockError, UserError
from odoo.tools import format_list

from .arguments import TEXT, arguments


class CrmApprovalMixin(models.AbstractModel):
    _name = "crm.approval.mixin"
    _inherit = ["crm.guard.mixin"]
    _description = "Decided by authority"

    _guarded_fields = (
        "approval_state",
        "approval_step",
        "approval_requester_id",
        "approval_request",
    )
    # Topic of res.company that names the policy profile in force.
    _policy_topic = "archive"
    # {step: {"from": states, "pending": state, "approved": state, "refused": state,
    #         "void": state, "protected": field names, "locked": states}}
    # pending, approved, refused: None leaves the state; void: where a voided decision
    # puts the document (default: the first of "from"); protected: values decided on,
    # "lines.field" for those of lines; locked: states in which they cannot change.
    _approval_steps = {}

    approval_ids = fields.One2many(
        "crm.approval",
        "res_id",
        string="Approvals",
        domain=lambda self: [("res_model", "=", self._name)],
        readonly=True,
        bypass_search_access=True,
    )
    approval_state = fields.Selection(
        [
            ("none", "Not asked for"),
            ("pending", "To decide"),
            ("approved", "Approved"),
            ("refused", "Refused"),
            ("voided", "Voided"),
        ],
        string="Decision",
        default="none",
        readonly=True,
        copy=False,
        index=True,
        help="The decision asked for last. “Voided”: an approved value was changed "
        "after the decision, which must be asked for again.",
    )
    approval_step = fields.Char(readonly=True, copy=False)
    approval_request = fields.Integer(readonly=True, copy=False)
    approval_requester_id = fields.Many2one(
        "res.users", string="Decision Asked By", readonly=True, copy=False
    )
    approval_can_decide = fields.Boolean(compute="_compute_approval_pending")
    approval_pending_names = fields.Char(
        string="To Be Decided By", compute="_compute_approval_pending"
    )

    @api.depends("approval_ids.state", "approval_ids.candidate_ids")
    @api.depends_context("uid", "lang")
    def _compute_approval_pending(self):
        # sudo: that a decision is pending with whom is shown to readers of the document
        pending = self.sudo().approval_ids.filtered(lambda a: a.state == "pending")
        by_document = pending.grouped("res_id")
        for record in self:
            approvals = by_document.get(record.id, pending.browse())
            users = approvals.assigned_user_id or approvals.candidate_ids
            record.approval_can_decide = self.env.user in approvals.candidate_ids
            record.approval_pending_names = format_list(self.env, users.mapped("name"))

    # ------------------------------------------------------------------ hooks

    @api.model
    def _get_approval_step_labels(self):
        """Hook: return {step: translated label}."""
        return {}

    @api.model
    def _approval_step_label(self, step):
        return self._get_approval_step_labels().get(step, step)

    def _approval_company(self):
        """Return the company whose authorities decide."""
        company = self.company_id if "company_id" in self._fields else False
        return company or self.env.company

    def _approval_amount(self, step):
        """Hook: return (amount, currency, date) that the authority depends on."""
        company = self._approval_company()
        return 0.0, company.currency_id, company._policy_today()

    def _approval_department(self, step):
        """Hook: return the department whose head decides, where a head does."""
        if "department_id" in self._fields and self.department_id:
            return self.department_id
        requester = self.approval_requester_id or self.env.user
        company = self._approval_company()
        departments = requester._policy_departments(company)
        return departments.get((requester, company), self.env["hr.department"])

    def _approval_open_action(self):
        """Hook: return the action that opens the document to decide on it."""
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _approval_check(self, step):
        """Hook: raise where the document is not ready to be decided on."""

    def _approval_done(self, step):
        """Hook: what follows when the last level has approved."""

    def _approval_refused(self, step, comment):
        """Hook: what follows a refusal."""

    def _approval_voided(self, step):
        """Hook: what follows when a decision or a request lost its ground."""

    # ---------------------------------------------------------------- actions

    @arguments(step=TEXT, comment=TEXT)
    def action_request_approval(self, step=None, comment=None):
        """Ask for a decision on each document.

        :param step: key of ``_approval_steps``; by default the one its state allows
        :return: list of ids of the ``crm.approval`` records made
        :raises UserError: wrong state, incomplete, nobody has authority
        """
        self.check_access("write")
        ids = []
        for record in self:
            ids += record._approval_request(step, comment)
        return ids

    @arguments(comment=TEXT)
    def action_approve(self, comment=None):
        """Approve each document at the level that is up, as one of its deciders.

        :raises AccessError: the user is not one of them; UserError: nothing to decide
        """
        for record in self:
            record._approval_decide("approved", comment)
        return True

    @arguments(comment=TEXT)
    def action_reject(self, comment):
        """Refuse each document; ``comment`` says why and is required."""
        if not (comment or "").strip():
            raise UserError(self.env._("A refusal needs a comment that says why."))
        for record in self:
            record._approval_decide("refused", comment)
        return True

    @arguments(comment=TEXT)
    def action_withdraw_approval(self, comment=None):
        """Take the request back; only who asked may.

        :raises AccessError: somebody else asked; UserError: nothing is pending
        """
        for record in self:
            if record.approval_state != "pending":
                raise UserError(
                    self.env._("%s is not up for decision.", record.display_name)
                )
            if record.approval_requester_id != self.env.user:
                raise AccessError(
                    self.env._(
                        "Only %s, who asked for the decision, can withdraw it.",
                        record.approval_requester_id.name,
                    )
                )
            record._approval_lock()
            record._approval_revoke(
                self.env._("Withdrawn by the requester. %s", comment or "")
            )
        return True

    def action_reject_wizard(self):
        """Open the form that asks for the comment of a refusal."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refuse"),
            "res_model": "crm.approval.reject",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_res_model": self._name,
                "default_res_ids": ",".join(map(str, self.ids)),
            },
        }

    def action_view_approvals(self):
        """Open the list of decisions on these documents."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_policy.crm_approval_action"
        )
        action["domain"] = [
            ("res_model", "=", self._name),
            ("res_id", "in", self.ids),
        ]
        action["context"] = {}
        return action

    # ---------------------------------------------------------------- request

    def _approval_request(self, step, comment):
        self.ensure_one()
        step = step or self._approval_default_step()
        spec = self._approval_spec(step)
        self._approval_lock()
        if self.approval_state == "pending":
            raise UserError(
                self.env._("%s is already up for decision.", self.display_name)
            )
        if "state" in self._fields:
            self._check_transition_state(spec["from"])
        self._approval_check(step)
        company = self._approval_company()
        amount = self._approval_company_amount(step)
        authorities = self.env["crm.authority"]._find(
            self._name,
            step,
            company._policy_profile(self._policy_topic),
            company,
            amount,
            company._policy_today(),
        )
        vals_list = self._prepare_approval_vals(
            step, authorities, amount, comment, company
        )
        self._write_guarded(
            {
                "approval_state": "pending",
                "approval_step": step,
                "approval_requester_id": self.env.uid,
                "approval_request": self.approval_request + 1,
                **self._approval_state_vals(spec, "pending"),
            }
        )
        # sudo: nobody may create approvals; asked for by the lines above only
        approvals = self.env["crm.approval"].sudo().create(vals_list)
        self._approval_notify(approvals.filtered(lambda a: a.state == "pending"))
        return approvals.ids

    def _prepare_approval_vals(self, step, authorities, amount, comment, company):
        """Return the values of one approval per level, or per person where all must."""
        document = self.sudo()  # sudo: the deciders come from the org chart
        first = authorities[0].level
        common = {
            "res_model": self._name,
            "res_id": self.id,
            "document_name": self.display_name,
            "company_id": company.id,
            "step": step,
            "request": self.approval_request + 1,
            "amount": amount,
            "requested_by": self.env.uid,
            "requested_at": fields.Datetime.now(),
            "request_comment": comment,
            "approved_values": self._approval_values(step),
        }
        vals_list = []
        for authority in authorities:
            deciders = authority._deciders(document, self.env.user)
            vals = {
                **common,
                "authority_id": authority.id,
                "level": authority.level,
                "state": "pending" if authority.level == first else "waiting",
            }
            if authority.mode == "all":
                groups = [(user, user) for user in deciders]
            else:
                groups = [(self.env["res.users"], deciders)]
            for assigned, candidates in groups:
                stand_ins = (
                    self.env["crm.approval.delegation"]
                    ._in_force(candidates, self._name, company)
                    .delegate_id
                ) - self.env.user
                vals_list.append(
                    {
                        **vals,
                        "assigned_user_id": assigned.id,
                        "candidate_ids": [(6, 0, (candidates | stand_ins).ids)],
                    }
                )
        return vals_list

    def _approval_default_step(self):
        for step, spec in self._approval_steps.items():
            if "state" not in self._fields or self.state in spec["from"]:
                return step
        raise UserError(
            self.env._(
                "%s is in no state in which a decision can be asked for.",
                self.display_name,
            )
        )

    def _approval_spec(self, step):
        if step not in self._approval_steps:
            raise UserError(
                self.env._(
                    "There is no decision “%(step)s” on %(document)s.",
                    step=step,
                    document=self.display_name,
                )
            )
        return self._approval_steps[step]

    def _approval_state_vals(self, spec, key):
        state = spec.get(key)
        if key == "void" and not state and "state" in self._fields:
            state = spec["from"][0]
        return {"state": state} if state else {}

    def _approval_company_amount(self, step):
        """Return the amount in company currency at the document's date (GAP-07)."""
        amount, currency, date = self._approval_amount(step)
        company = self._approval_company()
        if currency == company.currency_id:
            return currency.round(amount)
        return currency._convert(amount, company.currency_id, company, date)

    def _approval_lock(self):
        """Lock the documents so that two persons cannot decide at once."""
        try:
            # sudo: deciders lock documents they may not edit
            self.sudo().lock_for_update(allow_referencing=True)
        except LockError as error:
            if not self.exists():
                raise UserError(
                    self.env._("This document does not exist any more.")
                ) from error
            raise UserError(
                self.env._(
                    "%s is being decided or changed by somebody else at this moment. "
                    "Try again.",
                    # sudo: the names only, of what is being decided
                    format_list(self.env, self.sudo().mapped("display_name")),
                )
            ) from error

    # --------------------------------------------------------------- decision

    def _approval_decide(self, outcome, comment):
        """Take the decision of the current user at the level that is up."""
        self.ensure_one()
        # sudo: entitled is who the authority names, with or without access rights
        document = self.sudo()
        document._approval_lock()
        approvals = document._approval_current()
        pending = approvals.filtered(lambda a: a.state == "pending")
        if not pending:
            raise UserError(self._approval_nothing_message(document))
        approval, principal = self._approval_mine(document, pending)
        if not document._approval_carries(approval):
            raise UserError(
                self.env._(
                    "The values of %s changed after the decision was asked for.",
                    document.display_name,
                )
            )
        document._approval_record(approval, outcome, comment, principal)
        if outcome == "refused":
            document._approval_finish_refused(approval, comment)
        else:
            document._approval_advance(approval.step, approvals)

    @api.model
    def _approval_nothing_message(self, document):
        decided = document._approval_current().filtered("decided_by").sorted("id")[-1:]
        if decided:
            return self.env._(
                "%(document)s is not up for decision: %(user)s decided on %(date)s.",
                document=document.display_name,
                user=decided.decided_by.name,
                date=fields.Datetime.to_string(decided.decided_at),
            )
        return self.env._("%s is not up for decision.", document.display_name)

    def _approval_mine(self, document, pending):
        """Return (approval, principal or None) the current user may decide.

        :raises AccessError: none of them
        """
        user = self.env.user
        stand_in = None
        for approval in pending:
            if approval._entitles(document, user):
                return approval, None
            principal = approval._stood_in_for(document, user)
            if principal:
                stand_in = stand_in or (approval, principal)
        if stand_in:
            return stand_in
        raise AccessError(
            self.env._(
                "You cannot decide on this document. It is decided by: %s.",
                format_list(
                    self.env,
                    (pending.assigned_user_id or pending.candidate_ids).mapped("name"),
                ),
            )
        )

    def _approval_record(self, approvals, outcome, comment, principal):
        approvals.write(
            {
                "state": outcome,
                "outcome": outcome,
                "decided_by": self.env.uid,
                "decided_for": principal.id if principal else False,
                "decided_at": fields.Datetime.now(),
                "comment": comment,
            }
        )
        approvals._append_to_chain()

    def _approval_advance(self, step, approvals):
        """Bring up the next level; a person asked twice in a chain decides once."""
        while True:
            if approvals.filtered(lambda a: a.state == "pending"):
                carried = self._approval_carry(approvals)
                if not carried:
                    self._approval_notify(
                        approvals.filtered(lambda a: a.state == "pending")
                    )
                    return
                continue
            waiting = approvals.filtered(lambda a: a.state == "waiting").sorted("level")
            if not waiting:
                self._approval_finish_approved(step)
                return
            level = waiting[0].level
            coming = waiting.filtered(lambda a, level=level: a.level == level)
            coming.write({"state": "pending"})
            # Who stands in for whom may have changed since the request.
            coming._refresh_candidates()

    def _approval_carry(self, approvals):
        """Record approvals of persons who already approved in this chain.

        :return: whether any was recorded
        """
        decided = approvals.filtered(lambda a: a.state == "approved")
        persons = {(entry.decided_for or entry.decided_by): entry for entry in decided}
        for approval in approvals.filtered(lambda a: a.state == "pending"):
            for person, entry in persons.items():
                if approval._entitles(self, person):
                    approval.write(
                        {
                            "state": "approved",
                            "outcome": "approved",
                            "decided_by": entry.decided_by.id,
                            "decided_for": entry.decided_for.id,
                            "decided_at": entry.decided_at,
                            "comment": self.env._(
                                "Decided already at level %s.", entry.level
                            ),
                        }
                    )
                    approval._append_to_chain()
                    return True
        return False

    def _approval_finish_approved(self, step):
        spec = self._approval_spec(step)
        self._write_guarded(
            {
                "approval_state": "approved",
                **self._approval_state_vals(spec, "approved"),
            }
        )
        self._approval_done(step)

    def _approval_finish_refused(self, approval, comment):
        self._approval_current().filtered(
            lambda a: a.state in ("pending", "waiting")
        ).write({"state": "cancelled"})
        spec = self._approval_spec(approval.step)
        self._write_guarded(
            {
                "approval_state": "refused",
                **self._approval_state_vals(spec, "refused"),
            }
        )
        if hasattr(self, "message_post"):
            self.message_post(
                body=self.env._(
                    "Refused (%(step)s): %(comment)s",
                    step=self._approval_step_label(approval.step),
                    comment=comment,
                )
            )
        self._approval_refused(approval.step, comment)

    def _approval_current(self):
        """Return the approvals of the request made last."""
        self.ensure_one()
        # sudo: approvals belong to nobody; this only reads them for the procedure
        return (
            self.env["crm.approval"]
            .sudo()
            .search_fetch(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("request", "=", self.approval_request),
                    ("outcome", "in", (False, "approved", "refused")),
                ],
                order="level, id",
            )
        )

    # ----------------------------------------------------------- notification

    def _approval_notify(self, approvals):
        """Tell those who may decide now; their list shows it by itself.

        What waits for a person is counted beside the activities of the top bar; it
        needs no record of its own that would have to be kept in step.
        """
        for user in approvals.candidate_ids:
            user._bus_send(
                "mail.activity/updated", {"activity_created": True, "count_diff": 1}
            )
