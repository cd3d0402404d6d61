"""The test company from inside Odoo: the same calls as over HTTP, without a server."""

from odoo.service.model import call_kw

from tests.support.clients import Client, positional
from tests.support.site import Site


class Direct(Client):
    """A user each of whose calls is a transaction, as a request is.

    The calls share what the program has read, so they cost half of a request.
    """

    protocol = "direct"

    def connect(self):
        self.env = self.site.env(user=self.site.users[self.login])

    def execute(self, model, method, ids, named):
        arguments, named = positional(method, ids, named)
        result = call_kw(self.env[model], method, arguments, named)
        self.env.cr.commit()
        if model == "ir.cron":
            # It works in transactions of its own.
            self.env.invalidate_all()
        return result


class InsideSite(Site):
    """The company of an environment of the superuser; all its clients are direct."""

    def __init__(self, env, facts):
        super().__init__(None, env.cr.dbname, facts, {})
        self.env = env

    def user(self, login, client=Direct):
        return super().user(login, Direct)

    def sql(self, statement, *parameters):
        self.env.cr.execute(statement, parameters)
        self.env.cr.commit()
        self.env.invalidate_all()
