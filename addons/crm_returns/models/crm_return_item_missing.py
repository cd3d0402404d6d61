"""Goods that came back before their ledger was kept are entered afterwards."""

from odoo import api, models

from .crm_return_item import PROPOSED

# Where goods are by the place they went to: {usage: state of the entry}
GONE = {
    "internal": "restocked",
    "transit": "restocked",
    "supplier": "supplier",
    "customer": "customer",
}
# States of a return whose goods quality has judged.
JUDGED_STATES = ("with_accounting", "settled")


class CrmReturnItem(models.Model):
    _inherit = "crm.return.item"

    @api.model
    def _write_missing_entries(self):
        """Enter goods received on returns that have no entry in the ledger.

        What is still in quarantine is judged as its line was, and begins a handling
        plan where quality is done with it; the rest is where its last move took it.
        The cost of those is not known any more.

        :return: number of entries made
        """
        items = self.sudo()  # sudo: keeps the ledger, as receipts do
        moves = items.env["stock.move"].search(
            [
                ("crm_return_line_id", "!=", False),
                ("state", "=", "done"),
                ("location_id.usage", "=", "customer"),
                ("location_dest_id.usage", "=", "internal"),
                ("id", "not in", items._search([]).subselect("move_id")),
            ]
        )
        new = items._sync_from_moves(moves)
        stays = new._still_there()
        for item in new - stays:
            item._enter_gone()
        for item in stays:
            item._enter_judgement()
        for document, mine in stays.grouped("return_id").items():
            waiting = mine.filtered(
                lambda i: i.state == "judged" and not i._goes_directly()
            )
            if waiting and document.state in JUDGED_STATES:
                items.env["crm.return.plan"]._begin(document, waiting)
        return len(new)

    def _still_there(self):
        """Return the entries whose goods are in stock where they were received.

        Of goods that cannot be told apart, those received last are taken to be there.
        """
        self.env.flush_all()
        found = self.env["stock.quant"]._read_group(
            [
                ("product_id", "in", self.product_id.ids),
                ("location_id", "in", self.location_id.ids),
            ],
            ["product_id", "location_id", "lot_id"],
            ["quantity:sum"],
        )
        left = {tuple(key): quantity for *key, quantity in found}
        others = self.search(
            [
                ("location_id", "in", self.location_id.ids),
                ("product_id", "in", self.product_id.ids),
                ("id", "not in", self.ids),
                ("date_done", "=", False),
            ]
        )
        there = self.browse()
        for item in [*others, *self.sorted("move_id", reverse=True)]:
            key = (item.product_id, item.location_id, item.lot_id)
            rest = left.get(key, 0.0) - item.quantity
            if item in others or item.uom_id.compare(rest, 0) >= 0:
                left[key] = rest
                there |= item
        return there & self

    def _enter_judgement(self):
        """Judge these goods as their line of the return was judged."""
        line = self.return_line_id
        if line.qa_result == "none":
            return
        self._write_guarded(
            {
                "state": "judged",
                "qa_result": line.qa_result,
                "qa_note": line.qa_note,
                "qa_user_id": line.qa_user_id.id,
                "qa_date": line.qa_date,
                "disposition": PROPOSED[line.qa_result],
            }
        )

    def _enter_gone(self):
        """Enter where goods went that have left the place they were received at."""
        self._enter_judgement()
        lines = self.env["stock.move.line"].search(
            [
                ("product_id", "=", self.product_id.id),
                ("lot_id", "=", self.lot_id.id),
                ("location_id", "=", self.location_id.id),
                ("location_dest_id", "!=", self.location_id.id),
                ("state", "=", "done"),
                ("date", ">=", self.move_id.date),
                ("move_id.crm_return_item_id", "=", False),
            ],
            order="date desc, id desc",
            limit=1,
        )
        place = lines.location_dest_id
        state = GONE.get(place.usage, "scrapped")
        self._write_guarded(
            {
                "state": state,
                "location_id": place.id or self.location_id.id,
                "date_done": self.company_id._policy_date((lines or self.move_id).date),
                "mark": "returned" if state == "restocked" else False,
                "value_restocked": self.value if state == "restocked" else 0.0,
            }
        )
