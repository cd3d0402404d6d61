"""Offers that settle a complaint wait for its decision (CMP-50, GAP-12)."""

from odoo import api, fields, models

OFFERED = ("sent", "sale")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    settles_complaint_id = fields.Many2one(
        "crm.complaint",
        copy=False,
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The complaint this order settles: supplementary delivery, exchange. "
        "It is sent and confirmed after the decision only.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders.filtered(lambda o: o.state in OFFERED)._check_complaint_decided()
        return orders

    def write(self, vals):
        res = super().write(vals)
        touched = {"settles_complaint_id", "partner_id", "origin", "client_order_ref"}
        if vals.get("state") in OFFERED or not touched.isdisjoint(vals):
            self.filtered(lambda o: o._is_shown())._check_complaint_decided()
        return res

    def _is_shown(self):
        """Tell whether the customer has the offer, or a link to it."""
        # sudo: whether there is a link, not the link
        return self.state in OFFERED or bool(
            self.state == "draft" and self.sudo().access_token
        )

    def _check_complaint_decided(self):
        """Raise where an offer would settle a complaint that is not decided.

        Besides orders that name the complaint these are orders that give the goods
        complained of away for nothing or next to nothing.
        """
        for order in self:
            given = order.order_line.filtered(lambda line: line._is_given_away())
            complaints = self.env["crm.complaint"]._undecided_about(
                order.partner_id,
                given.product_id,
                self.browse(),
                order.company_id,
            )
            # sudo: the complaint binds salespeople who may not read it
            own = order.sudo().settles_complaint_id
            (complaints | own | order._complaints_named())._check_binding(
                order.display_name
            )

    def _complaints_named(self):
        """Return undecided complaints that an offer at lowered prices names."""
        self.ensure_one()
        words = f"{self.origin or ''} {self.client_order_ref or ''}"
        lowered = self.order_line.filtered(
            lambda line: line.discount or line.price_unit < line.technical_price_unit
        )
        if not words.strip() or not lowered:
            return self.env["crm.complaint"]
        return (
            self.env["crm.complaint"]
            ._undecided_of(self.partner_id, self.company_id)
            ._named_in(words)
        )

    # What shows an offer to the customer before it is sent.

    def action_quotation_send(self):
        self._check_complaint_decided()
        return super().action_quotation_send()

    def _portal_ensure_token(self):
        self._check_complaint_decided()
        return super()._portal_ensure_token()

    def message_post(self, **kwargs):
        subtype = kwargs.get("subtype_xmlid") or "mail.mt_note"
        if subtype != "mail.mt_note" or kwargs.get("partner_ids"):
            # sudo: the complaint binds salespeople who may not read it
            self.filtered(
                lambda order: (
                    order.sudo().settles_complaint_id or order.state == "draft"
                )
            )._check_complaint_decided()
        return super().message_post(**kwargs)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_complaint_decided()
        return lines

    def write(self, vals):
        touched = {"price_unit", "discount", "product_id", "product_uom_qty", "tax_ids"}
        if touched.isdisjoint(vals):
            return super().write(vals)
        before = {line.id: line._net_price() for line in self}
        res = super().write(vals)
        self._check_complaint_decided()
        self._check_price_kept(before)
        return res

    def _net_price(self):
        return self.price_unit * (1 - (self.discount or 0.0) / 100)

    def _is_given_away(self):
        """Tell whether a line costs nothing, or less than the company's floor.

        The floor is a part of what the product costs in the company's price list.
        """
        self.ensure_one()
        if not self.product_id or self.display_type or self.product_uom_qty <= 0:
            return False
        if self.is_downpayment:
            return False
        if self.currency_id.is_zero(self.price_reduce_taxexcl):
            return True
        # sudo: a figure the company has set
        floor = self.company_id.sudo().complaint_price_floor
        usual = self.product_id.currency_id._convert(
            self.product_id.lst_price,
            self.currency_id,
            self.company_id,
            self.company_id._policy_date(
                self.order_id.date_order or fields.Datetime.now()
            ),
        )
        usual = self.product_id.uom_id._compute_price(usual, self.product_uom_id)
        return bool(usual) and (
            self.currency_id.compare_amounts(self._net_price(), usual * floor / 100) < 0
        )

    def _check_complaint_decided(self):
        """Raise where an order the customer has would come to give goods away."""
        given = self.filtered(
            lambda line: line.order_id._is_shown() and line._is_given_away()
        )
        given.order_id._check_complaint_decided()

    def _check_price_kept(self, before):
        """Raise where the price of goods complained of is lowered in their order."""
        for line in self:
            lowered = line.currency_id.compare_amounts(
                line._net_price(), before[line.id]
            )
            if lowered >= 0 or line.order_id.state not in OFFERED:
                continue
            self.env["crm.complaint"]._undecided_about(
                line.order_id.partner_id,
                line.product_id,
                line.order_id,
                line.company_id,
            ).filtered(
                lambda case, line=line: case.sale_order_id == line.order_id
            )._check_binding(line.order_id.display_name)
