"""Decision by authority limit: consolidated opinion, decision, not substantiated.

The larger of claim and proposed settlement decides who has the authority (CMP-67 to
CMP-69, GAP-06, GAP-07). Changing what was decided voids the decision.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_policy.models.arguments import TEXT, arguments

PROTECTED = (
    "amount_claim",
    "amount_settlement",
    "claim_currency_id",
    "date",
    "resolution_ids.kind_id",
    "resolution_ids.quantity",
    "resolution_ids.amount",
)


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    _approval_steps = {
        "decision": {
            "from": ("gmo_summary",),
            "pending": "decision",
            "approved": "decided",
            "refused": "gmo_summary",
            "void": "gmo_summary",
            "protected": PROTECTED,
        },
        # Whoever could decide the amount also declares it unfounded (GAP-92).
        "not_substantiated": {
            "from": (
                "quality",
                "production",
                "manager_instruction",
                "rd",
                "gmo_check",
                "sales_opinion",
                "supervisor_reading",
                "gmo_summary",
            ),
            "pending": "decision",
            "approved": "not_substantiated",
            "refused": "gmo_summary",
            "void": "gmo_summary",
            "protected": ("amount_claim", "claim_currency_id", "date"),
        },
    }

    @api.model
    def _get_approval_step_labels(self):
        return {
            **super()._get_approval_step_labels(),
            "decision": self.env._("Decision on the complaint"),
            "not_substantiated": self.env._("Not substantiated"),
        }

    def _approval_amount(self, step):
        return self.amount_decision, self.currency_id, self.date

    def _approval_department(self, step):
        return self._sales_department()

    def _approval_check(self, step):
        super()._approval_check(step)
        self._check_holder()
        if step == "not_substantiated":
            if not (self.not_substantiated_reason or "").strip():
                raise UserError(
                    self.env._("State why %s is not substantiated.", self.display_name)
                )
            return
        self._check_step_filled()
        self._check_resolutions()
        if not self.improvement_tracked:
            raise UserError(
                self.env._(
                    "Judge for %s whether the improvement is put under tracking.",
                    self.display_name,
                )
            )

    def _check_resolutions(self):
        """Each resolution names what its kind needs; together within the proposal."""
        for line in self.resolution_ids:
            kind = line.kind_id
            if (kind.needs_quantity and not line.quantity) or (
                kind.needs_amount and not line.amount
            ):
                raise UserError(
                    self.env._(
                        "%(document)s: the resolution %(kind)s needs %(what)s.",
                        document=self.display_name,
                        kind=kind.name,
                        what=self.env._("a quantity")
                        if kind.needs_quantity and not line.quantity
                        else self.env._("an amount"),
                    )
                )
        total = sum(self.resolution_ids.mapped("amount"))
        if self.claim_currency_id.compare_amounts(total, self.amount_settlement) > 0:
            raise UserError(
                self.env._(
                    "%(document)s: the resolutions cost %(total)s, more than the "
                    "proposed settlement of %(settlement)s.",
                    document=self.display_name,
                    total=self.claim_currency_id.format(total),
                    settlement=self.claim_currency_id.format(self.amount_settlement),
                )
            )

    def action_request_decision(self):
        """Submit the consolidated opinion for decision by authority (CMP-41).

        Improvements of an exempt class (human negligence) need no tracking (CMP-43).

        :raises UserError: opinion, resolutions or tracking not complete
        """
        for complaint in self:
            if (
                complaint.state == "gmo_summary"
                and not complaint.improvement_tracked
                and complaint.category_id.tracking_exempt
            ):
                complaint.improvement_tracked = "no"
        self.action_request_approval("decision")
        return True

    @arguments(reason=TEXT)
    def action_propose_not_substantiated(self, reason):
        """Ask the authority to declare the complaint not substantiated (CMP-54).

        :param reason: why it is unfounded; required
        """
        for complaint in self:
            complaint._check_transition_state(
                self._approval_steps["not_substantiated"]["from"]
            )
            complaint._check_holder()
            complaint._write_guarded({"not_substantiated_reason": reason})
        self.action_request_approval("not_substantiated", comment=reason)
        return True

    def _approval_done(self, step):
        self._write_guarded(
            {
                "decided_at": fields.Datetime.now(),
                "decided_by_id": self.env.uid,
                "not_substantiated": step == "not_substantiated",
            }
        )
        return super()._approval_done(step)

    def _approval_refused(self, step, comment):
        self._clear_decision()
        return super()._approval_refused(step, comment)

    def _approval_voided(self, step):
        self._clear_decision()
        return super()._approval_voided(step)

    def _clear_decision(self):
        self._write_guarded(
            {
                "decided_at": False,
                "decided_by_id": False,
                "not_substantiated": False,
                "executed_at": False,
            }
        )
