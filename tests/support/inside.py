"""Work of the server itself, on several connections at the same moment.

The clock of the stays runs on several machines, and a new company takes its first
document numbers and begins its chain of decisions. Writes down what came out, as JSON.
"""

import json
import sys
import threading
import uuid
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


def clocks(env, stays, held):
    """Stays with notices after four clocks, while another connection holds some.

    Afterwards the clock runs for what was held, and once more on two at once.
    """
    import odoo.addons.crm_policy.models.crm_routing_reminder as reminder

    def run(own):
        own["crm.routing.passage"]._cron_deadlines()

    with env.registry.cursor() as somebody:
        somebody.execute(
            "SELECT FROM crm_routing_passage WHERE id = ANY(%s) FOR UPDATE", [held]
        )
        reminder.BATCH = 3
        at_once(env, 4, run)
        env.cr.commit()  # to see what they have committed
        notices = env["crm.routing.notice"].search([("passage_id", "in", stays)])
        reminded = notices.passage_id.ids
        somebody.rollback()
    reminder.BATCH = 1000
    for connections in (1, 2):
        at_once(env, connections, run)
    return reminded


def numbers(env):
    """What four connections take at the same moment, and of how many sequences."""
    from odoo.service.model import retrying

    company = env["res.company"].create({"name": f"分公司{uuid.uuid4()}"})
    env.cr.commit()

    def take(own):
        own_company = own["res.company"].browse(company.id)
        found = own["ir.sequence"]._policy_numbers("crm.complaint", own_company, 2)
        own["crm.approval.chain"]._lock_head(own_company)
        return found

    taken = at_once(env, 4, lambda own: retrying(partial(take, own), own))
    env.cr.commit()  # to see what they have committed
    own_sequences = env["ir.sequence"].search_count(
        [("code", "=", "crm.complaint"), ("company_id", "=", company.id)]
    )
    return {"numbers": sum(taken, []), "sequences": own_sequences}


def main():
    arguments = parser()
    arguments.add_argument("file", type=Path)
    arguments.add_argument("--stays", nargs="+", type=int)
    arguments.add_argument("--held", nargs="+", type=int)
    options = arguments.parse_args()
    with environment(options) as env:
        facts = {
            "reminded": clocks(env, options.stays, options.held),
            **numbers(env),
        }
    options.file.write_text(json.dumps(facts))


if __name__ == "__main__":
    main()
