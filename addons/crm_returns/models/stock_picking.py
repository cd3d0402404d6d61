"""Receipts of returned goods."""

from odoo import fields, models


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

    def action_view_return(self):
        """Open the return request of this receipt."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.return",
            "res_id": self.crm_return_id.id,
            "views": [(False, "form")],
        }
