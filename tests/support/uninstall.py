"""Uninstall addons as the Apps screen does."""

import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tools" / "scripts"))

from script_env import environment, parser  # noqa: E402


def main():
    arguments = parser()
    arguments.add_argument("addons", nargs="+")
    options = arguments.parse_args()
    with environment(options) as env:
        modules = env["ir.module.module"].search([("name", "in", options.addons)])
        assert len(modules) == len(options.addons)
        modules.button_immediate_uninstall()


if __name__ == "__main__":
    main()
