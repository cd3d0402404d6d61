"""How often a customer is to be seen or called, per policy profile (3.12, GAP-45)."""

from odoo import api, fields, models
from odoo.fields import Domain


class CrmVisitFrequency(models.Model):
    _name = "crm.visit.frequency"
    _description = "Visit Frequency"
    _order = "profile_id, sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    profile_id = fields.Many2one(
        "crm.policy.profile",
        required=True,
        index=True,
        ondelete="cascade",
        help="In force where this profile is chosen for planning or for staffing "
        "visits.",
    )
    customers = fields.Selection(
        [
            ("all", "All Customers"),
            ("orders", "Customers with Orders"),
            ("no_orders", "Customers without Orders"),
        ],
        required=True,
        default="orders",
        help="Customers on file the frequency holds for. A customer with orders has "
        "at least one confirmed sales order in the company.",
    )
    stage_id = fields.Many2one(
        "crm.customer.stage",
        string="Life-cycle Stage",
        ondelete="restrict",
        help="Only customers in this stage; empty for all.",
    )
    interval_number = fields.Integer(
        string="At Least Every",
        required=True,
        default=3,
        help="Longest time between two visits or call-backs, in the unit beside it.",
    )
    interval_unit = fields.Selection(
        [("day", "Calendar Days"), ("week", "Weeks"), ("month", "Months")],
        required=True,
        default="month",
    )
    who = fields.Selection(
        [
            ("salesperson", "Account Manager"),
            ("department_manager", "Head of the Account Manager's Department"),
        ],
        required=True,
        default="salesperson",
        help="Who is reminded when a visit falls due.",
    )
    remind_days = fields.Integer(
        string="Remind Before",
        required=True,
        default=14,
        help="Calendar days before the visit is due on which the reminder is made.",
    )
    date_from = fields.Date(help="First day the frequency holds; empty for always.")
    date_to = fields.Date(help="Last day the frequency holds; empty for no end.")
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty for all companies."
    )
    active = fields.Boolean(default=True)

    _interval_positive = models.Constraint(
        "CHECK (interval_number > 0)",
        "The time between two visits (At Least Every) is at least one.",
    )
    _remind_positive = models.Constraint(
        "CHECK (remind_days >= 0)", "A reminder cannot come after the due date."
    )
    _dates_ordered = models.Constraint(
        "CHECK (date_to IS NULL OR date_from IS NULL OR date_from <= date_to)",
        "The last day of a frequency lies before its first day.",
    )

    @api.model
    def _in_force(self, company, day):
        """Return the frequencies in force for a company on a local date."""
        profiles = company._policy_profile("visit_plan") | company._policy_profile(
            "visit_staffing"
        )
        # sudo: the due dates are worked out for people who may not read the table
        return self.sudo().search(
            Domain("profile_id", "in", profiles.ids)
            & Domain("company_id", "in", (company.id, False))
            & (Domain("date_from", "=", False) | Domain("date_from", "<=", day))
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", day))
        )

    @api.model_create_multi
    def create(self, vals_list):
        frequencies = super().create(vals_list)
        self._trigger_due_dates()
        return frequencies

    def write(self, vals):
        res = super().write(vals)
        self._trigger_due_dates()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_trigger_due_dates(self):
        self._trigger_due_dates()

    @api.model
    def _trigger_due_dates(self):
        """Another frequency means other due dates: work them out soon."""
        cron = self.env.ref("crm_visit.cron_visit_due", raise_if_not_found=False)
        if cron:
            # sudo: policy administrators are no system administrators
            cron.sudo()._trigger()
