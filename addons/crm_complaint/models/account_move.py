"""Credit notes for goods complained of wait for the decision (CMP-50, GAP-12)."""

from odoo import api, fields, models


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
        if not {"complaint_id", "invoice_line_ids", "line_ids"}.isdisjoint(vals):
            self.filtered(lambda m: m.state == "posted")._check_complaint_decided()
        return res

    def _check_complaint_decided(self):
        """Raise where a credit note is about goods complained of and not decided."""
        for note in self.filtered(lambda m: m.move_type == "out_refund"):
            lines = note.invoice_line_ids.filtered("product_id")
            # sudo: which order was invoiced decides, also for who cannot open it
            sources = lines | note.reversed_entry_id.invoice_line_ids
            orders = sources.sudo().sale_line_ids.order_id
            complaints = self.env["crm.complaint"]._undecided_about(
                note.partner_id, lines.product_id, orders, note.company_id
            )
            # sudo: the complaint binds accountants who may not read it
            own = note.sudo().complaint_id
            (complaints | own)._check_binding(note.display_name)
            if own:
                others = own.settlement_move_ids.filtered(
                    lambda m, note=note: m.state == "posted" and m.id != note.id
                )
                own._check_granted(
                    note.display_name, note.amount_untaxed, note.currency_id, others
                )
