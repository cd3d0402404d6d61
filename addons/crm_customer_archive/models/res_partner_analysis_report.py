"""Data of the customer analysis report (客户分析报告, ARC-27, form F-44)."""

from dateutil.relativedelta import relativedelta

from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _analysis_months(self):
        """Return dicts of month, amount, year before and growth, the last 12 months."""
        self.ensure_one()
        since = fields.Date.context_today(self).replace(day=1) - relativedelta(years=2)
        sold = {
            row["month"]: float(row["amount"]) for row in self._sold_by_month(since)
        }
        rows = []
        for month in self._curve_months()[-12:]:
            amount = sold.get(month, 0.0)
            before = sold.get(month - relativedelta(years=1), 0.0)
            growth = 100.0 * (amount - before) / abs(before) if before else None
            rows.append(
                {"month": month, "amount": amount, "before": before, "growth": growth}
            )
        return rows

    def _analysis_products(self, limit=10):
        """Return (name, quantity, amount, margin) of what the customer buys most."""
        self.ensure_one()
        month = fields.Date.context_today(self).replace(day=1)
        rows = self.env["crm.customer.sales.report"]._read_group(
            [
                ("customer_id", "=", self.id),
                ("company_id", "=", self.env.company.id),
                ("month", ">=", month - relativedelta(years=1)),
                ("product_id", "!=", False),
            ],
            ["product_id"],
            ["quantity:sum", "invoiced:sum", "margin:sum"],
            order="invoiced:sum DESC, product_id",
            limit=limit,
        )
        return [(product.display_name, *figures) for product, *figures in rows]

    def _analysis_checks(self, limit=5):
        """Return the last observations at the customer."""
        return self.env["crm.customer.market.check"].search(
            [("customer_id", "=", self.id)], limit=limit
        )

    def _analysis_opportunities(self):
        """Return the customer's open opportunities."""
        return self.env["crm.lead"].search(
            [
                ("type", "=", "opportunity"),
                ("won_status", "=", "pending"),
                ("partner_id.commercial_partner_id", "=", self.id),
            ],
            order="date_deadline, id",
            limit=10,
        )
