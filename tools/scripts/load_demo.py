"""Make the demo company, or with ``--files`` load the demo files of addons.

The files are small samples for whoever installs one addon in Odoo's demo mode; the
demo company does without them.
"""

from script_env import environment, parser, progress


def main():
    arguments = parser()
    arguments.add_argument("--files", nargs="*", metavar="ADDON")
    options = arguments.parse_args()
    with environment(options) as env:
        if options.files is not None:
            load_files(env, options.files)
            return
        from tools import demo

        demo.load(env, progress)


def load_files(env, addons):
    """The demo files of the manifests.

    Odoo loads them by itself only when all dependencies have their demo data too,
    which would fill the company with Odoo's own.
    """
    from odoo.modules.loading import load_demo
    from odoo.modules.module_graph import ModuleGraph

    installed = env["ir.module.module"].search([("state", "=", "installed")])
    graph = ModuleGraph(env.cr, mode="load")
    graph.extend(installed.mapped("name"))
    for package in graph:
        if package.name in addons:
            if not load_demo(env, package, {}, "init"):
                raise SystemExit(f"the demo data of {package.name} cannot be loaded")
            installed.browse(package.id).demo = True


if __name__ == "__main__":
    main()
