"""Settings: the policy in force per topic, and how far back figures are counted."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    policy_archive_profile_id = fields.Many2one(
        related="company_id.policy_archive_profile_id", readonly=False
    )
    policy_credit_profile_id = fields.Many2one(
        related="company_id.policy_credit_profile_id", readonly=False
    )
    policy_grading_profile_id = fields.Many2one(
        related="company_id.policy_grading_profile_id", readonly=False
    )
    policy_complaint_profile_id = fields.Many2one(
        related="company_id.policy_complaint_profile_id", readonly=False
    )
    policy_visit_plan_profile_id = fields.Many2one(
        related="company_id.policy_visit_plan_profile_id", readonly=False
    )
    policy_visit_staffing_profile_id = fields.Many2one(
        related="company_id.policy_visit_staffing_profile_id", readonly=False
    )
    policy_returns_profile_id = fields.Many2one(
        related="company_id.policy_returns_profile_id", readonly=False
    )
    policy_confidentiality_profile_id = fields.Many2one(
        related="company_id.policy_confidentiality_profile_id", readonly=False
    )
    policy_relation_expense_profile_id = fields.Many2one(
        related="company_id.policy_relation_expense_profile_id", readonly=False
    )
    policy_master_data_profile_id = fields.Many2one(
        related="company_id.policy_master_data_profile_id", readonly=False
    )
    policy_rule_months = fields.Integer(
        string="Months Counted",
        default=13,
        config_parameter="crm_policy.rule_months",
        help="How many months, the current one included, the register counts anew "
        "every night. Older months keep their last figures.",
    )

    @api.constrains("policy_rule_months")
    def _check_policy_rule_months(self):
        if any(settings.policy_rule_months < 1 for settings in self):
            raise ValidationError(
                self.env._("Months Counted: at least the current month is counted.")
            )
