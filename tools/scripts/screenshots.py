"""Take the pictures of the README from a running demo company.

Run ``./crm run --detach`` first, then with the Python of CRM_HOME's venv:
``python tools/scripts/screenshots.py [--url URL] [--database NAME]``.
"""

import argparse
import base64
import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace

PROJECT = Path(__file__).resolve().parents[2]
IMAGES = PROJECT / "docs" / "images"
sys.path.insert(0, str(PROJECT))

from tests.support.browser import Browser  # noqa: E402

#: file: (whose screen, where, what is clicked there)
PICTURES = {
    "customers": ("sales1", "/odoo/customer-archive", ".o_data_row .o_data_cell"),
    "visits": ("sales1", "/odoo/action-crm_visit.crm_visit_action", None),
    "complaints": ("gmo", "/odoo/complaints", None),
    "returns": ("sales_head", "/odoo/returns", ".o_data_row .o_data_cell"),
    "register": ("gm", "/odoo/policy-register", None),
}


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--url", default="http://127.0.0.1:8069")
    options.add_argument("--database", default="crm")
    options = options.parse_args()
    site = SimpleNamespace(url=options.url, database=options.database)
    IMAGES.mkdir(parents=True, exist_ok=True)
    # The browser shows the hours of the company, not of this machine.
    os.environ["TZ"] = "Asia/Shanghai"
    browser = Browser()
    try:
        for name, (login, path, click) in PICTURES.items():
            page = browser.page(site, login)
            page.open(path)
            if click:
                page.click(click)
            time.sleep(2)
            picture = page.command("Page.captureScreenshot", format="png")["data"]
            (IMAGES / f"{name}.png").write_bytes(base64.b64decode(picture))
            print(f"{name}: {page.run('document.title')}")
    finally:
        browser.close()


if __name__ == "__main__":
    main()
