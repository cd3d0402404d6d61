"""Small clients for Odoo's public interfaces, for tests and benchmarks."""

import json
import urllib.error
import urllib.request
import xmlrpc.client


class Fault(Exception):
    """What the server answered instead of a result."""

    def __init__(self, name, message):
        super().__init__(f"{name}: {message}")
        self.name, self.message = name, message


class XmlRpc:
    """A user of one database over XML-RPC; the connection is kept."""

    def __init__(self, url, database, login="admin", password="admin"):
        self.database, self.login, self.password = database, login, password
        common = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/common", allow_none=True)
        self.uid = common.authenticate(database, login, password, {})
        if not self.uid:
            raise Fault("AccessDenied", f"{login} cannot log in to {database}")
        self._models = xmlrpc.client.ServerProxy(
            f"{url}/xmlrpc/2/object", allow_none=True
        )

    def call(self, model, method, *arguments, **named):
        """Result of a public method; ids come first for methods of records."""
        return self._models.execute_kw(
            self.database, self.uid, self.password, model, method, arguments, named
        )


class Json2:
    """A user over JSON-2, known by an API key.

    :param key: the bearer key; without it the database refuses everything
    """

    def __init__(self, url, database, key):
        self.url, self.database, self.key = url, database, key

    def call(self, model, method, ids=None, **named):
        """Result of a public method; arguments are given by name only."""
        body = dict(named)
        if ids is not None:
            body["ids"] = ids
        request = urllib.request.Request(
            f"{self.url}/json/2/{model}/{method}",
            data=json.dumps(body).encode(),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"bearer {self.key}",
                "X-Odoo-Database": self.database,
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            try:
                answer = json.loads(text)
            except ValueError:
                raise Fault(str(error.code), text[:300]) from error
            raise Fault(answer.get("name", ""), answer.get("message", "")) from error
