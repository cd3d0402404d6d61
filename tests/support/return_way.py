"""A return in the web client, from asking to the credit note, by whoever does it.

Each function is what one person does on the screen.
"""

from datetime import date

RETURNS = "/odoo/action-crm_returns.action_crm_return"
PLANS = "/odoo/action-crm_returns.action_crm_return_plan"


def edit_row(page, lists, number, **values):
    """Fill cells of one row of a list in a form; selections by ``("text",)``."""
    rows = f'.o_field_widget[name="{lists}"] .o_data_row:nth-child({number})'
    for name, value in values.items():
        # A click ticks a box.
        page.click(f'{rows} td[name="{name}"]')
        if value is True:
            continue
        if isinstance(value, tuple):
            page.select(name, value[0])
        else:
            page.fill(name, value)


def sign(page, name):
    """Sign in a signature field; the signature is drawn from the name given."""
    page.save()
    page.click(f'.o_field_widget[name="{name}"] .o_signature')
    page.click(".modal-footer .btn-primary:not([disabled])", "签")


def ask(page, partner, order, quantity):
    """The salesperson applies for the return of part of an order; its id."""
    page.open(RETURNS)
    page.click(".o_list_button_add, .o-kanban-button-new")
    page.choose("partner_id", partner)
    page.choose("reason_id", "型号")
    page.fill("evidence", "客户来函")
    page.click(".o_field_x2many_list_row_add a")
    page.choose("sale_line_id", order)
    page.fill("quantity", quantity)
    page.save()
    page.expect_state("草稿")
    page.tab("与客户的沟通")
    page.click(".tab-pane.active .o_field_x2many_list_row_add a")
    page.fill("summary", "客户坚持退货")
    page.save()
    page.button("action_submit", "提交")
    page.expect_state("业务主管审核")
    return page.record_id()


def decide(page, document, state):
    """Whoever's turn it is approves."""
    page.open(f"{RETURNS}/{document}")
    page.button("action_approve", "核准")
    page.expect_state(state)


def inspect(page, document, signer):
    """The service section judges product and parts at the customer, who signs."""
    page.open(f"{RETURNS}/{document}")
    page.button("action_new_inspection", "部件清单表")
    for number in (1, 2):
        edit_row(page, "line_ids", number, function=("正常",), appearance=("正常",))
    page.fill("signed_by", signer)
    sign(page, "customer_signature")
    page.save()
    page.button("action_sign", "签字")
    page.expect_state("已签字")
    page.open(f"{RETURNS}/{document}")
    page.button("action_inspect", "检查")
    page.expect_state("已检查")


def collect(page, document, signer):
    """The salesperson takes the papers back; the customer signs and stamps."""
    page.open(f"{RETURNS}/{document}")
    page.tab("客户处执行")
    for number in range(1, 5):
        edit_row(page, "document_ids", number, taken_back=True)
    edit_row(page, "document_ids", 5, missing_reason="服装类产品未发装箱清单")
    page.fill("note_signed_by", signer)
    sign(page, "note_signature")
    page.click('.o_field_widget[name="note_sealed"] input')
    page.save()
    page.button("action_collect", "已收回资料")
    page.expect_state("已收回资料")
    page.button("action_receive", "安排退回")
    page.expect_state("退回途中")


def receive(page, document):
    """The keeper receives the goods into quarantine and hands them to quality."""
    page.open(f"{RETURNS}/{document}")
    page.button("action_view_pickings", "验收入库")
    page.button("button_validate", "验证")
    page.expect_state("已完成")
    page.open(f"{RETURNS}/{document}")
    page.expect_state("已入库")
    page.button("action_to_quality", "送检")
    page.expect_state("品质检验")


def judge(page, document, result):
    """Quality judges the goods and hands the return on."""
    page.open(f"{RETURNS}/{document}")
    edit_row(page, "line_ids", 1, qa_result=(result,), qa_note="领口开线")
    page.save()
    page.button("action_judged", "送会计")
    page.expect_state("会计处理")


def prove(page, document, reference):
    """The salesperson enters the proof of return; the scan comes by itself."""
    page.open(f"{RETURNS}/{document}")
    page.tab("退货证明")
    page.choose("proof_type_id", "红字")
    page.fill("proof_reference", reference)
    page.save()


def credit(page, document):
    """Accounting posts the credit note."""
    page.open(f"{RETURNS}/{document}")
    page.button("action_credit", "编制贷项凭证")
    page.button("action_post", "确认")
    page.expect_state("已过账")
    page.open(f"{RETURNS}/{document}")
    page.expect_state("已结清")


def plan(page, number):
    """The technical department analyses the goods and submits its plan; its id."""
    page.open(PLANS)
    page.click(".o_data_row td[name=return_id]", number)
    page.fill("analysis", "领口缝线断开")
    page.fill("measures", "调整缝纫机张力")
    page.tab("成本")
    page.fill("labour_cost", "30")
    page.save()
    page.button("action_submit", "提交")
    page.expect_state("方案审批")
    return page.record_id()


def decide_plan(page, record):
    page.open(f"{PLANS}/{record}")
    page.button("action_approve", "核准")
    page.expect_state("方案已批准")


def schedule(page, record):
    """Production control schedules the rework."""
    page.open(f"{PLANS}/{record}")
    page.button("action_schedule_wizard", "")
    today = date.today().isoformat()
    page.fill("date_start", today)
    page.fill("date_end", today)
    page.button("action_confirm", "确认")
    page.expect_state("已排期")


def rework(page, record):
    """Production reworks the goods and hands them over."""
    page.open(f"{PLANS}/{record}")
    page.button("action_start", "")
    page.expect_state("整改中")
    page.button("action_finish_wizard", "")
    page.fill("labour", "25")
    page.button("action_confirm", "确认")
    page.expect_state("检查")


def recheck(page, record):
    """Quality checks the goods again."""
    page.open(f"{PLANS}/{record}")
    page.tab("货物")
    page.click('button[name="action_pass"]')
    page.expect_text("检验合格")
    page.button("action_inspected", "")
    page.expect_state("交仓库")


def restock(page, record):
    """The keeper puts the goods back into stock."""
    page.open(f"{PLANS}/{record}")
    page.button("action_execute", "")
    page.expect_state("已完成")
