"""What a person looks after, and what of it a handover lists."""

from odoo import api, models
from odoo.fields import Domain


class CrmCustomerHandover(models.Model):
    _inherit = "crm.customer.handover"

    @api.model
    def _handover_sources(self):
        """Hook: what a person can look after, in the order it is listed.

        Areas above this addon add theirs. One dict per kind: ``kind`` (key of the
        line's selection), ``model``, ``user_field`` (who looks after it),
        ``domain`` (what of it is still open), ``partner_field`` (the customer),
        ``amount_field`` (optional, company currency), ``write`` (optional: name of a
        method that takes the records and the successor instead of a plain write),
        ``follows`` (optional: the record follows its customer by itself).
        """
        in_use = ("active", "=", True)
        return [
            {
                "kind": "customer",
                "model": "res.partner",
                "user_field": "user_id",
                "domain": [("is_crm_customer", "=", True), in_use],
                "partner_field": "crm_customer_id",
                "write": "_handover_to",
            },
            {
                "kind": "second",
                "model": "res.partner",
                "user_field": "second_user_id",
                "domain": [("is_crm_customer", "=", True), in_use],
                "partner_field": "crm_customer_id",
                "write": "_handover_second_to",
            },
            *self._handover_document_sources(),
        ]

    @api.model
    def _handover_document_sources(self):
        """Return the kinds of open documents of this addon, as `_handover_sources`."""
        return [
            {
                "kind": "credit",
                "model": "crm.credit.case",
                "user_field": "user_id",
                "domain": [("state", "!=", "closed")],
                "partner_field": "partner_id",
                "follows": True,
            },
            {
                "kind": "opportunity",
                "model": "crm.lead",
                "user_field": "user_id",
                "domain": [("won_status", "=", "pending"), ("active", "=", True)],
                "partner_field": "partner_id",
                "amount_field": "expected_revenue",
            },
            {
                "kind": "order",
                "model": "sale.order",
                "user_field": "user_id",
                "domain": [
                    "|",
                    ("state", "in", ("draft", "sent")),
                    "&",
                    ("state", "=", "sale"),
                    ("invoice_status", "!=", "invoiced"),
                ],
                "partner_field": "partner_id",
                "amount_field": "amount_total",
            },
            {
                "kind": "receivable",
                "model": "account.move",
                "user_field": "invoice_user_id",
                "domain": [
                    ("move_type", "=", "out_invoice"),
                    ("state", "=", "posted"),
                    ("payment_state", "in", ("not_paid", "partial")),
                ],
                "partner_field": "partner_id",
                "amount_field": "amount_residual_signed",
            },
        ]

    @api.model
    def _handover_domain(self, source, users, company=None):
        """Return the domain of what some people look after, of one source."""
        domain = Domain(source["domain"]) & Domain(
            source["user_field"], "in", users.ids
        )
        if company:
            field = self.env[source["model"]]._fields["company_id"]
            shared = () if field.required else (False,)
            domain &= Domain("company_id", "in", (*shared, company.id))
        return domain

    @api.model
    def _handover_count(self, users, company=None):
        """Return how much each person looks after: {user id: number}.

        :param company: of one company only; of all by default
        """
        counts = dict.fromkeys(users.ids, 0)
        for source in self._handover_sources():
            # sudo: the check holds for what the one who archives may not see
            rows = (
                self.env[source["model"]]
                .sudo()
                ._read_group(
                    self._handover_domain(source, users, company),
                    [source["user_field"]],
                    ["__count"],
                )
            )
            for user, count in rows:
                counts[user.id] += count
        return counts

    def _collect(self):
        """Add a line for everything the leavers look after and that has none yet.

        :return: the new lines
        """
        Line = self.env["crm.customer.handover.line"]
        vals_list = []
        for handover in self:
            for source in self._handover_sources():
                # sudo: HR hands over what it may not read itself
                records = (
                    self.env[source["model"]]
                    .sudo()
                    .search(
                        self._handover_domain(
                            source, handover.user_id, handover.company_id
                        ),
                        order="id",
                    )
                )
                known = handover.sudo().line_ids.filtered(  # sudo: as above
                    lambda line, kind=source["kind"]: (
                        line.kind == kind and line.state != "confirmed"
                    )
                )
                records -= records.browse(known.mapped("res_id"))
                vals_list += handover._prepare_lines(source, records)
        # sudo: as above; nobody may write lines but this method
        return Line.sudo().create(vals_list)

    def _prepare_lines(self, source, records):
        self.ensure_one()
        amount = source.get("amount_field")
        return [
            {
                "handover_id": self.id,
                "kind": source["kind"],
                "res_model": source["model"],
                "res_id": record.id,
                "reference": record.display_name,
                "partner_id": record[source["partner_field"]].commercial_partner_id.id,
                "amount": record[amount] if amount else 0.0,
                "notify": source["kind"] == "customer",
                "proposed_id": (
                    record.second_user_id.id if source["kind"] == "customer" else False
                ),
            }
            for record in records
        ]
