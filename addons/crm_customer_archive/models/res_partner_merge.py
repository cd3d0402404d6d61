"""Merging duplicate customers: one file remains and keeps what all of them had."""

import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_list

from odoo.addons.crm_policy.models.arguments import RECORDS, TEXT, arguments

from .res_partner_protected import PROTECTED_STATES

CUSTODIAN = "crm_customer_archive.group_archive_custodian"
# Keys by which a customer is known, unique per company: the remaining file takes over
# what it has not got.
KEYS = ("credit_code", "client_reference")
SNAPSHOT = (
    *("name", "customer_number", "credit_code", "client_reference", "vat", "state"),
    *("legal_representative", "phone", "email", "street", "city", "user_id"),
)


class ResPartner(models.Model):
    _inherit = "res.partner"

    merge_log_ids = fields.One2many(
        "crm.customer.merge.log", "destination_id", string="Merged Customers"
    )
    merge_log_count = fields.Integer(compute="_compute_merge_log_count")

    def _compute_merge_log_count(self):
        counts = dict(
            self.env["crm.customer.merge.log"]._read_group(
                [("destination_id", "in", self.ids)], ["destination_id"], ["__count"]
            )
        )
        for partner in self:
            partner.merge_log_count = counts.get(partner, 0)

    # ------------------------------------------------------------------ action

    @arguments(source_ids=RECORDS, reason=TEXT)
    def merge_customers(self, source_ids, reason=None):
        """Merge duplicate customers into this one; for archive custodians.

        Every record of the duplicates is kept and becomes this customer's; what was
        merged is logged, and their old numbers, codes and references still find it.

        :param source_ids: ids of the partners to merge into this one; any number
        :param reason: required to merge two customers on file with different credit
            codes
        :return: id of the remaining customer
        :raises AccessError: not an archive custodian
        :raises UserError: another company's; not on file while a duplicate is; up for
            decision; credit codes differ and no reason is given
        """
        self._policy_require_one()
        wizard = self.env["base.partner.merge.automatic.wizard"].new(
            {"merge_reason": reason}
        )
        # sudo only where the wizard itself needs it; the checks are the caller's
        wizard._merge([self.id, *source_ids], self)
        return self.id

    # ------------------------------------------------------------------ checks

    def _check_merge(self, destination, reason):
        """Raise unless the partners (all of them) may be merged into one of them."""
        if not self.env.user.has_group(CUSTODIAN):
            raise AccessError(
                self.env._(
                    "Only an archive custodian merges customers and their contacts."
                )
            )
        self.check_access("write")
        if len(self.company_id) > 1 or (
            self.company_id and not all(p.company_id for p in self)
        ):
            raise UserError(
                self.env._("Customers of different companies cannot be merged.")
            )
        if self.filtered("is_crm_customer"):
            self._check_merge_files(destination, reason)

    def _check_merge_files(self, destination, reason):
        for partner in self:
            if partner.commercial_partner_id != partner:
                raise UserError(
                    self.env._(
                        "%(contact)s is a contact of %(customer)s and cannot be merged "
                        "with a customer.",
                        contact=partner.name,
                        customer=partner.commercial_partner_id.name,
                    )
                )
            if partner.state == "review":
                raise UserError(
                    self.env._(
                        "The registration of %s is up for decision: have it decided or "
                        "withdrawn first.",
                        partner.display_name,
                    )
                )
        on_file = self.filtered(lambda p: p.state in PROTECTED_STATES)
        files = on_file or self.filtered("is_crm_customer")
        if destination not in files:
            raise UserError(
                self.env._(
                    "%(partner)s cannot be the one that remains: %(customers)s has a "
                    "customer file.",
                    partner=destination.display_name,
                    customers=format_list(self.env, files.mapped("display_name")),
                )
            )
        codes = {partner.credit_code for partner in on_file if partner.credit_code}
        if len(codes) > 1 and not (reason or "").strip():
            raise UserError(
                self.env._(
                    "These customers on file have different unified social credit "
                    "codes (%s). Give the reason why they are the same customer.",
                    format_list(self.env, sorted(codes)),
                )
            )

    def _merge_destination(self):
        """Return the partner that remains where nobody chose: the oldest file."""

        def rank(partner):
            return (
                partner.state not in PROTECTED_STATES,
                not partner.is_crm_customer,
                partner.archived_date or fields.Date.to_date("9999-12-31"),
                partner.id,
            )

        return self.sorted(rank)[:1]

    # ------------------------------------------------------------------- steps

    def _merge_prepare(self, destination):
        """Hook: settle what would clash in ``destination`` before records move.

        Called on the sources. Undecided changes are about values that go; they are
        kept and cancelled.
        """
        # sudo: the custodian merges whoever asked for the changes
        changes = self.sudo().change_ids.filtered(
            lambda change: change.state in ("draft", "review")
        )
        for change in changes:
            if change.state == "review":
                change._approval_revoke(
                    self.env._("Merged into %s.", destination.display_name)
                )
            change._transition("cancel")

    def _merge_release(self):
        """Take from the sources what makes them files of their own.

        They are about to be deleted; until then their keys would clash with those of
        the remaining file.
        """
        vals = {
            name: self._guarded_initial(name)
            for name in self._get_guarded_fields()
            if self._fields[name].store
            and not self._fields[name].compute
            and self._fields[name].type not in ("one2many", "many2many")
        }
        vals.update(dict.fromkeys(KEYS, False), is_crm_customer=False)
        self.with_context(tracking_disable=True)._write_protected(vals)
        self.env.flush_all()

    def _merge_log(self, destination, reason):
        """Write down what these sources were and what moves."""
        # sudo: nobody may write the log by hand
        Log = self.env["crm.customer.merge.log"].sudo()
        states = dict(self._fields["state"]._description_selection(self.env))
        return Log.create(
            [
                {
                    "destination_id": destination.id,
                    "name": source.name,
                    "source_ref": source.id,
                    "customer_number": source.customer_number,
                    "credit_code": source.credit_code,
                    "client_reference": source.client_reference,
                    "state": states.get(source.state),
                    "values": source._merge_snapshot(),
                    "moved": source._merge_count_text(),
                    "reason": reason,
                    "merged_by_id": self.env.uid,
                    "merged_at": fields.Datetime.now(),
                    "company_id": destination.company_id.id,
                }
                for source in self
            ]
        )

    def _merge_snapshot(self):
        lines = []
        for name in SNAPSHOT:
            value = self[name]
            if value:
                label = self._fields[name]._description_string(self.env)
                text = value.display_name if hasattr(value, "_name") else value
                if self._fields[name].type == "selection":
                    labels = self._fields[name]._description_selection(self.env)
                    text = dict(labels).get(value, value)
                lines.append(f"{label}: {text}")
        lines += [
            f"{self.env._('Bank Account')}: {account.display_name}"
            for account in self.bank_ids
        ]
        return "\n".join(lines)

    def _merge_references(self):
        """Return [(model, many2one field)] of all stored references to partners."""
        return [
            (model, field)
            for model in self.env.values()
            if model._auto and not model._abstract and not model._transient
            for field in model._fields.values()
            if field.type == "many2one"
            and field.comodel_name == self._name
            and field.store
            and field.column_type
            and not field.company_dependent
        ]

    def _merge_counts(self):
        """Return {(model name, field name): number of records} of these partners."""
        self.env.flush_all()
        counts = {}
        for model, field in self._merge_references():
            if model._name == self._name or not model._table_query:
                query = SQL(
                    "SELECT count(*) FROM %s WHERE %s IN %s",
                    SQL.identifier(model._table),
                    SQL.identifier(field.name),
                    tuple(self.ids),
                )
                [[count]] = self.env.execute_query(query)
                if count:
                    counts[model._name, field.name] = count
        return counts

    def _merge_count_text(self):
        names = {}
        for (model, field), count in self._merge_counts().items():
            if not self.env[model]._fields[field].compute and model != self._name:
                label = self.env["ir.model"]._get(model).name
                names[label] = max(names.get(label, 0), count)
        return "\n".join(f"{name}: {count}" for name, count in sorted(names.items()))

    def _merge_finish(self, keys):
        """Complete the remaining file and everything computed from it."""
        missing = {name: val for name, val in keys.items() if val and not self[name]}
        if missing:
            self._write_protected(missing)
        self.modified(
            [
                name
                for name, field in self._fields.items()
                if field.store and field.type not in ("one2many", "many2many")
            ]
        )
        self.env.flush_all()

    # ------------------------------------------------------------ old keys find

    @api.model
    @arguments(number=TEXT, credit_code=TEXT)
    def lookup_customer(self, number=None, credit_code=None):
        """Also find customers by the number or code of one merged into them."""
        found = super().lookup_customer(number=number, credit_code=credit_code)
        if found:
            return found
        domain = []
        if number:
            domain.append(("customer_number", "=", number))
        if credit_code:
            domain.append(("credit_code", "=", self._credit_code(credit_code)))
        # sudo: the log only leads to the customer, whose own rules then decide
        log = self.env["crm.customer.merge.log"].sudo().search(domain, limit=1)
        current = log.destination_id.customer_number
        return super().lookup_customer(number=current) if current else {}

    @api.model
    def _find_customer_by_reference(self, reference):
        found = super()._find_customer_by_reference(reference)
        if found or not reference:
            return found
        # sudo: as for references of customers that are still there
        return (
            self.env["crm.customer.merge.log"]
            .sudo()
            .search(
                [
                    ("client_reference", "=", reference),
                    ("company_id", "=", self.env.company.id),
                ],
                limit=1,
            )
            .destination_id
        )

    def action_view_approvals(self):
        """With the decisions on what was merged into these customers."""
        action = super().action_view_approvals()
        # sudo: ids only; the approvals have rules of their own
        merged = self.sudo().merge_log_ids.mapped("source_ref")
        if merged:
            action["domain"] = [
                ("res_model", "=", self._name),
                ("res_id", "in", [*self.ids, *merged]),
            ]
        return action

    def action_view_merge_log(self):
        """Open what was merged into this customer."""
        self._policy_require_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer_archive.action_crm_customer_merge_log"
        )
        action["domain"] = [("destination_id", "=", self.id)]
        return action

    # ------------------------------------------------------------ decided values

    standing_values = fields.Text(
        readonly=True,
        copy=False,
        help="The values decided on at registration as approved procedures have "
        "changed them since (JSON). Other values on file were written behind the "
        "procedures' back.",
    )
    _guarded_fields = ("standing_values",)

    def _write_protected(self, vals):
        res = super()._write_protected(vals)
        decided = self._approval_steps["registration"]["protected"]
        if set(decided).intersection(vals):
            # sudo: the procedure's own bookkeeping
            for partner in self.sudo().filtered(
                lambda partner: partner.state in PROTECTED_STATES
            ):
                partner._write_guarded(
                    {"standing_values": partner._approval_values("registration")}
                )
        return res

    def _approval_done(self, step):
        res = super()._approval_done(step)
        if step == "registration":
            self._write_guarded({"standing_values": False})
        return res

    def _approval_unfounded(self):
        """What a later decision put on file carries its values as well."""
        # sudo: compares values only
        standing = self.sudo().filtered(
            lambda partner: (
                partner.standing_values
                and json.loads(partner.standing_values)
                == json.loads(partner._approval_values("registration"))
            )
        )
        return super(ResPartner, self - standing)._approval_unfounded()
