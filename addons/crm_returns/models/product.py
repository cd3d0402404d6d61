"""Warranty of products, counted in months from delivery (RET-12)."""

from odoo import fields, models


class ProductCategory(models.Model):
    _inherit = "product.category"

    warranty_policy = fields.Selection(
        [("own", "Own period"), ("none", "No warranty")],
        help="Empty: as the category above; above the topmost one, as the company.",
    )
    warranty_months = fields.Integer(help="Months of warranty from delivery.")

    _warranty_months = models.Constraint(
        "CHECK (warranty_months >= 0)", "A warranty cannot be negative."
    )


class ProductTemplate(models.Model):
    _inherit = "product.template"

    warranty_policy = fields.Selection(
        [("own", "Own period"), ("none", "No warranty")],
        help="Empty: as the category of the product.",
    )
    warranty_months = fields.Integer(help="Months of warranty from delivery.")

    _warranty_months = models.Constraint(
        "CHECK (warranty_months >= 0)", "A warranty cannot be negative."
    )

    def _return_warranty_months(self, company):
        """Return the months of warranty in a company; 0 without warranty."""
        self.ensure_one()
        holder = self
        if not holder.warranty_policy:
            holder = self.categ_id
            while holder and not holder.warranty_policy:
                holder = holder.parent_id
        if not holder:
            return company.return_warranty_months
        return holder.warranty_months if holder.warranty_policy == "own" else 0
