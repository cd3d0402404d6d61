"""How often a customer is to be seen or called, per policy profile (3.12, GAP-45)."""

from odoo import api, fields, models


class CrmVisitFrequency(models.Model):
    _name = "crm.visit.frequency"
    _description = "Visit Frequency"
    _inherit = ["crm.policy.record.mixin"]
    _order = "profile_id, sequence, id"
    _policy_record_topics = ("visit_plan", "visit_staffing")
    _policy_record_key = ("customers", "stage_id", "who")

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
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

    _interval_positive = models.Constraint(
        "CHECK (interval_number > 0)",
        "The time between two visits (At Least Every) is at least one.",
    )
    _remind_positive = models.Constraint(
        "CHECK (remind_days >= 0)", "A reminder cannot come after the due date."
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
