"""Kinds of need enquirers have (ARC-94), as data."""

from odoo import fields, models


class CrmEnquiryNeedType(models.Model):
    _name = "crm.enquiry.need.type"
    _description = "Kind of Need"
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    code = fields.Char(
        required=True,
        copy=False,
        help="Short key by which programs and imports name this record.",
    )
    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex("(code)", "This code is already in use.")


class CrmCustomerSource(models.Model):
    _inherit = "crm.customer.source"

    enquiry_kind = fields.Selection(
        [
            ("phone", "Phone enquiry"),
            ("walk_in", "Walk-in visit"),
            ("event", "Event of ours"),
            ("owner", "Has bought from us"),
            ("special", "Special channel"),
        ],
        index="btree_not_null",
        help="Which of the five classes of source (ARC-93) an enquiry from here "
        "belongs to, and so on which summary it stands; empty: on none.",
    )
