"""What a customer likes, needs and thinks: block 3 of the form (ARC-66, ARC-85)."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmCustomerNeed(models.Model):
    _name = "crm.customer.need"
    _description = "Need of a Customer"
    _inherit = ["crm.customer.visible.mixin"]
    _order = "date desc, id desc"
    _rec_name = "text"

    customer_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("is_crm_customer", "=", True)],
    )
    company_id = fields.Many2one(related="customer_id.company_id", store=True)
    date = fields.Date(
        required=True, default=lambda self: self.env.company._policy_today()
    )
    kind = fields.Selection(
        [
            ("purchase", "Purchase preference"),
            ("product", "Product preference"),
            ("need", "Need"),
            ("opinion", "Opinion"),
            ("question", "Question"),
        ],
        required=True,
        default="need",
        index=True,
    )
    categ_id = fields.Many2one(
        "product.category", string="Product Category", ondelete="restrict"
    )
    text = fields.Text(required=True)
    answer = fields.Text(help="What was done or answered.")
    user_id = fields.Many2one(
        "res.users", string="Noted By", default=lambda self: self.env.uid, index=True
    )
    active = fields.Boolean(default=True)

    @api.constrains("date")
    def _check_date(self):
        for need in self:
            if need.date > (need.company_id or self.env.company)._policy_today():
                raise ValidationError(
                    self.env._("“Date” (%s) lies in the future.", need.date)
                )
