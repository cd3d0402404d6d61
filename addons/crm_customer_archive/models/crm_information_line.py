"""One call, visit or owner on an information report: as it was when it was listed."""

from odoo import fields, models


class CrmInformationReportLine(models.Model):
    """Written by the reports only; F-07, F-08 and F-09 are printed from it."""

    _name = "crm.information.report.line"
    _description = "Line of an Information Report"
    _order = "date, id"

    company_id = fields.Many2one("res.company", required=True, index=True)
    report_ids = fields.Many2many(
        "crm.information.report",
        "crm_information_report_line_rel",
        "line_id",
        "report_id",
    )
    date = fields.Date(required=True)
    enquiry_kind = fields.Selection(
        selection=lambda self: (
            self.env["crm.customer.source"]
            ._fields["enquiry_kind"]
            ._description_selection(self.env)
        ),
        string="Class of Source",
    )
    lead_id = fields.Many2one("crm.lead", ondelete="set null", index="btree_not_null")
    order_id = fields.Many2one(
        "sale.order", ondelete="set null", index="btree_not_null"
    )
    user_id = fields.Many2one("res.users", string="Salesperson", index=True)
    name = fields.Char(string="Full Name")
    sex = fields.Selection([("male", "Male"), ("female", "Female")])
    age_band_id = fields.Many2one("crm.age.band", ondelete="restrict")
    phone = fields.Char()
    area = fields.Char(string="Living / Working Area")
    need_type_id = fields.Many2one("crm.enquiry.need.type", ondelete="restrict")
    price_band = fields.Char(string="Acceptable Price")
    sincerity = fields.Selection([("a", "A"), ("b", "B"), ("c", "C")])
    characteristics = fields.Text(string="Basic Characteristics")
    # ------------------------------------------------------------------ owners
    product = fields.Char(string="Unit Sold")
    currency_id = fields.Many2one("res.currency")
    price = fields.Monetary(string="Price Paid")
    discount = fields.Float(string="Discount (%)")
    address = fields.Char(string="Contact Address")

    def _erase_person_values(self):
        self.write(
            {
                **dict.fromkeys(
                    ("sex", "age_band_id", "phone", "area", "characteristics"), False
                ),
                "address": False,
                "name": "***",
            }
        )


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _information_line_vals(self, company):
        """Return the line of an information report for this enquiry."""
        self.ensure_one()
        return {
            "company_id": company.id,
            "date": self.enquiry_date,
            "enquiry_kind": self.enquiry_kind,
            "lead_id": self.id,
            "user_id": self.user_id.id,
            "name": self.contact_name or self.partner_id.name or self.name,
            "sex": self.enquirer_sex,
            "age_band_id": self.age_band_id.id,
            "phone": self.phone,
            "area": " / ".join(filter(None, (self.living_area, self.working_area))),
            "need_type_id": self.need_type_id.id,
            "price_band": self._enquiry_price_band(),
            "sincerity": self.sincerity,
            "characteristics": self.characteristics,
        }


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _information_line_vals(self):
        """Return the line of an owners' report for this order line."""
        self.ensure_one()
        partner = self.order_id.partner_id
        return {
            "company_id": self.company_id.id,
            "date": fields.Date.context_today(self, self.order_id.date_order),
            "enquiry_kind": "owner",
            "order_id": self.order_id.id,
            "user_id": self.order_id.user_id.id,
            "name": partner.name,
            "sex": partner.sex,
            "age_band_id": partner.age_band_id.id,
            "phone": partner.phone,
            "product": self.name,
            "currency_id": self.currency_id.id,
            "price": self.price_total,
            "discount": self.discount,
            "address": partner.commercial_partner_id._registration_address(),
        }
