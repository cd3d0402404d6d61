"""Enquiries: what salespeople note of calls and visits (ARC-93, ARC-94, SM-02)."""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

ERASED_LEAD_FIELDS = (
    *("contact_name", "partner_name", "phone", "email_from", "email_cc", "function"),
    *("street", "street2", "city", "zip", "website", "description"),
    *("enquirer_sex", "age_band_id", "living_area", "working_area"),
    "characteristics",
)


class CrmLead(models.Model):
    _inherit = "crm.lead"

    enquiry_source_id = fields.Many2one(
        "crm.customer.source",
        string="Source of Enquiry",
        ondelete="restrict",
        index="btree_not_null",
        domain=[("enquiry_kind", "!=", False)],
        tracking=True,
    )
    enquiry_kind = fields.Selection(
        related="enquiry_source_id.enquiry_kind", store=True, index="btree_not_null"
    )
    enquiry_date = fields.Date(
        compute="_compute_enquiry_date",
        store=True,
        readonly=False,
        index="btree_not_null",
        help="Day of the call or visit.",
    )
    enquirer_sex = fields.Selection(
        [("male", "Male"), ("female", "Female")], string="Sex"
    )
    age_band_id = fields.Many2one("crm.age.band", ondelete="restrict")
    living_area = fields.Char(help="Where the enquirer lives.")
    working_area = fields.Char(help="Where the enquirer works.")
    need_type_id = fields.Many2one(
        "crm.enquiry.need.type", string="Kind of Need", ondelete="restrict"
    )
    price_from = fields.Monetary(
        currency_field="company_currency",
        help="Lower end of the price the enquirer accepts; company currency.",
    )
    price_to = fields.Monetary(
        currency_field="company_currency",
        help="Upper end; zero is without limit.",
    )
    sincerity = fields.Selection(
        [("a", "A: decided"), ("b", "B: serious"), ("c", "C: curious")],
        string="Purchase Sincerity",
    )
    characteristics = fields.Text(
        string="Basic Characteristics", help="What strikes one about the enquirer."
    )

    @api.depends("enquiry_source_id")
    def _compute_enquiry_date(self):
        for lead in self:
            if lead.enquiry_kind and not lead.enquiry_date:
                company = lead.company_id or self.env.company
                lead.enquiry_date = company._policy_today()
            else:
                lead.enquiry_date = lead.enquiry_date

    @api.constrains("enquiry_date", "price_from", "price_to")
    def _check_enquiry(self):
        for lead in self:
            company = lead.company_id or self.env.company
            if lead.enquiry_date and lead.enquiry_date > company._policy_today():
                raise ValidationError(
                    self.env._(
                        "“Enquiry Date” (%s) lies in the future.", lead.enquiry_date
                    )
                )
            low, high = lead.price_from or 0, lead.price_to or 0
            if low < 0 or high < 0 or (high and low > high):
                raise ValidationError(
                    self.env._(
                        "The price band of an enquiry goes from a lower to a higher "
                        "price, neither of them negative."
                    )
                )

    def _erase_person_values(self):
        """Erase the enquirer; the enquiry stays as a number in the figures."""
        empty = {name: False for name in ERASED_LEAD_FIELDS}
        for lead in self:
            lead.write({**empty, "name": self.env._("Erased enquiry %s", lead.id)})

    @api.model
    def _erase_unused(self, company, months, limit):
        """Erase the enquirers of lost enquiries nobody touched for so many months.

        :return: number of enquiries
        """
        before = company._policy_today() - relativedelta(months=months)
        leads = self.with_context(
            active_test=False, tracking_disable=True, mail_notrack=True
        ).search(
            [
                ("company_id", "=", company.id),
                ("won_status", "=", "lost"),
                ("write_date", "<", before),
                ("partner_id", "=", False),
                "|",
                "|",
                ("contact_name", "!=", False),
                ("phone", "!=", False),
                ("email_from", "!=", False),
            ],
            limit=limit,
        )
        leads._erase_person_values()
        self.env["crm.information.report.line"].search(
            [("lead_id", "in", leads.ids)]
        )._erase_person_values()
        messages = self.env["mail.message"].search(
            [("model", "=", "crm.lead"), ("res_id", "in", leads.ids)]
        )
        messages.attachment_ids.unlink()
        messages.tracking_value_ids.unlink()
        messages.write({"body": self.env._("(erased)"), "subject": False})
        return len(leads)

    def _enquiry_price_band(self):
        """Return the price band as text, or an empty one."""
        self.ensure_one()
        low, high = self.price_from or 0, self.price_to
        if not (low or high):
            return ""
        return f"{low:,.0f} - {high:,.0f}" if high else f"{low:,.0f} -"
