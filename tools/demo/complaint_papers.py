"""What surrounds complaints: abnormality forms, memoranda, reviews, notifications.

A few of each, in the states in which the people of the company meet them.
"""

from dateutil.relativedelta import relativedelta

from odoo import Command

from .clock import at, later, local_day, workday

#: Months back from the last day whose closed complaints are reviewed, oldest first;
#: the last one is under way where the 10th has not come yet.
REVIEWED = (3, 2, 1)
#: Base points of the workers, by which a unit's deduction is divided.
POINTS = (1.0, 1.0, 1.2, 1.5, 1.5)
ABNORMALITIES = (
    (
        "closed",
        "吊牌印刷颜色略浅，客户未要求退换",
        "已向客户说明，随下批更换吊牌。",
        "吊牌供应商换墨未打样",
        "吊牌换批次须先封样",
        "其后两批吊牌颜色一致。",
    ),
    (
        "improving",
        "包装袋封口胶粘性不足，个别散开",
        "业务员现场重新封好。",
        None,
        None,
        None,
    ),
    (
        "converted",
        "西装袖衬轻微起泡，客户暂可接受",
        "客户先行试销，留样观察。",
        None,
        None,
        None,
    ),
)
#: What is told to customers: state, kind, importance, urgency, way, subject and words.
NOTIFICATIONS = (
    (
        "closed",
        "service",
        "1",
        "1",
        "phone",
        "国庆期间发货安排",
        "10 月 1 日至 4 日停止发货，5 日起按订单先后补发，请提前备货。",
    ),
    (
        "published",
        "product",
        "2",
        "1",
        "letter",
        "秋冬西装洗涤说明更新",
        "羊毛混纺面料改为干洗；随货吊牌已更换，库存吊牌请以本说明为准。",
    ),
    (
        "planned",
        "quality",
        "3",
        "2",
        "phone",
        "部分批次纽扣牢度提示",
        "同批衬衫请在上架前轻拉检查，发现松动即联系我公司补发纽扣。",
    ),
)
FINDINGS = {
    "opinions": "客户意见以交货期与吊牌说明为主，已分类转交有关部门。",
    "information": "整理新品与洗涤说明各一项，已列入通报计划。",
    "system": "热线、邮箱、门户逐一试投，均能受理并发出回执。",
    "evaluation": "处理时效有改善，业务协商环节仍偏长，拟加强催办。",
}


def begin(world):
    """Begin the stories of all papers."""
    for number, words in enumerate(ABNORMALITIES):
        world.begin(abnormality(world, number, *words), hours_left=30 + 9 * number)
    for number, row in enumerate(NOTIFICATIONS):
        world.begin(notification(world, number, *row), hours_left=70 - 27 * number)
    world.begin(memoranda(world), hours_left=2)
    world.begin(field_response(world), hours_left=20)
    world.begin(improvement(world), hours_left=6)
    last = local_day(world.end).replace(day=1)
    for back in (1, 0):
        day = workday(last - relativedelta(months=back))
        world.begin(duties(world, back), at(day, 9))
    first = last - relativedelta(months=REVIEWED[0] - 1)
    world.begin(reviews(world), at(workday(first.replace(day=6)), 9.5))


def abnormality(world, number, end, description, handling, cause, improvement, effect):
    """Nothing is lost, but a unit must improve (CMP-03)."""
    line = world.delivered[-1 - number]
    seller = line.order_id.user_id
    form = world.people.act(world.env["crm.abnormality"], seller).create(
        {
            "partner_id": line.order_id.partner_id.id,
            "product_id": line.product_id.id,
            "sale_order_id": line.order_id.id,
            "quantity": 3 + number,
            "description": description,
            "handling": handling,
            "department_id": world.env["hr.department"]
            ._policy_department("manufacturing", world.company)
            .id,
        }
    )
    form.action_propose()
    yield later(world.now, 3)
    office = world.people.act(form, "gmo")
    office.action_confirm()
    if end == "converted":
        yield later(world.now, 6)
        form.action_convert("客户上架后退回 4 套，要求更换。")
    if end != "closed":
        return
    yield later(world.now, 6)
    unit = world.people.act(form, "manufacturing")
    unit.write({"cause": cause, "improvement": improvement})
    unit.action_improve()
    yield later(world.now, 9)
    office.effect = effect
    office.action_close()


def notification(world, number, end, kind, importance, urgency, method, subject, text):
    """The customer service tells customers what they should know (CMP-170)."""
    desk = world.people.act(world.env["crm.complaint.notification"], "service")
    customers = world.active[number * 3 : number * 3 + 3]
    record = desk.create(
        {
            "kind": kind,
            "subject": subject,
            "information": text,
            "text": text,
            "importance": importance,
            "urgency": urgency,
            "method": method,
            "planned_at": later(world.now, 4),
            "partner_ids": [Command.set(customers.ids)],
        }
    )
    if end == "planned":
        # It goes out in two days.
        record.planned_at = later(world.end, 18)
    record.action_plan()
    if end == "planned":
        return
    yield later(world.now, 4)
    record.action_publish()
    if end == "published":
        return
    yield later(world.now, 18)
    record.write(
        {
            "feedback": "客户均表示已知悉并调整到货计划。",
            "feedback_result": "understood",
        }
    )
    record.action_close()


def field_response(world):
    """Quality and manufacturing go to the customer before there is a form (CMP-29)."""
    line = world.delivered[-5]
    seller = line.order_id.user_id
    call = world.people.act(world.env["crm.field.response"], seller).create(
        {
            "partner_id": line.order_id.partner_id.id,
            "product_id": line.product_id.id,
            "abnormality": "门店熨烫后衣身出现亮斑，客户要求当日到场。",
        }
    )
    yield later(world.now, 2)
    quality = world.people.act(call, "quality")
    team = [world.people.of(login).uid for login in ("quality", "manufacturing")]
    quality.person_ids = [Command.set(team)]
    quality.action_go()
    yield later(world.now, 4)
    quality.write(
        {
            "findings": "门店蒸汽熨斗温度过高，未垫布；抽查库存二十件无亮斑。",
            "handling": "现场示范低温垫布熨烫，两件亮斑以蒸汽复原。",
        }
    )
    quality.action_handled()
    yield later(world.now, 3)
    quality.write(
        {
            "report": "亮斑系熨烫方法不当所致，面料与洗涤标识合格。",
            "proposal": "随货增附熨烫说明卡，门店培训一次。",
            "loss": "no",
        }
    )
    quality.action_report()
    yield later(world.now, 3)
    world.people.act(call, "gm").action_instruct("同意，说明卡由技术部本月内印制。")


def improvement(world):
    """A decided case: one measure is verified, one is open; the customer gets an 8D."""
    case = world.env["crm.complaint"].search(
        [
            ("state", "in", ("decided", "executing")),
            ("flow", "=", "pcb"),
            ("category_id.tracking_exempt", "=", False),
        ],
        order="id desc",
        limit=1,
    )
    quality = world.people.act(case, "quality")
    owner = world.people.of("manufacturing").uid
    due = local_day(world.end) + relativedelta(days=10)
    done, _open = (
        world.env["crm.complaint.action"].browse(
            quality.action_add_action(
                kind=kind,
                name=name,
                user_id=owner,
                date_due=f"{due}",
                customer_visible=True,
            )
        )
        for kind, name in (
            ("corrective", "缝制线迹密度每班首件核对并记录"),
            ("preventive", "同类面料款式的工艺单增列线迹密度"),
        )
    )
    yield later(world.now, 2)
    world.people.act(done, "manufacturing").action_done("首件核对记录三份")
    world.people.act(done, "quality").action_verify(True, "抽检五百件，未再出现。")
    quality.action_open_eight_d()
    report = quality.eight_d_ids
    report.write(
        {
            "d1_team": "组长郑国平（品质管理部），组员冯大勇（制造部）",
            "d3_containment": "库存同批次全数复检，不良品已隔离。",
            "d4_root_cause": "换线时未核对线迹密度。",
            "d8_closure": "措施已列入作业指导书，感谢贵司配合。",
        }
    )
    yield later(world.now, 2)
    report.action_release()


def memoranda(world):
    """Quality objects to a decision; a customer to an unfounded complaint."""
    cases = world.env["crm.complaint"]
    decided = cases.search(
        [("state", "in", ("decided", "executing")), ("flow", "=", "pcb")],
        order="id",
        limit=1,
    )
    turned_down = cases.search(
        [("state", "in", ("not_substantiated", "collecting"))], order="id", limit=1
    )
    memos = world.env["crm.complaint.memorandum"]
    objection = world.people.act(memos, "quality").create(
        {
            "complaint_id": decided.id,
            "kind": "department",
            "subject": "对责任部门判定的异议",
            "text": "该批面料进料检验合格，不良系后整理所致，建议责任归属重新核定。",
            "proposal": "由制造部与品质管理部各承担一半。",
            "superior_id": world.people.of("gm").uid,
        }
    )
    objection.action_submit()
    seller = turned_down.user_id
    world.people.act(memos, seller).create(
        {
            "complaint_id": turned_down.id,
            "kind": "customer",
            "subject": "客户对不成立结论有异议",
            "text": "客户已另行送检，要求待检验结果出具后再付余款。",
            "proposal": "同意顺延收款十五天。",
        }
    ).action_submit()
    yield later(world.now, 0.5)
    world.people.act(objection, "gm").action_dismiss(
        "责任比例已由各部门会同核定，维持原决定；改善对策照办。"
    )


def duties(world, back):
    """The rounds of the month are opened; those of before are done, one of these."""
    rounds = world.env["crm.complaint.duty.round"]
    rounds._cron_rounds()
    yield later(world.now, 27)
    opened = rounds.search([("state", "=", "open")], order="id")
    for record in opened if back else opened[:1]:
        code = record.duty_id.get_external_id()[record.duty_id.id].partition("duty_")[2]
        mine = world.people.act(record, record.department_id.manager_id.user_id)
        mine.findings = FINDINGS[code]
        departments = world.env["hr.department"]
        for name in ("quality", "sales"):
            departments |= departments._policy_department(name, world.company)
        mine.informed_ids = [Command.set(departments.ids)]
        mine.action_done()


def reviews(world):
    """By the 10th the office reviews the month closed, with the heads (CMP-48)."""
    last = local_day(world.end).replace(day=1)
    workers = world.env["hr.employee"].search(
        [("department_id.policy_code", "=", "manufacturing"), ("user_id", "=", False)]
    )
    staff = world.people.act(workers, "hr")
    for employee, points in zip(staff, POINTS, strict=True):
        employee.performance_base_points = points
    for back in REVIEWED:
        statements = world.people.act(world.env["crm.complaint.statement"], "gmo")
        month = last - relativedelta(months=back)
        statement = statements.browse(statements.open_month(f"{month}"))
        yield later(world.now, 3)
        for code in ("manufacturing", "quality"):
            world.people.act(statement, code).action_confirm_department()
        yield later(world.now, 6)
        _charge(world, statement)
        yield from _follow_up(world, statement)
        coming = last - relativedelta(months=back - 2)
        yield at(workday(coming.replace(day=6)), 9.5)


def _charge(world, statement):
    """Responsibility is judged case by case, then the month is confirmed."""
    for line in statement.line_ids:
        case = line.complaint_id
        if case.liability_state == "open" and not case.not_substantiated:
            _judge(world, case)
    world.people.act(statement, "rd").action_confirm_department()
    statement.action_collect()
    statement.action_check_all()
    statement.action_finish_statistics()
    statement.action_allocate()
    statement.action_confirm()


def _judge(world, case):
    """The workers named answer for most of it, their unit for the rest."""
    staff = case.sudo().production_employee_ids
    department = case.responsible_department_id
    shares = [
        {"kind": "department", "id": department.id, "share": 30, "reason": "检验不严"}
    ]
    if staff:
        shares.append(
            {"kind": "person", "id": staff[0].id, "share": 70, "reason": case.cause}
        )
    else:
        shares[0]["share"] = 100
    world.people.act(case, "gmo").set_liability(shares, judge=True)


def _follow_up(world, statement):
    """Sanction and notice of the heaviest share go their way; the others wait."""
    sanction = statement.sudo().sanction_ids.sorted("amount_share")[-1:]
    notice = statement.sudo().notice_ids.sorted("amount")[-1:]
    if not sanction or not notice:
        return
    office = world.people.act(sanction, "gmo")
    office.memorandum = "拟按处分级距提报，请责任部门会签后呈总经理核实。"
    office.action_circulate()
    world.people.act(notice, "gmo").action_request_approval("notice")
    yield later(world.now, 9)
    head = sanction.department_id.manager_id.user_id
    sanction.with_user(head).action_give_opinion("事实清楚，同意。")
    if sanction.grade_id.code == "self_criticism":
        office.action_write_self_criticism("本人操作未按规范，今后严格自检互检。")
    office.action_request_approval("sanction")
    yield later(world.now, 4)
    world.people.act(notice, "gm").action_approve("同意。")
    world.people.act(sanction, "gm").action_approve("核实无误。")
    yield later(world.now, 9)
    world.people.act(notice, "accounting").action_check()
    world.people.act(sanction, "hr").action_publish()
