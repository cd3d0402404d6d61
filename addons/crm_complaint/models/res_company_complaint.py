"""Company figures about closing complaints: policy as data, not in code."""

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    complaint_collection_days = fields.Integer(
        "Collection Period",
        default=30,
        help="Calendar days in which the receivable is collected after a complaint was "
        "judged not substantiated, where no open invoice names a later day (CMP-54).",
    )
    complaint_repeat_days = fields.Integer(
        "Repeat Complaint Within",
        default=7,
        help="A complaint is a repeat when the same customer complained within so many "
        "calendar days before (GAP-88).",
    )
    complaint_price_floor = fields.Float(
        "Goods Count as Given Away Below",
        digits=(5, 2),
        default=50.0,
        help="Percent of the price list: an order for less, of goods a customer "
        "complains of, waits for the decision like one for nothing (CMP-50).",
    )
    complaint_satisfaction = fields.Boolean(
        "Ask for Satisfaction",
        default=True,
        help="Ask the customer for a rating when a complaint is closed: by mail, or by "
        "telephone where there is no address.",
    )
    complaint_satisfaction_low = fields.Float(
        "Low Satisfaction Up To",
        digits=(3, 1),
        default=2.0,
        help="Ratings (1 to 5) up to this one come back to the manager.",
    )

    complaint_notice_days = fields.Integer(
        "Reactions to Notifications Within",
        default=3,
        help="Calendar days after a notification was published, within which the "
        "reactions of customers are put down (CMP-173).",
    )

    _complaint_figures = models.Constraint(
        "CHECK(complaint_collection_days >= 0 AND complaint_repeat_days >= 0 AND"
        " complaint_notice_days >= 0 AND"
        " complaint_price_floor >= 0 AND complaint_price_floor <= 100 AND"
        " complaint_satisfaction_low >= 0 AND complaint_satisfaction_low <= 5)",
        "Days of complaints cannot be negative; ratings go from 1 to 5, parts of the "
        "price from 0 to 100 percent.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    complaint_collection_days = fields.Integer(
        related="company_id.complaint_collection_days", readonly=False
    )
    complaint_repeat_days = fields.Integer(
        related="company_id.complaint_repeat_days", readonly=False
    )
    complaint_price_floor = fields.Float(
        related="company_id.complaint_price_floor", readonly=False
    )
    complaint_notice_days = fields.Integer(
        related="company_id.complaint_notice_days", readonly=False
    )
    complaint_satisfaction = fields.Boolean(
        related="company_id.complaint_satisfaction", readonly=False
    )
    complaint_satisfaction_low = fields.Float(
        related="company_id.complaint_satisfaction_low", readonly=False
    )
