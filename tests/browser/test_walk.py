"""Every menu of ours, every view of its action, in Chinese and without an error."""

import json
import re

import pytest

from tests.support import site as sites
from tests.support.browser import english
from tests.support.clients import Json2
from tools import paths

pytestmark = pytest.mark.browser
#: Texts of the platform's that no translation of ours can change, and proper names.
FOREIGN = {
    "My Company",
    "Administrator",
    "Peppol Endpoint",
    "Properties Base Definition",
    "Stage Color",
    # The samples that Odoo shows behind an empty view.
    *("Carrie Helle", "Henry Campbell", "John Miller", "Thomas Passot"),
    *("Wendi Baltz", "In massa", "Integer vitae", "Laoreet id", "Viverra nam"),
    "Volutpat blandit",
}
#: The calendar's own.
FOREIGN_PATTERN = re.compile(r"Week \d+")
DO_ACTION = """
(async () => {{
    const action = odoo.__WOWL_DEBUG__.root.env.services.action;
    try {{
        await action.doAction({action}, {options});
    }} catch (error) {{
        return String(error.cause || error);
    }}
    return "";
}})()
"""


@pytest.fixture(scope="module")
def site(workbench):
    """A company with documents of every kind, so that every form has something."""
    with sites.site(workbench, work="busy") as running:
        yield running


def our_actions(site):
    """(menu, action) of every menu of ours that opens a window."""
    admin = site.user("admin", Json2)
    rows = admin.call(
        "ir.model.data",
        "search_read",
        domain=[("model", "=", "ir.ui.menu"), ("module", "in", paths.own_addons())],
        fields=["res_id", "module", "name"],
    )
    menus = admin.call(
        "ir.ui.menu",
        "read",
        [row["res_id"] for row in rows],
        fields=["action", "complete_name"],
    )
    for menu in menus:
        if menu["action"] and menu["action"].startswith("ir.actions.act_window,"):
            yield menu["complete_name"], int(menu["action"].partition(",")[2])


def look(page, where, found):
    """Note what is English on the screen, and what the console says."""
    page.idle()
    words = set(english(page.labels())) - FOREIGN
    words = {word for word in words if not FOREIGN_PATTERN.fullmatch(word)}
    if words:
        found.append(f"{where}: English: {sorted(words)}")
    page.run("1")
    if page.errors:
        found.append(f"{where}: {page.errors}")
        page.errors.clear()


def walk(page, site, menu, action, found, seen):
    admin = site.user("admin", Json2)
    [row] = admin.call(
        "ir.actions.act_window",
        "read",
        [action],
        fields=["views", "res_model", "target", "search_view_id"],
    )
    for number, view in row["views"]:
        # Menus that differ in what they select show the same screen.
        screen = row["res_model"], number, view, str(row["search_view_id"])
        if screen in seen:
            continue
        seen.add(screen)
        where = f"{menu} ({view})"
        options = {"clearBreadcrumbs": True, "viewType": view}
        if view == "form" and row["target"] != "new":
            reader = site.user("policy", Json2)
            ids = reader.search(row["res_model"], [], limit=1, order="id desc")
            if not ids:
                continue
            options["props"] = {"resId": ids[0]}
        failed = page.run(DO_ACTION.format(action=action, options=json.dumps(options)))
        if failed:
            found.append(f"{where}: {failed}")
            page.errors.clear()
            page.open("/odoo")
            continue
        look(page, where, found)
        if view == "form":
            for index in range(page.run("crm.tabs()")):
                page.run(f"crm.tab({index})")
                look(page, f"{where} tab {index}", found)
        elif page.run("crm.click('.o_searchview_dropdown_toggler')"):
            look(page, f"{where} search", found)
        if row["target"] == "new":
            page.open("/odoo")


def test_every_screen(page, site):
    found, seen, policy = [], set(), page("policy")
    policy.open("/odoo/action-crm_customer_archive.action_customers")
    actions = list(our_actions(site))
    assert len(actions) > 30
    for menu, action in actions:
        walk(policy, site, menu, action, found, seen)
    assert not found, "\n".join(found)
