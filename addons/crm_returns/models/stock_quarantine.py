"""Goods in a return quarantine leave it by their disposition only, on whatever path."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class StockLocation(models.Model):
    _inherit = "stock.location"

    return_quarantine_warehouse_ids = fields.One2many(
        "stock.warehouse", "return_quarantine_location_id", "Quarantine Of"
    )
    loan_warehouse_ids = fields.One2many(
        "stock.warehouse", "loan_location_id", "Goods on Loan Of"
    )


class StockPicking(models.Model):
    _inherit = "stock.picking"

    crm_loan_id = fields.Many2one(
        "crm.loan",
        string="Loan",
        copy=False,
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The loan, exhibition or demo these goods go out for or come back from.",
    )


class StockScrap(models.Model):
    _inherit = "stock.scrap"

    crm_return_item_id = fields.Many2one(
        "crm.return.item",
        string="Returned Goods",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    def _prepare_move_values(self):
        return {
            **super()._prepare_move_values(),
            "crm_return_item_id": self.crm_return_item_id.id,
        }


class StockMove(models.Model):
    _inherit = "stock.move"

    crm_return_item_id = fields.Many2one(
        "crm.return.item",
        string="Returned Goods",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The entry of the ledger of returned goods that this move takes out of "
        "quarantine.",
    )
    crm_loan_line_id = fields.Many2one(
        "crm.loan.line",
        string="Loan Line",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )

    @api.model
    def _prepare_merge_moves_distinct_fields(self):
        return [
            *super()._prepare_merge_moves_distinct_fields(),
            "crm_return_item_id",
            "crm_loan_line_id",
        ]

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        moves.filtered(lambda m: m.state == "done")._check_leaves_quarantine()
        return moves

    def write(self, vals):
        if "crm_loan_line_id" in vals or "crm_return_item_id" in vals:
            self._check_ledger_link(vals)
        res = super().write(vals)
        if vals.get("state") == "done":
            self._check_leaves_quarantine()
        if vals.get("state") in ("done", "cancel"):
            # sudo: the ledger and loans follow the goods, whoever moves them
            moves = self.sudo()
            moves.crm_return_item_id._sync_disposal()
            moves.crm_loan_line_id.loan_id._sync_moves()
        return res

    def _action_done(self, cancel_backorder=False):
        done = super()._action_done(cancel_backorder=cancel_backorder)
        # The value in stock is known only after the moves are done.
        # sudo: the ledger follows the goods, whoever received them
        items = self.env["crm.return.item"].sudo()
        received = done.filtered(lambda m: m.crm_return_line_id or m.crm_loan_line_id)
        if received:
            for item in items.search([("move_id", "in", received.ids)]):
                item._write_guarded({"value": item._received_value()})
        return done

    def _check_ledger_link(self, vals):
        for move in self:
            for name in ("crm_loan_line_id", "crm_return_item_id"):
                if name in vals and move[name] and move[name].id != vals[name]:
                    raise UserError(
                        self.env._(
                            "%s of a move cannot change.",
                            self._fields[name]._description_string(self.env),
                        )
                    )

    def _check_leaves_quarantine(self):
        """Raise when goods leave a quarantine without an approved disposition.

        :raises UserError: names the goods and the rule
        """
        # sudo: the rule binds keepers who may not read returns
        for move in self.sudo():
            if move.state != "done" or move.location_id.usage != "internal":
                continue
            sources = move.move_line_ids.location_id | move.location_id
            move._check_leaves_loan(sources)
            quarantines = sources.filtered("return_quarantine_warehouse_ids")
            if not quarantines or move.location_dest_id in quarantines:
                continue
            item = move.crm_return_item_id
            if not item:
                if move._may_leave_unlisted():
                    continue
                raise UserError(
                    self.env._(
                        "%(move)s: %(product)s is in the return quarantine and leaves "
                        "it only by its disposition, after judgement and approval "
                        "(RET-10, RET-35).",
                        move=move.picking_id.name or move.reference or "-",
                        product=move.product_id.display_name,
                    )
                )
            item._check_may_leave()
            item._check_same_goods(move)

    def _check_leaves_loan(self, sources):
        """Raise when goods on loan would be moved on without their loan."""
        places = sources.filtered("loan_warehouse_ids")
        if (
            not places
            or self.crm_loan_line_id
            or self.location_dest_id in places
            or self._may_leave_unlisted()
        ):
            return
        raise UserError(
            self.env._(
                "%(move)s: %(product)s is on loan and comes back through its loan "
                "document (RET-46, RET-47).",
                move=self.picking_id.name or self.reference or "-",
                product=self.product_id.display_name,
            )
        )

    def _may_leave_unlisted(self):
        """Tell whether goods that are in no ledger may leave: counting corrects."""
        if not self.company_id.return_required:
            return True
        return self.is_inventory and self.env.user.has_group(
            "stock.group_stock_manager"
        )


class CrmReturnItem(models.Model):
    _inherit = "crm.return.item"

    def _check_same_goods(self, move):
        """Raise unless a move takes exactly these goods where they are to go."""
        self.ensure_one()
        uses = {
            "restock": ("internal",),
            "rework": ("internal",),
            "scrap": ("inventory",),
            "supplier": ("supplier",),
            "customer": ("customer",),
        }
        same = (
            self.product_id == move.product_id
            and not self.product_id.uom_id.compare(
                self.quantity,
                move.product_uom._compute_quantity(
                    move.quantity, self.product_id.uom_id, rounding_method="HALF-UP"
                ),
            )
            and move.move_line_ids.lot_id == self.lot_id
            and move.location_dest_id.usage in uses[self.disposition]
            and self.move_ids.filtered(lambda m: m.state == "done") == move
        )
        if not same:
            raise UserError(
                self.env._(
                    "%s leaves quarantine once, whole, and where its disposition says.",
                    self.display_name,
                )
            )


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def write(self, vals):
        if set(vals) & {"quantity", "lot_id", "location_id", "location_dest_id"}:
            self._check_disposed()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_disposed(self):
        self._check_disposed()

    def _check_disposed(self):
        """Raise when a done move of a ledger entry would be rewritten."""
        # sudo: as in _check_leaves_quarantine
        for line in self.sudo():
            if line.state == "done" and line.move_id.crm_return_item_id:
                raise UserError(
                    self.env._(
                        "%s has left quarantine: its move is not changed any more.",
                        line.move_id.crm_return_item_id.display_name,
                    )
                )
