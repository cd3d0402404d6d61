"""The customer archive in Chinese: overview, customer page, and requests for data."""

import io
import itertools
import json
import re
import time
from datetime import date, timedelta

import pytest
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.support import work
from tests.support.browser import english, wait
from tests.support.clients import Json2
from tests.support.web import Session

pytestmark = pytest.mark.browser
NUMBERS = itertools.count(int(time.time()) % 1_000_000 + 7_000_000)
CUSTOMERS = "/odoo/action-crm_customer_archive.action_customers"
REQUESTS = "/odoo/action-crm_customer_archive.action_crm_data_request"
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
    # The service manager has all that the desk has.
    "service_manager": (("action_view_documents",), ("action_view_access_log",)),
    "sales_head": (
        ("action_ask_change", "action_view_documents"),
        ("action_view_access_log",),
    ),
    "gm": (("action_view_documents",), ()),
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


def test_data_request(page, site, customer):
    """A colleague's file is asked for, consented to, confirmed, printed, returned.

    The pages of a browser share its cookies: each person opens a page of their own.
    """
    partner, name, code = customer
    asker = page("sales2")
    asker.open(REQUESTS)
    all_chinese(asker)
    asker.click(".o_list_button_add, .o-kanban-button-new")
    asker.fill("purpose", "区域联合促销，需核对收货地址")
    asker.select("form", "纸质")
    asker.choose("field_set_ids", "地址")
    asker.fill("date_to", f"{date.today() + timedelta(days=7):%Y-%m-%d}")
    asker.tab("客户")
    asker.fill("customer_numbers", code)
    asker.save()
    all_chinese(asker)
    assert name not in asker.text()
    asker.button("action_submit", "提交")
    asker.expect_state("已申请")
    request = asker.record_id()
    director = page("marketing_director")
    director.open(f"{REQUESTS}/{request}")
    director.expect_text(name)
    all_chinese(director)
    director.button("action_approve", "同意")
    director.expect_state("已同意")

    manager = page("service_manager")
    manager.open(f"{REQUESTS}/{request}")
    all_chinese(manager)
    manager.button("action_confirm", "确认")
    manager.expect_state("已确认")

    desk = page("desk")
    desk.open(f"{REQUESTS}/{request}")
    all_chinese(desk)
    desk.button("action_release", "发放")
    desk.expect_state("已发放")

    desk.click(".o_statusbar_buttons button", "发放纸质资料")
    desk.expect_text("应归还日")
    all_chinese(desk)
    desk.click(".modal-footer .btn-primary", "发放并打印")
    desk.expect_state("纸质资料外借")
    assert not desk.run("!!document.querySelector('.modal')")
    clerk = site.user("desk", Json2)
    [copy] = clerk.search("crm.data.copy", [("request_id", "=", request)])

    # Who was refused the customer before finds it in the scope granted.
    asker = page("sales2")
    asker.open(f"{REQUESTS}/{request}")
    asker.tab("授权范围")
    asker.expect_text(name)
    all_chinese(asker)
    asker.click('button[name="action_view_copies"]')
    asker.expect_text("赵文娟")
    all_chinese(asker)

    desk = page("desk")
    desk.open(f"/odoo/action-crm_customer_archive.action_crm_data_copy/{copy}")
    all_chinese(desk)
    desk.button("action_receive", "收回")
    desk.expect_state("已归还")
    assert clerk.value("crm.data.request", request, "state") == "returned"


def _workbook(content, password):
    """Rows of an encrypted workbook."""
    file, plain = OOXMLFile(io.BytesIO(content)), io.BytesIO()
    file.load_key(password=password)
    file.decrypt(plain)
    return load_workbook(plain).active.values


def test_export_of_a_request(page, site, customer):
    """An electronic file holds the customers and parts granted, and no more."""
    partner, name, code = customer
    seller = site.user("sales2", Json2)
    export = {"fields_to_export": ["name", "street"]}
    seller.refused("res.partner", "export_data", [partner], **export)
    vals = {
        "purpose": "区域联合促销",
        "form": "electronic",
        "customer_numbers": [code],
        "parts": ["address"],
        "date_to": f"{date.today() + timedelta(days=7)}",
    }
    request = seller.call("crm.data.request", "request_data", vals=vals)
    steps = (
        ("marketing_director", "action_approve", "同意", "已同意"),
        ("service_manager", "action_confirm", "确认", "已确认"),
        ("desk", "action_release", "发放", "已发放"),
    )
    for login, method, label, state in steps:
        person = page(login)
        person.open(f"{REQUESTS}/{request}")
        person.button(method, label)
        person.expect_state(state)
        all_chinese(person)
    # The workbook and the forms open with the password shown, once, to the holder.
    asker = page("sales2")
    asker.open(f"{REQUESTS}/{request}")
    asker.button("action_take_file_password", "文件密码")
    asker.click(".modal-footer .btn-primary", "确定")
    shown = "(document.querySelector('.o_notification_body') || {}).innerText"
    notice = wait(lambda: asker.run(shown), "no password is shown")
    password = re.search(r"\w{5}(-\w{5}){3}", notice)[0]
    all_chinese(asker)
    web = Session(site, "sales2").http
    path = f"/crm_customer_archive/xlsx/crm.data.request/{request}"
    rows = list(_workbook(web.get(site.url + path, timeout=60).content, password))
    assert [row[1] for row in rows[1:]] == [name]
    path = f"/report/pdf/crm_customer_archive.report_customer_contacts/{partner}"
    form = PdfReader(io.BytesIO(web.get(site.url + path, timeout=120).content))
    assert not form.decrypt("wrong")
    assert form.decrypt(password)

    values = seller.call("res.partner", "export_data", [partner], **export)
    assert values["datas"] == [[name, "解放东街1号"]]
    more = {"fields_to_export": ["name", "main_contact_phone"]}
    seller.refused("res.partner", "export_data", [partner], **more)
    other = work.customer(site, next(NUMBERS))
    seller.refused("res.partner", "export_data", [partner, other], **export)
