"""The new order of an exchange: an ordinary order under the normal review (RET-29)."""

from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    crm_return_id = fields.Many2one(
        "crm.return",
        string="Exchange Of",
        copy=False,
        check_company=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The exchange whose new goods this order delivers.",
    )

    def action_view_exchanged_return(self):
        """Open the exchange whose new goods this order delivers."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.return",
            "res_id": self.crm_return_id.id,
            "views": [(False, "form")],
        }
