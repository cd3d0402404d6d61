"""docs/api.md tells the truth: every example runs, every public method is in it."""

import pytest

from tests.support import examples

CLIENTS = ("XmlRpc", "Json2")


class Recorder:
    """A person's client out of the document; notes what was called."""

    def __init__(self, client, calls):
        self.client, self.calls = client, calls

    def call(self, model, method, ids=None, **named):
        result = self.client.call(model, method, ids, **named)
        assert result is not None, f"{model}.{method} returns nothing"
        self.calls.add((model, method))
        return result


def run_examples(site, client):
    """Run the document from top to bottom; returns the methods it called."""
    calls, names = set(), examples.names_for(site)
    for shown, code in examples.blocks():
        exec(code, names)
        if shown == client:
            for name, login in examples.PEOPLE.items():
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
