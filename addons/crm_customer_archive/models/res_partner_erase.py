"""Erasing a person: what identifies goes, accounting stays (GAP-75, GAP-95)."""

import re

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_policy.models.arguments import TEXT, arguments, check_values

from .crm_customer_document import ERASING
from .crm_verification import OPEN_STATES as TO_VERIFY
from .res_partner_erase_texts import KEPT_MODELS, MASK

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
# Open documents named in an error, at most.
NAMED = 5


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

    @arguments(reason=TEXT, ground=TEXT, client_reference=TEXT)
    def request_erasure(self, reason, ground="person", client_reference=None):
        """Ask for the data of a person to be erased, as a draft.

        :param reason: how the person asked, or what the decision rests on
        :param ground: person, withdrawn, retention or company
        :param client_reference: the caller's own key; safe to repeat with it
        :return: id of the ``crm.erase.request``
        :raises UserError: no reason, unknown ground, a company, or one of our people
        """
        self._policy_require_one()
        Request = self.env["crm.erase.request"]
        known = Request._find_by_client_reference(client_reference)
        if known:
            return known.id
        if not (reason or "").strip():
            raise UserError(self.env._("Say how the person asked, or on what ground."))
        check_values(Request, {"ground": ground})
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
        self._policy_require_one()
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
        """Return the open business with a person, in words, with document numbers."""
        self.ensure_one()
        lines = []
        for label, model, domain in self._erase_open_business(self._erase_family()):
            records = self.env[model].search(domain, order="id")
            if records:
                # A quotation being typed has no number yet.
                names = [record.display_name or "-" for record in records[:NAMED]]
                if len(records) > NAMED:
                    names.append(self.env._("%s more", len(records) - NAMED))
                lines.append(f"{label}: {', '.join(names)}")
        return lines

    def _erase_open_business(self, family):
        """Hook: open business while which a person is not erased; areas add theirs.

        :param family: the person with the addresses of its own
        :return: list of (label, model, domain of the open documents)
        """
        return [
            (
                self.env._("Orders not finished"),
                "sale.order",
                [
                    ("partner_id", "in", family.ids),
                    "|",
                    ("state", "in", ("draft", "sent")),
                    "&",
                    ("state", "=", "sale"),
                    ("invoice_status", "=", "to invoice"),
                ],
            ),
            (
                self.env._("Invoices not settled"),
                "account.move",
                [
                    ("partner_id", "in", family.ids),
                    "|",
                    ("state", "=", "draft"),
                    "&",
                    ("state", "=", "posted"),
                    ("payment_state", "in", ("not_paid", "partial", "in_payment")),
                ],
            ),
            (
                self.env._("Opportunities not closed"),
                "crm.lead",
                [
                    ("partner_id", "in", family.ids),
                    ("type", "=", "opportunity"),
                    ("stage_id.is_won", "=", False),
                ],
            ),
            *self._erase_open_documents(family),
        ]

    def _erase_open_documents(self, family):
        return [
            (
                self.env._("Credit cases not closed"),
                "crm.credit.case",
                [("partner_id", "in", family.ids), ("state", "!=", "closed")],
            ),
            (
                self.env._("Credit terms in force or applied for"),
                "crm.credit.application",
                [
                    ("partner_id", "in", family.ids),
                    ("state", "in", ("approval", "active")),
                ],
            ),
            (
                self.env._("Handovers not completed"),
                "crm.customer.handover",
                [
                    ("line_ids.partner_id", "in", family.ids),
                    ("state", "not in", ("closed", "cancelled")),
                ],
            ),
            (
                self.env._("Changes not decided"),
                "crm.customer.change",
                [
                    ("customer_id", "in", family.ids),
                    ("state", "in", ("draft", "review")),
                ],
            ),
        ]

    def _erase_family(self):
        """Return the person with the addresses that belong to it alone."""
        self.ensure_one()
        everything = self.with_context(active_test=False)
        family = everything.search(
            [("id", "child_of", self.id), ("is_company", "=", False)]
        )
        return family.with_env(self.env)

    @api.model
    def _persons_unused_for(self, kind, company, months, limit):
        """Return persons without message, contact, order or invoice for so many months.

        A private customer with accounting documents is kept as long as these are.

        :param kind: contact (of a customer) or customer (private)
        """
        today = company._policy_today()
        booked = self.env["crm.retention.period"]._months_of("accounting", company)
        if kind == "contact":
            booked = months
        rows = self.env.execute_query(
            SQL(
                """
                SELECT p.id
                  FROM res_partner p
                 WHERE p.company_id = %(company)s AND p.crm_customer_id IS NOT NULL
                   AND NOT COALESCE(p.is_company, FALSE) AND p.type = 'contact'
                   AND COALESCE(p.is_crm_customer, FALSE) = %(customer)s
                   AND p.erased_at IS NULL AND p.write_date < %(before)s
                   AND NOT EXISTS (SELECT FROM res_users u WHERE u.partner_id = p.id)
                   AND NOT EXISTS (
                       SELECT FROM crm_contact_log l
                        WHERE l.partner_id = p.id AND l.date >= %(before)s)
                   AND NOT EXISTS (
                       SELECT FROM sale_order o
                        WHERE o.partner_id = p.id AND o.write_date >= %(booked)s)
                   AND NOT EXISTS (
                       SELECT FROM account_move m
                        WHERE m.partner_id = p.id AND m.write_date >= %(booked)s)
                   AND NOT EXISTS (
                       SELECT FROM crm_erase_request r WHERE r.partner_id = p.id)
                   AND %(unused)s
                 ORDER BY p.id LIMIT %(limit)s
                """,
                company=company.id,
                unused=SQL(" AND ").join(
                    SQL(
                        "NOT EXISTS (SELECT FROM %s d WHERE d.%s = p.id "
                        "AND d.write_date >= %s)",
                        SQL.identifier(self.env[model]._table),
                        SQL.identifier(name),
                        today - relativedelta(months=months),
                    )
                    for model, name in self._person_uses()
                ),
                customer=kind == "customer",
                before=today - relativedelta(months=months),
                booked=today - relativedelta(months=max(months, booked)),
                limit=limit,
            )
        )
        return self.browse([row[0] for row in rows])

    @api.model
    def _person_uses(self):
        """Hook: documents in which a person is in use while they are written.

        :return: list of (model, name of its many2one to the person); areas add theirs
        """
        return [("crm.customer.change", "customer_id")]

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
        documents = self._erase_documents(family)
        token = ERASING.set(True)
        try:
            family._erase_logins()
            counts = self._erase_related(family)
            counts.update(self._erase_chatter(family))
            counts.update(self._erase_texts(documents, words))
            counts[self.env._("Contacts and addresses")] = len(family)
            family._erase_values()
        finally:
            ERASING.reset(token)
        self.env.invalidate_all()
        return counts

    def _erase_logins(self):
        """Close portal logins: they are the address that is erased."""
        users = self.env["res.users"].with_context(active_test=False)
        for user in users.search([("partner_id", "in", self.ids)]):
            user.write({"active": False, "login": f"erased-{user.id}"})

    def _erase_values(self):
        without_log = self.with_context(
            tracking_disable=True, mail_notrack=True, mail_create_nolog=True
        )
        empty = {name: False for name in PERSONAL_FIELDS if name in self._fields}
        for partner in without_log:
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

    def _erase_related(self, family):
        """Erase what other models hold about the person; areas above extend it."""
        counts = {}
        leads = (
            self.env["crm.lead"]
            .with_context(active_test=False, tracking_disable=True, mail_notrack=True)
            .search(self._erase_lead_domain(family))
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
        lines = self.env["crm.customer.verification"].search(
            [("partner_id", "in", family.ids), ("state", "in", TO_VERIFY)]
        )
        lines._transition("drop")
        counts[self.env._("Verifications closed")] = len(lines)
        counts[self.env._("Bank accounts")] = self._erase_bank_accounts(family)
        return counts

    @api.model
    def _erase_lead_domain(self, family):
        """Return the domain of enquiries of the person, unassigned ones by contact."""
        domain = Domain("partner_id", "in", family.ids)
        mails = [mail.lower() for mail in family.mapped("email_normalized") if mail]
        phones = [
            re.sub(r"\D", "", phone)[-11:] for phone in family.mapped("phone") if phone
        ]
        if not mails and not phones:
            return domain
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM crm_lead WHERE partner_id IS NULL AND ("
                "email_normalized = ANY(%s) "
                r"OR right(regexp_replace(phone, '\D', '', 'g'), 11) = ANY(%s))",
                mails,
                phones,
            )
        )
        return domain | Domain("id", "in", [row[0] for row in rows])

    @api.model
    def _erase_bank_accounts(self, family):
        """Blank bank accounts; one that a booked payment names is only taken out of
        use, for it belongs to accounting.

        :return: number of accounts blanked
        """
        accounts = family.with_context(active_test=False).bank_ids
        used = accounts.browse()
        for model in ("account.payment", "account.move"):
            rows = self.env[model]._read_group(
                [("partner_bank_id", "in", accounts.ids)], ["partner_bank_id"]
            )
            used |= accounts.browse(bank.id for (bank,) in rows)
        free = accounts - used
        with family._grant_protected({"bank_ids"}):
            accounts.write({"active": False})
            for account in free:
                # The platform never deletes an account: this one says nothing.
                account.write({"acc_number": f"{MASK}{account.id}", "note": False})
        return len(free)

    def _erase_chatter(self, family):
        """Empty the person's own chatter and what the person wrote elsewhere.

        :return: {label: number of messages}
        """
        Message = self.env["mail.message"]
        own = Message.search(
            [("model", "=", "res.partner"), ("res_id", "in", family.ids)]
        )
        own |= Message.search(
            [("author_id", "in", family.ids), ("model", "not in", KEPT_MODELS)]
        )
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
        # Nobody follows or is reminded of the person any more.
        for model, domain in (
            ("mail.followers", [("partner_id", "in", family.ids)]),
            ("mail.notification", [("res_partner_id", "in", family.ids)]),
            (
                "mail.activity",
                [("res_model", "=", "res.partner"), ("res_id", "in", family.ids)],
            ),
        ):
            everything = self.env[model].with_context(active_test=False)
            everything.search(domain).unlink()
        self._erase_queued_mails(family, own)
        return {self.env._("Messages emptied"): len(own)}

    def _erase_queued_mails(self, family, messages):
        """Delete e-mails to the person that wait in the queue or failed."""
        domain = Domain("mail_message_id", "in", messages.ids)
        domain |= Domain("recipient_ids", "in", family.ids)
        for address in filter(None, family.mapped("email_normalized")):
            domain |= Domain("email_to", "ilike", address)
        self.env["mail.mail"].search(domain).unlink()
