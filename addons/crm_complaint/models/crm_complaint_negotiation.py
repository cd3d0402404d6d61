"""What was said to the customer and what the customer answered (CMP-39, CMP-50)."""

from odoo import api, fields, models
from odoo.exceptions import UserError

# From when talks are recorded: the case is filed and not yet over.
TALK_STATES = (
    "received",
    "quality",
    "production",
    "manager_instruction",
    "rd",
    "gmo_check",
    "sales_opinion",
    "supervisor_reading",
    "gmo_summary",
    "decision",
    "decided",
    "executing",
    "not_substantiated",
    "collecting",
)


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    _guarded_fields = ("customer_response", "customer_response_at")

    negotiation_ids = fields.One2many(
        "crm.complaint.negotiation", "complaint_id", "Talks with the Customer"
    )
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
    customer_response_text = fields.Text(
        "Customer's Words",
        copy=False,
        compute="_compute_customer_response_text",
        help="The customer's words, from the last talk.",
    )

    @api.depends("negotiation_ids.customer_words")
    def _compute_customer_response_text(self):
        for complaint in self:
            last = complaint.negotiation_ids.sorted("id")[-1:]
            complaint.customer_response_text = last.customer_words

    @api.model
    def _talk_states(self):
        """Return the states in which talks are recorded; flows add theirs."""
        return TALK_STATES

    def action_record_talk(self, channel, said, words=False, binding=False):
        """Record a talk with the customer.

        :param channel: phone, letter, email, visit or meeting
        :param said: what was explained
        :param words: what the customer said
        :param binding: an answer, agreement or admission was given; refused before
            the decision (CMP-50)
        :return: id of the ``crm.complaint.negotiation``
        """
        self.ensure_one()
        return (
            self.env["crm.complaint.negotiation"]
            .create(
                {
                    "complaint_id": self.id,
                    "channel": channel,
                    "said": said,
                    "customer_words": words,
                    "binding": binding,
                }
            )
            .id
        )

    def action_customer_accepted(self, text=False):
        """Record that the customer accepts the conclusion; safe to repeat.

        :param text: the customer's words
        :raises UserError: nothing is decided yet, or the customer refused
        """
        for complaint in self:
            complaint._check_transition_state(("decided", "executing"))
            complaint._check_holder()
            complaint._check_binding(self.env._("The customer's answer"))
            if complaint.customer_response == "accepted":
                continue
            complaint._write_guarded(
                {
                    "customer_response": "accepted",
                    "customer_response_at": fields.Datetime.now(),
                }
            )
            complaint._log_response(text)
        return True

    def action_customer_refused(self, text):
        follow_up_id = super().action_customer_refused(text)
        self._write_guarded(
            {
                "customer_response": "refused",
                "customer_response_at": fields.Datetime.now(),
            }
        )
        self._log_response(text)
        return follow_up_id

    def _log_response(self, text):
        if not (text or "").strip():
            return
        # sudo: whoever may take the step records what the customer said
        self.env["crm.complaint.negotiation"].sudo().create(
            {
                "complaint_id": self.id,
                "channel": "phone",
                "said": self.env._("The conclusion was explained."),
                "customer_words": text,
                "user_id": self.env.uid,
                "binding": True,
            }
        )

    def _approval_done(self, step):
        res = super()._approval_done(step)
        # A new decision is put to the customer anew.
        self._write_guarded(
            {"customer_response": "pending", "customer_response_at": False}
        )
        return res


class CrmComplaintNegotiation(models.Model):
    """One talk or letter; what went out once cannot be rewritten."""

    _name = "crm.complaint.negotiation"
    _description = "Talk on a Complaint"
    _order = "complaint_id, date, id"

    complaint_id = fields.Many2one(
        "crm.complaint", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="complaint_id.company_id", store=True)
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    user_id = fields.Many2one(
        "res.users", "Spoke for Us", required=True, default=lambda self: self.env.user
    )
    channel = fields.Selection(
        [
            ("phone", "Telephone"),
            ("letter", "Letter"),
            ("email", "E-mail"),
            ("visit", "On Site"),
            ("meeting", "Joint Meeting"),
        ],
        required=True,
        default="phone",
    )
    said = fields.Text("What We Said", required=True)
    customer_words = fields.Text("What the Customer Said")
    binding = fields.Boolean(
        "Binding",
        help="An answer, agreement or admission was given. Before the decision only "
        "facts are found out (CMP-50, GAP-12).",
    )

    @api.model_create_multi
    def create(self, vals_list):
        talks = super().create(vals_list)
        talks._check_talk()
        return talks

    def write(self, vals):
        if not {"said", "complaint_id", "date", "user_id", "channel"}.isdisjoint(vals):
            raise UserError(
                self.env._("What was said to the customer cannot be rewritten; add it.")
            )
        res = super().write(vals)
        self._check_talk()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_recorded(self):
        raise UserError(self.env._("Talks with the customer stay on record."))

    def _check_talk(self):
        for complaint in self.complaint_id:
            complaint._check_transition_state(complaint._talk_states())
        for talk in self.filtered("binding"):
            complaint = talk.complaint_id
            # Told that the complaint is unfounded is decided as well.
            if complaint.state not in ("not_substantiated", "collecting"):
                complaint._check_binding(self.env._("The answer to the customer"))
            if talk.channel not in ("phone", "letter", "email"):
                raise UserError(
                    self.env._(
                        "A binding answer is given by letter or telephone (CMP-51)."
                    )
                )
