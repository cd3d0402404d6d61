"""What a salesperson saw at a customer: items, display, stock, promotion, information.

The points of view of customer management (ARC-243 to ARC-246, ARC-249) are no figures
of our books; they are noted on the spot, dated, and reported like any other figure.
"""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

GRADES = [("good", "Good"), ("fair", "Fair"), ("poor", "Poor")]


class CrmCustomerMarketCheck(models.Model):
    _name = "crm.customer.market.check"
    _description = "Market Observation"
    _inherit = ["mail.thread", "crm.customer.visible.mixin"]
    _order = "date desc, id desc"
    _rec_name = "customer_id"

    customer_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('is_crm_customer', '=', True)]",
        tracking=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    date = fields.Date(
        required=True,
        index=True,
        default=lambda self: fields.Date.context_today(self),
        tracking=True,
        help="Local day of the observation; not in the future.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Observed By",
        required=True,
        index=True,
        default=lambda self: self.env.user,
    )

    # Items (ARC-243)
    own_item_share = fields.Float(
        string="Our Share of Items (%)",
        digits=(5, 1),
        aggregator="avg",
        help="Of the items of our kind the customer sells, how many are ours.",
    )
    key_products = fields.Selection(
        GRADES,
        string="Promotes Key Products",
        help="Whether the customer puts effort into the products we want promoted.",
    )
    # Display (ARC-244)
    display_place = fields.Selection(
        [("front", "Front"), ("middle", "Middle"), ("back", "Back"), ("none", "None")],
        help="Where in the shop our brand stands.",
    )
    display_space = fields.Float(
        string="Display Space (m²)", digits=(16, 2), help="Square metres."
    )
    display_height = fields.Selection(
        [("eye", "Eye Level"), ("reach", "Within Reach"), ("low", "Low or High")],
    )
    # Stock (ARC-245)
    stock_state = fields.Selection(
        [("normal", "Normal"), ("out", "Out of Stock"), ("old", "Held Too Long")],
        string="Stock at the Customer",
        index=True,
    )
    stock_cause = fields.Selection(
        [
            ("interest", "Customer's Lack of Interest"),
            ("dispatch", "Our Poor Dispatch"),
            ("other", "Other"),
        ],
        string="Cause",
        tracking=True,
        help="Required where goods are missing or held too long (ARC-245).",
    )
    stock_note = fields.Char(string="Products Concerned")
    # Promotion (ARC-246)
    promotion = fields.Selection(
        [("active", "Active"), ("passive", "Passive"), ("none", "Takes No Part")],
        string="Part in Promotions",
    )
    promotion_count = fields.Integer(
        string="Promotions Joined", help="Since the observation before."
    )
    promotion_increase = fields.Float(
        string="Increase in Sales (%)",
        digits=(16, 1),
        aggregator="avg",
        help="What the promotions brought, as the customer and we see it.",
    )
    # Information (ARC-249)
    informed_in_time = fields.Boolean(
        help="Promotions and other news reached the customer in time and correctly."
    )
    follows_up = fields.Selection(
        [("active", "Sells Actively"), ("follows", "Follows"), ("no", "Does Not")],
        string="Acts on Information",
    )
    note = fields.Text(string="Remarks")

    _shares = models.Constraint(
        "CHECK (own_item_share BETWEEN 0 AND 100)",
        "Our share of the items is between 0 and 100 percent.",
    )
    _amounts = models.Constraint(
        "CHECK (display_space >= 0 AND promotion_count >= 0)",
        "Display space and number of promotions are not negative.",
    )

    # -------------------------------------------------------------- constraints

    @api.constrains("date")
    def _check_date(self):
        today = fields.Date.context_today(self)
        for check in self:
            if check.date > today:
                raise ValidationError(
                    self.env._("Date: an observation cannot be made in the future.")
                )

    @api.constrains("stock_state", "stock_cause")
    def _check_stock_cause(self):
        for check in self:
            if check.stock_state in ("out", "old") and not check.stock_cause:
                raise ValidationError(
                    self.env._(
                        "%s: give the cause of goods missing or held too long "
                        "(ARC-245).",
                        check.customer_id.display_name,
                    )
                )

    @api.constrains("customer_id", "company_id")
    def _check_customer(self):
        for check in self:
            customer = check.customer_id
            if not customer.is_crm_customer:
                raise ValidationError(
                    self.env._("%s has no customer file.", customer.display_name)
                )
            if customer.company_id and customer.company_id != check.company_id:
                raise ValidationError(
                    self.env._(
                        "%(customer)s belongs to %(company)s.",
                        customer=customer.display_name,
                        company=customer.company_id.name,
                    )
                )
