"""What the printed tables of classes show."""

from odoo import models

ROWS = 34  # of a list on one sheet


def sheets(rows, size=ROWS):
    """Split the rows of a printed list into sheets; an empty list has one."""
    rows = list(rows)
    return [rows[start : start + size] for start in range(0, len(rows) or 1, size)]


class CrmCustomerScheme(models.Model):
    _inherit = "crm.customer.scheme"

    def _print_standings(self):
        """Return the classified customers the reader may see, class by class."""
        self.ensure_one()
        return self.env["crm.customer.standing"].search(
            [
                ("scheme_id", "=", self.id),
                ("company_id", "=", self.env.company.id),
                ("class_id", "!=", False),
            ],
            order="class_id, class_rank, id",
        )

    def _print_sheets(self):
        return sheets(self._print_standings())

    def _print_catalogue_sheets(self):
        """Return the customers by sheets; the first has the classes above them."""
        rows = self._print_standings()
        first = max(ROWS - 2 * len(self.class_ids) - 4, 8)
        rest = sheets(rows[first:]) if len(rows) > first else []
        return [rows[:first], *rest]

    def _print_since(self):
        """Return {customer id: day its class began}."""
        current = self.env["crm.customer.class.history"].search(
            [
                ("scheme_id", "=", self.id),
                ("company_id", "=", self.env.company.id),
                ("state", "=", "applied"),
                ("date_to", "=", False),
            ]
        )
        return {row.partner_id.id: row.date_from for row in current}

    def _print_levels(self):
        """Return a dict per class: customers, amount, and the shares of both."""
        groups = self.env["crm.customer.standing"]._read_group(
            [
                ("scheme_id", "=", self.id),
                ("company_id", "=", self.env.company.id),
                ("class_id", "!=", False),
            ],
            ["class_id"],
            ["__count", "amount:sum"],
        )
        found = {found.id: (count, amount) for found, count, amount in groups}
        customers = sum(count for count, _amount in found.values())
        sales = sum(amount for _count, amount in found.values())
        levels = []
        for customer_class in self.class_ids:
            count, amount = found.get(customer_class.id, (0, 0.0))
            levels.append(
                {
                    "class": customer_class,
                    "count": count,
                    "count_share": 100 * count / customers if customers else 0,
                    "amount": amount,
                    "amount_share": 100 * amount / sales if sales else 0,
                    "average": amount / count if count else 0,
                }
            )
        return levels


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _print_register_sheets(self):
        """Return the customers of the printed register, sheet by sheet."""
        customers = self.filtered("is_crm_customer").sorted(
            lambda c: (c.customer_number or "~", c.name or "")
        )
        return sheets(customers, 24)

    def _print_classification_sheets(self):
        """Return the customers of the printed classification, by trade and region."""
        customers = self.filtered("is_crm_customer").sorted(
            lambda c: (
                c.industry_id.name or "~",
                c.state_id.name or "~",
                c.customer_number or "~",
            )
        )
        return sheets(customers, 24)
