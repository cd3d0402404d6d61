"""Only customers on file are sold to: invoices.

Credit notes are not stopped: money goes back to a customer whatever its file says.
"""

from odoo import api, models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _check_customers_on_file(self):
        invoices = self.filtered(
            lambda move: move.move_type in ("out_invoice", "out_receipt")
        )
        for company, moves in invoices.grouped("company_id").items():
            moves.partner_id._check_customer_usable("invoice", company)

    def _post(self, soft=True):
        self._check_customers_on_file()
        return super()._post(soft=soft)

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        moves.filtered(lambda move: move.state == "posted")._check_customers_on_file()
        return moves

    def write(self, vals):
        result = super().write(vals)
        # `_post` is the usual way, but the state can also be written by a program.
        if vals.get("state") == "posted" or "partner_id" in vals:
            self.filtered(
                lambda move: move.state == "posted"
            )._check_customers_on_file()
        return result
