"""Asking for a change of protected values of a customer on file."""

from contextlib import closing

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_list

from odoo.addons.base.models.res_bank import sanitize_account_number
from odoo.addons.crm_policy.models.arguments import TEXT, VALUES, arguments

from .res_partner_api import CODES, LOGINS
from .res_partner_protected import BANK, PROTECTED_STATES

ACCOUNT_KEYS = {"id", "replaces", "acc_number", "bank", "bank_id", "holder", "remove"}


class ResPartner(models.Model):
    _inherit = "res.partner"

    change_ids = fields.One2many("crm.customer.change", "customer_id", string="Changes")
    change_count = fields.Integer(compute="_compute_change_count")
    open_change_count = fields.Integer(compute="_compute_change_count")

    def _compute_change_count(self):
        counts = {}
        for customer, state, count in self.env["crm.customer.change"]._read_group(
            [("customer_id", "in", self.ids)], ["customer_id", "state"], ["__count"]
        ):
            total, undecided = counts.get(customer.id, (0, 0))
            is_open = state in ("draft", "review")
            counts[customer.id] = (total + count, undecided + count * is_open)
        for partner in self:
            total, undecided = counts.get(partner.id, (0, 0))
            partner.change_count = total
            partner.open_change_count = undecided

    # ----------------------------------------------------------------- request

    @arguments(values=VALUES, reason=TEXT, client_reference=TEXT)
    def request_change(self, values, reason, client_reference=None):
        """Ask for a change of protected values of a customer on file.

        The live values stay as they are until the change is approved. Values of
        different kinds (identity, bank accounts, account managers) are decided on by
        different people and become a change each.

        :param dict values: new values by field (``name``, ``credit_code``,
            ``legal_representative``, ``user_id``, ...) or, as in ``register``, records
            by code (``enterprise_type``) and users by login (``account_manager``,
            ``second_account_manager``); ``bank_accounts``: list of dicts with
            ``acc_number``, ``bank`` (name) and ``holder`` for a new account, the same
            with ``replaces`` (its number now) or ``id`` for a changed one, ``replaces``
            or ``id`` with ``remove`` for one no longer used
        :param reason: why; required
        :param client_reference: the caller's own key; safe to repeat
        :return: list of ids of the changes, all put up for decision
        :raises AccessError: the user may not edit the customer
        :raises UserError: the customer is not on file, a value is not protected, does
            not change, or an undecided change of it exists; nobody may decide
        :raises ValidationError: a value the customer could not have
        """
        self._policy_require_one()
        self.check_access("write")
        # sudo: nobody may create changes by hand; the check above says who may ask
        Change = self.env["crm.customer.change"].sudo()
        company = self.company_id or self.env.company
        known = Change._find_by_client_reference(client_reference, company)
        if known:
            return self._known_changes(known)
        self._check_change_possible(reason)
        lines = self._request_change_lines(values)
        self._check_change_free(lines)
        self._check_change_applies(lines)
        changes = Change
        for kind in dict.fromkeys(line["kind"] for line in lines):
            changes |= Change.create(
                {
                    "customer_id": self.id,
                    "company_id": company.id,
                    "kind": kind,
                    "reason": reason.strip(),
                    "client_reference": False if changes else client_reference,
                    "first_change_id": changes[:1].id,
                    "requested_date": company._policy_today(),
                    "line_ids": [
                        (0, 0, {key: val for key, val in line.items() if key != "kind"})
                        for line in lines
                        if line["kind"] == kind
                    ],
                }
            )
        # The one open change per value is a matter of the database.
        self.env.flush_all()
        changes.action_submit()
        return changes.ids

    def _known_changes(self, first):
        if first.customer_id != self:
            raise UserError(
                self.env._(
                    "The client reference %s belongs to a change of another customer.",
                    first.client_reference,
                )
            )
        together = first.search([("first_change_id", "=", first.id)], order="id")
        return (first | together).ids

    def _check_change_possible(self, reason):
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the values are to be changed."))
        if not self.is_crm_customer or self.state not in PROTECTED_STATES:
            raise UserError(
                self.env._(
                    "%s is not on file: its values are edited directly.",
                    self.display_name,
                )
            )

    # ------------------------------------------------------------------- lines

    def _request_change_lines(self, values):
        """Hook: return the values of the change lines for ``values``, with ``kind``.

        :raises UserError: unknown or unprotected values; nothing changes
        """
        kinds = self._protected_kinds()
        lines = []
        for key, value in values.items():
            if key == "bank_accounts":
                lines += self._change_bank_lines(value, kinds)
            else:
                lines += self._change_field_lines(key, value, kinds)
        if not lines:
            raise UserError(
                self.env._("None of the values given differs from the present one.")
            )
        return self._change_follow_code(lines, kinds)

    def _change_field_lines(self, key, value, kinds):
        name = key
        if key in CODES and value:
            name, model = CODES[key]
            value = self._register_record(key, model, "code", value)
        elif key in LOGINS:
            name = LOGINS[key]
            value = value and self._register_record(key, "res.users", "login", value)
        if kinds.get(name) == "terms":
            self._raise_protected(name, "terms")
        if name not in kinds or name == BANK:
            raise UserError(
                self.env._(
                    "“%s” is no protected value of this customer: edit it directly.",
                    self._fields[name]._description_string(self.env)
                    if name in self._fields
                    else key,
                )
            )
        old, new = self._change_value(name), self._change_new_value(name, value)
        if old["value"] == new["value"]:
            return []
        return [
            {
                "kind": kinds[name],
                "field_name": name,
                "operation": "set",
                "old_value": old,
                "new_value": new,
            }
        ]

    def _change_value(self, name):
        """Return the present value of a field as change lines keep it."""
        return self._change_json(self._fields[name], self[name])

    @api.model
    def _change_json(self, field, value):
        if field.type == "many2one":
            return {"value": value.id, "name": value.display_name or ""}
        if field.type in ("date", "datetime"):
            return {"value": field.to_string(value) if value else False}
        return {"value": value}

    def _change_new_value(self, name, value):
        """Return a new value as change lines keep it.

        :raises ValidationError: not a value the field could have
        """
        field = self._fields[name]
        if isinstance(value, str):
            value = value.strip()
        if name == "credit_code":
            value = self._credit_code(value)
        try:
            if isinstance(value, (list, dict)):
                raise ValueError(value)  # noqa: TRY301 - same message as below
            cached = field.convert_to_cache(value, self)
            record_value = field.convert_to_record(cached, self)
        except (ValueError, TypeError) as error:
            raise self._change_bad_value(field, value) from error
        if field.type == "many2one":
            if value and not record_value.exists():
                raise self._change_bad_value(field, value)
            record_value.check_access("read")
            self._check_change_user(record_value)
        if name == "name" and not record_value:
            raise self._change_bad_value(field, value)
        return self._change_json(field, record_value)

    def _change_bad_value(self, field, value):
        return ValidationError(
            self.env._(
                "“%(value)s” cannot be the new value of “%(field)s”.",
                value=str(value or "")[:100],
                field=field._description_string(self.env),
            )
        )

    def _check_change_user(self, user):
        if user._name != "res.users" or not user:
            return
        user = user.sudo()  # sudo: whether the account works here, nothing else
        company = self.company_id or self.env.company
        if not user.active or user.share or company not in user.company_ids:
            raise ValidationError(
                self.env._(
                    "%(user)s is no active user of %(company)s and cannot be an "
                    "account manager.",
                    user=user.name,
                    company=company.name,
                )
            )

    def _change_follow_code(self, lines, kinds):
        """The tax number follows the credit code it was taken from."""
        names = {line["field_name"]: line for line in lines}
        code = names.get("credit_code")
        if (
            code
            and "vat" not in names
            and kinds.get("vat") == code["kind"]
            and self.vat
            and self.vat == self.credit_code
        ):
            lines = [
                *lines,
                {
                    **code,
                    "field_name": "vat",
                    "old_value": self._change_value("vat"),
                },
            ]
        return lines

    # ------------------------------------------------------------ bank accounts

    def _change_bank_lines(self, accounts, kinds):
        if BANK not in kinds:
            raise UserError(
                self.env._("Bank accounts are not protected: edit them directly.")
            )
        return [
            line
            for account in accounts
            for line in self._change_bank_line(account, kinds[BANK])
        ]

    def _change_bank_line(self, values, kind):
        unknown = set(values) - ACCOUNT_KEYS
        if unknown:
            raise UserError(
                self.env._(
                    "Unknown in a bank account: %s.",
                    format_list(self.env, sorted(unknown)),
                )
            )
        account = self._change_account(values)
        line = {"kind": kind, "field_name": BANK, "bank_account_id": account.id}
        old = self._change_account_value(account) if account else False
        if values.get("remove"):
            if not account:
                raise UserError(self.env._("Say which bank account is not used more."))
            return [
                {
                    **line,
                    "operation": "bank_remove",
                    "old_value": old,
                    "new_value": False,
                }
            ]
        new = self._change_account_new(values, old or {})
        if new == old:
            return []
        return [
            {
                **line,
                "operation": "bank_update" if account else "bank_add",
                "old_value": old,
                "new_value": new,
            }
        ]

    def _change_account(self, values):
        """Return the customer's account that ``values`` speak of, or none."""
        accounts = self.bank_ids
        if values.get("id"):
            found = accounts.filtered(lambda account: account.id == values["id"])
        elif values.get("replaces") or values.get("remove"):
            number = values.get("replaces") or values.get("acc_number")
            key = self._change_account_key(number)
            found = accounts.filtered(
                lambda account: account.sanitized_acc_number == key
            )
        else:
            return accounts.browse()
        if not found:
            raise UserError(
                self.env._(
                    "%(customer)s has no bank account %(number)s.",
                    customer=self.display_name,
                    number=values.get("replaces")
                    or values.get("acc_number")
                    or values.get("id"),
                )
            )
        return found[0]

    @api.model
    def _change_account_key(self, number):
        return sanitize_account_number(number) or ""

    @api.model
    def _change_account_value(self, account):
        return {
            "acc_number": account.acc_number,
            "bank_id": account.bank_id.id,
            "bank": account.bank_id.name or "",
            "holder": account.acc_holder_name or "",
        }

    def _change_account_new(self, values, old):
        new = {
            "acc_number": (values.get("acc_number") or old.get("acc_number") or ""),
            "bank_id": old.get("bank_id", False),
            "bank": old.get("bank", ""),
            "holder": values.get("holder", old.get("holder", "")) or "",
        }
        new["acc_number"] = new["acc_number"].strip()
        if not self._change_account_key(new["acc_number"]):
            raise ValidationError(self.env._("A bank account needs a number."))
        if "bank_id" in values:
            bank = self.env["res.bank"].browse(values["bank_id"] or ()).exists()
            new.update(bank_id=bank.id, bank=bank.name or "")
        elif values.get("bank"):
            bank_id = self._prepare_register_bank(values)["bank_id"]
            new.update(bank_id=bank_id, bank=values["bank"])
        return new

    # ------------------------------------------------------------------ checks

    def _check_change_free(self, lines):
        """Raise where an undecided change of one of these values exists."""
        # sudo: whoever asked for it, it stands in the way
        Line = self.env["crm.customer.change.line"].sudo()
        keys = {Line.new(line)._key() for line in self._change_line_vals(lines)}
        found = Line.search(
            [("customer_id", "=", self.id), ("open_key", "in", list(keys))]
        )
        if found:
            raise UserError(
                self.env._(
                    "“%(fields)s” of %(customer)s already waits for a decision "
                    "(%(changes)s). Wait for it or have it withdrawn.",
                    fields=format_list(self.env, found.mapped("label")),
                    customer=self.display_name,
                    changes=format_list(self.env, found.change_id.mapped("name")),
                )
            )

    @api.model
    def _change_line_vals(self, lines):
        return [
            {key: val for key, val in line.items() if key != "kind"} for line in lines
        ]

    def _check_change_applies(self, lines):
        """Raise what applying the values would raise, before anybody decides on them.

        They are written and taken back, so every constraint has its say.
        """
        Line = self.env["crm.customer.change.line"]
        vals_list = self._change_line_vals(lines)
        with closing(self.env.cr.savepoint()):
            staged = Line.concat(*(Line.new(vals) for vals in vals_list))
            customer = self.with_context(tracking_disable=True, mail_notrack=True)
            customer._write_protected(staged._prepare_values())
            self.env.flush_all()

    # ----------------------------------------------------------------- actions

    def action_view_changes(self):
        """Open the changes of this customer."""
        self._policy_require_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer_archive.action_crm_customer_change"
        )
        action["domain"] = [("customer_id", "=", self.id)]
        action["context"] = {}
        return action

    def action_ask_change(self):
        """Open the form that asks for a change of this customer."""
        self._policy_require_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask for a Change"),
            "res_model": "crm.customer.change.ask",
            "view_mode": "form",
            "target": "new",
            "context": {"default_customer_id": self.id},
        }
