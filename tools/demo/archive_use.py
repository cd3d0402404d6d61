"""What the archive is used for: documents, contacts, requests, plans, a handover."""

import base64
from datetime import timedelta

from .clock import later, local_day
from .people import draw_seal

#: Documents filed: kind, and days until its end. The archive's custodian files what is
#: not for everybody.
DOCUMENTS = (
    ("licence", 3650),
    ("licence", 1200),
    ("account_permit", None),
    ("licence", 20),
    ("contract", 300),
    ("seal_contract", None),
    ("power_of_attorney", 45),
    ("licence", 2400),
    ("transport_agreement", 330),
)
#: Contacts: channel and what was said; the last one over a private number.
CONTACTS = (
    ("mobile", "out", "询问秋季新款到货时间，已答复下周一发货。"),
    ("meeting", "out", "到店拜访，商谈下季度团购订单和陈列位置。"),
    ("mobile", "in", "客户来电催促补货，已转内勤安排。"),
    ("mobile", "out", "核对上月对账单，客户确认无误。"),
    ("letter", "out", "寄送新一季产品册和价目表。"),
    ("mobile", "in", "客户咨询换货流程，已说明所需单据。"),
    ("meeting", "out", "陪同客户参观样品间，客户有意增加女装品类。"),
)
PRIVATE_NUMBER = "139 9511 2046"
#: Scores of the indicators of the service department's template, with their basis.
SCORES = (
    (85, "年度订单额位居前列"),
    (78, "毛利率高于平均水平"),
    (90, "付款及时，无逾期"),
    (80, "合作五年，未更换品牌"),
    (75, "配合促销和陈列要求"),
    (82, "计划新开两家门店"),
)
ENQUIRIES = (
    ("phone_enquiry", "来电询价：职业装团购", "白女士", "female", "b", 300, 600),
    ("walk_in", "来店咨询：门店加盟", "哈先生", "male", "a", 800, 2000),
)


def begin(world):
    """Begin what is done with the archive in the last weeks."""
    world.begin(channels(world), part=0.9)
    world.begin(documents(world), hours_left=70)
    for index, contact in enumerate(CONTACTS):
        world.begin(contacted(world, index, *contact), hours_left=60 - 6 * index)
    world.begin(private_contact(world), hours_left=12)
    world.begin(enquiries(world), hours_left=30)
    world.begin(consents(world), hours_left=50)
    world.begin(request(world), hours_left=34)
    world.begin(waiting_request(world), hours_left=5)
    world.begin(plans(world), hours_left=64)
    world.begin(evaluation(world), hours_left=36)


def files(world, login):
    """Return the customers on file of a salesperson, as that person has them."""
    env = world.people.of(login)
    mine = world.active.filtered(
        lambda partner: partner.state == "archived" and partner.user_id == env.user
    )
    return mine.sorted("id").with_env(env)


def channels(world):
    """The office registers the phones the company has given its salespeople."""
    env = world.people.of("gmo")
    kind = env.ref("crm_customer_archive.contact_channel_type_mobile")
    employees = env["hr.employee"].search([("user_id.login", "=like", "sales_")])
    env["crm.contact.channel"].create(
        [
            {
                "employee_id": employee.id,
                "type_id": kind.id,
                "account": f"138 0951 80{index:02}",
                "date_from": local_day(world.now),
                "note": "公司配发",
            }
            for index, employee in enumerate(employees.sorted("id"))
        ]
    )
    yield later(world.now, 1)


def documents(world):
    """Licences, permits and seals come in; one licence ends soon."""
    scan = base64.b64encode(draw_seal())
    today = local_day(world.now)
    for index, (kind, days) in enumerate(DOCUMENTS):
        customer = files(world, f"sales{index % 4 + 1}")[index // 4]
        kept = world.env.ref(f"crm_customer_archive.document_type_{kind}")
        env = world.people.of("clerk") if kept.restricted else customer.env
        env["crm.customer.document"].create(
            {
                "customer_id": customer.id,
                "type_id": kept.id,
                "number": f"{kind[:2].upper()}-{today:%Y}-{index + 1:03}",
                "issued_by": "市场监督管理局" if kind == "licence" else "客户单位",
                "date_issued": today - timedelta(days=400),
                "date_expiry": days and today + timedelta(days=days),
                "content": scan,
                "filename": f"{kind}-{index + 1}.png",
            }
        )
        yield later(world.now, 1)


def contacted(world, index, channel, direction, summary):
    """A salesperson notes a contact, over what the company has assigned."""
    customers = files(world, f"sales{index % 5 + 1}")
    customers.env["crm.contact.log"].log_contact(
        {
            "partner_id": customers[index % len(customers)].id,
            "channel": channel,
            "direction": direction,
            "summary": summary,
        }
    )
    yield later(world.now, 1)


def private_contact(world):
    """One was called from a private phone: the office hears of it."""
    customers = files(world, "sales3")
    customers.env["crm.contact.log"].log_contact(
        {
            "partner_id": customers[:1].id,
            "channel": "mobile",
            "account": PRIVATE_NUMBER,
            "summary": "外出时用个人手机回复客户询价。",
        }
    )
    yield later(world.now, 1)


def enquiries(world):
    """Somebody calls, somebody walks in; the salesperson notes it."""
    env = world.people.of("sales1")
    for source, title, name, sex, sincerity, low, high in ENQUIRIES:
        env["crm.lead"].create(
            {
                "name": title,
                "contact_name": name,
                "enquiry_source_id": env["crm.customer.source"]
                .search([("code", "=", source)], limit=1)
                .id,
                "need_type_id": env["crm.enquiry.need.type"].search([], limit=1).id,
                "enquirer_sex": sex,
                "sincerity": sincerity,
                "price_from": low,
                "price_to": high,
                "living_area": "兴庆区",
                "user_id": env.uid,
            }
        )
        yield later(world.now, 4)


def consents(world):
    """Contacts agree to be written to; one has changed his mind."""
    given = []
    for login in ("sales1", "sales2", "sales3"):
        for customer in files(world, login)[:2]:
            consent = customer.env["crm.consent"]
            number = consent.give(
                customer.main_contact_id.id, "marketing", "form", channel="phone"
            )
            given.append(consent.browse(number))
        yield later(world.now, 2)
    given[0].withdraw("来电要求不再接收促销信息。")


def request(world):
    """A colleague's customers are asked for on paper, granted and handed out."""
    number = _ask(world, "sales1", "sales3", "paper", "参加订货会，联系西北地区客户")
    people = world.people
    for login, step in (
        ("director", "action_approve"),
        ("service", "action_confirm"),
        ("clerk", "action_release"),
        ("clerk", "action_hand_out"),
    ):
        yield later(world.now, 2)
        getattr(people.of(login)["crm.data.request"].browse(number), step)()


def waiting_request(world):
    """Another request waits for the marketing director."""
    _ask(world, "sales4", "sales2", "screen", "客户跨区采购，核对联系方式")
    yield later(world.now, 1)


def _ask(world, login, owner, form, purpose):
    requests = world.people.of(login)["crm.data.request"]
    return requests.request_data(
        {
            "purpose": purpose,
            "form": form,
            "customer_ids": files(world, owner)[:3].ids,
            "parts": ["contact", "address"],
            "date_to": str(local_day(world.now) + timedelta(days=14)),
        }
    )


def plans(world):
    """A key account plan is carried out; another one waits to be audited."""
    for index in range(2):
        customer = files(world, f"sales{index + 1}")[0]
        plans = customer.env["crm.account.plan"]
        plan = plans.browse(
            plans.file_plan(
                {
                    "kind": "key",
                    "customer_id": customer.id,
                    "sales_target": 600000,
                    "reason": "近两年采购额居全公司前列，门店位于核心商圈。",
                    "measures": [
                        {
                            "name": "每月拜访一次，新款优先供货",
                            "user_id": plans.env.uid,
                            "date_due": str(local_day(world.now) + timedelta(days=90)),
                            "cost": 1500,
                        }
                    ],
                }
            )
        )
        plan.action_submit()
        yield later(world.now, 4)
        if index:
            return
        for login, opinion in (
            ("sales_head", "材料属实。"),
            ("service", "建议列为重点客户。"),
            ("gm", "同意，专人负责。"),
        ):
            decided = world.people.act(plan, login)
            if decided.approval_can_decide:
                decided.action_approve(opinion)
            yield later(world.now, 3)
        plan.action_start()


def evaluation(world):
    """The relation with a customer is evaluated, and closed by the manager."""
    customer = files(world, "sales1")[1]
    evaluations = customer.env["crm.customer.evaluation"]
    template = evaluations.env.ref("crm_customer_archive.evaluation_template_csd")
    found = evaluations.file_evaluation(
        customer.id,
        [
            {"indicator": indicator.id, "score": score, "basis": basis}
            for indicator, (score, basis) in zip(
                template.indicator_ids, SCORES, strict=False
            )
        ],
        template=template.code,
        outcome="develop",
        reason="计划新开门店，值得重点开发。",
    )
    asked = evaluations.browse(found["id"])
    asked.action_submit()
    yield later(world.now, 5)
    for login in ("sales_head", "service", "gm"):
        decided = world.people.act(asked, login)
        if decided.approval_can_decide:
            decided.action_approve("同意。")
            yield later(world.now, 3)


def handover(world):
    """A salesperson is about to leave; part of the customers is taken over."""
    env = world.people.of("sales_head")
    handovers = env["crm.customer.handover"]
    number = handovers.start(
        "sales5",
        departure_date=str(local_day(world.now) + timedelta(days=20)),
    )
    found = handovers.browse(number)
    yield later(world.now, 2)
    successor = world.people.of("sales4").user
    found.action_assign(successor.id)
    yield later(world.now, 3)
    lines = found.line_ids.sorted("id")
    lines[: (len(lines) + 1) // 2].with_user(successor).action_confirm()
