"""The ledger follows the receipts: entries are made and corrected by done moves."""

from odoo import api, models
from odoo.exceptions import UserError


class CrmReturnItem(models.Model):
    _inherit = "crm.return.item"

    @api.model
    def _sync_from_moves(self, moves):
        """Make the entries agree with done receipts, per move and lot.

        :raises UserError: a receipt shrinks below what is dealt with already
        """
        # sudo: the ledger follows the goods, whoever validates the receipt
        moves = moves.sudo().filtered(
            lambda m: m.crm_return_line_id or m.crm_loan_line_id
        )
        # sudo: receipts are facts, whoever validates them
        wanted = {
            (move, lot): quantity
            for move, lot, quantity in self.env["stock.move.line"]
            .sudo()
            ._read_group(
                [("move_id", "in", moves.ids), ("state", "=", "done")],
                ["move_id", "lot_id"],
                ["quantity_product_uom:sum"],
            )
            if move.product_id.uom_id.compare(quantity, 0) > 0
        }
        # sudo: as above
        items = self.sudo().search([("move_id", "in", moves.ids)])
        known = items.grouped(lambda item: (item.move_id, item.lot_id))
        vals_list = []
        for key in {**wanted, **known}:
            mine = known.get(key, self.browse())
            difference = wanted.get(key, 0.0) - sum(mine.mapped("quantity"))
            if key[0].product_id.uom_id.is_zero(difference):
                continue
            if mine:
                mine._adjust(difference)
            else:
                vals_list.append(self._prepare_item(*key, difference))
        # sudo: as above; the entries are numbered with the others of their document
        return self.sudo().create(vals_list)

    def _adjust(self, difference):
        """Add a correction of the receipt to the goods still in quarantine."""
        uom = self.product_id.uom_id
        for item in self.filtered(lambda item: item.state == "quarantine"):
            quantity = item.quantity + difference
            if uom.compare(quantity, 0) > 0:
                item._write_guarded({"quantity": quantity})
                item._write_guarded({"value": item._received_value()})
                return
            if uom.is_zero(quantity) or len(self) > 1:
                difference = quantity
                item._drop()
                if uom.is_zero(difference):
                    return
        raise UserError(
            self.env._(
                "%(receipt)s: goods of this receipt are judged or dealt with; the "
                "quantity received cannot change any more.",
                receipt=self.move_id.picking_id.name or self.move_id.reference or "-",
            )
        )

    def _drop(self):
        """Delete the entry of goods that a corrected receipt did not bring."""
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM crm_return_item WHERE id IN %s", [self._ids])
        self.env.invalidate_all()

    @api.model
    def _prepare_item(self, move, lot, quantity):
        line, loan_line = move.crm_return_line_id, move.crm_loan_line_id
        document = line.return_id or loan_line.loan_id
        own = {
            "name": document._next_label(),
            "return_line_id": line.id,
            "loan_line_id": loan_line.id,
            "move_id": move.id,
            "product_id": move.product_id.id,
            "lot_id": lot.id,
            "quantity": quantity,
            "partner_id": document.partner_id.id,
            "user_id": document.user_id.id,
            "company_id": document.company_id.id,
            "date_received": document.company_id._policy_date(move.date),
            "location_id": move.location_dest_id.id,
            "value": self._share(move, quantity),
        }
        return {"_own": own}

    @api.model
    def _guarded_create_vals(self, vals_list):
        own = super()._guarded_create_vals(vals_list)
        for vals, own_vals in zip(vals_list, own, strict=True):
            own_vals.update(vals.pop("_own", {}))
        return own

    @api.model
    def _share(self, move, quantity):
        """Return the value in stock of part of a receipt, company currency."""
        total = move.product_uom._compute_quantity(
            move.quantity, move.product_id.uom_id, rounding_method="HALF-UP"
        )
        if not total:
            return 0.0
        value = move.value
        if not move.is_in:
            # Goods that never left our stock, like machines on loan.
            value = total * move.product_id.with_company(move.company_id).standard_price
        return move.company_id.currency_id.round(value * quantity / total)

    def _received_value(self):
        return self._share(self.move_id, self.quantity)
