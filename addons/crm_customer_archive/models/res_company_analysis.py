"""From when on a customer counts as growing, falling or leaving."""

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    customer_growing_rate = fields.Float(
        string="Growing From",
        default=10.0,
        help="Percent: customers whose sales grew by as much on last year to date.",
    )
    customer_falling_rate = fields.Float(
        string="Falling From",
        default=10.0,
        help="Percent: customers whose sales fell by as much on last year to date.",
    )
    customer_leaving_days = fields.Integer(
        string="Leaving After",
        default=90,
        help="Calendar days without a confirmed order.",
    )

    _customer_trend_positive = models.Constraint(
        "CHECK (customer_growing_rate >= 0 AND customer_falling_rate >= 0"
        " AND customer_leaving_days > 0)",
        "Growing and falling rates are not negative, and the days without an order "
        "after which a customer counts as leaving are more than zero.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    customer_growing_rate = fields.Float(
        related="company_id.customer_growing_rate", readonly=False
    )
    customer_falling_rate = fields.Float(
        related="company_id.customer_falling_rate", readonly=False
    )
    customer_leaving_days = fields.Integer(
        related="company_id.customer_leaving_days", readonly=False
    )
