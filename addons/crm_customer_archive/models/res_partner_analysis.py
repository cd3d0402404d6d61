"""Curve and key figures on the customer's page; data of the address table (ARC-159)."""

import json
from math import asin, cos, radians, sin, sqrt

from babel.dates import format_date
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL
from odoo.tools.misc import get_lang

EARTH_RADIUS = 6371.0  # kilometres
CURVE_MONTHS = 24
# Fields of the page, as in crm.customer.figures.
FIGURES = (
    "amount_this_year",
    "amount_last_year",
    "amount_last_year_to_date",
    "growth_year",
    "amount_month",
    "growth_month",
    "amount_year",
    "share",
    "purchase_share",
    "margin_year",
    "margin_rate",
    "days_to_pay",
    "late_share",
    "open_amount",
    "overdue_amount",
    "last_order_date",
    "trend",
)


class ResPartner(models.Model):
    _inherit = "res.partner"

    # ------------------------------------------------------------ address table
    typed_distance = fields.Float(
        string="Distance as Typed (km)",
        digits=(16, 1),
        help="From the company to the customer, for customers whose place on the map "
        "is not known.",
    )
    distance = fields.Float(
        string="Distance from the Company (km)",
        digits=(16, 1),
        compute="_compute_distance",
        inverse="_inverse_distance",
        help="As the crow flies between the places of the company's and the customer's "
        "address on the map; where one of them is not known, what was typed.",
    )
    unsuitable_visit_time = fields.Char(
        help="When the customer is not to be visited, for example market days."
    )

    # ----------------------------------------------------------------- analysis
    figure_currency_id = fields.Many2one(
        "res.currency", compute="_compute_figures", string="Currency of Figures"
    )
    sales_curve = fields.Text(
        compute="_compute_sales_curve",
        help="Invoiced without taxes by month, the last 24 months, for the graph.",
    )
    figure_amount_this_year = fields.Monetary(
        string="This Year",
        compute="_compute_figures",
        currency_field="figure_currency_id",
        help="Invoiced without taxes since January, company currency.",
    )
    figure_amount_last_year = fields.Monetary(
        string="Last Year",
        compute="_compute_figures",
        currency_field="figure_currency_id",
    )
    figure_amount_last_year_to_date = fields.Monetary(
        string="Last Year to Date",
        compute="_compute_figures",
        currency_field="figure_currency_id",
        help="Invoiced in the year before until the same day.",
    )
    figure_growth_year = fields.Float(
        string="Growth on Year (%)", digits=(16, 1), compute="_compute_figures"
    )
    figure_amount_month = fields.Monetary(
        string="Last Full Month",
        compute="_compute_figures",
        currency_field="figure_currency_id",
    )
    figure_growth_month = fields.Float(
        string="Growth on Month (%)", digits=(16, 1), compute="_compute_figures"
    )
    figure_amount_year = fields.Monetary(
        string="Last 12 Months",
        compute="_compute_figures",
        currency_field="figure_currency_id",
    )
    figure_share = fields.Float(
        string="Share of Our Sales (%)", digits=(16, 2), compute="_compute_figures"
    )
    figure_purchase_share = fields.Float(
        string="Share of Its Purchases (%)",
        digits=(16, 1),
        compute="_compute_figures",
        help="Our sales of twelve months in percent of the customer's own purchases.",
    )
    figure_margin_year = fields.Monetary(
        string="Margin of 12 Months",
        compute="_compute_figures",
        currency_field="figure_currency_id",
    )
    figure_margin_rate = fields.Float(
        string="Margin (%)", digits=(16, 1), compute="_compute_figures"
    )
    figure_days_to_pay = fields.Float(
        string="Average Days to Pay", digits=(16, 1), compute="_compute_figures"
    )
    figure_late_share = fields.Float(
        string="Share Late (%)", digits=(16, 1), compute="_compute_figures"
    )
    figure_open_amount = fields.Monetary(
        string="Receivable",
        compute="_compute_figures",
        currency_field="figure_currency_id",
    )
    figure_overdue_amount = fields.Monetary(
        string="Overdue",
        compute="_compute_figures",
        currency_field="figure_currency_id",
    )
    figure_last_order_date = fields.Date(
        string="Last Order", compute="_compute_figures"
    )
    figure_trend = fields.Selection(
        selection=lambda self: (
            self.env["crm.customer.figures"]
            ._fields["trend"]
            ._description_selection(self.env)
        ),
        string="Trend",
        compute="_compute_figures",
    )

    # -------------------------------------------------------------- constraints

    @api.constrains("typed_distance")
    def _check_typed_distance(self):
        for partner in self:
            # Half the way around the earth.
            if not 0 <= partner.typed_distance <= 20040:
                raise ValidationError(
                    self.env._(
                        "Distance from the company: %s km is not possible; give "
                        "kilometres from 0 to 20040.",
                        partner.typed_distance,
                    )
                )

    # ----------------------------------------------------------------- computes

    @api.depends("partner_latitude", "partner_longitude", "typed_distance")
    @api.depends_context("company")
    def _compute_distance(self):
        here = self.env.company.partner_id
        for partner in self:
            if here._has_place() and partner._has_place():
                partner.distance = here._kilometres_to(partner)
            else:
                partner.distance = partner.typed_distance

    def _inverse_distance(self):
        for partner in self:
            partner.typed_distance = partner.distance

    @api.depends_context("company", "lang", "uid")
    def _compute_sales_curve(self):
        months = self._curve_months()
        rows = self._sold_by_month(months[0]) if self.ids else []
        sold = {(row["customer_id"], row["month"]): row["amount"] for row in rows}
        locale = get_lang(self.env).code
        title = self.env._("Invoiced")
        for partner in self:
            values = [float(sold.get((partner._origin.id, m)) or 0.0) for m in months]
            partner.sales_curve = json.dumps(
                [
                    {
                        "key": title,
                        "area": True,
                        "is_sample_data": not any(values),
                        "title": "",
                        "values": [
                            {
                                "x": format_date(month, "yyyy-MM", locale=locale),
                                "y": value,
                                "name": format_date(month, "yyyy-MM", locale=locale),
                            }
                            for month, value in zip(months, values, strict=True)
                        ],
                    }
                ]
            )

    @api.depends_context("company", "uid", "allowed_company_ids")
    def _compute_figures(self):
        rows = self._key_figures() if self.ids else {}
        for partner in self:
            row = rows.get(partner._origin.id, {})
            partner.figure_currency_id = self.env.company.currency_id
            for name in FIGURES:
                partner[f"figure_{name}"] = row.get(name) or False

    # ------------------------------------------------------------------ actions

    def action_open_sales_analysis(self):
        """Open the sales of these customers by month and product.

        :return: a window action
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer_archive.action_customer_sales_report"
        )
        action["domain"] = [("customer_id", "in", self.commercial_partner_id.ids)]
        return action

    def action_open_market_checks(self):
        """Open what was observed at these customers.

        :return: a window action
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer_archive.action_customer_market_check"
        )
        customer = self.commercial_partner_id
        action["domain"] = [("customer_id", "in", customer.ids)]
        action["context"] = {"default_customer_id": customer[:1].id}
        return action

    # ------------------------------------------------------------------ helpers

    def _has_place(self):
        return bool(self.partner_latitude or self.partner_longitude)

    def _kilometres_to(self, other):
        """Return the great-circle distance in kilometres."""
        lat1, lon1 = radians(self.partner_latitude), radians(self.partner_longitude)
        lat2, lon2 = radians(other.partner_latitude), radians(other.partner_longitude)
        half = sin((lat2 - lat1) / 2) ** 2
        half += cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
        return 2 * EARTH_RADIUS * asin(sqrt(half))

    @api.model
    def _curve_months(self):
        """Return the first days of the last months, this one included."""
        month = fields.Date.context_today(self).replace(day=1)
        return [
            month - relativedelta(months=back) for back in reversed(range(CURVE_MONTHS))
        ]

    def _visible_files(self):
        """Return the customers among these whose figures the reader may see."""
        if not self.env["crm.customer.figures"].has_access("read"):
            return self.browse()
        return self._origin._filtered_access("read")

    def _sold_by_month(self, since):
        """Return dicts of customer_id, month and amount of these customers."""
        files = self._visible_files()
        if not files:
            return []
        return self.env["crm.sales.figures"]._rows(
            self.env.company,
            "invoiced",
            date_from=since,
            by=("month",),
            measures=("amount",),
            customers=SQL("%s", tuple(files.ids)),
        )

    def _key_figures(self):
        """Return {id: key figures of crm.customer.figures} in the current company."""
        files = self._visible_files()
        if not files:
            return {}
        Figures = self.env["crm.customer.figures"]
        query = Figures._figures_sql(self.env.company, SQL("%s", tuple(files.ids)))
        rows = {row["customer_id"]: row for row in self.env.execute_query_dict(query)}
        total = self._company_sales_of_year()
        for row in rows.values():
            # The query knows these customers only: the share is of all of them.
            row["share"] = 100.0 * float(row["amount_year"]) / total if total else 0.0
        return rows

    @api.model
    def _company_sales_of_year(self):
        """Return what was invoiced in the last twelve full months, all customers.

        From the totals of the invoices: a page must not add up their lines.
        """
        month = fields.Date.context_today(self).replace(day=1)
        self.env["account.move"].flush_model()
        [[amount]] = self.env.execute_query(
            SQL(
                "SELECT SUM(amount_untaxed_signed) FROM account_move"
                " WHERE state = 'posted' AND company_id = %s"
                " AND move_type IN ('out_invoice', 'out_refund', 'out_receipt')"
                " AND invoice_date >= %s AND invoice_date < %s",
                self.env.company.id,
                month - relativedelta(years=1),
                month,
            )
        )
        return float(amount or 0.0)
