"""The samples that come with the addons load."""

from tools import paths


def test_demo_files_load(workbench):
    """All demo files of the manifests, without Odoo's own demo data."""
    addons = paths.own_addons()
    with workbench.database("demo-files") as name:
        workbench.databases.script(
            "Loading demo files", name, "load_demo.py", "--files", *addons
        )
        rows = workbench.databases.sql(
            "SELECT name FROM ir_module_module WHERE demo", database=name
        )
    assert {name for (name,) in rows} == set(addons)
