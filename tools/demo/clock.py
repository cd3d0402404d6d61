"""The simulated time of the demo company, and its stories told in order of time.

A story is a generator that yields the moment of its next event. The teller takes the
earliest event of all, sets the clocks of Python and of the database cursor to it and
lets the story go on. A story whose next event lies after the end stays unfinished, as
business in a living company does.
"""

import gc
import heapq
from datetime import date, datetime, timedelta

import freezegun

#: China has one time zone and no daylight saving time.
LOCAL = timedelta(hours=8)
#: Working time: Monday to Friday, from when and how many hours a day.
BEGIN, HOURS = 8.5, 9.0
#: A Monday before everything.
ORIGIN = date(2001, 1, 1)


def work_hours(moment):
    """Return the working hours from ``ORIGIN`` to a naive UTC moment."""
    local = moment + LOCAL
    weeks, weekday = divmod((local.date() - ORIGIN).days, 7)
    if weekday >= 5:
        return (weeks + 1) * 5 * HOURS
    hour = local.hour + local.minute / 60 + local.second / 3600
    return (weeks * 5 + weekday) * HOURS + min(max(hour - BEGIN, 0), HOURS)


def work_moment(hours):
    """Return the naive UTC moment of so many working hours after ``ORIGIN``."""
    days, rest = divmod(hours, HOURS)
    weeks, weekday = divmod(int(days), 5)
    local = datetime.combine(ORIGIN, datetime.min.time()) + timedelta(
        weeks=weeks, days=weekday, hours=BEGIN + rest
    )
    return (local - LOCAL).replace(microsecond=0)


def later(moment, hours):
    """Return the moment so many working hours later (or earlier, if negative)."""
    return work_moment(work_hours(moment) + hours)


def at(day, hour):
    """Return the naive UTC moment of a local day and hour (halves allowed)."""
    return datetime.combine(day, datetime.min.time()) + timedelta(hours=hour) - LOCAL


def local_day(moment):
    """Return the local date of a naive UTC moment."""
    return (moment + LOCAL).date()


def workday(day):
    """Return the day itself, or the Monday after a weekend."""
    return day + timedelta(days=max(7 - day.weekday(), 0) if day.weekday() > 4 else 0)


class Teller:
    """Tells stories in order of time, with all clocks set to it."""

    def __init__(self, env, start, end, progress):
        """
        :param env: environment whose cursor follows the simulated time
        :param start: naive UTC moment the simulated time begins at
        :param end: naive UTC moment after which nothing happens any more
        :param progress: called with the part of the time told (0 to 1)
        """
        self.env, self.start, self.end = env, start, end
        self.progress = progress
        self.now = start
        self._told = 0.0
        self._count = 0
        self._waiting = []
        self._frozen = None

    def __enter__(self):
        # Everything loaded so far stays: looking through it for garbage again and
        # again takes a third of the time.
        gc.collect()
        gc.freeze()
        self._threshold = gc.get_threshold()
        gc.set_threshold(100_000, 50, 100)
        self._freezer = freezegun.freeze_time(self.start)
        self._frozen = self._freezer.start()
        self.set(self.start)
        return self

    def __exit__(self, *_error):
        self._freezer.stop()
        self.env.cr._now = None
        gc.set_threshold(*self._threshold)
        gc.unfreeze()

    def set(self, moment):
        """Set the clocks; records made now bear this time."""
        self.now = moment
        self._frozen.move_to(moment)
        self.env.cr._now = moment

    def begin(self, story, moment):
        """Begin a story at a moment."""
        self._count += 1
        heapq.heappush(self._waiting, (moment, self._count, story))

    def tell(self):
        """Tell all stories to the end of the time."""
        while self._waiting:
            moment, _count, story = heapq.heappop(self._waiting)
            if moment > self.end:
                continue
            self.set(max(moment, self.now))
            self._report()
            following = next(story, None)
            if following:
                self.begin(story, max(following, self.now))
            # What later events read must not be older than this one.
            self.env.flush_all()
            if not self._count % 25:
                gc.collect()  # environments nobody needs slow down all others
        self.set(self.end)

    def _report(self):
        part = (self.now - self.start) / (self.end - self.start)
        if part - self._told > 0.01:
            self._told = part
            self.progress(part)
