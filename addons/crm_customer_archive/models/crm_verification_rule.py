"""How the archive is verified every quarter: by whom, until when, what is asked."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Types of values a customer can confirm or correct on a page or a form.
PLAIN_TYPES = ("char", "text")


class CrmVerificationRule(models.Model):
    _name = "crm.customer.verification.rule"
    _description = "Verification Rule"
    _inherit = ["crm.policy.record.mixin"]
    _order = "profile_id, company_id, date_from, id"
    _policy_record_topics = ("archive",)

    name = fields.Char(required=True, translate=True)
    assign_to = fields.Selection(
        [
            ("designated", "The designated person"),
            ("owner", "Each customer's account manager"),
        ],
        required=True,
        default="designated",
        help="Who verifies (ARC-103, GAP-48). The designated person is named per "
        "department below, else on the round.",
    )
    assignee_ids = fields.One2many(
        "crm.customer.verification.assignee", "rule_id", string="Per Department"
    )
    days_before_end = fields.Integer(
        string="Due before the Quarter Ends",
        help="Calendar days before the last day of the quarter; zero: on that day.",
    )
    link_days = fields.Integer(
        string="Link Valid For",
        required=True,
        default=30,
        help="Calendar days the link in an e-mail to the customer works.",
    )
    basis = fields.Selection(
        [("ordered", "Orders confirmed"), ("invoiced", "Invoices posted")],
        string="Purchases Counted By",
        required=True,
        default="ordered",
        help="ARC-104 counts the purchases of customers who have ordered.",
    )
    trend_percent = fields.Float(
        string="Trend From",
        default=10.0,
        help="Percent by which purchases must change against the quarter before to "
        "count as rising or falling.",
    )
    field_ids = fields.Many2many(
        "ir.model.fields",
        string="Values to Confirm",
        domain=[("model", "=", "res.partner"), ("ttype", "in", PLAIN_TYPES)],
        help="What the customer sees and may correct through the link.",
    )

    _figures_valid = models.Constraint(
        "CHECK (days_before_end >= 0 AND days_before_end < 90 AND link_days > 0 "
        "AND COALESCE(trend_percent, 0) >= 0)",
        "The link must be valid for a day at least; days and percent cannot be "
        "negative.",
    )

    @api.constrains("field_ids")
    def _check_fields(self):
        for field in self.field_ids:
            partner_field = self.env["res.partner"]._fields.get(field.name)
            if field.model != "res.partner" or partner_field.type not in PLAIN_TYPES:
                raise ValidationError(
                    self.env._(
                        "“%s” is no text of the customer file that could be confirmed "
                        "(Values to Confirm).",
                        field.display_name,
                    )
                )


class CrmVerificationAssignee(models.Model):
    _name = "crm.customer.verification.assignee"
    _description = "Designated Person of a Department"
    _order = "department_id"

    rule_id = fields.Many2one(
        "crm.customer.verification.rule",
        required=True,
        index=True,
        ondelete="cascade",
    )
    department_id = fields.Many2one(
        "hr.department", required=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        "res.users",
        string="Designated Person",
        required=True,
        domain=[("share", "=", False)],
        ondelete="restrict",
        index=True,
    )

    _department_uniq = models.UniqueIndex(
        "(rule_id, department_id)", "This department has a designated person already."
    )

    @api.constrains("user_id", "department_id")
    def _check_sees_customers(self):
        """Who verifies must see the customers of the department."""
        for line in self:
            heads = line.department_id.sudo().policy_head_ids  # sudo: org chart
            if line.user_id not in heads and not line.user_id.has_group(
                "crm_policy.group_specialist"
            ):
                raise ValidationError(
                    self.env._(
                        "%(user)s does not see the customers of %(department)s "
                        "(Designated Person): choose its head or somebody of the "
                        "customer-service desk.",
                        user=line.user_id.name,
                        department=line.department_id.name,
                    )
                )
