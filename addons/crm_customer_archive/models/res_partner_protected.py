"""Protected values of a file: written by an approved procedure, never by hand.

Once a file is archived its protected values (``crm.customer.protected.field``) change
through a decision: a staged change, a handover, a credit application. The guard
stands in ``write`` and ``create`` of partners and of their bank accounts, so it holds
for forms, import, mass edit, RPC and for other models that write a partner's name.
The permission to write lives in a variable of the running call, as in the guard
mixin.
"""

from contextlib import contextmanager
from contextvars import ContextVar

from odoo import api, models
from odoo.exceptions import UserError

# What the running call may write: tuples of (customer ids, field names).
_GRANTS = ContextVar("crm_customer_protected_grants", default=())
# States of a file in which its protected values stand.
PROTECTED_STATES = ("archived", "suspended")
BANK = "bank_ids"


class ResPartner(models.Model):
    _inherit = "res.partner"

    # ------------------------------------------------------------------ guard

    def _protected_kinds(self):
        """Return {field name: kind} protected for this partner, by its file."""
        self.ensure_one()
        customer = self.sudo().crm_customer_id  # sudo: the rule, not the file
        if not customer:
            return {}
        kinds = self.env["crm.customer.protected.field"]._protected_kinds(
            customer.company_id or self.env.company
        )
        on_file = customer.state in PROTECTED_STATES
        whole = ("terms", "bank")  # also those of contacts and addresses
        return {
            name: kind
            for name, kind in kinds.items()
            if (on_file or kind == "terms") and (self == customer or kind in whole)
        }

    def _protected_granted(self, name):
        """Tell whether the running call may write a protected value of this file."""
        customer_id = self.sudo().crm_customer_id.id  # sudo: as above
        return any(customer_id in ids and name in names for ids, names in _GRANTS.get())

    @contextmanager
    def _grant_protected(self, names):
        """Open protected values of these customers for the block; for procedures."""
        customers = self.sudo().crm_customer_id  # sudo: as above
        token = _GRANTS.set((*_GRANTS.get(), (frozenset(customers.ids), set(names))))
        try:
            yield
        finally:
            _GRANTS.reset(token)

    def _write_protected(self, vals):
        """Write protected (and guarded) values of customer files.

        For procedures that have a decision behind them; nobody else calls it. The
        permission covers these customers with their contacts and bank accounts, the
        fields of ``vals``, and this call only.

        :param vals: as for ``write``; bank accounts as commands on ``bank_ids``
        """
        with self._grant_protected(vals):
            return self._write_guarded(vals)

    def _check_protected(self, vals):
        """Raise where ``vals`` would change a protected value by hand.

        A contact may take over what its customer has.
        """
        names = self.env["crm.customer.protected.field"]._protected_names()
        names = names.intersection(vals) - {BANK}
        if not names:
            return
        # Strangers learn nothing from the refusal, not even that there is a file.
        self.check_access("write")
        if vals.get("credit_code"):
            vals = {**vals, "credit_code": self._credit_code(vals["credit_code"])}
        for partner in self.sudo():  # sudo: compares values, shows none
            kinds = partner._protected_kinds()
            customer = partner.crm_customer_id
            for name in names.intersection(kinds):
                if not (
                    partner._protected_granted(name)
                    or partner._drops_own_terms(name, vals[name])
                    or self._guarded_equal(partner, name, vals[name])
                    or self._guarded_equal(customer, name, vals[name])
                ):
                    partner._raise_protected(name, kinds[name])

    def _drops_own_terms(self, name, value):
        """Tell whether a file not yet on record only loses terms it brought along."""
        return not value and self.crm_customer_id.state not in PROTECTED_STATES

    def _raise_protected(self, name, kind):
        customer = self.sudo().crm_customer_id  # sudo: named to who tried to write it
        label = self._fields[name]._description_string(self.env)
        if kind == "terms":
            raise UserError(
                self.env._(
                    "“%(field)s” of %(customer)s is granted by an approved credit "
                    "application only and cannot be written directly.",
                    field=label,
                    customer=customer.display_name,
                )
            )
        raise UserError(
            self.env._(
                "%(customer)s is on file: “%(field)s” is a protected value and cannot "
                "be written directly. Ask for a change (button Ask for a Change on the "
                "customer); it takes effect when it has been approved.",
                field=label,
                customer=customer.display_name,
            )
        )

    # -------------------------------------------------------------- lifecycle

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        partners._check_protected_created(vals_list)
        return partners

    def write(self, vals):
        self._check_protected(vals)
        if not vals.get("name") or BANK in vals:
            return super().write(vals)
        # The platform renames the holder of a partner's accounts with the partner.
        with self._grant_protected({BANK}):
            return super().write(vals)

    def _check_protected_created(self, vals_list):
        """Raise where a new customer, or a contact of one, brings its own terms."""
        context = self.env.context
        terms = {
            name
            for _c, name, kind in self.env[
                "crm.customer.protected.field"
            ]._protected_map()
            if kind == "terms"
        }
        for partner, vals in zip(self, vals_list, strict=True):
            given = {
                name
                for name in terms
                if vals.get(name, context.get(f"default_{name}")) is not None
            }
            if given:
                partner.sudo()._check_own_terms(given)  # sudo: compares values only

    def _check_own_terms(self, names):
        """Raise where this partner has terms that nobody granted its customer."""
        self.ensure_one()
        kinds, customer = self._protected_kinds(), self.crm_customer_id
        for name in names:
            if kinds.get(name) != "terms" or self._protected_granted(name):
                continue
            value = self[name]
            usual = self._protected_fallback(name)
            if (
                value
                and value != usual
                and (self == customer or value != customer[name])
            ):
                self._raise_protected(name, "terms")

    def _protected_fallback(self, name):
        """Return what a partner without a value of its own has."""
        field = self._fields[name]
        if not field.company_dependent:
            return False
        return field.convert_to_record(field.get_company_dependent_fallback(self), self)

    def _approval_check(self, step):
        """Nobody brings terms into the archive that were not applied for."""
        res = super()._approval_check(step)
        if step == "registration":
            for partner in self.filtered(lambda p: not p.customer_number):
                kinds = partner._protected_kinds()
                # sudo: compares values only
                partner.sudo()._check_own_terms(
                    [name for name, kind in kinds.items() if kind == "terms"]
                )
        return res

    def _approval_revoke_if_changed(self):
        """What stands on file changes by decisions of its own, not by a new review."""
        on_file = self.sudo().filtered(  # sudo: the procedure's own bookkeeping
            lambda partner: partner.state in PROTECTED_STATES
        )
        return super(ResPartner, self - on_file)._approval_revoke_if_changed()
