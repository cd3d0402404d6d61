"""Asks which analysis table to print; the tables are those of the policies.

Everything is read with the reader's rights: a salesperson's table shows the customers
the salesperson sees.
"""

from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# The form has columns A to G; what sells less stands together in one more.
COLUMNS = 7


class CrmCustomerAnalysisPrint(models.TransientModel):
    _name = "crm.customer.analysis.print"
    _description = "Print Customer Analysis"

    kind = fields.Selection(
        [
            ("sales", "Customer Sales Analysis Table"),
            ("region", "Customer Region Analysis Table"),
            ("level", "Customer Level Analysis Table"),
            ("classification", "Customer Classification Table"),
            ("address", "Customer Address Classification Table"),
            ("opportunity", "Sales Opportunity Tracking Table"),
            ("funnel", "Sales Funnel"),
        ],
        string="Table",
        required=True,
        default="sales",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    year = fields.Integer(
        required=True, default=lambda self: fields.Date.context_today(self).year
    )
    column_by = fields.Selection(
        [("product_id", "Product"), ("categ_id", "Product Category")],
        string="Columns",
        required=True,
        default="categ_id",
    )

    @api.constrains("year")
    def _check_year(self):
        this_year = fields.Date.context_today(self).year
        for wizard in self:
            if not this_year - 10 < wizard.year <= this_year:
                raise ValidationError(
                    self.env._(
                        "Year: give one from %(first)s to %(last)s.",
                        first=this_year - 9,
                        last=this_year,
                    )
                )

    # ------------------------------------------------------------------ actions

    def action_print(self):
        """Print the table chosen.

        :return: a report action
        """
        self.ensure_one()
        return self.env.ref(
            "crm_customer_archive.action_report_customer_analysis"
        ).report_action(self)

    # ------------------------------------------------------------------- tables

    def _title(self):
        return dict(self._fields["kind"]._description_selection(self.env))[self.kind]

    def _report(self, model):
        return self.env[model].with_context(allowed_company_ids=self.company_id.ids)

    def _year_domain(self):
        return [
            ("company_id", "=", self.company_id.id),
            ("month", ">=", f"{self.year}-01-01"),
            ("month", "<=", f"{self.year}-12-31"),
        ]

    def _sales_table(self):
        """Return the columns' names, rows of amounts, and totals (ARC-251)."""
        groups = self._report("crm.customer.sales.report")._read_group(
            self._year_domain(), ["customer_id", self.column_by], ["invoiced:sum"]
        )
        rows, columns = defaultdict(lambda: defaultdict(float)), defaultdict(float)
        for customer, column, amount in groups:
            if amount:
                rows[customer][column] += amount
                columns[column] += amount
        chosen = sorted(columns, key=lambda c: (-columns[c], c.id))[:COLUMNS]
        others = [column for column in columns if column not in chosen]

        def line(amounts):
            values = [amounts.get(column, 0.0) for column in chosen]
            rest = sum(amounts.get(column, 0.0) for column in others)
            return [*values, rest, sum(values) + rest]

        table = [(customer.name, line(amounts)) for customer, amounts in rows.items()]
        table.sort(key=lambda row: (-row[1][-1], row[0] or ""))
        none = self.env._("Without product")
        return {
            "columns": [column.display_name or none for column in chosen],
            "rows": table,
            "total": line(columns),
        }

    def _structure(self, groupby):
        """Return (record, customers, % of customers, amount, % of sales) by group."""
        return self._report("crm.customer.share.report")._read_group(
            [("company_id", "=", self.company_id.id), ("year", "=", str(self.year))],
            groupby,
            [
                "customer_count:sum",
                "customer_share:sum",
                "amount:sum",
                "amount_share:sum",
            ],
        )

    def _region_table(self):
        """Return a row per province, or country where none is known (ARC-250)."""
        unknown = self.env._("Unknown")
        table = [
            ((region or country).name or unknown, *figures)
            for country, region, *figures in self._structure(
                ["country_id", "region_id"]
            )
        ]
        return sorted(table, key=lambda row: (-row[3], -row[1], row[0]))

    def _level_table(self):
        """Return a row per class of the scheme in force (form F-26)."""
        unknown = self.env._("Without class")
        table = sorted(
            self._structure(["customer_class_id"]),
            key=lambda row: (not row[0], row[0].sequence, row[0].id),
        )
        return [(level.display_name or unknown, *rest) for level, *rest in table]

    def _classification_tables(self):
        """Return (title, rows) by trade, keyword, region ... (ARC-151)."""
        unknown = self.env._("Unknown")
        Report = self.env["crm.customer.share.report"]
        tables = []
        for name in ("industry_id", "enterprise_type_id", "intermediary_type_id"):
            label = Report._fields[name]._description_string(self.env)
            rows = [
                (record.name or unknown, *figures)
                for record, *figures in self._structure([name])
            ]
            tables.append((label, sorted(rows, key=lambda row: (-row[1], row[0]))))
        tables.append((self.env._("Region"), self._region_table()))
        tables.append((self.env._("Keyword"), self._keyword_rows()))
        return tables

    def _keyword_rows(self):
        """A customer with several keywords counts in each."""
        figures = {customer: row for customer, *row in self._structure(["customer_id"])}
        rows = defaultdict(lambda: [0.0] * 4)
        for customer, row in figures.items():
            for keyword in customer.category_id or [None]:
                name = keyword.name if keyword else self.env._("Unknown")
                rows[name] = [a + b for a, b in zip(rows[name], row, strict=True)]
        return sorted(
            ((name, *row) for name, row in rows.items()),
            key=lambda row: (-row[1], row[0]),
        )

    def _address_customers(self):
        """Return the customers on file, by region and number (ARC-159)."""
        return self.env["res.partner"].search(
            [
                ("is_crm_customer", "=", True),
                ("state", "in", ("archived", "suspended")),
                ("company_id", "in", [False, self.company_id.id]),
            ],
            order="country_id, state_id, city, customer_number, id",
        )

    def _opportunities(self):
        """Return the open opportunities by expected closing date (ARC-253)."""
        return self.env["crm.lead"].search(
            [
                ("type", "=", "opportunity"),
                ("company_id", "in", [False, self.company_id.id]),
                ("won_status", "=", "pending"),
            ],
            order="date_deadline, id",
        )

    def _funnel(self):
        """Return a row per stage with its open opportunities (ARC-254)."""
        leads = self.env["crm.lead"]._read_group(
            [
                ("type", "=", "opportunity"),
                ("company_id", "in", [False, self.company_id.id]),
                ("won_status", "=", "pending"),
            ],
            ["stage_id"],
            [
                "__count",
                "partner_id:count_distinct",
                "expected_revenue:sum",
                "prorated_revenue:sum",
                "probability:avg",
            ],
        )
        widest = max((row[1] for row in leads), default=0)
        return [
            {
                "stage": stage.name or self.env._("Unknown"),
                "count": count,
                "customers": customers,
                "expected": expected,
                "weighted": weighted,
                "probability": probability or 0.0,
                "width": 100.0 * count / widest if widest else 0.0,
            }
            for stage, count, customers, expected, weighted, probability in leads
        ]
