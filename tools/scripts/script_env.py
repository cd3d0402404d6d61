"""An Odoo environment for the scripts beside this file, and their progress."""

import argparse
import contextlib
import gc
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
HERE = str(Path(__file__).resolve().parent)


def progress(fraction, text):
    """Tell ``./crm`` how much is done (0 to 1) and what is being done."""
    print(f"@progress {fraction:.3f} {text}", flush=True)


def parser():
    result = argparse.ArgumentParser()
    result.add_argument("-c", "--config", required=True)
    result.add_argument("-d", "--database", required=True)
    return result


@contextlib.contextmanager
def environment(options):
    """Environment of the superuser; committed when the block ends well."""
    sys.path[:] = [path for path in sys.path if path != HERE]
    # The project's ``tools`` is imported by the demo data.
    sys.path.append(str(PROJECT))
    from click_odoo import OdooEnvironment, odoo

    arguments = ["-c", options.config, "-d", options.database, "--no-http"]
    odoo.tools.config.parse_config([*arguments, "--log-level", "info"])
    odoo.netsvc.init_logger()
    with OdooEnvironment(database=options.database) as env:
        # What Odoo has loaded is never garbage: looking through it again and again
        # takes a sixth of the time of a script that works with many records.
        gc.collect()
        gc.freeze()
        gc.set_threshold(100_000, 50, 100)
        yield env
        env.cr.commit()
