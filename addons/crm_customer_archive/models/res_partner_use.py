"""Only customers on file are sold to, delivered to or invoiced, and the take-over."""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _check_customer_usable(self, operation, company=None):
        """Raise unless each partner's customer file is archived.

        The file that counts is that of the commercial entity. Our own companies and
        our own people need none. Other areas call this before they do business.

        :param operation: "order", "deliver", "invoice", "terms": named in the message
        :param company: whose settings apply; the current company by default
        :raises UserError: naming each customer and the state of its file
        """
        company = company or self.env.company
        # sudo: who posts or delivers need not see the file, only learn its state
        if not company.sudo().block_unregistered_customers:
            return
        entities = self.sudo().commercial_partner_id  # sudo: as above
        stopped = entities.filtered(lambda entity: entity.state != "archived")
        stopped -= stopped._customer_file_exempt()
        if not stopped:
            return
        states = dict(self._fields["state"]._description_selection(self.env))
        raise UserError(
            self.env._(
                "%(operation)s is possible only for customers on file:\n%(customers)s",
                operation=self._customer_operation_label(operation),
                customers="\n".join(
                    f"{entity.display_name}: {states[entity.state]}"
                    for entity in stopped
                ),
            )
        )

    @api.model
    def _customer_operation_label(self, operation):
        labels = {
            "order": self.env._("Confirming an order"),
            "deliver": self.env._("Delivering"),
            "invoice": self.env._("Posting an invoice"),
            "terms": self.env._("Granting credit terms"),
        }
        return labels.get(operation, operation)

    def _customer_file_exempt(self):
        """Return those partners that are never customers: ourselves."""
        # sudo: all companies, also those the user does not work in
        companies = (
            self.env["res.company"].sudo().search([("partner_id", "in", self.ids)])
        )
        return self.filtered(lambda partner: not partner.partner_share) | (
            companies.partner_id
        )

    # -------------------------------------------------------------- take-over

    @api.model
    def _take_over_customers(self):
        """Put customers with confirmed orders or posted invoices on file, in one go.

        Used at installation; set-based, as a company may have any number of them.
        """
        companies = self.env["res.company"].search([("active", "=", True)])
        for company in companies:
            partner_ids = self._customers_to_take_over(company)
            numbers = self.env["ir.sequence"]._policy_numbers(
                "crm.customer", company, len(partner_ids)
            )
            if not partner_ids:
                continue
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE res_partner p
                       SET is_crm_customer = TRUE, state = 'archived',
                           taken_over = TRUE, archived_date = %(today)s,
                           customer_scope = COALESCE(customer_scope, 'bought'),
                           customer_number = n.number
                      FROM unnest(%(ids)s, %(numbers)s) AS n (id, number)
                     WHERE p.id = n.id
                    """,
                    today=company._policy_today(),
                    ids=partner_ids,
                    numbers=numbers,
                )
            )
            partners = self.browse(partner_ids)
            partners.invalidate_recordset()
            partners.modified(["is_crm_customer", "state", "customer_number"])
        self.env.flush_all()

    @api.model
    def _customers_to_take_over(self, company):
        """Return ids of commercial entities this company has sold to."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT entity.id
                  FROM (
                    SELECT partner_id FROM sale_order
                     WHERE state = 'sale' AND company_id = %(company)s
                     UNION
                    SELECT partner_id FROM account_move
                     WHERE state = 'posted' AND company_id = %(company)s
                       AND move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                  ) sold
                  JOIN res_partner partner ON partner.id = sold.partner_id
                  JOIN res_partner entity ON entity.id = partner.commercial_partner_id
                 WHERE entity.state = 'none' AND entity.partner_share
                   AND entity.id NOT IN (SELECT partner_id FROM res_company)
                 ORDER BY entity.id
                """,
                company=company.id,
            )
        )
        return [row[0] for row in rows]
