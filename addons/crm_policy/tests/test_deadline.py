"""Within N days of T: calendar and working days where the company works."""

from datetime import datetime, timedelta

import pytz

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import TransactionCase, tagged

SHANGHAI = pytz.timezone("Asia/Shanghai")


@tagged("post_install", "-at_install")
class TestDeadline(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.deadline = cls.env["crm.deadline"]
        cls.calendar = cls.env["resource.calendar"].create(
            {
                "name": "Five days of eight hours",
                "tz": "Asia/Shanghai",
                "company_id": False,
                "attendance_ids": [
                    fields.Command.clear(),
                    *(
                        fields.Command.create(
                            {
                                "name": f"{day} {period}",
                                "dayofweek": str(day),
                                "hour_from": begin,
                                "hour_to": end,
                                "day_period": period,
                            }
                        )
                        for day in range(5)
                        for period, begin, end in (
                            ("morning", 8, 12),
                            ("lunch", 12, 13),
                            ("afternoon", 13, 17),
                        )
                    ),
                ],
            }
        )
        cls.company = cls.env["res.company"].create({"name": "Deadline Company"})
        cls.company.resource_calendar_id = cls.calendar
        cls.other = cls.env["res.company"].create({"name": "Other Company"})

    @classmethod
    def utc(cls, text, zone=SHANGHAI):
        local = zone.localize(datetime.strptime(text, "%Y-%m-%d %H:%M"))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    def day_off(self, first, last, **vals):
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Day off",
                "calendar_id": self.calendar.id,
                "date_from": self.utc(f"{first} 00:00"),
                "date_to": self.utc(f"{last} 23:59") + timedelta(seconds=59),
                **vals,
            }
        )

    def check(self, start, days, unit, expected):
        result = self.deadline.add_days(self.utc(start), days, unit, self.company)
        local = pytz.utc.localize(result).astimezone(SHANGHAI)
        self.assertEqual(
            local.strftime("%Y-%m-%d %H:%M"), expected, f"{days} {unit} from {start}"
        )

    # ---------------------------------------------------------- calendar days

    def test_calendar_days(self):
        """13 and 17 days, over month and year ends and the leap day."""
        self.check("2026-11-20 10:00", 13, "calendar", "2026-12-03 10:00")
        self.check("2026-12-20 10:00", 17, "calendar", "2027-01-06 10:00")
        self.check("2028-02-27 10:00", 3, "calendar", "2028-03-01 10:00")

    def test_calendar_halves(self):
        self.check("2026-11-20 10:00", 0.5, "calendar", "2026-11-20 22:00")
        self.check("2026-12-31 18:00", 0.5, "calendar", "2027-01-01 06:00")
        self.check("2026-11-20 10:00", 0, "calendar", "2026-11-20 10:00")

    def test_calendar_days_at_midnight(self):
        """The day is the local one: 23:59 and 00:01 in Shanghai."""
        self.check("2026-11-20 23:59", 1, "calendar", "2026-11-21 23:59")
        self.check("2026-11-21 00:01", 1, "calendar", "2026-11-22 00:01")

    def test_daylight_saving(self):
        """The wall clock counts: neither an hour more nor less."""
        self.calendar.tz = "Europe/Berlin"
        zone = pytz.timezone("Europe/Berlin")
        result = self.deadline.add_days(
            self.utc("2027-03-27 10:00", zone), 1, "calendar", self.company
        )
        self.assertEqual(result, self.utc("2027-03-28 10:00", zone))
        result = self.deadline.add_days(
            self.utc("2027-03-27 02:30", zone), 1, "calendar", self.company
        )
        self.assertEqual(result, self.utc("2027-03-28 03:30", zone))

    # ----------------------------------------------------------- working days

    def test_weekend(self):
        self.check("2026-11-20 10:00", 1, "working", "2026-11-23 10:00")  # Friday
        self.check("2026-11-19 10:00", 1, "working", "2026-11-20 10:00")
        self.check("2026-11-20 10:00", 3, "working", "2026-11-25 10:00")
        self.check("2026-11-20 10:00", 5, "working", "2026-11-27 10:00")

    def test_start_on_a_day_off(self):
        """Counts from the beginning of work on the next working day."""
        self.check("2026-11-21 15:00", 1, "working", "2026-11-24 08:00")  # Saturday
        self.check("2026-11-22 23:59", 0.5, "working", "2026-11-23 12:00")
        self.check("2026-11-21 15:00", 0, "working", "2026-11-23 08:00")

    def test_working_days_at_midnight(self):
        self.check("2026-11-20 23:59", 1, "working", "2026-11-23 23:59")
        self.check("2026-11-20 00:01", 1, "working", "2026-11-23 00:01")
        self.check("2026-11-21 00:01", 1, "working", "2026-11-24 08:00")

    def test_working_halves(self):
        """Half of that day's attendance, in working time."""
        self.check("2026-11-20 10:00", 0.5, "working", "2026-11-20 15:00")
        self.check("2026-11-20 08:00", 0.5, "working", "2026-11-20 12:00")
        self.check("2026-11-20 06:00", 0.5, "working", "2026-11-20 12:00")
        self.check("2026-11-20 16:00", 0.5, "working", "2026-11-23 11:00")
        self.check("2026-11-20 23:59", 0.5, "working", "2026-11-23 12:00")
        self.check("2026-11-19 16:00", 1.5, "working", "2026-11-23 11:00")

    def test_month_and_year_end(self):
        self.day_off("2027-01-01", "2027-01-01")
        self.check("2026-12-31 10:00", 1, "working", "2027-01-04 10:00")
        self.check("2026-11-30 16:30", 2, "working", "2026-12-02 16:30")

    def test_spring_festival(self):
        """A week off, and the Sundays before and after worked for it (调休)."""
        self.day_off("2027-02-05", "2027-02-11")
        self.check("2027-02-04 10:00", 1, "working", "2027-02-12 10:00")
        self.check("2027-02-04 16:00", 0.5, "working", "2027-02-12 11:00")
        self.check("2027-02-08 10:00", 1, "working", "2027-02-15 08:00")
        self.check("2027-02-04 10:00", 3, "working", "2027-02-16 10:00")
        self.check("2027-02-04 10:00", 3, "calendar", "2027-02-07 10:00")
        self.day_off("2027-02-14", "2027-02-14", time_type="other")
        self.check("2027-02-04 10:00", 3, "working", "2027-02-15 10:00")
        self.check("2027-02-12 16:00", 0.5, "working", "2027-02-14 11:00")
        # a start on the worked Sunday counts from its own clock
        self.check("2027-02-14 10:00", 1, "working", "2027-02-15 10:00")

    def test_make_up_day_of_a_few_hours(self):
        entry = self.day_off("2026-11-21", "2026-11-21", time_type="other")
        entry.date_to = self.utc("2026-11-21 12:00")
        self.check("2026-11-20 16:00", 0.5, "working", "2026-11-21 11:00")
        self.check("2026-11-21 08:00", 0.5, "working", "2026-11-21 10:00")

    def test_half_a_holiday(self):
        """A day with the afternoon off is a working day of four hours."""
        leave = self.day_off("2026-11-23", "2026-11-23")
        leave.date_from = self.utc("2026-11-23 12:00")
        self.check("2026-11-20 10:00", 1, "working", "2026-11-23 10:00")
        self.check("2026-11-23 08:00", 0.5, "working", "2026-11-23 10:00")

    def test_holiday_of_the_company(self):
        """Holidays without calendar bind their company only."""
        self.day_off(
            "2026-11-23", "2026-11-23", calendar_id=False
        ).company_id = self.company
        self.day_off(
            "2026-11-24", "2026-11-24", calendar_id=False
        ).company_id = self.other
        self.check("2026-11-20 10:00", 1, "working", "2026-11-24 10:00")

    def test_leave_of_a_person_is_no_holiday(self):
        resource = self.env["resource.resource"].create(
            {"name": "Somebody", "calendar_id": self.calendar.id}
        )
        self.day_off("2026-11-23", "2026-11-23", resource_id=resource.id)
        self.check("2026-11-20 10:00", 1, "working", "2026-11-23 10:00")

    def test_two_weeks_calendar(self):
        """Every other Saturday worked."""
        self.calendar.write(
            {
                "two_weeks_calendar": True,
                "attendance_ids": [
                    fields.Command.clear(),
                    *(
                        fields.Command.create(
                            {
                                "name": "day",
                                "dayofweek": str(day),
                                "hour_from": 8,
                                "hour_to": 16,
                                "day_period": "full_day",
                                "week_type": str(week),
                            }
                        )
                        for week, days in ((0, 6), (1, 5))
                        for day in range(days)
                    ),
                ],
            }
        )
        attendance = self.env["resource.calendar.attendance"]
        friday = datetime(2026, 11, 20)
        if attendance.get_week_type(friday.date()):
            friday += timedelta(days=7)
        self.assertEqual(attendance.get_week_type(friday.date()), 0)
        self.check(
            f"{friday:%Y-%m-%d} 10:00",
            1,
            "working",
            f"{friday + timedelta(days=1):%Y-%m-%d} 10:00",
        )
        friday += timedelta(days=7)
        self.check(
            f"{friday:%Y-%m-%d} 10:00",
            1,
            "working",
            f"{friday + timedelta(days=3):%Y-%m-%d} 10:00",
        )

    # ------------------------------------------------------ refusals and cost

    def test_no_calendar(self):
        self.company.resource_calendar_id = False
        with self.assertRaisesRegex(UserError, "no working calendar"):
            self.deadline.add_days(fields.Datetime.now(), 1, "working", self.company)
        self.check("2026-11-20 10:00", 1, "calendar", "2026-11-21 10:00")

    def test_calendar_without_working_time(self):
        self.calendar.attendance_ids.unlink()
        with self.assertRaisesRegex(UserError, "no working time"):
            self.deadline.add_days(fields.Datetime.now(), 1, "working", self.company)

    def test_calendar_always_off(self):
        """A holiday of years ends in an error, not in a loop."""
        self.day_off("2026-01-01", "2036-12-31")
        for days in (0, 0.5, 1):
            with self.assertRaisesRegex(UserError, "no working day within"):
                self.deadline.add_days(
                    self.utc("2026-11-20 10:00"), days, "working", self.company
                )

    def test_bad_input(self):
        now = fields.Datetime.now()
        for days in (-1, 0.3, "3", None, float("nan"), float("inf")):
            with self.assertRaises(ValidationError, msg=str(days)):
                self.deadline.add_days(now, days, "calendar", self.company)
        with self.assertRaises(ValidationError):
            self.deadline.add_days(now, 1, "hours", self.company)

    def test_batch(self):
        """Many pairs cost as many queries as two, and give the same results."""
        self.day_off("2027-02-05", "2027-02-11")
        start = self.utc("2027-01-20 10:00")
        pairs = [
            (start + timedelta(hours=7 * number), number % 7 / 2)
            for number in range(200)
        ]
        expected = [
            self.deadline.add_days(moment, days, "working", self.company)
            for moment, days in pairs
        ]
        self.env.flush_all()
        counts = []
        for size in (2, 200):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            result = self.deadline.add_days_batch(pairs[:size], "working", self.company)
            counts.append(self.cr.sql_log_count - before)
            self.assertEqual(result, expected[:size])
        self.assertEqual(counts[0], counts[1])
        self.assertEqual(self.deadline.add_days_batch([], "working", self.company), [])
