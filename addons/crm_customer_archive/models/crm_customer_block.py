"""Blocks of the registration form: which ones a policy asks for, as data (GAP-82)."""

from odoo import api, fields, models

BLOCKS = [
    ("contacts", "Contacts"),
    ("personal", "Personal data"),
    ("needs", "Interests and needs"),
    ("service", "Service history"),
    ("confidentiality", "Confidentiality"),
    ("legal", "Legal terms"),
    ("consent", "Consent"),
    ("documents", "Documents and seals"),
    ("status", "Customer status record"),
]


class CrmCustomerBlock(models.Model):
    _name = "crm.customer.block"
    _description = "Block of the Registration Form"
    _order = "profile_id, sequence, id"
    _rec_name = "code"

    sequence = fields.Integer(default=10)
    profile_id = fields.Many2one(
        "crm.policy.profile",
        string="Policy",
        required=True,
        ondelete="cascade",
        index=True,
        help="The block is on the form in companies whose archive follows this policy.",
    )
    code = fields.Selection(BLOCKS, string="Block", required=True)
    applies_to = fields.Selection(
        [("all", "All customers"), ("company", "Companies"), ("person", "Persons")],
        required=True,
        default="all",
    )
    required = fields.Boolean(
        help="A customer is submitted for review only when the block is filled in.",
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex(
        "(profile_id, code, applies_to)", "This block is already on the policy's form."
    )

    @api.depends("code")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["code"]._description_selection(self.env))
        for block in self:
            block.display_name = labels.get(block.code)

    @api.model
    def _for_company(self, company):
        """Return the blocks on the form of a company (its archive policy)."""
        # sudo: policy data everybody's form is made of
        return self.sudo().search(
            [("profile_id", "=", company._policy_profile("archive").id)]
        )

    def _applies(self, is_company):
        self.ensure_one()
        return self.applies_to in ("all", "company" if is_company else "person")
