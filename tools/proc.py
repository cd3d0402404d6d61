"""Running other programs with their output in a log file."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading

from .errors import CrmError
from .paths import crm_home, log_file

DISK_FULL = re.compile(r"No space left on device|Errno 28|ENOSPC|Errno 122", re.I)
#: A file system with less room than this counts as full.
FULL_BYTES = 1 << 20
QUIET = re.compile(r"^\S+ \S+ \d+ (INFO|DEBUG) ")


def tail(path, lines=12):
    """The last lines of a file, as text."""
    try:
        with open(path, "rb") as stream:
            stream.seek(0, os.SEEK_END)
            stream.seek(max(0, stream.tell() - 8192))
            text = stream.read().decode(errors="replace")
    except OSError:
        return ""
    # What Odoo says while it shuts down would push the reason out of sight.
    kept = [line for line in text.splitlines() if not QUIET.search(line)]
    return "\n".join(kept[-lines:])


def run(command, name, step=None, on_line=None, error=None, **options):
    """Run a program; its output goes to a log named after ``name``.

    :param on_line: called with each line of output, to move a bar
    :param error: the message when it fails
    :raises CrmError: when it exits with another code than 0
    :return: path of the log
    """
    command = [str(part) for part in command]
    path = log_file(name)
    with open(path, "w", errors="replace") as log:
        print("$", " ".join(command), file=log, flush=True)
        try:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                # Ctrl-C is ours to pass on: the child stops in its own order.
                start_new_session=True,
                **options,
            )
        except OSError as problem:
            raise CrmError(f"cannot run {command[0]}: {problem.strerror}") from problem
        try:
            with Room() as room:
                for line in child.stdout:
                    log.write(line)
                    log.flush()
                    if step:
                        step.update(detail=line.strip()[:60])
                    if on_line:
                        on_line(line)
                code = child.wait()
        except BaseException:
            stop_group(child)
            raise
    if code:
        message = error or f"{os.path.basename(command[0])} failed"
        raise CrmError(explain(path, message, room.full), log=path)
    return path


def explain(path, message, full=False):
    """Say that the disk is full when that is so or what the log says."""
    if full or DISK_FULL.search(tail(path, 60)):
        return f"disk full: {message}; make room and type the command again"
    return message


class Room:
    """Watches the room that is left while a program works.

    A program may keep its reason to itself, and tidy up before it ends.
    """

    def __init__(self):
        self.full = False
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._end.set()
        self._thread.join()

    def _watch(self):
        folders = (crm_home(), tempfile.gettempdir())
        while True:
            for folder in folders:
                with contextlib.suppress(OSError):
                    free = shutil.disk_usage(folder).free
                    self.full = self.full or free < FULL_BYTES
            if self._end.wait(0.1):
                return


def stop_group(child, seconds=10):
    """End a child started in its own session, with all it started."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, number)
        except ProcessLookupError:
            pass
        try:
            child.wait(timeout=seconds)
            return
        except subprocess.TimeoutExpired:
            continue


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
