"""Erasing a person: what identifies goes, accounting stays (GAP-75, GAP-95)."""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .crm_customer_document import ERASING

# Values that tell who or where a person is.
PERSONAL_FIELDS = (
    *("phone", "email", "website", "comment", "function", "vat", "credit_code"),
    *("company_registry", "ref", "barcode", "image_1920", "parent_name"),
    *("street", "street2", "city", "zip", "state_id", "legal_representative"),
    *("partner_latitude", "partner_longitude"),
    *("sex", "birthdate", "age_band_id", "home_address", "home_zip"),
    *("wechat", "qq", "social_accounts", "preferences", "anniversaries"),
    *("clauses_accepted_by", "clauses_accepted_date", "client_reference"),
)
# Papers of accounting: they stay as they are for as long as the law keeps them.
KEPT_MODELS = ("account.move", "account.payment", "sale.order")
MASK = "***"


class ResPartner(models.Model):
    _inherit = "res.partner"

    _guarded_fields = ("erased_at",)

    erased_at = fields.Datetime(
        string="Personal Data Erased",
        readonly=True,
        copy=False,
        help="The data of this person have been erased and do not come back.",
    )
    consent_ids = fields.One2many("crm.consent", "partner_id", string="Consents")
    file_consent_ids = fields.One2many(
        "crm.consent", "customer_id", string="Consents of the File"
    )
    erase_request_ids = fields.One2many("crm.erase.request", "partner_id")

    # ----------------------------------------------------------------- actions

    def request_erasure(self, reason, ground="person", client_reference=None):
        """Ask for the data of a person to be erased, as a draft.

        :param reason: how the person asked, or what the decision rests on
        :param ground: person, withdrawn, retention or company
        :param client_reference: the caller's own key; safe to repeat with it
        :return: id of the ``crm.erase.request``
        :raises UserError: a company, or one of our own people
        """
        self.ensure_one()
        Request = self.env["crm.erase.request"]
        known = Request._find_by_client_reference(client_reference)
        if known:
            return known.id
        return Request.create(
            {
                "partner_id": self.id,
                "company_id": (self.company_id or self.env.company).id,
                "reason": reason,
                "ground": ground,
                "client_reference": client_reference,
            }
        ).id

    def action_request_erasure(self):
        """Open a new request to erase this person's data."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Erase Personal Data"),
            "res_model": "crm.erase.request",
            "views": [(False, "form")],
            "context": {"default_partner_id": self.id},
        }

    # ------------------------------------------------------------------ checks

    def _check_is_person(self):
        for partner in self:
            if partner.is_company or partner.user_ids.filtered(
                lambda user: not user.share
            ):
                raise UserError(
                    self.env._(
                        "%s is no person outside the company: only the data of "
                        "contacts and private customers are erased.",
                        partner.display_name,
                    )
                )
            if partner.erased_at:
                raise UserError(
                    self.env._("The data of %s have been erased.", partner.display_name)
                )

    def _erase_obstacles(self):
        """Return the open business with a person, in words; areas above add theirs."""
        self.ensure_one()
        family = self._erase_family().ids
        lines = []
        orders = self.env["sale.order"].search_count(
            [
                ("partner_id", "in", family),
                "|",
                ("state", "in", ("draft", "sent")),
                "&",
                ("state", "=", "sale"),
                ("invoice_status", "=", "to invoice"),
            ]
        )
        if orders:
            lines.append(self.env._("Orders not finished: %s", orders))
        invoices = self.env["account.move"].search_count(
            [
                ("partner_id", "in", family),
                "|",
                ("state", "=", "draft"),
                "&",
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial", "in_payment")),
            ]
        )
        if invoices:
            lines.append(self.env._("Invoices not settled: %s", invoices))
        leads = self.env["crm.lead"].search_count(
            [
                ("partner_id", "in", family),
                ("type", "=", "opportunity"),
                ("stage_id.is_won", "=", False),
            ]
        )
        if leads:
            lines.append(self.env._("Opportunities not closed: %s", leads))
        return lines

    def _erase_family(self):
        """Return the person with the addresses that belong to it alone."""
        self.ensure_one()
        return self.with_context(active_test=False).search(
            [("id", "child_of", self.id), ("is_company", "=", False)]
        )

    @api.model
    def _persons_unused_for(self, company, months, limit):
        """Return contacts without message, order or invoice for so many months."""
        before = company._policy_today() - relativedelta(months=months)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT p.id
                  FROM res_partner p
                 WHERE p.company_id = %(company)s AND p.crm_customer_id IS NOT NULL
                   AND NOT COALESCE(p.is_company, FALSE) AND p.type = 'contact'
                   AND p.erased_at IS NULL AND p.write_date < %(before)s
                   AND NOT EXISTS (SELECT FROM res_users u WHERE u.partner_id = p.id)
                   AND NOT EXISTS (
                       SELECT FROM sale_order o
                        WHERE o.partner_id = p.id AND o.write_date >= %(before)s)
                   AND NOT EXISTS (
                       SELECT FROM account_move m
                        WHERE m.partner_id = p.id AND m.write_date >= %(before)s)
                   AND NOT EXISTS (
                       SELECT FROM crm_erase_request r WHERE r.partner_id = p.id)
                 ORDER BY p.id LIMIT %(limit)s
                """,
                company=company.id,
                before=before,
                limit=limit,
            )
        )
        return self.browse([row[0] for row in rows])

    # ------------------------------------------------------------------ erase

    def write(self, vals):
        if (
            not vals.keys().isdisjoint(("name", *PERSONAL_FIELDS))
            and any(self.sudo().mapped("erased_at"))  # sudo: the mark only
            and not ERASING.get()
        ):
            raise UserError(
                self.env._(
                    "The data of %s have been erased and are not entered again.",
                    self.filtered("erased_at")[:1].display_name,
                )
            )
        return super().write(vals)

    def _erase_person(self):
        """Replace all that identifies the person; for approved requests only.

        :return: {label: number of records} of what was replaced
        """
        self.ensure_one()
        self.env.flush_all()
        family = self._erase_family()
        words = self._erase_words(family)
        token = ERASING.set(True)
        try:
            counts = self._erase_related(family, words)
            counts.update(self._erase_chatter(family, words))
            counts[self.env._("Contacts and addresses")] = len(family)
            family._erase_values()
        finally:
            ERASING.reset(token)
        self.env.invalidate_all()
        return counts

    def _erase_words(self, family):
        """Return the texts by which the person could be found, the longest first."""
        words = set()
        for partner in family:
            words.update((partner.name, partner.phone, partner.email, partner.wechat))
        return sorted(
            (word for word in words if word and len(word) > 1), key=len, reverse=True
        )

    def _erase_values(self):
        without_log = self.with_context(
            tracking_disable=True, mail_notrack=True, mail_create_nolog=True
        )
        empty = {name: False for name in PERSONAL_FIELDS if name in self._fields}
        for partner in without_log:
            if partner.user_ids:
                partner.user_ids.write({"active": False})
            partner._write_protected(
                {
                    **empty,
                    "name": self.env._("Erased person %s", partner.id),
                    "erased_at": fields.Datetime.now(),
                    "active": False,
                }
            )
        self.env["res.partner"].with_context(active_test=False).search(
            [("main_contact_id", "in", self.ids)]
        ).with_context(tracking_disable=True).write({"main_contact_id": False})

    def _erase_related(self, family, words):
        """Erase what other models hold about the person; areas above extend it."""
        counts = {}
        leads = (
            self.env["crm.lead"]
            .with_context(active_test=False, tracking_disable=True, mail_notrack=True)
            .search([("partner_id", "in", family.ids)])
        )
        leads._erase_person_values()
        counts[self.env._("Opportunities and enquiries")] = len(leads)
        documents = (
            self.env["crm.customer.document"]
            .with_context(active_test=False)
            .search([("customer_id", "in", family.ids)])
        )
        counts[self.env._("Documents")] = len(documents)
        documents.unlink()
        for model in ("crm.customer.need", "crm.customer.service"):
            records = (
                self.env[model]
                .with_context(active_test=False)
                .search([("customer_id", "in", family.ids)])
            )
            counts[self.env[model]._description] = len(records)
            records.unlink()
        consents = self.env["crm.consent"].search([("partner_id", "in", family.ids)])
        consents.write({"evidence": False, "evidence_filename": False, "note": False})
        consents.filtered("in_force").write(
            {
                "withdrawn_date": self.env.company._policy_today(),
                "withdrawn_how": self.env._("Personal data erased"),
            }
        )
        counts[self.env._("Consents ended")] = len(consents)
        lines = self.env["crm.information.report.line"].search(
            [("lead_id", "in", leads.ids)]
        )
        lines._erase_person_values()
        counts[self.env._("Lines of information reports")] = len(lines)
        changes = self.env["crm.customer.change"].search(
            [("customer_id", "in", family.ids)]
        )
        self._mask_texts("crm_customer_change_line", "change_id", changes.ids, words)
        return counts

    def _erase_chatter(self, family, words):
        """Empty the person's own chatter; elsewhere in the file, mask the person."""
        Message = self.env["mail.message"]
        own = Message.search(
            [("model", "=", "res.partner"), ("res_id", "in", family.ids)]
        )
        written = Message.search(
            [("author_id", "in", family.ids), ("model", "not in", KEPT_MODELS)]
        )
        own |= written
        self.env["ir.attachment"].search(
            [
                "|",
                "&",
                ("res_model", "=", "res.partner"),
                ("res_id", "in", family.ids),
                ("id", "in", own.attachment_ids.ids),
            ]
        ).unlink()
        own.tracking_value_ids.unlink()
        own.write(
            {"body": self.env._("(erased)"), "subject": False, "email_from": False}
        )
        related = self.commercial_partner_id
        related |= related.with_context(active_test=False).child_ids
        leads = (
            self.env["crm.lead"]
            .with_context(active_test=False)
            .search([("partner_id", "in", related.ids)])
        )
        masked = Message.search(
            [
                "|",
                "&",
                ("model", "=", "res.partner"),
                ("res_id", "in", related.ids),
                "&",
                ("model", "=", "crm.lead"),
                ("res_id", "in", leads.ids),
            ]
        )
        self._mask_texts("mail_message", "id", masked.ids, words)
        self._mask_texts("mail_tracking_value", "mail_message_id", masked.ids, words)
        return {self.env._("Messages"): len(own | masked)}

    @api.model
    def _mask_texts(self, table, column, ids, words):
        """Replace the words in all texts of these rows, in one statement."""
        if not (ids and words):
            return
        self.env.flush_all()
        # only columns of text; a value stored as JSON is not text of people
        names = [
            row[0]
            for row in self.env.execute_query(
                SQL(
                    "SELECT column_name FROM information_schema.columns "
                    "WHERE table_schema = current_schema AND table_name = %s "
                    "AND data_type IN ('text', 'character varying') "
                    "AND column_name NOT IN ('message_id', 'model', 'state')",
                    table,
                )
            )
        ]
        sets = []
        for name in names:
            value = SQL.identifier(name)
            for word in words:
                value = SQL("replace(%s, %s, %s)", value, word, MASK)
            sets.append(SQL("%s = %s", SQL.identifier(name), value))
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s WHERE %s = ANY(%s)",
                SQL.identifier(table),
                SQL(", ").join(sets),
                SQL.identifier(column),
                list(ids),
            )
        )
        self.env.invalidate_all()
