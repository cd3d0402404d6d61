"""One customer, order or case that passes from a leaver to a successor."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_list

from odoo.addons.crm_policy.models.arguments import TEXT, arguments


class CrmCustomerHandoverLine(models.Model):
    _name = "crm.customer.handover.line"
    _inherit = ["crm.guard.mixin"]
    _description = "Customer Handover Line"
    _order = "handover_id, sequence, id"
    _rec_name = "reference"

    # Nobody may create or write lines: the handover makes them.
    _guarded_fields = (
        "successor_id",
        "confirmed_date",
        "notified_date",
        "notified_by",
        "decline_reason",
    )
    _unlink_states = ()

    handover_id = fields.Many2one(
        "crm.customer.handover", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="handover_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    from_user_id = fields.Many2one(
        related="handover_id.user_id",
        string="Handed Over By",
        store=True,
        index=True,
    )
    sequence = fields.Integer(compute="_compute_sequence", store=True)
    kind = fields.Selection(
        [
            ("customer", "Customer"),
            ("second", "Customer as Second Account Manager"),
            ("credit", "Credit Case"),
            ("opportunity", "Opportunity"),
            ("order", "Quotation or Order"),
            ("receivable", "Receivable"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    res_model = fields.Char(string="Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Record", model_field="res_model", required=True, readonly=True
    )
    reference = fields.Char(readonly=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, index="btree_not_null"
    )
    amount = fields.Monetary(readonly=True, help="In company currency.")
    proposed_id = fields.Many2one(
        "res.users",
        string="Proposed Successor",
        readonly=True,
        help="The second account manager of the customer.",
    )
    successor_id = fields.Many2one("res.users", readonly=True, index="btree_not_null")
    state = fields.Selection(
        [
            ("open", "Without Successor"),
            ("assigned", "To Be Confirmed"),
            ("declined", "Declined"),
            ("confirmed", "Handed Over"),
        ],
        default="open",
        required=True,
        readonly=True,
        index=True,
    )
    decline_reason = fields.Char(readonly=True)
    confirmed_date = fields.Date(readonly=True)
    notify = fields.Boolean(
        string="To Be Notified",
        readonly=True,
        help="The customer is told who looks after it from now on (ARC-226).",
    )
    notified_date = fields.Date(readonly=True)
    notified_by = fields.Selection(
        [
            ("email", "E-mail"),
            ("letter", "Letter"),
            ("phone", "Phone"),
            ("visit", "Visit"),
        ],
        readonly=True,
    )
    letter_email = fields.Char(compute="_compute_letter_email", compute_sudo=True)

    @api.depends("kind")
    def _compute_sequence(self):
        order = [key for key, _label in self._fields["kind"].selection]
        for line in self:
            line.sequence = order.index(line.kind) if line.kind in order else 99

    @api.depends("partner_id.email", "partner_id.main_contact_id.email")
    def _compute_letter_email(self):
        for line in self:
            partner = line.partner_id
            line.letter_email = partner.main_contact_id.email or partner.email

    # ----------------------------------------------------------------- actions

    def _assign(self, successor):
        done = self.filtered(lambda line: line.state == "confirmed")
        if done:
            raise UserError(
                self.env._(
                    "Already taken over: %s",
                    format_list(self.env, done[:10].mapped("reference")),
                )
            )
        self._write_guarded(
            {
                "successor_id": successor.id,
                "state": "assigned",
                "decline_reason": False,
            }
        )

    def _mark_notified(self, method):
        for company, lines in self.grouped("company_id").items():
            lines._write_guarded(
                {"notified_date": company._policy_today(), "notified_by": method}
            )

    def _check_successor_acts(self):
        for line in self:
            if line.successor_id != self.env.user or line.state != "assigned":
                raise AccessError(
                    self.env._(
                        "Only the successor, asked to confirm, may do this: %s",
                        line.reference or "",
                    )
                )
            line.handover_id.sudo()._check_transition_state(  # sudo: only its state
                ("open", "notified")
            )

    def action_confirm(self):
        """Take over: the records are the successor's from now on; returns True.

        :raises AccessError: not the successor
        """
        self._check_successor_acts()
        sources = {
            source["kind"]: source
            for source in self.env["crm.customer.handover"]._handover_sources()
        }
        for (kind, leaver), lines in self.grouped(
            lambda line: (line.kind, line.from_user_id)
        ).items():
            lines._hand_over(sources[kind], leaver)
        for company, lines in self.grouped("company_id").items():
            lines._write_guarded(
                {"state": "confirmed", "confirmed_date": company._policy_today()}
            )
        self.sudo().handover_id._update_state()  # sudo: follows its lines
        return True

    def _hand_over(self, source, leaver):
        """Write the successor on those records the leaver still looks after."""
        if source.get("follows"):
            return
        successor = self.successor_id
        # sudo: the handover was started and assigned by those who may; the
        # successor cannot see the records yet
        records = self.env[source["model"]].sudo().browse(self.mapped("res_id"))
        records = records.exists().filtered(
            lambda record: record[source["user_field"]] == leaver
        )
        if source.get("write"):
            getattr(records, source["write"])(successor)
        elif records:
            records.write({source["user_field"]: successor.id})

    @arguments(reason=TEXT)
    def action_decline(self, reason):
        """Give back to the head with a reason; returns True.

        :raises AccessError: not the successor
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Say why you cannot take over (“Reason”)."))
        self._check_successor_acts()
        self._write_guarded({"state": "declined", "decline_reason": reason})
        # sudo: the heads are told whoever declines
        for handover, lines in self.sudo().grouped("handover_id").items():
            handover.message_post(
                body=self.env._(
                    "%(user)s cannot take over %(count)s lines: %(reason)s",
                    user=self.env.user.name,
                    count=len(lines),
                    reason=reason,
                ),
                partner_ids=handover.department_id.policy_head_ids.partner_id.ids,
            )
        return True

    def action_open_record(self):
        """Open what is handed over; returns the action."""
        self._policy_require_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }
