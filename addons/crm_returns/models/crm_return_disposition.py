"""Returned goods leave quarantine: by their judged and approved disposition only.

The warehouse keeper carries the disposition out; stock moves tell what happened, and
the ledger follows them (RET-31, RET-43). The value goods have in stock again is given
by accounting.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.crm_policy.models.arguments import NUMBER, TEXT, arguments

from .crm_return_item import FINAL_STATES

# {disposition: (state of the entry, mark)}
OUTCOMES = {
    "restock": ("restock", "returned"),
    "rework": ("restock", "reworked"),
    "scrap": ("scrap", False),
    "supplier": ("supplier", False),
    "customer": ("customer", False),
}


class CrmReturnItem(models.Model):
    _inherit = "crm.return.item"

    may_leave = fields.Boolean(
        compute="_compute_may_leave",
        help="The goods are judged, their disposition is approved and rework is "
        "passed: the keeper may carry it out (RET-10, RET-37).",
    )

    @api.depends(
        "state",
        "disposition",
        "qa_result",
        "plan_id.approval_state",
        "company_id.return_restock_direct",
    )
    def _compute_may_leave(self):
        # sudo: the rule binds keepers who may not read plans
        items = self.sudo()
        plans = items.plan_id.filtered(lambda p: p.approval_state == "approved")
        approved = plans - plans._approval_unfounded()
        for item in items:
            item.may_leave = item._is_done_with() and (
                item._goes_directly() or item.plan_id in approved
            )

    # ------------------------------------------------------------------ checks

    def _is_done_with(self):
        """Tell whether quality and rework have no more business with these goods."""
        return bool(self.disposition) and (
            self.state == "passed"
            if self.disposition == "rework"
            else self.state in ("judged", "passed")
        )

    def _check_may_leave(self):
        """Raise unless these goods may leave quarantine now (RET-10, RET-37).

        :raises UserError: not judged, plan not approved, rework not passed
        """
        # sudo: the rule binds keepers who may not read plans
        for item in self.sudo():
            if not item._is_done_with():
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(item)s stays in quarantine: it is “%(state)s” (RET-35, "
                        "RET-42).",
                        item=item.display_name,
                        state=labels[item.state],
                    )
                )
            if item._goes_directly():
                continue
            if not item.plan_id:
                raise UserError(
                    self.env._(
                        "%s stays in quarantine: its disposition is not approved "
                        "(RET-10).",
                        item.display_name,
                    )
                )
            item.plan_id._approval_require("plan")

    def _goes_directly(self):
        """Tell whether good goods go back to stock on quality's word alone."""
        return (
            self.disposition == "restock"
            and self.qa_result == "good"
            and self.company_id.return_restock_direct
        )

    # ----------------------------------------------------------------- actions

    def action_dispose(self):
        """Carry out the disposition of these goods (RET-41 to RET-43).

        Back to stock, to the supplier or the customer goes by a transfer, scrap by a
        scrap order; all in the name of the keeper.

        :return: True
        :raises UserError: not judged or not approved
        :raises AccessError: not a warehouse keeper
        """
        self.check_access("read")
        if not self.env["crm.return"]._is_keeper(done=True):
            raise AccessError(
                self.env._(
                    "Returned goods are put away by the warehouse keeper (RET-43)."
                )
            )
        self._check_may_leave()
        for (disposition, _warehouse, _partner), items in self.grouped(
            lambda i: (
                i.disposition,
                i.location_id.warehouse_id,
                i._disposition_partner(),
            )
        ).items():
            if disposition == "scrap":
                items._dispose_scrap()
            else:
                items._dispose_transfer(disposition)
        return True

    def _disposition_partner(self):
        if self.disposition == "customer":
            return self.return_id.partner_id
        if self.disposition == "supplier":
            return self.product_id.seller_ids[:1].partner_id
        return self.env["res.partner"]

    def _dispose_scrap(self):
        for item in self:
            scrap = self.env["stock.scrap"].create(
                {
                    "company_id": item.company_id.id,
                    "product_id": item.product_id.id,
                    "product_uom_id": item.product_id.uom_id.id,
                    "lot_id": item.lot_id.id,
                    "scrap_qty": item.quantity,
                    "location_id": item.location_id.id,
                    "origin": item.name,
                    "crm_return_item_id": item.id,
                }
            )
            scrap.do_scrap()

    def _dispose_transfer(self, disposition):
        picking = self.env["stock.picking"].create(self._prepare_disposal(disposition))
        moves = self.env["stock.move"].create(
            [item._prepare_disposal_move(picking) for item in self]
        )
        picking.action_confirm()
        moves.move_line_ids.unlink()
        self.env["stock.move.line"].create(
            [
                {
                    **move._prepare_move_line_vals(quantity=move.product_qty),
                    "lot_id": move.crm_return_item_id.lot_id.id,
                    "location_id": move.location_id.id,
                }
                for move in moves
            ]
        )
        moves.picked = True
        picking._action_done()

    def _prepare_disposal(self, disposition):
        warehouse = self.location_id.warehouse_id
        partner = self[0]._disposition_partner()
        kind, destination = warehouse.int_type_id, warehouse.lot_stock_id
        if disposition == "supplier":
            kind = warehouse.out_type_id
            destination = partner.property_stock_supplier or self.env.ref(
                "stock.stock_location_suppliers"
            )
        elif disposition == "customer":
            kind, destination = warehouse.out_type_id, partner.property_stock_customer
        return {
            "picking_type_id": kind.id,
            "partner_id": partner.id,
            "location_id": self.location_id[:1].id,
            "location_dest_id": destination.id,
            "origin": ", ".join(
                sorted({(i.return_id or i.loan_id).name for i in self.sudo()})
            ),  # sudo: numbers of the documents, for the transfer's origin
            "company_id": self.company_id.id,
        }

    def _prepare_disposal_move(self, picking):
        vals = {
            "product_id": self.product_id.id,
            "product_uom": self.product_id.uom_id.id,
            "product_uom_qty": self.quantity,
            "location_id": self.location_id.id,
            "location_dest_id": picking.location_dest_id.id,
            "picking_id": picking.id,
            "company_id": self.company_id.id,
            "crm_return_item_id": self.id,
            "origin": self.name,
        }
        if self.disposition == "customer" and self.return_line_id:
            # The order shows the goods as delivered again.
            source = self.return_line_id.sudo().sale_line_id  # sudo: keeper's transfer
            vals["sale_line_id"] = source.id
            vals["origin_returned_move_id"] = self.move_id.id
            vals["to_refund"] = True
        return vals

    @arguments(value=NUMBER, reason=TEXT)
    def action_set_value(self, value, reason):
        """Give goods in stock again their value (RET-09, RET-43).

        The value of the receipt in stock is corrected by the difference, which is a
        cost of the return when it is a loss.

        :param value: value of the whole entry, company currency
        :param reason: why; required
        :return: True
        :raises UserError: not in stock again, below zero, product at standard cost
        :raises AccessError: not of accounting
        """
        self._policy_require_one()
        self.env["crm.return"]._check_accountant()
        self.check_access("read")
        self._check_value(value, reason)
        current = self.value_restocked
        # sudo: the accountant's right was checked; the platform keeps the value
        self.env["product.value"].sudo().create(
            {
                "move_id": self.move_id.id,
                "value": self.move_id.sudo().value + value - current,  # sudo: as above
                "company_id": self.company_id.id,
                "user_id": self.env.uid,
                "description": f"{self.name}: {reason}",
            }
        )
        self._write_guarded(
            {
                "value_restocked": value,
                "cost_value": max(self.value - value, 0.0),
                "mark": "second" if value < self.value else self.mark,
            }
        )
        for document in self._sources():
            document.sudo().message_post(  # sudo: a trace on the return
                body=self.env._(
                    "%(item)s: value in stock %(value)s. %(reason)s",
                    item=self.display_name,
                    value=self.currency_id.format(value),
                    reason=reason,
                ),
                author_id=self.env.user.partner_id.id,
            )
        return True

    def _check_value(self, value, reason):
        """Raise unless the entry may get this value in stock."""
        self._check_transition_state(("restocked",))
        # Not even “no number” passes, which compares with nothing.
        if not value >= 0 or not (reason or "").strip():
            raise UserError(
                self.env._("Give a value of zero or more, and the reason for it.")
            )
        if not self.move_id.sudo().is_in:  # sudo: a fact of the receipt
            raise UserError(
                self.env._(
                    "%s never left our stock; its value is that of its product.",
                    self.display_name,
                )
            )
        product = self.product_id.with_company(self.company_id)
        if product.cost_method == "standard":
            raise UserError(
                self.env._(
                    "%s is valued at its standard cost; change the cost of the "
                    "product instead.",
                    product.display_name,
                )
            )

    def action_value_wizard(self):
        """Ask for the value and its reason."""
        self._policy_require_one()
        return self.env["crm.return"]._ask(
            "value", item_id=self.id, value=self.value_restocked
        )

    # ----------------------------------------------------------------- follow up

    def _sync_disposal(self):
        """Follow the done moves that took these goods out of quarantine."""
        # sudo: the ledger follows the goods, whoever moved them
        items = self.sudo().filtered(lambda i: i.state not in FINAL_STATES)
        for item in items:
            moves = item.move_ids.filtered(lambda m: m.state == "done")
            if not moves:
                continue
            transition, mark = OUTCOMES[item.disposition]
            vals = {
                "date_done": item.company_id._policy_today(),
                "location_id": moves[-1:].location_dest_id.id,
                "mark": mark,
            }
            if transition == "restock":
                vals["value_restocked"] = item.value
            elif transition == "scrap":
                vals["cost_value"] = item.value
            item._transition(transition, **vals)
        items.return_line_id._sync_sent_back()
        items.plan_id._sync_items()
        items.loan_id._sync_items()


class CrmReturnPlan(models.Model):
    _inherit = "crm.return.plan"

    may_put_away = fields.Boolean(
        compute="_compute_may_put_away",
        help="Some of the goods may leave quarantine now.",
    )

    @api.depends("item_ids.may_leave")
    def _compute_may_put_away(self):
        for plan in self:
            plan.may_put_away = any(plan.item_ids.mapped("may_leave"))

    def action_execute(self):
        """Carry out the dispositions of all goods that may leave quarantine.

        :return: True
        :raises UserError: nothing to do yet
        :raises AccessError: not a warehouse keeper
        """
        self.check_access("read")
        for plan in self:
            items = plan.item_ids.filtered(
                lambda i: (
                    i.state == "passed"
                    or (i.state == "judged" and i.disposition != "rework")
                )
            )
            if not items:
                raise UserError(
                    self.env._("%s: nothing can be put away yet.", plan.display_name)
                )
            items.action_dispose()
        return True

    def _sync_items(self):
        """Close the plans whose goods are all dealt with."""
        for plan in self:
            if plan.state == "storage" and all(
                item.state in FINAL_STATES for item in plan.item_ids
            ):
                plan._transition("done", date_done=plan.company_id._policy_today())

    def _transition(self, transition, **vals):
        res = super()._transition(transition, **vals)
        if transition == "store":
            # Goods without rework may have gone before the rework was finished.
            self.sudo()._sync_items()  # sudo: follows the goods
        return res


class CrmReturnLine(models.Model):
    _inherit = "crm.return.line"

    _guarded_fields = ("qty_sent_back",)

    item_ids = fields.One2many("crm.return.item", "return_line_id", "Goods Ledger")
    qty_sent_back = fields.Float(
        string="Sent Back",
        readonly=True,
        copy=False,
        digits="Product Unit",
        help="Went back to the customer after the judgement; not credited.",
    )

    def write(self, vals):
        judged = {"qa_result", "qa_note"}.intersection(vals)
        own = judged <= self._guard_open_fields()
        res = super().write(vals)
        if judged and not own:
            # What is judged for the whole line holds for all its goods.
            self.item_ids.write({name: vals[name] for name in judged})
        return res

    def _items_quantity(self, items):
        return self.product_id.uom_id._compute_quantity(
            sum(items.mapped("quantity")),
            self.product_uom_id,
            rounding_method="HALF-UP",
        )

    def _sync_sent_back(self):
        """Keep the quantity sent back to the customer as the ledger tells it."""
        for line in self:
            quantity = line._items_quantity(
                line.item_ids.filtered(lambda i: i.state == "customer")
            )
            if not line.product_uom_id.is_zero(quantity - line.qty_sent_back):
                line._check_sendable()
                line._write_guarded({"qty_sent_back": quantity})

    def _check_sendable(self):
        """Raise when goods already credited would go back to the customer."""
        # sudo: sums of credit notes, for whoever plans or carries out
        for line in self.sudo():
            covered = line._credited_quantities(("draft", "posted")).get(line.id, 0.0)
            if line.product_uom_id.compare(covered, line._qty_creditable()) > 0:
                raise UserError(
                    self.env._(
                        "%(product)s of return %(document)s is credited: it cannot "
                        "go back to the customer as well.",
                        product=line.product_id.display_name,
                        document=line.return_id.name,
                    )
                )

    def _qty_creditable(self):
        """Return what is to be credited: received, less what goes back again."""
        self.ensure_one()
        back = self.item_ids.filtered(lambda i: i.disposition == "customer")
        return self.qty_received - self._items_quantity(back)
