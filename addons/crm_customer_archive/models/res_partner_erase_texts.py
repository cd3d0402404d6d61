"""Texts that name a person whose data are erased: masked wherever they stand (GAP-75).

Every document of the customer file may name a contact: what was said on the phone, who
answered a verification, the letter of a handover, the words of a complaint. Documents
stay, the person in them does not.
"""

import re

from markupsafe import escape

from odoo import api, models
from odoo.tools import SQL

# Papers of accounting: they stay as they are for as long as the law keeps them.
KEPT_MODELS = ("account.move", "account.payment", "sale.order", "sale.order.line")
MASK = "***"
# Models of the platform that hold texts about customers; those of this system are
# found by their fields.
PLATFORM_MODELS = (
    *("calendar.event", "calendar.attendee", "rating.rating", "repair.order"),
    *("survey.user_input", "sms.sms", "snailmail.letter", "project.task"),
)
# Lines below documents: those of this system, answers of surveys, meetings.
LINE_MODELS = ("crm.", "survey.user_input", "calendar.event")
# Models that hang on any document by its model and id: (model, column of the model's
# name). A decision's comment and values are part of the chain of decisions and stay.
REFERENCES = {
    "mail.message": "model",
    "mail.scheduled.message": "model",
    "mail.activity": "res_model",
    "ir.attachment": "res_model",
    "crm.approval": "res_model",
    "crm.routing.passage": "model",
    "crm.routing.notice": "model",
}
CHAINED = ("comment", "approved_values", "erased_values", "digest", "outcome")
# Keys and technical values, never words about people.
TECHNICAL = frozenset(
    (
        *("message_id", "model", "res_model", "res_field", "access_token", "open_key"),
        *("store_fname", "checksum", "mimetype", "url", "client_reference", "uuid"),
        *("field_name", "field_names", "db_datas"),
    )
)
# Former values of these make a person known too.
TELLING = ("name", "phone", "email", "wechat", "qq", "home_address")


class ResPartner(models.Model):
    _inherit = "res.partner"

    # ------------------------------------------------------------------- words

    def _erase_words(self, family):
        """Return the texts the person is known by, former ones too, longest first."""
        words = set()
        for partner in family:
            words.update(partner[name] for name in TELLING)
        words.update(self._erase_former_words(family))
        return sorted(
            {word.strip() for word in words if word and len(word.strip()) > 1},
            key=lambda word: (-len(word), word),
        )

    @api.model
    def _erase_former_words(self, family):
        """Return what the chatter and change applications say the person was before."""
        names = [name for name in TELLING if name in self._fields]
        values = self.env["mail.tracking.value"].search_fetch(
            [
                ("mail_message_id.model", "=", "res.partner"),
                ("mail_message_id.res_id", "in", family.ids),
                ("field_id.name", "in", names),
            ],
            ["old_value_char", "new_value_char"],
        )
        words = {*values.mapped("old_value_char"), *values.mapped("new_value_char")}
        lines = self.env["crm.customer.change.line"].search_fetch(
            [("customer_id", "in", family.ids), ("field_name", "in", names)],
            ["old_value", "new_value"],
        )
        for value in lines.mapped("old_value") + lines.mapped("new_value"):
            words.add((value or {}).get("value"))
        return {word for word in words if isinstance(word, str)}

    @api.model
    def _erase_pattern(self, words):
        """Return one regular expression that finds the words, however typed."""
        patterns = []
        for word in words:
            digits = re.sub(r"\D", "", word)
            if len(digits) >= 7 and not re.search(r"[^\W\d_]|@", word):
                # A number is found with or without country code, blanks and dashes.
                number = r"[-\s().]*".join(digits[-11:])
                patterns.append(rf"(?<!\d)(?:(?:\+|00)?\d{{1,3}}[-\s]*)?{number}(?!\d)")
                continue
            for text in {word, str(escape(word))}:
                # “Li” is not part of “List”; Chinese has no blanks between words.
                before = r"(?<![A-Za-z0-9])" if re.match(r"[A-Za-z0-9]", text) else ""
                after = r"(?![A-Za-z0-9])" if re.search(r"[A-Za-z0-9]$", text) else ""
                patterns.append(f"{before}{re.escape(text)}{after}")
        return "|".join(patterns)

    # --------------------------------------------------------------- documents

    @api.model
    def _erase_text_models(self):
        """Hook: models that hold texts about customers, with the way to the customer.

        Found by their fields, so that documents of areas above are among them.

        :return: {model: names of its many2one and many2many fields to partners}
        """
        result = {}
        for name, model in self.env.registry.items():
            ours = name.startswith("crm.") or name in PLATFORM_MODELS
            stored = model._auto and not model._abstract and not model._transient
            if not ours or not stored or model._table_query:
                continue
            ways = [
                field.name
                for field in model._fields.values()
                if field.store
                and field.type in ("many2one", "many2many")
                and field.comodel_name == "res.partner"
            ]
            if ways:
                result[name] = ways
        return result

    def _erase_documents(self, family):
        """Return the documents that may name the person: {model: ids}.

        These are the documents of its customer and all lines below them.
        """
        self.ensure_one()
        everything = self.with_context(active_test=False)
        file = everything.search(
            [("commercial_partner_id", "=", self.commercial_partner_id.id)]
        )
        documents = {"res.partner": set((file | family).ids)}
        for name, ways in self._erase_text_models().items():
            domain = ["|"] * (len(ways) - 1)
            domain += [(way, "in", tuple(documents["res.partner"])) for way in ways]
            found = self.env[name].with_context(active_test=False).search(domain)
            documents.setdefault(name, set()).update(found.ids)
        for name, field_name, parent in (
            ("crm.customer.handover", "line_ids", "crm.customer.handover.line"),
            ("crm.data.copy", "request_id", "crm.data.request"),
        ):
            found = self.env[name].search(
                [(field_name, "in", tuple(documents.get(parent, ())))]
            )
            documents[name] = set(found.ids)
        for name in list(documents):
            if name != "res.partner":
                self._erase_add_lines(documents, name)
        self._erase_add_linked(documents)
        return {name: sorted(ids) for name, ids in documents.items() if ids}

    @api.model
    def _erase_add_lines(self, documents, name):
        """Add what hangs below documents of a model, line by line, to ``documents``."""
        for field in self.env[name]._fields.values():
            if field.type != "one2many" or not documents[name]:
                continue
            lines = self.env[field.comodel_name]
            inverse = lines._fields.get(field.inverse_name)
            if (
                lines._name in KEPT_MODELS
                or not lines._name.startswith(LINE_MODELS)
                or not (inverse and inverse.store and inverse.type == "many2one")
                or not lines._auto
            ):
                continue
            found = set(
                lines.with_context(active_test=False)
                .search([(inverse.name, "in", tuple(documents[name]))])
                .ids
            )
            new = found - documents.setdefault(lines._name, set())
            if new:
                documents[lines._name] |= new
                self._erase_add_lines(documents, lines._name)

    @api.model
    def _erase_add_linked(self, documents):
        """Add what documents point at: the calendar entry of a visit, its survey."""
        for name in list(documents):
            model = self.env[name]
            for field in model._fields.values():
                if (
                    name == "res.partner"
                    or not field.store
                    or field.type != "many2one"
                    or field.comodel_name not in PLATFORM_MODELS
                ):
                    continue
                linked = model.browse(documents[name])[field.name].ids
                documents.setdefault(field.comodel_name, set()).update(linked)

    # ----------------------------------------------------------------- masking

    def _erase_texts(self, documents, words):
        """Mask the person in all texts of the documents and of what hangs on them.

        :return: {label: number of records that named the person}
        """
        counts = {}
        pattern = self._erase_pattern(words)
        if not pattern:
            return counts
        self.env.flush_all()
        decisions = self._erase_decisions(documents)
        for name, ids in documents.items():
            only = ("comment", "preferences") if name == "res.partner" else None
            masked = self._mask_texts(name, pattern, SQL("id = ANY(%s)", ids), only)
            if masked:
                counts[self.env[name]._description] = len(masked)
        pairs = [(name, id_) for name, ids in documents.items() for id_ in ids]
        for name, column in REFERENCES.items():
            if name not in self.env:
                continue
            where = SQL(
                "(%s, res_id) IN (SELECT * FROM unnest(%s::varchar[], %s::int[]))",
                SQL.identifier(column),
                [pair[0] for pair in pairs],
                [pair[1] for pair in pairs],
            )
            masked = self._mask_texts(name, pattern, where)
            if name == "mail.message":
                self._mask_correspondence(pattern, where)
            if masked:
                counts[self.env[name]._description] = len(masked)
        self.env.invalidate_all()
        decisions._note_erased()
        return counts

    @api.model
    def _erase_decisions(self, documents):
        """Return the decisions on the documents: they stand when a person goes."""
        decisions = self.env["crm.approval"].sudo()  # sudo: whoever may see them
        for name, ids in documents.items():
            if "approval_state" in self.env[name]._fields:
                decisions |= self.env[name].browse(ids)._approval_carried()
        return decisions

    @api.model
    def _mask_correspondence(self, pattern, where):
        """Mask tracked values, e-mails in the queue and addressees of messages."""
        where = SQL("mail_message_id IN (SELECT id FROM mail_message WHERE %s)", where)
        for name in ("mail.tracking.value", "mail.mail", "mail.notification"):
            self._mask_texts(name, pattern, where)

    @api.model
    def _mask_texts(self, name, pattern, where, only=None):
        """Mask what the pattern finds in all texts of some records, in one statement.

        Past the ORM: decided documents and messages are locked against every change
        of their meaning, and this one takes nothing of it but the person.

        :param where: SQL condition on the records
        :param only: names of the fields looked at; all texts by default
        :return: ids of the records that held it
        """
        Model = self.env[name]
        columns = {}
        for field in Model._fields.values():
            if (
                not (field.store and field.column_type)
                or field.type not in ("char", "text", "html", "json")
                or field.name in TECHNICAL
                or (only and field.name not in only)
                or (name == "crm.approval" and field.name in CHAINED)
                or field.inherited
            ):
                continue
            columns[field.name] = field.column_type[0]
        if not columns:
            return []
        sets, tests = [], []
        for column, kind in columns.items():
            text = SQL("%s::text", SQL.identifier(column))
            sets.append(
                SQL(
                    "%s = regexp_replace(%s, %s, %s, 'gi')::%s",
                    SQL.identifier(column),
                    text,
                    pattern,
                    MASK,
                    SQL(kind if kind in ("jsonb", "text") else "varchar"),
                )
            )
            tests.append(SQL("%s ~* %s", text, pattern))
        rows = self.env.execute_query(
            SQL(
                "UPDATE %s SET %s WHERE (%s) AND (%s) RETURNING id",
                SQL.identifier(Model._table),
                SQL(", ").join(sets),
                where,
                SQL(" OR ").join(tests),
            )
        )
        return [row[0] for row in rows]
