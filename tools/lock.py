"""One process at a time makes a thing; the kernel frees the lock of a dead one."""

import contextlib
import fcntl

from .paths import crm_home
from .progress import PROGRESS


@contextlib.contextmanager
def locked(name, quiet=False):
    """Hold CRM_HOME/run/NAME.lock, waiting for another ``./crm`` if needed.

    :param quiet: waiting is short or usual, nothing is said of it
    """
    folder = crm_home() / "run"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / f"{name}.lock", "w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if quiet:
                fcntl.flock(stream, fcntl.LOCK_EX)
                yield
                return
            with PROGRESS.step(f"Waiting for another ./crm ({name})"):
                fcntl.flock(stream, fcntl.LOCK_EX)
        yield
