"""Clauses a customer agrees to on the registration form (ARC-87, ARC-88)."""

from odoo import api, fields, models


class CrmCustomerClause(models.Model):
    _name = "crm.customer.clause"
    _description = "Clause of the Registration Form"
    _order = "kind, sequence, id"

    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("confidentiality", "Confidentiality clause"),
            ("legal", "Legal terms"),
            ("agreement", "Confidentiality agreement"),
            ("consent", "Consent to the use of personal data"),
            ("transport", "Goods transport agreement"),
        ],
        required=True,
        help="Where it is printed: on the registration form, or as an agreement or a "
        "declaration of its own.",
    )
    name = fields.Char(string="Title", required=True, translate=True)
    text = fields.Text(required=True, translate=True)
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        help="Empty: for all companies that have none of this kind of their own.",
    )
    active = fields.Boolean(default=True)

    @api.model
    def _for_company(self, company, kind):
        """Return the clauses of a kind in force in a company: its own, or the shared.

        Reads policy data; every form prints it.
        """
        # sudo: printed on the form of whoever may read the customer
        clauses = self.sudo().search(
            [("kind", "=", kind), ("company_id", "in", (company.id, False))]
        )
        own = clauses.filtered("company_id")
        return own or clauses
