"""Invoices fall due when the customer's credit terms say, not later (ARC-192)."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

TERM_FIELDS = frozenset(
    (
        "state",
        "partner_id",
        "invoice_payment_term_id",
        "invoice_date",
        "invoice_date_due",
        "line_ids",
        "invoice_line_ids",
    )
)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _check_credit_terms(self):
        """Raise unless posted customer invoices fall due as granted.

        Immediate payment, the term granted, or the term of the confirmed order that
        is invoiced; and no due date after the one that term gives.
        """
        invoices = self.filtered(
            lambda move: (
                move.move_type in ("out_invoice", "out_receipt") and move.partner_id
            )
        )
        for company, moves in invoices.grouped("company_id").items():
            # sudo: who posts need not see the customer's file
            by_entity = moves.sudo().grouped("commercial_partner_id")
            entities = self.env["res.partner"].union(*by_entity)
            entities = entities._credit_terms_apply(company)
            granted = entities._granted_payment_terms(company)
            for entity in entities:
                for move in by_entity[entity]:
                    terms = granted.get(entity, self.env["account.payment.term"])
                    move._check_move_terms(entity, terms | move._ordered_terms())

    def _ordered_terms(self):
        """Return the terms of the confirmed orders these invoices are made from."""
        orders = self.invoice_line_ids.sale_line_ids.order_id
        return orders.filtered(lambda order: order.state == "sale").payment_term_id

    def _check_move_terms(self, entity, terms):
        entity._check_terms_term(self.invoice_payment_term_id, terms)
        day = self.invoice_date or self.date or fields.Date.context_today(self)
        latest = max([day, *(term._credit_last_due(day) for term in terms)])
        if not self.invoice_payment_term_id:
            # The platform lets what is dated back fall due when it is entered.
            entered = fields.Datetime.context_timestamp(self, self.create_date)
            latest = max(latest, entered.date())
        due = max(
            (
                line.date_maturity
                for line in self.line_ids
                if line.display_type == "payment_term" and line.date_maturity
            ),
            default=self.invoice_date_due,
        )
        if due and due > latest:
            raise ValidationError(
                self.env._(
                    "%(invoice)s of %(customer)s falls due on %(due)s; the credit "
                    "terms granted allow %(latest)s at the latest (Due Date).",
                    invoice=self.display_name,
                    customer=entity.display_name,
                    due=due,
                    latest=latest,
                )
            )

    def _post(self, soft=True):
        posted = super()._post(soft=soft)
        posted._check_credit_terms()
        return posted

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        moves.filtered(lambda move: move.state == "posted")._check_credit_terms()
        return moves

    def write(self, vals):
        result = super().write(vals)
        if TERM_FIELDS.intersection(vals) and vals.get("state") != "draft":
            posted = self.filtered(lambda move: move.state == "posted")
            if posted:
                posted._check_credit_terms()
        return result


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def write(self, vals):
        result = super().write(vals)
        if "date_maturity" in vals:
            posted = self.move_id.filtered(lambda move: move.state == "posted")
            if posted:
                posted._check_credit_terms()
        return result
