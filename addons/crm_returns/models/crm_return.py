"""Returns and exchanges: the application, what it asks for and where it stands.

The rest of the model lies beside it, one file per concern: the standard in
``crm_return_criteria``, decisions in ``crm_return_approval``, goods in
``crm_return_receipt``, what happens at the customer in ``crm_return_collect``, money in
``crm_return_credit``, what other programs call in ``crm_return_api``.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_list

from odoo.addons.crm_policy.models.arguments import TEXT, arguments

# The state machine SM-14 (with SM-16 for the accounting end).
STATES = [
    ("draft", "Draft"),  # the salesperson checks the demand against the standard
    ("not_eligible", "Not Eligible"),  # explained to the customer and settled
    ("supervisor_audit", "Supervisor Audit"),
    ("marketing_audit", "Marketing Audit"),
    ("general_manager", "General Manager"),
    ("verification", "Verification"),  # the complaint's decision holds (GAP-37)
    ("approved", "Approved"),
    ("inspected", "Inspected"),  # at the customer, where needed
    ("collected", "Collected"),  # documents and the signed note are ours
    ("in_transit", "In Transit"),
    ("in_warehouse", "In Warehouse"),  # in quarantine
    ("in_quality", "In Quality"),
    ("with_accounting", "With Accounting"),
    ("settled", "Settled"),
    ("refused", "Refused"),
    ("withdrawn", "Withdrawn"),  # the customer keeps the goods
]
TRANSITIONS = {
    # asking and deciding are the approval's business: crm_return_approval
    "not_eligible": {
        "from": ("draft",),
        "to": "not_eligible",
        "check": "_check_explained",
    },
    "inspect": {"from": ("approved",), "to": "inspected", "check": "_check_inspect"},
    "collect": {
        "from": ("approved", "inspected"),
        "to": "collected",
        "check": "_check_collect",
    },
    "ship": {"from": ("approved", "inspected", "collected"), "to": "in_transit"},
    "unship": {"from": ("in_transit",), "to": "approved"},
    "arrive": {"from": ("in_transit",), "to": "in_warehouse"},
    "to_quality": {
        "from": ("in_warehouse",),
        "to": "in_quality",
        "check": "_check_holder",
    },
    "judge": {
        "from": ("in_quality",),
        "to": "with_accounting",
        "check": "_check_judged",
    },
    "settle": {"from": ("with_accounting",), "to": "settled"},
    "unsettle": {"from": ("settled",), "to": "with_accounting"},
}
# What the customer asks for; decided on, so it cannot change afterwards.
REQUEST_FIELDS = ("partner_id", "kind", "reason_id", "complaint_id", "company_id")
OPEN_REQUEST_STATES = (
    "draft",
    "supervisor_audit",
    "marketing_audit",
    "general_manager",
    "verification",
    "approved",
)
# States in which goods or money have moved, or nothing will any more.
CLOSED_STATES = ("settled", "refused", "withdrawn", "not_eligible")


class CrmReturn(models.Model):
    """One application for return or exchange (客户退换货申请单, RET-17).

    It takes lines of several products and several orders of one customer.
    """

    _name = "crm.return"
    _inherit = [
        "crm.document.mixin",
        "crm.approval.mixin",
        "crm.routing.mixin",
        "crm.return.head.mixin",
    ]
    _description = "Return or Exchange"
    _order = "date_request desc, id desc"
    _check_company_auto = True
    _number_code = "crm.return"
    _policy_topic = "returns"
    _transitions = TRANSITIONS
    _guarded_fields = (
        "warranty_state",
        "quality_state",
        "finance_state",
        "other_state",
        "eligible",
        "criteria_findings",
        "override_user_id",
        "override_date",
        "authority_route",
        "amount_total",
        "date_settled",
        "inspection_user_id",
        "inspection_date",
        "copy_department_ids",
    )
    # Who holds a return (RET-03 to RET-09); stays are limited by RET-49, RET-50.
    _routing_states = {
        "supervisor_audit": "sales",
        "marketing_audit": "marketing",
        "general_manager": "gmo",
        "verification": "sales",
        "approved": "sales",
        "inspected": "sales",
        "collected": "sales",
        "in_transit": "storage",
        "in_warehouse": "storage",
        "in_quality": "quality",
        "with_accounting": "accounting",
    }

    # What is asked for
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
        [("return", "Return"), ("exchange", "Exchange")],
        default="return",
        required=True,
        tracking=True,
        help="Exchange: the new goods are a new order under the normal order review "
        "(RET-29).",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        tracking=True,
        check_company=True,
        ondelete="restrict",
    )
    complaint_id = fields.Many2one(
        "crm.complaint",
        index="btree_not_null",
        tracking=True,
        check_company=True,
        ondelete="restrict",
        help="The complaint this return comes from (RET-54, GAP-37).",
    )
    reason_id = fields.Many2one(
        "crm.return.reason",
        required=True,
        index=True,
        tracking=True,
        check_company=True,
        ondelete="restrict",
    )
    reason_criterion = fields.Selection(related="reason_id.criterion")
    demand = fields.Text(
        string="Customer's Words",
        help="What the customer wrote or said when he asked for the return.",
    )
    evidence = fields.Text(
        help="The facts behind the reason, as the customer showed them (RET-15)."
    )
    handling_method = fields.Char(
        help="What is to be done with the goods; printed on the return note (RET-57)."
    )
    date_request = fields.Date(
        string="Date",
        required=True,
        index=True,
        copy=False,
        default=lambda self: self.env.company._policy_today(),
    )
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        required=True,
        index=True,
        tracking=True,
        default=lambda self: self.env.user,
    )
    department_id = fields.Many2one(
        "hr.department",
        compute="_compute_department_id",
        store=True,
        index=True,
        help="Department of the salesperson; its head is the sales supervisor who "
        "audits first (RET-18).",
    )
    line_ids = fields.One2many("crm.return.line", "return_id", "Goods", copy=True)
    contact_ids = fields.One2many("crm.return.contact", "return_id", "Contacts")
    amount_total = fields.Monetary(
        string="Value of Goods",
        readonly=True,
        copy=False,
        help="What the goods asked back were sold for, without tax, in company "
        "currency.",
    )
    explanation = fields.Text(
        string="Explanation to Customer",
        help="Why the demand does not meet the standard and how it was settled "
        "(RET-16).",
    )

    # At the customer; more in crm_return_collect
    inspection_note = fields.Text(
        copy=False,
        help="In a few words what was found at the customer; the parts list has it in "
        "full (RET-24).",
    )
    inspection_user_id = fields.Many2one(
        "res.users", "Inspected By", readonly=True, copy=False
    )
    inspection_date = fields.Date(readonly=True, copy=False)
    date_settled = fields.Date(readonly=True, copy=False)

    # ------------------------------------------------------------ constraints

    @api.constrains("partner_id", "complaint_id", "company_id")
    def _check_same_customer(self):
        for record in self:
            customer = record.partner_id.commercial_partner_id
            if record.partner_id != customer:
                raise ValidationError(
                    self.env._(
                        "Customer: choose the company %s, not one of its contacts.",
                        customer.name,
                    )
                )
            # sudo: whose complaint it is decides, also for who cannot open it
            owner = record.sudo().complaint_id.partner_id.commercial_partner_id
            if owner and owner != customer:
                raise ValidationError(
                    self.env._(
                        "Complaint %s is of another customer.",
                        record.sudo().complaint_id.display_name,
                    )
                )
        self.line_ids._check_source()

    @api.constrains("date_request")
    def _check_date_request(self):
        for record in self:
            if record.date_request > record.company_id._policy_today():
                raise ValidationError(
                    self.env._("Date: a return cannot be asked for in the future.")
                )

    # --------------------------------------------------------------- computes

    @api.depends("name", "partner_id")
    def _compute_display_name(self):
        for record in self:
            record.display_name = record.name or self.env._("New Return")

    @api.onchange("complaint_id")
    def _onchange_complaint_id(self):
        if self.complaint_id and not self.partner_id:
            self.partner_id = self.complaint_id.partner_id.commercial_partner_id
        if kind := self.complaint_id and self.complaint_id._return_kind():
            self.kind = kind

    # ----------------------------------------------------------------- checks

    def _check_customer_seen(self):
        """Raise unless the user may see the customers asked for."""
        partners = self.partner_id
        if partners - partners._filtered_access("read"):
            raise AccessError(
                self.env._("Customer: you do not look after this customer.")
            )

    def _check_explained(self):
        self._check_salesperson()
        if not (self.explanation or "").strip():
            raise UserError(
                self.env._(
                    "Explanation to Customer: write down how the demand was "
                    "explained and settled (RET-16)."
                )
            )
        self._refresh_facts()
        if self.eligible:
            raise UserError(
                self.env._(
                    "%s meets the standard; submit it instead.", self.display_name
                )
            )

    def _check_judged(self):
        self._check_holder()
        for line in self.line_ids:
            if line.qty_received and line.qa_result == "none":
                raise UserError(
                    self.env._(
                        "Quality Result of %s is missing: every product received is "
                        "judged before settlement (RET-35).",
                        line.product_id.display_name,
                    )
                )

    def _check_request_open(self, names):
        """Raise when the request itself would change too late."""
        for record in self:
            if record.state not in OPEN_REQUEST_STATES:
                raise UserError(
                    self.env._(
                        "%(document)s is decided and carried out (%(state)s): "
                        "%(fields)s cannot change any more.",
                        document=record.display_name,
                        state=dict(
                            self._fields["state"]._description_selection(self.env)
                        )[record.state],
                        fields=self._field_names(names),
                    )
                )

    # -------------------------------------------------------------- lifecycle

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_override_vals(vals)
            self._check_proof_vals(vals)
        records = super().create(self._follow_complaint(vals_list))
        records._check_customer_seen()
        # Lines refresh the facts of their return when they are created.
        records.filtered(lambda r: not r.line_ids)._refresh_facts()
        records._stamp_override(vals_list)
        return records

    def write(self, vals):
        # Lines guard themselves: quality judges them long after the request is closed.
        changed = [name for name in REQUEST_FIELDS if name in vals]
        if changed:
            self._check_request_open(changed)
        if "user_id" in vals:
            self._check_reassign()
        self._check_override_vals(vals)
        self._check_proof_vals(vals)
        self._check_text_vals(vals)
        res = super().write(vals)
        if "partner_id" in vals:
            self._check_customer_seen()
        if "proof_attachment_ids" in vals:
            self._own_proof_scans()
        if "override_reason" in vals:
            self._stamp_override([vals] * len(self))
        if set(vals) & {*REQUEST_FIELDS, "line_ids", "evidence", "contact_ids"}:
            drafts = self.filtered(lambda r: r.state == "draft")
            if "override_reason" not in vals:
                drafts._drop_override(set(vals) - {"contact_ids"})
            drafts._refresh_facts()
        return res

    @api.model
    def _follow_complaint(self, vals_list):
        """Fill in the kind a complaint decided where nobody says otherwise (RET-54)."""
        if "default_kind" in self.env.context:
            return vals_list
        Complaint = self.env["crm.complaint"]
        result = []
        for vals in vals_list:
            complaint = Complaint.browse(vals.get("complaint_id") or [])
            if "kind" not in vals and (kind := complaint and complaint._return_kind()):
                vals = {**vals, "kind": kind}
            result.append(vals)
        return result

    def _check_text_vals(self, vals):
        """Texts belong to the step in which they are written."""
        names = [n for n in ("explanation", "evidence", "demand") if n in vals]
        if names:
            self._check_in_states(("draft",), names)
        if "demand" in vals and any(record.channel == "portal" for record in self):
            raise UserError(
                self.env._("Customer's Words: what the customer wrote himself stays.")
            )
        if "inspection_note" in vals:
            self._check_in_states(("approved", "inspected"), ["inspection_note"])

    @api.model
    def _field_names(self, names):
        """Return the labels of fields as a list in words."""
        labels = [self._fields[name]._description_string(self.env) for name in names]
        return format_list(self.env, labels)

    def _check_in_states(self, states, names):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for record in self:
            if record.state not in states:
                raise UserError(
                    self.env._(
                        "%(fields)s of %(document)s can change in: %(states)s; it is "
                        "now %(state)s.",
                        fields=self._field_names(names),
                        document=record.display_name,
                        states=format_list(
                            self.env, [labels[state] for state in states]
                        ),
                        state=labels[record.state],
                    )
                )

    def _check_reassign(self):
        """Only a manager gives a return under way to another salesperson."""
        if self.env.su or self.env.user.has_group("crm_policy.group_manager"):
            return
        if any(record.state != "draft" for record in self):
            raise AccessError(
                self.env._(
                    "Only a manager gives a return under way to another salesperson."
                )
            )

    # ---------------------------------------------------------------- actions

    @arguments(comment=TEXT)
    def action_submit(self, comment=None):
        """Submit the application for approval (RET-17).

        :param comment: a word to who decides
        :return: True
        :raises UserError: standard not met, or more asked back than is left
        """
        self.check_access("write")
        for record in self:
            record._check_salesperson()
            record.action_request_approval(record._approval_route_step(), comment)
        return True

    def action_not_eligible(self):
        """Close a demand that does not meet the standard, with its explanation."""
        self.check_access("write")
        res = self._transition("not_eligible")
        self._owe_letter()
        return res

    def action_to_quality(self):
        """Hand the goods in quarantine to quality (RET-34)."""
        self.check_access("write")
        return self._transition("to_quality")

    def action_judged(self):
        """Hand the judged return to accounting; every line has its result (RET-35)."""
        self.check_access("write")
        return self._transition("judge")

    def action_view_orders(self):
        """Open the orders the goods come from."""
        return self._open_records("sale.action_orders", self.line_ids.sale_order_id)

    def action_view_complaint(self):
        """Open the complaint the return comes from."""
        self._policy_require_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.complaint",
            "res_id": self.complaint_id.id,
            "views": [(False, "form")],
        }
