"""Fill a company with documents of every kind: those that the examples leave.

Takes the file that ``make_company.py`` wrote for the database. Some of the work stays
unfinished, as in any company: decisions wait, and one manager has handed over those on
returns alone.
"""

import json
import sys
from datetime import date
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tools" / "scripts"))
HERE = str(Path(__file__).resolve().parent)

from script_env import environment, parser  # noqa: E402


def main():
    arguments = parser()
    arguments.add_argument("file")
    options = arguments.parse_args()
    sys.path[:] = [path for path in sys.path if path != HERE]
    sys.path.insert(0, str(PROJECT))
    with environment(options) as env:
        from tests.support.direct import InsideSite
        from tests.support.examples import run_inside

        site = InsideSite(env, json.loads(Path(options.file).read_text()))
        run_inside(site)
        leave_waiting(site)


def leave_waiting(site):
    """A registration and a return wait for a decision, a delegation is in force."""
    from tests.support import work

    waiting = work.draft_customer(site, 7_000_001)
    site.user("sales1").call("res.partner", "action_submit", [waiting])
    partner = work.customer(site, 7_000_002)
    line = work.delivered_line(site, partner)
    work.requested_return(site, partner, line, 1)
    admin = site.user("admin")
    today = f"{date.today():%Y-%m-%d}"
    admin.create(
        "crm.approval.delegation",
        user_id=site.users["gm"],
        delegate_id=site.users["deputy"],
        date_from=today,
        date_to=today,
        model_ids=[(6, 0, admin.search("ir.model", [("model", "=", "crm.return")]))],
    )


if __name__ == "__main__":
    main()
