"""Several people at the same moment: real connections, real commits."""

import itertools
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

import psycopg2
import pytest

from tests.support import work
from tests.support.clients import Json2, Refusal, XmlRpc
from tools import checklog

INSIDE = Path(work.__file__).with_name("inside.py")

#: Pairs of people racing each other; each race is a new chance to go wrong.
RACES = 5
THREADS = 8
#: Complaints with a late stay that is left and one that is there, and how many stays
#: another connection holds.
STAYS, HELD = 12, 2
NUMBERS = itertools.count(int(time.time()) % 1_000_000 + 2_000_000)


def at_once(*calls):
    """Results or refusals of calls that begin at the same moment."""
    barrier = threading.Barrier(len(calls))

    def one(call):
        barrier.wait()
        try:
            return call()
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def clients(site, login, number):
    """Several connections of one person."""
    return [Json2(site, login) for _index in range(number)]


@pytest.fixture(scope="module")
def customer(site):
    """A customer on file with an order delivered and invoiced."""
    return work.customer(site, next(NUMBERS))


def refusals(results):
    return [result for result in results if isinstance(result, Refusal)]


def chain_holds(site):
    result = site.user("policy", XmlRpc).call("crm.approval", "action_verify_chain")
    return result["params"]["type"] == "success"


@pytest.mark.parametrize("race", range(RACES))
def test_two_decide_at_once(site, race):
    """One decision comes out, whoever was first; the other is told."""
    seller, head = site.user("sales1", Json2), site.user("sales_head", Json2)
    draft = work.draft_customer(site, next(NUMBERS))
    seller.call("res.partner", "action_submit", [draft])
    director = site.user("sales_head", XmlRpc)
    results = at_once(
        lambda: head.call("res.partner", "action_approve", [draft], comment="同意"),
        lambda: director.call(
            "res.partner", "action_reject", [draft], comment="不同意"
        ),
    )
    assert len(refusals(results)) == 1, results
    decisions = site.user("policy", XmlRpc).call(
        "crm.approval",
        "search_read",
        domain=[("res_model", "=", "res.partner"), ("res_id", "=", draft)],
        fields=["state", "chain_number", "decided_by"],
    )
    assert len(decisions) == 1
    assert decisions[0]["state"] in ("approved", "refused")
    states = {"approved": "archived", "refused": "refused"}
    state = seller.value("res.partner", draft, "state")
    assert state == states[decisions[0]["state"]]
    assert chain_holds(site)


def test_decisions_on_many_documents_at_once(site):
    """Every decision takes its own place in the company's chain."""
    seller = site.user("sales1", Json2)
    drafts = [work.draft_customer(site, next(NUMBERS)) for _index in range(THREADS)]
    seller.call("res.partner", "action_submit", drafts)
    heads = clients(site, "sales_head", THREADS)
    results = at_once(
        *(
            lambda head=head, draft=draft: head.call(
                "res.partner", "action_approve", [draft]
            )
            for head, draft in zip(heads, drafts, strict=True)
        )
    )
    assert results == [True] * THREADS
    places = site.user("policy", XmlRpc).call(
        "crm.approval",
        "search_read",
        domain=[("res_model", "=", "res.partner"), ("res_id", "in", drafts)],
        fields=["chain_number"],
    )
    assert len({row["chain_number"] for row in places}) == THREADS
    numbers = seller.call("res.partner", "read", drafts, fields=["customer_number"])
    assert len({row["customer_number"] for row in numbers}) == THREADS
    assert chain_holds(site)


def test_edit_and_decision_at_once(site):
    """An approved value changed at the same moment is never approved unseen."""
    seller, head = site.user("sales1", Json2), site.user("sales_head", Json2)
    for _race in range(RACES):
        draft = work.draft_customer(site, next(NUMBERS))
        seller.call("res.partner", "action_submit", [draft])
        at_once(
            lambda draft=draft: head.call("res.partner", "action_approve", [draft]),
            lambda draft=draft: seller.write(
                "res.partner", [draft], legal_representative="别人"
            ),
        )
        [file] = seller.read("res.partner", [draft], "state", "legal_representative")
        approved_as_it_is = file["legal_representative"] != "别人"
        assert (file["state"] == "archived") == approved_as_it_is or (
            file["state"] == "draft"
        ), file
    assert chain_holds(site)


def test_two_returns_of_the_same_goods(site, customer):
    """Of 10 delivered, two requests of 6 at the same moment cannot both hold."""
    seller = site.user("sales1", Json2)
    for line in work.delivered_lines(site, customer, [(site.jacket, 10)] * RACES):

        def ask(client, key, line=line):
            return client.call(
                "crm.return",
                "request_return",
                vals={
                    "partner_id": customer,
                    "reason": "model",
                    "evidence": "客户来函",
                    "lines": [{"sale_line_id": line, "quantity": 6}],
                    "client_reference": f"race-{line}-{key}",
                    "submit": True,
                },
            )

        one, two = clients(site, "sales1", 2)
        results = at_once(partial(ask, one, 1), partial(ask, two, 2))
        assert len(refusals(results)) == 1, results
        found = seller.call(
            "crm.return.line",
            "search_read",
            domain=[
                ("sale_line_id", "=", line),
                ("return_id.state", "!=", "draft"),
            ],
            fields=["quantity"],
        )
        assert [row["quantity"] for row in found] == [6]


def test_numbers_without_duplicates(site, customer):
    """Visits filed by eight connections have numbers of their own, without holes."""
    people = clients(site, "sales1", THREADS)
    companion = site.users["sales2"]

    def plan(client, index):
        return [
            client.call(
                "crm.visit",
                "plan_visit",
                vals={
                    "partner_id": customer,
                    "kind": "routine",
                    "planned_start": f"2031-05-{index + 1:02} 0{part}:00:00",
                    "participant_ids": [companion],
                },
            )
            for part in range(4)
        ]

    results = at_once(
        *(
            lambda client=client, index=index: plan(client, index)
            for index, client in enumerate(people)
        )
    )
    assert not refusals(results)
    names = [visit["name"] for visits in results for visit in visits]
    assert len(set(names)) == len(names) == THREADS * 4


def test_one_reference_from_many_connections(site, customer):
    """The same client reference filed eight times at once is one document."""
    people = clients(site, "sales1", THREADS)
    reference = f"once-{next(NUMBERS)}"
    vals = {
        "partner_id": customer,
        "client_reference": reference,
        "product_id": site.jacket,
        "order_reference": "SO-1",
        "delivery_date": "2026-03-02",
        "delivered_quantity": 10,
        "defective_quantity": 1,
        "description": "缝线开裂",
        "demand": "退货",
        "opinion": "属实",
    }
    results = at_once(
        *(
            lambda client=client: client.call(
                "crm.complaint", "file_complaint", vals=vals
            )
            for client in people
        )
    )
    found = people[0].search("crm.complaint", [("client_reference", "=", reference)])
    assert results == found * THREADS


@pytest.fixture(scope="module")
def late_stays(site, customer):
    """Ids of stays that are late: half of them there, half of them left."""
    found = []
    for _number in range(STAYS):
        stays = [("model", "=", "crm.complaint"), ("kind", "=", "stay")]
        document = work.complaint(site, customer, state="production")
        found += site.user("gmo", Json2).search(
            "crm.routing.passage",
            [*stays, ("res_id", "=", document), ("step", "!=", "received")],
        )
    with closing(psycopg2.connect(**site.libpq)) as connection, connection:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE crm_routing_passage SET date_due = now() - interval '1 hour',"
                " reminder_next = now() - interval '1 hour',"
                " inquiry_pending = date_out IS NOT NULL WHERE id = ANY(%s)",
                [found],
            )
    return found


@pytest.fixture(scope="module")
def inside(workbench, site, late_stays, tmp_path_factory):
    """What the server's own code does at once; see ``support/inside.py``."""
    file = tmp_path_factory.mktemp("inside") / "facts.json"
    log = workbench.databases.script(
        "Working at once",
        site.database,
        INSIDE,
        file,
        *("--stays", *map(str, late_stays)),
        *("--held", *map(str, late_stays[-HELD:])),
    )
    assert not checklog.problems(log), checklog.problems(log)
    return json.loads(file.read_text())


def test_clocks_at_once(site, late_stays, inside):
    """Four machines remind at once: of each stay once, and of what is held later."""
    assert set(inside["reminded"]) == set(late_stays[:-HELD])
    notices = _notices(site.user("gmo", Json2), late_stays)
    assert set(notices) == set(late_stays)
    assert all(len(found) == 1 for found in notices.values()), notices
    kinds = [found[0]["kind"] for found in notices.values()]
    assert kinds.count("reminder") == kinds.count("inquiry") == STAYS
    numbers = [found[0]["name"] for found in notices.values() if found[0]["name"]]
    assert len(set(numbers)) == len(numbers) == STAYS


def test_first_numbers_of_a_company(inside):
    """Four who take a company's very first numbers count together."""
    assert inside["sequences"] == 1
    assert len(set(inside["numbers"])) == len(inside["numbers"]) == 8


def _notices(client, stays):
    """{stay: its notices}."""
    result = {}
    for notice in client.call(
        "crm.routing.notice",
        "search_read",
        domain=[("passage_id", "in", stays)],
        fields=["passage_id", "kind", "name"],
    ):
        result.setdefault(notice["passage_id"][0], []).append(notice)
    return result
