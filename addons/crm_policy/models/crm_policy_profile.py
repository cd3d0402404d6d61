"""Policy profiles: the written policies the records of this app are taken from.

The policies come from some thirty organisations and contradict each other. Each is a
profile; a company chooses per topic which one is in force (see res_company_profile).
"""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_list


class CrmPolicyProfile(models.Model):
    _name = "crm.policy.profile"
    _description = "Policy Profile"
    _order = "sequence, code"
    _rec_names_search = ["code", "name"]

    code = fields.Char(
        required=True,
        help="Short code of the policy, as rules and settings quote it (PCB, MAG).",
    )
    name = fields.Char(string="Policy", required=True, translate=True)
    source = fields.Char(
        help="Title of the policy as printed, and where it stands in the collection "
        "of policies: file number and lines.",
    )
    organization = fields.Char(
        string="Organization or Trade",
        translate=True,
        help="Who wrote the policy, or the trade it was written for.",
    )
    description = fields.Text(
        string="State of the Text",
        translate=True,
        help="Whether the text of the policy is complete, and what is missing.",
    )
    sequence = fields.Integer(default=100)
    active = fields.Boolean(default=True)
    rule_ids = fields.Many2many(
        "crm.policy.rule",
        "crm_policy_rule_profile_rel",
        "profile_id",
        "rule_id",
        string="Rules",
        readonly=True,
    )
    rule_count = fields.Integer(string="Number of Rules", compute="_compute_rule_count")

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "Another policy profile already has this code."
    )

    @api.constrains("active")
    def _check_active(self):
        archived = self.filtered(lambda profile: not profile.active)
        if not archived:
            return
        names = self.env["res.company"]._policy_topic_fields().values()
        domain = Domain.OR([(name, "in", archived.ids)] for name in names)
        # sudo: a profile may be in force in a company the administrator cannot see
        companies = self.env["res.company"].sudo().search(domain)
        in_force = self.browse().concat(*(companies[name] for name in names)) & archived
        if in_force:
            raise ValidationError(
                self.env._(
                    "The policy profile %(code)s is in force in a company. Choose "
                    "another one in Settings before you archive it.",
                    code=format_list(self.env, in_force.mapped("code")),
                )
            )

    @api.depends("code", "name")
    @api.depends_context("crm_policy_profile_code")
    def _compute_display_name(self):
        """Lists ask by context for the code alone; it is short and well known."""
        code_only = self.env.context.get("crm_policy_profile_code")
        for profile in self:
            name = "" if code_only else profile.name
            profile.display_name = f"{profile.code} {name}".strip()

    def _compute_rule_count(self):
        counts = dict(
            self.env["crm.policy.rule"]._read_group(
                [("profile_ids", "in", self.ids)], ["profile_ids"], ["__count"]
            )
        )
        for profile in self:
            profile.rule_count = counts.get(profile, 0)

    def action_open_rules(self):
        """Open the rules of this policy.

        :return: a window action, a plain dict
        """
        self._policy_require_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_policy.crm_policy_rule_action"
        )
        action["domain"] = [("profile_ids", "in", self.ids)]
        action["context"] = {}
        return action
