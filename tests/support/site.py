"""A company with people, goods and a server, for the tests from outside."""

import contextlib
import json
import os
from pathlib import Path

SCRIPT = Path(__file__).with_name("make_company.py")


class Site:
    """A served database with the people of ``support.people``.

    :ivar keys: API keys by login
    :ivar users: user ids by login
    :ivar jacket, trousers: product ids
    """

    def __init__(self, url, database, facts, libpq):
        self.url, self.database = url, database
        #: Connection to the database, for what only time can do.
        self.libpq = {"dbname": database, **libpq}
        self.keys, self.users = facts["keys"], facts["users"]
        self.jacket, self.trousers = facts["jacket"], facts["trousers"]
        self.company = facts["company"]
        self._clients = {}

    def user(self, login, client):
        """A logged-in client of a class of ``support.clients``; kept."""
        key = client, login
        if key not in self._clients:
            self._clients[key] = client(self, login)
        return self._clients[key]


def make_company(workbench, name, folder):
    """Fill a database by the script; returns what it wrote down."""
    file = Path(folder) / f"{name}.json"
    workbench.databases.script("Making the test company", name, SCRIPT, file)
    return json.loads(file.read_text())


@contextlib.contextmanager
def site(workbench, folder):
    """The site of a test run.

    ``CRM_TEST_URL`` and ``CRM_TEST_DATABASE`` name a server that runs already, and
    ``CRM_TEST_FACTS`` the file ``make_company.py`` wrote for its database.
    """
    if os.environ.get("CRM_TEST_URL"):
        facts = json.loads(Path(os.environ["CRM_TEST_FACTS"]).read_text())
        database = os.environ["CRM_TEST_DATABASE"]
        yield Site(
            os.environ["CRM_TEST_URL"], database, facts, workbench.target.libpq()
        )
        return
    with workbench.database("site") as name:
        facts = make_company(workbench, name, folder)
        with workbench.serving(name) as instance:
            yield Site(instance.url, name, facts, workbench.target.libpq())
