"""Calls, visits and owners: collected, sent on, reminded, printed (SM-02)."""

import io
from datetime import date, timedelta

from openpyxl import load_workbook

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import ArchiveCase


@tagged("post_install", "-at_install")
class TestInformation(ArchiveCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Report = cls.env["crm.information.report"]
        cls.today = cls.company._policy_today()
        cls.walk_in = cls.env.ref("crm_customer_archive.customer_source_walk_in")
        cls.phone = cls.env.ref("crm_customer_archive.customer_source_phone_enquiry")

    def _enquiry(self, source=None, user=None, **vals):
        user = user or self.user_sales
        return (
            self.env["crm.lead"]
            .with_user(user)
            .create(
                {
                    "name": "Enquiry",
                    "contact_name": "王小明",
                    "phone": "13600000000",
                    "company_id": self.company.id,
                    "user_id": user.id,
                    "enquiry_source_id": (source or self.walk_in).id,
                    "sincerity": "a",
                    "price_from": 100000,
                    "price_to": 200000,
                    "living_area": "金凤区",
                    **vals,
                }
            )
        )

    def _daily(self, user=None):
        user = user or self.user_sales
        return self.Report.browse(self.Report.with_user(user).open_daily())

    def test_enquiry(self):
        """The day is filled in; dates and price bands make sense."""
        lead = self._enquiry()
        self.assertEqual(lead.enquiry_date, self.today)
        self.assertEqual(lead.enquiry_kind, "walk_in")
        with self.assertRaisesRegex(ValidationError, "future"):
            lead.enquiry_date = self.today + timedelta(days=1)
        lead.enquiry_date = self.today
        with self.assertRaisesRegex(ValidationError, "price band"):
            lead.price_to = 5
        plain = self.env["crm.lead"].create({"name": "Plain"})
        self.assertFalse(plain.enquiry_date)

    def test_cycle(self):
        """Day by the salesperson, week by the head, month by the specialist."""
        self._enquiry()
        self._enquiry(self.phone, contact_name="李小红")
        daily = self._daily()
        self.assertEqual(self._daily(), daily, "safe to repeat")
        self.assertEqual((daily.walk_in_count, daily.phone_count), (1, 1))
        with self.assertRaises(AccessError):
            daily.with_user(self.user_sales2).action_send()
        daily.with_user(self.user_sales).action_send()
        sent_at = daily.sent_at
        daily.with_user(self.user_sales).action_send()
        self.assertEqual(daily.sent_at, sent_at, "safe to repeat")
        week = daily.parent_id
        self.assertEqual((week.period, week.line_count), ("week", 2))
        self.assertEqual(week.department_id, self.departments["sales"])
        for user in (self.user_sales, self.user_specialist, self.user_marketing_head):
            with self.assertRaises(AccessError, msg=user.login):
                week.with_user(user).action_send()
        week.with_user(self.user_sales_head).action_send()
        month = week.parent_id
        self.assertEqual((month.period, month.line_count), ("month", 2))
        with self.assertRaises(AccessError):
            month.with_user(self.user_sales_head).action_send()
        manager = self._make_person(
            "user_csm", "Service Manager", "crm_customer_archive.group_service_manager"
        )
        self.company.information_planner_id = self.user_marketing_head
        month.with_user(self.user_specialist).action_send()
        self.assertEqual(month.recipient_ids, manager | self.user_marketing_head)
        self.assertTrue(month.with_user(self.user_marketing_head).has_access("read"))
        self.assertTrue(
            month.line_ids.with_user(self.user_marketing_head).mapped("name")
        )
        self.assertFalse(month.with_user(self.user_sales2).has_access("read"))
        elsewhere = month.with_user(self.user_other_company).with_context(
            allowed_company_ids=self.other_company.ids
        )
        self.assertFalse(elsewhere.has_access("read"))

    def test_parts_first(self):
        """A week is not sent while a salesperson's day is missing."""
        self._enquiry()
        self._enquiry(user=self.user_sales2)
        mine, theirs = self._daily(), self._daily(self.user_sales2)
        mine.with_user(self.user_sales).action_send()
        week = mine.parent_id.with_user(self.user_sales_head)
        with self.assertRaisesRegex(UserError, theirs.name):
            week.action_send()
        theirs.with_user(self.user_sales2).action_send()
        week.action_send()
        self.assertEqual(week.line_count, 2)

    def test_sent_lines_stand(self):
        lead = self._enquiry()
        daily = self._daily()
        daily.with_user(self.user_sales).action_send()
        lead.contact_name = "赵小虎"
        daily.with_user(self.user_sales).action_collect()
        self.assertEqual(daily.line_ids.name, "王小明")
        for vals in ({"line_ids": [(5,)]}, {"date_to": self.today}):
            with self.assertRaises(UserError):
                daily.with_user(self.user_specialist).write(vals)
        for name, value in (
            ("state", "draft"),
            ("sent_at", False),
            ("parent_id", False),
            ("due", "2030-01-01 00:00:00"),
        ):
            with self.assertRaises(AccessError, msg=name):
                daily.sudo().write({name: value})
        with self.assertRaises(AccessError):
            daily.line_ids.with_user(self.user_specialist).write({"name": "X"})
        with self.assertRaises(AccessError):
            self.Report.with_user(self.user_specialist).create(
                {"date_from": self.today, "date_to": self.today}
            )
        with self.assertRaisesRegex(UserError, "future"):
            self.Report.with_user(self.user_sales).open_daily(
                self.today + timedelta(days=1)
            )

    def test_cron_opens_and_reminds(self):
        """Yesterday's reports open by themselves; late ones are reminded of once."""
        yesterday = self.today - timedelta(days=1)
        self._enquiry(enquiry_date=yesterday)
        product = self.env["product.product"].create(
            {"name": "Flat 3-1201", "list_price": 900000}
        )
        buyer = self._make_archived_customer()
        order = self.env["sale.order"].create(
            {
                "partner_id": buyer.id,
                "company_id": self.company.id,
                "order_line": [(0, 0, {"product_id": product.id, "discount": 5})],
            }
        )
        order.action_confirm()
        order.date_order = f"{yesterday} 04:00:00"
        self.company.information_specialist_id = self.user_specialist
        self.Report._cron_cycle()
        self.Report._cron_cycle()
        mine = [("company_id", "=", self.company.id)]
        daily = self.Report.search([*mine, ("kind", "=", "enquiry")])
        owners = self.Report.search([*mine, ("kind", "=", "owner")])
        self.assertEqual((len(daily), len(owners)), (1, 1))
        self.assertEqual(owners.line_ids.discount, 5)
        self.assertIn("Flat 3-1201", owners.line_ids.product)
        self.assertTrue(daily.late)
        self.assertIn(daily, self.Report.search([("late", "=", True)]))
        self.assertEqual(daily.activity_ids.user_id, self.user_sales)
        self.assertEqual(len(daily.activity_ids), 1)
        daily.with_user(self.user_sales).action_send()
        self.assertFalse(daily.activity_ids)
        self.assertIn(daily, self.Report.search([("late", "=", True)]))
        with self.assertRaises(AccessError):
            owners.with_user(self.user_sales_head).action_send()
        owners.with_user(self.user_specialist).action_send()
        self.assertEqual(owners.parent_id.period, "month")

    def test_due_dates_are_data(self):
        """Due by the schedule's days, counted by the company's calendar."""
        Schedule = self.env["crm.information.schedule"]
        friday = date(2026, 11, 20)
        day = Schedule._due("enquiry", "day", friday, self.company)
        self.assertEqual(str(day), "2026-11-20 15:59:00")
        self.env.ref("crm_customer_archive.information_schedule_enquiry_day").write(
            {"days": 1, "unit": "working"}
        )
        day = Schedule._due("enquiry", "day", friday, self.company)
        self.assertEqual(day.date(), date(2026, 11, 23))
        self.assertEqual(
            self.Report._span("week", friday), (date(2026, 11, 16), date(2026, 11, 22))
        )
        self.assertEqual(
            self.Report._span("month", friday), (date(2026, 11, 1), date(2026, 11, 30))
        )

    def test_prints_and_excel(self):
        self._enquiry(characteristics="=1+1 <b>bold</b>")
        self._enquiry(self.phone, contact_name="李小红")
        daily = self._daily()
        Report = self.env["ir.actions.report"].with_user(self.user_sales)
        for name, seen, unseen in (
            ("report_walk_in_summary", "王小明", "李小红"),
            ("report_phone_summary", "李小红", "王小明"),
            ("report_owner_summary", daily.name, "王小明"),
        ):
            text = Report._render_qweb_html(f"crm_customer_archive.{name}", daily.ids)[
                0
            ].decode()
            self.assertIn(seen, text)
            self.assertNotIn(unseen, text)
            self.assertNotIn("<b>bold</b>", text)
        self.assertIn(
            "download", daily.with_user(self.user_sales).action_xlsx()["target"]
        )
        filename, content = daily.with_user(self.user_sales)._xlsx_file()
        self.assertTrue(filename.endswith(".xlsx"))
        book = load_workbook(io.BytesIO(content))
        visits, calls = book.worksheets
        values = [cell.value for cell in visits[2]]
        self.assertIn("王小明", values)
        self.assertIn("=1+1 <b>bold</b>", values)
        self.assertEqual(visits.max_row, 2)
        self.assertEqual(calls.max_row, 2)
        with self.assertRaises(AccessError):
            daily.with_user(self.user_sales2)._xlsx_file()

    def test_customer_list_excel(self):
        """The list holds the columns of the company and what the reader may see."""
        mine = self._make_archived_customer()
        theirs = self._make_archived_customer(
            user=self.user_sales2, name="Theirs Ltd", number=2
        )
        # the level lets salespeople take out some of their own (ARC-197)
        mine._confidentiality_level().write(
            {"own_export_limit": 5, "file_password": False}
        )
        name, content = mine.with_user(self.user_sales)._xlsx_file()
        sheet = load_workbook(io.BytesIO(content)).active
        self.assertEqual(sheet.max_row, 2)
        head = [cell.value for cell in sheet[1]]
        row = dict(zip(head, [cell.value for cell in sheet[2]], strict=True))
        self.assertEqual(row["Name"], mine.name)
        self.assertEqual(row["Unified Social Credit Code"], mine.credit_code)
        self.assertEqual(row["Account Manager"], self.user_sales.name)
        self.assertEqual(name, "Customer List.xlsx")
        action = mine.with_user(self.user_sales).action_customer_list_xlsx()
        self.assertIn(f"res.partner/{mine.id}", action["url"])
        with self.assertRaises(AccessError):
            (mine | theirs).with_user(self.user_sales)._xlsx_file()
        # not one's own: a granted request is needed (ARC-199)
        with self.assertRaisesRegex(UserError, "granted data request"):
            (mine | theirs).with_user(self.user_specialist)._xlsx_file()
