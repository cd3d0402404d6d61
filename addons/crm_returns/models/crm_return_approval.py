"""Who approves a return (RET-02, RET-18 to RET-20, GAP-35, GAP-37)."""

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from odoo.addons.crm_policy.models.arguments import TEXT, arguments

from .crm_complaint import NOT_RETURNED
from .crm_return import OPEN_REQUEST_STATES
from .crm_return_criteria import DECIDED

PROTECTED = (
    "partner_id",
    "kind",
    "reason_id",
    "complaint_id",
    "line_ids",
    "line_ids.sale_line_id",
    "line_ids.lot_id",
    "line_ids.quantity",
)
LOCKED = (
    "inspected",
    "collected",
    "in_transit",
    "in_warehouse",
    "in_quality",
    "with_accounting",
    "settled",
)
# Who decides there needs to know that the customer was talked to first.
AFTER_PERSUASION = ("marketing_audit", "general_manager")
# Departments that get a copy of the approved application (RET-22).
COPIES_TO = ("pmc", "accounting")
# Where a return stands while a level of the chain decides (SM-14).
LEVEL_STATES = {1: "supervisor_audit", 2: "marketing_audit", 3: "general_manager"}


class CrmReturn(models.Model):
    _inherit = "crm.return"

    _approval_steps = {
        # supervisor, marketing manager, general manager
        "application": {
            "from": ("draft",),
            "pending": "supervisor_audit",
            "approved": "approved",
            "refused": "refused",
            "void": "draft",
            "protected": PROTECTED,
            "locked": LOCKED,
        },
        # the complaint's decision holds; the return note is verified (RET-57)
        "verification": {
            "from": ("draft",),
            "pending": "verification",
            "approved": "approved",
            "refused": "refused",
            "void": "draft",
            "protected": PROTECTED,
            "locked": LOCKED,
        },
        # more came back than approved, beyond the ratio (GAP-29)
        "excess": {
            "from": ("with_accounting",),
            "pending": None,
            "approved": None,
            "refused": None,
            "void": "with_accounting",
            "protected": ("line_ids.qty_received",),
        },
    }

    authority_route = fields.Selection(
        [
            ("application", "Supervisor, marketing manager, general manager"),
            ("verification", "Decision of the complaint, verified by the manager"),
        ],
        string="Approved Through",
        readonly=True,
        copy=False,
        help="Chosen when submitted, by the company's setting (GAP-37).",
    )

    copy_department_ids = fields.Many2many(
        "hr.department",
        "crm_return_copy_department_rel",
        "return_id",
        "department_id",
        string="Copies To",
        readonly=True,
        copy=False,
        help="Departments that read the approved application in place of a photocopy "
        "(RET-22).",
    )

    undecided_complaints = fields.Char(
        compute="_compute_undecided_complaints",
        help="Complaints about these goods that are not decided: until they are, the "
        "return cannot take effect (CMP-50).",
    )

    @api.depends("state", "partner_id", "line_ids.sale_line_id", "complaint_id")
    def _compute_undecided_complaints(self):
        for record in self:
            names = []
            if record.state in OPEN_REQUEST_STATES and record.state != "approved":
                names = record._undecided_about_goods().mapped("name")
            record.undecided_complaints = format_list(self.env, names)

    @api.model
    def _get_approval_step_labels(self):
        return {
            "application": self.env._("Return application"),
            "verification": self.env._("Verification of the return note"),
            "excess": self.env._("Quantity above the approved one"),
        }

    def _approval_route_step(self):
        """Return the step that approves this return (GAP-37)."""
        self.ensure_one()
        # sudo: how far the complaint is, also for who cannot open it
        complaint = self.sudo().complaint_id
        follows = self.sudo().company_id.return_authority == "complaint"
        if follows and complaint and complaint.state in DECIDED:
            return "verification"
        return "application"

    def _approval_default_step(self):
        if self.state == "draft":
            return self._approval_route_step()
        return super()._approval_default_step()

    def _approval_amount(self, step):
        self.ensure_one()
        company = self.company_id
        amount = sum(self.line_ids.mapped("amount"))
        if step == "excess":
            amount = sum(
                line.amount / line.quantity * line.qty_received
                for line in self.line_ids
            )
        return amount, company.currency_id, company._policy_today()

    def _approval_check(self, step):
        res = super()._approval_check(step)
        self._check_salesperson()
        if step == "excess":
            self._check_beyond()
            return res
        if step != self._approval_route_step():
            raise UserError(
                self.env._(
                    "%(document)s is approved through: %(step)s.",
                    document=self.display_name,
                    step=self._approval_step_label(self._approval_route_step()),
                )
            )
        if not self.line_ids:
            raise UserError(
                self.env._("Goods: enter what the customer wants to return.")
            )
        self.line_ids.sale_line_id._lock_returnable()
        self.line_ids._check_source()
        self.line_ids._check_remaining()
        self._check_eligible()
        if step == "verification":
            self._check_complaint_covers()
        self._write_guarded({"authority_route": step})
        return res

    def _check_beyond(self):
        if not any(line.quantity_result == "beyond" for line in self.line_ids):
            raise UserError(
                self.env._(
                    "%s needs no new decision: nothing came back beyond the ratio.",
                    self.display_name,
                )
            )

    def _check_complaint_covers(self):
        """Raise unless the complaint's decision covers these goods (RET-54)."""
        # sudo: what was decided binds, also for who cannot open the complaint
        complaint = self.sudo().complaint_id
        complaint._approval_require("decision")
        resolutions = complaint.resolution_ids.filtered(
            lambda line: line.kind_code == self.kind
        )
        siblings = complaint.return_ids.filtered(
            lambda other: (
                other != self
                and other.kind == self.kind
                and other.state not in ("draft", *NOT_RETURNED)
            )
        )
        # sudo: quantities of one customer's returns are compared, not shown
        lines = self.sudo().line_ids | siblings.line_ids
        for product, claims in lines.grouped("product_id").items():
            allowed = 0.0
            if product == complaint.product_id:
                allowed = sum(resolutions.mapped("quantity"))
            asked = sum(
                line.product_uom_id._compute_quantity(
                    max(line.qty_approved or line.quantity, line.qty_received),
                    product.uom_id,
                )
                for line in claims
            )
            if product.uom_id.compare(asked, allowed) > 0:
                raise UserError(
                    self.env._(
                        "Complaint %(complaint)s decided %(kind)s of %(allowed)s "
                        "%(unit)s of %(product)s, but %(asked)s are asked back "
                        "(RET-54, RET-62).",
                        complaint=complaint.display_name,
                        kind=dict(
                            self._fields["kind"]._description_selection(self.env)
                        )[self.kind],
                        allowed=allowed,
                        unit=product.uom_id.name,
                        product=product.display_name,
                        asked=asked,
                    )
                )

    def _check_complaints_decided(self):
        """Raise where goods are complained of and nothing is decided yet (CMP-50)."""
        # sudo: a complaint binds also those who may not read it
        for record in self.sudo():
            complaints = record._undecided_about_goods() | record.complaint_id
            complaints._check_binding(record.display_name)

    def _undecided_about_goods(self):
        """Return the undecided complaints about the goods of this return, in sudo."""
        # sudo: a complaint binds also those who may not read it
        record = self.sudo()
        lines = record.line_ids
        return self.env["crm.complaint"]._undecided_about(
            record.partner_id,
            lines.product_id,
            lines.sale_line_id.order_id,
            record.company_id,
        )

    def _check_persuaded(self):
        """Raise unless the customer was asked to keep the goods (RET-18 to RET-20)."""
        for record in self:
            if record.approval_step != "application":
                continue
            if record.state not in AFTER_PERSUASION:
                continue
            attempts = len(
                record.contact_ids.filtered(lambda talk: talk.kind == "persuasion")
            )
            wanted = record.company_id.return_persuasion_min
            if attempts < wanted:
                raise UserError(
                    self.env._(
                        "%(document)s: record the talks with the customer first; "
                        "%(attempts)s of %(wanted)s attempts to persuade him are "
                        "recorded (RET-18 to RET-20).",
                        document=record.display_name,
                        attempts=attempts,
                        wanted=wanted,
                    )
                )

    # ---------------------------------------------------------------- effects

    def _approval_decide(self, outcome, comment):
        if outcome == "approved" and self.approval_can_decide:
            # sudo: what was recorded counts, also for who may not read it
            self.sudo()._check_persuaded()
        return super()._approval_decide(outcome, comment)

    def _approval_notify(self, approvals):
        """Show in the state which level decides (SM-14)."""
        if self.approval_step == "application":
            state = LEVEL_STATES.get(min(approvals.mapped("level"), default=0))
            if state and state != self.state:
                self._write_guarded({"state": state})
        return super()._approval_notify(approvals)

    def _approval_done(self, step):
        res = super()._approval_done(step)
        if step == "excess":
            for line in self.line_ids.filtered(
                lambda line: line.quantity_result == "beyond"
            ):
                line._write_guarded({"qty_approved": line.qty_received})
            return res
        self._check_complaints_decided()
        self.line_ids.sale_line_id._lock_returnable()
        self.line_ids._check_remaining()
        for line in self.line_ids:
            line._write_guarded({"qty_approved": line.quantity})
        self._give_copies()
        self._prepare_collection()
        return res

    def _give_copies(self):
        """Let production control and finance read the application (RET-22)."""
        Department = self.env["hr.department"]
        ids = [
            Department._policy_department_id(code, self.company_id.id)
            for code in COPIES_TO
        ]
        self._write_guarded(
            {"copy_department_ids": [Command.set([one for one in ids if one])]}
        )

    def _approval_voided(self, step):
        res = super()._approval_voided(step)
        if step != "excess":
            self.line_ids._write_guarded({"qty_approved": 0.0})
            self._write_guarded(
                {"authority_route": False, "copy_department_ids": [Command.clear()]}
            )
        return res

    # ---------------------------------------------------------------- actions

    @arguments(comment=TEXT)
    def action_request_excess(self, comment=None):
        """Ask for a decision on goods received beyond the ratio (GAP-29)."""
        return self.action_request_approval("excess", comment)

    @arguments(comment=TEXT)
    def action_withdraw_return(self, comment):
        """End the application because the customer keeps the goods.

        For the salesperson and for whoever decides at the moment (RET-18, RET-19).

        :param comment: what was agreed with the customer; required
        :return: True
        :raises UserError: no comment, or goods are already under way
        :raises AccessError: neither salesperson nor decider
        """
        if not (comment or "").strip():
            raise UserError(self.env._("Write down what was agreed with the customer."))
        self.check_access("read")
        for record in self:
            record._check_transition_state(
                (
                    *("draft", *LEVEL_STATES.values(), "verification"),
                    *("approved", "inspected"),
                )
            )
            if not record.approval_can_decide:
                record._check_salesperson()
            # sudo: the decider need not be allowed to edit the document
            document = record.sudo()
            if document.approval_state in ("pending", "approved"):
                document._approval_lock()
                document._approval_revoke(
                    self.env._("The customer keeps the goods. %s", comment)
                )
            else:
                document.message_post(
                    body=self.env._("The customer keeps the goods. %s", comment)
                )
            document._write_guarded({"state": "withdrawn"})
            # sudo: as above
            self.env["crm.return.contact"].sudo().create(
                {
                    "return_id": record.id,
                    "kind": "persuasion",
                    "summary": comment,
                    "outcome": "gives_up",
                }
            )
            record._owe_letter()
        return True
