"""The customer list (客户一览表) through Odoo's own import, in Chinese.

The calls are those of the import screen: upload, preview, import.
"""

import io
import itertools
import json
import time

import pytest

from tests.support.clients import Json2
from tests.support.web import Session
from tools.demo import customer_list

CONTEXT = {
    "lang": "zh_CN",
    "tz": "Asia/Shanghai",
    "default_is_crm_customer": True,
}
OPTIONS = {
    "has_headers": True,
    "quoting": '"',
    "separator": ",",
    "encoding": "",
    "sheet": "",
    "advanced": True,
    "keep_matches": False,
    "skip": 0,
    "limit": 2000,
    "float_thousand_separator": ",",
    "float_decimal_separator": ".",
    "date_format": "",
    "datetime_format": "",
    "name_create_enabled_fields": {},
    "import_set_empty_fields": [],
    "import_skip_records": [],
    "fallback_values": {},
}
#: What is wrong, with what the message must name.
BROKEN = {
    "duplicate": "统一社会信用代码",
    "credit_code": "统一社会信用代码",
    "legal_representative": "法定代表人",
}


class Screen:
    """The import screen of a person on the list of customers."""

    def __init__(self, site, login, rows):
        self.client = site.user(login, Json2)
        self.web = Session(site, login)
        stream = io.BytesIO()
        customer_list.write_xlsx(stream, rows)
        self.wizard = self.web.call(
            "base_import.import", "create", {"res_model": "res.partner"}
        )
        self.web.upload(
            "/base_import/set_file",
            "客户一览表.xlsx",
            stream.getvalue(),
            id=self.wizard,
        )
        self.preview = self.call("parse_preview", OPTIONS, count=10)
        assert "error" not in self.preview, self.preview

    def call(self, method, *arguments, **named):
        return self.web.call(
            "base_import.import",
            method,
            [self.wizard],
            *arguments,
            context=CONTEXT,
            **named,
        )

    def fields(self):
        """Field of each column as the preview proposes it."""
        matches = self.preview["matches"]
        headers = self.preview["headers"]
        return [
            "/".join(matches.get(str(index)) or []) or False
            for index in range(len(headers))
        ]

    def execute(self, dryrun=False):
        return self.call(
            "execute_import",
            self.fields(),
            [header.lower() for header in self.preview["headers"]],
            {**OPTIONS, **self.preview["options"]},
            dryrun=dryrun,
        )


def unknown(site, make):
    """Rows of customers nobody has yet; names are drawn, so some come up again."""
    client = site.user("sales2", Json2)
    for seed in itertools.count(int(time.time())):
        rows = make(seed)
        names = [row["名称"] for row in rows]
        if not client.search("res.partner", [("name", "in", names)]):
            return rows


def test_two_hundred_customers(site):
    """Every column is understood; 200 drafts of the one who imports."""
    rows = unknown(site, lambda seed: customer_list.rows(200, seed=seed))
    screen = Screen(site, "sales2", rows)
    assert all(screen.fields()), dict(
        zip(screen.preview["headers"], screen.fields(), strict=True)
    )
    dry = screen.execute(dryrun=True)
    assert not dry["messages"], dry["messages"][:3]
    client = screen.client
    names = [("name", "in", [row["名称"] for row in rows])]
    assert not client.search("res.partner", names)
    result = screen.execute()
    assert not result["messages"], result["messages"][:3]
    assert len(result["ids"]) == 200
    customers = client.call(
        "res.partner",
        "search_read",
        domain=names,
        fields=["state", "user_id", "credit_code", "main_contact_name", "is_company"],
    )
    assert len(customers) == 200
    assert {row["state"] for row in customers} == {"draft"}
    assert {row["user_id"][0] for row in customers} == {site.users["sales2"]}
    codes = {row["统一社会信用代码"] for row in rows}
    assert {row["credit_code"] for row in customers} == codes
    assert all(row["main_contact_name"] for row in customers)
    # The same list again: every customer is there already.
    again = Screen(site, "sales2", rows).execute()
    assert again["messages"]
    assert not again["ids"]
    assert len(client.search("res.partner", names)) == 200


@pytest.mark.parametrize("kind", customer_list.BROKEN)
def test_one_wrong_row(site, kind):
    """The row, the field and the rule are named in Chinese; nothing is imported."""
    rows = unknown(site, lambda seed: customer_list.broken_rows(kind, seed=seed))
    screen = Screen(site, "sales2", rows)
    result = screen.execute()
    assert not result["ids"]
    names = [("name", "in", [row["名称"] for row in rows])]
    assert not screen.client.search("res.partner", names)
    messages = result["messages"]
    assert messages
    text = json.dumps(messages, ensure_ascii=False)
    named = [message for message in messages if message.get("record") == 1]
    assert named, text
    assert BROKEN[kind] in named[0]["message"], text
    assert rows[1]["名称"] in text or "2" in text or named[0]["rows"]["from"] == 1
    assert not any(word in text for word in ("Traceback", "psycopg2", "constraint"))
