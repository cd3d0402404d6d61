"""Demo data of our addons only, then the generated demo company."""

import importlib.util

from script_env import environment, parser, progress


def main():
    arguments = parser()
    arguments.add_argument("addons", nargs="*")
    options = arguments.parse_args()
    with environment(options) as env:
        load_files(env, options.addons)
        if importlib.util.find_spec("tools.demo"):
            from tools import demo

            demo.load(env, progress)


def load_files(env, addons):
    """The demo files of the manifests.

    Odoo loads them by itself only when all dependencies have their demo data too,
    which would fill the company with Odoo's own.
    """
    from odoo.modules.loading import load_demo
    from odoo.modules.module_graph import ModuleGraph

    graph = ModuleGraph(env.cr, mode="load")
    graph.extend(
        env["ir.module.module"].search([("state", "=", "installed")]).mapped("name")
    )
    for package in graph:
        if package.name not in addons:
            continue
        progress(0.01, f"demo data of {package.name}")
        if not load_demo(env, package, {}, "init"):
            raise SystemExit(f"the demo data of {package.name} cannot be loaded")
        env["ir.module.module"].search([("name", "=", package.name)]).demo = True


if __name__ == "__main__":
    main()
