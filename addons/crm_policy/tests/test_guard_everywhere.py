"""Guarded values are refused on every model of ours, whoever makes them."""

import contextlib
import inspect

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import PolicyCase

# Two records that are not there.
GONE = (2**31 - 2, 2**31 - 1)


@tagged("post_install", "-at_install")
class TestGuardEverywhere(PolicyCase):
    def _guarded_models(self):
        guard = self.env.registry["crm.guard.mixin"]
        for name, model in self.env.registry.items():
            if issubclass(model, guard) and not model._abstract:
                yield self.env[name]

    def _forged(self, model, name):
        """Return a value that the field never has on a new record."""
        field, initial = model._fields[name], model._guarded_initial(name)
        if field.type == "selection":
            values = [value for value, _label in field._description_selection(self.env)]
            return next((value for value in values if value != initial), None)
        if field.type == "boolean":
            return not initial
        if field.type in ("integer", "float", "monetary"):
            return (initial or 0) + 7
        if field.type == "many2one":
            return self.env[field.comodel_name].sudo().search([], limit=1).id or None
        if field.type in ("one2many", "many2many"):
            return [(6, 0, [1])]
        return {
            "date": "2020-02-02",
            "datetime": "2020-02-02 02:02:02",
            "json": {"forged": True},
        }.get(field.type, "forged")

    def test_no_guarded_value_is_created(self):
        """Not even by the superuser, and not with a context key (RPC takes both)."""
        tried = 0
        for model in self._guarded_models():
            for name in sorted(model._get_guarded_fields()):
                value = self._forged(model, name)
                if value is None:
                    continue
                tried += 1
                for env in (self.env, self.env(user=self.user_director)):
                    maker = env[model._name].with_context(install_mode=True, su=True)
                    with (
                        self.subTest(
                            model=model._name, field=name, user=env.user.login
                        ),
                        self.assertRaises(AccessError),
                        self.env.cr.savepoint(),
                    ):
                        maker.create([{name: value}])
        self.assertGreater(tried, 20)

    def _public_methods(self):
        """Methods of ours that programs may call on records, with their arguments."""
        policy = self.env.ref("base.module_crm_policy")
        ours = {
            f"odoo.addons.{name}"
            for name in (policy | policy.downstream_dependencies()).mapped("name")
        }
        for model in self.env.values():
            if model._abstract or model._transient:
                continue
            own, other = set(), set()
            for cls in type(model).mro():
                mine = ".".join(cls.__module__.split(".")[:3]) in ours
                (own if mine else other).update(vars(cls))
            for name in sorted(own - other):
                method = getattr(type(model), name)
                if (
                    not name.startswith("_")
                    and inspect.isfunction(method)
                    and not getattr(method, "_api_private", False)
                ):
                    yield model, name, inspect.signature(method).parameters

    def test_none_or_many_records_are_no_fault(self):
        """A program that names the wrong ids gets a message, not a line of Python."""
        tried = 0
        for model, name, parameters in self._public_methods():
            arguments = {
                key: None
                for key, parameter in list(parameters.items())[1:]
                if parameter.default is parameter.empty
                and parameter.kind is not parameter.VAR_KEYWORD
            }
            tried += 1
            for ids in ((), GONE):
                with (
                    self.subTest(model=model._name, method=name, ids=ids),
                    contextlib.suppress(UserError),
                    self.env.cr.savepoint(),
                ):
                    getattr(model.browse(ids), name)(**arguments)
        self.assertGreater(tried, 10)

    def test_every_argument_has_a_kind(self):
        """What a program sends is checked by name before anything is done with it."""
        for model, name, parameters in self._public_methods():
            declared = set()
            for cls in type(model).mro():
                declared.update(
                    getattr(vars(cls).get(name), "argument_kinds", {}),
                )
            undeclared = [
                key
                for key, parameter in list(parameters.items())[1:]
                if key not in declared and parameter.kind is not parameter.VAR_KEYWORD
            ]
            with self.subTest(model=model._name, method=name):
                self.assertFalse(undeclared)

    def test_overridden_methods_stay_callable(self):
        """A method without records stays one: clients call it without ids."""
        ours = "odoo.addons.crm_"
        for name in ("res.partner", "crm.authority", "sale.order", "account.move"):
            if name not in self.env.registry:
                continue
            model = self.env.registry[name]
            for method in {key for cls in model.__mro__ for key in vars(cls)}:
                owners = [
                    vars(cls)[method] for cls in model.__mro__ if method in vars(cls)
                ]
                if not str(getattr(owners[0], "__module__", "")).startswith(ours):
                    continue
                if any(getattr(owner, "_api_model", False) for owner in owners):
                    with self.subTest(model=name, method=method):
                        self.assertTrue(owners[0]._api_model)
