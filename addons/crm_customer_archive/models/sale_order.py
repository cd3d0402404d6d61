"""Only customers on file are sold to: orders."""

from odoo import api, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _check_customers_on_file(self):
        for company, orders in self.grouped("company_id").items():
            orders.partner_id._check_customer_usable("order", company)

    def action_confirm(self):
        self._check_customers_on_file()
        return super().action_confirm()

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        # An order may be created confirmed, by import or by another program.
        orders.filtered(lambda order: order.state == "sale")._check_customers_on_file()
        return orders

    def write(self, vals):
        result = super().write(vals)
        # Whatever makes an order binding ends in one of these two values, also
        # without the button.
        if vals.get("state") == "sale" or "partner_id" in vals:
            self.filtered(
                lambda order: order.state == "sale"
            )._check_customers_on_file()
        return result
