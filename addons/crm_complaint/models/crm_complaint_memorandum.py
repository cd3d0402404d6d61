"""Memorandum to superiors (签呈): objections of departments or of customers.

CMP-52: a department that objects to the decision. CMP-55: a customer who objects to a
complaint judged not substantiated; the salesperson reports to the superior.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_policy.models.arguments import TEXT, arguments

TRANSITIONS = {
    "submit": {"from": ("draft",), "to": "submitted", "check": "_check_submit"},
    "accept": {"from": ("submitted",), "to": "accepted", "check": "_check_decider"},
    "dismiss": {"from": ("submitted",), "to": "dismissed", "check": "_check_decider"},
    "withdraw": {
        "from": ("draft", "submitted"),
        "to": "withdrawn",
        "check": "_check_own",
    },
}


class CrmComplaintMemorandum(models.Model):
    """A memorandum on one complaint, answered by the superior it goes to."""

    _name = "crm.complaint.memorandum"
    _inherit = ["crm.document.mixin", "crm.complaint.child"]
    _description = "Memorandum on a Complaint"
    _order = "date desc, id desc"
    _check_company_auto = True
    _number_code = "crm.complaint.memorandum"
    _transitions = TRANSITIONS
    _guarded_fields = ("user_id", "answered_by_id", "answered_at", "answer")

    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("submitted", "Submitted"),
            ("accepted", "Accepted"),
            ("dismissed", "Dismissed"),
            ("withdrawn", "Withdrawn"),
        ],
        default="draft",
        required=True,
        index=True,
        tracking=True,
        copy=False,
    )
    complaint_id = fields.Many2one(required=True, check_company=True)
    kind = fields.Selection(
        [
            ("department", "Objection of a Department"),
            ("customer", "Objection of the Customer"),
            ("proposal", "Proposal"),
        ],
        required=True,
        default="department",
    )
    date = fields.Date(
        required=True, default=lambda self: self.env.company._policy_today()
    )
    user_id = fields.Many2one(
        "res.users",
        "Submitted by",
        default=lambda self: self.env.user,
        index=True,
        copy=False,
    )
    department_id = fields.Many2one(
        "hr.department",
        compute="_compute_department_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
    )
    superior_id = fields.Many2one(
        "res.users",
        "To",
        compute="_compute_superior_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        domain=[("share", "=", False)],
        help="The superior who answers: the head above for the customer's objection, "
        "a general manager for an objection to the decision.",
    )
    subject = fields.Char(required=True)
    text = fields.Text("Case and Reasons", required=True)
    proposal = fields.Text("What Is Proposed")
    answer = fields.Text(copy=False, tracking=True)
    answered_by_id = fields.Many2one("res.users", copy=False, index="btree_not_null")
    answered_at = fields.Datetime(copy=False)

    @api.model
    def _guarded_initial(self, name):
        return self.env.uid if name == "user_id" else super()._guarded_initial(name)

    @api.depends("user_id", "company_id")
    def _compute_department_id(self):
        departments = self.user_id._policy_departments(self.company_id)
        for memo in self:
            key = memo.user_id, memo.company_id
            memo.department_id = departments.get(key)

    @api.depends("kind", "department_id", "user_id")
    def _compute_superior_id(self):
        for memo in self:
            if memo.kind == "customer" and memo.department_id:
                heads = memo.department_id._policy_heads(but=memo.user_id)
                memo.superior_id = heads[:1]
            else:
                memo.superior_id = memo.superior_id

    def _check_submit(self):
        self._check_own()
        objection = self.kind == "department"
        if objection and not self.sudo().complaint_id.decided_at:  # sudo: the fact only
            raise UserError(
                self.env._(
                    "%s is not decided yet: there is no decision to object to.",
                    # sudo: the number only
                    self.sudo().complaint_id.display_name,
                )
            )
        # sudo: the fact only
        if self.kind == "customer" and not self.sudo().complaint_id.not_substantiated:
            raise UserError(
                self.env._(
                    "A customer's objection is reported where the complaint was judged "
                    "not substantiated; otherwise a new complaint is filed."
                )
            )

    def _check_own(self):
        if self.env.su or self.env.user == self.user_id:
            return
        raise UserError(
            self.env._("Only %s, who wrote it, does this.", self.user_id.name)
        )

    def _check_decider(self):
        """Raise unless the user is the superior, a director or a general manager."""
        user = self.env.user
        if user == self.user_id:
            raise UserError(self.env._("Nobody answers a memorandum of their own."))
        if user == self.superior_id or user.has_group("crm_policy.group_director"):
            return
        raise UserError(
            self.env._(
                "%(document)s is answered by %(person)s or a general manager.",
                document=self.display_name,
                person=self.superior_id.name or "-",
            )
        )

    def write(self, vals):
        content = {"subject", "text", "proposal", "kind", "superior_id", "complaint_id"}
        if content & vals.keys() and not self.env.su:
            for memo in self:
                memo._check_transition_state(("draft",))
                memo._check_own()
        return super().write(vals)

    def action_submit(self):
        """Submit to the superior, who gets an activity."""
        self._transition("submit")
        for memo in self:
            if memo.superior_id:
                memo.activity_schedule(
                    "mail.mail_activity_data_todo",
                    summary=self.env._("Memorandum to answer"),
                    user_id=memo.superior_id.id,
                )
        return True

    @arguments(answer=TEXT)
    def action_accept(self, answer):
        """Accept: the case is looked at again. The answer is required.

        An accepted objection to a decision not yet carried out voids the decision;
        the office sums up anew.
        """
        for memo in self:
            memo._check_may_void()
        self._answer("accept", answer)
        self._reopen_decisions()
        return True

    @arguments(answer=TEXT)
    def action_dismiss(self, answer):
        """Dismiss the objection; the answer says why and is required."""
        self._answer("dismiss", answer)
        return True

    def action_withdraw(self):
        """Take the memorandum back."""
        self._transition("withdraw")
        return True

    def _answer(self, transition, answer):
        if not (answer or "").strip():
            raise UserError(self.env._("A memorandum is answered with words."))
        self._transition(
            transition,
            answer=answer,
            answered_by_id=self.env.uid,
            answered_at=fields.Datetime.now(),
        )
        # sudo: the activity of the superior, who may not be the one who answers
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])

    def _check_may_void(self):
        """Only who decided, or a general manager, gives a decision up."""
        # sudo: who decided, not the case
        decider = self.sudo().complaint_id.decided_by_id
        user = self.env.user
        if decider in (user, self.env["res.users"]) or user.has_group(
            "crm_policy.group_director"
        ):
            return
        raise UserError(
            self.env._(
                "%(person)s decided on this complaint: the objection is accepted by "
                "%(person)s or a general manager.",
                person=decider.name,
            )
        )

    def _reopen_decisions(self):
        """An accepted objection voids what is decided and not yet carried out."""
        # sudo: the superior who accepts need not be able to edit the complaint
        for memo in self.sudo():
            complaint = memo.complaint_id
            if complaint.state in ("decided", "not_substantiated", "collecting"):
                complaint._approval_revoke(
                    self.env._(
                        "Memorandum %(number)s accepted: %(answer)s",
                        number=memo.name,
                        answer=memo.answer,
                    )
                )
            else:
                complaint.message_post(
                    body=self.env._(
                        "Memorandum %(number)s accepted: %(answer)s",
                        number=memo.name,
                        answer=memo.answer,
                    )
                )

    def action_answer_wizard(self):
        """Ask for the words of the answer."""
        self._policy_require_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Answer"),
            "res_model": "crm.complaint.memorandum.answer",
            "view_mode": "form",
            "target": "new",
            "context": {"default_memorandum_id": self.id},
        }


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    memorandum_ids = fields.One2many(
        "crm.complaint.memorandum", "complaint_id", "Memoranda"
    )
