"""The clock of the stays: reminders go out, late departments explain themselves."""

from datetime import timedelta

from .clock import at, local_day, workday

#: Days before the end from which the clock runs daily, and weekly before.
DAILY = 30
ANSWERS = (
    "当日该部门两人外出培训，已安排代理人，今后不再延误。",
    "等待送检报告，超出时限，已与检测单位约定加急。",
    "旺季订单集中，处理不及时，已增加专人负责。",
)


def begin(world):
    """Begin the rounds of the clock."""
    world.begin(rounds(world), hours=30)


def rounds(world):
    """Every morning the clock goes round; heads answer what was asked last week."""
    passages = world.env["crm.routing.passage"]
    while True:
        for work in (passages._remind_batch, passages._inquire_batch):
            while work(world.now, 1000):
                pass
        _answer(world)
        left = local_day(world.end) - local_day(world.now)
        step = 1 if left.days <= DAILY else 7
        yield at(workday(local_day(world.now) + timedelta(days=step)), 8.5)


def _answer(world):
    """The office sends the inquiries drafted; departments answer most of them."""
    notices = world.env["crm.routing.notice"].search(
        [("kind", "=", "inquiry"), ("state", "in", ("draft", "sent"))]
    )
    old = notices.filtered(
        lambda notice: notice.issued_at < world.now - timedelta(days=3)
    )
    drafts = old.filtered(lambda notice: notice.state == "draft")
    world.people.act(drafts, "gmo").action_send()
    for notice in (old - drafts).filtered(lambda notice: notice.id % 4):
        head = notice.department_id.manager_id.user_id
        notice.with_user(head).action_answer(world.rng.choice(ANSWERS))
