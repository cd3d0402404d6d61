"""Customers that may be registered already: by name, credit code and phone (GAP-83).

Names are compared by trigrams. PostgreSQL finds trigrams only in what its locale calls
letters, and in the C locale, which Odoo gives its databases, Chinese characters are
none. So a key is kept beside the name in which each of them stands as three letters:
names of which most characters agree share most trigrams. Phone numbers are kept
without country code, separators and extension.
"""

import re
import unicodedata

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.crm_policy.models.arguments import RECORDS, TEXT, VALUES, arguments

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
# Words that tell the form of a company, not the company.
LEGAL_FORMS = re.compile(
    "有限责任公司|股份有限公司|有限公司|集团公司|总公司|分公司|公司|集团|"
    r"\b(?:co|ltd|limited|inc|corp|corporation|company|llc|gmbh|ag)\b\.?"
)
EXTENSION = re.compile(r"(?:转|分机|ext\.?|x|#|,|;|/|、|，).*$", re.I)
# Area code, number and extension, the last set off like the others.
LAST_GROUP = re.compile(r"^(0\d{2,3})\D+(\d{7,8})\D+\d{1,6}$")
# Shown on a form: more would be noise.
MOST_SHOWN = 8


class ResPartner(models.Model):
    _inherit = "res.partner"

    customer_name_key = fields.Char(
        compute="_compute_customer_name_key",
        store=True,
        help="The customer's name as names are compared: without legal form, spaces "
        "and punctuation, each Chinese character as three letters.",
    )
    phone_key = fields.Char(
        compute="_compute_phone_key",
        store=True,
        index="btree_not_null",
        help="The phone number as numbers are compared: digits only, without the "
        "country code of China and without extension.",
    )
    duplicate_warning = fields.Text(
        compute="_compute_duplicate_warning",
        compute_sudo=True,
        help="Other customers with a similar name, the same credit code or phone "
        "(GAP-83). The department manager decides whether this is the same one.",
    )
    duplicate_decision_ids = fields.One2many(
        "crm.customer.duplicate.decision", "customer_id", string="Not the Same As"
    )

    # Without fastupdate: a list of pending entries would be read at every key typed.
    _customer_name_key_idx = models.Index(
        lambda registry: (
            "USING gin (customer_name_key gin_trgm_ops) WITH (fastupdate = off) "
            "WHERE is_crm_customer"
            if registry.has_trigram
            else ""
        )
    )

    # ---------------------------------------------------------------- computes

    @api.depends("name", "is_crm_customer")
    def _compute_customer_name_key(self):
        for partner in self:
            partner.customer_name_key = partner.is_crm_customer and self._name_key(
                partner.name
            )

    @api.depends("phone")
    def _compute_phone_key(self):
        for partner in self:
            partner.phone_key = self._phone_key(partner.phone)

    @api.depends(
        "name",
        "credit_code",
        "phone",
        "main_contact_phone",
        "is_crm_customer",
        "state",
        "company_id",
        "duplicate_decision_ids",
    )
    def _compute_duplicate_warning(self):
        """Name the other customers that may be the same, for files not yet archived."""
        self.duplicate_warning = False
        open_files = self.filtered(
            lambda p: p.is_crm_customer and p.state not in ("archived", "suspended")
        )
        found = open_files._find_similar()
        for index, partner in enumerate(open_files):
            partner.duplicate_warning = (
                "\n".join(row["text"] for row in found[index]) or False
            )

    # ----------------------------------------------------------------- actions

    @api.model
    @arguments(vals=VALUES)
    def find_duplicates(self, vals):
        """Tell which customers may be the same as one about to be registered.

        :param dict vals: any of ``name``, ``credit_code``, ``phone``,
            ``main_contact_phone``
        :return: list of dicts, the likeliest first: ``name``, ``number``,
            ``account_manager`` (name), ``matches`` (of ``name``, ``credit_code``,
            ``phone``) and ``similarity`` of the names from 0 to 1. Nothing else of a
            colleague's customer is told (GAP-50).
        """
        self.check_access("read")
        keys = ("name", "credit_code", "phone", "main_contact_phone")
        draft = self.new(
            {
                **{key: vals.get(key) for key in keys},
                "is_crm_customer": True,
                "company_id": self.env.company.id,
            }
        )
        # sudo: colleagues' customers count; only names and owners are told
        rows = draft.sudo()._find_similar()[0]
        shown = ("name", "number", "account_manager", "matches", "similarity")
        return [{key: row[key] for key in shown} for row in rows]

    @arguments(other_ids=RECORDS, reason=TEXT)
    def decide_not_duplicate(self, other_ids, reason):
        """Note that customers are not the same, so that nobody is warned again.

        :param other_ids: ids of the customers this one was taken for
        :param reason: how the head of the department knows; required
        :return: True; deciding the same again changes nothing
        :raises AccessError: not the head of the department nor a director
        :raises UserError: no reason, or one of the others is no customer
        """
        self._policy_require_one()
        self.check_access("read")
        self._check_supervises_customer()
        if not (reason or "").strip():
            raise UserError(
                self.env._("Say why %s is another customer.", self.display_name)
            )
        # sudo: who decides need not see the other file
        others = self.sudo().browse(other_ids).exists()
        if len(others) != len(set(other_ids)) or not all(
            other.is_crm_customer and other != self for other in others
        ):
            raise UserError(self.env._("Only other customers can be told apart."))
        self._note_not_duplicate(others, reason)
        return True

    def action_review_duplicates(self):
        """Open the list of customers this one may be the same as."""
        self._policy_require_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Perhaps Already Registered"),
            "res_model": "crm.customer.duplicate.review",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_partner_id": self.id},
        }

    def _approval_done(self, step):
        """Who approves a file beside a warning has decided that it is another one."""
        res = super()._approval_done(step)
        if step == "registration":
            approved = self.sudo()  # sudo: the decision covers colleagues' customers
            for partner, rows in zip(approved, approved._find_similar(), strict=True):
                others = partner.browse([row["id"] for row in rows])
                partner._note_not_duplicate(
                    others, self.env._("Approved beside the warning")
                )
        return res

    # ----------------------------------------------------------------- helpers

    def _note_not_duplicate(self, others, reason):
        Decision = self.env["crm.customer.duplicate.decision"].sudo()  # sudo: no ACL
        known = Decision.search(
            [("customer_id", "=", self.id), ("other_id", "in", others.ids)]
        ).other_id
        Decision.create(
            [
                {
                    "customer_id": self.id,
                    "other_id": other.id,
                    "reason": reason,
                    "decided_by_id": self.env.uid,
                }
                for other in others - known
            ]
        )

    @api.model
    def _name_key(self, name):
        """Return a name as names are compared, or False."""
        name = unicodedata.normalize("NFKC", name or "").lower()[:200]
        short = LEGAL_FORMS.sub(" ", name)
        if not re.search(r"\w", short):
            short = name
        parts = []
        for char in short:
            if char.isascii():
                parts.append(char if char.isalnum() else " ")
            elif char.isalpha() or char.isdigit():
                number = ord(char) % 36**3
                parts.append(
                    DIGITS[number // 1296]
                    + DIGITS[number // 36 % 36]
                    + DIGITS[number % 36]
                )
        return " ".join("".join(parts).split()) or False

    @api.model
    def _phone_key(self, phone):
        """Return a phone number as numbers are compared, or False."""
        phone = unicodedata.normalize("NFKC", phone or "").strip()
        foreign = phone.startswith(("+", "00")) and not re.match(
            r"^(?:\+|00)\s*86", phone
        )
        phone = EXTENSION.sub("", phone)
        grouped = LAST_GROUP.match(re.sub(r"^(?:\+|00)\s*86\D*", "", phone))
        digits = re.sub(r"\D", "", "".join(grouped.groups()) if grouped else phone)
        if foreign:
            return "+" + (digits[2:] if phone.startswith("00") else digits)
        digits = re.sub(r"^(?:0086|86(?=1\d{10}$|0?\d{9,11}$))", "", digits)
        mobile = len(digits) == 11 and digits[0] == "1"
        if re.match(r"^(?:\+|00)\s*86", phone) and digits[:1] != "0" and not mobile:
            digits = "0" + digits
        return digits if len(digits) >= 5 else False

    def _find_similar(self):
        """Return for each of these customers the rows of those it may be.

        Call it as superuser. One query for all; the database's trigram index and the
        indexes of codes and phones answer it.

        :return: list (one per customer) of lists of dicts: ``id``, ``name``,
            ``number``, ``account_manager``, ``matches``, ``similarity``, ``text``
        """
        hits = {}
        for index, other_id, key, likeness in self._similar_query():
            row = hits.setdefault(index, {}).setdefault(
                other_id, {"matches": set(), "similarity": 0.0}
            )
            row["matches"].add(key)
            row["similarity"] = max(row["similarity"], likeness)
        shown = {
            index: sorted(
                found.items(),
                key=lambda hit: (
                    "credit_code" not in hit[1]["matches"],
                    -len(hit[1]["matches"]),
                    -hit[1]["similarity"],
                    hit[0],
                ),
            )[:MOST_SHOWN]
            for index, found in hits.items()
        }
        others = self.browse(
            {other for found in shown.values() for other, _row in found}
        )
        # This is asked at every key typed: not for the whole files.
        others.fetch(["name", "customer_number", "user_id", "is_classified"])
        others = {other.id: other for other in others}
        return [
            [
                self._similar_row(others[other_id], row)
                for other_id, row in shown.get(index, ())
            ]
            for index in range(len(self))
        ]

    def _similar_row(self, other, row):
        keys = [
            key for key in ("credit_code", "name", "phone") if key in row["matches"]
        ]
        lines = []
        for key in keys:
            values = {
                "field": self._fields[key]._description_string(self.env),
                "customer": self._similar_label(other),
                "user": other.user_id.name or "-",
            }
            if key == "name" and row["similarity"] < 1:
                lines.append(
                    self.env._(
                        "Similar %(field)s: %(customer)s, account manager %(user)s",
                        **values,
                    )
                )
            else:
                lines.append(
                    self.env._(
                        "Same %(field)s: %(customer)s, account manager %(user)s",
                        **values,
                    )
                )
        return {
            "id": other.id,
            "name": self._similar_label(other) if other.is_withheld else other.name,
            "number": "" if other.is_withheld else other.customer_number or "",
            "account_manager": other.user_id.name or "",
            "matches": keys,
            "similarity": round(row["similarity"], 2),
            "text": "\n".join(lines),
        }

    @api.model
    def _similar_label(self, other):
        """Return what is told of another customer: number and name (GAP-50).

        Of a classified file nothing but whom to ask (ARC-213).
        """
        if other.is_withheld:
            return self.env._("a classified customer")
        return " ".join(filter(None, (other.customer_number, other.name)))

    def _similar_query(self):
        """Yield (index, id of the other, key, similarity) of all pairs."""
        names, codes, phones = [], [], []
        for index, partner in enumerate(self):
            own = (index, partner._origin.id or 0, partner.company_id.id or 0)
            name_key = self._name_key(partner.name)
            if name_key:
                names.append((*own, name_key))
            if partner.credit_code:
                codes.append((*own, self._credit_code(partner.credit_code)))
            numbers = {partner.phone, partner.main_contact_phone}
            numbers.update(partner._origin.child_ids.mapped("phone"))
            phones += [
                (*own, key) for key in {self._phone_key(n) for n in numbers} if key
            ]
        self.env["res.partner"].flush_model()
        self.env["crm.customer.duplicate.decision"].flush_model()
        rows = []
        if names:
            rows += self._similar_names(names)
        for key, probes in (("credit_code", codes), ("phone", phones)):
            if probes:
                rows += self._same_values(key, probes)
        return rows

    @api.model
    def _similar_names(self, probes):
        if not self.env.registry.has_trigram:
            return self._same_values("name", probes)
        limit = min(max(self.env.company.duplicate_similarity, 0.1), 1.0)
        self.env.cr.execute(
            SQL(
                "SELECT set_config('pg_trgm.similarity_threshold', %s, TRUE)",
                str(limit),
            )
        )
        return self.env.execute_query(
            SQL(
                """
                SELECT probe.index, other.id, 'name',
                       similarity(other.customer_name_key, probe.value)
                  FROM (VALUES %(probes)s) AS probe (index, id, company_id, value)
                  JOIN LATERAL (
                    SELECT o.id, o.customer_name_key
                      FROM res_partner o
                     WHERE o.is_crm_customer AND o.active
                       AND o.customer_name_key %% probe.value
                       AND %(others)s
                     ORDER BY similarity(o.customer_name_key, probe.value) DESC, o.id
                     LIMIT 20
                  ) other ON TRUE
                """,
                probes=self._probe_values(probes),
                others=self._probe_others("o.id"),
            )
        )

    @api.model
    def _same_values(self, key, probes):
        column = {"phone": "phone_key", "name": "customer_name_key"}.get(key, key)
        file_id = SQL.identifier("o", "crm_customer_id" if key == "phone" else "id")
        return self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT probe.index, %(file)s, %(key)s, 0.0
                  FROM (VALUES %(probes)s) AS probe (index, id, company_id, value)
                  JOIN res_partner o ON %(column)s = probe.value
                 WHERE o.active AND %(file)s IS NOT NULL
                   AND (%(is_phone)s OR o.is_crm_customer) AND %(others)s
                """,
                file=file_id,
                key=key,
                column=SQL.identifier("o", column),
                is_phone=key == "phone",
                probes=self._probe_values(probes),
                others=self._probe_others("o.crm_customer_id"),
            )
        )

    @api.model
    def _probe_values(self, probes):
        return SQL(", ").join(SQL("(%s, %s, %s, %s)", *probe) for probe in probes)

    @api.model
    def _probe_others(self, column):
        """Return the condition: another file, of its company, not told apart."""
        file_id = SQL.identifier(*column.split("."))
        return SQL(
            """
            %(file)s != probe.id
            AND (o.company_id IS NULL OR probe.company_id = 0
                 OR o.company_id = probe.company_id)
            AND NOT EXISTS (
                SELECT FROM crm_customer_duplicate_decision d
                 WHERE (d.customer_id = probe.id AND d.other_id = %(file)s)
                    OR (d.customer_id = %(file)s AND d.other_id = probe.id)
            )
            """,
            file=file_id,
        )
