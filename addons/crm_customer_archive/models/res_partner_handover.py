"""Customers in a handover, and the contacts logged with them."""

from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    contact_log_ids = fields.One2many(
        "crm.contact.log", "customer_id", string="Contacts Logged"
    )
    last_contact_date = fields.Datetime(
        compute="_compute_last_contact_date",
        help="The last contact anybody logged with this customer.",
    )

    def _compute_last_contact_date(self):
        rows = self.env["crm.contact.log"]._read_group(
            [("customer_id", "in", self.ids)], ["customer_id"], ["date:max"]
        )
        last = {customer.id: date for customer, date in rows}
        for partner in self:
            partner.last_contact_date = last.get(partner._origin.id)

    def _handover_to(self, successor):
        """Give customers to a new account manager; for the handover only."""
        # The second account manager who takes over is no longer the second.
        second = self.filtered(lambda partner: partner.second_user_id == successor)
        if second:
            second._write_protected({"user_id": successor.id, "second_user_id": False})
        if self - second:
            (self - second)._write_protected({"user_id": successor.id})

    def _handover_second_to(self, successor):
        """Give customers a new second account manager; for the handover only."""
        first = self.filtered(lambda partner: partner.user_id == successor)
        if first:
            first._write_protected({"second_user_id": False})
        if self - first:
            (self - first)._write_protected({"second_user_id": successor.id})

    def action_view_contact_log(self):
        """Open the contacts logged with this customer; returns the action."""
        self._policy_require_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer_archive.action_crm_contact_log"
        )
        action.update(
            domain=[("customer_id", "=", self.crm_customer_id.id)],
            context={"default_partner_id": self.id},
        )
        return action
