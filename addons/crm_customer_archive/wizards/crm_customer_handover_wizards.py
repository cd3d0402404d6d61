"""Dialogs that ask for one value; the rules are in the handover's methods."""

from odoo import fields, models


class CrmCustomerHandoverAssign(models.TransientModel):
    _name = "crm.customer.handover.assign"
    _description = "Assign a Successor"

    handover_id = fields.Many2one(
        "crm.customer.handover",
        required=True,
        default=lambda self: self._default_handover_id(),
    )
    line_ids = fields.Many2many(
        "crm.customer.handover.line",
        string="What Is Handed Over",
        default=lambda self: self._default_line_ids(),
        domain="[('handover_id', '=', handover_id), ('state', '!=', 'confirmed')]",
        help="Empty: everything that has no successor yet.",
    )
    successor_id = fields.Many2one(
        "res.users", required=True, domain=[("share", "=", False)]
    )

    def _default_handover_id(self):
        context = self.env.context
        if context.get("active_model") == "crm.customer.handover":
            return context.get("active_id")
        lines = self._default_line_ids()
        return lines.handover_id[:1].id

    def _default_line_ids(self):
        context = self.env.context
        Line = self.env["crm.customer.handover.line"]
        if context.get("active_model") == Line._name:
            return Line.browse(context.get("active_ids"))
        return Line

    def action_assign(self):
        """Assign the successor; returns the action that closes the dialog."""
        self.handover_id.action_assign(self.successor_id.id, self.line_ids.ids)
        return {"type": "ir.actions.act_window_close"}


class CrmCustomerHandoverClear(models.TransientModel):
    _name = "crm.customer.handover.clear"
    _description = "Clear a Handover"

    handover_id = fields.Many2one(
        "crm.customer.handover",
        required=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    statement = fields.Text(
        required=True,
        string="Clearance",
        help="What was checked: returned papers, devices, files; no customer data are "
        "taken away (ARC-225).",
    )

    def action_clear(self):
        """Clear the handover; returns the action that closes the dialog."""
        self.handover_id.action_clear(self.statement)
        return {"type": "ir.actions.act_window_close"}


class CrmCustomerHandoverDecline(models.TransientModel):
    _name = "crm.customer.handover.decline"
    _description = "Decline to Take Over"

    line_ids = fields.Many2many(
        "crm.customer.handover.line",
        string="What Is Handed Over",
        required=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    reason = fields.Text(required=True)

    def action_decline(self):
        """Decline the lines; returns the action that closes the dialog."""
        self.line_ids.action_decline(self.reason)
        return {"type": "ir.actions.act_window_close"}
