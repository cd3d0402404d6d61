"""A customer the data propose as a problem account; taken up or dismissed (ARC-164)."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.crm_policy.models.arguments import TEXT, arguments


class CrmProblemProposal(models.Model):
    _name = "crm.problem.proposal"
    _description = "Proposed Problem Account"
    _inherit = ["crm.guard.mixin", "crm.customer.visible.mixin"]
    _order = "date desc, id desc"

    _guarded_fields = ("plan_id", "decided_on", "decided_by_id", "dismissal_reason")
    _unlink_states = ()
    _transitions = {
        "accept": {"from": ("proposed",), "to": "accepted"},
        "dismiss": {
            "from": ("proposed",),
            "to": "dismissed",
            "groups": ("crm_policy.group_manager", "crm_policy.group_specialist"),
        },
    }

    customer_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    user_id = fields.Many2one(
        "res.users", string="Account Manager", readonly=True, index=True
    )
    date = fields.Date(string="Proposed On", readonly=True)
    active = fields.Boolean(default=True)
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("accepted", "Taken up"),
            ("dismissed", "Dismissed"),
        ],
        default="proposed",
        required=True,
        readonly=True,
        index=True,
    )
    signal_ids = fields.One2many(
        "crm.problem.signal", "proposal_id", string="Signals", readonly=True
    )
    signal_text = fields.Text(string="Symptoms", compute="_compute_signal_text")
    plan_id = fields.Many2one("crm.account.plan", readonly=True)
    decided_on = fields.Date(readonly=True)
    decided_by_id = fields.Many2one("res.users", readonly=True)
    dismissal_reason = fields.Text(readonly=True)

    _open_uniq = models.UniqueIndex(
        "(company_id, customer_id) WHERE state = 'proposed'",
        "This customer is already proposed as a problem account.",
    )

    @api.depends("signal_ids.text")
    @api.depends_context("lang")
    def _compute_signal_text(self):
        for proposal in self:
            texts = proposal.signal_ids.mapped("text")
            proposal.signal_text = "\n".join(filter(None, texts))

    @api.depends("customer_id.name", "date")
    def _compute_display_name(self):
        for proposal in self:
            # sudo: the rule on proposals has decided that the customer may be named
            name = proposal.sudo().customer_id.name or ""
            proposal.display_name = f"{name} {proposal.date or ''}".strip()

    def _merge_conflicts(self):
        """One customer is proposed once: the first proposal stays."""
        self[1:]._write_guarded(
            {
                "state": "dismissed",
                "dismissal_reason": self.env._("Merged with another customer."),
                **self._decided(),
            }
        )
        return self.browse()

    def action_accept(self):
        """Take up proposals: each becomes a draft plan for a problem customer.

        :return: ids of the ``crm.account.plan`` records
        :raises UserError: already decided
        """
        self.check_access("read")
        for proposal in self:
            proposal._check_transition_state(("proposed",))
        plans = self.env["crm.account.plan"].create(
            [
                {
                    "kind": "problem",
                    "customer_id": proposal.customer_id.id,
                    "company_id": proposal.company_id.id,
                    "symptoms": proposal.signal_text,
                }
                for proposal in self
            ]
        )
        for proposal, plan in zip(self, plans, strict=True):
            plan._write_guarded({"proposal_id": proposal.id})
            proposal._transition("accept", plan_id=plan.id, **self._decided())
        return plans.ids

    def action_accept_and_open(self):
        """Take up one proposal and open its plan."""
        self._policy_require_one()
        [plan_id] = self.action_accept()
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.account.plan",
            "res_id": plan_id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    @arguments(reason=TEXT)
    def action_dismiss(self, reason):
        """Dismiss proposals.

        :param reason: why it is no problem account; required
        :return: True
        :raises AccessError: neither a manager nor of the customer-service desk
        """
        self.check_access("read")
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the proposal is dismissed."))
        self._transition("dismiss", dismissal_reason=reason, **self._decided())
        return True

    @api.model
    def _decided(self):
        return {
            "decided_on": self.env.company._policy_today(),
            "decided_by_id": self.env.uid,
        }

    @api.model
    def action_propose_now(self):
        """Look for problem accounts in the current company now.

        :return: dict with ``proposed``: the number of new proposals
        :raises AccessError: neither a manager nor of the customer-service desk
        """
        user = self.env.user
        if not (
            user.has_group("crm_policy.group_manager")
            or user.has_group("crm_policy.group_specialist")
        ):
            raise AccessError(
                self.env._("Problem accounts are looked for by managers and the desk.")
            )
        # sudo: data of all customers count; proposals are seen as the customers are
        rules = self.env["crm.problem.rule"].sudo()
        return {"proposed": rules._propose(self.env.company)}


class CrmProblemSignal(models.Model):
    _name = "crm.problem.signal"
    _description = "Signal of a Problem Account"
    _order = "proposal_id, id"

    proposal_id = fields.Many2one(
        "crm.problem.proposal",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    rule_id = fields.Many2one(
        "crm.problem.rule", required=True, readonly=True, ondelete="cascade"
    )
    value = fields.Float(readonly=True, aggregator=None)
    text = fields.Char(string="Signal", compute="_compute_text")

    @api.depends("rule_id.kind", "value")
    @api.depends_context("lang")
    def _compute_text(self):
        for signal in self:
            signal.text = signal.rule_id._signal_text(signal.value)
