"""How many salespeople a visit takes, per policy profile (VIS-01)."""

from odoo import fields, models


class CrmVisitStaffing(models.Model):
    _name = "crm.visit.staffing"
    _description = "Visit Staffing Rule"
    _inherit = ["crm.policy.record.mixin"]
    _order = "profile_id, case, id"
    _policy_record_topics = ("visit_staffing",)
    _policy_record_key = ("case", "mode", "department_codes")

    name = fields.Char(required=True, translate=True)
    case = fields.Selection(
        [("first", "First Visit to a New Customer"), ("any", "Every Visit")],
        required=True,
        default="first",
        help="Visits the rule applies to. A first visit is one to a customer nobody "
        "of the company has visited on site before.",
    )
    mode = fields.Selection(
        [("onsite", "On-site Visit"), ("phone", "Phone Visit")],
        default="onsite",
        help="Only visits held this way; empty for both.",
    )
    salespeople = fields.Integer(
        required=True,
        default=2,
        help="Least number of salespeople taking part together.",
    )
    department_codes = fields.Char(
        string="Departments of Salespeople",
        help="Policy codes of the departments whose members, and those of the "
        "departments below, count as salespeople; separated by commas. Empty: every "
        "user of customer management counts.",
    )

    _salespeople_positive = models.Constraint(
        "CHECK (salespeople >= 1)", "A visit takes at least one salesperson."
    )

    def _counting(self, users, company):
        """Return those of the users who count as salespeople under any of the rules.

        :param company: company whose departments they belong to
        """
        # sudo: group and place in the org chart are asked of colleagues, not shown
        known = users.sudo() & self.env.ref("crm_policy.group_user").sudo().all_user_ids
        if not self or not all(rule.department_codes for rule in self):
            return known
        codes = {
            code.strip() for rule in self for code in rule.department_codes.split(",")
        }
        return known.filtered(
            lambda user: codes.intersection(
                user.with_company(company).employee_id.department_id._policy_codes_up()
            )
        )

    def _need(self, is_first, mode, users, company):
        """Tell how one visit is staffed by the rules that apply to it.

        :param users: who takes part
        :return: (salespeople needed, salespeople there, rules that apply); of several
            rules the figures of the one that lacks most
        """
        applying = self.filtered(
            lambda rule: (rule.case == "any" or is_first) and rule.mode in (False, mode)
        )
        figures = [
            (rule.salespeople, len(rule._counting(users, company))) for rule in applying
        ]
        if not figures:
            return 0, len(self._counting(users, company)), applying
        needed, there = max(figures, key=lambda pair: (pair[0] - pair[1], pair[0]))
        return needed, there, applying


class HrDepartment(models.Model):
    _inherit = "hr.department"

    def _policy_codes_up(self):
        """Return the policy codes of this department and those above it."""
        codes, department, seen = set(), self, self.browse()
        while department and department not in seen:
            seen |= department
            if department.policy_code:
                codes.add(department.policy_code)
            department = department.parent_id
        return codes
