"""Machines on loan, rent, exhibition and demo: out and back (RET-46 to RET-48, SM-15).

Such goods stay ours and are nobody's fault when they come back: no standard to meet, no
inspection outside, no talk with the customer. They leave by a transfer to the loan
location of the warehouse and come back into its return quarantine, where quality
judges them; from there on they go the way of every return.
"""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.crm_policy.models.arguments import DAY, TEXT, arguments

from .crm_return_item import FINAL_STATES

STATES = [
    ("draft", "Draft"),
    ("decision", "In Approval"),
    ("approved", "Approved"),
    ("out", "Out"),
    ("in_transit", "In Transit"),
    ("in_quality", "In Quality"),
    ("in_analysis", "Being Dealt With"),
    ("done", "Back in Stock"),
    ("refused", "Refused"),
    ("cancelled", "Cancelled"),
]
TRANSITIONS = {
    # asking and deciding are the approval's business
    "hand_over": {"from": ("approved",), "to": "out"},
    "take_back": {"from": ("out",), "to": "in_transit"},
    "stay": {"from": ("in_transit",), "to": "out"},
    "arrive": {"from": ("in_transit",), "to": "in_quality"},
    "judge": {"from": ("in_quality",), "to": "in_analysis", "check": "_check_judged"},
    "done": {"from": ("in_analysis",), "to": "done"},
    "cancel": {
        "from": ("draft", "approved"),
        "to": "cancelled",
        "check": "_check_nothing_out",
    },
}
PROTECTED = (
    "kind",
    "partner_id",
    "place",
    "date_out",
    "date_due",
    "line_ids",
    "line_ids.product_id",
    "line_ids.lot_id",
    "line_ids.quantity",
)
LOCKED = ("out", "in_transit", "in_quality", "in_analysis", "done")


class CrmLoan(models.Model):
    """Goods of ours that are with a customer, at an exhibition or an office."""

    _name = "crm.loan"
    _inherit = [
        "crm.document.mixin",
        "crm.approval.mixin",
        "crm.routing.mixin",
        "crm.customer.withheld.mixin",
        "crm.return.head.mixin",
    ]
    _description = "Machine on Loan, Exhibition or Demo"
    _order = "date_due, id"
    _check_company_auto = True
    _number_code = "crm.loan"
    _policy_topic = "returns"
    _transitions = TRANSITIONS
    _guarded_fields = (
        "date_extended",
        "extension_reason",
        "extension_user_id",
        "date_handed_over",
        "date_back",
        "date_reminded",
        "date_overdue",
        "label_serial",
    )
    _routing_states = {
        "approved": "storage",
        "in_transit": "storage",
        "in_quality": "quality",
        "in_analysis": "technical",
    }
    _approval_steps = {
        "loan": {
            "from": ("draft",),
            "pending": "decision",
            "approved": "approved",
            "refused": "refused",
            "void": "draft",
            "protected": PROTECTED,
            "locked": LOCKED,
        },
    }

    state = fields.Selection(
        STATES,
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    kind = fields.Selection(
        [
            ("loan", "Loan"),
            ("rental", "Rent"),
            ("exhibition", "Exhibition"),
            ("demo", "Demo Unit"),
        ],
        default="loan",
        required=True,
        tracking=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        index="btree_not_null",
        tracking=True,
        check_company=True,
        ondelete="restrict",
        help="Who has the goods on loan or rent; empty for exhibitions and offices.",
    )
    place = fields.Char(
        string="Place of Use",
        help="Exhibition, office or address the goods are at.",
        tracking=True,
    )
    purpose = fields.Text()
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        required=True,
        index=True,
        tracking=True,
        default=lambda self: self.env.user,
    )
    department_id = fields.Many2one(
        "hr.department", compute="_compute_department_id", store=True
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        required=True,
        check_company=True,
        ondelete="restrict",
        default=lambda self: self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        ),
    )
    date_out = fields.Date(
        string="Out On",
        required=True,
        default=lambda self: self.env.company._policy_today(),
    )
    date_due = fields.Date(
        string="Back By", required=True, help="Last calendar day the goods may be out."
    )
    date_extended = fields.Date(
        string="Extended To", readonly=True, copy=False, tracking=True
    )
    date_limit = fields.Date(
        string="Due Back",
        compute="_compute_date_limit",
        store=True,
        index=True,
        help="Day the goods are due back, with extensions.",
    )
    extension_reason = fields.Text(readonly=True, copy=False)
    extension_user_id = fields.Many2one(
        "res.users", "Extended By", readonly=True, copy=False
    )
    date_handed_over = fields.Date(readonly=True, copy=False)
    date_back = fields.Date(readonly=True, copy=False)
    date_reminded = fields.Date(readonly=True, copy=False)
    date_overdue = fields.Date(readonly=True, copy=False)
    is_overdue = fields.Boolean(
        string="Overdue", compute="_compute_is_overdue", search="_search_is_overdue"
    )
    line_ids = fields.One2many("crm.loan.line", "loan_id", "Goods", copy=True)
    item_ids = fields.One2many(
        "crm.return.item", "loan_id", "Goods Ledger", readonly=True
    )
    plan_ids = fields.One2many("crm.return.plan", "loan_id", "Plans", readonly=True)
    picking_ids = fields.One2many("stock.picking", "crm_loan_id", "Transfers")
    picking_count = fields.Integer(compute="_compute_picking_count")
    label_serial = fields.Integer(readonly=True, copy=False)

    # --------------------------------------------------------------- computes

    @api.depends("date_due", "date_extended")
    def _compute_date_limit(self):
        for loan in self:
            loan.date_limit = loan.date_extended or loan.date_due

    @api.depends("date_limit", "state")
    def _compute_is_overdue(self):
        for loan in self:
            loan.is_overdue = (
                loan.state == "out"
                and bool(loan.date_limit)
                and loan.date_limit < loan.company_id._policy_today()
            )

    @api.model
    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = [
            ("state", "=", "out"),
            ("date_limit", "<", self.env.company._policy_today()),
        ]
        return late if True in value else ["!", "&", *late]

    def _compute_picking_count(self):
        self._count_linked(("stock.picking", "crm_loan_id", "picking_count"))

    @api.model
    def _get_approval_step_labels(self):
        return {"loan": self.env._("Goods on loan")}

    # ----------------------------------------------------------------- checks

    @api.constrains("date_out", "date_due")
    def _check_dates(self):
        for loan in self:
            if loan.date_due < loan.date_out:
                raise ValidationError(
                    self.env._("Back By: goods cannot be due before they go out.")
                )

    @api.constrains("kind", "partner_id", "place")
    def _check_whereabouts(self):
        for loan in self:
            if loan.kind in ("loan", "rental") and not loan.partner_id:
                raise ValidationError(
                    self.env._("Customer: who has the goods on loan or rent?")
                )
            if not loan.partner_id and not (loan.place or "").strip():
                raise ValidationError(
                    self.env._(
                        "Place of Use: at which exhibition or office are the goods?"
                    )
                )

    def _approval_check(self, step):
        res = super()._approval_check(step)
        if not self.line_ids:
            raise UserError(self.env._("Goods: enter what goes out."))
        self.line_ids._check_lots()
        return res

    def _check_judged(self):
        self._routing_check_holder()
        # sudo: the goods of this loan, whoever judges
        for item in self.sudo().item_ids:
            if item.qa_result == "none":
                raise UserError(
                    self.env._(
                        "Quality Result of %s is missing: goods that come back are "
                        "judged first (RET-47).",
                        item.display_name,
                    )
                )

    def _check_nothing_out(self):
        self._check_salesperson()
        # sudo: transfers of the loan, also for who may not open them
        if self.sudo().picking_ids.filtered(lambda p: p.state == "done"):
            raise UserError(self.env._("%s: goods are out.", self.display_name))
        self.sudo().picking_ids.action_cancel()

    # ---------------------------------------------------------------- actions

    @arguments(comment=TEXT)
    def action_submit(self, comment=None):
        """Ask the head of the department to let the goods out."""
        self.check_access("write")
        for loan in self:
            loan._check_salesperson()
            loan.action_request_approval("loan", comment)
        return True

    def action_hand_over(self):
        """Prepare the transfer by which the goods leave the warehouse (RET-46).

        :return: ids of the transfers; the loan is out when they are done
        :raises UserError: not approved, or prepared already
        """
        self.check_access("write")
        pickings = self.env["stock.picking"]
        for loan in self:
            loan._check_salesperson()
            loan._check_transition_state(("approved",))
            loan._approval_require("loan")
            # sudo: the transfer follows from the approval; who is responsible need
            # not keep the stock
            document = loan.sudo()
            if document.picking_ids.filtered(lambda p: p.state != "cancel"):
                raise UserError(
                    self.env._("%s has its transfer already.", loan.display_name)
                )
            pickings |= document._create_transfer(
                document.warehouse_id.lot_stock_id,
                document.warehouse_id.loan_location_id,
            )
        return pickings.ids

    def action_take_back(self):
        """Prepare the transfer by which the goods come back into quarantine.

        :return: ids of the transfers
        :raises UserError: nothing is out
        """
        self.check_access("write")
        pickings = self.env["stock.picking"]
        for loan in self:
            loan._check_salesperson()
            loan._transition("take_back")
            document = loan.sudo()  # sudo: as in action_hand_over
            pickings |= document._create_transfer(
                document.warehouse_id.loan_location_id,
                document.warehouse_id.return_quarantine_location_id,
            )
        return pickings.ids

    def action_judged(self):
        """Hand the judged goods on to the analysis (RET-47, RET-48)."""
        self.check_access("read")
        for loan in self:
            loan._transition("judge")
            items = loan.sudo().item_ids.filtered(  # sudo: the goods of this loan
                lambda i: not i.plan_id and not i._goes_directly()
            )
            if items:
                self.env["crm.return.plan"]._begin(loan, items)
        return True

    @arguments(date=DAY, reason=TEXT)
    def action_extend(self, date, reason):
        """Let the goods stay out longer.

        :param date: new last day, ISO text or date
        :param reason: why; required
        :return: True
        :raises UserError: not out, not later, no reason
        :raises AccessError: not a manager or director
        """
        date = fields.Date.to_date(date)
        self.check_access("write")
        if not self.env.user.has_group(
            "crm_policy.group_manager"
        ) and not self.env.user.has_group("crm_policy.group_director"):
            raise UserError(
                self.env._("A manager lets goods stay out longer; ask yours.")
            )
        for loan in self:
            loan._check_transition_state(("out",))
            if not (reason or "").strip() or not date or date <= loan.date_limit:
                raise UserError(
                    self.env._(
                        "Give a later day than %s, and the reason.", loan.date_limit
                    )
                )
            loan._write_guarded(
                {
                    "date_extended": date,
                    "extension_reason": reason,
                    "extension_user_id": self.env.uid,
                    "date_reminded": False,
                    "date_overdue": False,
                }
            )
        return True

    def action_extend_wizard(self):
        """Ask for the new day and the reason."""
        self._policy_require_one()
        return self._ask("extend", loan_id=self.id)

    def action_cancel(self):
        """Drop a loan whose goods have not gone out."""
        self.check_access("write")
        for loan in self:
            loan._transition("cancel")
        return True

    def action_view_pickings(self):
        """Show the transfers of this loan."""
        return self._open_records("stock.action_picking_tree_all", self.picking_ids)

    def action_view_open_pickings(self):
        """Show the transfers of this loan that wait for the keeper."""
        waiting = self.picking_ids.filtered(lambda p: p.state not in ("done", "cancel"))
        return self._open_records("stock.action_picking_tree_all", waiting)

    # ------------------------------------------------------------------- cron

    @api.model
    def _cron_remind(self):
        """Remind of goods due back: once before, once when overdue.

        The person responsible is reminded, of overdue goods the head of the
        department as well.
        """
        out = self.search([("state", "=", "out"), ("date_overdue", "=", False)])
        for company, loans in out.grouped("company_id").items():
            today = company._policy_today()
            soon = today + relativedelta(days=company.loan_reminder_days)
            overdue = loans.filtered(lambda loan, day=today: loan.date_limit < day)
            due = loans.filtered(
                lambda loan, day=soon: not loan.date_reminded and loan.date_limit <= day
            )
            for loan in due - overdue:
                loan._remind(loan.user_id, self.env._("Goods on loan are due back"))
            for loan in overdue:
                for user in loan.user_id | loan.department_id._policy_heads():
                    loan._remind(user, self.env._("Goods on loan are overdue"))
            due._write_guarded({"date_reminded": today})
            overdue._write_guarded({"date_overdue": today})

    def _remind(self, user, summary):
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=self.date_limit,
            summary=summary,
            user_id=user.id,
        )

    # ---------------------------------------------------------------- helpers

    def _create_transfer(self, source, destination):
        self.ensure_one()
        if not source or not destination:
            raise UserError(
                self.env._(
                    "Warehouse %s has no place for goods on loan.",
                    self.warehouse_id.name,
                )
            )
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse_id.int_type_id.id,
                "partner_id": self.partner_id.id,
                "location_id": source.id,
                "location_dest_id": destination.id,
                "origin": self.name,
                "company_id": self.company_id.id,
                "crm_loan_id": self.id,
            }
        )
        moves = self.env["stock.move"].create(
            [
                {
                    "product_id": line.product_id.id,
                    "product_uom": line.product_id.uom_id.id,
                    "product_uom_qty": line.quantity,
                    "location_id": source.id,
                    "location_dest_id": destination.id,
                    "picking_id": picking.id,
                    "company_id": self.company_id.id,
                    "crm_loan_line_id": line.id,
                }
                for line in self.line_ids
            ]
        )
        picking.action_confirm()
        for move in moves.filtered("crm_loan_line_id.lot_id"):
            move._set_return_lot(move.crm_loan_line_id.lot_id)
        return picking

    def _sync_moves(self):
        """Follow the done transfers: out, and back in quarantine."""
        for loan in self:
            moves = loan.line_ids.move_ids
            back = moves.filtered(
                lambda m: m.location_dest_id.return_quarantine_warehouse_ids
            )
            away = moves - back
            today = loan.company_id._policy_today()
            self.env["crm.return.item"]._sync_from_moves(back)
            if loan.state == "approved" and "done" in away.mapped("state"):
                if all(m.state in ("done", "cancel") for m in away):
                    loan._transition("hand_over", date_handed_over=today)
            elif loan.state == "in_transit" and all(
                m.state in ("done", "cancel") for m in back
            ):
                if "done" in back.mapped("state"):
                    loan._transition("arrive", date_back=today)
                else:
                    loan._transition("stay")

    def _sync_items(self):
        """Close the loans whose goods are all dealt with."""
        for loan in self:
            if loan.state == "in_analysis" and all(
                item.state in FINAL_STATES for item in loan.item_ids
            ):
                loan._transition("done")
