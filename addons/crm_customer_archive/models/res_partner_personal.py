"""Personal data of private customers and of contacts (ARC-83, ARC-84, ARC-91)."""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    sex = fields.Selection([("male", "Male"), ("female", "Female")])
    birthdate = fields.Date(string="Date of Birth")
    # The same two values where customers are segmented by them.
    segment_sex = fields.Selection(
        string="Sex (Segment)",
        compute="_compute_segment_person",
        inverse="_inverse_segment_sex",
        store=True,
    )
    segment_birth_date = fields.Date(
        string="Date of Birth (Segment)",
        compute="_compute_segment_person",
        inverse="_inverse_segment_birth_date",
        store=True,
    )
    age = fields.Integer(compute="_compute_age", help="Full years today.")
    age_band_id = fields.Many2one(
        "crm.age.band",
        compute="_compute_age_band",
        store=True,
        readonly=False,
        ondelete="restrict",
        index="btree_not_null",
        help="Follows the date of birth where it is known; otherwise it is chosen.",
    )
    home_address = fields.Char(
        help="Of a contact; a private customer's is the address of the file."
    )
    home_zip = fields.Char(string="Home Postcode")
    wechat = fields.Char(string="WeChat")
    qq = fields.Char(string="QQ")
    social_accounts = fields.Char(
        string="Other Social Accounts", help="Platform and account, such as 微博 @name."
    )
    preferences = fields.Text(
        help="What the contact likes and dislikes, how to be addressed (ARC-91)."
    )
    anniversaries = fields.Char(
        string="Important Anniversaries", help="Such as 5-20 wedding, 9-1 founding."
    )

    @api.depends("sex", "birthdate")
    def _compute_segment_person(self):
        for partner in self:
            partner.segment_sex = partner.sex
            partner.segment_birth_date = partner.birthdate

    def _inverse_segment_sex(self):
        for partner in self:
            partner.sex = partner.segment_sex

    def _inverse_segment_birth_date(self):
        for partner in self:
            partner.birthdate = partner.segment_birth_date

    @api.depends("birthdate")
    def _compute_age(self):
        today = self.env.company._policy_today()
        for partner in self:
            born = partner.birthdate
            partner.age = relativedelta(today, born).years if born else 0

    @api.depends("birthdate")
    def _compute_age_band(self):
        bands = {}
        for partner in self:
            if not partner.birthdate:
                partner.age_band_id = partner.age_band_id
                continue
            if partner.age not in bands:
                bands[partner.age] = self.env["crm.age.band"]._for_age(partner.age)
            partner.age_band_id = bands[partner.age]
