"""Offers that settle a complaint wait for its decision (CMP-50, GAP-12)."""

from odoo import api, fields, models


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
        orders.filtered(
            lambda o: o.state in ("sent", "sale")
        )._check_complaint_decided()
        return orders

    def write(self, vals):
        res = super().write(vals)
        if vals.get("state") in ("sent", "sale") or "settles_complaint_id" in vals:
            self.filtered(
                lambda o: o.state in ("sent", "sale")
            )._check_complaint_decided()
        return res

    def _check_complaint_decided(self):
        """Raise where an offer would settle a complaint that is not decided.

        Besides orders that name the complaint these are orders that give the goods
        complained of away for nothing.
        """
        for order in self:
            free = order.order_line.filtered(
                lambda line: (
                    line.product_id
                    and not line.display_type
                    and line.product_uom_qty > 0
                    and line.currency_id.is_zero(line.price_reduce_taxexcl)
                )
            )
            complaints = self.env["crm.complaint"]._undecided_about(
                order.partner_id,
                free.product_id,
                self.browse(),
                order.company_id,
            )
            # sudo: the complaint binds salespeople who may not read it
            (complaints | order.sudo().settles_complaint_id)._check_binding(
                order.display_name
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
            self.filtered("settles_complaint_id")._check_complaint_decided()
        return super().message_post(**kwargs)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_complaint_decided()
        return lines

    def write(self, vals):
        res = super().write(vals)
        if not {"price_unit", "discount", "product_id", "product_uom_qty"}.isdisjoint(
            vals
        ):
            self._check_complaint_decided()
        return res

    def _check_complaint_decided(self):
        """Raise where a confirmed order would come to give goods away."""
        free = self.filtered(
            lambda line: (
                line.order_id.state in ("sent", "sale")
                and line.product_id
                and line.currency_id.is_zero(line.price_reduce_taxexcl)
            )
        )
        free.order_id._check_complaint_decided()
