"""Orders keep to the credit terms and the limit granted to the customer (ARC-192)."""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_list

# Values of an order, and of its lines, that change terms or the amount owed.
TERM_FIELDS = frozenset(("state", "partner_id", "payment_term_id", "company_id"))
AMOUNT_FIELDS = frozenset(("state", "partner_id", "order_line", "currency_id"))
LINE_FIELDS = frozenset(
    ("product_uom_qty", "price_unit", "discount", "tax_ids", "order_id")
)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _credit_amount(self):
        """Return the order's total in company currency, taxes included."""
        self.ensure_one()
        return self.company_id.currency_id.round(
            self.amount_total / (self.currency_rate or 1.0)
        )

    def _check_credit_terms(self):
        """Raise unless each order's term is immediate or granted to its customer."""
        orders = self.filtered(lambda order: order.payment_term_id)
        for company, group in orders.grouped("company_id").items():
            # sudo: the customer of the order may not be the user's
            by_entity = group.sudo().grouped(
                lambda order: order.partner_id.commercial_partner_id
            )
            entities = self.env["res.partner"].union(*by_entity)
            entities = entities._credit_terms_apply(company)
            granted = entities._granted_payment_terms(company)
            for entity in entities:
                terms = granted.get(entity, self.env["account.payment.term"])
                for order in by_entity[entity]:
                    entity._check_terms_term(order.payment_term_id, terms)

    def _check_credit_limit(self):
        """Refuse orders on terms above the customer's limit, as the policy says."""
        for company, orders in self.grouped("company_id").items():
            rule = self.env["crm.credit.rule"]._for_company(company)
            if not rule or rule.limit_action == "none":
                continue
            # sudo: the limit binds who may not read it
            on_terms = orders.sudo().filtered(
                lambda order: not order.payment_term_id._is_immediate()
            )
            on_terms._check_company_limit(company, rule)

    def _check_company_limit(self, company, rule):
        by_entity = self.grouped(lambda order: order.partner_id.commercial_partner_id)
        entities = self.env["res.partner"].union(*by_entity)
        applications = self.env["crm.credit.application"].search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", entities.ids),
                ("kind", "=", "terms"),
                ("state", "=", "active"),
                ("credit_limit", ">", 0),
            ]
        )
        if not applications:
            return
        exposure = applications.partner_id._credit_exposure(company)
        for application in applications:
            orders = by_entity[application.partner_id]
            owed = exposure.get(application.partner_id.id, 0.0) + sum(
                order._credit_amount() for order in orders if order.state != "sale"
            )
            if application.currency_id.compare_amounts(
                owed, application.credit_limit
            ) > 0 and not (rule.limit_action == "decide" and orders._released(company)):
                orders._raise_limit(application, owed, rule)

    def _released(self, company):
        """Tell whether a decision released each of these orders."""
        releases = self.env["crm.credit.application"].search(
            [
                ("company_id", "=", company.id),
                ("kind", "=", "order"),
                ("state", "=", "active"),
                ("sale_order_id", "in", self.ids),
            ]
        )
        return all(
            any(
                company.currency_id.compare_amounts(
                    release.order_amount, order._credit_amount()
                )
                >= 0
                for release in releases
                if release.sale_order_id == order
            )
            for order in self
        )

    def _raise_limit(self, application, owed, rule):
        if rule.limit_action == "decide":
            way = self.env._(
                "Ask for a decision on the order (credit application, “One order "
                "above the limit”), or agree on immediate payment."
            )
        else:
            way = self.env._("Agree on immediate payment.")
        raise UserError(
            self.env._(
                "%(customer)s: with %(orders)s the customer would owe %(owed)s; the "
                "credit limit is %(limit)s (%(application)s). %(way)s",
                customer=application.partner_id.display_name,
                orders=format_list(self.env, self.mapped("name")),
                owed=application.currency_id.format(owed),
                limit=application.currency_id.format(application.credit_limit),
                application=application.name,
                way=way,
            )
        )

    def action_confirm(self):
        self._check_credit_terms()
        self._check_credit_limit()
        return super().action_confirm()

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        confirmed = orders.filtered(lambda order: order.state == "sale")
        confirmed._check_credit_terms()
        confirmed._check_credit_limit()
        return orders

    def write(self, vals):
        result = super().write(vals)
        names = set(vals)
        if names & (TERM_FIELDS | AMOUNT_FIELDS):
            confirmed = self.filtered(lambda order: order.state == "sale")
            if confirmed and names & TERM_FIELDS:
                confirmed._check_credit_terms()
            if confirmed and names & (AMOUNT_FIELDS | {"payment_term_id"}):
                confirmed._check_credit_limit()
        return result


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_order_limit()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if LINE_FIELDS.intersection(vals):
            self._check_order_limit()
        return result

    def _check_order_limit(self):
        """A confirmed order does not grow above the limit either."""
        orders = self.order_id.filtered(lambda order: order.state == "sale")
        if orders:
            orders._check_credit_limit()
