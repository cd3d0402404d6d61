"""docs/api.md tells the truth: every example runs, every public method is in it."""

import itertools
import re
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg2
import pytest

from tests.support import work
from tests.support.clients import Json2
from tests.support.codes import credit_code
from tools import paths

DOCUMENT = paths.PROJECT / "docs" / "api.md"
BLOCK = re.compile(r"^```python(?: client=(\w+))?\n(.*?)^```$", re.M | re.S)
#: Who leaves in a run of the document; nobody leaves twice.
LEAVERS = itertools.cycle(("leaver1", "leaver2"))
NUMBERS = itertools.count(int(time.time()) % 1_000_000 + 6_000_000)
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
CLIENTS = ("XmlRpc", "Json2")


def blocks():
    """(name of the client it shows or None, line, code) of each example."""
    text = DOCUMENT.read_text()
    for found in BLOCK.finditer(text):
        line = text[: found.start()].count("\n") + 2
        yield found.group(1) or None, line, found.group(2)


class Recorder:
    """A person's client out of the document; notes what was called."""

    def __init__(self, client, calls):
        self.client, self.calls = client, calls

    def call(self, model, method, ids=None, **named):
        result = self.client.call(model, method, ids, **named)
        assert result is not None, f"{model}.{method} returns nothing"
        self.calls.add((model, method))
        return result


def late(site, partner):
    """A complaint that quality holds too long, and two it held too long."""
    held = work.complaint(site, partner)
    gone = [work.complaint(site, partner) for _index in range(2)]
    _backdate(site, [held, *gone])
    login, part = work.PARTS["quality"]
    quality = site.user(login, Json2)
    part = {name: work.value_of(quality, value) for name, value in part.items()}
    for one in gone:
        quality.call("crm.complaint", "answer_department", [one], vals=part)
    admin = site.user("admin", Json2)
    [action] = admin.search("ir.cron", [("code", "ilike", "_cron_deadlines")])
    admin.call("ir.cron", "method_direct_trigger", [action])
    return held


def _backdate(site, ids):
    """As if the stays had begun a month ago."""
    with psycopg2.connect(**site.libpq) as connection, connection.cursor() as cursor:
        cursor.execute(
            "UPDATE crm_routing_passage SET date_in = date_in - interval '30 days',"
            " date_due = date_due - interval '30 days',"
            " reminder_next = reminder_next - interval '30 days'"
            " WHERE model = 'crm.complaint' AND res_id = ANY(%s)"
            " AND step = 'quality' AND date_out IS NULL",
            [ids],
        )
    connection.close()


def overdue(site, count):
    """Overdue cases of new customers, one each."""
    partners = [work.customer(site, next(NUMBERS)) for _index in range(count)]
    for partner in partners:
        work.delivered_line(site, partner)
    with psycopg2.connect(**site.libpq) as connection, connection.cursor() as cursor:
        cursor.execute(
            "UPDATE account_move_line SET date_maturity = date_maturity - 3"
            " WHERE partner_id = ANY(%s) AND display_type = 'payment_term'",
            [partners],
        )
    connection.close()
    admin = site.user("admin", Json2)
    [action] = admin.search("ir.cron", [("code", "ilike", "_cron_overdue")])
    admin.call("ir.cron", "method_direct_trigger", [action])
    return [
        admin.search("crm.credit.case", [("partner_id", "=", partner)])
        for partner in partners
    ]


def rounds(site):
    """Id of a round of the duty to forward what customers say, still open."""
    admin = site.user("admin", Json2)
    model = "crm.complaint.duty.round"
    [action] = admin.search("ir.cron", [("model_id.model", "=", model)])
    admin.call("ir.cron", "method_direct_trigger", [action])
    return admin.search(model, [("duty_id.forwarded", "=", True)])[0]


def world(site):
    """What the examples begin with."""
    cases = overdue(site, 2)
    number = next(NUMBERS)
    partner = work.customer(site, next(NUMBERS))
    leaver = next(LEAVERS)
    work.customer(site, next(NUMBERS), leaver)
    work.customer(site, next(NUMBERS), leaver)
    seller = site.user("sales1", Json2)
    now = datetime.now(ZoneInfo("UTC")) - timedelta(minutes=1)
    local = now.astimezone(ZoneInfo("Asia/Shanghai"))
    monday = local.date() + timedelta(days=7 - local.weekday())
    line = work.delivered_line(site, partner, quantity=100)
    order = seller.value("sale.order.line", line, "order_id")[0]
    plain = work.delivered_line(site, partner, invoiced=False)
    many, wrong = work.delivered_lines(
        site, partner, [(site.jacket, 20), (site.trousers, 10)]
    )
    admin = site.user("admin", Json2)
    admin.write("res.company", admin.search("res.company", []), customer_pool=True)
    # Nothing is granted to a customer whose complaint is not decided.
    complainer = work.customer(site, next(NUMBERS))
    return {
        "CUSTOMER": partner,
        "CREDIT_CODE": credit_code(number),
        "USERS": site.users,
        "REFERRAL": site.user("admin", Json2).search(
            "crm.customer.source", [("code", "=", "referral")]
        )[0],
        "EMPLOYEE": seller.search("hr.employee.public", [])[0],
        "LEAVER": leaver,
        "NOW": f"{now:%Y-%m-%d %H:%M:%S}",
        "TODAY": f"{local:%Y-%m-%d}",
        "MONDAY": f"{monday}",
        "PRODUCT": site.jacket,
        "ORDER": order,
        "ORDER_LINE": line,
        "REFUSED": [work.complaint(site, partner, "decided")],
        "GRANTED": work.complaint(site, partner, "decided"),
        "DUTY_ROUND": [rounds(site)],
        "OPEN_COMPLAINT": work.complaint(site, complainer),
        "LATE_COMPLAINT": late(site, complainer),
        "SUPPLIER": admin.create("res.partner", name="宁夏面料厂", is_company=True),
        "SIGNATURE": work.SIGNATURE,
        "OVERDUE": cases[0],
        "OVERDUE2": cases[1],
        "EXCESS": [work.received_return(site, partner, many, 2, 10)],
        "APPROVED": [work.collected_return(site, partner, many, 1)],
        "CREDITABLE": [work.received_return(site, partner, many, 1, 1)],
        "EXCHANGE": [work.collected_return(site, partner, wrong, 5, "exchange")],
        "NOT_INVOICED": [work.received_return(site, partner, plain, 2, 2)],
    }


def run_examples(site, client):
    """Run the document from top to bottom; returns the methods it called."""
    calls, names = set(), world(site)
    references = f"{next(NUMBERS)}-"
    for shown, line, code in blocks():
        # Each run files documents of its own.
        code = re.sub(
            r'"(shop-|diary-|ticket-|rma-)', lambda m: f'"{references}{m[1]}', code
        )
        if "name" in code:
            code = code.replace("银川华泰", f"银川{references}华泰")
            code = code.replace("吴忠新风", f"吴忠{references}新风")
        compiled = compile("\n" * (line - 1) + code, str(DOCUMENT), "exec")
        exec(compiled, names)
        if shown == client:
            for name, login in PEOPLE.items():
                names[name] = Recorder(
                    names[client](site.url, site.database, login, site.keys[login]),
                    calls,
                )
    return calls


@pytest.fixture(scope="module")
def called(site):
    return {}


@pytest.mark.parametrize("client", CLIENTS)
def test_examples(site, client, called):
    """Every example runs, with the client that the document shows."""
    called[client] = run_examples(site, client)
    assert len(called[client]) > 50


def test_nothing_is_missing(site, called):
    """Every public method of ours is called in the document, with both clients."""
    found = site.methods
    assert len(found) > 60
    undocumented = sorted(
        f"{entry['model']}.{entry['method']}"
        for entry in found
        if not entry["documented"]
    )
    for client in CLIENTS:
        done = called[client]
        # What a document inherits from a mixin is shown with one document.
        shared = {
            (entry["definer"], entry["method"])
            for entry in found
            if (entry["model"], entry["method"]) in done
            and entry["definer"] != entry["model"]
        }
        missing = sorted(
            f"{entry['model']}.{entry['method']}"
            for entry in found
            if not entry["abstract"]
            and (entry["model"], entry["method"]) not in done
            and (str(entry["definer"]), entry["method"])
            not in {(str(definer), method) for definer, method in shared}
        )
        assert not missing, f"{client}: not in docs/api.md: {missing}"
    assert not undocumented
