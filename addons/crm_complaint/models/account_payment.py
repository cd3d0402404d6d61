"""Money to a customer who complained waits for the decision (CMP-50, GAP-12)."""

from odoo import api, fields, models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    complaint_id = fields.Many2one(
        "crm.complaint",
        "Settles Complaint",
        copy=False,
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The complaint this payment to the customer settles; it is paid after the "
        "decision only and within the amount decided.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        payments = super().create(vals_list)
        payments._paying()._check_complaint_decided()
        return payments

    def write(self, vals):
        if vals.get("state") in ("in_process", "paid"):
            self._check_complaint_decided()
        res = super().write(vals)
        if not {
            "complaint_id",
            "partner_id",
            "memo",
            "amount",
            "payment_type",
            "invoice_ids",
        }.isdisjoint(vals):
            self._paying()._check_complaint_decided()
        return res

    def _paying(self):
        return self.filtered(lambda one: one.state in ("in_process", "paid"))

    def _check_complaint_decided(self):
        """Raise where money would go out for a complaint that is not decided.

        Payments to a customer that name the complaint, its order or an invoice of the
        order, by link or in the memo; others are none of the complaint's business.
        """
        for payment in self.filtered(
            lambda one: one.payment_type == "outbound" and one.partner_id
        ):
            # sudo: the complaint binds accountants who may not read it
            own = payment.sudo().complaint_id
            every = self.env["crm.complaint"]._undecided_of(
                payment.partner_id, payment.company_id
            )
            about = every._named_in(
                f"{payment.memo or ''} {payment.payment_reference or ''}"
            )
            paid = payment.sudo().invoice_ids  # sudo: as above
            orders = (paid | paid.reversed_entry_id).line_ids.sale_line_ids.order_id
            about |= paid.complaint_id & every
            about |= every.filtered(lambda c, orders=orders: c.sale_order_id in orders)
            (about | own)._check_binding(payment.display_name)
            if own:
                others = own.settlement_payment_ids.filtered(
                    lambda one, payment=payment: (
                        one.state in ("in_process", "paid")
                        and one.payment_type == "outbound"
                        and one.id != payment.id
                    )
                )
                own._check_granted(
                    payment.display_name, payment.amount, payment.currency_id, others
                )
