"""Three clients of other makers, with one way to call them.

Every argument is given by name, which all of them can. A refusal is a ``Refusal``,
whatever the protocol makes of it.
"""

import xmlrpc.client
from urllib.parse import urlsplit

import odoorpc

from tools import rpc

#: Codes of the errors that Odoo tells XML-RPC clients, and their exceptions.
XMLRPC_CODES = {2: "UserError", 3: "AccessDenied", 4: "AccessError"}
#: Exceptions that tell a person what is wrong; all others are faults of ours.
REFUSALS = (
    "UserError",
    "ValidationError",
    "AccessError",
    "AccessDenied",
    "MissingError",
    "RedirectWarning",
)


class Refusal(Exception):
    """The server refused with a message for people."""

    def __init__(self, kind, message):
        super().__init__(f"{kind}: {message}")
        self.kind, self.message = kind, message


def positional(method, ids, named):
    """Arguments as the older protocols want them: ids, and values of ``create``."""
    if method == "create":
        named = dict(named)
        return [named.pop("vals_list")], named
    return [] if ids is None else [ids], named


class Client:
    """A user of one database.

    :param site: the ``Site`` to work on
    :param login: its password is the same
    """

    protocol = None

    def __init__(self, site, login):
        self.site, self.login = site, login
        self.connect()

    def call(self, model, method, ids=None, **named):
        """Result of a public method; raises ``Refusal``."""
        named.setdefault("context", {"lang": "zh_CN", "tz": "Asia/Shanghai"})
        return self.execute(model, method, ids, named)

    def refused(self, model, method, ids=None, *, why=None, **named):
        """Expect a refusal; returns it.

        :param why: text its message must hold
        """
        try:
            result = self.call(model, method, ids, **named)
        except Refusal as refusal:
            assert "Traceback" not in refusal.message, refusal
            if why:
                assert why in refusal.message, refusal
            return refusal
        raise AssertionError(
            f"{self.login} may {model}.{method}({ids}, {named}): {result}"
        )

    def create(self, model, **vals):
        """Id of a new record."""
        [new] = self.call(model, "create", vals_list=[vals])
        return new

    def write(self, model, ids, **vals):
        return self.call(model, "write", ids, vals=vals)

    def read(self, model, ids, *fields):
        return self.call(model, "read", ids, fields=list(fields))

    def value(self, model, record_id, field):
        [row] = self.read(model, [record_id], field)
        return row[field]

    def search(self, model, domain, **named):
        return self.call(model, "search", domain=domain, **named)

    def sees(self, model, record_id):
        return self.search(model, [("id", "=", record_id)]) == [record_id]


class XmlRpc(Client):
    """Python's own ``xmlrpc.client``."""

    protocol = "xmlrpc"

    def connect(self):
        self.client = rpc.XmlRpc(
            self.site.url, self.site.database, self.login, self.login
        )

    def execute(self, model, method, ids, named):
        arguments, named = positional(method, ids, named)
        try:
            return self.client.call(model, method, *arguments, **named)
        except xmlrpc.client.Fault as fault:
            kind = XMLRPC_CODES.get(fault.faultCode)
            if kind is None:
                raise
            raise Refusal(kind, fault.faultString) from fault


class OdooRpc(Client):
    """The client library ``odoorpc``, over JSON-RPC."""

    protocol = "odoorpc"

    def connect(self):
        parts = urlsplit(self.site.url)
        self.client = odoorpc.ODOO(parts.hostname, port=parts.port, timeout=120)
        self.client.login(self.site.database, self.login, self.login)

    def execute(self, model, method, ids, named):
        arguments, named = positional(method, ids, named)
        try:
            return self.client.execute_kw(model, method, arguments, named)
        except odoorpc.error.RPCError as error:
            data = (error.info or {}).get("data") or {}
            kind = data.get("name", "").rpartition(".")[2]
            if kind not in REFUSALS:
                raise
            raise Refusal(kind, str(error)) from error


class Json2(Client):
    """JSON-2 with a bearer key."""

    protocol = "json2"

    def connect(self):
        key = self.site.keys[self.login]
        self.client = rpc.Json2(self.site.url, self.site.database, key)

    def execute(self, model, method, ids, named):
        try:
            return self.client.call(model, method, ids, **named)
        except rpc.Fault as fault:
            kind = fault.name.rpartition(".")[2]
            if kind not in REFUSALS:
                raise
            raise Refusal(kind, fault.message) from fault


CLIENTS = (OdooRpc, XmlRpc, Json2)
