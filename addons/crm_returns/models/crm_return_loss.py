"""What a return cost flows back to the complaint it comes from (CMP-108, CMP-110)."""

from odoo import fields, models

from odoo.addons.crm_complaint.models.crm_complaint_loss import LOSS_STATES


class CrmComplaintLoss(models.Model):
    _inherit = "crm.complaint.loss"

    crm_return_id = fields.Many2one(
        "crm.return",
        string="From Return",
        index="btree_not_null",
        ondelete="restrict",
        readonly=True,
        copy=False,
        help="The return whose cost this line carries.",
    )


class CrmReturn(models.Model):
    _inherit = "crm.return"

    def _sync_complaint_loss(self):
        """Give the complaint the quantity really returned and the cost of rework.

        Returned goods are a loss by the standard of the complaint, whatever they cost
        us; what rework and haulage cost is a loss of its own kind.
        """
        # sudo: accounting and workshop settle returns of complaints they cannot open
        for record in self.sudo():
            complaint = record.complaint_id
            if complaint.state not in LOSS_STATES or record.state != "settled":
                continue
            # sudo: policy data
            kinds = (
                self.env["crm.complaint.loss.kind"]
                .sudo()
                ._in_force(complaint.company_id, complaint.date)
            )
            for code, vals in (
                ("return", record._returned_loss()),
                ("rework", record._rework_loss()),
            ):
                kind = kinds.filtered(lambda k, code=code: k.code == code)[:1]
                if kind:
                    record._write_loss(kind, vals)

    def _returned_loss(self):
        """Return the figures of the goods that stayed with us."""
        product = self.complaint_id.product_id
        lines = self.line_ids.filtered(lambda line: line.product_id == product)
        return {
            "quantity": sum(
                line.product_uom_id._compute_quantity(
                    line._qty_creditable(), product.uom_id, rounding_method="HALF-UP"
                )
                for line in lines
            )
        }

    def _rework_loss(self):
        """Return the figures of reworking: work, parts and haulage."""
        plans = self.plan_ids.filtered(lambda plan: plan.state != "cancelled")
        return {
            "processing_cost": sum(
                plan.labour_actual + plan.other_actual for plan in plans
            ),
            "wastage_cost": sum(plans.mapped("cost_parts_actual")),
            "haulage_cost": self.freight_cost,
        }

    def _write_loss(self, kind, vals):
        """Write the line of one kind of loss, or make it where it is missing."""
        complaint = self.complaint_id
        lines = complaint.loss_ids.filtered(lambda line: line.kind_id == kind)
        line = lines.filtered(lambda entry: entry.crm_return_id == self)[:1]
        # The line drafted with the decision is the first return's.
        line = line or lines.filtered(lambda entry: not entry.crm_return_id)[:1]
        if line:
            changed = {
                name: value for name, value in vals.items() if line[name] != value
            }
            if changed or not line.crm_return_id:
                line.write({**changed, "crm_return_id": self.id})
        elif any(vals.values()):
            line.create(
                {
                    "complaint_id": complaint.id,
                    "kind_id": kind.id,
                    "crm_return_id": self.id,
                    "price": complaint._loss_price(),
                    "price_a": complaint._loss_price_a() or complaint._loss_price(),
                    **vals,
                }
            )


class CrmReturnItem(models.Model):
    _inherit = "crm.return.item"

    def _write_guarded(self, vals):
        res = super()._write_guarded(vals)
        if "cost_rework" in vals or "cost_value" in vals:
            self.return_id._sync_complaint_loss()
        return res
