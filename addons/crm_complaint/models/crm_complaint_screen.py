"""What the screens need: who may press what, filling in, buttons to other records."""

from odoo import api, fields, models

from .complaint_states import STATES, TRANSITIONS
from .passes import passes


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    child_count = fields.Integer("Follow-ups", compute="_compute_child_count")
    can_edit_step = fields.Boolean(
        compute="_compute_can_edit_step",
        help="The user holds the complaint and may fill the part of this step.",
    )
    can_close = fields.Boolean(
        compute="_compute_can_edit_step",
        help="The user is of the office and the case may be closed.",
    )
    can_rate = fields.Boolean(
        compute="_compute_can_rate",
        help="The case is closed and the user may enter what the customer says of it.",
    )

    @api.model
    def _group_expand_states(self, states, domain):
        """Order the columns of the board by the way of a complaint."""
        return [state for state, _label in STATES if state in states]

    def _compute_child_count(self):
        counts = dict(
            self._read_group(
                [("parent_id", "in", self.ids)], ["parent_id"], ["__count"]
            )
        )
        for complaint in self:
            complaint.child_count = counts.get(complaint, 0)

    @api.depends("state", "routing_department_id", "routing_user_id", "executed_at")
    @api.depends_context("uid")
    def _compute_can_edit_step(self):
        for complaint in self:
            complaint.can_edit_step = complaint.state not in (
                "closed",
                "cancelled",
            ) and complaint._allows("_check_step_holder")
            complaint.can_close = complaint.state in TRANSITIONS["close"][
                "from"
            ] and complaint._allows("_check_close")

    @api.depends("state")
    @api.depends_context("uid")
    def _compute_can_rate(self):
        mine = self.filtered(lambda c: c.state == "closed")._filtered_access("write")
        for complaint in self:
            complaint.can_rate = complaint in mine

    def _allows(self, check):
        """Tell whether a check of this model lets the user pass."""
        return passes(getattr(self, check))

    @api.onchange("quantity_open")
    def _onchange_quantity_open(self):
        vals = self._carry_open_note({"quantity_open": self.quantity_open}, self.demand)
        self.demand = vals.get("demand", self.demand)

    @api.onchange("picking_id", "sale_order_id")
    def _onchange_documents(self):
        """Fill in what the delivery or the order already says."""
        if self.picking_id and not self.sale_order_id:
            self.sale_order_id = self.picking_id.sale_id
        goods = (
            self.picking_id.move_ids.product_id
            or self.sale_order_id.order_line.product_id
        )
        if len(goods) == 1:
            self.product_id = goods

    # ------------------------------------------------------------------- buttons

    def action_view_sale_order(self):
        """Open the sale order complained of."""
        return self.sale_order_id._get_records_action()

    def action_view_picking(self):
        """Open the delivery complained of."""
        return self.picking_id._get_records_action()

    def action_view_parent(self):
        """Open the complaint this one follows."""
        return self.parent_id._get_records_action()

    def action_view_children(self):
        """Open the complaints that follow this one."""
        return self.child_ids._get_records_action(
            name=self.env._("Follow-up Complaints")
        )

    def action_view_passages(self):
        """Open the stays of this complaint at the departments."""
        return self.passage_ids._get_records_action(name=self.env._("Stays"))
