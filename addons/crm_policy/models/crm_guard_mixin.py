"""Guarded values: fields that only a model's own methods may write.

A state, a number or an approved value decides what people may do next, so it must
not be typed in. The guard stands in ``create`` and ``write`` and therefore holds for
buttons, import, mass edit and RPC alike, for every user including the superuser. No
context key opens it: the permission to write lives in a variable of the running
call, never in anything a client sends.
"""

import math
from contextvars import ContextVar

from odoo import api, models, tools
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_list

# What the running call may write: tuples of (model, record ids, field names).
_GRANTS = ContextVar("crm_policy_guard_grants", default=())


class CrmGuardMixin(models.AbstractModel):
    _name = "crm.guard.mixin"
    _description = "Fields written only by the model's own methods"

    # Fields of this class that are guarded; `_get_guarded_fields` unites those of
    # every class a model inherits from. `state` is always guarded where it exists.
    _guarded_fields = ()
    # Figures of this class that are never below zero; united like the guarded ones.
    # The table has the same rule; here it is told before, naming the field, in the
    # language of whoever called.
    _positive_fields = ()
    # States in which a record may be deleted; later ones are evidence.
    _unlink_states = ("draft",)
    # {name: {"from": (states,), "to": state, "groups": (xml ids,), "check": method}}
    _transitions = {}

    # ------------------------------------------------------------------ guard

    @api.model
    def _get_guarded_fields(self):
        """Return the names of all guarded fields of this model."""
        return {"state", *self._united("_guarded_fields")}.intersection(self._fields)

    @api.model
    @tools.ormcache("attribute")
    def _united(self, attribute):
        """Return what the classes of this model name in ``attribute``, together."""
        names = set()
        for parent in type(self).__mro__:
            names.update(parent.__dict__.get(attribute, ()))
        return frozenset(names)

    @api.model
    def _guarded_initial(self, name):
        """Return the value a guarded field has on a new record."""
        default = self._fields[name].default
        return default(self) if default else False

    @api.model
    def _guarded_create_vals(self, vals_list):
        """Hook: the guarded values our own code gives to new records.

        :return: one dict per dict of ``vals_list``
        """
        return [{} for _vals in vals_list]

    @api.model
    def _guarded_equal(self, record, name, value):
        """Tell whether writing ``value`` would leave ``record``'s field as it is."""
        field = self._fields[name]
        if field.type in ("one2many", "many2many"):
            return not value
        current = field.convert_to_write(record[name], record)
        wanted = field.convert_to_write(
            field.convert_to_record(field.convert_to_cache(value, record), record),
            record,
        )
        return current == wanted

    @api.model
    def _raise_guarded(self, name):
        raise AccessError(
            self.env._(
                "%(field)s of %(model)s is set by its own procedure only and cannot "
                "be written directly.",
                field=self._fields[name]._description_string(self.env) or name,
                model=self.env["ir.model"]._get(self._name).name,
            )
        )

    @api.model
    def _check_figures(self, vals):
        """Raise where a figure is no number, or below zero and must not be.

        New and changed lines are looked through with their document: what is computed
        from them comes before their own checks.

        :raises ValidationError: naming the field
        """
        for name, value in vals.items():
            field = self._fields.get(name) if value else None
            if field is None:
                continue
            if field.type in ("one2many", "many2many"):
                self._check_line_figures(field, value)
                continue
            if field.type not in ("integer", "float", "monetary"):
                continue
            is_number = isinstance(value, int) or (
                isinstance(value, float) and math.isfinite(value)
            )
            if is_number and (
                value >= 0 or name not in self._united("_positive_fields")
            ):
                continue
            words = {
                "field": field._description_string(self.env),
                "model": self.env["ir.model"]._get(self._name).name,
                "value": value,
            }
            if is_number:
                raise ValidationError(
                    self.env._(
                        "%(field)s of %(model)s must be zero or more, not %(value)s.",
                        **words,
                    )
                )
            raise ValidationError(
                self.env._(
                    "%(field)s of %(model)s must be a number, not %(value)s.", **words
                )
            )

    @api.model
    def _check_line_figures(self, field, commands):
        lines = self.env[field.comodel_name]
        if not isinstance(commands, list | tuple) or not hasattr(
            lines, "_check_figures"
        ):
            return
        for command in commands:
            vals = command[-1] if isinstance(command, list | tuple) else None
            if isinstance(vals, dict):
                lines._check_figures(vals)

    @api.model
    def default_get(self, fields):
        """A default from the context or from ir.default is typed in as well."""
        defaults = super().default_get(fields)
        for name in self._get_guarded_fields().intersection(defaults):
            initial = self._guarded_initial(name)
            if self._fields[name].compute and not initial:
                del defaults[name]
            else:
                defaults[name] = initial
        return defaults

    @api.model_create_multi
    def create(self, vals_list):
        guarded = self._get_guarded_fields()
        initial = {name: self._guarded_initial(name) for name in guarded}
        for vals in vals_list:
            self._check_figures(vals)
            for name in guarded.intersection(vals):
                same = vals[name] == initial[name] or not (vals[name] or initial[name])
                if self._fields[name].compute or not same:
                    self._raise_guarded(name)
        # What is computed is left to its compute.
        given = {
            name: value
            for name, value in initial.items()
            if value or not self._fields[name].compute
        }
        own_vals = self._guarded_create_vals(vals_list)
        return super().create(
            [
                {
                    **{name: vals[name] for name in vals if name not in guarded},
                    **given,
                    **own,
                }
                for vals, own in zip(vals_list, own_vals, strict=True)
            ]
        )

    def write(self, vals):
        self._check_figures(vals)
        guarded = self._get_guarded_fields().intersection(vals)
        if guarded:
            open_fields = self._guard_open_fields()
            for name in guarded - open_fields:
                if all(self._guarded_equal(rec, name, vals[name]) for rec in self):
                    vals = {key: val for key, val in vals.items() if key != name}
                    continue
                self._raise_guarded(name)
        return super().write(vals)

    def copy_data(self, default=None):
        guarded = self._get_guarded_fields()
        return [
            {name: value for name, value in vals.items() if name not in guarded}
            for vals in super().copy_data(default)
        ]

    def _guard_open_fields(self):
        """Return the fields the running call may write on all of these records."""
        ids = set(self.ids)
        fields = set()
        for model, granted_ids, names in _GRANTS.get():
            if model == self._name and ids <= granted_ids:
                fields |= names
        return fields

    def _write_guarded(self, vals):
        """Write guarded values; for methods that have checked who asks.

        The permission covers these records and fields and this call only.
        """
        grant = (self._name, frozenset(self.ids), frozenset(vals))
        token = _GRANTS.set((*_GRANTS.get(), grant))
        try:
            # sudo: whoever takes a step (decides, forwards) need not be allowed to
            # edit the document; the caller has checked that the step is theirs.
            return self.sudo().write(vals)
        finally:
            _GRANTS.reset(token)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        if "state" not in self._fields:
            return
        for record in self:
            if record.state not in self._unlink_states:
                raise UserError(
                    self.env._(
                        "%(document)s is past its draft and is kept as evidence: "
                        "it cannot be deleted.",
                        document=record.display_name,
                    )
                )

    # ------------------------------------------------------------ transitions

    def _transition(self, transition, **vals):
        """Take one step of the model's state machine (``_transitions``).

        :param transition: key of ``_transitions``
        :param vals: guarded values written together with the state
        :raises UserError: wrong state; AccessError: not for this user
        """
        spec = self._transitions[transition]
        groups = spec.get("groups")
        if groups and not any(self.env.user.has_group(group) for group in groups):
            raise AccessError(
                self.env._(
                    "This step of %(model)s is reserved to: %(groups)s.",
                    model=self.env["ir.model"]._get(self._name).name,
                    groups=format_list(
                        self.env,
                        [  # sudo: only to name the groups in the message
                            self.env.ref(group).sudo().full_name for group in groups
                        ],
                    ),
                )
            )
        for record in self:
            record._check_transition_state(spec["from"])
            if spec.get("check"):
                getattr(record, spec["check"])()
        return self._write_guarded({"state": spec["to"], **vals})

    def _check_transition_state(self, states):
        """Raise unless the record is in one of the ``states``."""
        self.ensure_one()
        if self.state not in states:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(document)s is in state “%(state)s”; this step is possible "
                    "only in: %(states)s.",
                    document=self.display_name,
                    state=labels.get(self.state, self.state),
                    states=format_list(
                        self.env, [labels.get(state, state) for state in states]
                    ),
                )
            )
