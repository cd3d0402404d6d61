"""Puts the demo company together and tells its two years.

Each area of business is a module with ``begin(world)``, which begins its stories, and,
where something is left to do on the last day, ``finish(world)``. A new area is a new
module and one line in ``AREAS``.
"""

import random
from datetime import datetime, timedelta

from . import (
    MARK,
    SEED,
    archive,
    complaint_measures,
    complaint_papers,
    complaints,
    complaints_light,
    customers,
    deadlines,
    goods,
    people,
    returns,
    trade,
    visits,
)
from .clock import at, local_day, work_hours, work_moment
from .world import World

#: Nothing of it is worth a log entry, a follower or a mail.
QUIET = {
    "lang": "zh_CN",
    "tz": "Asia/Shanghai",
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_notify_force_send": False,
    "no_reset_password": True,
}
WEEKS = 104
#: The areas in the order in which they begin and finish, each with the model it needs:
#: a database may be made with some of our addons only.
AREAS = (
    ("crm.routing.passage", deadlines),
    ("stock.picking", goods),
    ("res.partner", customers),
    ("sale.order", trade),
    ("crm.overview.tile", archive),
    ("crm.visit", visits),
    ("crm.complaint", complaints),
    ("crm.complaint", complaints_light),
    ("crm.complaint", complaint_papers),
    ("crm.complaint", complaint_measures),
    ("crm.return", returns),
)


def load(env, progress):
    """See ``tools.demo.load``."""
    _check_fresh(env)
    rng = random.Random(SEED)
    env = env(context={**QUIET, "allowed_company_ids": env.company.ids})
    end = _end(datetime.utcnow())
    monday = local_day(end) - timedelta(days=local_day(end).weekday(), weeks=WEEKS)
    world = World(
        env,
        at(monday, 8.5),
        end,
        lambda part: progress(0.08 + 0.88 * part, "two years of business"),
        rng,
    )
    progress(0.02, "company and people")
    with world:
        people.make_company(env)
        world.people = people.make_people(env, world.company, rng)
        progress(0.06, "garments")
        goods.make(world)
        _begin(world)
        world.tell()
    progress(0.97, "finishing")
    _finish(world)
    env["ir.config_parameter"].sudo().set_param(MARK, str(SEED))
    env.flush_all()
    progress(1.0, "done")


def _check_fresh(env):
    if env["ir.config_parameter"].sudo().get_param(MARK):
        raise RuntimeError("the demo company is in this database already")
    if env["sale.order"].search_count([], limit=1):
        raise RuntimeError("this database has orders: the demo company needs a new one")


def _end(now):
    """Return the last full hour of work before now."""
    return work_moment(work_hours(now) - 0.01).replace(minute=0, second=0)


def _areas(env):
    return [area for model, area in AREAS if model in env]


def _begin(world):
    env = world.env
    world.terms = env["account.payment.term"].browse(
        [
            env.ref(f"account.account_payment_term_{name}").id
            for name in ("15days", "30days", "30days", "21days")
        ]
    )
    world.cash = env.ref("account.account_payment_term_immediate")
    world.pricelist = env["product.pricelist"].create(
        {"name": "国内人民币价目表", "company_id": world.company.id}
    )
    for area in _areas(env):
        area.begin(world)


def _finish(world):
    env = world.env
    for area in _areas(env):
        if hasattr(area, "finish"):
            area.finish(world)
    world.people.passwords.store(env["res.users"].search([]))
    # No mail of the two years leaves the machine.
    env["mail.mail"].sudo().search([("state", "!=", "sent")]).unlink()
