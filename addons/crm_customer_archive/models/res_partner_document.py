"""Documents and seals on the customer file, and those a policy asks for (ARC-60)."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list


class ResPartner(models.Model):
    _inherit = "res.partner"

    document_ids = fields.One2many(
        "crm.customer.document", "customer_id", string="Documents and Seals"
    )
    document_count = fields.Integer(
        compute="_compute_document_count", help="Documents the user may see."
    )
    document_ending_count = fields.Integer(
        string="Documents Ending", compute="_compute_document_count"
    )

    @api.depends("document_ids.state")
    @api.depends_context("uid")
    def _compute_document_count(self):
        groups = self.env["crm.customer.document"]._read_group(
            [("customer_id", "in", self.ids), ("state", "!=", "replaced")],
            ["customer_id", "state"],
            ["__count"],
        )
        total, ending = {}, {}
        for customer, state, count in groups:
            total[customer.id] = total.get(customer.id, 0) + count
            if state != "valid":
                ending[customer.id] = ending.get(customer.id, 0) + count
        for partner in self:
            partner.document_count = total.get(partner._origin.id, 0)
            partner.document_ending_count = ending.get(partner._origin.id, 0)

    def _check_registration_complete(self):
        res = super()._check_registration_complete()
        self._check_required_documents()
        return res

    def _check_required_documents(self):
        """Raise with all documents the policy asks for and the file has not."""
        for company, partners in self.grouped(lambda p: p._approval_company()).items():
            # sudo: policy data
            types = (
                self.env["crm.customer.document.type"]
                .sudo()
                .search(
                    [
                        (
                            "required_profile_ids",
                            "=",
                            company._policy_profile("archive").id,
                        )
                    ]
                )
            )
            if not types:
                continue
            # sudo: also documents the salesperson may not open, such as seals
            filed = {
                (customer.id, kind.id)
                for customer, kind in self.env["crm.customer.document"]
                .sudo()
                ._read_group(
                    [
                        ("customer_id", "in", partners.ids),
                        ("type_id", "in", types.ids),
                        ("state", "in", ("valid", "expiring")),
                        ("mimetype", "!=", False),
                    ],
                    ["customer_id", "type_id"],
                )
            }
            for partner in partners:
                missing = [
                    kind.name
                    for kind in types
                    if kind._applies(partner) and (partner.id, kind.id) not in filed
                ]
                if missing:
                    raise UserError(
                        self.env._(
                            "The file of %(customer)s lacks valid documents: "
                            "%(documents)s.",
                            customer=partner.display_name,
                            documents=format_list(self.env, missing),
                        )
                    )

    def action_view_documents(self):
        """Open the customer's documents and seals."""
        self._policy_require_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer_archive.action_crm_customer_document"
        )
        action["domain"] = [("customer_id", "=", self.id)]
        action["context"] = {"default_customer_id": self.id}
        return action
