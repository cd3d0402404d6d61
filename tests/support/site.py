"""A company with people, goods and a server, for the tests from outside."""

import contextlib
import json
import os
import tempfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.support.examples import DOCUMENT
from tools import paths

SCRIPT = Path(__file__).with_name("make_company.py")
#: Parameter of the database that keeps what the script wrote down.
FACTS = "crm.tests.facts"


class Site:
    """A served database with the people of ``support.people``.

    :ivar keys: API keys by login
    :ivar users: user ids by login
    :ivar jacket, trousers: product ids
    :ivar world: what the documented examples begin with; see ``support.examples``
    :ivar twin: the same company in another database of the server, if there is one
    :ivar methods: facts of the public methods of our addons; see ``support.methods``
    """

    def __init__(self, url, database, facts, libpq, twin=None):
        self.url, self.database, self.twin = url, database, twin
        #: Connection to the database, for what only time can do.
        self.libpq = {"dbname": database, **libpq}
        self.keys, self.users = facts["keys"], facts["users"]
        self.jacket, self.trousers = facts["jacket"], facts["trousers"]
        self.company, self.methods = facts["company"], facts["methods"]
        self.world = facts.get("world")
        self._clients = {}

    def user(self, login, client):
        """A logged-in client of a class of ``support.clients``; kept."""
        key = client, login
        if key not in self._clients:
            self._clients[key] = client(self, login)
        return self._clients[key]


def company(workbench, work=None):
    """Template with the test company, made when there is none.

    :param work: ``worked``: with the documents that the documented examples begin
        with; ``busy``: with those of every kind that they leave
    """
    kind, options = work or "site", [f"--{work}"] if work else []

    def fill(name):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "facts.json"
            workbench.databases.script(
                "Making the test company", name, SCRIPT, file, *options
            )
            workbench.databases.sql(
                "INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s)",
                FACTS,
                file.read_text(),
                database=name,
            )

    # What it holds is of a day, and its API keys end some day.
    today = datetime.now(ZoneInfo("Asia/Shanghai"))
    examples = paths.file_digest(DOCUMENT) if work == "busy" else ""
    return workbench.derived(kind, SCRIPT.parent, fill, f"{today:%m%d}{examples}")


def take_facts(workbench, name):
    """What the script wrote down, taken out of a copy of the company."""
    [[text]] = workbench.databases.sql(
        "DELETE FROM ir_config_parameter WHERE key = %s RETURNING value",
        FACTS,
        database=name,
    )
    return json.loads(text)


@contextlib.contextmanager
def site(workbench, work=None):
    """The site of a test run.

    :param work: as of ``company``; a ``worked`` company has a twin

    ``CRM_TEST_URL`` and ``CRM_TEST_DATABASE`` name a server that runs already, and
    ``CRM_TEST_FACTS`` the file ``make_company.py`` wrote for its database. The
    documented examples use up what they begin with: there they run once.
    """
    if os.environ.get("CRM_TEST_URL"):
        facts = json.loads(Path(os.environ["CRM_TEST_FACTS"]).read_text())
        database = os.environ["CRM_TEST_DATABASE"]
        yield Site(
            os.environ["CRM_TEST_URL"], database, facts, workbench.target.libpq()
        )
        return
    with contextlib.ExitStack() as stack:
        template = company(workbench, work)
        libpq = workbench.target.libpq()
        names = [
            stack.enter_context(workbench.database(name, template))
            for name in (("site", "twin") if work == "worked" else ("site",))
        ]
        facts = take_facts(workbench, names[0])
        served = ",".join(names)
        url = stack.enter_context(workbench.serving(names[0], db_name=served)).url
        twin = Site(url, names[1], facts, libpq) if len(names) > 1 else None
        yield Site(url, names[0], facts, libpq, twin)
