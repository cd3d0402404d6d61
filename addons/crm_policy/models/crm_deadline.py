"""Deadlines: "within N days of T" turned into a moment (CMP-56 to CMP-63, RET-49).

Everything is counted in the local time of the company's working calendar.

Calendar days
    The same wall-clock time N days later; half a day is 12 hours. A change of
    daylight saving time neither adds nor takes an hour of the wall clock.

Working days
    The same wall-clock time N working days later: one working day from Friday 10:00
    ends on Monday 10:00. A start on a day off counts from the beginning of work on
    the next working day. Half a working day is half of the attendance of the working
    day it falls on, counted in working time: from Friday 16:00, with work from 8 to 12
    and 13 to 17, half a day ends on Monday 11:00. The result never falls on a day off.

A working day is a day with attendance in the company's working calendar that the
public holidays (time off without resource, of the calendar or of the company) leave
over. A make-up working day (调休, work on a weekend for a holiday moved) is a time-off
entry without resource whose type is "Other", which the platform calls working time: on
a day without attendance it gives that day the hours of the calendar's first working
weekday, within the entry's own hours.

``resource.calendar.plan_days`` is not used: it counts the start day as day one and
stops at the first attendance interval of the last day.
"""

from collections import defaultdict
from datetime import date, datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

UNITS = ("calendar", "working")
# How many days in a row may be off before the calendar is taken to be wrong.
LONGEST_BREAK = 366
# Rests of a day shorter than this many seconds (23:59:59 to 24:00) are no work.
SHORTEST_WORK = 60


class CrmDeadline(models.AbstractModel):
    _name = "crm.deadline"
    _description = "Deadline arithmetic"

    @api.model
    def add_days(self, start, days, unit="calendar", company=None):
        """Return the moment ``days`` after ``start``.

        :param start: naive UTC datetime (or its string)
        :param days: not negative, halves allowed
        :param unit: ``calendar`` or ``working``
        :param company: ``res.company`` record or id; the current one by default
        :return: naive UTC datetime
        :raises ValidationError: days negative or no halves, unit unknown
        :raises UserError: the company has no working calendar, or one without work
        """
        return self.add_days_batch([(start, days)], unit, company)[0]

    @api.model
    def add_days_batch(self, pairs, unit="calendar", company=None):
        """Return the moments of many ``(start, days)`` pairs of one company.

        Two queries however many pairs; parameters and errors as in `add_days`.

        :return: list of naive UTC datetimes, in the order of ``pairs``
        """
        company = self._company(company)
        if unit not in UNITS:
            raise ValidationError(
                self.env._(
                    "The unit of a deadline is calendar days or working days, not "
                    "“%s”.",
                    unit,
                )
            )
        pairs = [
            (fields.Datetime.to_datetime(start), self._halves(days))
            for start, days in pairs
        ]
        if not pairs:
            return []
        zone = company._policy_tz()
        if unit == "calendar":
            return [
                self._to_utc(self._to_local(start, zone) + timedelta(days=days), zone)
                for start, days in pairs
            ]
        work = self._work_days(company, min(start for start, _days in pairs))
        return [
            self._to_utc(work.add(self._to_local(start, zone), days), zone)
            for start, days in pairs
        ]

    # ---------------------------------------------------------------- helpers

    @api.model
    def _company(self, company):
        """Return the company to count for, if the caller may see it."""
        if company is None:
            return self.env.company
        if isinstance(company, int):
            company = self.env["res.company"].browse(company)
            company.check_access("read")
        return company

    @api.model
    def _halves(self, days):
        """Return ``days`` as a number of whole or half days."""
        if not isinstance(days, (int, float)) or days < 0 or days * 2 % 1:
            raise ValidationError(
                self.env._(
                    "A deadline is a number of whole or half days from zero up, not "
                    "“%s”.",
                    days,
                )
            )
        return days

    @api.model
    def _to_local(self, moment, zone):
        return pytz.utc.localize(moment).astimezone(zone).replace(tzinfo=None)

    @api.model
    def _to_utc(self, local, zone):
        # An hour the clock skips is pushed forward by normalising.
        moment = zone.normalize(zone.localize(local))
        return moment.astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _work_days(self, company, since):
        """Return the working days of a company from the moment ``since`` on."""
        # sudo: a deadline counts by the company's calendar whoever asks
        calendar = company.sudo().resource_calendar_id
        if not calendar:
            raise UserError(
                self.env._(
                    "%s has no working calendar: set its working hours before "
                    "counting working days.",
                    company.name,
                )
            )
        weekly = self._weekly_hours(calendar)
        if not weekly:
            raise UserError(
                self.env._(
                    "The working calendar “%(calendar)s” of %(company)s has no working "
                    "time: working days cannot be counted.",
                    calendar=calendar.name,
                    company=company.name,
                )
            )
        off, extra = self._exceptions(calendar, company, since)
        return _WorkDays(self.env, calendar, weekly, off, extra)

    @api.model
    def _weekly_hours(self, calendar):
        """Return {(week type, weekday): [(seconds from, seconds to)]}."""
        lines = calendar.attendance_ids.filtered(
            lambda line: line._is_work_period() and line.hour_to > line.hour_from
        )
        weekly = defaultdict(list)
        for line in lines:
            weeks = (0, 1)
            if calendar.two_weeks_calendar:
                weeks = (int(line.week_type),)
            for week in weeks:
                weekly[week, int(line.dayofweek)].append(
                    (round(line.hour_from * 3600), round(line.hour_to * 3600))
                )
        return {key: sorted(spans) for key, spans in weekly.items()}

    @api.model
    def _exceptions(self, calendar, company, since):
        """Return the public holidays and the make-up work as {date: [spans]}."""
        zone = company._policy_tz()
        off, extra = defaultdict(list), defaultdict(list)
        leaves = (
            self.env["resource.calendar.leaves"]
            .sudo()  # sudo: public holidays bind whoever asks
            .search_fetch(
                [
                    ("resource_id", "=", False),
                    ("date_to", ">=", since - timedelta(days=1)),
                    "|",
                    ("calendar_id", "=", calendar.id),
                    "&",
                    ("calendar_id", "=", False),
                    ("company_id", "in", (company.id, False)),
                ],
                ["date_from", "date_to", "time_type"],
            )
        )
        for leave in leaves:
            first = max(leave.date_from, since - timedelta(days=2))
            begin = self._to_local(first, zone)
            end = self._to_local(leave.date_to, zone)
            target = off if leave.time_type == "leave" else extra
            for day in range(begin.toordinal(), end.toordinal() + 1):
                midnight = datetime.combine(date.fromordinal(day), time.min)
                span = (
                    max(0, int((begin - midnight).total_seconds())),
                    min(86400, int((end - midnight).total_seconds())),
                )
                target[midnight.date()].append(span)
        return off, extra


class _WorkDays:
    """The working days of one calendar, in local wall-clock time."""

    def __init__(self, env, calendar, weekly, off, extra):
        self.env = env
        self.calendar = calendar
        self.weekly = weekly
        self.off = off
        self.extra = extra
        self.known = {}

    def spans(self, day):
        """Return the working spans of a date as [(seconds from, seconds to)]."""
        if day not in self.known:
            self.known[day] = self._spans(day)
        return self.known[day]

    def _spans(self, day):
        week = self.env["resource.calendar.attendance"].get_week_type(day)
        spans = self.weekly.get((week, day.weekday()), [])
        if not spans and day in self.extra:
            usual = self.weekly[min(self.weekly)]
            spans = [
                (max(begin, low), min(end, high))
                for low, high in self.extra[day]
                for begin, end in usual
            ]
        for low, high in self.off.get(day, ()):
            spans = [
                part
                for begin, end in spans
                for part in ((begin, min(end, low)), (max(begin, high), end))
            ]
        return [span for span in spans if span[1] - span[0] >= SHORTEST_WORK]

    def next_day(self, day):
        """Return the next working day after ``day``."""
        for _number in range(LONGEST_BREAK):
            day += timedelta(days=1)
            if self.spans(day):
                return day
        raise UserError(
            self.env._(
                "The working calendar “%(calendar)s” has no working day within "
                "%(days)s days: working days cannot be counted.",
                calendar=self.calendar.name,
                days=LONGEST_BREAK,
            )
        )

    def add(self, start, days):
        """Return the local moment ``days`` working days after ``start``."""
        day = start.date()
        clock = start - datetime.combine(day, time.min)
        if not self.spans(day):
            day = self.next_day(day)
            clock = timedelta(seconds=self.spans(day)[0][0])
        for _number in range(int(days)):
            day = self.next_day(day)
        if days % 1:
            return self._add_half(day, clock.total_seconds())
        return datetime.combine(day, time.min) + clock

    def _add_half(self, day, clock):
        """Add half of the day's attendance, counted in working time."""
        rest = sum(end - begin for begin, end in self.spans(day)) / 2
        while True:
            for begin, end in self.spans(day):
                begin = max(begin, clock)
                if begin >= end:
                    continue
                if rest <= end - begin:
                    return datetime.combine(day, time.min) + timedelta(
                        seconds=begin + rest
                    )
                rest -= end - begin
            day, clock = self.next_day(day), 0
