"""The goods of a return: what was delivered, is asked back, came back, is credited."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_list

from odoo.addons.crm_policy.models.arguments import TEXT, arguments

from .sale_order_line import RESERVING_STATES

QUALITY_FIELDS = ("qa_result", "qa_note")
# The request itself; guarded figures and the quality result are not part of it.
REQUEST_FIELDS = ("return_id", "sale_line_id", "lot_id", "quantity")


class CrmReturnLine(models.Model):
    """One product of one order line. All quantities are in the order line's unit."""

    _name = "crm.return.line"
    _inherit = ["crm.approval.line.mixin", "crm.guard.mixin"]
    _description = "Return Line"
    _order = "return_id, sequence, id"
    _check_company_auto = True
    _approval_parent = "return_id"
    _guarded_fields = (
        "qty_approved",
        "qty_received",
        "qty_credited",
        "date_delivered",
        "warranty_end",
        "amount",
        "qa_user_id",
        "qa_date",
    )

    return_id = fields.Many2one(
        "crm.return", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(related="return_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        related="return_id.partner_id", store=True, index=True, string="Customer"
    )
    user_id = fields.Many2one(related="return_id.user_id", string="Salesperson")
    return_state = fields.Selection(
        related="return_id.state", string="Return State", store=True, index=True
    )
    reason_id = fields.Many2one(related="return_id.reason_id", store=True)
    date_request = fields.Date(related="return_id.date_request", store=True)
    sale_line_id = fields.Many2one(
        "sale.order.line",
        string="Order Line",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('order_partner_id', 'child_of', partner_id),"
        " ('company_id', '=', company_id), ('state', '=', 'sale'),"
        " ('product_id.type', '=', 'consu'), ('qty_delivered', '>', 0)]",
    )
    sale_order_id = fields.Many2one(
        related="sale_line_id.order_id", string="Order", store=True, index=True
    )
    product_id = fields.Many2one(
        related="sale_line_id.product_id", string="Product", store=True, index=True
    )
    product_uom_id = fields.Many2one(
        related="sale_line_id.product_uom_id", string="Unit"
    )
    lot_id = fields.Many2one(
        "stock.lot",
        string="Lot/Serial Number",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        domain="[('product_id', '=', product_id)]",
    )
    qty_delivered = fields.Float(
        string="Delivered", compute="_compute_facts", digits="Product Unit"
    )
    qty_returned = fields.Float(
        string="Already Returned",
        compute="_compute_facts",
        digits="Product Unit",
        help="Came back into stock by any return whatever.",
    )
    qty_remaining = fields.Float(
        string="Returnable",
        compute="_compute_facts",
        digits="Product Unit",
        help="Delivered, less returned, less asked back by other open returns.",
    )
    quantity = fields.Float(
        string="Requested", required=True, default=1.0, digits="Product Unit"
    )
    qty_approved = fields.Float(
        string="Approved",
        readonly=True,
        copy=False,
        digits="Product Unit",
        help="Quantity approved for return (RET-62).",
    )
    qty_received = fields.Float(
        string="Received",
        readonly=True,
        copy=False,
        digits="Product Unit",
        help="Actual quantity returned: what stock moves of this return brought "
        "back (RET-62).",
    )
    qty_credited = fields.Float(
        string="Credited",
        readonly=True,
        copy=False,
        digits="Product Unit",
        help="On posted credit notes of this return.",
    )
    quantity_result = fields.Selection(
        [
            ("equal", "As approved"),
            ("below", "Below: credit the actual quantity"),
            ("within", "Above, within the ratio: credit the actual quantity"),
            ("beyond", "Above the ratio: blocked"),
        ],
        string="Actual Against Approved",
        compute="_compute_quantity_result",
        help="RET-62 to RET-65.",
    )
    amount = fields.Monetary(
        string="Value",
        readonly=True,
        copy=False,
        help="Sold for, without tax, in company currency.",
    )
    date_delivered = fields.Date(
        string="Delivered On",
        readonly=True,
        copy=False,
        help="Oldest of the deliveries the goods come from, newest first.",
    )
    warranty_end = fields.Date(
        readonly=True, copy=False, help="Last day of warranty (RET-12)."
    )
    qa_result = fields.Selection(
        [
            ("none", "Not judged"),
            ("good", "Good"),
            ("defective", "Defective"),
            ("incomplete", "Parts missing"),
            ("scrap", "Beyond repair"),
        ],
        string="Quality Result",
        default="none",
        required=True,
        copy=False,
        index=True,
        help="Judged by quality on the goods received (RET-35).",
    )
    qa_note = fields.Char(
        string="Quality Note", copy=False, help="Function and appearance found."
    )
    qa_user_id = fields.Many2one(
        "res.users", string="Judged By", readonly=True, copy=False
    )
    qa_date = fields.Date(string="Judged On", readonly=True, copy=False)
    move_ids = fields.One2many("stock.move", "crm_return_line_id", "Receipts")

    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0)", "The requested quantity must be more than zero."
    )

    # ------------------------------------------------------------ constraints

    @api.constrains("sale_line_id", "lot_id", "return_id")
    def _check_source(self):
        for line in self:
            # sudo: whose order it is decides, also for who cannot open it
            source = line.sale_line_id.sudo()
            document = line.return_id
            if source.company_id != document.company_id:
                raise ValidationError(
                    self.env._("Order %s is of another company.", source.order_id.name)
                )
            if source.order_id.partner_id.commercial_partner_id != document.partner_id:
                raise ValidationError(
                    self.env._("Order %s is of another customer.", source.order_id.name)
                )
            if source.state != "sale":
                raise ValidationError(
                    self.env._("Order %s is not in force.", source.order_id.name)
                )
            # sudo: which product a lot is of, for who has no access to the stock
            if line.lot_id and line.lot_id.sudo().product_id != source.product_id:
                raise ValidationError(
                    self.env._("Lot %s is of another product.", line.lot_id.name)
                )
        self._check_currency()

    def _check_currency(self):
        for document in self.return_id:
            # sudo: as in _check_source
            orders = document.line_ids.sudo().sale_line_id.order_id
            if len(orders.currency_id) > 1:
                raise ValidationError(
                    self.env._(
                        "Goods sold in different currencies (%s) come back on "
                        "returns of their own.",
                        format_list(self.env, orders.currency_id.mapped("name")),
                    )
                )

    # --------------------------------------------------------------- computes

    @api.depends("sale_line_id", "quantity")
    def _compute_facts(self):
        facts = self.sale_line_id._return_facts()
        for line in self:
            fact = facts.get(line.sale_line_id.id)
            line.qty_delivered = fact["delivered"] if fact else 0.0
            line.qty_returned = fact["returned"] if fact else 0.0
            line.qty_remaining = (
                line.sale_line_id._returnable(fact, line.return_id._origin)
                if fact
                else 0.0
            )

    @api.depends("qty_received", "qty_approved")
    def _compute_quantity_result(self):
        for line in self:
            line.quantity_result = line._quantity_judgement(line.qty_received)

    @api.depends("product_id", "return_id")
    def _compute_display_name(self):
        for line in self:
            line.display_name = (
                f"{line.return_id.display_name} · {line.product_id.display_name}"
            )

    # ----------------------------------------------------------------- checks

    def _quantity_outstanding(self):
        """Return what this line still claims of the delivered goods."""
        self.ensure_one()
        return max((self.qty_approved or self.quantity) - self.qty_received, 0.0)

    def _quantity_judgement(self, received):
        """Compare a received quantity with the approved one (RET-62 to RET-65).

        :return: False, "equal", "below", "within" or "beyond"
        """
        self.ensure_one()
        uom = self.product_uom_id
        # A line just added to the form has no goods yet, and so no unit.
        if not uom or uom.is_zero(received) or uom.is_zero(self.qty_approved):
            return False
        order = uom.compare(received, self.qty_approved)
        if order <= 0:
            return "below" if order else "equal"
        # sudo: the ratio binds people who may not read the partner or company
        ratio = self.sudo().partner_id._return_ratio(self.sudo().company_id)
        limit = self.qty_approved * (1 + ratio / 100)
        return "within" if uom.compare(received, limit) <= 0 else "beyond"

    def _check_remaining(self):
        """Raise when more is asked back than stock moves leave returnable.

        :raises UserError: names product, order, what is left and who claims it
        """
        # sudo: the units and orders of goods, also for who cannot open orders
        lines = self.sudo().return_id.line_ids
        facts = lines.sale_line_id._return_facts()
        for (document, source), claims in lines.grouped(
            lambda line: (line.return_id, line.sale_line_id)
        ).items():
            claimed = sum(line._quantity_outstanding() for line in claims)
            remaining = source._returnable(facts[source.id], document)
            if source.product_uom_id.compare(claimed, remaining) > 0:
                claims._raise_remaining(claimed, remaining, facts[source.id])
        lines.filtered("lot_id")._check_lots(facts)

    def _raise_remaining(self, claimed, remaining, fact):
        """Refuse a quantity, naming what is left and which returns claim the rest."""
        document, source = self.return_id, self.sale_line_id
        others = document.browse(fact["claims"]) - document
        raise UserError(
            self.env._(
                "Requested: %(claimed)s %(unit)s of %(product)s from order %(order)s "
                "are more than the %(remaining)s that can come back (delivered "
                "%(delivered)s, returned %(returned)s, other open returns: "
                "%(others)s).",
                claimed=claimed,
                unit=source.product_uom_id.name,
                product=source.product_id.display_name,
                order=source.order_id.name,
                remaining=max(remaining, 0.0),
                delivered=fact["delivered"],
                returned=fact["returned"],
                others=format_list(self.env, others.mapped("name")) or "-",
            )
        )

    def _check_lots(self, facts):
        """Raise unless each lot was delivered with its line and is still outside."""
        if not self:
            return
        moves = self.env["stock.move"].browse(
            [
                move.id
                for source in self.sale_line_id
                for move, _left in facts[source.id]["moves"]
            ]
        )
        out, back = self._lot_quantities(moves)
        claims = self._lot_claims()
        for source, lot in claims.keys():
            claimed = source.product_uom_id._compute_quantity(
                claims[source, lot], lot.product_id.uom_id
            )
            key = (source.id, lot.id)
            left = out.get(key, 0.0) - back.get(key, 0.0)
            if lot.product_id.uom_id.compare(claimed, left) > 0:
                raise UserError(
                    self.env._(
                        "Lot %(lot)s: %(claimed)s asked back, but only %(left)s of it "
                        "were delivered with order %(order)s and are still there.",
                        lot=lot.name,
                        claimed=claimed,
                        left=left,
                        order=source.order_id.name,
                    )
                )

    def _lot_claims(self):
        """Return {(order line, lot): quantity asked back by these and open lines}."""
        others = self.search(
            [
                ("sale_line_id", "in", self.sale_line_id.ids),
                ("lot_id", "in", self.lot_id.ids),
                ("return_id.state", "in", RESERVING_STATES),
            ]
        )
        claims = {}
        for line in self | others:
            key = (line.sale_line_id, line.lot_id)
            claims[key] = claims.get(key, 0.0) + line._quantity_outstanding()
        return claims

    def _lot_quantities(self, moves):
        """Return two {(order line id, lot id): quantity}: delivered, come back."""
        result = []
        # sudo: what was delivered is a fact; only sums are used
        MoveLine = self.env["stock.move.line"].sudo()
        for name, found in (
            ("move_id", moves.sudo()),
            ("origin_returned_move_id", moves.sudo().returned_move_ids),
        ):
            quantities = {}
            for move, lot, quantity in MoveLine._read_group(
                [
                    ("move_id", "in", found.filtered(lambda m: m.state == "done").ids),
                    ("lot_id", "in", self.lot_id.ids),
                ],
                ["move_id", "lot_id"],
                ["quantity_product_uom:sum"],
            ):
                source = move if name == "move_id" else move[name]
                key = (source.sale_line_id.id, lot.id)
                quantities[key] = quantities.get(key, 0.0) + quantity
            result.append(quantities)
        return result

    # -------------------------------------------------------------- lifecycle

    @api.model_create_multi
    def create(self, vals_list):
        self._check_quantity_vals(vals_list)
        for vals in vals_list:
            for name in QUALITY_FIELDS:
                if vals.get(name) not in (None, False, "none"):
                    self._raise_guarded(name)
        lines = super().create(vals_list)
        lines.return_id._check_request_open(["line_ids"])
        lines._check_remaining()
        lines._after_request_change()
        return lines

    def write(self, vals):
        self._check_quantity_vals([vals])
        request = set(vals) & set(REQUEST_FIELDS)
        if request:
            self.return_id._check_request_open(["line_ids"])
        if set(vals) & set(QUALITY_FIELDS):
            vals = {**vals, **self._check_quality_vals()}
        if set(vals) & set(QUALITY_FIELDS):
            stamp = {name: vals.pop(name) for name in ("qa_user_id", "qa_date")}
            res = super().write(vals)
            self._write_guarded(stamp)
        else:
            res = super().write(vals)
        if request:
            self.return_id._check_request_open(["line_ids"])
            self._check_remaining()
            self._after_request_change()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_request_closed(self):
        self.return_id._check_request_open(["line_ids"])

    def unlink(self):
        documents = self.return_id
        res = super().unlink()
        documents = documents.exists().filtered(lambda r: r.state == "draft")
        documents._drop_override({"line_ids"})
        documents._refresh_facts()
        return res

    def _check_quantity_vals(self, vals_list):
        """Raise unless the quantities asked back are numbers above zero."""
        for vals in vals_list:
            self._check_figures(vals)
        if any((vals.get("quantity", 1) or 0) <= 0 for vals in vals_list):
            raise UserError(
                self.env._("Requested: enter a quantity of more than zero.")
            )

    def _check_quality_vals(self):
        """Raise unless quality may judge now; return who judges and when."""
        for document in self.return_id:
            document._check_in_states(("in_quality",), ["line_ids"])
            document._check_holder()
        return {
            "qa_user_id": self.env.uid,
            "qa_date": self.env.company._policy_today(),
        }

    def _after_request_change(self):
        documents = self.return_id.filtered(lambda r: r.state == "draft")
        documents._drop_override({"line_ids"})
        documents._refresh_facts()

    # ---------------------------------------------------------------- actions

    @arguments(result=TEXT, note=TEXT)
    def action_record_quality(self, result, note=None):
        """Record the judgement of quality on these lines (RET-35).

        :param result: good, defective, incomplete or scrap
        :param note: function and appearance found
        :return: True
        :raises UserError: not in quality; AccessError: not of the department
        """
        self.write({"qa_result": result, **({"qa_note": note} if note else {})})
        return True
