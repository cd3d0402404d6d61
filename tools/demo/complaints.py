"""Eighty complaints on their way through the departments, in every state.

Those of the two years run to their end; those of the last days stop where they are.
Whoever holds a complaint answers it: the person it is with, or the department's head.
"""

from odoo import Command

from .clock import later, local_day
from .goods import DOLLAR
from .trade import pay

COMPLAINTS = 70
#: Where the complaints of the last days have arrived; each state once at least.
RECENT = (
    "draft draft received received quality quality production manager_instruction rd "
    "gmo_check sales_opinion sales_opinion supervisor_reading gmo_summary decision "
    "decision decided executing executing not_substantiated collecting cancelled"
).split()
#: The way of a complaint, to tell how long it takes to a state.
FLOW = (
    "draft received quality production manager_instruction rd gmo_check sales_opinion "
    "supervisor_reading gmo_summary decision decided executing"
).split()
#: Claims for more than the goods, which need a higher authority: number and amount.
LOSSES = {5: 112000, 11: 138000, 17: 176000, 23: 262000, 41: 124000, 56: 203000}
#: How many of the older ones the customer does not accept (each becomes a second one),
#: and how many turn out to be unfounded or are given up as drafts.
REFUSED, UNFOUNDED, CANCELLED = 3, 7, 2

FAULTS = (
    (
        "袖口线头脱落，部分接缝开线",
        "缝制线迹密度不足，终检漏检",
        "调整线迹密度，终检加抽一道",
    ),
    (
        "面料色差明显，同批两件颜色不一致",
        "两缸面料混裁，未按缸号分床",
        "按缸号分床裁剪并标识",
    ),
    ("尺码与标签不符，XL 实测为 L", "后整理挂标时混码", "挂标工序改为扫码核对"),
    ("里布起泡，熨烫后不能恢复", "粘合衬压烫温度偏低", "校准粘合机温度并每班点检"),
    ("纽扣脱落，缺备用扣", "钉扣机张力不稳", "更换钉扣机张力簧，补发备用扣"),
    (
        "面料起毛起球，穿着两周即出现",
        "原料批次抗起球等级不达标",
        "该批原料停用，进料检验加测",
    ),
    ("拉链卡滞，多件无法闭合", "拉链供应商批次不良", "更换供应商批次，逐件拉合检验"),
    ("到货短少两箱，外箱破损", "装车清点与运输交接不严", "发货双人清点，加固外箱"),
    ("前襟起皱，左右领不对称", "归拔不到位，领面裁片偏斜", "修正样板并培训归拔工序"),
    ("衬衫洗涤后缩水超标", "面料预缩不足", "面料预缩率重新测定后开裁"),
)
#: The cause of each fault.
CAUSES = (
    *("inspection", "material", "operation", "equipment", "equipment"),
    *("material", "supplier", "packaging", "design", "material"),
)
DEMANDS = (
    "要求退货",
    "要求换货",
    "要求返修后重新交付",
    "要求折让",
    "要求赔偿损失",
    "要求补发",
)
KINDS = ("return", "exchange", "repair", "allowance", "compensation", "supplementary")
CHANNELS = ("phone", "phone", "email", "letter", "visit", "chat", "web")


def begin(world):
    """Begin the stories of all complaints."""
    rng = world.rng
    older = COMPLAINTS - len(RECENT) - REFUSED
    ends = ["refused"] * REFUSED + ["unfounded"] * UNFOUNDED
    ends += ["cancelled"] * CANCELLED + ["closed"] * (older - len(ends) - CANCELLED)
    rng.shuffle(ends)
    for index, end in enumerate(ends):
        part = 0.12 + 0.8 * (index + rng.random()) / older
        world.begin(complaint(world, index, end), part=part)
    for index, end in enumerate(RECENT):
        # Long enough ago to have arrived; every third has been lying for days.
        steps = FLOW.index(end) if end in FLOW else len(FLOW)
        hours = 3 + 1.7 * steps + (rng.uniform(9, 40) if index % 3 == 2 else 0)
        world.begin(complaint(world, older + index, end, quick=True), hours_left=hours)


def complaint(world, number, end, quick=False):
    """One complaint from the form to where it ends.

    :param end: the state it stops in, or ``closed``, ``unfounded``, ``refused``
    :param quick: everybody answers within the limits, to arrive in time
    """
    while len(world.delivered) < 8:
        yield later(world.now, 9)
    document, step = form(world, number, end), 0
    if end == "cancelled":
        yield later(world.now, 2)
        as_holder(world, document, document.user_id).action_cancel()
    unfounded = end in ("unfounded", "not_substantiated", "collecting")
    propose_at = world.rng.choice(("quality", "sales_opinion", "gmo_summary"))
    while document.state not in ("closed", "cancelled", end):
        yield later(world.now, _pause(world, document, quick))
        if unfounded and document.state == propose_at:
            as_holder(world, document).action_propose_not_substantiated(
                "经检验，产品符合合同约定标准，问题由洗涤方法不当造成。"
            )
        elif document.state == "executing" and end == "refused":
            yield from _refusal(world, document, number)
            return
        else:
            _step(world, document, number)
        step += 1
        if step > 40:
            raise RuntimeError(f"complaint {document.name} stays in {document.state}")


def _pause(world, document, quick):
    """Return the working hours until the next step: mostly in time, sometimes late."""
    rng = world.rng
    if quick:
        return rng.uniform(0.2, 1.6)
    usual = {"draft": 2, "sales_opinion": 14, "executing": 26, "decision": 5}
    hours = usual.get(document.state, 3.5)
    late = rng.random() < 0.08
    return hours * (rng.uniform(2.5, 5) if late else rng.uniform(0.4, 1.1))


def form(world, number, end):
    """The salesperson fills in the form about a delivery of the last months."""
    rng, env = world.rng, world.env
    line = _delivered_line(world, end)
    order = line.order_id
    picking = line.move_ids.picking_id.filtered(
        lambda picking: (
            picking.state == "done" and picking.location_dest_id.usage == "customer"
        )
    )[:1]
    fault = FAULTS[number % len(FAULTS)]
    delivered = line.qty_delivered
    share = rng.choice((0.1, 0.2, 0.4, 1.0)) if number not in LOSSES else 1.0
    defective = max(round(delivered * share), 1)
    value = line.price_reduce_taxexcl * defective
    amount = round(value * rng.choice((0.3, 0.6, 1.0, 1.0, 1.2)), -1) or value
    description = f"{line.product_id.name}：{fault[0]}。"
    if number in LOSSES:
        amount = LOSSES[number]
        if order.currency_id != world.company.currency_id:
            amount = round(amount / DOLLAR, -2)
        description += "团购单位因此解约，另索赔违约损失。"
    return (
        world.people.act(env["crm.complaint"], order.user_id)
        .create(
            {
                "partner_id": order.partner_id.id,
                "contact_id": order.partner_id.main_contact_id.id,
                "sale_order_id": order.id,
                "picking_id": picking.id,
                "product_id": line.product_id.id,
                "defective_quantity": defective,
                "channel": rng.choice(CHANNELS),
                "description": description,
                "demand": DEMANDS[number % len(DEMANDS)] + "。",
                "amount_claim": amount,
                "claim_currency_id": order.currency_id.id,
                "opinion": "已到现场核对，情况属实，建议按公司规定处理。",
                "sample_attached": rng.random() < 0.6,
            }
        )
        .sudo()
    )


def _delivered_line(world, end):
    """Return an order line delivered in the weeks before; newest lines last."""
    recent = world.delivered[-60:]
    fresh = [line for line in recent if line not in world.complained] or recent
    line = world.rng.choice(fresh)
    world.complained.append(line)
    return line


def as_holder(world, document, user=None):
    """Return the complaint as the person has it whose turn it is."""
    if not user:
        department = document.routing_department_id
        user = document.routing_user_id or department.manager_id.user_id
    return document.with_user(user)


def _step(world, document, number):
    """Whoever's turn it is takes the next step."""
    state = document.state
    if state == "draft":
        seller = as_holder(world, document, document.user_id)
        if number % 7:
            seller.action_record_first_response()
        seller.action_submit()
    elif state == "decision":
        decide(world, document)
    elif state == "gmo_summary":
        _summarise(world, document, number)
    elif state == "executing" and document.executed_at:
        world.people.act(document, "gmo").action_close()
    elif state == "collecting":
        _collect(world, document)
        world.people.act(document, "gmo").action_close()
    else:
        holder = as_holder(world, document)
        if state in ANSWERS:
            holder.write(ANSWERS[state](world, document, number))
        holder.action_forward()
        if state == "executing" and "crm.return" in world.env:
            world.to_return.append(document)


def _collect(world, document):
    """The customer pays what it has held back: nothing was wrong (CMP-54)."""
    held = document._open_invoices().filtered(lambda move: move.id in world.payments)
    if held:
        pay(world, held.ids)


def _quality(world, document, number):
    human = number % 10 == 7
    code = "manufacturing" if not human else "storage"
    category = "human" if human else "quality"
    cause = "item_10" if human else CAUSES[number % len(FAULTS)]
    return {
        "cause_id": world.env.ref(f"crm_complaint.cause_{cause}").id,
        "category_id": world.env.ref(f"crm_complaint.category_{category}").id,
        "cause": FAULTS[number % len(FAULTS)][1] + "。",
        "responsible_department_id": world.env["hr.department"]
        ._policy_department(code, world.company)
        .id,
    }


def _production(world, document, number):
    rng = world.rng
    values = _production_staff(world, number)
    return {
        **values,
        "production_cause": f"{FAULTS[number % len(FAULTS)][1]}，责任工序已确认。",
        "countermeasure": FAULTS[number % len(FAULTS)][2] + "。",
        "production_unit": rng.choice(("缝制一车间", "缝制二车间", "整烫车间")),
        "shift": rng.choice(("白班", "中班")),
        "production_date": document.delivery_date or local_day(world.now),
    }


def _production_staff(world, number):
    workers = world.env["hr.employee"].search(
        [("department_id.policy_code", "=", "manufacturing"), ("user_id", "=", False)]
    )
    chosen = world.rng.sample(workers.ids, 1 + number % 2)
    return {"production_employee_ids": [Command.set(chosen)]}


def _instruction(world, document, number):
    return {
        "manager_instruction": "按对策整改，一周内回报整改结果。",
        "needs_rd": number % 5 == 3,
    }


ANSWERS = {
    "quality": _quality,
    "production": _production,
    "manager_instruction": _instruction,
    "rd": lambda *_args: {"rd_opinion": "工艺参数可行，建议修订工艺单并重新封样。"},
    "gmo_check": lambda *_args: {"gmo_check": "各部门意见齐全，转业务部协商。"},
    "sales_opinion": lambda *_args: {
        "sales_opinion": "客户长期合作，建议按实际不良数量处理。",
        "negotiation_result": "已向客户说明原因，客户同意等待公司决定。",
    },
    "supervisor_reading": lambda *_args: {"supervisor_reading": "已阅，同意业务意见。"},
    "executing": lambda *_args: {
        "execution_result": "已按决定处理完毕，客户签字确认。"
    },
    "not_substantiated": lambda world, *_args: {
        "customer_answer": "贵公司反映的问题经检验不属于产品质量问题，感谢理解与支持。",
        "collection_date": local_day(later(world.now, 90)),
    },
}


def _summarise(world, document, number):
    """The office writes the consolidated opinion and asks for the decision."""
    code = KINDS[number % len(KINDS)]
    kind = world.env.ref(f"crm_complaint.resolution_kind_{code}")
    settlement = round(document.amount_claim * world.rng.choice((0.5, 0.8, 1.0)), 2)
    office = as_holder(world, document)
    office.write(
        {
            "summary": "综合各部门意见，责任在我方，按下列方式处理。",
            "improvement_tracked": "no" if number % 10 == 7 else "yes",
            "amount_settlement": settlement,
            "resolution_ids": [
                *(Command.delete(line.id) for line in document.resolution_ids),
                Command.create(
                    {
                        "kind_id": kind.id,
                        "quantity": (
                            document.defective_quantity if kind.needs_quantity else 0
                        ),
                        "amount": settlement,
                    }
                ),
            ],
        }
    )
    office.action_request_decision()


def decide(world, document):
    """Whoever has the authority decides; one in twenty goes back once."""
    pending = document.approval_ids.filtered(lambda entry: entry.state == "pending")
    decider = document.with_user(pending.candidate_ids[:1])
    first = document.approval_request == 1
    if first and document.approval_step == "decision" and document.id % 20 == 4:
        decider.action_reject("请补充与客户协商的书面记录后再报。")
    else:
        decider.action_approve("同意。")


def _refusal(world, document, number):
    """The customer does not accept; the follow-up complaint is settled instead."""
    follow_up = as_holder(world, document).action_customer_refused(
        "客户认为赔付比例过低，不接受处理结论。"
    )
    follow_up = document.browse(follow_up)
    yield later(world.now, 6)
    world.people.act(document, "gmo").action_close()
    follow_up.with_user(follow_up.user_id).write(
        {"opinion": "客户异议有理，建议重新核定。"}
    )
    while follow_up.state != "closed":
        yield later(world.now, _pause(world, follow_up, False))
        _step(world, follow_up, number)
