"""The customer archive in Chinese: overview and customer page."""

import itertools
import json
import time

import pytest

from tests.support import work
from tests.support.browser import english, wait
from tests.support.clients import Json2

pytestmark = pytest.mark.browser
NUMBERS = itertools.count(int(time.time()) % 1_000_000 + 7_000_000)
CUSTOMERS = "/odoo/action-crm_customer_archive.action_customers"
OVERVIEW = "/odoo/action-crm_customer_archive.action_overview"
#: Name and figure of every tile on the screen, and the titles of their columns.
TILES = """
[...document.querySelectorAll('.o_kanban_record:not(.o_kanban_ghost)')].map((el) =>
    el.innerText.split('\\n').map((one) => one.trim()).filter((one) => one))
"""
COLUMNS = """
[...document.querySelectorAll('.o_kanban_group .o_kanban_header')].map(
    (el) => el.innerText.replace(/[\\s(\\d)]+$/, '').trim()
)
"""
SECTIONS = ["待决定", "到期与逾期", "成长与流失", "需关注"]


@pytest.fixture(scope="module")
def customer(site):
    """Id, name and number of a customer on file of the first salesperson."""
    new = work.customer(site, next(NUMBERS))
    seller = site.user("sales1", Json2)
    [row] = seller.read("res.partner", [new], "name", "customer_number")
    return new, row["name"], row["customer_number"]


def all_chinese(page):
    """No label on the screen is English."""
    assert not english(page.labels())


def figures(site, login):
    """What the overview says to a program: figure by name of tile."""
    tiles = site.user(login, Json2).call("crm.overview.tile", "overview")
    return {tile["name"]: tile["value"] for tile in tiles}


def number(text):
    return float("".join(one for one in text if one.isdigit() or one in ".-"))


def open_tile(page, name):
    """Click a tile; wait for the records behind it."""
    clicked = page.run(
        "[...document.querySelectorAll('.o_kanban_record')].some((el) =>"
        f" el.innerText.trim().split('\\n')[0].trim() === {json.dumps(name)}"
        " && (el.click(), true))"
    )
    assert clicked, name
    wait(
        lambda: page.run(
            "!document.querySelector('.o_crm_overview')"
            " && !!document.querySelector('.o_list_view, .o_kanban_view')"
        ),
        lambda: f"{name} does not open: {page.where()}",
        20,
    )
    page.idle()


@pytest.mark.parametrize("login", ["sales_head", "gm"])
def test_overview(page, site, customer, login):
    """Tiles stand in their sections, say what programs are told, and open as many."""
    waiting = work.draft_customer(site, next(NUMBERS))
    site.user("sales1", Json2).call("res.partner", "action_submit", [waiting])
    viewer = page(login)
    viewer.open(OVERVIEW)
    wait(
        lambda: viewer.run(COLUMNS) == SECTIONS,
        lambda: f"sections are {viewer.run(COLUMNS)}",
        20,
    )
    all_chinese(viewer)
    shown = dict(viewer.run(TILES))
    told = figures(site, login)
    assert {name: number(text) for name, text in shown.items()} == told
    assert told["待审批建档"] >= 1
    counted = [name for name, text in shown.items() if "¥" not in text]
    some = [name for name in counted if told[name]][:4]
    some += [name for name in counted if not told[name]][:1]
    for name in some:
        open_tile(viewer, name)
        all_chinese(viewer)
        assert viewer.count() == told[name], name
        viewer.open(OVERVIEW)
        viewer.expect_text(SECTIONS[0])


PAGES = ("联系人", "需求与服务", "分析", "等级与分类", "重点客户与方案")
#: What each person finds on a customer's page, and what not: buttons by method.
WATCHERS = {
    "sales1": (
        ("action_ask_change", "action_view_documents"),
        ("action_view_access_log",),
    ),
    "desk": (("action_view_documents",), ("action_view_access_log",)),
    "service_manager": (("action_view_documents",), ("action_view_access_log",)),
}


@pytest.mark.parametrize("login", WATCHERS)
def test_customer_page(page, customer, login):
    """Who may see a customer finds the pages in their order, and only own buttons."""
    partner, name, code = customer
    watcher = page(login)
    watcher.open(f"{CUSTOMERS}/{partner}")
    watcher.expect_text(name)
    watcher.expect_state("已建档")
    all_chinese(watcher)
    titles = watcher.run(
        "[...document.querySelectorAll('.o_notebook .nav-link')].map(e =>"
        " e.innerText.trim())"
    )
    found = [title for title in titles if title in PAGES]
    assert found == list(PAGES)
    for title in titles:
        watcher.tab(title)
        all_chinese(watcher)
    watcher.tab("分析")
    watcher.expect_text("最近24个月每月开票额")
    assert watcher.run("!!document.querySelector('.o_dashboard_graph canvas')")
    here, gone = WATCHERS[login]
    for button in (*here, *gone):
        there = watcher.run(f"!!document.querySelector('[name={button}]')")
        assert there == (button in here), button
    assert code in watcher.text()


def test_customer_page_of_a_colleague(page, site, customer):
    """Who may not see a customer neither lists nor opens the page."""
    partner, name, _code = customer
    colleague = page("sales2")
    colleague.open(CUSTOMERS)
    colleague.expect_text("新建")
    assert name not in colleague.text()
    colleague.open(f"{CUSTOMERS}/{partner}")
    wait(
        lambda: colleague.run(
            "!!document.querySelector('.o_dialog, .o_notification, .o_list_view')"
        ),
        lambda: f"neither a message nor a list: {colleague.where()}",
        20,
    )
    assert name not in colleague.text()
    # The client reports what it was refused; nothing else may be in the console.
    colleague.errors[:] = [
        one for one in colleague.errors if f"ID 为{partner}的" not in one
    ]
    site.user("sales2", Json2).refused(
        "res.partner", "read", [partner], fields=["phone"]
    )
