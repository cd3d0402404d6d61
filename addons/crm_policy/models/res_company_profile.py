"""The policy in force: per company and topic one profile, with the defaults shipped."""

from odoo import api, fields, models

# Topic -> code of the profile a new company starts with.
DEFAULT_PROFILES = {
    "archive": "MAG",
    "credit": "MAG",
    "grading": "CSD",
    "complaint": "PCB",
    "visit_plan": "AUTO",
    "visit_staffing": "MAG",
    "returns": "MACH",
    "confidentiality": "REAL",
    "relation_expense": "FEE",
    "master_data": "STEEL",
}


def _profile_field(topic, label, description):
    """Return the field choosing the profile in force for a topic."""
    return fields.Many2one(
        "crm.policy.profile",
        string=label,
        help=description,
        default=lambda company: company._policy_default_profile(topic),
        ondelete="restrict",
    )


class ResCompany(models.Model):
    _inherit = "res.company"

    policy_archive_profile_id = _profile_field(
        "archive",
        "Customer Archive Policy",
        "Registration, approval and upkeep of the customer archive. Default: MAG.",
    )
    policy_credit_profile_id = _profile_field(
        "credit",
        "Credit Policy",
        "Credit terms and who may grant them. Default: MAG.",
    )
    policy_grading_profile_id = _profile_field(
        "grading",
        "Grading Policy",
        "How customers are classified and graded. Default: CSD.",
    )
    policy_complaint_profile_id = _profile_field(
        "complaint",
        "Complaint Policy",
        "Handling of complaints: deadlines, who decides, penalties. Default: PCB.",
    )
    policy_visit_plan_profile_id = _profile_field(
        "visit_plan",
        "Visit Planning Policy",
        "Frequency, planning and content of visits and call-backs. Default: AUTO.",
    )
    policy_visit_staffing_profile_id = _profile_field(
        "visit_staffing",
        "Visit Staffing Policy",
        "Who must take part in a visit. Default: MAG.",
    )
    policy_returns_profile_id = _profile_field(
        "returns",
        "Returns Policy",
        "Eligibility, approval and handling of returned goods. Default: MACH.",
    )
    policy_confidentiality_profile_id = _profile_field(
        "confidentiality",
        "Confidentiality Policy",
        "Access to customer data, copies, and leaks. Default: REAL.",
    )
    policy_relation_expense_profile_id = _profile_field(
        "relation_expense",
        "Relationship Expense Policy",
        "Expenses for maintaining customer relations. Default: FEE.",
    )
    policy_master_data_profile_id = _profile_field(
        "master_data",
        "Master Data Policy",
        "Which department maintains which master data. Default: STEEL.",
    )

    @api.model
    def _policy_topic_fields(self):
        """Return {topic: name of the company's field} for every topic."""
        return {topic: f"policy_{topic}_profile_id" for topic in DEFAULT_PROFILES}

    @api.model
    def _policy_default_profile(self, topic):
        """Return the profile shipped as default for a topic; empty before its data."""
        xml_id = f"crm_policy.profile_{DEFAULT_PROFILES[topic].lower()}"
        return (
            self.env.ref(xml_id, raise_if_not_found=False)
            or self.env["crm.policy.profile"]
        )

    @api.model
    def _policy_set_default_profiles(self):
        """Give companies older than this app the default profile of every topic."""
        for topic, name in self._policy_topic_fields().items():
            companies = self.with_context(active_test=False).search(
                [(name, "=", False)]
            )
            companies.write({name: self._policy_default_profile(topic).id})
        return True
