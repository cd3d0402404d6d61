"""The ledger of goods that came back (台账, F-95): each thing and where it is.

One entry per lot or serial number of a receipt, or part of it once quality has judged
the parts differently. Entries are made by done receipts and follow done stock moves,
so sales and finance read here what really happened to the goods (RET-31, RET-43).
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import float_compare

from odoo.addons.crm_policy.models.arguments import NUMBER, RECORD, TEXT, arguments

QA_RESULTS = [
    ("none", "Not judged"),
    ("good", "Good"),
    ("defective", "Defective"),
    ("incomplete", "Parts missing"),
    ("scrap", "Beyond repair"),
]
DISPOSITIONS = [
    ("restock", "Back to stock"),
    ("rework", "Rework, then stock"),
    ("scrap", "Scrap"),
    ("supplier", "Back to supplier"),
    ("customer", "Back to customer"),
]
# What quality proposes for a result, until the plan says otherwise.
PROPOSED = {
    "good": "restock",
    "defective": "rework",
    "incomplete": "rework",
    "scrap": "scrap",
}
STATES = [
    ("quarantine", "In quarantine"),
    ("judged", "Judged"),
    ("rework", "In rework"),
    ("recheck", "To check again"),
    ("passed", "Passed inspection"),
    ("restocked", "Back in stock"),
    ("scrapped", "Scrapped"),
    ("supplier", "At the supplier"),
    ("customer", "At the customer"),
]
FINAL_STATES = ("restocked", "scrapped", "supplier", "customer")
TRANSITIONS = {
    "judge": {"from": ("quarantine", "judged"), "to": "judged"},
    "unjudge": {"from": ("judged",), "to": "quarantine"},
    "rework": {"from": ("judged",), "to": "rework"},
    "reworked": {"from": ("rework",), "to": "recheck"},
    "pass": {"from": ("recheck",), "to": "passed"},
    "fail": {"from": ("recheck",), "to": "judged"},
    "restock": {"from": ("judged", "passed"), "to": "restocked"},
    "scrap": {"from": ("judged", "passed"), "to": "scrapped"},
    "supplier": {"from": ("judged", "passed"), "to": "supplier"},
    "customer": {"from": ("judged", "passed"), "to": "customer"},
}
# What people enter; the rest follows goods and decisions.
JUDGEMENT_FIELDS = frozenset(("qa_result", "qa_note", "missing_parts", "disposition"))
# Worst first: the result of a line whose parts were judged differently.
SEVERITY = ("scrap", "incomplete", "defective", "good", "none")


class CrmReturnItem(models.Model):
    """Goods of one lot that came back. Quantities are in the product's own unit."""

    _name = "crm.return.item"
    _inherit = [
        "crm.approval.line.mixin",
        "crm.guard.mixin",
        "crm.customer.withheld.mixin",
    ]
    _description = "Returned Goods"
    _order = "date_received desc, id desc"
    _check_company_auto = True
    _approval_parent = "plan_id"
    _transitions = TRANSITIONS
    _unlink_states = ()
    _guarded_fields = (
        "name",
        "return_line_id",
        "loan_line_id",
        "move_id",
        "product_id",
        "lot_id",
        "quantity",
        "partner_id",
        "user_id",
        "company_id",
        "date_received",
        "date_done",
        "location_id",
        "qa_user_id",
        "qa_date",
        "recheck_note",
        "recheck_user_id",
        "recheck_date",
        "plan_id",
        "repair_id",
        "mark",
        "value",
        "value_restocked",
        "cost_rework",
        "cost_value",
        "cost",
    )

    name = fields.Char(
        string="Label",
        readonly=True,
        index=True,
        help="Number of the identification label on the goods (RET-35).",
    )
    state = fields.Selection(
        STATES, default="quarantine", required=True, readonly=True, index=True
    )
    return_line_id = fields.Many2one(
        "crm.return.line", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    return_id = fields.Many2one(
        related="return_line_id.return_id", store=True, index=True, string="Return"
    )
    loan_line_id = fields.Many2one(
        "crm.loan.line", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    loan_id = fields.Many2one(
        related="loan_line_id.loan_id", store=True, index="btree_not_null"
    )
    move_id = fields.Many2one(
        "stock.move",
        "Receipt",
        readonly=True,
        required=True,
        index=True,
        ondelete="restrict",
        help="The stock move that brought the goods into quarantine.",
    )
    product_id = fields.Many2one(
        "product.product", required=True, readonly=True, index=True, ondelete="restrict"
    )
    lot_id = fields.Many2one(
        "stock.lot",
        string="Lot/Serial Number",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    quantity = fields.Float(
        required=True,
        readonly=True,
        digits="Product Unit",
        help="In the product's own unit.",
    )
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    user_id = fields.Many2one(
        "res.users", string="Salesperson", readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    # Where it is
    location_id = fields.Many2one(
        "stock.location",
        string="Whereabouts",
        readonly=True,
        index=True,
        ondelete="restrict",
        help="Where the goods are by the last stock move of this entry (RET-43).",
    )
    date_received = fields.Date(readonly=True, index=True)
    date_done = fields.Date(
        string="Dealt With On", readonly=True, help="When the goods left quarantine."
    )

    # Quality (RET-35, RET-47)
    qa_result = fields.Selection(
        QA_RESULTS, string="Quality Result", default="none", required=True, index=True
    )
    qa_note = fields.Char(
        string="Quality Note", help="Function and appearance found (RET-35)."
    )
    missing_parts = fields.Char(help="Parts that did not come back (RET-47).")
    qa_user_id = fields.Many2one("res.users", string="Judged By", readonly=True)
    qa_date = fields.Date(string="Judged On", readonly=True)

    # What becomes of it (RET-10, RET-36)
    disposition = fields.Selection(
        DISPOSITIONS,
        index=True,
        help="What is to be done with the goods. Proposed by quality, settled in the "
        "handling plan that the general manager approves (RET-10, RET-37).",
    )
    plan_id = fields.Many2one(
        "crm.return.plan",
        string="Handling Plan",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    plan_state = fields.Selection(related="plan_id.state", string="Plan State")
    repair_id = fields.Many2one(
        "repair.order",
        string="Repair Order",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    recheck_note = fields.Char(
        string="Result After Rework", readonly=True, help="RET-42."
    )
    recheck_user_id = fields.Many2one("res.users", "Checked By", readonly=True)
    recheck_date = fields.Date("Checked On", readonly=True)
    mark = fields.Selection(
        [
            ("returned", "Returned, as new"),
            ("reworked", "Returned and reworked"),
            ("second", "Second choice"),
        ],
        readonly=True,
        help="Mark under which the goods are in stock again (RET-43).",
    )
    move_ids = fields.One2many("stock.move", "crm_return_item_id", "Moves")

    # Money, company currency
    value = fields.Monetary(
        string="Value Received",
        readonly=True,
        help="Value in stock of the goods when they came back, company currency.",
    )
    value_restocked = fields.Monetary(
        readonly=True,
        help="Value in stock given to the goods after their return, company currency.",
    )
    cost_value = fields.Monetary(
        string="Value Lost",
        readonly=True,
        help="Value of goods scrapped, and what goods in stock again were written "
        "down by, company currency.",
    )
    cost_rework = fields.Monetary(
        string="Cost of Rework",
        readonly=True,
        help="Parts used, labour and other cost of the rework, company currency.",
    )
    cost = fields.Monetary(compute="_compute_cost", store=True)

    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0)", "A ledger entry has a quantity above zero."
    )

    @api.depends("cost_value", "cost_rework")
    def _compute_cost(self):
        for item in self:
            item.cost = item.cost_value + item.cost_rework

    @api.depends("name", "product_id")
    def _compute_display_name(self):
        for item in self:
            item.display_name = f"{item.name or ''} · {item.product_id.display_name}"

    # ------------------------------------------------------------------ rights

    @api.model
    def _entrusted_domain(self):
        """Whoever has the return, the loan or the plan in hand."""
        return (
            super()._entrusted_domain()
            | Domain("return_id", "any", self.env["crm.return"]._entrusted_domain())
            | Domain("loan_id", "any", self.env["crm.loan"]._entrusted_domain())
            | Domain("plan_id", "any", self.env["crm.return.plan"]._entrusted_domain())
        )

    # --------------------------------------------------------------- lifecycle

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            # The ledger is kept by receipts; guarded fields alone would say it less
            # clearly.
            self._raise_ledger()
        return super().create(vals_list)

    def _raise_ledger(self):
        raise AccessError(
            self.env._(
                "The ledger of returned goods is kept by receipts and transfers; "
                "entries are not made by hand (RET-31)."
            )
        )

    def write(self, vals):
        if JUDGEMENT_FIELDS.isdisjoint(vals) or JUDGEMENT_FIELDS.intersection(vals) <= (
            self._guard_open_fields()
        ):
            return super().write(vals)
        stamp = self._check_judgement(vals)
        res = super().write(vals)
        for item in self:
            item._follow_judgement(vals, stamp)
        return res

    def _check_judgement(self, vals):
        """Raise unless these entries may be judged now; return who judges, when.

        Quality judges while the return or loan is with it; the technical department
        corrects the disposition while it writes the plan (RET-36).
        """
        if set(vals) & JUDGEMENT_FIELDS == {"disposition"} and all(
            item.plan_id.state == "draft" for item in self
        ):
            self.plan_id._routing_check_holder()
            for item in self:
                item._check_transition_state(("judged",))
            return {}
        for item in self:
            item._check_transition_state(("quarantine", "judged"))
        for document in self._sources():
            document._check_transition_state(("in_quality",))
            document._check_holder()
        return {
            "qa_user_id": self.env.uid,
            "qa_date": self.env.company._policy_today(),
        }

    def _sources(self):
        """Return the documents these goods came back on, model by model."""
        # sudo: who judges reads the document through the rights of its department
        items = self.sudo()
        return [*items.return_id.sudo(False), *items.loan_id.sudo(False)]

    def _follow_judgement(self, vals, stamp):
        """Stamp who judged, propose a disposition, keep the line's result."""
        self.ensure_one()
        if self.qa_result == "none":
            if self.state == "judged":
                self._transition("unjudge", disposition=False, **stamp)
        elif stamp:
            own = dict(stamp)
            if "qa_result" in vals and "disposition" not in vals:
                own["disposition"] = PROPOSED[self.qa_result]
            self._transition("judge", **own)
        self._sync_line_result()

    def _sync_line_result(self):
        """Show on the return's line the worst result of its goods."""
        for line in self.return_line_id:
            # sudo: who judges part of the goods sees the rest of them as well
            items = line.sudo().item_ids
            results = set(items.mapped("qa_result"))
            worst = min(results, key=SEVERITY.index)
            if "none" in results and len(results) > 1:
                worst = "none"
            if line.qa_result != worst:
                line._write_guarded({"qa_result": worst})

    # ----------------------------------------------------------------- actions

    @arguments(result=TEXT, note=TEXT, missing_parts=TEXT, disposition=TEXT)
    def action_judge(self, result, note=None, missing_parts=None, disposition=None):
        """Record the judgement of quality on these goods (RET-35, RET-47).

        :param result: good, defective, incomplete or scrap
        :param note: function and appearance found
        :param missing_parts: what did not come back
        :param disposition: restock, rework, scrap, supplier or customer; by default
            what the result suggests
        :return: True
        :raises UserError: not in quality; AccessError: not of the department
        """
        vals = {"qa_result": result}
        for name, value in (
            ("qa_note", note),
            ("missing_parts", missing_parts),
            ("disposition", disposition),
        ):
            if value:
                vals[name] = value
        self.write(vals)
        return True

    @arguments(quantity=NUMBER)
    def action_split(self, quantity):
        """Take part of the goods into an entry of its own, to judge it differently.

        :param quantity: quantity of the new entry, in the product's unit
        :return: id of the new entry
        :raises UserError: not more than zero, or not less than there is
        """
        self._policy_require_one()
        self._check_judgement({"qa_result": self.qa_result})
        self._check_figures({"quantity": quantity})
        if self.plan_id or not (
            float_compare(quantity, 0, 6) > 0
            and self.uom_id.compare(quantity, self.quantity) < 0
        ):
            raise UserError(
                self.env._(
                    "%(item)s: take more than 0 and less than %(quantity)s, before "
                    "the goods are in a plan.",
                    item=self.display_name,
                    quantity=self.quantity,
                )
            )
        # sudo: the holder of the goods was checked; the ledger writes itself
        item = self.sudo()
        document = item.return_id or item.loan_id
        part = item.create(
            [
                {
                    "qa_result": item.qa_result,
                    "qa_note": item.qa_note,
                    "_own": {
                        **{
                            name: item[name].id
                            for name in (
                                "return_line_id",
                                "loan_line_id",
                                "move_id",
                                "product_id",
                                "lot_id",
                                "partner_id",
                                "user_id",
                                "company_id",
                                "location_id",
                                "qa_user_id",
                            )
                        },
                        "name": document._next_label(),
                        "quantity": quantity,
                        "date_received": item.date_received,
                        "qa_date": item.qa_date,
                        "disposition": item.disposition,
                        "state": item.state,
                        "value": item._share(item.move_id, quantity),
                    },
                }
            ]
        )
        item._write_guarded({"quantity": item.quantity - quantity})
        item._write_guarded({"value": item._received_value()})
        return part.id

    def action_pass(self):
        """Record that these goods passed the inspection after rework (RET-42).

        :return: True
        :raises UserError: not in inspection; AccessError: not of quality
        """
        for item in self:
            item.plan_id.action_recheck(item.id, True)
        return True

    def action_fail_wizard(self):
        """Ask what was found on goods that go back to rework (RET-42)."""
        self._policy_require_one()
        return self.env["crm.return"]._ask("fail", item_id=self.id)

    def action_split_wizard(self):
        """Ask how much to take into an entry of its own."""
        self._policy_require_one()
        return self.env["crm.return"]._ask("split", item_id=self.id)

    def action_view_return(self):
        """Open the return or loan these goods came back on."""
        self._policy_require_one()
        document = self.return_id or self.loan_id
        return {
            "type": "ir.actions.act_window",
            "res_model": document._name,
            "res_id": document.id,
            "views": [(False, "form")],
        }

    @api.model
    @api.readonly
    @arguments(lot=TEXT, product_id=RECORD, customer_id=RECORD)
    def ledger(self, lot=None, product_id=None, customer_id=None):
        """Return the ledger of returned goods as plain rows (RET-43).

        :param lot: serial or lot number; product_id, customer_id: ids
        :return: list of dicts, the newest first, at most 1000
        """
        domain = Domain.TRUE
        if lot:
            domain &= Domain("lot_id.name", "=", lot)
        if product_id:
            domain &= Domain("product_id", "=", product_id)
        if customer_id:
            domain &= Domain("partner_id", "child_of", customer_id)
        return [item._facts() for item in self.search(domain, limit=1000)]

    def _facts(self):
        self.ensure_one()
        # sudo: names of goods, places and documents of an entry the user may read
        item = self.sudo()
        labels = dict(self._fields["state"]._description_selection(self.env))
        return {
            "id": item.id,
            "label": item.name,
            "state": item.state,
            "state_label": labels[item.state],
            "document": (item.return_id or item.loan_id).name,
            "product_id": item.product_id.id,
            "product": item.product_id.display_name,
            "lot": item.lot_id.name or False,
            "quantity": item.quantity,
            "place": item.location_id.complete_name or False,
            "received": item.date_received.isoformat(),
            "result": item.qa_result,
            "disposition": item.disposition or False,
            "plan": item.plan_id.name or False,
            "mark": item.mark or False,
            "value": item.value,
            "cost": item.cost,
            "currency": item.currency_id.name,
        }
