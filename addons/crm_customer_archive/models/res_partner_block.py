"""Blocks of the registration form on the customer file, shown as the policy asks."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list


class ResPartner(models.Model):
    _inherit = "res.partner"

    block_codes = fields.Char(
        compute="_compute_block_codes",
        help="Blocks on this customer's form, as ,code,code, for the view.",
    )
    need_ids = fields.One2many("crm.customer.need", "customer_id", string="Needs")
    service_ids = fields.One2many(
        "crm.customer.service", "customer_id", string="Service History"
    )
    status_ids = fields.One2many(
        "crm.customer.status", "customer_id", string="Status Records"
    )
    file_contact_ids = fields.One2many(
        "res.partner",
        "parent_id",
        string="Contact Table",
        domain=[("type", "=", "contact"), ("is_company", "=", False)],
        help="People at the customer with full name, position, phone, preferences and "
        "anniversaries (ARC-82, ARC-91).",
    )
    clauses_accepted_date = fields.Date(
        string="Clauses Accepted On",
        copy=False,
        tracking=True,
        help="Day the customer accepted the confidentiality and legal clauses.",
    )
    clauses_accepted_by = fields.Char(
        copy=False,
        tracking=True,
        help="Full name of who accepted them for the customer.",
    )

    # ---------------------------------------------------------------- computes

    @api.depends("company_id", "is_company", "is_crm_customer")
    def _compute_block_codes(self):
        for company, partners in self.grouped("company_id").items():
            blocks = self.env["crm.customer.block"]._for_company(
                company or self.env.company
            )
            for partner in partners:
                codes = [
                    block.code for block in blocks if block._applies(partner.is_company)
                ]
                partner.block_codes = f",{','.join(codes)}," if codes else ""

    # ------------------------------------------------------------------ checks

    @api.constrains("clauses_accepted_date", "clauses_accepted_by")
    def _check_clauses_accepted(self):
        for partner in self:
            if partner.clauses_accepted_date and not partner.clauses_accepted_by:
                raise UserError(
                    self.env._(
                        "%s: name who accepted the clauses (“Clauses Accepted By”).",
                        partner.display_name,
                    )
                )

    def _check_registration_complete(self):
        res = super()._check_registration_complete()
        for company, partners in self.grouped(lambda p: p._approval_company()).items():
            blocks = self.env["crm.customer.block"]._for_company(company)
            required = blocks.filtered("required")
            labels = dict(blocks._fields["code"]._description_selection(self.env))
            for partner in partners:
                missing = [
                    labels[block.code]
                    for block in required
                    if block._applies(partner.is_company)
                    and not partner._block_filled(block.code)
                ]
                if missing:
                    raise UserError(
                        self.env._(
                            "The registration form of %(customer)s is not complete. "
                            "Blocks to fill in: %(blocks)s.",
                            customer=partner.display_name,
                            blocks=format_list(self.env, missing),
                        )
                    )
        return res

    def _block_filled(self, code):
        """Tell whether a block of the form holds what it is there for."""
        self.ensure_one()
        filled = {
            "contacts": lambda: self.file_contact_ids or not self.is_company,
            "personal": lambda: self.sex and self.age_band_id,
            "needs": lambda: self.need_ids,
            "service": lambda: self.service_ids,
            "confidentiality": lambda: self.clauses_accepted_date,
            "legal": lambda: self.clauses_accepted_date,
            "consent": lambda: self.consent_ids.filtered("in_force"),
            "documents": lambda: self.document_ids,
            "status": lambda: self.status_ids,
        }
        return bool(filled[code]())

    # ----------------------------------------------------------------- helpers

    def _form_clauses(self, kind):
        """Return the clauses printed on this customer's form."""
        company = self.company_id or self.env.company
        return self.env["crm.customer.clause"]._for_company(company, kind)

    def _shows_block(self, code):
        return f",{code}," in (self.block_codes or "")

    def _service_history(self):
        """Return the rows of the service history to be printed, newest first.

        Areas above add their own kinds of service to it.

        :return: list of dicts: ``date``, ``subject``, ``solution``, ``user`` (name)
        """
        self.ensure_one()
        return [
            {
                "date": service.date,
                "subject": service.subject,
                "solution": service.solution or "",
                "user": service.user_id.sudo().name or "",  # sudo: a name only
            }
            for service in self.service_ids
        ]
