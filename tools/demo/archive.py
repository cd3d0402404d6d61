"""The archive in its last days: classes, a verification round, changes, overdue cases.

All of it is told near the end, when the customers have bought for two years.
"""

import random
from datetime import timedelta

from . import SEED, archive_use, development, logins
from .clock import later, local_day
from .people import full_name

#: How far the changes asked for in the last days get.
CHANGES = ("approved", "approved", "refused", "cancelled", "draft", "review", "review")
#: Parts of a salesperson's customers verified, and asked without an answer yet.
VERIFIED, ASKED = 0.5, 0.65
#: Observations in the shops: stock, cause, promotion, remark.
OBSERVED = (
    ("normal", False, "active", "橱窗位于正门，陈列整齐，主推新款职业装。"),
    ("normal", False, "passive", "陈列位于二楼中部，面积约占三分之一。"),
    ("out", "dispatch", "active", "西服套装断码，上周订单尚未到货。"),
    ("old", "interest", "none", "上一季大衣仍有库存，店主重点推销其他品牌。"),
    ("normal", False, "active", "参加换季活动，客流明显增加。"),
    ("old", "other", "passive", "受道路施工影响，客流减少。"),
)


def begin(world):
    """Begin what happens in the last weeks."""
    # Draws of its own: what the other areas tell stays as it is without this one.
    rng = random.Random(SEED)
    world.begin(classes(world), part=0.96)
    world.begin(verification(world), part=0.965)
    world.begin(overdue(world), part=0.97)
    for index, end in enumerate(CHANGES):
        world.begin(change(world, rng, index, end), hours_left=40 - 4 * index)
    for index in range(2 * len(OBSERVED)):
        world.begin(observation(world, rng, index), hours_left=60 - 4 * index)
    world.begin(review(world), hours_left=8)
    archive_use.begin(world)
    development.begin(world)


def classes(world):
    """The director has the classes of the scheme in force computed."""
    director = world.people.of("director")
    scheme = world.env["crm.customer.scheme"]._in_force(world.company)
    director["crm.customer.scheme"].browse(scheme.ids).action_recompute()
    yield later(world.now, 1)


def verification(world):
    """The quarter's round: half of the customers have confirmed their data."""
    director = world.people.of("director")
    rounds = director["crm.customer.verification.round"]
    number = rounds.open_round(designated_person="clerk")
    yield later(world.now, 8)
    lines = rounds.browse(number).line_ids.sorted("id")
    asked = lines[: int(len(lines) * ASKED)]
    world.people.act(asked, "clerk").action_contact(by="phone")
    yield later(world.now, 8)
    answered = asked[: int(len(lines) * VERIFIED)]
    world.people.act(answered, "clerk").action_answer("no_change", by="phone")


def overdue(world):
    """Receivables overdue become cases; the first are reported."""
    rule = world.env["crm.credit.rule"]._for_company(world.company)
    while world.env["crm.credit.case"]._open_batch(world.company, rule, 100):
        pass
    yield later(world.now, 4)
    cases = world.env["crm.credit.case"].search([("state", "=", "overdue")], order="id")
    reported = cases[: max(3, len(cases) // 2)]
    for case in reported:
        world.people.act(case, case.partner_id.user_id).action_report(
            cause="下游团购单位拖欠货款。",
            text="客户反映资金周转紧张，答应月底前付清。",
        )


def finish(world):
    """On the last day supply is held and customers pass to another.

    Not before: deliveries and visits of these customers are still under way.
    """
    hold(world)
    notes(world)
    for _moment in archive_use.handover(world):
        world.env.flush_all()
    # Rankings, and the figures of the rules that are measured, as every night.
    gm = world.people.of("gm")
    gm["crm.account.ranking.rule"].search([]).action_compute()
    world.env["crm.policy.rule.month"]._cron_refresh()


def notes(world):
    """Salespeople note needs, services and how their customers stand."""
    today = local_day(world.now)
    for login, customer in zip(
        ("sales1", "sales2", "sales3"), _noted(world), strict=True
    ):
        env = world.people.of(login)
        common = {"customer_id": customer.id, "date": today - timedelta(days=6)}
        env["crm.customer.need"].create(
            {
                **common,
                "kind": "product",
                "text": "偏好羊毛混纺面料，职业装以藏青、深灰为主。",
                "answer": "已寄送新款面料样卡。",
            }
        )
        env["crm.customer.service"].create(
            {
                **common,
                "subject": "客户询问洗涤和熨烫方法",
                "solution": "电话说明并寄送洗涤说明书。",
                "solved": True,
            }
        )
        env["crm.customer.status"].create(
            {
                **common,
                "main_business": "职业装、校服零售与团购",
                "staff_number": 26,
                "business_situation": "经营平稳，团购订单占六成。",
                "communication_mode": "电话、上门拜访",
                "communication_frequency": "每月一次",
                "potential": "medium",
                "satisfaction": "satisfied",
            }
        )


def _noted(world):
    """The first customer on file of each of three salespeople."""
    for login in ("sales1", "sales2", "sales3"):
        user = world.people.of(login).user
        yield _customers(world).filtered(lambda p, user=user: p.user_id == user)[:1]


def hold(world):
    """Of the cases reported one is held, one is to be held, one is being paid."""
    cases = world.env["crm.credit.case"].search([("state", "=", "reported")], limit=3)
    for index, case in enumerate(cases):
        seller = world.people.act(case, case.partner_id.user_id)
        if index == 2:
            promised = local_day(world.now) + timedelta(days=10)
            seller.action_plan("分两次付清。", promised)
            continue
        seller.action_propose_hold("suspend", "多次催收未果，建议暂停供货。")
        if not index:
            world.people.act(case, "sales_head").action_approve("同意暂停供货。")


def change(world, rng, index, end):
    """A protected value of a customer changes, by an approved change only."""
    customer = _customers(world)[index]
    seller = customer.user_id
    mine = world.people.act(customer, seller)
    [number] = mine.request_change(
        {"legal_representative": full_name(rng)}, "营业执照变更，附变更通知书。"
    )
    asked = mine.env["crm.customer.change"].browse(number)
    yield later(world.now, 3)
    head = world.people.act(asked, "sales_head")
    if end == "approved":
        head.action_approve("已核对新营业执照。")
    elif end == "refused":
        head.action_reject("未附变更通知书，请补齐后重新申请。")
    elif end in ("draft", "cancelled"):
        asked.action_withdraw_approval("资料不全。")
        if end == "cancelled":
            asked.action_cancel()


def observation(world, rng, index):
    """A salesperson notes what was seen in a customer's shop."""
    login = list(logins.AREAS)[index % len(logins.AREAS)]
    env = world.people.of(login)
    mine = _customers(world).filtered(lambda partner: partner.user_id == env.user)
    stock, cause, promotion, note = OBSERVED[index % len(OBSERVED)]
    env["crm.customer.market.check"].create(
        {
            "customer_id": mine[index % len(mine)].id,
            "date": local_day(world.now),
            "own_item_share": rng.choice((30, 45, 60, 80, 100)),
            "key_products": rng.choice(("good", "fair", "poor")),
            "display_place": rng.choice(("front", "middle", "back")),
            "display_space": rng.choice((6, 12, 20, 35)),
            "display_height": rng.choice(("eye", "reach", "low")),
            "stock_state": stock,
            "stock_cause": cause,
            "promotion": promotion,
            "promotion_count": rng.randrange(4),
            "informed_in_time": promotion != "none",
            "follows_up": "active" if promotion == "active" else "follows",
            "note": note,
        }
    )
    yield later(world.now, 1)


def review(world):
    """The general manager's office begins the quarter's evaluation of the policies."""
    env = world.people.of("gmo")
    env["crm.policy.review"].create(
        {
            "date_from": local_day(world.now) - timedelta(days=90),
            "date_to": local_day(world.now),
            "execution": "建档、审批和定期核对按制度执行，个别部门回复投诉超期。",
            "effect": "客户资料完整，重点客户销售额稳步增长。",
        }
    )
    yield later(world.now, 1)


def _customers(world):
    return world.active.filtered(lambda partner: partner.state == "archived").sorted(
        "id"
    )
