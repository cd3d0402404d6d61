"""Receipts of returned goods."""

from odoo import api, fields, models

# What says that a receipt is of a return, and that it is done.
KEEPER_FIELDS = frozenset(("crm_return_id", "state", "date_done"))


class StockPicking(models.Model):
    _inherit = "stock.picking"

    crm_return_id = fields.Many2one(
        "crm.return",
        string="Return Request",
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The approved return these goods come back on.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        pickings = super().create(vals_list)
        pickings.filtered("crm_return_id")._check_return_keeper()
        return pickings

    def write(self, vals):
        if KEEPER_FIELDS.intersection(vals):
            self._check_return_keeper()
        res = super().write(vals)
        if "crm_return_id" in vals:
            self._check_return_keeper()
        return res

    def _check_return_keeper(self, done=False):
        """Raise unless a warehouse keeper handles these receipts (RET-30)."""
        if self.env["crm.return"]._is_keeper(done):
            return
        # sudo: what comes back is no secret to whoever tries to receive it
        for picking in self.sudo().filtered("crm_return_id"):
            picking.crm_return_id._raise_not_keeper(picking.name)
        self.move_ids._check_return_keeper(done)

    def button_validate(self):
        self._check_return_keeper(done=True)
        return super().button_validate()

    def _action_done(self):
        self._check_return_keeper(done=True)
        return super()._action_done()

    def action_view_return(self):
        """Open the return request of this receipt."""
        self._policy_require_one()
        return self.crm_return_id.get_formview_action()
