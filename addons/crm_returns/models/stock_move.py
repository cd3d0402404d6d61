"""Sold goods come back only on an approved return, on whatever path (RET-20, RET-21).

Every way to a done move ends in its state, so the guard sits there: buttons, batch,
import and RPC alike. Quantities edited after that are checked once more. What arrives
is counted and accepted by the warehouse keeper only (RET-30): whoever sells may write
transfers of orders, but not these.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import float_compare, format_date

# What only the keeper enters on a move that brings returned goods.
KEEPER_FIELDS = frozenset(
    (
        "crm_return_line_id",
        "location_dest_id",
        "location_id",
        "lot_ids",
        "move_line_ids",
        "origin_returned_move_id",
        "picked",
        "picking_id",
        "product_id",
        "product_uom",
        "product_uom_qty",
        "quantity",
        "sale_line_id",
        "to_refund",
    )
)
# What tells how much was delivered when, once the goods are with the customer.
DELIVERED_FIELDS = frozenset(
    (
        "date",
        "location_dest_id",
        "location_id",
        "lot_ids",
        "move_line_ids",
        "product_id",
        "product_uom",
        "product_uom_qty",
        "quantity",
        "sale_line_id",
        "state",
    )
)


class StockMove(models.Model):
    _inherit = "stock.move"

    crm_return_line_id = fields.Many2one(
        "crm.return.line",
        string="Return Request Line",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )

    @api.model
    def _prepare_merge_moves_distinct_fields(self):
        return [*super()._prepare_merge_moves_distinct_fields(), "crm_return_line_id"]

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        done = moves.filtered(lambda m: m.state == "done")
        done._check_return_keeper(done=True)
        moves._check_return_keeper()
        done._check_delivered_keeper()
        done._check_customer_returns()
        return moves

    def write(self, vals):
        lines = self.crm_return_line_id if "crm_return_line_id" in vals else None
        done = vals.get("state") == "done"
        if done or KEEPER_FIELDS.intersection(vals):
            self._check_return_keeper(done)
        if DELIVERED_FIELDS.intersection(vals):
            self._check_delivered_keeper()
        res = super().write(vals)
        if lines is not None:
            self._check_return_keeper()
        if "date" in vals:
            self._check_returned_period()
        if done or lines is not None:
            self._check_customer_returns()
        if vals.get("state") in ("done", "cancel") or lines:
            # sudo: receipts are kept by storekeepers who need not see the returns
            touched = self.crm_return_line_id | (lines or self.crm_return_line_id)
            touched.sudo()._sync_received()
        return res

    def _check_return_keeper(self, done=False):
        """Raise unless a warehouse keeper handles these returned goods (RET-30).

        :param done: the goods are being received, which no procedure does for others
        :raises AccessError: names the receipt and who receives
        """
        if self.env["crm.return"]._is_keeper(done):
            return
        # sudo: what comes back is no secret to whoever tries to receive it
        for move in self.sudo().filtered("crm_return_line_id"):
            move.crm_return_line_id.return_id._raise_not_keeper(
                move.picking_id.name or move.reference
            )

    def _check_delivered_keeper(self):
        """Raise unless a warehouse keeper corrects what was delivered.

        What may come back, and until when, is told by the deliveries alone (RET-11,
        RET-12): whoever sells does not change them.

        :raises AccessError: names the delivery
        """
        if self.env["crm.return"]._is_keeper():
            return
        # sudo: that the goods were delivered is no secret to who changes it
        for move in self.sudo():
            if (
                move.state == "done"
                and move.sale_line_id
                and move.location_dest_id.usage == "customer"
            ):
                raise AccessError(
                    self.env._(
                        "%s is delivered: only the warehouse keeper corrects what was "
                        "delivered, and when.",
                        move.picking_id.name or move.reference or "-",
                    )
                )

    def _set_return_lot(self, lot):
        """Expect one lot instead of whatever lots the delivery had."""
        self.ensure_one()
        self.move_line_ids.unlink()
        self.env["stock.move.line"].create(
            {
                **self._prepare_move_line_vals(quantity=self.product_qty),
                "lot_id": lot.id,
            }
        )

    def _customer_returns(self):
        """Return the done moves that brought sold goods back from a customer."""
        return self.filtered(
            lambda m: (
                m.state == "done"
                and m.location_id.usage == "customer"
                and m.location_dest_id.usage != "customer"
                and (m.sale_line_id or m.origin_returned_move_id.sale_line_id)
            )
        )

    def _check_customer_returns(self):
        """Raise when goods came back without approval or more than were delivered.

        :raises UserError: names the receipt and the rule
        """
        # sudo: the approval binds storekeepers who may not read returns and orders
        moves = self.sudo()._customer_returns()
        if not moves:
            return
        for move in moves:
            move._check_return_request()
        sources = (
            moves.filtered(lambda m: not m.origin_returned_move_id).sale_line_id
            | moves.origin_returned_move_id.sale_line_id
        )
        sources._lock_returnable()
        for source_id, fact in sources._return_facts().items():
            # Rounded like quantities; an over-receipt within the ratio is no excess
            # of what was delivered.
            if float_compare(fact["returned"], fact["delivered"], 6) > 0:
                source = sources.browse(source_id)
                raise UserError(
                    self.env._(
                        "%(returned)s of %(product)s from order %(order)s would have "
                        "come back, but only %(delivered)s were delivered.",
                        returned=fact["returned"],
                        product=source.product_id.display_name,
                        order=source.order_id.name,
                        delivered=fact["delivered"],
                    )
                )
        moves._check_returned_lots()

    def _check_returned_period(self):
        """Raise when sold goods would come back in a period that is closed.

        :raises UserError: names the receipt and the day
        """
        # sudo: the closed period binds storekeepers who may not read accounting
        for move in self.sudo()._customer_returns():
            company = move.company_id
            day = company._policy_date(move.date)
            if company._get_lock_date_violations(
                day, fiscalyear=True, sale=False, purchase=False, tax=False, hard=True
            ):
                raise UserError(
                    self.env._(
                        "%(receipt)s: %(day)s lies in a period that is closed.",
                        receipt=move.picking_id.name or move.reference or "-",
                        day=format_date(self.env, day),
                    )
                )

    def _check_returned_lots(self):
        """Raise when a lot came back that was not delivered, or more than once."""
        origins = self.filtered("lot_ids").origin_returned_move_id
        if not origins:
            return
        # sudo: what was delivered is a fact; only sums are compared
        MoveLine = self.env["stock.move.line"].sudo()
        left = {}
        for sign, moves in ((1, origins), (-1, origins.returned_move_ids)):
            for move, lot, quantity in MoveLine._read_group(
                [
                    ("move_id", "in", moves.ids),
                    ("state", "=", "done"),
                    ("lot_id", "!=", False),
                ],
                ["move_id", "lot_id"],
                ["quantity_product_uom:sum"],
            ):
                origin = move if sign > 0 else move.origin_returned_move_id
                key = (origin, lot)
                left[key] = left.get(key, 0.0) + sign * quantity
        for (origin, lot), quantity in left.items():
            if lot.product_id.uom_id.compare(quantity, 0) < 0:
                raise UserError(
                    self.env._(
                        "Lot %(lot)s: more of it would have come back than delivery "
                        "%(delivery)s brought.",
                        lot=lot.name,
                        delivery=origin.picking_id.name or origin.reference or "-",
                    )
                )

    def _check_return_request(self):
        """Raise unless this receipt belongs to an approved return under way."""
        line = self.crm_return_line_id
        if not line:
            if self.company_id.return_required:
                raise UserError(
                    self.env._(
                        "%(picking)s: %(product)s comes back from a customer without "
                        "an approved return (RET-20, RET-21).",
                        picking=self.picking_id.name or self.reference or "-",
                        product=self.product_id.display_name,
                    )
                )
            return
        document = line.return_id
        source = self.origin_returned_move_id.sale_line_id or self.sale_line_id
        if source != line.sale_line_id or self.product_id != line.product_id:
            raise UserError(
                self.env._(
                    "%(product)s is not what return %(document)s asks back on this "
                    "line.",
                    product=self.product_id.display_name,
                    document=document.name,
                )
            )
        if document.state not in ("in_transit", "in_warehouse", "in_quality"):
            raise UserError(
                self.env._(
                    "Return %(document)s receives no goods in the state %(state)s.",
                    document=document.name,
                    state=dict(
                        document._fields["state"]._description_selection(self.env)
                    )[document.state],
                )
            )
        document._approval_require(document.authority_route)
        if line.lot_id and self.lot_ids - line.lot_id:
            raise UserError(
                self.env._(
                    "Return %(document)s is for lot %(lot)s of %(product)s; another "
                    "lot arrived.",
                    document=document.name,
                    lot=line.lot_id.name,
                    product=self.product_id.display_name,
                )
            )

    def _recheck_done_returns(self):
        """Check receipts anew whose quantity changed after they were done."""
        done = self.sudo()._customer_returns()  # sudo: as in _check_customer_returns
        if done:
            done._check_customer_returns()
            done.crm_return_line_id._sync_received()


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.move_id._check_return_keeper()
        lines.move_id._recheck_done_returns()
        return lines

    def write(self, vals):
        self.move_id._check_return_keeper()
        res = super().write(vals)
        if "move_id" in vals:
            self.move_id._check_return_keeper()
        if set(vals) & {"quantity", "product_uom_id", "lot_id", "move_id", "state"}:
            self.move_id._recheck_done_returns()
        return res

    def unlink(self):
        moves = self.move_id
        res = super().unlink()
        moves.exists()._recheck_done_returns()
        return res
