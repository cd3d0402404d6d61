"""Customer complaints: the form, and who may fill which part of it when.

The workflow is in `crm_complaint_flow`, the decision by amount in
`crm_complaint_decision`, what other programs call in `crm_complaint_program`.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import float_compare, format_list

from .complaint_states import STATES, TRANSITIONS
from .complaint_steps import STEP_FIELDS

# What filing reads of the customer.
FILING_FIELDS = ("user_id", "commercial_partner_id", "is_foreign", "company_id")
# Stored computes nobody may type in.
COMPUTED_FIELDS = ("amount_decision", "amount_basis", "is_foreign", "department_id")
# The literal note of CMP-28, "quantity open, still in process at the customer".
NOTE_QUANTITY_OPEN = "客户加工中未确定"


class CrmComplaint(models.Model):
    """A customer's complaint of a quality abnormality (profile PCB, SM-10).

    The General manager's office numbers it at registration (CMP-23, CMP-32); the
    departments fill their part while they hold it, within the stage limits
    (CMP-58 to CMP-63), and whoever has the authority for the amount decides it
    (CMP-67 to CMP-69). Nothing binding happens before the decision.
    """

    _name = "crm.complaint"
    _inherit = ["crm.document.mixin", "crm.approval.mixin", "crm.routing.mixin"]
    _description = "Customer Complaint"
    _order = "date desc, id desc"
    _check_company_auto = True
    _policy_topic = "complaint"
    _number_code = "crm.complaint"
    _number_on_create = False
    _transitions = TRANSITIONS
    _positive_fields = (
        "amount_claim",
        "amount_settlement",
        "delivered_quantity",
        "defective_quantity",
    )
    _guarded_fields = (
        *COMPUTED_FIELDS,
        "parent_id",
        "not_substantiated",
        "not_substantiated_reason",
        "customer_refusal",
        "submitted_at",
        "received_at",
        "decided_at",
        "decided_by_id",
        "executed_at",
        "closed_at",
    )

    # What the customer complains of
    state = fields.Selection(
        STATES,
        default="draft",
        required=True,
        index=True,
        tracking=True,
        copy=False,
        group_expand="_group_expand_states",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        index=True,
        check_company=True,
        ondelete="restrict",
        help="May be unknown in a draft taken in by e-mail or telephone only.",
    )
    contact_id = fields.Many2one(
        "res.partner", "Complainant", help="The customer's person who complained."
    )
    user_id = fields.Many2one(
        "res.users",
        "Salesperson",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        tracking=True,
        help="The customer's account owner, or whoever takes the complaint in.",
    )
    department_id = fields.Many2one(
        "hr.department",
        "Sales Department",
        compute="_compute_department_id",
        store=True,
        precompute=True,
        index=True,
        help="The department of the salesperson; its heads see the complaint.",
    )
    date = fields.Date(
        "Complaint Date",
        required=True,
        index=True,
        default=lambda self: self.env.company._policy_today(),
        help="Day the customer complained, in the company's time zone. Amounts are "
        "converted at this day's rate.",
    )
    channel = fields.Selection(
        [
            ("phone", "Telephone"),
            ("email", "E-mail"),
            ("letter", "Letter"),
            ("visit", "On Site"),
            ("hotline", "Hotline"),
            ("portal", "Customer Portal"),
            ("web", "Web"),
            ("chat", "Chat"),
            ("program", "Another Program"),
            ("other", "Other"),
        ],
        default="phone",
    )
    is_foreign = fields.Boolean(
        "Foreign",
        compute="_compute_is_foreign",
        store=True,
        precompute=True,
        index=True,
        help="The customer was a foreign one when the complaint was taken in: the "
        "longer time limits apply (CMP-57, CMP-61).",
    )
    category_id = fields.Many2one("crm.complaint.category", "Class", index=True)
    sale_order_id = fields.Many2one(
        "sale.order", index="btree_not_null", check_company=True
    )
    order_reference = fields.Char(
        help="Order number where the order is not in this system."
    )
    picking_id = fields.Many2one(
        "stock.picking", "Delivery", index="btree_not_null", check_company=True
    )
    delivery_date = fields.Date(
        compute="_compute_delivery", store=True, readonly=False, precompute=True
    )
    product_id = fields.Many2one(
        "product.product", index="btree_not_null", check_company=True
    )
    part_number = fields.Char(
        compute="_compute_part_number", store=True, readonly=False, precompute=True
    )
    lot_id = fields.Many2one("stock.lot", check_company=True)
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    delivered_quantity = fields.Float(
        digits="Product Unit",
        compute="_compute_delivery",
        store=True,
        readonly=False,
        precompute=True,
        help="Quantity delivered, in the product's unit.",
    )
    defective_quantity = fields.Float(
        digits="Product Unit", help="Defective quantity, in the product's unit."
    )
    quantity_open = fields.Boolean(
        help="The quantity to return or exchange is unknown because the customer is "
        "still processing the goods: the demand then carries the literal note "
        "(CMP-28)."
    )
    description = fields.Text("Abnormality")
    demand = fields.Text("Customer's Demand")
    claim_currency_id = fields.Many2one(
        "res.currency",
        "Currency of the Claim",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    amount_claim = fields.Monetary(
        "Claimed Amount",
        currency_field="claim_currency_id",
        help="What the customer claims, in the currency of the claim.",
    )
    opinion = fields.Text("Salesperson's Opinion")
    sample_attached = fields.Boolean("Defective Sample Attached")

    # Quality management
    cause = fields.Text("Cause Traced", copy=False)
    responsible_department_id = fields.Many2one(
        "hr.department", index="btree_not_null", copy=False
    )
    # Production unit
    production_cause = fields.Text("Cause Analysis", copy=False)
    countermeasure = fields.Text(copy=False)
    production_unit = fields.Char(copy=False)
    shift = fields.Char(copy=False)
    # The public directory: production names its staff without rights in HR.
    production_employee_ids = fields.Many2many(
        "hr.employee.public", string="Production Staff", copy=False
    )
    production_date = fields.Date(copy=False)
    # Manager's office, R&D, General manager's office
    manager_instruction = fields.Text("Manager's Instruction", copy=False)
    needs_rd = fields.Boolean("R&D Opinion Needed", copy=False)
    rd_opinion = fields.Text("R&D Opinion", copy=False)
    gmo_check = fields.Text("Check of the GM's Office", copy=False)
    # Sales
    sales_opinion = fields.Text("Sales Handling Opinion", copy=False)
    negotiation_result = fields.Text(
        copy=False,
        help="What was explained to the customer and what the customer said. "
        "Finding facts only: nothing may be promised before the decision (GAP-12).",
    )
    supervisor_reading = fields.Text("Supervisor's Remark", copy=False)
    # Consolidated opinion
    summary = fields.Text("Consolidated Opinion", copy=False)
    amount_settlement = fields.Monetary(
        "Proposed Settlement",
        currency_field="claim_currency_id",
        copy=False,
        help="What we would settle for, in the currency of the claim.",
    )
    amount_decision = fields.Monetary(
        "Deciding Amount",
        currency_field="currency_id",
        compute="_compute_amount_decision",
        store=True,
        precompute=True,
        help="The larger of claim and proposed settlement, in company currency at "
        "the complaint's date: it decides who has the authority (GAP-07).",
    )
    amount_basis = fields.Selection(
        [("claim", "Claim"), ("settlement", "Settlement")],
        "Amount Used",
        compute="_compute_amount_decision",
        store=True,
        precompute=True,
    )
    improvement_tracked = fields.Selection(
        [("yes", "Yes"), ("no", "No")],
        copy=False,
        help="Whether the improvement is put under tracking (CMP-43).",
    )
    resolution_ids = fields.One2many(
        "crm.complaint.resolution", "complaint_id", "Resolutions", copy=False
    )
    # Outcome
    not_substantiated = fields.Boolean(copy=False)
    not_substantiated_reason = fields.Text(copy=False)
    customer_answer = fields.Text("Answer to the Customer", copy=False)
    collection_date = fields.Date(
        "Collect Until",
        copy=False,
        help="Day by which the receivable is collected, from the prescribed "
        "collection period (CMP-54).",
    )
    customer_refusal = fields.Text(
        copy=False, help="Why the customer did not accept the conclusion (CMP-47)."
    )
    execution_result = fields.Text(copy=False)
    parent_id = fields.Many2one(
        "crm.complaint", "Original Complaint", index="btree_not_null", copy=False
    )
    child_ids = fields.One2many("crm.complaint", "parent_id", "Follow-up Complaints")
    submitted_at = fields.Datetime("Sent to GM's Office on", copy=False)
    received_at = fields.Datetime("Registered on", copy=False, index=True)
    decided_at = fields.Datetime("Decided on", copy=False)
    decided_by_id = fields.Many2one("res.users", "Decided by", copy=False, index=True)
    executed_at = fields.Datetime("Execution Confirmed on", copy=False)
    closed_at = fields.Datetime("Closed on", copy=False, index=True)
    # The list as everybody opens it.
    _open_idx = models.Index(
        "(date DESC, id DESC) WHERE state NOT IN ('closed', 'cancelled')"
    )
    _customer_known = models.Constraint(
        "CHECK(partner_id IS NOT NULL OR state IN ('draft', 'cancelled'))",
        "A complaint has a customer before it is sent on.",
    )
    _quantity_positive = models.Constraint(
        "CHECK(delivered_quantity >= 0 AND defective_quantity >= 0)",
        "Quantities of a complaint cannot be negative.",
    )
    _amount_positive = models.Constraint(
        "CHECK(amount_claim >= 0 AND amount_settlement >= 0)",
        "Claimed and settled amounts cannot be negative.",
    )

    @api.constrains(
        "defective_quantity", "delivered_quantity", "picking_id", "product_id"
    )
    def _check_quantities(self):
        for complaint in self:
            if complaint.picking_id and complaint.delivered_quantity:
                complaint._check_delivered()
            if (
                complaint.delivered_quantity
                and complaint.defective_quantity > complaint.delivered_quantity
            ):
                raise ValidationError(
                    self.env._(
                        "Defective quantity %(defective)s is more than the delivered "
                        "quantity %(delivered)s.",
                        defective=complaint.defective_quantity,
                        delivered=complaint.delivered_quantity,
                    )
                )

    def _check_delivered(self):
        """A quantity typed in is at most what the delivery named holds."""
        # sudo: the facts of the delivery, also for who cannot open deliveries
        picking = self.sudo().picking_id
        if picking.state != "done" or not self.product_id:
            return
        held = self._delivered_by(picking)
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        if float_compare(self.delivered_quantity, held, precision_digits=digits) > 0:
            raise ValidationError(
                self.env._(
                    "Delivered quantity %(delivered)s is more than the %(held)s of "
                    "delivery %(delivery)s.",
                    delivered=self.delivered_quantity,
                    held=held,
                    delivery=picking.name,
                )
            )

    @api.constrains("date", "reported_at")
    def _check_not_future(self):
        """Nobody complains tomorrow: rates and time limits count from these days."""
        now = fields.Datetime.now()
        for company, complaints in self.grouped("company_id").items():
            today = company._policy_today()
            for complaint in complaints:
                if complaint.date and complaint.date > today:
                    complaint._raise_future("date", complaint.date)
                moment = complaint.reported_at
                if moment and moment > now and company._policy_date(moment) > today:
                    complaint._raise_future("reported_at", company._policy_date(moment))

    def _raise_future(self, name, day):
        raise ValidationError(
            self.env._(
                "%(field)s %(day)s is in the future.",
                field=self._fields[name]._description_string(self.env),
                day=day,
            )
        )

    @api.constrains("partner_id", "contact_id", "sale_order_id", "picking_id")
    def _check_same_customer(self):
        for complaint in self:
            customer = complaint.partner_id.commercial_partner_id
            # sudo: whose person it is decides, also for who cannot open the contact
            person = complaint.contact_id.sudo()
            if person and customer and person.commercial_partner_id != customer:
                raise ValidationError(
                    self.env._(
                        "Complainant %s belongs to another customer.", person.name
                    )
                )
            for document, name in (
                (complaint.sale_order_id, "sale_order_id"),
                (complaint.picking_id, "picking_id"),
            ):
                # sudo: whose order it is decides, also for who cannot open orders
                owner = document.sudo().partner_id.commercial_partner_id
                if owner and owner != customer:
                    raise ValidationError(
                        self.env._(
                            "%(field)s %(document)s is of another customer.",
                            field=self._fields[name]._description_string(self.env),
                            # sudo: the number of the document the user named
                            document=document.sudo().display_name,
                        )
                    )

    @api.constrains("product_id", "lot_id", "picking_id", "sale_order_id")
    def _check_product(self):
        for complaint in self.filtered("product_id"):
            # sudo: what was sold and delivered decides, also for who cannot open it
            product, source = complaint.product_id, complaint.sudo()
            if source.lot_id and source.lot_id.product_id != product:
                raise ValidationError(
                    self.env._("Lot %s is of another product.", source.lot_id.name)
                )
            goods = (
                source.picking_id.move_ids.product_id
                or source.sale_order_id.order_line.product_id
            )
            if goods and product not in goods:
                raise ValidationError(
                    self.env._(
                        "Product %s is not in the order or delivery named.",
                        product.display_name,
                    )
                )

    # ----------------------------------------------------------------- computes

    @api.depends("partner_id")
    def _compute_user_id(self):
        # A customer has more than a hundred columns; filing needs these.
        self.partner_id.fetch(FILING_FIELDS)
        for complaint in self:
            partner = complaint.partner_id
            complaint.user_id = (
                complaint.user_id
                or partner.user_id
                or partner.commercial_partner_id.user_id
                or self.env.user
            )

    @api.depends("user_id", "company_id")
    def _compute_department_id(self):
        departments = self.user_id._policy_departments(self.company_id)
        for complaint in self:
            key = complaint.user_id, complaint.company_id
            complaint.department_id = departments.get(key)

    @api.depends("partner_id")
    def _compute_is_foreign(self):
        for complaint in self:
            complaint.is_foreign = complaint.partner_id.is_foreign

    @api.depends("product_id")
    def _compute_part_number(self):
        for complaint in self:
            complaint.part_number = (
                complaint.product_id.default_code or complaint.part_number
            )

    @api.depends("picking_id", "product_id")
    def _compute_delivery(self):
        for complaint in self:
            # sudo: the facts of the delivery, also for who cannot open deliveries
            picking = complaint.sudo().picking_id
            if not picking:
                complaint.delivery_date = complaint.delivery_date
                complaint.delivered_quantity = complaint.delivered_quantity
                continue
            done = picking.date_done or picking.scheduled_date
            complaint.delivery_date = done and complaint.company_id._policy_date(done)
            complaint.delivered_quantity = complaint._delivered_by(picking)

    def _delivered_by(self, picking):
        """Return how much of the product a delivery holds, in the product's unit."""
        return sum(
            move.product_uom._compute_quantity(move.quantity, move.product_id.uom_id)
            for move in picking.move_ids
            if move.product_id == self.product_id
        )

    @api.depends("amount_claim", "amount_settlement", "claim_currency_id", "date")
    def _compute_amount_decision(self):
        for complaint in self:
            claim, settlement = complaint.amount_claim, complaint.amount_settlement
            larger = max(claim, settlement)
            currency, own = complaint.claim_currency_id, complaint.currency_id
            if larger and currency and currency != own:
                larger = currency._convert(
                    larger, own, complaint.company_id, complaint.date
                )
            complaint.amount_decision = larger
            complaint.amount_basis = (
                larger and ("settlement" if settlement > claim else "claim") or False
            )

    @api.depends("name", "partner_id")
    def _compute_display_name(self):
        for complaint in self:
            if complaint.name:
                complaint.display_name = complaint.name
                continue
            # sudo: the name only, also for who may not open the customer's file
            customer = complaint.sudo().partner_id.name
            complaint.display_name = self.env._(
                "Draft complaint of %s",
                customer or self.env._("an unknown customer"),
            )

    # ------------------------------------------------------------------- checks

    @api.model
    def _step_field_states(self):
        """Return {field name: states in which it may be filled}."""
        states = {}
        for state, names in STEP_FIELDS.items():
            for name in names:
                states.setdefault(name, []).append(state)
        return states

    def _check_step_fields(self, vals):
        """Raise unless the fields of ``vals`` belong to the step and its holder.

        :raises UserError: the step that fills the field is not the present one
        :raises AccessError: the complaint is at another department or person
        """
        field_states = self._step_field_states()
        touched = [name for name in vals if name in field_states]
        if not touched:
            return
        for complaint in self:
            for name in touched:
                if complaint.state not in field_states[name]:
                    complaint._raise_other_step(name, field_states[name])
            complaint._check_step_holder()
            complaint._check_not_executed()

    def _raise_other_step(self, name, states):
        labels = dict(self._fields["state"]._description_selection(self.env))
        raise UserError(
            self.env._(
                "%(field)s of %(document)s is filled in the step %(steps)s; the "
                "complaint is now in the step %(state)s.",
                field=self._fields[name]._description_string(self.env),
                document=self.display_name,
                steps=format_list(self.env, [labels[state] for state in states]),
                state=labels[self.state],
            )
        )

    def _check_step_holder(self):
        """Raise unless the user may fill the part of the present step."""
        self.ensure_one()
        if self.env.su or self.state in ("draft", "closed", "cancelled"):
            return
        self._check_holder()

    @api.model
    def _carry_open_note(self, vals, demand):
        """Return ``vals`` with the demand carrying the note, or not (CMP-28)."""
        if "quantity_open" not in vals:
            return vals
        demand = vals.get("demand", demand) or ""
        if vals["quantity_open"] and NOTE_QUANTITY_OPEN not in demand:
            demand = f"{demand}\n{NOTE_QUANTITY_OPEN}".strip()
        elif not vals["quantity_open"] and NOTE_QUANTITY_OPEN in demand:
            demand = demand.replace(NOTE_QUANTITY_OPEN, "").strip()
        else:
            return vals
        return {**vals, "demand": demand}

    # ---------------------------------------------------------------- lifecycle

    @api.model_create_multi
    def create(self, vals_list):
        later = self._step_field_states().keys() - set(STEP_FIELDS["draft"])
        for vals in vals_list:
            for name in later.intersection(vals):
                if vals[name]:
                    self._raise_guarded(name)
        return super().create(
            [self._carry_open_note(vals, vals.get("demand")) for vals in vals_list]
        )

    def _creation_message(self):
        return self.env._("Complaint filed")

    def write(self, vals):
        self._check_step_fields(vals)
        if "user_id" in vals:
            self._check_reassign()
        if {"quantity_open", "demand"}.isdisjoint(vals):
            return super().write(vals)
        for complaint in self:
            flag = {"quantity_open": complaint.quantity_open, **vals}
            own_vals = {**vals, **self._carry_open_note(flag, complaint.demand)}
            super(CrmComplaint, complaint).write(own_vals)
        return True

    def _check_reassign(self):
        """Only the team's manager gives a complaint under way to somebody else."""
        if self.env.su or self.env.user.has_group("crm_policy.group_manager"):
            return
        if any(complaint.state != "draft" for complaint in self):
            raise AccessError(
                self.env._(
                    "Only a manager gives a complaint under way to another salesperson."
                )
            )
