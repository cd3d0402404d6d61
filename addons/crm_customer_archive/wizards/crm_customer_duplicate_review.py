"""The list of customers a file may be the same as, for the head who decides."""

from odoo import api, fields, models


class CrmCustomerDuplicateReview(models.TransientModel):
    _name = "crm.customer.duplicate.review"
    _description = "Review of Possible Duplicates"

    partner_id = fields.Many2one("res.partner", string="Customer", required=True)
    reason = fields.Text()
    line_ids = fields.One2many("crm.customer.duplicate.review.line", "review_id")

    @api.model
    def default_get(self, fields):
        res = super().default_get(fields)
        partner = self.env["res.partner"].browse(res.get("partner_id"))
        if partner and "line_ids" in fields:
            partner.check_access("read")
            # sudo: colleagues' customers count; only names and owners are shown
            rows = partner.sudo()._find_similar()[0]
            res["line_ids"] = [
                (
                    0,
                    0,
                    {
                        "other_res_id": row["id"],
                        "label": " ".join(filter(None, (row["number"], row["name"]))),
                        "account_manager": row["account_manager"],
                        "matches": row["text"],
                    },
                )
                for row in rows
            ]
        return res

    def action_confirm(self):
        """Note those marked as not the same."""
        self.ensure_one()
        others = self.line_ids.filtered("not_same").mapped("other_res_id")
        return self.partner_id.decide_not_duplicate(others, self.reason)


class CrmCustomerDuplicateReviewLine(models.TransientModel):
    _name = "crm.customer.duplicate.review.line"
    _description = "Possible Duplicate"

    review_id = fields.Many2one("crm.customer.duplicate.review", ondelete="cascade")
    other_res_id = fields.Integer()
    label = fields.Char(string="Customer")
    account_manager = fields.Char()
    matches = fields.Text(string="What Agrees")
    not_same = fields.Boolean()
