"""The public methods that our addons add to models."""

import inspect

from tools import paths


def public_methods(env):
    """Facts of each method that no class of another maker has."""
    own = {f"odoo.addons.{name}" for name in paths.own_addons()}
    return [
        entry
        for name in sorted(env.registry)
        if not env[name]._transient
        for entry in _methods(env[name], own)
    ]


def _methods(model, own):
    classes = type(model).__mro__
    ours = [cls for cls in classes if ".".join(cls.__module__.split(".")[:3]) in own]
    others = [cls for cls in classes if cls not in ours]
    names = {
        name
        for cls in ours
        for name, value in vars(cls).items()
        if inspect.isfunction(value) and not name.startswith("_")
    }
    for name in sorted(names):
        if any(
            name in vars(cls) for cls in others if cls.__module__ != "odoo.orm.registry"
        ):
            continue
        method = getattr(type(model), name)
        if getattr(method, "_api_private", False):
            continue
        definer = next(cls for cls in reversed(ours) if name in vars(cls))
        yield {
            "model": model._name,
            "method": name,
            "abstract": model._abstract,
            "definer": definer._name or definer._inherit,
            "documented": bool(inspect.getdoc(method)),
        }
