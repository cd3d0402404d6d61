"""Asks for the words or figure an outcome needs; the rules are the records' own."""

from odoo import fields, models


class CrmComplaintOutcome(models.TransientModel):
    _name = "crm.complaint.outcome"
    _description = "Outcome of a Complaint"

    complaint_id = fields.Many2one("crm.complaint", readonly=True)
    loss_id = fields.Many2one("crm.complaint.loss", readonly=True)
    purpose = fields.Selection(
        [
            ("accepted", "Customer Accepts"),
            ("satisfaction", "Satisfaction by Telephone"),
            ("resold", "Goods Sold Again"),
            ("not_resold", "Goods Not Sold"),
        ],
        required=True,
        readonly=True,
    )
    score = fields.Selection(
        [(str(score), str(score)) for score in range(5, 0, -1)],
        help="5: very content; 1: not at all.",
    )
    text = fields.Text("Customer's Words")
    currency_id = fields.Many2one(related="loss_id.currency_id")
    price = fields.Float("Resale Price per Unit", digits="Product Price")
    actual_loss = fields.Monetary()

    def action_confirm(self):
        """Record what was entered."""
        self.ensure_one()
        if self.purpose == "accepted":
            self.complaint_id.action_customer_accepted(self.text)
        elif self.purpose == "satisfaction":
            self.complaint_id.action_record_satisfaction(
                float(self.score or 0), self.text
            )
        elif self.purpose == "resold":
            self.loss_id.action_resold(self.price)
        else:
            self.loss_id.action_not_resold(self.actual_loss)
        return {"type": "ir.actions.act_window_close"}
