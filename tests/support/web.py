"""A session of the web client without a browser."""

import re

import requests

from tests.support.clients import REFUSALS, Refusal


class Session:
    """A person logged in to the web client; the password is the login."""

    def __init__(self, site, login):
        self.site, self.http = site, requests.Session()
        self._json(
            "/web/session/authenticate",
            db=site.database,
            login=login,
            password=login,
        )

    def _json(self, path, **parameters):
        answer = self.http.post(
            f"{self.site.url}{path}",
            json={"jsonrpc": "2.0", "params": parameters},
            timeout=300,
        ).json()
        if "error" not in answer:
            return answer["result"]
        data = answer["error"]["data"]
        kind = data["name"].rpartition(".")[2]
        assert kind in REFUSALS, data["debug"]
        raise Refusal(kind, data["message"])

    def call(self, model, method, *arguments, **named):
        """Call a method as the web client does."""
        return self._json(
            f"/web/dataset/call_kw/{model}/{method}",
            model=model,
            method=method,
            args=arguments,
            kwargs=named,
        )

    def token(self):
        """The token that forms carry."""
        page = self.http.get(f"{self.site.url}/odoo", timeout=60).text
        return re.search(r'csrf_token: "([^"]+)"', page).group(1)

    def upload(self, path, name, content, **fields):
        """Send a file as a form does."""
        answer = self.http.post(
            f"{self.site.url}{path}",
            data={"csrf_token": self.token(), **fields},
            files={"ufile": (name, content)},
            timeout=120,
        )
        answer.raise_for_status()
        return answer
