"""Run pytest and note which lines of our addons it reached.

``python -m tools.covered FILE ARGUMENTS``: the arguments are pytest's; FILE (JSON) is
what ``python -m slipcover --merge`` takes.
"""

import json
import sys

import slipcover

SOURCES = ["addons"]
LEFT_OUT = ["*/tests/*", "*/__manifest__.py", "*/migrations/*"]
#: How often a line is seen before its probe is taken out: never. A probe costs next to
#: nothing, and to take it out SlipCover compares the variables of running functions,
#: records of Odoo among them, which may compare for ever.
THRESHOLD = 2**31 - 1


def main(target, *arguments):
    # Odoo puts a hook of its own before all others that import; SlipCover's own
    # program would come before it, and each would ask the other for ever.
    import pytest

    import odoo.init  # noqa: F401

    coverage = slipcover.Slipcover(
        source=SOURCES, omit=LEFT_OUT, d_miss_threshold=THRESHOLD
    )
    files = slipcover.FileMatcher(sources=SOURCES, omit=LEFT_OUT)
    with slipcover.ImportManager(coverage, files):
        code = pytest.main(list(arguments))
    with open(target, "w") as output:
        json.dump(coverage.get_coverage(), output)
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
