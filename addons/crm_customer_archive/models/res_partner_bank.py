"""Bank accounts of customers on file change by decision only (ARC-60)."""

from odoo import api, models

from .res_partner_protected import BANK

# What identifies an account; notes, order and the platform's own trust mark are free.
PROTECTED = {
    "acc_number",
    "sanitized_acc_number",
    "acc_holder_name",
    "clearing_number",
    "partner_id",
    "bank_id",
    "bank_name",
    "bank_bic",
    "currency_id",
    "active",
}


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    def _check_protected(self):
        """Raise where an account belongs to a customer whose accounts stand."""
        for partner in self.sudo().partner_id:  # sudo: the rule, not the customer
            kind = partner._protected_kinds().get(BANK)
            if kind and not partner._protected_granted(BANK):
                partner._raise_protected(BANK, kind)

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        accounts._check_protected()
        return accounts

    def write(self, vals):
        changed = self.browse()
        if PROTECTED.intersection(vals):
            self.check_access("write")
            changed = self.filtered(lambda account: account._is_changed_by(vals))
            changed._check_protected()
        res = super().write(vals)
        if "partner_id" in vals:
            changed._check_protected()
        return res

    def _is_changed_by(self, vals):
        """Tell whether writing ``vals`` would change what identifies this account."""
        for name in PROTECTED.intersection(vals):
            field = self._fields[name]
            wanted = field.convert_to_record(
                field.convert_to_cache(vals[name], self), self
            )
            if self[name] != wanted:
                return True
        return False
