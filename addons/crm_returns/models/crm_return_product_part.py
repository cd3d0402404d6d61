"""Parts of a product, by which a parts list (部件清单表, F-89) is begun."""

from odoo import api, fields, models


class CrmReturnProductPart(models.Model):
    """One part of a product, looked at when the product comes back (RET-24)."""

    _name = "crm.return.product.part"
    _description = "Part of a Product"
    _order = "product_tmpl_id, sequence, id"

    product_tmpl_id = fields.Many2one(
        "product.template",
        string="Product",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('type', '=', 'consu')]",
    )
    company_id = fields.Many2one(
        related="product_tmpl_id.company_id", store=True, index=True
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Part", required=True)
    quantity = fields.Float(
        default=1.0,
        required=True,
        digits="Product Unit",
        aggregator=None,
        help="How many of it one product has, in the part's unit.",
    )
    uom_id = fields.Many2one(
        "uom.uom",
        string="Unit",
        required=True,
        ondelete="restrict",
        default=lambda self: self.env.ref("uom.product_uom_unit", False),
    )
    has_function = fields.Boolean(
        string="To Be Tested",
        default=True,
        help="The part has a function to test; otherwise only its appearance is "
        "judged.",
    )

    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0)", "The quantity of a part must be more than zero."
    )
    _name_uniq = models.Constraint(
        "UNIQUE (product_tmpl_id, name)",
        "A part stands on the parts list of its product once.",
    )

    @api.depends("name", "product_tmpl_id")
    def _compute_display_name(self):
        for part in self:
            product = part.product_tmpl_id.display_name or ""
            part.display_name = f"{product} · {part.name or ''}"


class ProductTemplate(models.Model):
    _inherit = "product.template"

    return_part_ids = fields.One2many(
        "crm.return.product.part",
        "product_tmpl_id",
        "Parts List",
        copy=True,
        help="Parts that are judged one by one when this product comes back (RET-24).",
    )


class CrmReturnLine(models.Model):
    _inherit = "crm.return.line"

    def _prepare_inspection_rows(self):
        """Return values of the rows that judge these goods, with their parts.

        A row for the product as a whole, and one for each part of its parts list.
        """
        rows = []
        for line in self.sudo():  # sudo: products, also for who may not open them
            rows.append({"return_line_id": line.id, "quantity": line.quantity})
            rows += line._prepare_part_rows()
        return rows

    def _prepare_part_rows(self):
        self.ensure_one()
        product = self.product_id
        count = self.product_uom_id._compute_quantity(self.quantity, product.uom_id)
        return [
            {
                "return_line_id": self.id,
                "part": part.name,
                "quantity": part.quantity * count,
                "uom_id": part.uom_id.id,
                "function": "open" if part.has_function else "none",
            }
            for part in product.product_tmpl_id.return_part_ids
        ]
