"""The handling plan of goods that came back (整改方案, F-93), and its rework.

The technical department analyses the goods and says what becomes of each; the general
manager decides (RET-10, RET-36, RET-37). Rework is scheduled by production control,
done through repair orders, one per product and lot, and checked again (RET-38 to
RET-43). Execution by the warehouse lies in ``crm_return_disposition``.
"""

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.crm_policy.models.arguments import (
    DAY,
    FLAG,
    NUMBER,
    RECORD,
    TEXT,
    arguments,
)

# The second half of the state machine SM-14, from the analysis on.
STATES = [
    ("draft", "In Analysis"),
    ("decision", "Plan Approval"),
    ("approved", "Plan Approved"),
    ("scheduled", "Scheduled"),
    ("rework", "In Rework"),
    ("inspection", "Inspection"),
    ("storage", "To the Warehouse"),
    ("done", "Done"),
    ("cancelled", "Cancelled"),
]
TRANSITIONS = {
    # asking and deciding are the approval's business
    "schedule": {
        "from": ("approved", "scheduled"),
        "to": "scheduled",
        "check": "_check_holder",
    },
    "start": {"from": ("scheduled",), "to": "rework"},
    "finish": {"from": ("scheduled", "rework"), "to": "inspection"},
    "again": {"from": ("inspection",), "to": "scheduled"},
    "store": {"from": ("approved", "inspection"), "to": "storage"},
    "done": {"from": ("storage",), "to": "done"},
    "cancel": {"from": ("draft",), "to": "cancelled", "check": "_check_holder"},
}
# Decided on by the general manager.
PROTECTED = (
    "analysis",
    "measures",
    "labour_cost",
    "other_cost",
    "item_ids",
    "item_ids.disposition",
    "part_ids",
    "part_ids.item_id",
    "part_ids.product_id",
    "part_ids.quantity",
)
LOCKED = ("scheduled", "rework", "inspection", "storage", "done")
PLAN_FIELDS = frozenset(("analysis", "measures", "labour_cost", "other_cost"))


class CrmReturnPlan(models.Model):
    """What becomes of the goods of one return or loan."""

    _name = "crm.return.plan"
    _inherit = [
        "crm.document.mixin",
        "crm.approval.mixin",
        "crm.routing.mixin",
        "crm.customer.withheld.mixin",
        "crm.return.head.mixin",
    ]
    _description = "Handling Plan of Returned Goods"
    _order = "date desc, id desc"
    _check_company_auto = True
    _number_code = "crm.return.plan"
    _policy_topic = "returns"
    _transitions = TRANSITIONS
    _guarded_fields = (
        "date",
        "return_id",
        "loan_id",
        "partner_id",
        "schedule_start",
        "schedule_end",
        "cost_parts",
        "cost_planned",
        "labour_actual",
        "other_actual",
        "cost_parts_actual",
        "cost_actual",
        "abnormality",
        "date_done",
    )
    # Who holds it (RET-06 to RET-08); stays are limited by RET-49, RET-50 and GAP-31.
    _routing_states = {
        "draft": "technical",
        "decision": "gmo",
        "approved": "pmc",
        "scheduled": "production",
        "rework": "production",
        "inspection": "quality",
        "storage": "storage",
    }
    _approval_steps = {
        "plan": {
            "from": ("draft",),
            "pending": "decision",
            "approved": "approved",
            "refused": "draft",
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
    date = fields.Date(
        readonly=True, index=True, help="When the goods came to the analysis."
    )
    return_id = fields.Many2one(
        "crm.return", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    loan_id = fields.Many2one(
        "crm.loan", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    item_ids = fields.One2many("crm.return.item", "plan_id", "Goods", readonly=True)
    has_rework = fields.Boolean(compute="_compute_has_rework")
    analysis = fields.Text(
        help="What is wrong with the goods and why, from the parts list and the "
        "handling form (RET-36)."
    )
    measures = fields.Text(
        string="Corrective and Preventive Action",
        help="What keeps it from happening again (RET-06).",
    )
    part_ids = fields.One2many("crm.return.plan.part", "plan_id", "Parts")

    # Cost, company currency
    cost_parts = fields.Monetary(
        string="Cost of Parts",
        compute="_compute_cost_planned",
        store=True,
        help="Parts of the plan at their cost, company currency.",
    )
    labour_cost = fields.Monetary(
        string="Labour", help="Labour the rework is expected to cost, company currency."
    )
    other_cost = fields.Monetary(
        help="Haulage, outside work and the like, company currency."
    )
    cost_planned = fields.Monetary(
        compute="_compute_cost_planned",
        store=True,
        help="Cost estimate of the plan (RET-06), company currency.",
    )
    labour_actual = fields.Monetary(readonly=True, help="Company currency.")
    other_actual = fields.Monetary(readonly=True, help="Company currency.")
    cost_parts_actual = fields.Monetary(
        string="Parts Used",
        readonly=True,
        help="Value in stock of the parts the repair orders used, company currency.",
    )
    cost_actual = fields.Monetary(readonly=True, help="Company currency.")

    # Rework
    schedule_start = fields.Date(readonly=True, help="By production control (RET-39).")
    schedule_end = fields.Date(readonly=True)
    repair_ids = fields.One2many("repair.order", "crm_plan_id", "Repair Orders")
    repair_count = fields.Integer(compute="_compute_repair_count")
    abnormality = fields.Text(
        string="Abnormalities",
        readonly=True,
        help="What went wrong during the rework, reported at once to the head of the "
        "department (RET-44).",
    )
    date_done = fields.Date(readonly=True)

    _costs_positive = models.Constraint(
        "CHECK (labour_cost >= 0 AND other_cost >= 0)",
        "A cost of a plan cannot be negative.",
    )

    @api.depends("item_ids.disposition")
    def _compute_has_rework(self):
        for plan in self:
            plan.has_rework = "rework" in plan.item_ids.mapped("disposition")

    @api.depends("part_ids.cost", "labour_cost", "other_cost")
    def _compute_cost_planned(self):
        for plan in self:
            plan.cost_parts = sum(plan.part_ids.mapped("cost"))
            plan.cost_planned = plan.cost_parts + plan.labour_cost + plan.other_cost

    def _compute_repair_count(self):
        self._count_linked(("repair.order", "crm_plan_id", "repair_count"))

    @api.model
    def _get_approval_step_labels(self):
        return {"plan": self.env._("Handling plan")}

    def _approval_amount(self, step):
        self.ensure_one()
        return (
            self.cost_planned,
            self.company_id.currency_id,
            self.company_id._policy_today(),
        )

    # ------------------------------------------------------------------ checks

    def _approval_check(self, step):
        res = super()._approval_check(step)
        self._check_holder()
        if not (self.analysis or "").strip():
            raise UserError(
                self.env._(
                    "Analysis of %s is missing: say what was found and why (RET-36).",
                    self.display_name,
                )
            )
        # sudo: the goods of the plan, whose places and people are not shown
        for item in self.sudo().item_ids:
            if not item.disposition:
                raise UserError(
                    self.env._(
                        "Disposition of %s is missing: the plan says what becomes of "
                        "every thing (RET-10).",
                        item.display_name,
                    )
                )
            if item.disposition == "customer" and item.return_line_id:
                item.return_line_id._check_sendable()
        return res

    def _approval_done(self, step):
        res = super()._approval_done(step)
        if not self.has_rework:
            self._transition("store")
        return res

    # --------------------------------------------------------------- lifecycle

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(
                self.env._(
                    "A handling plan begins with the judgement of quality; it is not "
                    "made by hand (RET-35, RET-36)."
                )
            )
        return super().create(vals_list)

    @api.model
    def _guarded_create_vals(self, vals_list):
        own = super()._guarded_create_vals(vals_list)
        for vals, own_vals in zip(vals_list, own, strict=True):
            own_vals.update(vals.pop("_own", {}))
        return own

    def write(self, vals):
        if PLAN_FIELDS.intersection(vals) or "part_ids" in vals:
            for plan in self:
                plan._check_plan_open()
        return super().write(vals)

    def _check_plan_open(self):
        """Raise unless the technical department may still change the plan."""
        self._check_transition_state(("draft",))
        self._check_holder()

    @api.model
    def _begin(self, document, items):
        """Return the plan for goods that quality has judged (SM-14: in analysis)."""
        field = "return_id" if document._name == "crm.return" else "loan_id"
        # sudo: whoever drops a plan need not be allowed to read what it is for
        document = document.sudo()
        # sudo: the plan follows from the judgement; quality does not write plans
        plan = self.sudo().create(
            [
                {
                    "company_id": document.company_id.id,
                    "_own": {
                        field: document.id,
                        "partner_id": document.partner_id.id,
                        "date": document.company_id._policy_today(),
                    },
                }
            ]
        )
        items.sudo()._write_guarded({"plan_id": plan.id})  # sudo: as above
        return plan

    # ----------------------------------------------------------------- actions

    @arguments(comment=TEXT)
    def action_submit(self, comment=None):
        """Ask the general manager to approve the plan (RET-37).

        :return: True
        :raises UserError: analysis or a disposition is missing
        """
        self.check_access("write")
        for plan in self:
            plan.action_request_approval("plan", comment)
        return True

    @arguments(start=DAY, end=DAY)
    def action_schedule(self, start, end):
        """Schedule the rework and issue its repair orders (RET-39, RET-40).

        :param start, end: dates, ISO text or date
        :return: ids of the repair orders
        :raises UserError: not approved, no rework, dates turned round
        :raises AccessError: not of production control
        """
        self.check_access("read")
        start, end = fields.Date.to_date(start), fields.Date.to_date(end)
        if not start or not end or end < start:
            raise UserError(
                self.env._("Schedule: give the first and the last day, in this order.")
            )
        for plan in self:
            plan._approval_require("plan")
            plan._transition("schedule", schedule_start=start, schedule_end=end)
            # sudo: production control schedules; it need not keep the stock
            plan.sudo()._schedule_repairs()
        return self.sudo().repair_ids.ids  # sudo: as above

    def action_schedule_wizard(self):
        """Ask for the days of the rework."""
        self._policy_require_one()
        return self._ask("schedule", plan_id=self.id)

    def action_start(self):
        """Draw the goods and start the rework (RET-41)."""
        self.check_access("read")
        self._check_holder()
        for plan in self:
            plan._check_transition_state(("scheduled",))
            # sudo: production works by the plan; it need not keep the stock
            plan.sudo().repair_ids.filtered(
                lambda r: r.state == "confirmed"
            ).action_repair_start()
        return True

    @arguments(labour=NUMBER, other=NUMBER)
    def action_finish(self, labour=0.0, other=0.0):
        """Finish the rework and hand the goods over for inspection (RET-42, F-94).

        :param labour, other: what the work really cost, company currency
        :return: True
        :raises UserError: not in rework; AccessError: not of production
        """
        self.check_access("read")
        self._check_holder()
        # Not even “no number” passes, which compares with nothing.
        if not (labour >= 0 and other >= 0):
            raise UserError(self.env._("A cost of rework cannot be negative."))
        for plan in self:
            plan._check_transition_state(("rework",))
            plan._write_guarded(
                {
                    "labour_actual": plan.labour_actual + labour,
                    "other_actual": plan.other_actual + other,
                }
            )
            # sudo: as in action_start
            plan.sudo().repair_ids.filtered(
                lambda r: r.state == "under_repair"
            ).action_repair_end()
        return True

    def action_finish_wizard(self):
        """Ask for the cost of the work."""
        self._policy_require_one()
        return self._ask(
            "finish", plan_id=self.id, labour=self.labour_cost, other=self.other_cost
        )

    @arguments(text=TEXT)
    def action_report_abnormality(self, text):
        """Report something abnormal to the head of the department at once (RET-44).

        :param text: what happened; required
        :return: True
        """
        if not (text or "").strip():
            raise UserError(self.env._("Abnormalities: write down what happened."))
        self.check_access("read")
        self._check_holder()
        for plan in self:
            # sudo: the head of the department is told, the org chart is not shown
            document = plan.sudo()
            plan._write_guarded(
                {
                    "abnormality": "\n".join(
                        part for part in (plan.abnormality, text.strip()) if part
                    )
                }
            )
            head = document.routing_department_id._policy_heads()[:1]
            document.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Abnormality during rework"),
                note=text,
                user_id=(head or self.env.user).id,
            )
        return True

    def action_abnormality_wizard(self):
        """Ask what went wrong during the rework."""
        self._policy_require_one()
        return self._ask("abnormality", plan_id=self.id)

    @arguments(item_id=RECORD, passed=FLAG, note=TEXT)
    def action_recheck(self, item_id, passed, note=None):
        """Record the inspection of one thing after its rework (RET-42).

        :param item_id: id of the ledger entry
        :param passed: True when it may go back to stock
        :return: True
        :raises UserError: not in inspection; AccessError: not of quality
        """
        self._policy_require_one()
        self.check_access("read")
        self._check_holder()
        self._check_transition_state(("inspection",))
        item = self.env["crm.return.item"].browse(item_id)
        if item not in self.item_ids:
            raise UserError(
                self.env._("This thing is not of plan %s.", self.display_name)
            )
        item._transition(
            "pass" if passed else "fail",
            recheck_note=note or False,
            recheck_user_id=self.env.uid,
            recheck_date=self.company_id._policy_today(),
        )
        return True

    def action_pass_all(self):
        """Record that all things waiting for inspection passed it."""
        for plan in self:
            for item in plan.item_ids.filtered(lambda i: i.state == "recheck"):
                plan.action_recheck(item.id, True)
        return True

    def action_inspected(self):
        """Close the inspection: to the warehouse, or back to rework what failed.

        :raises UserError: something is not inspected yet
        """
        self.check_access("read")
        self._check_holder()
        for plan in self:
            plan._check_transition_state(("inspection",))
            waiting = plan.item_ids.filtered(lambda i: i.state == "recheck")
            if waiting:
                raise UserError(
                    self.env._(
                        "%s is not inspected yet (RET-42).", waiting[0].display_name
                    )
                )
            failed = plan.item_ids.filtered(
                lambda i: i.state == "judged" and i.disposition == "rework"
            )
            plan._transition("again" if failed else "store")
            if failed:
                # sudo: as in action_schedule
                plan.sudo()._schedule_repairs()
        return True

    def action_cancel_plan(self):
        """Drop a plan that is not decided and begin a new one for its goods.

        :return: True
        :raises UserError: decided already; AccessError: not of the department
        """
        self.check_access("write")
        for plan in self:
            document = plan.return_id or plan.loan_id
            items = plan.item_ids
            plan._transition("cancel")
            if items:
                self._begin(document, items)
        return True

    def action_view_repairs(self):
        """Open the repair orders of this plan."""
        return self._open_records("repair.action_repair_order_tree", self.repair_ids)

    # ----------------------------------------------------------------- helpers

    def _schedule_repairs(self):
        """Make and confirm the repair orders of the things to rework, one each."""
        self.ensure_one()
        items = self.item_ids.filtered(
            lambda i: i.state == "judged" and i.disposition == "rework"
        )
        if not items and not self.repair_ids:
            raise UserError(self.env._("%s has nothing to rework.", self.display_name))
        for item in items:
            repair = self.env["repair.order"].create(self._prepare_repair(item))
            item._transition("rework", repair_id=repair.id)
        self.repair_ids.filtered(lambda r: r.state == "draft")._action_repair_confirm()
        self.repair_ids.filtered(lambda r: r.state == "confirmed").write(
            {"schedule_date": self.schedule_start}
        )

    def _prepare_repair(self, item):
        warehouse = item.move_id.location_dest_id.warehouse_id
        first = not item.repair_id
        return {
            "company_id": self.company_id.id,
            "picking_type_id": warehouse.repair_type_id.id,
            "product_id": item.product_id.id,
            "product_qty": item.quantity,
            "product_uom": item.product_id.uom_id.id,
            "lot_id": item.lot_id.id,
            "product_location_src_id": item.location_id.id,
            "product_location_dest_id": item.location_id.id,
            "schedule_date": self.schedule_start,
            "crm_plan_id": self.id,
            "crm_item_id": item.id,
            "user_id": self.env.user.id,
            "internal_notes": self.analysis,
            # Parts are issued with the first order; a failed inspection brings an
            # order without parts, to which the workshop adds what it needs.
            "move_ids": [
                Command.create(part._prepare_repair_part(warehouse))
                for part in self.part_ids
                if first and part.item_id == item
            ],
        }

    def _sync_repairs(self):
        """Follow the repair orders, also those finished on their own form."""
        for plan in self.sudo():  # sudo: the plan follows what production did
            states = set(plan.repair_ids.mapped("state")) - {"cancel"}
            if plan.state == "scheduled" and "under_repair" in states:
                plan._transition("start")
            if plan.state in ("scheduled", "rework") and states == {"done"}:
                plan._finish_rework()

    def _finish_rework(self):
        """Take the cost from the repair orders and hand over for inspection."""
        parts = self.repair_ids._crm_parts_value()
        total = sum(parts.values())
        reworked = self.item_ids.filtered("repair_id")
        work = self.labour_actual + self.other_actual
        for item in reworked:
            mine = sum(
                value for repair, value in parts.items() if repair.crm_item_id == item
            )
            share = self.currency_id.round(
                mine + work / len(reworked) if reworked else 0.0
            )
            item._write_guarded({"cost_rework": share})
            if item.state == "rework":
                item._transition("reworked")
        self._transition("finish", cost_parts_actual=total, cost_actual=total + work)
