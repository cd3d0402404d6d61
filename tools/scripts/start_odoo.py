"""Start Odoo's command line, as Debian's /usr/bin/odoo does.

With several workers Odoo starts its event process as ``python sys.argv[0]``, so
this is a file and not ``python -m odoo``.
"""

import gc
import sys
from pathlib import Path

HERE = str(Path(__file__).resolve().parent)


def start(before=None):
    """Run Odoo's command line.

    :param before: called when Odoo can be imported and has not begun
    """
    # Python put this folder first; nothing in it is to be imported by Odoo.
    sys.path[:] = [path for path in sys.path if path != HERE]
    from odoo.cli import main

    if before:
        before()
    # Each request makes many objects and few cycles: looking for garbage every 700
    # objects, as Python does, takes a tenth of the time.
    gc.set_threshold(20_000, 20, 20)
    main()


if __name__ == "__main__":
    start()
