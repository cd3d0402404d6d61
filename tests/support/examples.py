"""The examples of docs/api.md, and the documents that they begin with."""

import itertools
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.support import work
from tests.support.codes import credit_code
from tools import paths

DOCUMENT = paths.PROJECT / "docs" / "api.md"
BLOCK = re.compile(r"^```python(?: client=(\w+))?\n(.*?)^```$", re.M | re.S)
#: Names of the document's people, by login.
PEOPLE = {
    "sales": "sales1",
    "sales2": "sales2",
    "head": "sales_head",
    "office": "gmo",
    "quality": "quality",
    "manufacturing": "manufacturing",
    "rd": "rd",
    "technical": "technical",
    "planner": "pmc",
    "workshop": "production",
    "storage": "storage",
    "accounting": "accounting",
    "marketing": "marketing",
    "deputy": "deputy",
    "general_manager": "gm",
    "director": "director",
    "marketing_director": "marketing_director",
    "service_manager": "service_manager",
    "policy": "policy",
    "desk": "desk",
    "hr": "hr_officer",
    "custodian": "custodian",
}
#: Who leaves the company in the examples.
LEAVER = "leaver"
NUMBERS = itertools.count(6_000_000)


def late(site, partner):
    """A complaint that quality holds too long, and two it held too long."""
    held = work.complaint(site, partner)
    gone = [work.complaint(site, partner) for _index in range(2)]
    _backdate(site, [held, *gone])
    login, part = work.PARTS["quality"]
    quality = site.user(login)
    part = {name: work.value_of(quality, value) for name, value in part.items()}
    for one in gone:
        quality.call("crm.complaint", "answer_department", [one], vals=part)
    admin = site.user("admin")
    [action] = admin.search("ir.cron", [("code", "ilike", "_cron_deadlines")])
    admin.call("ir.cron", "method_direct_trigger", [action])
    return held


def _backdate(site, ids):
    """As if the stays had begun a month ago."""
    site.sql(
        "UPDATE crm_routing_passage SET date_in = date_in - interval '30 days',"
        " date_due = date_due - interval '30 days',"
        " reminder_next = reminder_next - interval '30 days'"
        " WHERE model = 'crm.complaint' AND res_id = ANY(%s)"
        " AND step = 'quality' AND date_out IS NULL",
        ids,
    )


def overdue(site, count):
    """Overdue cases of new customers, one each."""
    partners = [work.customer(site, next(NUMBERS)) for _index in range(count)]
    for partner in partners:
        work.delivered_line(site, partner)
    site.sql(
        "UPDATE account_move_line SET date_maturity = date_maturity - 3"
        " WHERE partner_id = ANY(%s) AND display_type = 'payment_term'",
        partners,
    )
    admin = site.user("admin")
    [action] = admin.search("ir.cron", [("code", "ilike", "_cron_overdue")])
    admin.call("ir.cron", "method_direct_trigger", [action])
    return [
        admin.search("crm.credit.case", [("partner_id", "=", partner)])
        for partner in partners
    ]


def rounds(site):
    """Id of a round of the duty to forward what customers say, still open."""
    admin = site.user("admin")
    model = "crm.complaint.duty.round"
    [action] = admin.search("ir.cron", [("model_id.model", "=", model)])
    admin.call("ir.cron", "method_direct_trigger", [action])
    return admin.search(model, [("duty_id.forwarded", "=", True)])[0]


def world(site):
    """Ids by the names that the examples have for them.

    :param site: a ``support.direct.InsideSite``
    """
    cases = overdue(site, 2)
    number = next(NUMBERS)
    partner = work.customer(site, next(NUMBERS))
    for _index in range(2):
        work.customer(site, next(NUMBERS), LEAVER)
    seller = site.user("sales1")
    line = work.delivered_line(site, partner, quantity=100)
    order = seller.value("sale.order.line", line, "order_id")[0]
    plain = work.delivered_line(site, partner, invoiced=False)
    many, wrong = work.delivered_lines(
        site, partner, [(site.jacket, 20), (site.trousers, 10)]
    )
    admin = site.user("admin")
    admin.write("res.company", admin.search("res.company", []), customer_pool=True)
    # Nothing is granted to a customer whose complaint is not decided.
    complainer = work.customer(site, next(NUMBERS))
    return {
        "CUSTOMER": partner,
        "CREDIT_CODE": credit_code(number),
        "REFERRAL": work.value_of(admin, ("crm.customer.source", "code", "referral")),
        "EMPLOYEE": seller.search("hr.employee.public", [])[0],
        "LEAVER": LEAVER,
        "ORDER": order,
        "ORDER_LINE": line,
        "REFUSED": [work.complaint(site, partner, "decided")],
        "GRANTED": work.complaint(site, partner, "decided"),
        "DUTY_ROUND": [rounds(site)],
        "OPEN_COMPLAINT": work.complaint(site, complainer),
        "LATE_COMPLAINT": late(site, complainer),
        "SUPPLIER": admin.create("res.partner", name="宁夏面料厂", is_company=True),
        "OVERDUE": cases[0],
        "OVERDUE2": cases[1],
        "EXCESS": [work.received_return(site, partner, many, 2, 10)],
        "APPROVED": [work.collected_return(site, partner, many, 1)],
        "CREDITABLE": [work.received_return(site, partner, many, 1, 1)],
        "EXCHANGE": [work.collected_return(site, partner, wrong, 5, "exchange")],
        "NOT_INVOICED": [work.received_return(site, partner, plain, 2, 2)],
    }


def blocks():
    """(name of the client it shows or None, compiled code) of each example."""
    text = DOCUMENT.read_text()
    for found in BLOCK.finditer(text):
        before = "\n" * (text[: found.start()].count("\n") + 1)
        code = compile(before + found.group(2), str(DOCUMENT), "exec")
        yield found.group(1) or None, code


def names_for(site):
    """What the examples begin with, by the names they have there."""
    now = datetime.now(ZoneInfo("UTC")) - timedelta(minutes=1)
    local = now.astimezone(ZoneInfo("Asia/Shanghai"))
    monday = local.date() + timedelta(days=7 - local.weekday())
    return {
        **site.world,
        "USERS": site.users,
        "PRODUCT": site.jacket,
        "NOW": f"{now:%Y-%m-%d %H:%M:%S}",
        "TODAY": f"{local:%Y-%m-%d}",
        "MONDAY": f"{monday}",
        "SIGNATURE": work.SIGNATURE,
    }


def leave_waiting(site):
    """A registration and a return wait for a decision; who decides is on leave.

    The general manager has handed over the decisions on returns alone.
    """
    waiting = work.draft_customer(site, next(NUMBERS))
    site.user("sales1").call("res.partner", "action_submit", [waiting])
    partner = work.customer(site, next(NUMBERS))
    line = work.delivered_line(site, partner)
    work.requested_return(site, partner, line, 1)
    admin = site.user("admin")
    today = names_for(site)["TODAY"]
    admin.create(
        "crm.approval.delegation",
        user_id=site.users["gm"],
        delegate_id=site.users["deputy"],
        date_from=today,
        date_to=today,
        model_ids=[(6, 0, admin.search("ir.model", [("model", "=", "crm.return")]))],
    )


def run_inside(site):
    """Leave what the examples leave; those that show a client are left out.

    :param site: a ``support.direct.InsideSite``
    """
    names = names_for(site)
    names.update({name: site.user(login) for name, login in PEOPLE.items()})
    for shown, code in blocks():
        if not shown:
            exec(code, names)
