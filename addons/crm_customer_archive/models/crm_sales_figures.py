"""What each customer bought, in one query: the base of classes, rankings and analyses.

All figures are of the customer file: what contacts and addresses bought counts for
their company. Drafts and cancelled documents never count, money given back counts
negative, and everything is in the company's currency at the date of the document.
"""

from datetime import datetime, time

import pytz

from odoo import api, models
from odoo.tools import SQL

BASES = ("ordered", "invoiced", "collected")
MEASURES = ("amount", "cost", "margin", "quantity", "weight", "document_count")
# What a figure is about besides the customer; collected money belongs to no product.
GROUPS = ("month", "product_id", "categ_id", "user_id")


class CrmSalesFigures(models.AbstractModel):
    _name = "crm.sales.figures"
    _description = "Sales Figures of Customers"

    @api.model
    def _sql(
        self,
        company,
        basis,
        date_from=None,
        date_to=None,
        by=(),
        measures=MEASURES,
        categories=None,
        customers=None,
    ):
        """Return a query of the sales of each customer; a row per customer (and group).

        Columns: ``customer_id`` (commercial entity), those of ``by``, and the measures:

        - ``amount``: without taxes (collected: the money itself), company currency
        - ``cost``, ``margin``: company currency; NULL for collected
        - ``quantity``: in each product's own unit; NULL for collected
        - ``weight``: kilograms, by the unit where it is one of weight, else by the
          product's weight; NULL for collected
        - ``document_count``: orders, invoices or payments; credit notes do not count

        :param company: one ``res.company``
        :param basis: ``ordered`` (confirmed orders, by order date), ``invoiced``
            (posted customer invoices, credit notes and receipts, by invoice date) or
            ``collected`` (payments matched on them, by date of matching)
        :param date_from: first local day, included; None: from the beginning
        :param date_to: last local day, included; None: without end
        :param by: of "month" (its first day), "product_id", "categ_id", "user_id"
            (salesperson of the document)
        :param measures: those wanted; fewer are faster
        :param categories: ``product.category`` records; only products in or below them
        :param customers: SQL list or query of ids of commercial entities; only they
        :return: SQL; written values are flushed, access rights are the caller's matter
        :raises ValueError: unknown basis, measure or group
        """
        company.ensure_one()
        self._check_arguments(basis, by, measures, categories)
        source = getattr(self, f"_source_{basis}")
        columns = [SQL("customer_id"), *(SQL.identifier(name) for name in by)]
        aggregates = [
            SQL("%s AS %s", self._aggregate(name), SQL.identifier(name))
            for name in MEASURES
            if name in measures
        ]
        query = source(company, date_from, date_to, by, measures, categories)
        return SQL(
            "SELECT %s FROM (%s) AS document%s GROUP BY %s",
            SQL(", ").join([*columns, *aggregates]),
            query,
            SQL(" WHERE customer_id IN %s", customers) if customers else SQL(),
            SQL(", ").join(columns),
        )

    @api.model
    def _rows(self, company, basis, date_from=None, date_to=None, **options):
        """Return the rows of ``_sql`` as dicts."""
        query = self._sql(company, basis, date_from, date_to, **options)
        return self.env.execute_query_dict(query)

    # ----------------------------------------------------------------- helpers

    @api.model
    def _check_arguments(self, basis, by, measures, categories):
        groups = ("month", "user_id") if basis == "collected" else GROUPS
        unknown = set(by) - set(groups) | set(measures) - set(MEASURES)
        if basis not in BASES or unknown or (categories and basis == "collected"):
            raise ValueError(f"no figures of {basis} by {by}: {measures}")

    @api.model
    def _aggregate(self, measure):
        if measure == "document_count":
            return SQL("COUNT(DISTINCT document_id)")
        if measure == "margin":
            return SQL("SUM(amount) - SUM(cost)")
        return SQL("SUM(%s)", SQL.identifier(measure))

    @api.model
    def _columns(self, wanted):
        """Return ``value AS name`` of each wanted pair."""
        return SQL(", ").join(
            SQL("%s AS %s", value, SQL.identifier(name))
            for name, value in wanted.items()
        )

    @api.model
    def _quantity_sql(self, quantity):
        """Return a quantity of alias ``line_uom`` in the product's own unit."""
        return SQL("%s * COALESCE(line_uom.factor / own_uom.factor, 1)", quantity)

    @api.model
    def _weight_sql(self, quantity):
        """Return the weight of a quantity in kilograms."""
        kilogram = self.env.ref("uom.product_uom_kgm")
        weight_uom = self.env[
            "product.template"
        ]._get_weight_uom_id_from_ir_config_parameter()
        root = kilogram.parent_path.split("/")[0]
        return SQL(
            "CASE WHEN own_uom.parent_path LIKE %(root)s"
            " THEN %(quantity)s * COALESCE(line_uom.factor, own_uom.factor)"
            " / %(kilogram)s"
            " ELSE %(own)s * COALESCE(product.weight, 0) * %(unit)s END",
            root=f"{root}/%",
            quantity=quantity,
            kilogram=kilogram.factor,
            own=self._quantity_sql(quantity),
            unit=weight_uom.factor / kilogram.factor,
        )

    @api.model
    def _product_joins(self, uom):
        """Return the joins of product, template and units for alias ``line``."""
        return SQL(
            " LEFT JOIN product_product product ON product.id = line.product_id"
            " LEFT JOIN product_template template"
            " ON template.id = product.product_tmpl_id"
            " LEFT JOIN uom_uom own_uom ON own_uom.id = template.uom_id"
            " LEFT JOIN uom_uom line_uom ON line_uom.id = %s",
            uom,
        )

    @api.model
    def _category_condition(self, categories):
        if not categories:
            return SQL()
        below = self.env["product.category"].search(
            [("id", "child_of", categories.ids)]
        )
        return SQL(" AND template.categ_id IN %s", tuple(below.ids))

    @api.model
    def _needs_product(self, by, measures, categories):
        return bool(
            categories
            or "categ_id" in by
            or {"quantity", "weight", "cost", "margin"}.intersection(measures)
        )

    @api.model
    def _date_condition(self, column, date_from, date_to):
        return SQL(
            "%s%s",
            SQL(" AND %s >= %s", column, date_from) if date_from else SQL(),
            SQL(" AND %s <= %s", column, date_to) if date_to else SQL(),
        )

    @api.model
    def _source_ordered(self, company, date_from, date_to, by, measures, categories):
        """Return a row per line of confirmed orders."""
        for model in (
            "sale.order",
            "sale.order.line",
            "res.partner",
            "product.product",
        ):
            self.env[model].flush_model()
        zone = company._policy_tz()

        def moment(day, at):
            # A naive UTC moment: an index on the order date stays of use.
            local = zone.localize(datetime.combine(day, at))
            return local.astimezone(pytz.utc).replace(tzinfo=None)

        day = SQL("(o.date_order AT TIME ZONE 'UTC' AT TIME ZONE %s)", zone.zone)
        rate = SQL("COALESCE(NULLIF(o.currency_rate, 0), 1)")
        quantity = SQL("line.product_uom_qty")
        values = {
            "month": SQL("date_trunc('month', %s)::date", day),
            "product_id": SQL("line.product_id"),
            "categ_id": SQL("template.categ_id"),
            "user_id": SQL("o.user_id"),
        }
        wanted = {
            "customer_id": SQL("entity.commercial_partner_id"),
            **{name: values[name] for name in by},
            "document_id": SQL("o.id"),
            "amount": SQL("line.price_subtotal / %s", rate),
        }
        if {"cost", "margin"}.intersection(measures):
            wanted["cost"] = SQL("line.purchase_price * %s / %s", quantity, rate)
        if "quantity" in measures:
            wanted["quantity"] = self._quantity_sql(quantity)
        if "weight" in measures:
            wanted["weight"] = self._weight_sql(quantity)
        product = self._needs_product(by, measures, categories)
        return SQL(
            "SELECT %(columns)s FROM sale_order o"
            " JOIN sale_order_line line ON line.order_id = o.id"
            " JOIN res_partner entity ON entity.id = o.partner_id%(product)s"
            " WHERE o.state = 'sale' AND o.company_id = %(company)s"
            " AND line.display_type IS NULL%(since)s%(until)s%(category)s",
            columns=self._columns(wanted),
            product=self._product_joins(SQL("line.product_uom_id"))
            if product
            else SQL(),
            company=company.id,
            since=SQL(" AND o.date_order >= %s", moment(date_from, time.min))
            if date_from
            else SQL(),
            until=SQL(" AND o.date_order <= %s", moment(date_to, time.max))
            if date_to
            else SQL(),
            category=self._category_condition(categories),
        )

    @api.model
    def _source_invoiced(self, company, date_from, date_to, by, measures, categories):
        """Return a row per product line of posted customer invoices and refunds."""
        for model in (
            "account.move",
            "account.move.line",
            "sale.order.line",
            "res.partner",
            "product.product",
        ):
            self.env[model].flush_model()
        # The journal items are in company currency, income is on the credit side.
        sign = SQL("CASE WHEN move.move_type = 'out_refund' THEN -1 ELSE 1 END")
        quantity = SQL("line.quantity * %s", sign)
        values = {
            "month": SQL("date_trunc('month', move.invoice_date)::date"),
            "product_id": SQL("line.product_id"),
            "categ_id": SQL("template.categ_id"),
            "user_id": SQL("move.invoice_user_id"),
        }
        wanted = {
            "customer_id": SQL("entity.commercial_partner_id"),
            **{name: values[name] for name in by},
            "document_id": SQL(
                "CASE WHEN move.move_type != 'out_refund' THEN move.id END"
            ),
            "amount": SQL("-line.balance"),
        }
        joins = SQL()
        if self._needs_product(by, measures, categories):
            joins = self._product_joins(SQL("line.product_uom_id"))
        if {"cost", "margin"}.intersection(measures):
            joins = SQL("%s%s", joins, self._sold_cost_join())
            wanted["cost"] = SQL(
                "%s * COALESCE(sold.unit_cost, %s, 0)",
                self._quantity_sql(quantity),
                self.env["product.product"]
                .with_company(company)
                ._field_to_sql("product", "standard_price"),
            )
        if "quantity" in measures:
            wanted["quantity"] = self._quantity_sql(quantity)
        if "weight" in measures:
            wanted["weight"] = self._weight_sql(quantity)
        return SQL(
            "SELECT %(columns)s FROM account_move move"
            " JOIN account_move_line line ON line.move_id = move.id"
            " JOIN res_partner entity ON entity.id = move.partner_id%(joins)s"
            " WHERE move.state = 'posted' AND move.company_id = %(company)s"
            " AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')"
            " AND line.display_type = 'product'%(dates)s%(category)s",
            columns=self._columns(wanted),
            joins=joins,
            company=company.id,
            dates=self._date_condition(SQL("move.invoice_date"), date_from, date_to),
            category=self._category_condition(categories),
        )

    @api.model
    def _sold_cost_join(self):
        """Return the cost of the order lines behind an invoice line.

        Company currency for one of the product's own unit; lines without an order, or
        with one without cost, leave it to the product's present cost.
        """
        return SQL(
            " LEFT JOIN ("
            "SELECT rel.invoice_line_id,"
            " NULLIF(AVG(sol.purchase_price / COALESCE(NULLIF(so.currency_rate, 0), 1)"
            " / COALESCE(sol_uom.factor / base_uom.factor, 1)), 0) AS unit_cost"
            " FROM sale_order_line_invoice_rel rel"
            " JOIN sale_order_line sol ON sol.id = rel.order_line_id"
            " JOIN sale_order so ON so.id = sol.order_id"
            " LEFT JOIN product_product sol_product ON sol_product.id = sol.product_id"
            " LEFT JOIN product_template sol_template"
            " ON sol_template.id = sol_product.product_tmpl_id"
            " LEFT JOIN uom_uom base_uom ON base_uom.id = sol_template.uom_id"
            " LEFT JOIN uom_uom sol_uom ON sol_uom.id = sol.product_uom_id"
            " GROUP BY rel.invoice_line_id"
            ") sold ON sold.invoice_line_id = line.id"
        )

    @api.model
    def _source_collected(self, company, date_from, date_to, by, measures, categories):
        """Return a row per matching of money with a customer's invoice or refund.

        Money is what a bank or cash journal booked: matching an invoice with a credit
        note, a write-off or an exchange difference brings none.
        """
        for model in (
            "account.move",
            "account.move.line",
            "account.partial.reconcile",
            "res.partner",
        ):
            self.env[model].flush_model()
        values = {
            "month": SQL("date_trunc('month', matched.max_date)::date"),
            "user_id": SQL("invoice.invoice_user_id"),
        }
        unknown = SQL("NULL::numeric")
        wanted = {
            "customer_id": SQL("entity.commercial_partner_id"),
            **{name: values[name] for name in by},
            "document_id": SQL(
                "CASE WHEN invoice.move_type != 'out_refund' THEN money.move_id END"
            ),
            "amount": SQL("matched.amount * matched.sign"),
            "cost": unknown,
            "quantity": unknown,
            "weight": unknown,
        }
        return SQL(
            "SELECT %(columns)s FROM (%(matchings)s) matched"
            " JOIN account_move_line line ON line.id = matched.invoice_line_id"
            " JOIN account_move invoice ON invoice.id = line.move_id"
            " JOIN account_move_line money ON money.id = matched.money_line_id"
            " JOIN account_journal journal ON journal.id = money.journal_id"
            " JOIN account_account account ON account.id = line.account_id"
            " JOIN res_partner entity ON entity.id = invoice.partner_id"
            " WHERE account.account_type = 'asset_receivable'"
            " AND journal.type IN ('bank', 'cash', 'credit')"
            " AND invoice.state = 'posted' AND money.parent_state = 'posted'"
            " AND (invoice.move_type, matched.sign) IN"
            " (('out_invoice', 1), ('out_receipt', 1), ('out_refund', -1))",
            columns=self._columns(wanted),
            matchings=self._matchings(company, date_from, date_to),
        )

    @api.model
    def _matchings(self, company, date_from, date_to):
        """Return matchings seen from invoices (sign 1) and from refunds (-1)."""
        return SQL(" UNION ALL ").join(
            SQL(
                "SELECT max_date, amount, %s AS sign, %s AS invoice_line_id,"
                " %s AS money_line_id FROM account_partial_reconcile"
                " WHERE company_id = %s%s",
                sign,
                SQL.identifier(invoice_side),
                SQL.identifier(money_side),
                company.id,
                self._date_condition(SQL("max_date"), date_from, date_to),
            )
            for sign, invoice_side, money_side in (
                (1, "debit_move_id", "credit_move_id"),
                (-1, "credit_move_id", "debit_move_id"),
            )
        )
