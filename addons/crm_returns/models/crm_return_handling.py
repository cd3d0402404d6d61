"""A return inside the company: receipt differences, its ledger, its plan, its cost."""

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.crm_policy.models.arguments import TEXT, arguments

# States in which an exchange may be ordered.
EXCHANGE_STATES = (
    "approved",
    "inspected",
    "collected",
    "in_transit",
    "in_warehouse",
    "in_quality",
    "with_accounting",
    "settled",
)


class CrmReturn(models.Model):
    _inherit = "crm.return"

    _guarded_fields = (
        "label_serial",
        "difference_user_id",
        "difference_date",
        "cost_total",
    )

    # Receipt
    difference_instruction = fields.Text(
        copy=False,
        help="How the superior decided when goods and note differ: storage then "
        "signs for the actual goods (RET-60).",
    )
    difference_user_id = fields.Many2one(
        "res.users", "Instructed By", readonly=True, copy=False
    )
    difference_date = fields.Date("Instructed On", readonly=True, copy=False)

    # Ledger and plan
    label_serial = fields.Integer(readonly=True, copy=False)
    item_ids = fields.One2many(
        "crm.return.item", "return_id", "Goods Ledger", readonly=True
    )
    item_count = fields.Integer(compute="_compute_handling_counts")
    plan_ids = fields.One2many("crm.return.plan", "return_id", "Plans", readonly=True)
    plan_count = fields.Integer(compute="_compute_handling_counts")

    # Exchange
    exchange_order_ids = fields.One2many(
        "sale.order", "crm_return_id", "Exchange Orders", readonly=True
    )
    exchange_count = fields.Integer(compute="_compute_handling_counts")

    # Cost, company currency
    freight_cost = fields.Monetary(
        copy=False,
        tracking=True,
        help="Haulage of the return borne by us, company currency, untaxed.",
    )
    cost_total = fields.Monetary(
        string="Cost of Return",
        compute="_compute_cost_total",
        store=True,
        help="Rework, value lost and haulage, company currency.",
    )

    _freight_positive = models.Constraint(
        "CHECK (freight_cost >= 0)", "The cost of haulage cannot be negative."
    )

    @api.depends("item_ids.cost", "freight_cost")
    def _compute_cost_total(self):
        for record in self:
            record.cost_total = record.freight_cost + sum(
                record.item_ids.mapped("cost")
            )

    def _compute_handling_counts(self):
        self._count_linked(
            ("crm.return.item", "return_id", "item_count"),
            ("crm.return.plan", "return_id", "plan_count"),
            ("sale.order", "crm_return_id", "exchange_count"),
        )

    # ------------------------------------------------------------------ checks

    def write(self, vals):
        if "difference_instruction" in vals:
            self._check_instruct()
        if "freight_cost" in vals and not self._is_desk():
            self._check_accountant()
        res = super().write(vals)
        if "difference_instruction" in vals:
            for record in self:
                record._write_guarded(
                    {
                        "difference_user_id": self.env.uid,
                        "difference_date": record.company_id._policy_today(),
                    }
                )
        if "freight_cost" in vals:
            self._sync_complaint_loss()
        return res

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("difference_instruction") or vals.get("freight_cost"):
                raise UserError(
                    self.env._(
                        "Instructions on differences and costs are entered when the "
                        "goods come back."
                    )
                )
        return super().create(vals_list)

    def _check_instruct(self):
        """Raise unless a superior of the storage instructs, while goods come in."""
        self._check_in_states(("in_transit",), ["difference_instruction"])
        if self.env.user.has_group("crm_policy.group_manager") or self._is_desk():
            return
        # sudo: who heads the department, not the employees' data
        for record in self.sudo():
            if record.routing_department_id._policy_heads() != self.env.user:
                raise AccessError(
                    self.env._(
                        "%s: a superior instructs on differences between goods and "
                        "note, the keeper asks for it (RET-60).",
                        record.display_name,
                    )
                )

    def _check_difference_instructed(self):
        """Raise when other goods arrived than approved, without instruction."""
        for record in self:
            if (record.difference_instruction or "").strip():
                continue
            for line in record.line_ids:
                if line.product_uom_id.compare(line.qty_received, line.qty_approved):
                    raise UserError(
                        self.env._(
                            "%(product)s on return %(document)s: %(received)s "
                            "arrived, %(approved)s are on the note. Ask a superior "
                            "for an instruction before signing for the actual goods "
                            "(RET-60).",
                            product=line.product_id.display_name,
                            document=record.name,
                            received=line.qty_received,
                            approved=line.qty_approved,
                        )
                    )

    # ----------------------------------------------------------------- actions

    @arguments(instruction=TEXT)
    def action_instruct_difference(self, instruction):
        """Instruct the storage how to receive goods that differ from the note.

        :param instruction: what is decided; required
        :return: True
        :raises AccessError: neither head of storage nor a manager (RET-60)
        """
        if not (instruction or "").strip():
            raise UserError(self.env._("Difference Instruction: write it down."))
        self.write({"difference_instruction": instruction})
        return True

    def action_judged(self):
        """Hand the judged return to accounting and its goods to the analysis."""
        res = super().action_judged()
        for record in self:
            # sudo: the goods of this return, whoever judged them
            items = record.sudo().item_ids.filtered(
                lambda i: not i.plan_id and not i._goes_directly()
            )
            if items:
                self.env["crm.return.plan"]._begin(record, items)
        return res

    def action_create_exchange(self):
        """Open the new order of an exchange, to go through the normal review (RET-29).

        The goods approved for return are offered again; what the customer takes
        instead is changed on the order.

        :return: id of the quotation
        :raises UserError: no exchange, not approved, or ordered already
        """
        self._policy_require_one()
        self._check_salesperson()
        if self.kind != "exchange":
            raise UserError(
                self.env._("%s is a return, not an exchange.", self.display_name)
            )
        self._check_transition_state(EXCHANGE_STATES)
        # sudo: orders of others for this exchange count as well
        existing = self.sudo().exchange_order_ids.filtered(
            lambda o: o.state != "cancel"
        )
        if existing:
            raise UserError(
                self.env._(
                    "%(document)s is exchanged by order %(order)s already.",
                    document=self.display_name,
                    order=existing[0].name,
                )
            )
        return self.env["sale.order"].create(self._prepare_exchange()).id

    def _prepare_exchange(self):
        return {
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "user_id": self.user_id.id,
            "origin": self.name,
            "crm_return_id": self.id,
            # sudo: the complaint may be none of the salesperson's
            "settles_complaint_id": self.sudo().complaint_id.id,
            "order_line": [
                Command.create(
                    {
                        "product_id": line.product_id.id,
                        "product_uom_id": line.product_uom_id.id,
                        "product_uom_qty": line.qty_received or line.qty_approved,
                    }
                )
                for line in self.line_ids
                if line.qty_received or line.qty_approved
            ],
        }

    def action_exchange(self):
        """Open the new order of the exchange and show it."""
        self.action_create_exchange()
        return self.action_view_exchange()

    def action_view_exchange(self):
        """Show the orders that replace the goods."""
        return self._open_records("sale.action_orders", self.exchange_order_ids)

    def action_view_items(self):
        """Show the ledger of the goods of this return."""
        return self._open_records("crm_returns.action_crm_return_item", self.item_ids)

    def action_view_plans(self):
        """Show the handling plans of this return."""
        return self._open_records("crm_returns.action_crm_return_plan", self.plan_ids)

    def action_instruct_wizard(self):
        """Ask for the instruction on goods that differ from the note."""
        self._policy_require_one()
        return self._ask("instruct", return_id=self.id)
