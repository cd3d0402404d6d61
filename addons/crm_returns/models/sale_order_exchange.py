"""The new order of an exchange: an ordinary order under the normal review (RET-29)."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .crm_return_handling import EXCHANGE_STATES


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

    @api.constrains("crm_return_id", "partner_id")
    def _check_exchange(self):
        for order in self.filtered("crm_return_id"):
            # sudo: whose exchange it is decides, also for who cannot open it
            document = order.sudo().crm_return_id
            if (
                document.kind != "exchange"
                or document.state not in EXCHANGE_STATES
                or document.partner_id != order.partner_id.commercial_partner_id
            ):
                raise ValidationError(
                    self.env._(
                        "Exchange Of: %(order)s can deliver the goods of an approved "
                        "exchange of its customer only (RET-29).",
                        order=order.name,
                    )
                )

    def action_view_exchanged_return(self):
        """Open the exchange whose new goods this order delivers."""
        self._policy_require_one()
        return self.crm_return_id.get_formview_action()
