"""What the customer says to the conclusion (CMP-39, CMP-47, CMP-136)."""

from odoo import api, fields, models

from odoo.addons.crm_policy.models.arguments import TEXT, arguments


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    _guarded_fields = ("customer_response", "customer_response_at")

    customer_response = fields.Selection(
        [
            ("pending", "No Answer Yet"),
            ("accepted", "Accepted"),
            ("refused", "Refused"),
        ],
        "Customer's Answer",
        copy=False,
        tracking=True,
        help="What the customer says to the conclusion.",
    )
    customer_response_at = fields.Datetime("Customer Answered on", copy=False)

    @api.model
    def _response_states(self):
        """Return the states in which a decided conclusion is put to the customer."""
        return ("decided", "executing", "executed")

    @arguments(text=TEXT)
    def action_customer_accepted(self, text=False):
        """Record that the customer accepts the conclusion; safe to repeat.

        :param text: the customer's words
        :raises UserError: nothing is decided yet, or the customer refused
        """
        for complaint in self:
            complaint._check_transition_state(complaint._response_states())
            complaint._check_may_contact()
            complaint._check_binding(self.env._("The customer's answer"))
            if complaint.customer_response != "accepted":
                complaint._take_response("accepted", text)
        return True

    @arguments(text=TEXT)
    def action_customer_refused(self, text):
        """The customer does not accept: a new form, linked to this one (CMP-47).

        :param text: what the customer says; required
        :return: id of the new draft complaint
        """
        follow_up_id = super().action_customer_refused(text)
        self._take_response("refused", text)
        return follow_up_id

    def _take_response(self, response, text):
        self._write_guarded(
            {
                "customer_response": response,
                "customer_response_at": fields.Datetime.now(),
            }
        )
        if not (text or "").strip():
            return
        # sudo: whoever may take the step records what the customer said
        self.env["crm.complaint.contact"].sudo().create(
            {
                "complaint_id": self.id,
                "direction": "in",
                "channel": "phone",
                "text": text,
            }
        )

    def _approval_done(self, step):
        res = super()._approval_done(step)
        # A new decision is put to the customer anew.
        self._write_guarded(
            {"customer_response": "pending", "customer_response_at": False}
        )
        return res
