"""What other programs call about decision, result, loss and satisfaction."""

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_list

from odoo.addons.crm_policy.models.arguments import (
    FLAG,
    TEXT,
    WHOLE,
    arguments,
    check_values,
)

# Figures of a line of loss a program may give.
LOSS_FIGURES = (
    "quantity",
    "price",
    "price_a",
    "amount_paid",
    "processing_cost",
    "haulage_cost",
    "wastage_cost",
    "actual_loss",
    "note",
)


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    @arguments(approve=FLAG, comment=TEXT)
    def decide(self, approve, comment=False):
        """Decide as the authority; the same decision again changes nothing.

        :param approve: True approves, False refuses
        :param comment: why; required with a refusal
        :return: facts of the complaint, as `lookup` returns them
        :raises AccessError: somebody else has the authority
        :raises UserError: not up for decision, or decided otherwise already
        """
        self.ensure_one()
        # sudo: the authority decides with or without a right to edit
        document = self.sudo()
        last = document.approval_ids.filtered("decided_by").sorted("id")[-1:]
        if last.decided_by == self.env.user and document.approval_state == (
            "approved" if approve else "refused"
        ):
            return self._facts()
        if approve:
            self.action_approve(comment or None)
        else:
            self.action_reject(comment)
        return self._facts()

    @arguments(text=TEXT, confirm=FLAG)
    def report_result(self, text, confirm=True):
        """Report how the decision was carried out; safe to repeat.

        :param text: what was done for the customer
        :param confirm: the execution is complete; stops the clock (GAP-13)
        :return: facts of the complaint, as `lookup` returns them
        :raises AccessError: the complaint is with somebody else
        :raises UserError: not decided, or reported otherwise already
        """
        self._policy_require_one()
        if self.executed_at and self.execution_result == text:
            return self._facts()
        if self.state == "decided":
            self.action_execute()
        self.write({"execution_result": text})
        if confirm:
            self.action_confirm_execution()
        return self._facts()

    @arguments(accepted=FLAG, text=TEXT)
    def record_customer_answer(self, accepted, text=False):
        """Record what the customer says to the conclusion (CMP-47).

        :param accepted: False opens a new complaint linked to this one
        :param text: the customer's words; required with a refusal
        :return: id of the follow-up complaint, or of this one where accepted
        """
        self.ensure_one()
        if accepted:
            self.action_customer_accepted(text)
            return self.id
        if self.customer_response == "refused" and self.child_ids:
            return self.child_ids[0].id
        return self.action_customer_refused(text)

    @arguments(kind=TEXT)
    def record_loss(self, kind, **figures):
        """Enter or correct the loss of a kind; the same call twice is one line.

        :param kind: code of the loss standard: claim, allowance, return,
            supplementary or rework
        :param figures: quantity, price, price_a (per unit), amount_paid,
            processing_cost, haulage_cost, wastage_cost, actual_loss (company
            currency, untaxed), note
        :return: dict with id, amount and amount_sanction of the line
        """
        self._policy_require_one()
        unknown = [name for name in figures if name not in LOSS_FIGURES]
        if unknown:
            raise UserError(
                self.env._(
                    "A loss has no figure: %s.", format_list(self.env, sorted(unknown))
                )
            )
        check_values(self.env["crm.complaint.loss"], figures)
        line = self.loss_ids.filtered(lambda entry: entry.kind_code == kind)[:1]
        if line:
            line.write(figures)
        else:
            standard = (
                self.env["crm.complaint.loss.kind"]
                ._in_force(self.company_id, self.date)
                .filtered(lambda entry: entry.code == kind)
            )
            if not standard:
                raise UserError(
                    self.env._("There is no loss standard “%s” in force.", kind)
                )
            line = line.create(
                {"complaint_id": self.id, "kind_id": standard[:1].id, **figures}
            )
        return {
            "id": line.id,
            "amount": line.amount,
            "amount_sanction": line.amount_sanction,
        }

    @arguments(score=WHOLE, comment=TEXT)
    def record_satisfaction(self, score, comment=False):
        """Enter the customer's rating of a closed complaint; the same again is one.

        :param score: 1 to 5
        :return: facts of the complaint, as `lookup` returns them
        """
        self.ensure_one()
        if (
            not score
            or self.satisfaction != score
            or (self.satisfaction_text or "") != (comment or "")
        ):
            self.action_record_satisfaction(score, comment)
        return self._facts()

    def _facts(self):
        facts = super()._facts()
        # sudo: names and own figures only; `super` has checked the user's rights
        document = self.sudo()
        return {
            **facts,
            "main_cause": document.cause_id.name or False,
            "loss_total": document.loss_total,
            "loss_for_deduction": document.loss_for_deduction,
            "loss_for_sanction": document.loss_for_sanction,
            "loss_final": document.loss_final,
            "customer_answer": document.customer_response or False,
            "improvement": document.improvement_state,
            "satisfaction": document.satisfaction,
            "repeat_of": document.repeat_of_id.name or False,
            "repeat_week": document.repeat_week,
            "repeat_month": document.repeat_month,
        }
