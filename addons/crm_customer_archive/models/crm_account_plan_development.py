"""Developing a customer: what is known of it, the days it took (ARC-183 to ARC-188).

The plan (客户开发计划表) is an account plan; its diary (客户开发日程记录表) is
read from what was done: contacts, visits, measures, quotations.
"""

from datetime import datetime, timedelta

from odoo import fields, models


class CrmAccountPlan(models.Model):
    _inherit = "crm.account.plan"

    motive = fields.Text(
        string="Background, Motive and Preference",
        help="Why the customer is worth developing and what it looks for (ARC-184).",
    )
    competition = fields.Text(
        string="Competitors and Their Prices",
        help="Whom the customer works with, how closely and at what prices.",
    )
    expected_price = fields.Char(
        string="Price the Customer Expects", help="As the customer puts it."
    )
    strengths = fields.Text(
        string="Our Strengths and Weaknesses",
        help="Our selling points with this customer, and where others are better.",
    )
    strategy = fields.Text(
        string="Development Strategy",
        help="How the customer is won; what price and service support it needs.",
    )

    def _development_diary(self):
        """Return the days of the plan's period, oldest first.

        :return: list of dicts as of ``res.partner._development_diary``
        """
        self.ensure_one()
        rows = self.customer_id._development_diary(self.date_from, self.date_to)
        for line in self.line_ids.filtered("done"):
            rows.append(
                {
                    "date": line.done_on,
                    "way": self.env._("Planned Measure"),
                    "who": line.sudo().user_id.name,  # sudo: a colleague's name
                    "what": line.name,
                    "result": line.result or "",
                }
            )
        return sorted(rows, key=lambda row: row["date"])


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _development_diary(self, date_from, date_to):
        """Return what was done with the customer on these days, as far as the reader
        may see it.

        :param date_from: first local day
        :param date_to: last local day
        :return: list of dicts ``date`` (local day), ``way``, ``who``, ``what`` and
            ``result``, oldest first
        """
        self.ensure_one()
        company = self.company_id or self.env.company
        rows = self._development_entries(
            fields.Datetime.to_datetime(date_from) - timedelta(days=1),
            fields.Datetime.to_datetime(date_to) + timedelta(days=2),
        )
        for row in rows:
            if isinstance(row["date"], datetime):
                row["date"] = company._policy_date(row["date"])
        rows = [row for row in rows if date_from <= row["date"] <= date_to]
        return sorted(rows, key=lambda row: row["date"])

    def _development_entries(self, start, end):
        """Hook: entries of the diary between two moments in UTC; areas add theirs.

        :return: list of dicts as of ``_development_diary``; ``date`` is a moment in UTC
            or a local day
        """
        contacts = self.env["crm.contact.log"].search(
            [
                ("customer_id", "=", self.id),
                ("date", ">=", start),
                ("date", "<", end),
            ]
        )
        rows = [
            {
                "date": contact.date,
                "way": contact.type_id.name,
                "who": contact.sudo().user_id.name,  # sudo: a colleague's name
                "what": contact.summary,
                "result": "",
            }
            for contact in contacts
        ]
        for order in self._development_orders(
            [("date_order", ">=", start), ("date_order", "<", end)]
        ):
            ordered = order.state == "sale"
            rows.append(
                {
                    "date": order.date_order,
                    "way": self.env._("Order") if ordered else self.env._("Quotation"),
                    "who": order.sudo().user_id.name or "",  # sudo: as above
                    "what": order.name,
                    "result": order.currency_id.format(order.amount_untaxed),
                }
            )
        return rows

    def _development_orders(self, domain, limit=None):
        """Return quotations and orders of the customer the reader may see."""
        Order = self.env["sale.order"]
        if not Order.has_access("read"):
            return Order
        return Order.search(
            [
                (
                    "partner_id.commercial_partner_id",
                    "=",
                    self.commercial_partner_id.id,
                ),
                ("state", "in", ("draft", "sent", "sale")),
                *domain,
            ],
            order="date_order, id",
            limit=limit,
        )

    # ---------------------------------------------------------------- printing

    def _new_customer_facts(self):
        """Return what the new-customer report (新开发客户报告表) says of the sales.

        :return: dict of ``plan`` (``crm.account.plan`` of the development),
            ``order`` (first order the reader may see), ``diary`` (its last entries)
        """
        self.ensure_one()
        company = self.company_id or self.env.company
        plan = self.env["crm.account.plan"].search(
            [("customer_id", "=", self.id), ("kind", "=", "development")], limit=1
        )
        order = self._development_orders([("state", "=", "sale")], limit=1)
        today = company._policy_today()
        end = company._policy_date(order.date_order) if order else today
        start = end - timedelta(days=365)
        if plan:
            start = min(plan.date_from, end)
            end = max(end, min(plan.date_to, today))
        return {
            "plan": plan,
            "order": order,
            "diary": self._development_diary(start, end)[-12:],
        }

    def _special_prices(self):
        """Return the lines of the customer's own price list (特价档案), in force or
        to come.

        :return: ``product.pricelist.item``; empty where the common prices hold
        """
        self.ensure_one()
        company = self.company_id or self.env.company
        now = fields.Datetime.now()
        own = self.with_company(company).specific_property_product_pricelist
        return own.item_ids.filtered(
            lambda item: not item.date_end or item.date_end > now
        )

    def _special_orders(self, limit=20):
        """Return the latest order lines of the year sold below the list price."""
        self.ensure_one()
        Line = self.env["sale.order.line"]
        if not Line.has_access("read"):
            return Line
        company = self.company_id or self.env.company
        return Line.search(
            [
                (
                    "order_id.partner_id.commercial_partner_id",
                    "=",
                    self.commercial_partner_id.id,
                ),
                ("state", "=", "sale"),
                ("discount", ">", 0),
                ("order_id.date_order", ">=", company._policy_today() - timedelta(365)),
            ],
            order="id desc",
            limit=limit,
        )
