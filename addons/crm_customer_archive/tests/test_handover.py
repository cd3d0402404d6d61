"""Customers pass to a successor before anybody leaves (ARC-225 to ARC-227, SM-07)."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import Form, tagged

from .common import ArchiveCase


@tagged("post_install", "-at_install")
class TestHandover(ArchiveCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls._make_archived_customer(
            name="Helan Mountain Trade", number=11
        )
        cls.customer.main_contact_id.email = "contact@helan.example.com"
        cls.second = cls._make_archived_customer(
            name="Yellow River Stores",
            number=12,
            user_id=cls.user_sales.id,
            second_user_id=cls.user_sales2.id,
        )
        cls.lead = cls.env["crm.lead"].create(
            {
                "name": "Summer collection",
                "type": "opportunity",
                "partner_id": cls.customer.id,
                "user_id": cls.user_sales.id,
                "expected_revenue": 12000,
                "company_id": cls.company.id,
            }
        )
        cls.hr = cls._make_person(
            "user_hr", "HR", "hr.group_hr_user,base.group_partner_manager"
        )
        cls.employee = cls.env["hr.employee"].search(
            [("user_id", "=", cls.user_sales.id)]
        )

    def _start(self, user=None, **vals):
        return (
            self.env["crm.customer.handover"]
            .with_user(user or self.user_sales_head)
            .create(
                {
                    "user_id": self.user_sales.id,
                    "departure_date": self.company._policy_today() + timedelta(days=7),
                    **vals,
                }
            )
        )

    def _confirmed(self):
        """Return a handover that everything was taken over of."""
        handover = self._start()
        handover.action_assign(self.user_sales2.id)
        handover.action_notify()
        handover.action_mark_notified()
        lines = handover.line_ids.with_user(self.user_sales2)
        lines.action_confirm()
        return handover

    # -------------------------------------------------------------- workflow

    def test_the_whole_way(self):
        handover = self._start()
        kinds = handover.line_ids.mapped("kind")
        self.assertEqual(sorted(kinds), ["customer", "customer", "opportunity"])
        self.assertEqual(handover.customer_count, 2)
        self.assertTrue(
            handover.sudo().activity_ids.filtered(
                lambda a: a.user_id == self.user_sales_head
            )
        )
        handover.action_assign_proposed()
        proposed = handover.line_ids.filtered("successor_id")
        self.assertEqual(proposed.partner_id, self.second)
        self.assertEqual(proposed.successor_id, self.user_sales2)
        handover.action_assign(self.user_sales2.id)
        told = handover.action_notify()
        self.assertEqual(told, {"sent": 1, "to_print": 1})
        mail = self.env["mail.mail"].search([("email_to", "like", "helan.example")])
        self.assertIn(self.user_sales2.name, mail.body_html)
        self.assertEqual(handover.state, "open")
        handover.action_mark_notified(by="phone")
        self.assertEqual(handover.state, "notified")

        lines = handover.line_ids.with_user(self.user_sales2)
        lines.action_confirm()
        self.assertEqual(handover.state, "reassigned")
        self.assertEqual(self.customer.user_id, self.user_sales2)
        self.assertEqual(self.second.user_id, self.user_sales2)
        self.assertFalse(self.second.second_user_id, "account manager now")
        self.assertEqual(self.lead.user_id, self.user_sales2)

        handover.action_clear("手机和客户名单已交回。")
        self.assertEqual(handover.state, "cleared")
        self.assertFalse(self.user_sales.has_group("crm_policy.group_user"))
        self.assertFalse(self.user_sales.has_group("sales_team.group_sale_salesman"))
        self.user_sales.invalidate_recordset()
        seen = self.env["res.partner"].with_user(self.user_sales)
        self.assertFalse(
            seen.search([("id", "in", (self.customer | self.second).ids)]),
            "the leaver's access has ended, although they registered the customers",
        )
        self.employee.with_user(self.hr).action_archive()
        self.assertEqual(handover.state, "closed")

    def test_access_ends_when_nothing_is_left_in_any_company(self):
        """Rights are the person's: customers of another company keep them."""
        elsewhere = self.env["res.partner"].create(
            {
                "name": "Elsewhere Stores",
                "is_crm_customer": True,
                "company_id": self.other_company.id,
                "user_id": self.user_sales.id,
            }
        )
        self._confirmed().action_clear("checked")
        self.assertTrue(self.user_sales.has_group("crm_policy.group_user"))
        self.assertEqual(elsewhere.user_id, self.user_sales)

    def test_order_of_steps_is_free(self):
        handover = self._start()
        handover.action_assign(self.user_sales2.id)
        handover.line_ids.with_user(self.user_sales2).action_confirm()
        self.assertEqual(handover.state, "open")
        handover.action_mark_notified(by="visit")
        self.assertEqual(handover.state, "reassigned")

    def test_cleared_only_when_nothing_is_left(self):
        handover = self._start()
        handover.action_assign(self.user_sales2.id)
        handover.action_mark_notified()
        handover.line_ids.with_user(self.user_sales2).action_confirm()
        late = self._make_customer(name="Newcomer Ltd", number=13)
        with self.assertRaisesRegex(UserError, "1 more have come"):
            handover.action_clear("checked")
        handover.action_refresh()
        self.assertEqual(handover.state, "open")
        line = handover.line_ids.filtered(lambda row: row.partner_id == late)
        self.assertEqual(line.state, "open")
        with self.assertRaisesRegex(UserError, "not confirmed"):
            handover.with_user(self.user_director).action_clear("checked")

    def test_decline_gives_back_to_the_head(self):
        handover = self._start()
        handover.action_assign(self.user_sales2.id)
        lines = handover.line_ids.with_user(self.user_sales2)
        with self.assertRaisesRegex(UserError, "Reason"):
            lines.action_decline(" ")
        lines.action_decline("Too many customers already")
        self.assertEqual(set(handover.line_ids.mapped("state")), {"declined"})
        self.assertIn("Too many customers", handover.message_ids[:1].body)
        handover.action_assign(self.user_director.id, handover.line_ids.ids)
        self.assertEqual(set(handover.line_ids.mapped("state")), {"assigned"})

    def test_dialogs(self):
        handover = self._start()
        context = {"active_model": handover._name, "active_id": handover.id}
        Assign = self.env["crm.customer.handover.assign"].with_user(
            self.user_sales_head
        )
        form = Form(Assign.with_context(**context))
        form.successor_id = self.user_sales2
        form.save().action_assign()
        lines = handover.line_ids.with_user(self.user_sales2)
        Decline = self.env["crm.customer.handover.decline"].with_user(self.user_sales2)
        Decline.with_context(active_ids=lines[:1].ids).create(
            {"reason": "Not my region"}
        ).action_decline()
        self.assertEqual(lines[:1].state, "declined")
        picked = {"active_model": lines._name, "active_ids": lines[:1].ids}
        Assign.with_context(**picked).create(
            {"successor_id": self.user_sales2.id}
        ).action_assign()
        handover.action_mark_notified()
        lines.action_confirm()
        self.env["crm.customer.handover.clear"].with_user(
            self.user_sales_head
        ).with_context(**context).create({"statement": "checked"}).action_clear()
        self.assertEqual(handover.state, "cleared")

    def test_cancel_only_before_anything_is_handed_over(self):
        handover = self._start()
        handover.action_cancel()
        self.assertEqual(handover.state, "cancelled")
        done = self._confirmed()
        with self.assertRaises(UserError):
            done.action_cancel()

    # --------------------------------------------------------------- refusals

    def test_successor_must_be_able_to_take_over(self):
        handover = self._start()
        with self.assertRaisesRegex(UserError, "cannot be the successor"):
            handover.action_assign(self.user_sales.id)
        with self.assertRaisesRegex(UserError, "no access to customers"):
            handover.action_assign(self.user_outsider.id)
        with self.assertRaisesRegex(UserError, "does not work in"):
            handover.action_assign(self.user_other_company.id)
        gone = self._make_person("user_gone", "Gone", "crm_policy.group_user", "sales")
        gone.active = False
        with self.assertRaisesRegex(UserError, "not active"):
            handover.action_assign(gone.id)

    def test_only_head_assigns_and_successor_confirms(self):
        handover = self._start()
        with self.assertRaises(AccessError):
            handover.with_user(self.user_sales).action_assign(self.user_sales2.id)
        with self.assertRaises(AccessError):
            handover.with_user(self.hr).action_assign(self.user_sales2.id)
        handover.action_assign(self.user_sales2.id)
        with self.assertRaises(AccessError):
            handover.line_ids.with_user(self.user_sales_head).action_confirm()
        with self.assertRaises(AccessError):
            handover.line_ids.with_user(self.user_director).action_confirm()
        with self.assertRaises(AccessError):
            handover.with_user(self.user_sales2).action_clear("nothing taken")

    def test_who_may_start(self):
        Handover = self.env["crm.customer.handover"]
        vals = {"user_id": self.user_sales2.id}
        for user in (self.user_sales, self.user_specialist, self.user_marketing_head):
            with self.assertRaises(AccessError):
                Handover.with_user(user).create(vals)
        with self.assertRaisesRegex(UserError, "looks after nothing"):
            Handover.with_user(self.hr).create({"user_id": self.user_rd.id})
        self.assertTrue(self._start(user=self.hr))

    def test_letters_need_a_successor(self):
        handover = self._start()
        with self.assertRaisesRegex(UserError, "Assign a successor first"):
            handover.action_notify()

    def test_nobody_leaves_before(self):
        """Archiving on any path names the handover that is missing."""
        paths = {
            "user archived": lambda: self.user_sales.action_archive(),
            "user written": lambda: self.user_sales.write({"active": False}),
            "user deleted": lambda: self.user_sales.unlink(),
            "employee archived": lambda: self.employee.write({"active": False}),
            "employee deleted": lambda: self.employee.unlink(),
            "departure dated": lambda: self.employee.write(
                {"departure_date": self.company._policy_today()}
            ),
            "departure wizard": lambda: (
                self.env["hr.departure.wizard"]
                .with_context(employee_termination=True)
                .create(
                    {
                        "employee_ids": [Command.set(self.employee.ids)],
                        "remove_related_user": True,
                        "set_date_end": False,
                    }
                )
                .action_register_departure()
            ),
        }
        for path, leave in paths.items():
            with (
                self.subTest(path),
                self.assertRaisesRegex(RedirectWarning, "3 customers"),
            ):
                leave()
        self.employee.write(
            {"departure_date": self.company._policy_today() + timedelta(days=30)}
        )
        self.user_outsider.action_archive()
        self.assertFalse(self.user_outsider.active)

    def test_nobody_leaves_before_the_clearance(self):
        handover = self._confirmed()
        self.assertEqual(handover.state, "reassigned")
        with self.assertRaisesRegex(RedirectWarning, "not cleared"):
            self.user_sales.action_archive()
        handover.action_clear("checked")
        self.user_sales.action_archive()
        self.assertFalse(self.user_sales.active)

    def test_channels_end_with_the_departure(self):
        channel = self.env["crm.contact.channel"].create(
            {
                "employee_id": self.employee.id,
                "type_id": self.env.ref(
                    "crm_customer_archive.contact_channel_type_mobile"
                ).id,
                "account": "138 9500 0001",
                "date_from": self.company._policy_today() - timedelta(days=100),
            }
        )
        self._confirmed().action_clear("checked")
        self.employee.action_archive()
        self.assertEqual(channel.date_to, self.company._policy_today())

    # ------------------------------------------------------------ for programs

    def test_start_is_safe_to_repeat(self):
        Handover = self.env["crm.customer.handover"].with_user(self.hr)
        first = Handover.start("user_sales", client_reference="leave-1")
        self.assertEqual(
            Handover.start("user_sales", client_reference="leave-1"), first
        )
        self.assertEqual(Handover.start("user_sales"), first)
        with self.assertRaisesRegex(UserError, "no user with login"):
            Handover.start("nobody-here")

    def test_lines_open_what_they_name(self):
        handover = self._start()
        line = handover.line_ids.filtered(lambda row: row.kind == "opportunity")
        self.assertEqual(line.amount, 12000)
        action = line.action_open_record()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("crm.lead", self.lead.id)
        )
        self.assertEqual(
            handover.action_view_lines()["domain"], [("handover_id", "=", handover.id)]
        )
        self.assertTrue(
            handover.search([("late", "=", False), ("id", "=", handover.id)])
        )
        handover.departure_date = self.company._policy_today() - timedelta(days=1)
        self.assertTrue(handover.late)
        self.assertTrue(
            handover.search([("late", "=", True), ("id", "=", handover.id)])
        )

    def test_queries_do_not_grow(self):
        """Collecting and taking over cost the same for two customers or twenty."""

        def count(number):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["crm.customer.handover"]._handover_count(self.user_sales)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        few = count(2)
        for number in range(30, 40):
            self._make_customer(name=f"Customer {number} Ltd", number=number)
        self.assertEqual(count(12), few)

    def test_no_letter_without_successor(self):
        """A letter that could name nobody is refused, not printed blank."""
        handover = self._start()
        Report = self.env["ir.actions.report"].with_user(self.user_sales_head)
        letter = "crm_customer_archive.report_handover_letter"
        with self.assertRaisesRegex(UserError, "Assign a successor"):
            Report._render_qweb_html(letter, handover.ids)
        handover.action_assign(self.user_sales2.id)
        html = Report._render_qweb_html(letter, handover.ids)[0]
        self.assertIn(self.user_sales2.name.encode(), html)

    def test_prints(self):
        handover = self._confirmed()
        for report in ("customer_handover", "handover_letter"):
            html = (
                self.env["ir.actions.report"]
                .with_user(self.user_sales_head)
                ._render_qweb_html(
                    f"crm_customer_archive.report_{report}", handover.ids
                )
            )
            self.assertIn(b"Helan Mountain Trade", html[0])
