"""Credit notes for goods complained of wait for the decision (CMP-50, GAP-12).

What gives money back in another shape is held like them: a negative line or a price
lowered on an invoice, a bill of the customer, an entry that settles the complaint.
"""

from odoo import api, fields, models

# What is granted by these is held against the settlement that was decided.
GRANTING = ("out_refund", "in_invoice", "in_receipt")


class AccountMove(models.Model):
    _inherit = "account.move"

    complaint_id = fields.Many2one(
        "crm.complaint",
        "Settles Complaint",
        copy=False,
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The complaint this credit note settles; it is posted after the decision "
        "only and within the amount decided.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        moves.filtered(lambda m: m.state == "posted")._check_complaint_decided()
        return moves

    def write(self, vals):
        if vals.get("state") == "posted":
            self._check_complaint_decided()
        res = super().write(vals)
        if not {
            "complaint_id",
            "invoice_line_ids",
            "line_ids",
            "partner_id",
        }.isdisjoint(vals):
            self.filtered(lambda m: m.state == "posted")._check_complaint_decided()
        return res

    def _check_complaint_decided(self):
        """Raise where money would be granted for goods complained of, undecided."""
        Complaint = self.env["crm.complaint"]
        for move in self:
            # sudo: the complaint binds accountants who may not read it
            own = move.sudo().complaint_id
            about = Complaint
            if move.move_type == "out_refund":
                about = move._undecided_refunded()
            elif move.move_type == "out_invoice":
                lines = move.invoice_line_ids.filtered(lambda ln: ln._is_lowered())
                if lines:
                    about = Complaint._undecided_about(
                        move.partner_id,
                        lines.product_id,
                        lines.sudo().sale_line_ids.order_id,  # sudo: as above
                        move.company_id,
                    )
            (about | own)._check_binding(move.display_name)
            if own and move.move_type in GRANTING:
                others = own.settlement_move_ids.filtered(
                    lambda m, move=move: (
                        m.state == "posted"
                        and m.id != move.id
                        and m.move_type in GRANTING
                    )
                )
                own._check_granted(
                    move.display_name, move.amount_untaxed, move.currency_id, others
                )
            # Posting the entry of a payment pays it.
            # sudo: the payment behind it, for whoever posts the entry
            move.sudo().origin_payment_id._check_complaint_decided()

    def _undecided_refunded(self):
        """Return the undecided complaints a credit note would settle."""
        self.ensure_one()
        Complaint = self.env["crm.complaint"]
        lines = self.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        # sudo: which order was invoiced decides, also for who cannot open it
        sources = lines | self.reversed_entry_id.invoice_line_ids
        orders = sources.sudo().sale_line_ids.order_id
        found = Complaint._undecided_about(
            self.partner_id, lines.product_id, orders, self.company_id
        )
        if all(line.product_id for line in lines):
            return found
        # An amount in words only may be for anything this customer complained of.
        every = Complaint._undecided_of(self.partner_id, self.company_id)
        return found | every.filtered(
            lambda case: not orders or case.sale_order_id in orders
        )


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _is_lowered(self):
        """Tell whether an invoice line gives back, or asks less than the order."""
        self.ensure_one()
        if self.display_type != "product" or not self.product_id:
            return False
        if self.currency_id.compare_amounts(self.price_subtotal, 0) < 0:
            # What was paid in advance is taken off without granting anything.
            # sudo: which order was invoiced, also for who cannot open it
            return not any(self.sudo().sale_line_ids.mapped("is_downpayment"))
        # sudo: what was agreed in the order, also for who cannot open it
        agreed = self.sudo().sale_line_ids[:1]
        if not agreed or agreed.is_downpayment or not self.quantity:
            return False
        price = self.price_unit * (1 - (self.discount or 0.0) / 100)
        wanted = agreed.price_unit * (1 - (agreed.discount or 0.0) / 100)
        if agreed.product_uom_id != self.product_uom_id:
            price = self.product_uom_id._compute_price(price, agreed.product_uom_id)
        return (
            agreed.currency_id == self.currency_id
            and self.currency_id.compare_amounts(price, wanted) < 0
        )
