"""Nothing binding leaves before the decision (CMP-38, CMP-50, GAP-12).

An offer, a credit note or the approval of a return for goods complained of needs the
decision on the complaint. The check is the complaint's; the documents ask it whenever
they would take effect, whichever way they get there.
"""

import re

from odoo import api, fields, models
from odoo.exceptions import UserError

# Filed, and not decided yet.
UNDECIDED = (
    "received",
    "quality",
    "production",
    "manager_instruction",
    "rd",
    "gmo_check",
    "sales_opinion",
    "supervisor_reading",
    "gmo_summary",
    "decision",
    # the lighter flows
    "recorded",
    "classified",
    "assigned",
    "analysed",
)


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    settlement_order_ids = fields.One2many(
        "sale.order", "settles_complaint_id", "Offers in Settlement"
    )
    settlement_move_ids = fields.One2many(
        "account.move", "complaint_id", "Credit Notes in Settlement"
    )
    settlement_payment_ids = fields.One2many(
        "account.payment",
        "complaint_id",
        "Payments in Settlement",
        groups="account.group_account_invoice,account.group_account_readonly",
    )

    @api.model
    def _undecided_states(self):
        """Return the states in which nothing binding may leave; flows add theirs."""
        return UNDECIDED

    @api.model
    def _undecided_about(self, customers, products, orders, company):
        """Return undecided complaints about these goods.

        :param customers: res.partner, whose goods they are
        :param products: product.product
        :param orders: sale.order the goods were sold by, may be empty
        """
        if not products:
            return self.browse()
        # sudo: a complaint binds also those who may not read it
        found = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("state", "in", self._undecided_states()),
                ("product_id", "in", products.ids),
                ("partner_id", "child_of", customers.commercial_partner_id.ids),
            ]
        )
        return found.filtered(
            lambda c: not orders or not c.sale_order_id or c.sale_order_id in orders
        )

    @api.model
    def _undecided_of(self, customers, company):
        """Return all undecided complaints of these customers."""
        # sudo: a complaint binds also those who may not read it
        return self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("state", "in", self._undecided_states()),
                ("partner_id", "child_of", customers.commercial_partner_id.ids),
            ]
        )

    def _named_in(self, text):
        """Return those of the complaints that a text names.

        By their number, by their order's, or by that of an invoice of the order.
        """
        if not (text or "").strip():
            return self.browse()
        return self.filtered(
            lambda case: any(
                # Digits around it would make it another number.
                re.search(rf"(?<!\d){re.escape(name)}(?!\d)", text, re.IGNORECASE)
                for name in (
                    case.name,
                    case.sale_order_id.name,
                    *case.sale_order_id.invoice_ids.mapped("name"),
                )
                if name and name != "/"
            )
        )

    def _check_binding(self, document):
        """Raise unless the decision on each of these complaints stands.

        :param document: name of what would take effect, for the message
        """
        for complaint in self.sudo():  # sudo: binds also who may not read it
            if complaint.customer_refusal:
                raise UserError(
                    self.env._(
                        "%(document)s cannot take effect: the customer refused the "
                        "conclusion of complaint %(complaint)s.",
                        document=document,
                        complaint=complaint.display_name,
                    )
                )
            # In the eight steps the instruction on the plan is the decision.
            step = "decision" if complaint.flow == "pcb" else "plan"
            decided = (
                complaint.approval_state == "approved"
                and complaint.approval_step == step
                and complaint._approval_holds()
            )
            if not decided:
                raise UserError(
                    self.env._(
                        "%(document)s cannot take effect: complaint %(complaint)s is "
                        "not decided. No answer, agreement or admission before the "
                        "decision (CMP-50).",
                        document=document,
                        complaint=complaint.display_name,
                    )
                )

    def _check_granted(self, document, amount, currency, others):
        """Raise where credit notes would grant more than was decided.

        :param amount: untaxed amount that would be granted now, in ``currency``
        :param others: credit notes, or payments, granted already
        """
        for complaint in self.sudo():  # sudo: binds also who may not read it
            unit = complaint.claim_currency_id
            company, date = complaint.company_id, complaint.date
            total = currency._convert(amount, unit, company, date) + sum(
                other.currency_id._convert(
                    other[
                        "amount"
                        if others._name == "account.payment"
                        else "amount_untaxed"
                    ],
                    unit,
                    company,
                    date,
                )
                for other in others
            )
            if unit.compare_amounts(total, complaint.amount_settlement) > 0:
                raise UserError(
                    self.env._(
                        "%(document)s: complaint %(complaint)s was decided up to "
                        "%(decided)s, but %(total)s would be granted. Raise the "
                        "settlement; it is then decided again.",
                        document=document,
                        complaint=complaint.display_name,
                        decided=unit.format(complaint.amount_settlement),
                        total=unit.format(total),
                    )
                )
