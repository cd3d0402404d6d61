"""Company rules on asking, approving and collecting returns, kept as data."""

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    return_persuasion_min = fields.Integer(
        string="Attempts to Persuade",
        default=1,
        help="How often it must be recorded that the customer was asked to keep the "
        "goods before the marketing manager and the general manager may approve a "
        "return (RET-18 to RET-20). 0: not required.",
    )
    return_collect_required = fields.Boolean(
        string="Inspect and Collect at the Customer",
        default=True,
        help="Goods of a return approved through the chain are ordered back only "
        "after the parts list, the purchase documents and the signed return note were "
        "collected at the customer (RET-21 to RET-27). Switched off, these steps may "
        "be left out.",
    )
    return_agreement_required = fields.Boolean(
        string="Return/Exchange Agreement",
        help="The agreement (退换货协议) must be signed together with the return note "
        "(RET-52, GAP-33).",
    )
    return_notice_days = fields.Integer(
        string="Notice of Bulky Goods",
        default=1,
        help="Calendar days before their arrival by which the warehouse must be told "
        "of goods too many, heavy or big for it (RET-32).",
    )
    return_bulky_weight = fields.Float(
        string="Bulky From (kg)",
        digits="Stock Weight",
        help="An approved return of this weight in kilograms or more is marked as "
        "bulky by itself (RET-32). 0: never.",
    )
    return_bulky_volume = fields.Float(
        string="Bulky From (m³)",
        digits="Volume",
        help="An approved return of this volume in cubic metres or more is marked as "
        "bulky by itself (RET-32). 0: never.",
    )
    return_portal_limit = fields.Integer(
        string="Portal Requests a Day",
        default=10,
        help="How many returns a customer may ask for on the portal within 24 hours. "
        "0: no limit.",
    )

    return_portal_lines = fields.Integer(
        string="Goods Offered on the Portal",
        default=200,
        help="How many of the order lines delivered last a customer may choose from "
        "when he asks for a return on the portal. 0: all.",
    )

    _return_collect_figures = models.Constraint(
        "CHECK (return_persuasion_min >= 0 AND return_notice_days >= 0 "
        "AND return_bulky_weight >= 0 AND return_bulky_volume >= 0 "
        "AND return_portal_limit >= 0 AND return_portal_lines >= 0)",
        "Figures of the returns policy cannot be negative.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    return_persuasion_min = fields.Integer(
        related="company_id.return_persuasion_min", readonly=False
    )
    return_collect_required = fields.Boolean(
        related="company_id.return_collect_required", readonly=False
    )
    return_agreement_required = fields.Boolean(
        related="company_id.return_agreement_required", readonly=False
    )
    return_notice_days = fields.Integer(
        related="company_id.return_notice_days", readonly=False
    )
    return_bulky_weight = fields.Float(
        related="company_id.return_bulky_weight", readonly=False
    )
    return_bulky_volume = fields.Float(
        related="company_id.return_bulky_volume", readonly=False
    )
    return_portal_limit = fields.Integer(
        related="company_id.return_portal_limit", readonly=False
    )
    return_portal_lines = fields.Integer(
        related="company_id.return_portal_lines", readonly=False
    )
