"""Three hundred visits: weekly plans, first visits by two, reports, in every state."""

from datetime import timedelta

from odoo import Command

from . import logins
from .clock import at, later, local_day

VISITS = 300
#: Weekly plans and the visits of each, one less where a salesperson has few customers;
#: the others are applied for singly.
PLANS, PER_PLAN = 46, 6
#: Single visits of the last days, by the state they have arrived in.
RECENT = (
    "planned planned approval approval approved approved held held reported reported "
    "accepted closed cancelled cancelled"
).split()
#: Plans of the coming week, by state.
COMING = ("draft", "approval", "approved", "cancelled")
TALKS = (
    "了解本季销售与库存情况，西服套装动销良好，衬衫库存偏高。",
    "核对上月对账单，客户确认欠款金额并答应按期付款。",
    "介绍新款职业装面料与价格，客户要求提供样衣和尺码表。",
    "走访门店陈列，建议调整橱窗并补充秋冬款。",
    "听取对交期的意见，客户希望旺季前两周到货。",
    "了解周边竞品价格，同类产品低于我方约百分之五。",
)
FINDINGS = (
    ("market_expansion", "客户计划在邻县增设一家分店", "info"),
    ("product", "衬衫领型偏紧，希望放宽半码", "minor"),
    ("purchase_sale", "上一季大衣库存占比过高", "minor"),
    ("payment", "下游团购单位拖欠货款，影响回款", "major"),
    ("service", "对送货时间表示满意", "info"),
    ("price", "区域内有跨区低价销售", "major"),
    ("commercial", "希望增加换季调换比例", "minor"),
)
PURPOSES = ("了解销售情况", "对账与催款", "新品推介", "门店巡访", "听取意见")


def begin(world):
    """Begin the plans of the two years and the visits applied for singly."""
    rng = world.rng
    #: Customers visited on site already, and those whose first visit is arranged.
    world.seen, world.arranged = set(), set()
    sellers = list(logins.AREAS)
    monday = local_day(world.start) + timedelta(weeks=4)
    last = local_day(world.end) - timedelta(days=local_day(world.end).weekday())
    weeks = (last - monday).days // 7
    for index in range(PLANS):
        week = monday + timedelta(weeks=round(index * (weeks - 1) / PLANS))
        world.begin(
            plan(world, sellers[index % 5], week), at(week - timedelta(days=3), 14.5)
        )
    for index, state in enumerate(COMING):
        world.begin(
            plan(world, sellers[index], last + timedelta(weeks=1), state),
            hours_left=5 + index,
        )
    singles = VISITS - PLANS * (PER_PLAN - 1) - len(RECENT)
    for index in range(singles):
        part = 0.06 + 0.9 * (index + rng.random()) / singles
        world.begin(single(world, sellers[index % 5], "closed"), part=part)
    for index, state in enumerate(RECENT):
        world.begin(single(world, sellers[index % 5], state), hours_left=20 + index)


def _choose(world, login, count):
    """Return customers of a salesperson, those longest unseen more often."""
    user = world.people.of(login).user
    free = world.active.filtered(lambda partner: partner.id not in world.arranged)
    mine = free.filtered(lambda partner: partner.user_id == user)
    if len(mine) > count:
        mine = mine.browse(world.rng.sample(mine.ids, count))
    return mine.sorted("id")


def _companion(login):
    """Return who goes along on a first visit."""
    sellers = list(logins.AREAS)
    return sellers[(sellers.index(login) + 1) % len(sellers)]


def plan(world, login, monday, end="closed"):
    """One week of a salesperson: planned, approved, visited, reported, accepted."""
    people, rng = world.people, world.rng
    env = people.of(login)
    customers = _choose(world, login, PER_PLAN)
    if not customers:
        return
    lines = [
        _line_vals(world, login, customer, monday + timedelta(days=index % 5), index)
        for index, customer in enumerate(customers)
    ]
    week = env["crm.visit.plan"].create(
        {
            "date_from": monday,
            "note": "按计划走访，重点了解动销与回款。",
            "line_ids": [Command.create(vals) for vals in lines],
        }
    )
    yield later(world.now, 0.5)
    if end == "cancelled":
        week.action_cancel()
    if end in ("draft", "cancelled"):
        return
    week.action_request_approval("plan")
    if end == "approval":
        return
    yield later(world.now, rng.uniform(0.5, 2))
    people.act(week, "sales_head").action_approve("同意，注意带上对账单。")
    if end == "approved":
        return
    days = week.sudo().visit_ids.grouped(lambda visit: local_day(visit.planned_start))
    for day in sorted(days):
        yield at(day, rng.choice((16.5, 17, 17.5)))
        _hold_and_report(world, days[day], login)
    yield later(at(monday + timedelta(days=4), 16), rng.uniform(1, 8))
    reported = week.sudo().visit_ids.filtered(lambda visit: visit.state == "reported")
    people.act(reported, "sales_head").action_accept()
    yield later(world.now, rng.uniform(2, 20))
    people.act(reported, login).action_close()
    people.act(week, login).action_close()


def _line_vals(world, login, customer, day, index):
    kinds = {
        code: world.env.ref(f"crm_visit.kind_{code}").id
        for code in ("first", "routine", "call_back", "problem")
    }
    first = customer.id not in world.seen
    if first:
        world.arranged.add(customer.id)
    mode = "onsite" if first or world.rng.random() < 0.7 else "phone"
    kind = "first" if first else "routine" if mode == "onsite" else "call_back"
    companions = world.people.of(_companion(login)).user if first else []
    return {
        "partner_id": customer.id,
        "contact_id": customer.main_contact_id.id,
        "kind_id": kinds[kind],
        "mode": mode,
        "planned_start": at(day, (9.5, 14.5)[index % 2]),
        "companion_ids": [Command.set([user.id for user in companions])],
        "purpose": world.rng.choice(PURPOSES),
        "estimated_cost": world.rng.choice((0, 80, 150, 320))
        if mode == "onsite"
        else 0,
    }


def _hold_and_report(world, visits, login, until="reported"):
    """The visits of a day took place; reports follow, companions sign them."""
    mine = world.people.act(visits, login)
    mine.action_hold()
    world.seen.update(visits.partner_id.ids)
    world.arranged.difference_update(visits.partner_id.ids)
    if until == "held":
        return
    for visit in mine:
        visit.write(_report_vals(world, visit))
    mine.action_report()
    found = mine.finding_ids.filtered(lambda finding: finding.owner_id)
    if found:
        world.begin(_follow_up(found), later(world.now, 60))
    for visit in visits:
        for user in visit.participant_ids.user_id - mine.env.user:
            visit.with_user(user).action_sign()


def _report_vals(world, visit):
    rng = world.rng
    findings = []
    if rng.random() < 0.45:
        code, name, severity = rng.choice(FINDINGS)
        finding = {
            "topic_id": world.env.ref(f"crm_visit.topic_{code}").id,
            "name": name,
            "severity": severity,
        }
        if severity != "info":
            finding["owner_id"] = visit.user_id.id
            finding["date_due"] = local_day(world.now) + timedelta(days=14)
        findings.append(Command.create(finding))
    return {
        "report_text": rng.choice(TALKS),
        "result": rng.choice("aabbbcce" if rng.random() < 0.9 else "d"),
        "finding_ids": findings,
    }


def _follow_up(findings):
    """What was found is settled with the customer; here and there it stays open."""
    findings.filtered(lambda finding: finding.id % 12).action_follow_up_done(
        "已与客户沟通并落实，客户认可。"
    )
    yield


def single(world, login, end):
    """A visit applied for on its own, on the way to its end."""
    people, rng = world.people, world.rng
    customers = _choose(world, login, 1)
    if not customers:
        return
    first = customers.id not in world.seen
    if first:
        world.arranged.add(customers.id)
    day = local_day(later(world.now, 9))
    users = [people.of(login).user]
    if first:
        users.append(people.of(_companion(login)).user)
    phone = not first and rng.random() < 0.35
    kind = "first" if first else "call_back" if phone else "problem"
    visit = people.of(login)["crm.visit"].create(
        {
            "partner_id": customers.id,
            "contact_id": customers.main_contact_id.id,
            "kind_id": world.env.ref(f"crm_visit.kind_{kind}").id,
            "mode": "phone" if phone else "onsite",
            "planned_start": at(day, 10),
            "purpose": rng.choice(PURPOSES),
            "estimated_cost": 0 if phone else rng.choice((60, 120, 260)),
            "participant_ids": [Command.create({"user_id": user.id}) for user in users],
        }
    )
    yield later(world.now, 0.4)
    if end == "cancelled":
        visit.action_cancel("客户临时出差，改期再约。")
    if end in ("planned", "cancelled"):
        return
    visit.action_request_approval("application")
    if end == "approval":
        return
    yield later(world.now, rng.uniform(0.5, 3))
    people.act(visit, "sales_head").action_approve()
    if end == "approved":
        return
    yield max(at(day, 11.5), later(world.now, 0.1))
    _hold_and_report(world, visit.sudo(), login, end)
    if visit.sudo().state != "reported" or end == "reported":
        return
    yield later(world.now, rng.uniform(1, 4))
    people.act(visit, "sales_head").action_accept()
    if end == "accepted":
        return
    yield later(world.now, rng.uniform(0.5, 2))
    visit.action_close()
