"""Fill a fresh database with people in every role, goods and stock.

With ``--worked``, also with the documents that the documented examples begin with;
with ``--busy``, with documents of every kind: those that the examples leave, and work
that waits for somebody. Writes a JSON file: API keys by login, the ids the tests begin
with, and the public methods of our addons.
"""

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tools" / "scripts"))
HERE = str(Path(__file__).resolve().parent)

from script_env import environment, parser, progress  # noqa: E402
from start_throwaway import hash_quickly  # noqa: E402


def main():
    arguments = parser()
    arguments.add_argument("file")
    arguments.add_argument("--worked", action="store_true")
    arguments.add_argument("--busy", action="store_true")
    options = arguments.parse_args()
    sys.path[:] = [path for path in sys.path if path != HERE]
    sys.path.insert(0, str(PROJECT))
    with environment(options) as env:
        from tests.support.direct import InsideSite
        from tests.support.examples import leave_waiting, run_inside, world
        from tests.support.methods import public_methods

        # As servers of throw-away databases do.
        hash_quickly()
        progress(0.1, "people")
        users = make_people(env)
        progress(0.5, "goods")
        result = make_goods(env)
        result["keys"] = {user.login: make_key(env, user) for user in users}
        result["users"] = {user.login: user.id for user in users}
        result["company"] = env.company.id
        result["methods"] = public_methods(env)
        if options.worked or options.busy:
            env.cr.commit()
            progress(0.7, "documents")
            result["world"] = world(InsideSite(env, result))
        if options.busy:
            site = InsideSite(env, result)
            run_inside(site)
            leave_waiting(site)
        Path(options.file).write_text(json.dumps(result))


def make_people(env):
    """Users with the login as password, as employees of their departments."""
    from tests.support.people import PEOPLE

    users = env["res.users"].with_context(no_reset_password=True)
    users = users.create(
        [
            {
                "login": login,
                "password": login,
                "name": name,
                "email": f"{login}@example.com",
                "lang": "zh_CN",
                "tz": "Asia/Shanghai",
                "notification_type": "inbox",
                "group_ids": [(6, 0, [env.ref(group).id for group in groups])],
            }
            for login, name, groups, _code, _heads in PEOPLE
        ]
    )
    departments = env["hr.department"]
    for user, (_login, name, _groups, code, heads) in zip(users, PEOPLE, strict=True):
        department = departments
        if code:
            department = departments._policy_department(code, env.company)
        employee = env["hr.employee"].create(
            {"name": name, "user_id": user.id, "department_id": department.id}
        )
        if heads:
            department.manager_id = employee
    return users | env.ref("base.user_admin")


def make_goods(env):
    """Two products with plenty of stock."""
    # Trousers are valued at average cost: what comes back can be given a value.
    average = env["product.category"].create(
        {"name": "长裤", "property_cost_method": "average"}
    )
    goods = env["product.product"].create(
        [
            {
                "name": name,
                "default_code": code,
                "is_storable": True,
                "list_price": price,
                "standard_price": price / 2,
                "invoice_policy": "delivery",
            }
            for name, code, price in (("夹克", "JK-01", 300), ("长裤", "TR-01", 200))
        ]
    )
    goods[1].categ_id = average
    warehouse = env["stock.warehouse"].search(
        [("company_id", "=", env.company.id)], limit=1
    )
    for product in goods:
        env["stock.quant"]._update_available_quantity(
            product, warehouse.lot_stock_id, 1_000_000
        )
    return {"jacket": goods[0].id, "trousers": goods[1].id}


def make_key(env, user):
    """An API key, as the user makes one in the preferences."""
    keys = env(user=user)["res.users.apikeys"]
    end = datetime.now() + timedelta(days=2)
    return keys._generate(None, "tests", end)


if __name__ == "__main__":
    main()
