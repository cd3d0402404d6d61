"""Credit on the customer's file: terms granted, overdue cases, supply holds.

Carries ARC-190 to ARC-195. A customer's payment term and credit limit are protected
values: approved credit applications alone write them.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_list

# What a supply hold stops. What has been delivered is still invoiced, so that the
# receivable is on record and money keeps coming in.
HELD_OPERATIONS = ("order", "deliver", "terms")


class ResPartner(models.Model):
    _inherit = "res.partner"

    _guarded_fields = ("supply_hold", "credit_state")

    credit_application_ids = fields.One2many(
        "crm.credit.application", "partner_id", string="Credit Applications"
    )
    credit_case_ids = fields.One2many(
        "crm.credit.case", "partner_id", string="Overdue Cases"
    )
    supply_hold = fields.Selection(
        [("none", "None"), ("suspended", "Suspended"), ("stopped", "Stopped")],
        default="none",
        readonly=True,
        copy=False,
        index=True,
        help="Suspended by the department manager or stopped by the general manager "
        "for unpaid receivables (ARC-195): no orders, deliveries or terms until "
        "accounting confirms payment or settlement.",
    )
    credit_state = fields.Selection(
        [
            ("none", "No credit terms"),
            ("active", "On credit terms"),
            ("overdue", "Overdue"),
            ("reported", "Overdue, reported"),
            ("recovery", "In recovery"),
            ("confirming", "Payment to be confirmed"),
            ("suspended", "Supply suspended"),
            ("stopped", "Supply stopped"),
        ],
        string="Credit",
        default="none",
        readonly=True,
        copy=False,
        index=True,
        help="The gravest of the customer's terms, open overdue cases and holds "
        "(SM-08).",
    )
    credit_application_count = fields.Integer(compute="_compute_credit_counts")
    credit_case_count = fields.Integer(compute="_compute_credit_counts")

    @api.depends("credit_application_ids", "credit_case_ids")
    def _compute_credit_counts(self):
        for name, model in (
            ("credit_application_count", "crm.credit.application"),
            ("credit_case_count", "crm.credit.case"),
        ):
            counts = {}
            if self.env[model].has_access("read"):
                counts = dict(
                    self.env[model]._read_group(
                        [("partner_id", "in", self.ids)], ["partner_id"], ["__count"]
                    )
                )
            for partner in self:
                partner[name] = counts.get(partner, 0)

    # ---------------------------------------------------------- terms and limit

    def _granted_payment_terms(self, company):
        """Return {customer: term granted} of these commercial entities.

        The terms of customers taken over at installation count as granted.
        """
        # sudo: who orders or posts need not read credit applications
        applications = (
            self.env["crm.credit.application"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", self.ids),
                    ("company_id", "=", company.id),
                    ("kind", "=", "terms"),
                    ("state", "=", "active"),
                ]
            )
        )
        granted = {doc.partner_id: doc.payment_term_id for doc in applications}
        for partner in self.sudo().with_company(company):  # sudo: as above
            if partner.taken_over and partner not in granted:
                granted[partner] = partner.property_payment_term_id
        return granted

    def _credit_terms_apply(self, company):
        """Return those of these entities whose terms must have been granted."""
        # sudo: a setting, and a flag of the file
        setting = company.sudo()
        if not setting.block_ungranted_terms:
            return self.browse()
        # sudo: flags of the file, whoever orders or posts
        entities = self.sudo()
        if not setting.block_unregistered_customers:
            entities = entities.filtered("is_crm_customer")
        return entities - entities._customer_file_exempt()

    def _credit_exposure(self, company):
        """Return {id: amount} the customers owe or will owe for confirmed orders.

        Open receivables and what confirmed orders leave to invoice, company currency,
        taxes included. Two queries however many customers.
        """
        self.env["account.move.line"].flush_model()
        self.env["sale.order.line"].flush_model()
        self.env["sale.order"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT customer, sum(amount) FROM (
                    SELECT p.commercial_partner_id AS customer,
                           l.amount_residual AS amount
                      FROM account_move_line l
                      JOIN account_account a ON a.id = l.account_id
                       AND a.account_type = 'asset_receivable'
                      JOIN res_partner p ON p.id = l.partner_id
                     WHERE p.commercial_partner_id = ANY(%(ids)s)
                       AND l.company_id = %(company)s
                       AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
                     UNION ALL
                    SELECT p.commercial_partner_id,
                           l.price_total * (l.product_uom_qty - l.qty_invoiced)
                           / l.product_uom_qty / COALESCE(o.currency_rate, 1)
                      FROM sale_order o
                      JOIN res_partner p ON p.id = o.partner_invoice_id
                      JOIN sale_order_line l ON l.order_id = o.id
                     WHERE p.commercial_partner_id = ANY(%(ids)s)
                       AND o.company_id = %(company)s AND o.state = 'sale'
                       AND l.product_uom_qty > 0
                       AND l.qty_invoiced < l.product_uom_qty
                ) owed GROUP BY customer
                """,
                ids=self.ids,
                company=company.id,
            )
        )
        return {customer: float(amount) for customer, amount in rows}

    # ------------------------------------------------------------------- holds

    def _check_customer_usable(self, operation, company=None):
        """Also refuse customers whose supply is held (ARC-195).

        Holds stop orders, deliveries and terms, not the invoicing of what has been
        delivered.

        :raises UserError: naming each customer, its case, the amount and since when
        """
        super()._check_customer_usable(operation, company)
        if operation not in HELD_OPERATIONS:
            return
        company = company or self.env.company
        # sudo: who orders or delivers need not see the case, only learn the reason
        cases = (
            self.env["crm.credit.case"]
            .sudo()
            .search(
                [
                    # sudo: which file they belong to
                    ("partner_id", "in", self.sudo().commercial_partner_id.ids),
                    ("company_id", "=", company.id),
                    ("supply_hold", "!=", "none"),
                    ("state", "!=", "closed"),
                ]
            )
        )
        if cases:
            raise UserError(
                self.env._(
                    "%(operation)s is not possible: supply is held for unpaid "
                    "receivables.\n%(reasons)s",
                    operation=self._customer_operation_label(operation),
                    reasons="\n".join(
                        # sudo: the reason is told to who is stopped by it
                        case.with_env(self.env).sudo()._hold_words()
                        for case in cases
                    ),
                )
            )

    def _sync_credit_state(self):
        """Bring hold and credit state in line with cases and applications."""
        if not self:
            return
        self.env["crm.credit.case"].flush_model(["state", "supply_hold", "partner_id"])
        self.env["crm.credit.application"].flush_model(["state", "kind", "partner_id"])
        self.flush_recordset(["supply_hold", "credit_state"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE res_partner p
                   SET supply_hold = s.hold,
                       credit_state = CASE WHEN s.hold = 'none' THEN s.state
                                           ELSE s.hold END
                  FROM (
                    SELECT i.id,
                           COALESCE(c.hold, 'none') AS hold,
                           COALESCE(c.state, CASE WHEN EXISTS (
                               SELECT 1 FROM crm_credit_application a
                                WHERE a.partner_id = i.id AND a.state = 'active'
                                  AND a.kind = 'terms') THEN 'active' END,
                               'none') AS state
                      FROM unnest(%(ids)s) AS i(id)
                      LEFT JOIN (
                        SELECT partner_id,
                               CASE WHEN bool_or(supply_hold = 'stopped')
                                    THEN 'stopped'
                                    WHEN bool_or(supply_hold = 'suspended')
                                    THEN 'suspended' ELSE 'none' END AS hold,
                               min(state) AS state
                          FROM crm_credit_case
                         WHERE state != 'closed' AND partner_id = ANY(%(ids)s)
                         GROUP BY partner_id
                      ) c ON c.partner_id = i.id
                  ) s
                 WHERE p.id = s.id
                   AND (p.supply_hold, p.credit_state) IS DISTINCT FROM
                       (s.hold, CASE WHEN s.hold = 'none' THEN s.state
                                     ELSE s.hold END)
                """,
                ids=self.ids,
            )
        )
        self.invalidate_recordset(["supply_hold", "credit_state"])

    # ----------------------------------------------------------------- actions

    def action_view_credit_applications(self):
        """Open the customer's credit applications."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer_archive.action_crm_credit_application"
        )
        return {
            **action,
            "domain": [("partner_id", "in", self.ids)],
            "context": {"default_partner_id": self[:1].id},
        }

    def action_view_credit_cases(self):
        """Open the customer's overdue cases."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer_archive.action_crm_credit_case"
        )
        return {**action, "domain": [("partner_id", "in", self.ids)], "context": {}}

    def _check_terms_term(self, term, granted):
        """Raise unless a document's term is immediate payment or one ``granted``.

        :param granted: ``account.payment.term`` records the customer may have
        """
        self.ensure_one()
        if term in granted or term._is_immediate():
            return
        raise ValidationError(
            self.env._(
                "%(customer)s: payment term “%(term)s” has not been granted (Payment "
                "Terms). Granted: %(granted)s. Immediate payment is always possible.",
                customer=self.sudo().display_name,  # sudo: named in the message
                term=term.name,
                granted=format_list(self.env, granted.mapped("name"))
                or self.env._("none"),
            )
        )
