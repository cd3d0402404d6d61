"""Rework of returned goods is done through repair orders (RET-40 to RET-42)."""

from odoo import api, fields, models
from odoo.exceptions import UserError

# What the plan decides about a repair order.
PLANNED = frozenset(
    (
        "product_id",
        "product_qty",
        "product_uom",
        "lot_id",
        "product_location_src_id",
        "product_location_dest_id",
        "crm_plan_id",
        "crm_item_id",
        "company_id",
    )
)


class RepairOrder(models.Model):
    _inherit = "repair.order"

    crm_plan_id = fields.Many2one(
        "crm.return.plan",
        string="Handling Plan",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The approved plan by which these returned goods are reworked.",
    )
    crm_item_id = fields.Many2one(
        "crm.return.item",
        string="Returned Goods",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The entry of the ledger of returned goods that is reworked.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(vals.get("crm_plan_id") for vals in vals_list):
            self._raise_planned()
        return super().create(vals_list)

    def _raise_planned(self):
        raise UserError(
            self.env._(
                "Goods, quantity and places of a rework are those of its handling "
                "plan and cannot be changed on the repair order (RET-38)."
            )
        )

    def write(self, vals):
        # sudo: the plan binds people of the workshop who may not read it
        planned = self.sudo().filtered("crm_plan_id")
        names = PLANNED.intersection(vals)
        if names and (planned or vals.get("crm_plan_id")):
            # sudo: as above
            for repair in self.sudo():
                for name in names:
                    field = self._fields[name]
                    if field.convert_to_write(repair[name], repair) != vals[name]:
                        self._raise_planned()
        if vals.get("state") == "cancel" and planned:
            raise UserError(
                self.env._(
                    "%s belongs to an approved handling plan and is not cancelled.",
                    planned[0].name,
                )
            )
        if vals.get("state") in ("under_repair", "done"):
            planned.crm_plan_id._approval_require("plan")
        res = super().write(vals)
        if "state" in vals:
            planned.crm_plan_id._sync_repairs()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_planned(self):
        for repair in self.sudo():  # sudo: as in write
            if repair.crm_plan_id:
                raise UserError(
                    self.env._(
                        "%s belongs to an approved handling plan and is kept.",
                        repair.name,
                    )
                )

    def _crm_parts_value(self):
        """Return {repair order: value in stock of the parts it used}."""
        result = {}
        for repair in self:
            value = 0.0
            for move in repair.move_ids.filtered(lambda m: m.state == "done"):
                if move.repair_line_type != "add":
                    continue
                # Parts that are not kept in stock have no value of their own there.
                cost = move.product_id.with_company(repair.company_id).standard_price
                quantity = move.product_uom._compute_quantity(
                    move.quantity, move.product_id.uom_id, rounding_method="HALF-UP"
                )
                value += move.value if move.is_out else cost * quantity
            result[repair] = repair.company_id.currency_id.round(value)
        return result
