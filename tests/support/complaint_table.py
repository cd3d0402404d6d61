"""Complaints of every kind, worked out by hand, and the way all take at once."""

from contextlib import closing
from dataclasses import dataclass

import psycopg2

from tests.support.clients import Json2
from tests.support.work import COMPLAINT, PARTS, value_of

#: Yuan for a dollar.
RATE = 7.25
#: How long each department keeps a late case: longer than any step may take.
LYING = "interval '8 days'"


@dataclass
class Case:
    """One line of the table.

    :ivar claim: what is claimed and paid, in yuan or, from abroad, in dollars
    :ivar yuan: what that is in yuan
    :ivar decider: who decides so much
    :ivar end: what comes of it
    """

    abroad: bool
    claim: float
    yuan: float
    decider: str
    end: str = "closed"
    id: int = 0


def cases():
    """The table: the edges of each band to the fen, at home and abroad.

    13,793.10 $ = 99,999.975, rounded 99,999.98; 13,793.11 $ = 100,000.0475, rounded
    100,000.05; 20,689.65 $ = 149,999.9625, rounded 149,999.96; 20,689.66 $ =
    150,000.035, rounded 150,000.04.
    """
    return [
        Case(False, 80.00, 80.00, "sales_head", "late"),
        Case(False, 100_000.00, 100_000.00, "sales_head"),
        Case(False, 100_000.01, 100_000.01, "deputy", "supplier"),
        Case(False, 150_000.00, 150_000.00, "deputy", "refused"),
        Case(False, 150_000.01, 150_000.01, "gm"),
        Case(True, 10.00, 72.50, "sales_head"),
        Case(True, 13_793.10, 99_999.98, "sales_head", "refused"),
        Case(True, 13_793.11, 100_000.05, "deputy"),
        Case(True, 20_689.65, 149_999.96, "deputy", "late"),
        Case(True, 20_689.66, 150_000.04, "gm", "supplier"),
        Case(False, 80.00, 80.00, "sales_head", "unfounded"),
        Case(False, 150_000.01, 150_000.01, "gm", "unfounded"),
        Case(True, 10.00, 72.50, "sales_head", "unfounded"),
        Case(True, 13_793.11, 100_000.05, "deputy", "unfounded"),
    ]


#: The steps until the office sums up: who fills what (see ``work``), and the method.
WAY = (
    ("quality", "action_answer_quality"),
    ("production", "action_answer_production"),
    ("manager_instruction", "action_instruct"),
    ("rd", "action_answer_rd"),
    ("gmo_check", "action_check"),
    ("sales_opinion", "action_answer_sales"),
    ("supervisor_reading", "action_read"),
)


class Table:
    """The complaints of a table, filed, carried along and ended by their people."""

    def __init__(self, site, home, abroad):
        self.site, self.home, self.abroad = site, home, abroad
        self.dollar = self._dollar()
        self.cases = cases()

    def user(self, login):
        return self.site.user(login, Json2)

    def _dollar(self):
        """The currency of claims from abroad, at its rate."""
        admin = self.user("admin")
        [dollar] = admin.search(
            "res.currency", [("name", "=", "USD"), ("active", "in", [True, False])]
        )
        admin.write("res.currency", [dollar], active=True)
        rate = {"currency_id": dollar, "name": "2026-01-01"}
        known = [(name, "=", value) for name, value in rate.items()]
        if not admin.search("res.currency.rate", known):
            admin.create("res.currency.rate", **rate, inverse_company_rate=RATE)
        return dollar

    def ids(self, *ends):
        return [case.id for case in self.cases if not ends or case.end in ends]

    def file(self):
        """The salesperson files them, the office numbers them."""
        seller = self.user("sales1")
        rows = [
            {
                **COMPLAINT,
                "product_id": self.site.jacket,
                "partner_id": self.abroad if case.abroad else self.home,
                "amount_claim": case.claim,
                **({"claim_currency_id": self.dollar} if case.abroad else {}),
            }
            for case in self.cases
        ]
        found = seller.call("crm.complaint", "create", vals_list=rows)
        for case, complaint in zip(self.cases, found, strict=True):
            case.id = complaint
        self.submit(found)

    def submit(self, ids):
        self.user("sales1").call("crm.complaint", "action_submit", ids)
        self.lie()
        self.user("gmo").call("crm.complaint", "action_receive", ids)

    def lie(self):
        """Days go by for the late ones, wherever they are."""
        late = self.ids("late")
        with closing(psycopg2.connect(**self.site.libpq)) as connection, connection:
            with connection.cursor() as cr:
                for table, names, which in (
                    (
                        "crm_routing_passage",
                        ("date_in", "date_due"),
                        "model = 'crm.complaint' AND date_out IS NULL AND res_id",
                    ),
                    ("crm_complaint", ("routing_due", "case_due"), "id"),
                ):
                    earlier = ", ".join(f"{name} = {name} - {LYING}" for name in names)
                    cr.execute(
                        f"UPDATE {table} SET {earlier} WHERE {which} = ANY(%s)", [late]
                    )

    def carry(self, ids, until="gmo_summary"):
        """Each department fills its part of all of them and passes them on."""
        for state, action in WAY:
            if state == until:
                return
            login, part = PARTS[state]
            holder = self.user(login)
            part = {name: value_of(holder, value) for name, value in part.items()}
            if state == "manager_instruction":
                part["needs_rd"] = True
            self.lie()
            if part:
                holder.write("crm.complaint", ids, **part)
            holder.call("crm.complaint", action, ids)

    def sum_up(self, cases):
        """The office proposes to pay what is claimed and asks for the decision."""
        office = self.user("gmo")
        kind = value_of(office, ("crm.complaint.resolution.kind", "code", "allowance"))
        self.lie()
        for case in cases:
            line = {"kind_id": kind, "amount": case.claim}
            office.write(
                "crm.complaint",
                [case.id],
                summary="我方责任",
                amount_settlement=case.claim,
                improvement_tracked="yes",
                resolution_ids=[(0, 0, line)],
            )
        ids = [case.id for case in cases]
        office.call("crm.complaint", "action_request_decision", ids)

    def decide(self, case):
        """Who has the authority decides; who has another may not."""
        for login in {"sales_head", "deputy", "gm"} - {case.decider}:
            self.user(login).refused("crm.complaint", "action_approve", [case.id])
        self.user(case.decider).call("crm.complaint", "action_approve", [case.id])

    def execute(self, ids):
        """Sales carries out what was decided; the office signs the closing."""
        seller = self.user("sales1")
        seller.call("crm.complaint", "action_execute", ids)
        self.lie()
        seller.write("crm.complaint", ids, execution_result="已付款")
        seller.call("crm.complaint", "action_confirm_execution", ids)
        self.user("gmo").call("crm.complaint", "action_close", ids)

    def read(self, ids, *fields):
        """Rows in the order of the ids, as the office sees them."""
        return self.user("gmo").read("crm.complaint", ids, *fields)
