"""One tour per area in Chinese, as the people of the company work with it."""

import itertools
import time

import pytest

from tests.support import return_way as way
from tests.support import work
from tests.support.browser import english, wait
from tests.support.clients import Json2
from tests.support.codes import credit_code

pytestmark = pytest.mark.browser
NUMBERS = itertools.count(int(time.time()) % 1_000_000 + 4_000_000)


@pytest.fixture(scope="module")
def customer(site):
    """Id and name of a customer on file."""
    new = work.customer(site, next(NUMBERS))
    return new, site.user("sales1", Json2).value("res.partner", new, "name")


def act(site, login, model, method, ids, **named):
    """What somebody else did meanwhile."""
    return site.user(login, Json2).call(model, method, ids, **named)


def expect(site, login, model, record, field, value=None):
    """Wait until a field has the value, or any."""

    def now():
        found = site.user(login, Json2).value(model, record, field)
        return found == value if value else found

    return wait(now, f"{model} {record}: {field} is not {value or 'set'}", 20)


def all_chinese(page):
    """No label on the screen is English."""
    assert not english(page.labels())


def open_app(page, *menus):
    page.open("/odoo")
    page.open("/odoo/action-crm_customer_archive.action_customers")
    if menus:
        page.menu(*menus)
    all_chinese(page)


def test_customers(page, site):
    """A salesperson registers a customer; the manager finds it and approves it."""
    number = next(NUMBERS)
    name = f"吴忠{number}号服装有限公司"
    seller = page("sales1")
    open_app(seller, "客户")
    seller.click(".o_list_button_add, .o-kanban-button-new")
    seller.fill("name", name)
    seller.choose("source_id", "展会")
    seller.choose("enterprise_type_id", "有限责任公司")
    seller.fill("legal_representative", "马建国")
    seller.fill("credit_code", credit_code(number))
    seller.fill("street", "解放东街1号")
    seller.fill("city", "吴忠市")
    seller.fill("main_contact_name", "马晓燕")
    seller.fill("main_contact_function", "采购经理")
    seller.fill("main_contact_phone", "13895001234")
    seller.save()
    seller.expect_state("草稿")
    all_chinese(seller)
    seller.button("action_submit", "提交")
    seller.expect_state("审查中")
    manager = page("sales_head")
    manager.open("/odoo/action-crm_policy.crm_approval_action_mine")
    all_chinese(manager)
    manager.expect_text(name)
    manager.open("/odoo/action-crm_customer_archive.action_customers_to_review")
    all_chinese(manager)
    manager.click(".o_data_row td[name=name], .o_kanban_record", name)
    manager.button("action_approve", "批准")
    manager.expect_state("已建档")
    all_chinese(manager)


def test_visits(page, site, customer):
    """A visit is planned, applied for, held, reported and signed."""
    partner, name = customer
    seller = page("sales1")
    seller.open("/odoo/action-crm_visit.crm_visit_action")
    all_chinese(seller)
    seller.click(".o_list_button_add, .o-kanban-button-new, .o-calendar-button-new")
    seller.choose("partner_id", name)
    seller.choose("kind_id", "回访")
    seller.fill("planned_start", "+1d")
    seller.click(".nav-link", "参加人")
    seller.click(".o_field_x2many_list_row_add a")
    seller.choose("user_id", "赵文娟")
    seller.save()
    seller.expect_state("已计划")
    all_chinese(seller)
    seller.button("action_request_approval", "申请")
    seller.expect_state("审批中")
    visit = seller.record_id()
    head = page("sales_head")
    head.open(f"/odoo/action-crm_visit.crm_visit_action/{visit}")
    head.button("action_approve", "批准")
    head.expect_state("已批准")
    all_chinese(head)


def test_complaints(page, site, customer):
    """A complaint through all departments: cause, opinions, decision, money, closing.

    Each department's own person logs in, fills the part of the step and sends it on.
    """
    _partner, name = customer
    seller = page("sales1")
    seller.open("/odoo/action-crm_complaint.action_crm_complaint")
    all_chinese(seller)
    seller.click(".o_list_button_add, .o-kanban-button-new")
    seller.choose("partner_id", name)
    seller.fill("order_reference", "SO-1")
    seller.choose("product_id", "夹克")
    seller.fill("delivery_date", "2026-03-02")
    seller.fill("delivered_quantity", "100")
    seller.fill("defective_quantity", "5")
    seller.fill("amount_claim", "1500")
    seller.fill("description", "缝线开裂")
    seller.fill("demand", "退货")
    seller.fill("opinion", "样品属实")
    seller.save()
    all_chinese(seller)
    seller.button("action_submit", "")
    complaint = seller.record_id()
    office = page("gmo")
    office.open(f"/odoo/action-crm_complaint.action_crm_complaint/{complaint}")
    office.button("action_receive", "")
    expect(site, "gmo", "crm.complaint", complaint, "name")
    all_chinese(office)
    number = site.user("gmo", Json2).value("crm.complaint", complaint, "name")
    quality = page("quality")
    quality.open("/odoo/action-crm_complaint.action_crm_complaint_at_me")
    quality.click(".o_data_row td[name=name], .o_kanban_record", number)
    quality.choose("category_id", "质量异常")
    quality.tab("调查分析")
    quality.fill("cause", "面料低于标准克重")
    quality.choose("responsible_department_id", "制造")
    quality.save()
    quality.button("action_answer_quality", "")
    expect(site, "gmo", "crm.complaint", complaint, "state", "production")
    all_chinese(quality)
    person = quality
    for login, tab, parts, button, state in COMPLAINT_WAY:
        if person.login != login:
            person = page(login)
            person.open(f"/odoo/action-crm_complaint.action_crm_complaint/{complaint}")
        if tab:
            person.tab(tab)
        for field, value in parts.items():
            person.fill(field, value)
        if button == "action_request_decision":
            settle(person)
        if tab:
            person.save()
        all_chinese(person)
        person.button(button, "")
        expect(site, "gmo", "crm.complaint", complaint, "state", state)
    [facts] = act(
        site,
        "gmo",
        "crm.complaint",
        "read",
        [complaint],
        fields=["amount_decision", "decided_by_id", "loss_total", "closed_at"],
    )
    assert facts["amount_decision"] == 1500
    assert facts["decided_by_id"][0] == site.users["sales_head"]
    assert facts["loss_total"] == 1234.56
    assert facts["closed_at"]


#: Who fills which part on which page, presses what, and where the complaint is then.
COMPLAINT_WAY = (
    (
        "manufacturing",
        "调查分析",
        {
            "production_cause": "七号织机调校有误",
            "countermeasure": "每班检查调校",
            "production_unit": "织造车间",
            "shift": "夜班",
            "production_date": "2026-03-01",
        },
        "action_answer_production",
        "manager_instruction",
    ),
    (
        "manufacturing",
        "调查分析",
        {"manager_instruction": "停机检修"},
        "action_instruct",
        "gmo_check",
    ),
    ("gmo", "各方意见", {"gmo_check": "同意"}, "action_check", "sales_opinion"),
    (
        "sales1",
        "各方意见",
        {"sales_opinion": "建议折让", "negotiation_result": "客户等待决定"},
        "action_answer_sales",
        "supervisor_reading",
    ),
    (
        "sales_head",
        "各方意见",
        {"supervisor_reading": "已阅"},
        "action_read",
        "gmo_summary",
    ),
    (
        "gmo",
        "综合意见",
        {"summary": "责任在我方", "amount_settlement": "1234.56"},
        "action_request_decision",
        "decision",
    ),
    ("sales_head", None, {}, "action_approve", "decided"),
    ("sales1", None, {}, "action_execute", "executing"),
    (
        "sales1",
        "处理结果",
        {"execution_result": "已开红字发票"},
        "action_confirm_execution",
        "executing",
    ),
    ("gmo", None, {}, "action_close", "closed"),
)


def settle(office):
    """The office enters an allowance and says that the improvement is tracked."""
    office.select("improvement_tracked", "是")
    office.click(".o_field_x2many_list_row_add a")
    office.choose("kind_id", "折让")
    office.fill("amount", "1234.56")


def test_returns(page, site, customer):
    """A return goes from asking to the credit note and back into stock, by everybody.

    Stock, receivable, revenue and the order are looked at afterwards.
    """
    partner, name = customer
    line = work.delivered_line(site, partner, quantity=10)
    order = site.user("sales1", Json2).value("sale.order.line", line, "order_id")[1]
    work.part_of_jacket(site, "拉链")
    before = return_figures(site, partner, line)
    tab = page("sales1")
    document = way.ask(tab, name, order, "2")
    number = site.user("sales1", Json2).value("crm.return", document, "name")
    for login, state in (
        ("sales_head", "营销审核"),
        ("marketing", "总经理"),
        ("gm", "已核准"),
    ):
        way.decide(tab.become(login), document, state)
    way.inspect(tab.become("desk"), document, "马晓燕")
    all_chinese(tab)
    way.collect(tab.become("sales1"), document, "马晓燕")
    all_chinese(tab)
    way.receive(tab.become("storage"), document)
    way.judge(tab.become("quality"), document, "不良")
    all_chinese(tab)
    way.prove(tab.become("sales1"), document, "RED-7")
    scan = {"name": "红字发票.png", "datas": work.SIGNATURE}
    attach = {"proof_attachment_ids": [(0, 0, scan)]}
    act(site, "sales1", "crm.return", "write", [document], vals=attach)
    way.credit(tab.become("accounting"), document)
    all_chinese(tab)
    plan = way.plan(tab.become("technical"), number)
    way.decide_plan(tab.become("gm"), plan)
    way.schedule(tab.become("pmc"), plan)
    way.rework(tab.become("production"), plan)
    way.recheck(tab.become("quality"), plan)
    way.restock(tab.become("storage"), plan)
    all_chinese(tab)
    after = return_figures(site, partner, line)
    changed = {key: round(after[key] - before[key], 2) for key in after}
    assert changed == {
        "stock": 2,
        "quarantine": 0,
        "receivable": -678.0,
        "revenue": -600.0,
        "tax": -78.0,
        "delivered": -2,
        "invoiced": -2,
    }
    [item] = site.user("accounting", Json2).call(
        "crm.return.item", "ledger", customer_id=partner
    )
    assert (item["state"], item["mark"], item["cost"]) == ("restocked", "reworked", 25)


def return_figures(site, partner, line):
    """What stock, accounts and the order say of a customer's jackets."""
    keeper, books = site.user("storage", Json2), site.user("accounting", Json2)
    warehouse = keeper.call(
        "stock.warehouse",
        "search_read",
        domain=[],
        fields=["lot_stock_id", "return_quarantine_location_id"],
        limit=1,
    )[0]

    def on_hand(field):
        quants = keeper.call(
            "stock.quant",
            "search_read",
            domain=[
                ("product_id", "=", site.jacket),
                ("location_id", "=", warehouse[field][0]),
            ],
            fields=["quantity"],
        )
        return sum(quant["quantity"] for quant in quants)

    def balance(account_type):
        entries = books.call(
            "account.move.line",
            "search_read",
            domain=[
                ("partner_id", "=", partner),
                ("parent_state", "=", "posted"),
                ("account_type", "=", account_type),
                ("move_type", "in", ("out_invoice", "out_refund")),
            ],
            fields=["balance", "tax_line_id"],
        )
        return {
            taxed: sum(
                one["balance"] for one in entries if bool(one["tax_line_id"]) == taxed
            )
            for taxed in (False, True)
        }

    sold = books.read("sale.order.line", [line], "qty_delivered", "qty_invoiced")[0]
    return {
        "stock": on_hand("lot_stock_id"),
        "quarantine": on_hand("return_quarantine_location_id"),
        "receivable": balance("asset_receivable")[False],
        "revenue": -balance("income")[False],
        "tax": -balance("liability_current")[True],
        "delivered": sold["qty_delivered"],
        "invoiced": sold["qty_invoiced"],
    }


def test_decisions_register_and_settings(page, site, customer):
    """An administrator looks at rules and decisions and chooses policies."""
    policy = page("policy")
    policy.open("/odoo/action-crm_policy.crm_policy_rule_action")
    all_chinese(policy)
    policy.click(".o_data_row td[name=code], .o_kanban_record")
    all_chinese(policy)
    policy.open("/odoo/action-crm_policy.crm_authority_action")
    policy.click(".o_list_button_add, .o-kanban-button-new")
    all_chinese(policy)
    policy.open("/odoo/action-crm_policy.crm_approval_action")
    all_chinese(policy)
    policy.open("/odoo/action-crm_policy.crm_approval_delegation_action")
    policy.click(".o_list_button_add, .o-kanban-button-new")
    all_chinese(policy)
    admin = page("admin")
    admin.open("/odoo/settings#crm_policy")
    admin.click(".settings_tab .tab, .settings_tab a", "客户管理")
    all_chinese(admin)
