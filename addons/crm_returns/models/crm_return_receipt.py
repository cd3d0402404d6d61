"""Goods of a return: return pickings of the original deliveries, into quarantine.

The platform's return wizard makes them, so each move names the delivery it reverses
(``origin_returned_move_id``) and the platform's own returns see them.
"""

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

# The right that makes a person a warehouse keeper (成品仓仓管员, RET-30).
KEEPER = "stock.group_stock_user"
# States in which the goods may be ordered back.
TO_RECEIVE = ("approved", "inspected", "collected")


class CrmReturn(models.Model):
    _inherit = "crm.return"

    picking_ids = fields.One2many(
        "stock.picking", "crm_return_id", "Receipts", readonly=True
    )
    picking_count = fields.Integer(compute="_compute_picking_count")
    order_count = fields.Integer(compute="_compute_order_count")

    def _compute_picking_count(self):
        self._count_linked(("stock.picking", "crm_return_id", "picking_count"))

    def _compute_order_count(self):
        for record in self:
            record.order_count = len(record.line_ids.sale_order_id)

    @api.model
    def _is_keeper(self, done=False):
        """Tell whether the user may handle receipts of returned goods.

        A receipt is prepared by the procedure itself, whoever asks for it; goods are
        received in the name of a keeper only.

        :param done: the goods are being received
        """
        return self.env.user.has_group(KEEPER) or (self.env.su and not done)

    def _raise_not_keeper(self, receipt):
        raise AccessError(
            self.env._(
                "%(receipt)s brings back goods of return %(document)s: only the "
                "warehouse keeper counts and receives them (RET-30). %(user)s does "
                "not have the right “%(group)s”.",
                receipt=receipt or "-",
                document=self.name or "-",
                user=self.env.user.name,
                # sudo: only to name the group in the message
                group=self.sudo().env.ref(KEEPER).full_name,
            )
        )

    def action_create_receipt(self):
        """Order the approved goods back: a receipt per original delivery (RET-30).

        :return: list of ids of the receipts made
        :raises UserError: not approved, or no longer returnable
        """
        self.check_access("write")
        pickings = self.env["stock.picking"]
        for record in self:
            if not self.env.user.has_group(KEEPER):
                record._check_salesperson()
            record._check_transition_state(TO_RECEIVE)
            record._approval_require(record.authority_route)
            # sudo: the receipt follows from the approval; who looks after the
            # customer need not be a storekeeper
            pickings |= record.sudo()._create_receipts()
            record._transition("ship")
        return pickings.ids

    def action_receive(self):
        """Order the goods back and show the receipts to who may open them."""
        self.action_create_receipt()
        if not self.env.user.has_group(KEEPER):
            return True
        return self.action_view_pickings()

    def action_view_deliveries(self):
        """Open the deliveries the goods came from."""
        # sudo: which deliveries; opening them needs the rights of the stock
        moves = self.line_ids.sudo().sale_line_id._return_delivery_moves()
        return self._open_records(
            "stock.action_picking_tree_all", moves.picking_id.sudo(False)
        )

    def action_view_pickings(self):
        """Open the receipts of this return."""
        return self._open_records("stock.action_picking_tree_all", self.picking_ids)

    def _create_receipts(self):
        self.ensure_one()
        lines = self.line_ids
        lines.sale_line_id._lock_returnable()
        lines._check_remaining()
        facts = lines.sale_line_id._return_facts()
        taken = lines._allocate_deliveries(
            facts, {line: line.qty_approved for line in lines}
        )
        by_delivery = {}
        for line, parts in taken.items():
            for move, quantity in parts:
                by_delivery.setdefault(move.picking_id, []).append(
                    (line, move, quantity)
                )
        pickings = self.env["stock.picking"]
        for delivery, parts in by_delivery.items():
            if not delivery:
                raise UserError(
                    self.env._(
                        "%s was delivered without a transfer; it cannot be received "
                        "back through one.",
                        parts[0][0].product_id.display_name,
                    )
                )
            pickings |= self._create_receipt(delivery, parts)
        return pickings

    def _create_receipt(self, delivery, parts):
        """Return the receipt reversing one delivery in part.

        :param parts: list of (return line, stock.move, quantity in line's unit)
        """
        wizard = (
            self.env["stock.return.picking"]
            .with_company(self.company_id)
            .create({"picking_id": delivery.id, "crm_return_id": self.id})
        )
        wizard.product_return_moves = [Command.clear()] + [
            Command.create(
                {
                    "product_id": move.product_id.id,
                    "move_id": move.id,
                    "quantity": line.product_uom_id._compute_quantity(
                        quantity, move.product_uom, rounding_method="HALF-UP"
                    ),
                    "to_refund": line._receipt_to_refund(),
                    "crm_return_line_id": line.id,
                }
            )
            for line, move, quantity in parts
        ]
        picking = wizard._create_return()
        for move in picking.move_ids:
            if move.crm_return_line_id.lot_id:
                move._set_return_lot(move.crm_return_line_id.lot_id)
        return picking

    def _sync_receipt_state(self):
        """Follow the receipts: all of it in the warehouse, or none to come."""
        for record in self.filtered(lambda r: r.state == "in_transit"):
            moves = record.line_ids.move_ids
            if not moves or any(m.state not in ("done", "cancel") for m in moves):
                continue
            received = any(move.state == "done" for move in moves)
            if received:
                record._check_difference_instructed()
            record._transition("arrive" if received else "unship")


class CrmReturnLine(models.Model):
    _inherit = "crm.return.line"

    def _receipt_to_refund(self):
        """Tell whether the goods leave the order's delivered quantity.

        True for a return and for an exchange alike: the goods sold are credited, and
        an exchange delivers on a new order (RET-29), so the old order must show
        them as not delivered.
        """
        return True

    def _sync_received(self):
        """Keep the received quantity as the done receipts tell it (RET-62)."""
        lines = self.exists()
        if not lines:
            return
        # sudo: receipts are facts; the quantity is kept whoever validates them
        groups = (
            self.env["stock.move"]
            .sudo()
            ._read_group(
                [("crm_return_line_id", "in", lines.ids), ("state", "=", "done")],
                ["crm_return_line_id", "product_uom"],
                ["quantity:sum"],
            )
        )
        received = {}
        for line, uom, quantity in groups:
            received[line.id] = received.get(line.id, 0.0) + uom._compute_quantity(
                quantity, line.product_uom_id, rounding_method="HALF-UP"
            )
        for line in lines:
            quantity = received.get(line.id, 0.0)
            if not line.product_uom_id.is_zero(quantity - line.qty_received):
                line._check_receipt_open()
                line._write_guarded({"qty_received": quantity})
        self.env["crm.return.item"]._sync_from_moves(lines.move_ids)
        lines.return_id._sync_receipt_state()

    def _check_receipt_open(self):
        if self.return_id.state in ("with_accounting", "settled"):
            raise UserError(
                self.env._(
                    "Return %s is with accounting: the quantity received cannot "
                    "change any more.",
                    self.return_id.name,
                )
            )
