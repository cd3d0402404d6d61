"""An employee leaves only after handing over the customers (ARC-226, ARC-227)."""

from odoo import api, fields, models


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    # Others read employees by their public side, which has no such field.
    contact_channel_ids = fields.One2many(
        "crm.contact.channel", "employee_id", groups="hr.group_hr_user"
    )

    def write(self, vals):
        gone = "active" in vals and not vals["active"]
        left = fields.Date.to_date(vals.get("departure_date"))
        for company, employees in self.grouped("company_id").items():
            if gone or (left and left <= company._policy_today()):
                employees.filtered("active")._check_handed_over(company)
        result = super().write(vals)
        if gone or left:
            self._after_departure(gone, left)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_not_handed_over(self):
        for company, employees in self.grouped("company_id").items():
            employees._check_handed_over(company)

    def _check_handed_over(self, company):
        # sudo: users of employees, whoever archives them
        self.sudo().user_id._check_handed_over(company)

    def _after_departure(self, gone, left):
        """End assigned channels; close cleared handovers of who has left."""
        # sudo: HR carries out the departure and need not keep the registers
        channels = self.sudo().contact_channel_ids.filtered(
            lambda c: not c.date_to or (left and c.date_to > left)
        )
        for company, own in channels.grouped("company_id").items():
            last = left or company._policy_today()
            for start, same in own.grouped("date_from").items():
                same.date_to = max(last, start)
        if gone:
            # sudo: as above
            self.env["crm.customer.handover"].sudo().search(
                [
                    ("user_id", "in", self.sudo().user_id.ids),
                    ("company_id", "in", self.company_id.ids),
                    ("state", "=", "cleared"),
                ]
            )._write_guarded({"state": "closed"})
