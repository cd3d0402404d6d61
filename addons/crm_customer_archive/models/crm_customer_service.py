"""Service history: contacts with a customer and how problems were solved (ARC-86)."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmCustomerService(models.Model):
    _name = "crm.customer.service"
    _description = "Service to a Customer"
    _inherit = ["crm.customer.visible.mixin"]
    _order = "date desc, id desc"
    _rec_name = "subject"

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
    contact_id = fields.Many2one(
        "res.partner",
        domain="[('parent_id', '=', customer_id)]",
        ondelete="set null",
        index="btree_not_null",
    )
    subject = fields.Char(string="Problem or Contact", required=True)
    solution = fields.Text(help="How the problem was solved (ARC-86).")
    solved = fields.Boolean()
    user_id = fields.Many2one(
        "res.users", string="Served By", default=lambda self: self.env.uid, index=True
    )
    active = fields.Boolean(default=True)

    @api.constrains("date", "solved", "solution")
    def _check_service(self):
        for service in self:
            company = service.company_id or self.env.company
            if service.date > company._policy_today():
                raise ValidationError(
                    self.env._("“Date” (%s) lies in the future.", service.date)
                )
            if service.solved and not (service.solution or "").strip():
                raise ValidationError(
                    self.env._("“%s” is solved: say how (“Solution”).", service.subject)
                )
