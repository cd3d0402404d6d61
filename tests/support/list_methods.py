"""Write down the public methods our addons add to models, as JSON."""

import inspect
import json
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tools" / "scripts"))

from script_env import environment, parser  # noqa: E402


def main():
    arguments = parser()
    arguments.add_argument("file")
    options = arguments.parse_args()
    with environment(options) as env:
        found = [entry for name in sorted(env.registry) for entry in methods(env[name])]
        Path(options.file).write_text(json.dumps(found))


def methods(model):
    """Entries of the methods that no class of another maker has."""
    if model._transient:
        return
    classes = type(model).__mro__
    ours = [cls for cls in classes if cls.__module__.startswith("odoo.addons.crm_")]
    ours = [cls for cls in ours if cls.__module__.split(".")[2] in own_addons()]
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


def own_addons():
    return {path.parent.name for path in (PROJECT / "addons").glob("*/__manifest__.py")}


if __name__ == "__main__":
    main()
