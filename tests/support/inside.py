"""Work of the server itself, on several connections at the same moment.

``deadlines BATCH`` runs the clock of the stays; ``numbers`` lets a new company take its
first document numbers and begin its chain of decisions.
"""

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tools" / "scripts"))

from script_env import environment, parser  # noqa: E402


def at_once(env, connections, work):
    """Results of ``work(env)`` begun on connections that know the same state."""
    barrier = threading.Barrier(connections)

    def run(_number):
        with env.registry.cursor() as cr:
            own = env(cr=cr)
            own["res.company"].search_count([])
            barrier.wait()
            return work(own)

    with ThreadPoolExecutor(connections) as pool:
        return list(pool.map(run, range(connections)))


def deadlines(env, connections, batch):
    import odoo.addons.crm_policy.models.crm_routing_reminder as clock

    clock.BATCH = int(batch)
    at_once(env, connections, lambda own: own["crm.routing.passage"]._cron_deadlines())


def numbers(env, connections, file):
    from odoo.service.model import retrying

    company = env["res.company"].create({"name": f"分公司{file}"})
    env.cr.commit()

    def take(own):
        own_company = own["res.company"].browse(company.id)
        found = own["ir.sequence"]._policy_numbers("crm.complaint", own_company, 2)
        own["crm.approval.chain"]._lock_head(own_company)
        return found

    taken = at_once(env, connections, lambda own: retrying(partial(take, own), own))
    env.cr.commit()  # to see what they have committed
    own_sequences = env["ir.sequence"].search_count(
        [("code", "=", "crm.complaint"), ("company_id", "=", company.id)]
    )
    facts = {"numbers": sum(taken, []), "sequences": own_sequences}
    Path(file).write_text(json.dumps(facts))


def main():
    arguments = parser()
    arguments.add_argument("work", choices=("deadlines", "numbers"))
    arguments.add_argument("connections", type=int)
    arguments.add_argument("argument")
    options = arguments.parse_args()
    with environment(options) as env:
        globals()[options.work](env, options.connections, options.argument)


if __name__ == "__main__":
    main()
