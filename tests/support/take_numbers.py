"""Take one number of each of our sequences, as the first document does."""

import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tools" / "scripts"))

from script_env import environment, parser  # noqa: E402


def main():
    with environment(parser().parse_args()) as env:
        found = env["ir.model.data"].search(
            [("model", "=", "ir.sequence"), ("module", "in", own_addons())]
        )
        sequences = env["ir.sequence"].browse(found.mapped("res_id"))
        for code in sequences.filtered("range_period").mapped("code"):
            env["ir.sequence"]._policy_numbers(code, env.company, 1)


def own_addons():
    return [path.parent.name for path in (PROJECT / "addons").glob("*/__manifest__.py")]


if __name__ == "__main__":
    main()
