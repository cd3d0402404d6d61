"""Merging customers who each have a record of which a customer may have one only.

Which records those are is read from the unique indexes of the database, so that a new
document needs no more than ``_merge_conflicts`` on its model. Where a model has none,
merging is refused until the records are settled by hand.
"""

import json
from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL, html2plaintext

# A case with a hold outlives one without; then the one carried further.
HOLDS = ("none", "suspended", "stopped")
CASES = ("overdue", "reported", "recovery", "confirming")
VERIFIED = ("dropped", "due", "overdue", "contacted", "verified", "summarised")
# Figures of a standing that add up.
SUMS = ("amount", "margin", "quantity", "weight", "frequency", "share")
# Fields that say nothing about the customer.
TECHNICAL = ("id", "create_uid", "create_date", "write_uid", "write_date")


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _merge_prepare(self, destination):
        """Also settle the records of which a customer may have one only."""
        res = super()._merge_prepare(destination)
        # sudo: proposals the customers stand on, whoever may decide them
        proposed = (
            self.env["crm.customer.class.history"]
            .sudo()
            .search([("partner_id", "in", self.ids), ("state", "=", "proposed")])
        )
        proposed._write_guarded({"state": "overtaken"})
        self._merge_told_apart(destination)
        self._merge_leave_pool(destination)
        self._merge_settle(destination)
        return res

    def _merge_leave_pool(self, destination):
        """Who is not in the public pool is not brought there by a duplicate."""
        if destination.in_pool:
            return
        # sudo: the history of the pool, which nobody writes by hand
        self.sudo().pool_entry_ids.filtered(lambda entry: not entry.date_out).write(
            {
                "state": "assigned",
                "date_out": self.env.cr.now(),
                "user_id": destination.user_id.id,
                "assigned_by_id": self.env.uid,
                "reason_out": self.env._("Merged into %s.", destination.display_name),
            }
        )

    def _merge_told_apart(self, destination):
        """Earlier decisions that these are not the same customer go into the log."""
        everybody = (self | destination).ids
        # sudo: decisions about customers of others
        decisions = self.env["crm.customer.duplicate.decision"].sudo()
        decisions = decisions.search(
            [("customer_id", "in", everybody), ("other_id", "in", everybody)]
        )
        if decisions:
            self._merge_drop(decisions, decisions.browse(), "customer_id")

    def _merge_settle(self, destination):
        """Settle records of these sources that clash among each other or there.

        Models settle their own by ``_merge_conflicts``, called on the records that
        would clash, those of the remaining customer first. It changes them and returns
        those that have to go: what they said is written down in the log, their
        messages and files move to the record that stays.
        """
        self.env.flush_all()
        for model, columns, keys, condition in self._merge_unique_keys():
            if not hasattr(model, "_merge_conflicts"):
                continue
            for ids in self._merge_clashes(
                destination, model._table, columns, keys, condition
            ):
                # sudo: the custodian merges records of others, checked before
                records = model.sudo().browse(ids)
                dropped = records._merge_conflicts()
                if dropped:
                    self._merge_drop(dropped, (records - dropped)[:1], columns[0])
        self.env.flush_all()

    def _merge_unique_keys(self):
        """Return (model, columns of partners, keys, condition) of our unique indexes.

        Keys and condition are SQL texts of the database's own catalogue.
        """
        models_by_table = {}
        columns = defaultdict(list)
        for model, field in self._merge_references():
            if model._name != self._name and (model._original_module or "").startswith(
                "crm_"
            ):
                models_by_table[model._table] = model
                columns[model._table].append(field.name)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT t.relname,
                       ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, true)
                               FROM generate_series(1, i.indnkeyatts::int) k),
                       pg_get_expr(i.indpred, i.indrelid)
                  FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
                 WHERE i.indisunique AND NOT i.indisprimary
                   AND t.relnamespace = current_schema::regnamespace
                   AND t.relname = ANY(%s)
                 ORDER BY t.relname, i.indexrelid
                """,
                list(models_by_table),
            )
        )
        for table, keys, condition in rows:
            named = [name for name in columns[table] if name in keys]
            if named:
                yield models_by_table[table], named, keys, condition or "TRUE"

    def _merge_clashes(self, destination, table, columns, keys, condition):
        """Return lists of ids that would be the same after merging."""
        sources, everybody = tuple(self.ids), tuple((self | destination).ids)
        parts = []
        for key in keys:
            text = SQL(key.replace("%", "%%"))
            if key in columns:
                text = SQL(
                    "CASE WHEN %s IN %s THEN %s ELSE %s END",
                    text,
                    sources,
                    destination.id,
                    text,
                )
            parts.append(text)
        rows = self.env.execute_query(
            SQL(
                "SELECT array_agg(id ORDER BY (%s = %s) DESC, id) FROM %s"
                " WHERE (%s) AND (%s) AND (%s) GROUP BY %s HAVING count(*) > 1",
                SQL.identifier(columns[0]),
                destination.id,
                SQL.identifier(table),
                SQL(" OR ").join(
                    SQL("%s IN %s", SQL.identifier(name), everybody) for name in columns
                ),
                SQL(condition.replace("%", "%%")),
                # Rows with an empty key never clash.
                SQL(" AND ").join(
                    SQL("(%s) IS NOT NULL", SQL(key.replace("%", "%%"))) for key in keys
                ),
                SQL(", ").join(parts),
            )
        )
        return [ids for (ids,) in rows]

    def _merge_drop(self, records, kept, field):
        """Delete records that a customer cannot have twice; the log says all of them.

        :param kept: the record of the same kind that stays
        :param field: the field that names the customer
        """
        # sudo: nobody writes the log by hand
        Log = self.env["crm.customer.merge.log"].sudo()
        for record in records:
            log = Log.search([("source_ref", "in", self.ids)]).filtered(
                lambda log, record=record: log.source_ref == record[field].id
            )[:1] or Log.search([("source_ref", "in", self.ids)], limit=1)
            log.dropped = "\n".join(
                filter(None, (log.dropped, self._merge_record_text(record)))
            )
        for name in ("mail.message", "ir.attachment", "mail.activity"):
            # sudo: messages and files of others stay with the record that stays
            model = self.env[name].sudo()
            model_field = "model" if name == "mail.message" else "res_model"
            found = model.search(
                [(model_field, "=", records._name), ("res_id", "in", records.ids)]
            )
            if kept:
                found.write({"res_id": kept.id})
        self.env.flush_all()
        # By the database, as the platform does when it merges: these records are
        # evidence that nobody deletes, and what they said is in the log.
        self.env.cr.execute(
            SQL(
                "DELETE FROM %s WHERE id IN %s",
                SQL.identifier(records._table),
                tuple(records.ids),
            )
        )
        self.env.invalidate_all()

    def _merge_record_text(self, record):
        """Return what a record says, as a line of text."""
        parts = []
        for name, field in sorted(record._fields.items()):
            value = record[name] if field.store and name not in TECHNICAL else None
            if not value or field.type in ("one2many", "many2many", "binary"):
                continue
            label = field._description_string(self.env)
            if field.type == "many2one":
                value = value.display_name
            elif field.type == "html":
                value = html2plaintext(value)
            elif field.type == "selection":
                choices = dict(field._description_selection(self.env))
                value = choices.get(value, value)
            parts.append(f"{label}: {value}")
        title = self.env["ir.model"]._get(record._name).name
        return f"{title} #{record.id} — {'; '.join(parts)}"

    def _merge_finish(self, keys):
        """Also bring terms, hold and class in line with the records taken over."""
        res = super()._merge_finish(keys)
        # sudo: the custodian need not see credit or classes
        granted = (
            self.env["crm.credit.application"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", self.id),
                    ("kind", "=", "terms"),
                    ("state", "=", "active"),
                ]
            )
        )
        granted._write_terms()
        # sudo: computed values follow the merge, whoever merges
        self.sudo()._sync_credit_state()
        engine = self.env["crm.customer.class.engine"].sudo()
        for company in self.company_id or self.env["res.company"].sudo().search(
            [("active", "=", True)]
        ):
            engine._sync_customers(company, self.ids)
        return res


class CrmApprovalMixin(models.AbstractModel):
    _inherit = "crm.approval.mixin"

    @api.model
    def _approval_renamed(self, approved_values, step):
        """A decision about a customer covers the one it was merged into."""
        values = json.loads(super()._approval_renamed(approved_values, step) or "{}")
        named = {
            path: values[path]
            for path in values
            if path in self._fields
            and self._fields[path].type == "many2one"
            and self._fields[path].comodel_name == "res.partner"
            and values[path]
        }
        if named:
            # sudo: the log only says who a customer is today
            Log = self.env["crm.customer.merge.log"].sudo()
            logs = Log.search([("source_ref", "in", list(named.values()))])
            today = {log.source_ref: log.destination_id.id for log in logs}
            values.update({path: today.get(old, old) for path, old in named.items()})
        return json.dumps(values, sort_keys=True, default=str)


class CrmCreditCase(models.Model):
    _inherit = "crm.credit.case"

    def _merge_conflicts(self):
        """Go on with the case that is carried furthest, close the others."""
        kept = self.sorted(
            lambda case: (HOLDS.index(case.supply_hold), CASES.index(case.state)),
            reverse=True,
        )[:1]
        for case in self - kept:
            case._transition(
                "close",
                settlement=self.env._("Customers merged: goes on in %s.", kept.name),
                closed_at=self.env.cr.now(),
            )
            case._after_closed()
        kept._write_guarded(
            {
                "amount_overdue": sum(self.mapped("amount_overdue")),
                "amount_opened": sum(self.mapped("amount_opened")),
                "overdue_since": min(
                    (day for day in self.mapped("overdue_since") if day), default=False
                ),
            }
        )
        return self.browse()


class CrmCreditApplication(models.Model):
    _inherit = "crm.credit.application"

    def _merge_conflicts(self):
        """The terms of the remaining customer hold; those of the others end."""
        self[1:]._end_terms(self.env._("Customers merged: %s holds.", self[:1].name))
        return self.browse()


class CrmVerification(models.Model):
    _inherit = "crm.customer.verification"

    def _merge_conflicts(self):
        """Keep the answer that is there; a customer is asked once in a round."""
        return (
            self
            - self.sorted(lambda line: VERIFIED.index(line.state), reverse=True)[:1]
        )


class CrmCustomerStanding(models.Model):
    _inherit = "crm.customer.standing"

    def _merge_conflicts(self):
        """Add the figures up; rank and class follow with the next computation."""
        kept = self[:1]
        vals = {name: sum(self.mapped(name)) for name in SUMS}
        vals["margin_rate"] = (
            100.0 * vals["margin"] / vals["amount"] if vals["amount"] else 0.0
        )
        kept.write(vals)
        return self[1:]


class CrmCustomerClassHistory(models.Model):
    _inherit = "crm.customer.class.history"

    def _merge_conflicts(self):
        """The class of the remaining customer holds; those of the others end."""
        for company, rows in self[1:].grouped("company_id").items():
            rows._write_guarded({"date_to": company._policy_today()})
        return self.browse()


class CrmConsent(models.Model):
    _inherit = "crm.consent"

    def _merge_conflicts(self):
        """The consent given first stays in force, the others stay as evidence."""
        kept = self.sorted("given_date")[:1]
        for company, consents in (self - kept).grouped("company_id").items():
            consents.write(
                {
                    "withdrawn_date": company._policy_today(),
                    "withdrawn_how": self.env._(
                        "Not withdrawn: persons merged, the consent given on %s stays "
                        "in force.",
                        kept.given_date,
                    ),
                }
            )
        return self.browse()


class CrmEraseRequest(models.Model):
    _inherit = "crm.erase.request"

    def _merge_conflicts(self):
        """One request is decided: the one that is up for decision already."""
        kept = self.sorted(lambda request: request.state != "review")[:1]
        for request in self - kept:
            if request.state == "review":
                request._approval_revoke(
                    self.env._("Customers merged: goes on in %s.", kept.name)
                )
            request._write_guarded({"state": "cancelled"})
        return self.browse()


class CrmCustomerDuplicateDecision(models.Model):
    _inherit = "crm.customer.duplicate.decision"

    def _merge_conflicts(self):
        """Two customers are told apart once; the log keeps the other reasons."""
        return self[1:]
