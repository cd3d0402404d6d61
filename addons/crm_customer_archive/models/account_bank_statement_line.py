"""Matching a bank statement does not add accounts to customers on file."""

from odoo import models

from .res_partner_protected import BANK


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def _find_or_create_bank_account(self):
        partner = self.partner_id
        if not partner or BANK not in partner._protected_kinds():
            return super()._find_or_create_bank_account()
        # sudo: as the platform looks for it
        accounts = self.env["res.partner.bank"].sudo()
        accounts = accounts.with_context(active_test=False).search(
            [
                ("acc_number", "=", self.account_number),
                ("partner_id", "=", partner.id),
                ("company_id", "in", (False, self.company_id.id)),
            ]
        )
        return accounts.sudo(False)
