"""How much of a sold line may still come back, told by stock moves alone (RET-11).

Documents say what people intended; moves say what happened. Returns made with the
platform's own wizard, by hand or by a return request are all counted alike.
"""

from collections import defaultdict

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

# States of a request in which its goods are promised to it but not yet back.
RESERVING_STATES = (
    "supervisor_audit",
    "marketing_audit",
    "general_manager",
    "verification",
    "approved",
    "inspected",
    "collected",
    "in_transit",
)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _return_facts(self):
        """Return what was delivered, came back and is asked back, per line.

        The number of queries does not depend on the number of lines.

        :return: ``{line id: {"delivered", "returned", "claims": {return id:
            quantity}, "moves": [(stock.move, quantity left on it)]}}``; quantities
            in the line's unit, moves newest first
        """
        # sudo: what is left to return depends on everybody's moves and requests,
        # whoever asks; only sums are handed out
        lines = self.sudo()
        facts = {
            line.id: {"delivered": 0.0, "returned": 0.0, "claims": {}, "moves": []}
            for line in lines
        }
        moves = lines._return_delivery_moves()
        returned = lines._returned_quantities(moves)
        claims = lines._claimed_quantities()
        for move in moves:
            line = move.sale_line_id
            fact = facts[line.id]
            quantity = move.product_uom._compute_quantity(
                move.quantity, line.product_uom_id, rounding_method="HALF-UP"
            )
            fact["delivered"] += quantity
            back = returned.pop((line.id, move.id), 0.0)
            fact["returned"] += back
            fact["moves"].append((move, quantity - back))
        for (line_id, _move_id), quantity in returned.items():
            # Goods that came back without naming their delivery.
            facts[line_id]["returned"] += quantity
            facts[line_id]["moves"] = self._take_from_moves(
                facts[line_id]["moves"], quantity
            )[1]
        for line_id, claim in claims.items():
            facts[line_id]["claims"] = claim
        return facts

    def _returnable(self, fact, document=None):
        """Return the quantity of a line left for a return, from its facts.

        :param fact: this line's entry of ``_return_facts``
        :param document: the ``crm.return`` asking; its own claim does not count
        """
        claimed = sum(
            quantity
            for return_id, quantity in fact["claims"].items()
            if not document or return_id not in document.ids
        )
        # sudo: only the rounding of the unit is read
        return self.sudo().product_uom_id.round(
            fact["delivered"] - fact["returned"] - claimed
        )

    def _return_delivery_moves(self):
        """Return the done moves that brought these lines' goods to the customer."""
        moves = self.env["stock.move"].search(
            Domain.AND(
                [
                    [("sale_line_id", "in", self.ids), ("state", "=", "done")],
                    [("location_dest_id.usage", "=", "customer")],
                    [("location_id.usage", "!=", "customer")],
                ]
            ),
            order="date desc, id desc",
        )
        # A kit's components are other products than the one sold.
        return moves.filtered(lambda m: m.product_id == m.sale_line_id.product_id)

    def _returned_quantities(self, moves):
        """Return {(line id, delivery move id): quantity in the line's unit}."""
        groups = self.env["stock.move"]._read_group(
            Domain.AND(
                [
                    [("state", "=", "done"), ("location_id.usage", "=", "customer")],
                    [("location_dest_id.usage", "!=", "customer")],
                    Domain("sale_line_id", "in", self.ids)
                    | Domain("origin_returned_move_id", "in", moves.ids),
                    [("product_id", "in", self.product_id.ids)],
                ]
            ),
            ["sale_line_id", "origin_returned_move_id", "product_uom"],
            ["quantity:sum"],
        )
        result = defaultdict(float)
        for line, origin, uom, quantity in groups:
            line = (origin in moves and origin.sale_line_id) or line
            result[line.id, origin.id] += uom._compute_quantity(
                quantity, line.product_uom_id, rounding_method="HALF-UP"
            )
        return result

    def _claimed_quantities(self):
        """Return {line id: {return id: quantity asked back and not yet back}}."""
        result = {}
        for request in self.env["crm.return.line"].search(
            [
                ("sale_line_id", "in", self.ids),
                ("return_id.state", "in", RESERVING_STATES),
            ]
        ):
            claims = result.setdefault(request.sale_line_id.id, defaultdict(float))
            claims[request.return_id.id] += request._quantity_outstanding()
        return result

    def _take_from_moves(self, moves, quantity):
        """Split ``quantity`` over the deliveries, the newest first.

        :param moves: list of (stock.move, quantity left)
        :return: (list of (move, quantity taken), list of (move, quantity left))
        """
        taken, left = [], []
        for move, available in moves:
            part = min(max(available, 0.0), quantity)
            if part:
                taken.append((move, part))
            left.append((move, available - part))
            quantity -= part
        return taken, left

    def _lock_returnable(self):
        """Let only one transaction at a time decide on these goods.

        Two requests for the same goods both read what is left before either is
        stored, so a mere row lock would let both pass: the second one would go on
        with its old snapshot. Touching the rows makes the second one fail with a
        serialization error, and the platform repeats it on the new state.
        """
        # sudo: see _return_facts
        moves = self.sudo()._return_delivery_moves()
        moves.flush_recordset()
        self.env.cr.execute(
            SQL(
                """UPDATE stock_move SET write_uid = stock_move.write_uid
                     FROM (SELECT id FROM stock_move WHERE id IN %s
                         ORDER BY id FOR NO KEY UPDATE) AS locked
                    WHERE stock_move.id = locked.id""",
                tuple(moves.ids) or (0,),
            )
        )
