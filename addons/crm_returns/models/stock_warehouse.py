"""Every warehouse has a place where returned goods wait for their judgement."""

from odoo import fields, models


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    return_quarantine_location_id = fields.Many2one(
        "stock.location",
        check_company=True,
        copy=False,
        help="Goods a customer returns are received here and stay apart until "
        "quality has judged them (RET-07, RET-34, RET-35).",
    )

    loan_location_id = fields.Many2one(
        "stock.location",
        check_company=True,
        copy=False,
        help="Machines on loan, exhibition or demo are kept here: they are out and "
        "still ours (RET-46).",
    )

    def _name_return_locations(self):
        """Name these places in their company's language, unless somebody renamed them.

        The app may be installed in another language than the company works in.
        """
        for warehouse in self:
            lang = warehouse.company_id.partner_id.lang
            env = warehouse.with_context(lang=lang).env
            quarantine = warehouse.return_quarantine_location_id
            if quarantine.name == "Return Quarantine":
                quarantine.name = env._("Return Quarantine")
            loan = warehouse.loan_location_id
            if loan.name == "On Loan":
                loan.name = env._("On Loan")

    def _get_locations_values(self, vals, code=False):
        values = super()._get_locations_values(vals, code=code)
        code = (vals.get("code") or code or "").replace(" ", "").upper()
        company_id = vals.get(
            "company_id", self.default_get(["company_id"])["company_id"]
        )
        values["return_quarantine_location_id"] = {
            "name": self.env._("Return Quarantine"),
            "active": True,
            "usage": "internal",
            "replenish_location": False,
            "barcode": self._valid_barcode(code + "RETQUAR", company_id),
        }
        values["loan_location_id"] = {
            "name": self.env._("On Loan"),
            "active": True,
            "usage": "internal",
            "replenish_location": False,
            "barcode": self._valid_barcode(code + "ONLOAN", company_id),
        }
        return values
