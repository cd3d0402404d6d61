"""Running other programs with their output in a log file."""

import os
import re
import signal
import subprocess

from .errors import CrmError
from .paths import log_file

DISK_FULL = re.compile(r"No space left on device|Errno 28|ENOSPC", re.I)


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
        raise CrmError(
            explain(path, error or f"{os.path.basename(command[0])} failed"), log=path
        )
    return path


def explain(path, message):
    """Say that the disk is full when that is what the log says."""
    if DISK_FULL.search(tail(path, 60)):
        return f"disk full: {message}; make room and type the command again"
    return message


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
