"""A progress bar that says what is being done; plain lines without a terminal."""

import shutil
import sys
import threading
import time

SPINNER = "|/-\\"


class Progress:
    """Steps of one long work.

    ``with progress.step("Downloading Odoo") as step: step.update(0.4)``.
    On a terminal the current step is redrawn in place; otherwise each step is
    one line when it begins, so that logs stay readable.
    """

    def __init__(self, stream=None):
        self.stream = stream or sys.stderr
        self.tty = self.stream.isatty()
        self.current = None

    def step(self, title):
        return Step(self, title)

    def say(self, text=""):
        """Print a line without disturbing the bar."""
        if self.current:
            self.current.clear()
        print(text, file=self.stream, flush=True)


class Step:
    def __init__(self, progress, title):
        self.progress, self.title = progress, title
        self.fraction, self.detail = None, ""
        self.started = time.monotonic()
        self._stop = threading.Event()
        self._thread = None
        self._outer = None

    def __enter__(self):
        self._outer, self.progress.current = self.progress.current, self
        if self.progress.tty:
            self._thread = threading.Thread(target=self._spin, daemon=True)
            self._thread.start()
        else:
            print(f"* {self.title}", file=self.progress.stream, flush=True)
        return self

    def update(self, fraction=None, detail=""):
        """Part done (0 to 1, None when unknown) and what is being done."""
        if fraction is not None:
            self.fraction = max(0.0, min(1.0, fraction))
        self.detail = detail or self.detail

    def __exit__(self, kind, value, trace):
        self.progress.current = self._outer
        seconds = time.monotonic() - self.started
        if self._thread:
            self._stop.set()
            self._thread.join()
            self.clear()
            mark = "ok" if kind is None else "failed"
            print(
                f"  {self.title}: {mark} ({seconds:.0f} s)",
                file=self.progress.stream,
                flush=True,
            )

    def clear(self):
        if self.progress.tty:
            self.progress.stream.write("\r\033[K")
            self.progress.stream.flush()

    def _spin(self):
        turn = 0
        while not self._stop.wait(0.15):
            if self.progress.current is not self:
                continue
            turn += 1
            self._draw(turn)

    def _draw(self, turn):
        width = shutil.get_terminal_size((80, 24)).columns
        seconds = time.monotonic() - self.started
        if self.fraction is None:
            bar = SPINNER[turn % 4]
        else:
            full = int(self.fraction * 20)
            bar = f"[{'#' * full}{'.' * (20 - full)}] {self.fraction:4.0%}"
        text = f"{bar} {self.title} {seconds:.0f} s {self.detail}"
        self.progress.stream.write("\r\033[K" + text[: width - 1])
        self.progress.stream.flush()


#: The one bar of this process.
PROGRESS = Progress()
