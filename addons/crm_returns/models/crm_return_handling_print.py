"""What the printed forms of handling need (2.4: F-88, F-91, F-99)."""

import base64

from reportlab.graphics.barcode import createBarcodeDrawing

from odoo import models


class CrmReturn(models.Model):
    _inherit = "crm.return"

    def _print_handling_copies(self):
        """Return the labels of the copies of the handling form (RET-34)."""
        return [
            self.env._("Copy 1: production control"),
            self.env._("Copy 2: quality"),
        ]


class CrmReturnLine(models.Model):
    _inherit = "crm.return.line"

    def _invoices(self):
        """Return the invoices these goods were billed on."""
        invoices = self.env["account.move"]
        for line in self:
            invoices |= line._invoice_lines().move_id
        return invoices


class CrmReturnPlan(models.Model):
    _inherit = "crm.return.plan"

    def _print_material_copies(self):
        """Return the labels of the copies of the material issue note (RET-40)."""
        return [
            self.env._("Copy 1: production"),
            self.env._("Copy 2: warehouse"),
        ]

    def _print_materials(self):
        """Return what production draws: the goods to rework and their parts."""
        self.ensure_one()
        items = self.item_ids.filtered(lambda item: item.disposition == "rework")
        rows = [
            {
                "product": item.product_id,
                "item": item.name,
                "repair": item.repair_id.name or "",
                "quantity": item.quantity,
                "unit": item.uom_id.name,
            }
            for item in items.sorted("id")
        ]
        rows += [
            {
                "product": part.product_id,
                "item": part.item_id.name,
                "repair": part.item_id.repair_id.name or "",
                "quantity": part.quantity,
                "unit": part.uom_id.name,
            }
            for part in self.part_ids
        ]
        return rows


class CrmReturnItem(models.Model):
    _inherit = "crm.return.item"

    def _label_barcode(self):
        """Return the label's number as Code 128, as an address of a picture.

        A vector picture: it needs no program beside Odoo and prints sharp.
        """
        self.ensure_one()
        drawing = createBarcodeDrawing(
            "Code128", value=self.name or "-", width=600, height=110, quiet=1
        )
        picture = base64.b64encode(drawing.asString("svg").encode()).decode()
        return f"data:image/svg+xml;base64,{picture}"
