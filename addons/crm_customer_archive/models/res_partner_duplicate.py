"""One customer, one file: credit codes, duplicates, and checks of imported lists.

A customer's name may be typed twice by mistake or with reason, so a form only warns
and the manager decides (GAP-83). A credit code cannot belong to two customers, and an
imported list has nobody to decide, so both are refused there.
"""

import unicodedata

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as StdnumError

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResPartner(models.Model):
    _inherit = "res.partner"

    phone = fields.Char(index="btree_not_null")

    # ------------------------------------------------------------- constraints

    @api.constrains("credit_code", "company_id", "is_crm_customer")
    def _check_credit_code(self):
        """Codes are unique among the customers each company sees."""
        customers = self.filtered(lambda p: p.is_crm_customer and p.credit_code)
        for customer in customers:
            self._validate_credit_code(customer.credit_code)
        if not customers:
            return
        # sudo: colleagues' customers count too; with archived ones, as they may return
        same = (
            self.sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("credit_code", "in", customers.mapped("credit_code")),
                    ("is_crm_customer", "=", True),
                ]
            )
        )
        by_code = same.grouped("credit_code")
        for customer in customers:
            for other in by_code[customer.credit_code]:
                if other != customer and customer._same_company(other):
                    raise self._credit_code_taken(other)

    def _same_company(self, other):
        """Tell whether some company sees both customers."""
        companies = {self.company_id.id, other.company_id.id}
        return len(companies) == 1 or False in companies

    # ------------------------------------------------------------------ checks

    @api.model
    def _credit_code(self, code):
        """Return a credit code as it is stored: half width, capitals, no separators."""
        if not code:
            return False
        return uscc.compact(unicodedata.normalize("NFKC", code)).upper() or False

    @api.model
    def _validate_credit_code(self, code):
        try:
            uscc.validate(code)
        except StdnumError as error:
            raise ValidationError(
                self.env._(
                    "“%(code)s” is no unified social credit code: it has 18 characters "
                    "of which the last one checks the others.",
                    code=code,
                )
            ) from error

    @api.model
    def _credit_code_taken(self, other):
        return ValidationError(
            self.env._(
                "The unified social credit code %(code)s already belongs to the "
                "customer %(customer)s (account manager %(user)s).",
                code=other.credit_code,
                customer=" ".join(filter(None, (other.customer_number, other.name))),
                user=other.user_id.name or "-",
            )
        )

    @api.model
    def _taken_credit_codes(self, codes, company_ids):
        """Return {code: customer} of codes in use in the companies or by all."""
        codes = [code for code in codes if code]
        if not codes:
            return {}
        # sudo: colleagues' customers count too
        others = (
            self.sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("credit_code", "in", codes),
                    ("is_crm_customer", "=", True),
                    ("company_id", "in", [*company_ids, False]),
                ]
            )
        )
        return {other.credit_code: other for other in others}

    # --------------------------------------------------------------- lifecycle

    @api.model
    def _prepare_customer_vals(self, vals_list):
        """Normalise and check the values of new customers, in one go for all.

        The checks stand here and not in constraints alone, because the database
        would otherwise refuse the second of two equal codes in its own words.
        """
        self._inherit_customer_company(vals_list)
        customers = [vals for vals in vals_list if vals.get("is_crm_customer")]
        for vals in customers:
            if vals.get("credit_code"):
                vals["credit_code"] = self._credit_code(vals["credit_code"])
                vals.setdefault("vat", vals["credit_code"])
        companies = {vals.get("company_id") for vals in customers}
        taken = self._taken_credit_codes(
            [vals.get("credit_code") for vals in customers], companies
        )
        importing = self.env.context.get("import_file")
        names = self._taken_names(customers) if importing else {}
        required = self._import_required(companies) if importing else {}
        seen = set()
        errors = []
        for vals in customers:
            found = self._customer_vals_errors(vals, taken, names, seen)
            if importing:
                found += self._import_missing(vals, required)
            if importing and found:
                # The client shows the message of a whole batch beside its first row.
                found[0] = f"{vals.get('name') or '-'}: {found[0]}"
            errors += found
        if errors:
            raise ValidationError("\n".join(errors))

    @api.model
    def _inherit_customer_company(self, vals_list):
        """Contacts and addresses of a customer belong to its company."""
        parents = self.browse(
            {
                vals["parent_id"]
                for vals in vals_list
                if vals.get("parent_id") and "company_id" not in vals
            }
        )
        # sudo: the company of the file the contact is added to
        company_of = {
            parent.id: parent.company_id.id
            for parent in parents.sudo()
            if parent.crm_customer_id
        }
        for vals in vals_list:
            if vals.get("parent_id") in company_of and "company_id" not in vals:
                vals["company_id"] = company_of[vals["parent_id"]]

    @api.model
    def _customer_vals_errors(self, vals, taken, names, seen):
        """Return what is wrong with one new customer; all of it, not the first."""
        errors = self._text_errors(vals) + self._date_errors(vals)
        code = vals.get("credit_code")
        if code:
            try:
                self._validate_credit_code(code)
            except ValidationError as error:
                errors.append(error.args[0])
            if code in taken:
                errors.append(self._credit_code_taken(taken[code]).args[0])
            elif (code, vals.get("company_id")) in seen:
                errors.append(
                    self.env._("The credit code %s stands twice in the list.", code)
                )
            seen.add((code, vals.get("company_id")))
        name = vals.get("name")
        if name in names:
            errors.append(
                self.env._(
                    "A customer named “%(name)s” already exists (account manager "
                    "%(user)s).",
                    name=name,
                    user=names[name].user_id.name or "-",
                )
            )
        return errors

    @api.model
    def _taken_names(self, vals_list):
        names = [vals["name"] for vals in vals_list if vals.get("name")]
        # sudo: colleagues' customers count too
        others = self.sudo().search(
            [
                ("name", "in", names),
                ("is_crm_customer", "=", True),
                ("company_id", "in", [*self.env.companies.ids, False]),
            ]
        )
        return {other.name: other for other in others}

    @api.model
    def _import_required(self, company_ids):
        """Return the list in force of each company, looked up once for all rows."""
        lists = self.env["crm.customer.required.field"]
        companies = self.env["res.company"]
        return {
            company_id: lists._for_company(
                companies.browse(company_id or self.env.company.id)
            ).filtered("check_on_import")
            for company_id in company_ids
        }

    @api.model
    def _import_missing(self, vals, required):
        """Return the errors of an imported row without a value it must have."""
        is_company = vals.get("is_company") or vals.get("company_type") == "company"
        return [
            self.env._("“%s” is missing.", rule.field_id.field_description)
            for rule in required[vals.get("company_id")]
            if rule._applies(is_company, False) and not vals.get(rule.field_id.name)
        ]

    @api.model
    def _check_credit_code_free(self, codes):
        """Raise when a code that is about to be written belongs to someone else."""
        for code in filter(None, codes):
            self._validate_credit_code(code)
        taken = self._taken_credit_codes(codes, self.company_id.ids)
        for other in taken.values():
            if other not in self:
                raise self._credit_code_taken(other)
