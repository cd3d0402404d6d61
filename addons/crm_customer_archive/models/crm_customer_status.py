"""Customer status record (客户状况记录表) of the BANK policy (ARC-92, F-34)."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmCustomerStatus(models.Model):
    _name = "crm.customer.status"
    _description = "Customer Status Record"
    _inherit = ["mail.thread", "crm.customer.visible.mixin"]
    _order = "date desc, id desc"
    _mail_post_access = "read"

    customer_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        ondelete="cascade",
        domain=[("is_crm_customer", "=", True)],
    )
    company_id = fields.Many2one(related="customer_id.company_id", store=True)
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    date = fields.Date(
        required=True,
        default=lambda self: self.env.company._policy_today(),
        tracking=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Account Manager",
        default=lambda self: self.env.uid,
        index=True,
    )
    # ---------------------------------------------------------------- business
    general_manager = fields.Char()
    main_business = fields.Text()
    staff_number = fields.Integer(help="Persons.")
    business_situation = fields.Text(tracking=True)
    # ------------------------------------------------------------------- banks
    bank_line_ids = fields.One2many(
        "crm.customer.status.bank", "status_id", string="With Other Banks"
    )
    average_deposit = fields.Monetary(
        string="Average Daily Deposit with Us", tracking=True
    )
    average_loan = fields.Monetary(string="Average Daily Loan from Us", tracking=True)
    settlement_products = fields.Char(string="Use of Settlement Products")
    wealth_products = fields.Char(string="Use of Wealth Products")
    # ----------------------------------------------------------- relationship
    communication_mode = fields.Char(string="Service and Communication Mode")
    communication_frequency = fields.Char()
    potential = fields.Selection(
        [("high", "High"), ("medium", "Medium"), ("low", "Low")],
        string="Development Potential",
        tracking=True,
    )
    satisfaction = fields.Selection(
        [
            ("very", "Very satisfied"),
            ("satisfied", "Satisfied"),
            ("neutral", "Neutral"),
            ("dissatisfied", "Dissatisfied"),
        ],
        tracking=True,
    )
    active = fields.Boolean(default=True)

    _no_negatives = models.Constraint(
        "CHECK (COALESCE(staff_number, 0) >= 0 AND COALESCE(average_deposit, 0) >= 0 "
        "AND COALESCE(average_loan, 0) >= 0)",
        "Staff number, deposits and loans cannot be negative.",
    )

    @api.depends("customer_id", "date")
    def _compute_display_name(self):
        for status in self:
            status.display_name = f"{status.customer_id.name or ''} {status.date or ''}"

    @api.constrains("date")
    def _check_date(self):
        for status in self:
            if status.date > (status.company_id or self.env.company)._policy_today():
                raise ValidationError(
                    self.env._("“Date” (%s) lies in the future.", status.date)
                )


class CrmCustomerStatusBank(models.Model):
    _name = "crm.customer.status.bank"
    _description = "Business of a Customer with Another Bank"
    _order = "status_id, id"

    status_id = fields.Many2one(
        "crm.customer.status", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="status_id.currency_id")
    bank_id = fields.Many2one("res.bank", required=True, ondelete="restrict")
    deposit = fields.Monetary()
    loan = fields.Monetary()
    products = fields.Char(string="Other Products")
