"""Rows that only our own methods create: ledgers and statements."""

from contextvars import ContextVar

from odoo import api, models
from odoo.exceptions import AccessError

# (model, values) of the rows the running call creates; nothing a client sends.
_ROWS = ContextVar("crm_complaint_written_rows", default=None)


class CrmWrittenRowsMixin(models.AbstractModel):
    _name = "crm.written.rows.mixin"
    _inherit = ["crm.guard.mixin"]
    _description = "Rows created by the model's own methods only"

    @api.model
    def _add_rows(self, vals_list):
        """Create rows of guarded values; for methods that have checked who asks.

        :param vals_list: list of dicts of field values
        :return: the new records
        """
        if not vals_list:
            return self.browse()
        token = _ROWS.set((self._name, vals_list))
        try:
            # sudo: nobody may create such rows; the caller has checked who asks
            rows = self.sudo().create([{} for _vals in vals_list])
        finally:
            _ROWS.reset(token)
        return rows.sudo(self.env.su)

    @api.model
    def _guarded_create_vals(self, vals_list):
        own = super()._guarded_create_vals(vals_list)
        rows = _ROWS.get()
        if rows is None or rows[0] != self._name or len(rows[1]) != len(vals_list):
            raise AccessError(
                self.env._(
                    "%s is written by its own procedure only.",
                    self.env["ir.model"]._get(self._name).name,
                )
            )
        return [{**mine, **row} for mine, row in zip(own, rows[1], strict=True)]

    @api.model
    def _get_guarded_fields(self):
        """Guard every stored field of the model's own, whoever writes it."""
        return super()._get_guarded_fields() | {
            name
            for name, field in self._fields.items()
            if field.store
            and name not in models.MAGIC_COLUMNS
            and name not in self._free_fields
        }

    # Stored fields people may write.
    _free_fields = ()
