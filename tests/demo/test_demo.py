"""The demo company is whole: every state occurs and everything adds up."""

from datetime import datetime, timedelta

import pytest

from tools.demo.logins import LOGINS

pytestmark = pytest.mark.installation
#: Documents with a life: least number, and states that need not occur.
DOCUMENTS = {
    "res.partner": (60, {"none"}),
    "crm.complaint": (80, set()),
    "crm.visit": (300, set()),
    "crm.visit.plan": (40, set()),
    "crm.return": (25, set()),
    "crm.abnormality": (3, {"draft", "proposed", "improved", "cancelled"}),
    "crm.complaint.notification": (3, {"draft", "cancelled"}),
    "crm.complaint.memorandum": (2, {"draft", "accepted", "withdrawn"}),
    "crm.complaint.statement": (2, {"draft", "statistics", "allocated"}),
    "crm.sanction": (2, {"circulated", "verification", "approved", "cancelled"}),
    "crm.bonus.notice": (2, {"approval", "cancelled"}),
    "crm.complaint.duty.round": (4, {"open"}),
}
OURS = {"res.partner": [["is_crm_customer", "=", True]]}


@pytest.fixture(scope="module")
def admin(demo_server):
    return demo_server.user("admin")


def states(admin, model):
    fields = admin.call(model, "fields_get", ["state"], ["selection"])
    return {code for code, _label in fields["state"]["selection"]}


def read(admin, model, domain, fields, **named):
    return admin.call(model, "search_read", domain, fields, **named)


@pytest.mark.parametrize("model", DOCUMENTS)
def test_count_and_states(admin, model):
    """There are enough documents, some in every state."""
    least, exempt = DOCUMENTS[model]
    documents = read(admin, model, OURS.get(model, []), ["state"])
    assert len(documents) >= least
    missing = states(admin, model) - {doc["state"] for doc in documents} - exempt
    assert not missing


def test_orders_deliveries_invoices(admin):
    """Two years of orders were delivered and invoiced; some are under way."""
    assert admin.call("sale.order", "search_count", []) >= 160
    orders = read(admin, "sale.order", [["state", "=", "sale"]], ["date_order"])
    days = sorted(order["date_order"] for order in orders)
    first, last = (datetime.fromisoformat(day) for day in (days[0], days[-1]))
    assert last - first > timedelta(days=600)
    done = [["picking_type_code", "=", "outgoing"], ["state", "=", "done"]]
    assert admin.call("stock.picking", "search_count", done) > 130
    posted = [["move_type", "=", "out_invoice"], ["state", "=", "posted"]]
    assert admin.call("account.move", "search_count", posted) > 85


def test_payments(admin):
    """Most invoices are paid, some are overdue; credit notes follow the returns."""
    invoices = read(
        admin,
        "account.move",
        [["move_type", "=", "out_invoice"], ["state", "=", "posted"]],
        ["payment_state", "invoice_date_due", "amount_residual"],
    )
    today = f"{datetime.now():%Y-%m-%d}"
    paid = [move for move in invoices if move["payment_state"] == "paid"]
    late = [
        move
        for move in invoices
        if move["amount_residual"] > 0 and move["invoice_date_due"] < today
    ]
    assert len(paid) > len(invoices) * 0.7
    assert len(late) > 5
    assert not any(move["amount_residual"] for move in paid)
    notes = [["move_type", "=", "out_refund"], ["state", "=", "posted"]]
    assert admin.call("account.move", "search_count", notes) >= 5


def test_books_and_store_add_up(admin):
    """Debit equals credit, no stock is negative, and nobody was credited twice."""
    lines = read(
        admin, "account.move.line", [["parent_state", "=", "posted"]], ["balance"]
    )
    assert abs(sum(line["balance"] for line in lines)) < 0.005
    below = [["location_id.usage", "=", "internal"], ["quantity", "<", 0]]
    assert not admin.call("stock.quant", "search_count", below)
    for line in read(
        admin,
        "crm.return.line",
        [["return_state", "=", "settled"]],
        ["qty_received", "qty_credited", "qty_approved"],
    ):
        assert line["qty_received"] == line["qty_approved"] == line["qty_credited"]


def test_decisions(admin):
    """Every decision is in the chain; all three bands of complaints decided."""
    result = admin.call("crm.approval", "action_verify_chain")
    assert result["params"]["type"] == "success"
    decided = read(
        admin,
        "crm.approval",
        [
            ["res_model", "=", "crm.complaint"],
            ["outcome", "=", "approved"],
            ["step", "=", "decision"],
        ],
        ["amount", "decided_by", "requested_by"],
    )
    assert all(entry["decided_by"] != entry["requested_by"] for entry in decided)
    bands = [(0, 100000), (100000, 150000), (150000, 10**9)]
    for low, high in bands:
        assert [entry for entry in decided if low < entry["amount"] <= high], low


def test_numbers_and_times(admin):
    """Complaints are numbered by the month the office received them in."""
    complaints = read(
        admin,
        "crm.complaint",
        [["received_at", "!=", False]],
        ["name", "received_at", "case_due", "closed_at", "create_date"],
    )
    for complaint in complaints:
        received = datetime.fromisoformat(complaint["received_at"])
        local = received + timedelta(hours=8)
        assert complaint["name"].startswith(f"{local:%y%m}"), complaint
        assert complaint["create_date"] <= complaint["received_at"]
        assert (
            12 <= (datetime.fromisoformat(complaint["case_due"]) - received).days <= 17
        )
    assert len({complaint["name"] for complaint in complaints}) == len(complaints)
    late = admin.call("crm.complaint", "search_count", [["case_late", "=", True]])
    assert 0 < late < len(complaints) / 2


def test_kinds_of_intermediaries(admin):
    """All five kinds of intermediaries, at home and abroad, with valid data."""
    customers = read(
        admin,
        "res.partner",
        [["is_crm_customer", "=", True], ["state", "=", "archived"]],
        ["intermediary_type_id", "is_foreign", "credit_code", "main_contact_id"],
    )
    kinds = {
        customer["intermediary_type_id"][0]
        for customer in customers
        if customer["intermediary_type_id"]
    }
    assert len(kinds) == 5
    assert sum(customer["is_foreign"] for customer in customers) >= 2
    for customer in customers:
        assert customer["main_contact_id"]
        assert customer["is_foreign"] or len(customer["credit_code"]) == 18


def test_first_visits_by_two(admin):
    """Nobody went alone on a first visit (VIS-01)."""
    visits = read(
        admin,
        "crm.visit",
        [["is_first_visit", "=", True], ["date_held", "!=", False]],
        ["participant_ids"],
    )
    assert len(visits) > 20
    assert all(len(visit["participant_ids"]) >= 2 for visit in visits)


@pytest.mark.parametrize("login", [login for login, *_rest in LOGINS])
def test_login(demo_server, login):
    """Everybody can log in with the login as password."""
    assert demo_server.user(login).uid


def test_no_mail_leaves(admin):
    """Nothing waits to be sent."""
    assert not admin.call("mail.mail", "search_count", [["state", "!=", "sent"]])


def test_not_twice(living_home, demo_server):
    """The demo company is not loaded into a database that has it."""
    done = living_home.shell(
        "import sys; sys.path.append('.')\n"
        "from tools.demo import load; load(env, print)\n"
    )
    assert "RuntimeError" in done.stderr, done.stderr


def count(admin, model, *domain):
    return admin.call(model, "search_count", list(domain))


def test_archive_classes_and_round(admin):
    """Customers have classes, half of a round is verified, shops were looked at."""
    assert count(admin, "crm.customer.standing", ["class_id", "!=", False]) > 30
    lines = read(admin, "crm.customer.verification", [], ["state"])
    done = [line for line in lines if line["state"] == "verified"]
    assert 0.3 < len(done) / len(lines) < 0.7
    assert count(admin, "crm.customer.market.check") >= 10


def test_archive_changes(admin):
    """Protected values are being changed: one change at least in each state."""
    changes = read(admin, "crm.customer.change", [], ["state"])
    assert {change["state"] for change in changes} == states(
        admin, "crm.customer.change"
    )


def test_archive_documents(admin):
    """Documents of several kinds are filed; one of them ends within a month."""
    documents = read(
        admin, "crm.customer.document", [], ["type_id", "date_expiry", "file_size"]
    )
    assert len({document["type_id"][0] for document in documents}) >= 4
    assert all(document["file_size"] for document in documents)
    month = f"{datetime.now() + timedelta(days=31):%Y-%m-%d}"
    today = f"{datetime.now():%Y-%m-%d}"
    assert any(today < (doc["date_expiry"] or "") < month for doc in documents)


def test_archive_credit(admin):
    """Overdue receivables are reported; one customer gets nothing, one may not."""
    cases = read(
        admin, "crm.credit.case", [], ["state", "supply_hold", "approval_state"]
    )
    assert {"overdue", "reported", "recovery"} <= {case["state"] for case in cases}
    assert sum(case["supply_hold"] == "suspended" for case in cases) == 1
    assert sum(case["approval_state"] == "pending" for case in cases) == 1


def test_archive_data_use(admin):
    """One request is granted with a numbered copy out, another one waits."""
    requests = read(admin, "crm.data.request", [], ["state", "copy_ids"])
    by_state = {request["state"]: request for request in requests}
    assert set(by_state) == {"requested", "on_loan"}
    assert by_state["on_loan"]["copy_ids"]


def test_archive_contacts(admin):
    """Contacts are logged over assigned phones; a private one went to the office."""
    contacts = read(admin, "crm.contact.log", [], ["official", "incident_id"])
    private = [contact for contact in contacts if not contact["official"]]
    assert len(contacts) > 5
    assert [bool(contact["incident_id"]) for contact in private] == [True]
    assert count(admin, "crm.contact.channel") >= 5


def test_archive_accounts(admin):
    """Plans are carried out and one is audited; an evaluation has its outcome.

    A customer is developed by a plan and appraised; another is assured of service.
    """
    plans = read(admin, "crm.account.plan", [], ["kind", "state"])
    assert sorted(plan["state"] for plan in plans) == ["audit", *["running"] * 3]
    assert {"development", "assurance"} < {plan["kind"] for plan in plans}
    of_development = ["template_id.code", "=", "DEVELOPMENT"]
    assert len(read(admin, "crm.customer.evaluation", [of_development], ["state"])) == 1
    [evaluation] = read(
        admin, "crm.customer.evaluation", ["!", of_development], ["state", "outcome"]
    )
    assert evaluation["state"] == "closed"
    assert evaluation["outcome"] == "develop"


def test_archive_persons(admin):
    """Persons consented, one no more; enquiries came by phone and over the door."""
    consents = read(admin, "crm.consent", [], ["in_force"])
    assert len(consents) > 4
    assert sum(not consent["in_force"] for consent in consents) == 1
    leads = read(admin, "crm.lead", [["enquiry_kind", "!=", False]], ["enquiry_kind"])
    assert {lead["enquiry_kind"] for lead in leads} == {"phone", "walk_in"}


def test_archive_handover(admin):
    """Somebody leaves: part of what he looks after has been taken over."""
    [handover] = read(admin, "crm.customer.handover", [], ["state", "user_id"])
    assert handover["state"] in ("open", "notified")
    lines = read(
        admin,
        "crm.customer.handover.line",
        [["handover_id", "=", handover["id"]]],
        ["state", "kind"],
    )
    assert {"customer"} <= {line["kind"] for line in lines}
    confirmed = [line for line in lines if line["state"] == "confirmed"]
    assert 0 < len(confirmed) < len(lines)


def test_archive_offices(demo_server):
    """The marketing director and the customer-service manager can log in."""
    for login, group in (
        ("director", "crm_customer_archive.group_marketing_director"),
        ("service", "crm_customer_archive.group_service_manager"),
    ):
        user = demo_server.user(login)
        assert user.call("res.users", "has_group", [user.uid], group)


def test_overview(demo_server):
    """The director's overview has something to show in every section."""
    director = demo_server.user("director")
    tiles = director.call("crm.overview.tile", "overview")
    sections = {tile["section"] for tile in tiles if tile["value"]}
    assert sections == {"decide", "late", "care", "watch"}
