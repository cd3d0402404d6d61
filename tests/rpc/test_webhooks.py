"""Webhooks of complaints, made by an administrator out of Odoo's automation rules.

A program listens; filing, decision, lateness and closing arrive there by themselves.
The rules are those that docs/admin.md names.
"""

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import psycopg2
import pytest

from tests.support import site as sites
from tests.support import work
from tests.support.browser import wait
from tests.support.clients import Json2
from tests.support.site import Site

pytestmark = pytest.mark.installation
#: What is told of the complaint, besides its model and id.
TOLD = ("name", "state", "partner_id", "client_reference", "case_due")
#: Event: state that is set, or the date field and what must still hold.
RULES = {
    "filed": ("on_state_set", "received"),
    "decided": ("on_state_set", "decided"),
    "closed": ("on_state_set", "closed"),
    "late": ("on_time", "case_due", [["case_closed_at", "=", False]]),
}


@pytest.fixture(scope="module")
def automated(workbench):
    """A served company whose administrator has installed automation rules."""
    with workbench.database("webhooks", sites.company(workbench)) as name:
        facts = sites.take_facts(workbench, name)
        workbench.databases.run_odoo(
            "Installing automation rules", name, "-i", "base_automation"
        )
        with workbench.serving(name) as instance:
            yield Site(instance.url, name, facts, workbench.target.libpq())


@pytest.fixture
def listener():
    """Address of a program that listens, and what it was told."""
    heard = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            size = int(self.headers["Content-Length"])
            heard.append(json.loads(self.rfile.read(size)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", heard
    server.shutdown()
    server.server_close()


def make_rule(admin, event, url):
    """The rule and its action as the administrator enters them."""
    [model] = admin.search("ir.model", [("model", "=", "crm.complaint")])
    fields = admin.search(
        "ir.model.fields", [("model", "=", "crm.complaint"), ("name", "in", TOLD)]
    )
    trigger, what, *still = RULES[event]
    field = admin.search(
        "ir.model.fields",
        [
            ("model", "=", "crm.complaint"),
            ("name", "=", "state" if trigger == "on_state_set" else what),
        ],
    )[0]
    if trigger == "on_state_set":
        wanted = [("field_id", "=", field), ("value", "=", what)]
        vals = {
            "trg_selection_field_id": admin.search("ir.model.fields.selection", wanted)[
                0
            ]
        }
    else:
        vals = {"trg_date_id": field, "filter_domain": repr(still[0])}
    action = {
        "name": event,
        "model_id": model,
        "state": "webhook",
        "webhook_url": f"{url}/{event}",
        "webhook_field_ids": [(6, 0, fields)],
    }
    admin.create(
        "base.automation",
        name=event,
        model_id=model,
        trigger=trigger,
        action_server_ids=[(0, 0, action)],
        **vals,
    )


def run_clock(site, admin):
    """Odoo's job for rules of time, as it comes round by itself."""
    [job] = admin.call(
        "ir.model.data",
        "search_read",
        domain=[("name", "=", "ir_cron_data_base_automation_check")],
        fields=["res_id"],
    )
    admin.call("ir.cron", "method_direct_trigger", [job["res_id"]])


def past_due(site, complaint):
    """Two hours have passed: the case is late for one, the job ran two ago."""
    with (
        contextlib.closing(psycopg2.connect(**site.libpq)) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE crm_complaint SET case_due = now() AT TIME ZONE 'UTC'"
            " - interval '1 hour' WHERE id = %s",
            [complaint],
        )
        cursor.execute(
            "UPDATE base_automation SET last_run = last_run - interval '2 hours'"
        )


def test_complaint(automated, listener):
    """Filed, decided, late and closed: each is told once, to the listener alone."""
    site, (url, heard) = automated, listener
    admin = site.user("admin", Json2)
    for event in RULES:
        make_rule(admin, event, url)

    def told(event, complaint, state):
        def found():
            return [one for one in heard if one["_action"].startswith(event)]

        [message] = wait(found, lambda: f"{event} was not told: {heard}", 20)
        assert message["_model"] == "crm.complaint"
        assert message["_id"] == complaint
        assert message["state"] == state
        assert message["partner_id"] == partner

    partner = work.customer(site, 7_700_001)
    complaint = work.complaint(site, partner, "decided")
    told("filed", complaint, "received")
    told("decided", complaint, "decided")
    run_clock(site, admin)
    assert len(heard) == 2
    past_due(site, complaint)
    run_clock(site, admin)
    told("late", complaint, "decided")
    run_clock(site, admin)
    seller, office = site.user("sales1", Json2), site.user("gmo", Json2)
    seller.call("crm.complaint", "action_execute", [complaint])
    seller.write("crm.complaint", [complaint], execution_result="已折让")
    seller.call("crm.complaint", "action_confirm_execution", [complaint])
    office.call("crm.complaint", "action_close", [complaint])
    told("closed", complaint, "closed")
    assert len(heard) == 4
