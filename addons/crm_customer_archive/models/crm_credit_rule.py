"""The figures of the credit policy (3.10): longest term, grace, holds, monitoring."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class CrmCreditRule(models.Model):
    _name = "crm.credit.rule"
    _description = "Credit Rule"
    _inherit = ["crm.policy.record.mixin"]
    _order = "profile_id, company_id, date_from, id"
    _policy_record_topics = ("credit",)

    name = fields.Char(required=True, translate=True)
    max_days = fields.Integer(
        string="Longest Term",
        required=True,
        default=31,
        help="Calendar days from the invoice to the last due date (ARC-192, GAP-58).",
    )
    allow_month_end = fields.Boolean(
        string="Month End Allowed",
        default=True,
        help="A term due at the end of the invoice's month (月结) is allowed whatever "
        "the number of days.",
    )
    required_field_ids = fields.Many2many(
        "ir.model.fields",
        string="Required in the Investigation",
        domain=[("model", "=", "crm.credit.application")],
        help="What must be known of the customer before terms are applied for "
        "(ARC-190).",
    )
    limit_action = fields.Selection(
        [
            ("none", "Confirm anyway"),
            ("decide", "Needs a decision"),
            ("refuse", "Refuse"),
        ],
        string="Order Above the Limit",
        required=True,
        default="decide",
        help="What happens to an order on credit terms that takes the customer above "
        "the credit limit granted.",
    )
    grace_days = fields.Integer(
        help="Calendar days past the due date before a receivable counts as overdue "
        "(ARC-193); zero: the day after.",
    )
    hold_days = fields.Integer(
        string="Propose Suspension After",
        default=7,
        help="Calendar days overdue after which suspending supply is proposed to the "
        "department manager (ARC-195, GAP-59); zero: never by itself.",
    )
    stop_days = fields.Integer(
        string="Propose Stop After",
        default=30,
        help="Calendar days overdue after which stopping supply is proposed to the "
        "general manager (GAP-59); zero: never by itself.",
    )
    repeat_days = fields.Integer(
        string="Propose Again After",
        default=14,
        help="Calendar days after which a proposal that was refused is made again; "
        "zero: never.",
    )
    investigation_months = fields.Integer(
        string="Investigate Every",
        default=12,
        help="Months from one investigation of a customer on credit terms to the next "
        "(ARC-196); zero: no further ones.",
    )
    investigation_notice_days = fields.Integer(
        string="Remind Before",
        default=14,
        help="Calendar days before the next investigation is due on which the "
        "salesperson is reminded.",
    )

    _figures_not_negative = models.Constraint(
        "CHECK (max_days >= 0 AND grace_days >= 0 AND hold_days >= 0 "
        "AND stop_days >= 0 AND repeat_days >= 0 AND investigation_months >= 0 "
        "AND investigation_notice_days >= 0)",
        "The figures of a credit rule cannot be negative.",
    )

    @api.constrains("hold_days", "stop_days")
    def _check_hold_before_stop(self):
        for rule in self:
            if rule.stop_days and rule.hold_days > rule.stop_days:
                raise ValidationError(
                    self.env._(
                        "%s: supply is suspended before it is stopped (Propose "
                        "Suspension After, Propose Stop After).",
                        rule.name,
                    )
                )

    @api.constrains("required_field_ids")
    def _check_required_fields(self):
        for field in self.required_field_ids:
            if field.model != "crm.credit.application":
                raise ValidationError(
                    self.env._(
                        "“%s” is no field of the credit application.",
                        field.display_name,
                    )
                )

    @api.model
    def _required_for_company(self, company, day=None):
        """Return the rule in force in a company.

        :raises UserError: there is none
        """
        rule = self._for_company(company, day)
        if not rule:
            raise UserError(
                self.env._(
                    "The credit policy %(profile)s of %(company)s has no credit rule. "
                    "Complete it under Configuration, or choose another policy.",
                    profile=company._policy_profile("credit").code or "-",
                    company=company.name,
                )
            )
        return rule

    def _check_term(self, term):
        """Raise unless every line of a payment term keeps the longest term allowed.

        :raises ValidationError: naming the line and the figure (ARC-192)
        """
        self.ensure_one()
        for number, line in enumerate(term.line_ids, start=1):
            if self.allow_month_end and line._is_month_end():
                continue
            days = line._credit_days()
            if days > self.max_days:
                raise ValidationError(
                    self.env._(
                        "Payment term “%(term)s”: line %(number)s falls due up to "
                        "%(days)s days after the invoice; the credit policy allows "
                        "at most %(most)s days.",
                        term=term.name,
                        number=number,
                        days=days,
                        most=self.max_days,
                    )
                )
