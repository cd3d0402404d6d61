"""The platform's return wizard, when a return request drives it."""

from odoo import fields, models
from odoo.exceptions import UserError


class StockReturnPicking(models.TransientModel):
    _inherit = "stock.return.picking"

    crm_return_id = fields.Many2one("crm.return", "Return Request")

    def _prepare_picking_default_values_based_on(self, picking):
        vals = super()._prepare_picking_default_values_based_on(picking)
        if not self.crm_return_id:
            return vals
        warehouse = picking.picking_type_id.warehouse_id
        location = warehouse.return_quarantine_location_id
        if not location:
            raise UserError(
                self.env._(
                    "Warehouse %s has no return quarantine location.", warehouse.name
                )
            )
        return {
            **vals,
            "location_dest_id": location.id,
            "crm_return_id": self.crm_return_id.id,
            "origin": self.crm_return_id.name,
        }


class StockReturnPickingLine(models.TransientModel):
    _inherit = "stock.return.picking.line"

    crm_return_line_id = fields.Many2one("crm.return.line", "Return Request Line")

    def _prepare_move_default_values(self, new_picking):
        vals = super()._prepare_move_default_values(new_picking)
        if self.crm_return_line_id:
            vals["crm_return_line_id"] = self.crm_return_line_id.id
        return vals
