"""docs/api.md tells the truth: every example runs, every public method is in it."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.support import work
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


def run_examples(site, client):
    """Run the document from top to bottom; returns the methods it called."""
    calls, names = set(), names_for(site)
    for shown, line, code in blocks():
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
    # Each on a company as new: the examples use up what they begin with.
    company = site if client == CLIENTS[0] else site.twin
    if not company:
        pytest.skip("the server that runs has one company only")
    called[client] = run_examples(company, client)
    assert len(called[client]) > 50


def test_nothing_is_missing(site, called):
    """Every public method of ours is called in the document, with each client."""
    found = site.methods
    assert len(found) > 60
    undocumented = sorted(
        f"{entry['model']}.{entry['method']}"
        for entry in found
        if not entry["documented"]
    )
    assert called
    for client, done in called.items():
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
