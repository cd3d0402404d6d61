"""What other programs call: register a customer, look one up, import templates."""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from odoo.addons.crm_policy.models.arguments import (
    TEXT,
    VALUES,
    arguments,
    check_values,
)

# Keys of `register` that name a record by its code: field and model.
CODES = {
    "source": ("source_id", "crm.customer.source"),
    "enterprise_type": ("enterprise_type_id", "crm.enterprise.type"),
    "intermediary_type": ("intermediary_type_id", "crm.intermediary.type"),
    "stage": ("stage_id", "crm.customer.stage"),
    "country": ("country_id", "res.country"),
}
# Keys of `register` that name a user by login.
LOGINS = {"account_manager": "user_id", "second_account_manager": "second_user_id"}
# Keys of `register` that are fields of the file, as they are.
PLAIN = (
    "name",
    "is_company",
    "client_reference",
    "customer_scope",
    "registered_capital",
    "legal_representative",
    "credit_code",
    "foreign_override",
    "street",
    "street2",
    "city",
    "zip",
    "phone",
    "email",
    "website",
    "main_contact_name",
    "main_contact_phone",
    "main_contact_function",
    "main_contact_email",
)


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    @arguments(vals=VALUES)
    def register(self, vals):
        """Register a customer as a draft; safe to repeat with a client reference.

        :param dict vals: ``name`` (required); fields of the file (``is_company``,
            default True, ``credit_code``, ``legal_representative``,
            ``registered_capital`` in company currency, ``customer_scope`` bought /
            intends / category, ``foreign_override`` domestic / foreign, ``street``,
            ``city``, ``zip``, ``phone``, ``email``, ``main_contact_name``,
            ``main_contact_phone``, ``main_contact_function``, ...); records by code:
            ``source``, ``enterprise_type``, ``intermediary_type``, ``stage``,
            ``country`` (ISO code); users by login: ``account_manager`` (default: who
            calls), ``second_account_manager``; ``bank_accounts``: list of dicts with
            ``acc_number`` and ``bank``; ``client_reference``: the caller's own key
        :return: id of the customer; the first one's when the reference is known
        :raises UserError: a key or code nobody knows, or a value missing
        :raises ValidationError: wrong or used credit code, incomplete contact name
        """
        reference = vals.get("client_reference")
        known = self._find_customer_by_reference(reference)
        if known:
            return known.id
        if not (vals.get("name") or "").strip():
            raise UserError(self.env._("A customer needs a name (“name”)."))
        values = self._prepare_register_vals(vals)
        check_values(self, values)
        return self.create(values).id

    @api.model
    @arguments(number=TEXT, credit_code=TEXT)
    def lookup_customer(self, number=None, credit_code=None):
        """Find a customer by number or unified social credit code.

        :return: dict with ``id``, ``number``, ``name``, ``credit_code``, ``state``,
            ``usable`` (may be sold to), ``account_manager`` (login) and
            ``is_foreign``; an empty dict when the caller may see no such customer
        :raises UserError: neither is given
        """
        if not (number or credit_code):
            raise UserError(
                self.env._("Give a customer number or a unified social credit code.")
            )
        domain = [("is_crm_customer", "=", True)]
        if number:
            domain.append(("customer_number", "=", number))
        if credit_code:
            domain.append(("credit_code", "=", self._credit_code(credit_code)))
        customer = self.search(domain, limit=1)
        if not customer:
            return {}
        return {
            "id": customer.id,
            "number": customer.customer_number or "",
            "name": customer.name,
            "credit_code": customer.credit_code or "",
            "state": customer.state,
            "usable": customer.state == "archived",
            "account_manager": customer.user_id.login or "",
            "is_foreign": customer.is_foreign,
        }

    @api.model
    def get_import_templates(self):
        templates = super().get_import_templates()
        if not self.env.context.get("default_is_crm_customer"):
            return templates
        return [
            {
                "label": self.env._("Import Template for the Customer List"),
                "template": "/crm_customer_archive/static/xlsx/customer_list.xlsx",
            }
        ]

    # ----------------------------------------------------------------- helpers

    @api.model
    def _find_customer_by_reference(self, reference):
        if not reference:
            return self.browse()
        # sudo: a repeated call answers the same whoever owns the customer by now
        return (
            self.sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("client_reference", "=", reference),
                    ("company_id", "=", self.env.company.id),
                ],
                limit=1,
            )
        )

    @api.model
    def _prepare_register_vals(self, vals):
        unknown = set(vals) - {*PLAIN, *CODES, *LOGINS, "bank_accounts"}
        if unknown:
            raise UserError(
                self.env._(
                    "Unknown in a registration: %s.",
                    format_list(self.env, sorted(unknown)),
                )
            )
        res = {
            "is_company": True,
            **{key: vals[key] for key in PLAIN if key in vals},
            "is_crm_customer": True,
            "company_id": self.env.company.id,
        }
        for key, (field, model) in CODES.items():
            if vals.get(key):
                res[field] = self._register_record(key, model, "code", vals[key])
        for key, field in LOGINS.items():
            if vals.get(key):
                res[field] = self._register_record(key, "res.users", "login", vals[key])
        if vals.get("bank_accounts"):
            res["bank_ids"] = [
                (0, 0, self._prepare_register_bank(account))
                for account in vals["bank_accounts"]
            ]
        return res

    @api.model
    def _register_record(self, key, model, field, value):
        record = self.env[model].search([(field, "=", value)], limit=1)
        if not record:
            raise UserError(
                self.env._("“%(value)s” is not known as %(key)s.", value=value, key=key)
            )
        return record.id

    @api.model
    def _prepare_register_bank(self, account):
        Bank = self.env["res.bank"]
        name = account.get("bank")
        bank = Bank.search([("name", "=", name)], limit=1) if name else Bank
        if name and not bank:
            bank = Bank.create({"name": name})
        return {"acc_number": account.get("acc_number"), "bank_id": bank.id}
