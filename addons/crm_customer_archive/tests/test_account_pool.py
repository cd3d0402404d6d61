"""Public pool: warned, returned, claimed within limits, assigned by managers."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import ArchiveCase

DAY = timedelta(days=1)


@tagged("post_install", "-at_install")
class TestPool(ArchiveCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.customer_pool = True
        cls.customer = cls._make_archived_customer()
        cls.rule = cls.env.ref("crm_customer_archive.pool_rule_file")
        cls.rule.write(
            {
                "days": 100,
                "warning_days": 10,
                "claim_limit": 1,
                "claim_days": 30,
                "wait_days": 20,
            }
        )
        cls.classes = cls.env["crm.customer.class"].search([], limit=2)
        cls.today = cls.company._policy_today()
        cls.lead = cls.env["crm.lead"].create(
            {
                "name": "夏装订单",
                "partner_id": cls.customer.id,
                "user_id": cls.user_sales.id,
                "company_id": cls.company.id,
            }
        )

    def _idle(self, days, customer=None):
        customer = customer or self.customer
        day = self.today - days * DAY
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET archived_date = %s, registered_date = %s"
            " WHERE id = %s",
            (day, day, customer.id),
        )
        self.env.invalidate_all()

    def _run(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("crm_customer_archive.ir_cron_pool").method_direct_trigger()
        self.env.invalidate_all()

    def _warned(self):
        kind = self.env.ref("crm_customer_archive.activity_type_pool")
        return self.customer.activity_ids.filtered(
            lambda activity: activity.activity_type_id == kind
        )

    def _returned(self):
        """Let the customer go through warning and return."""
        self._idle(200)
        self._run()
        self.env.cr.execute(
            "UPDATE res_partner SET pool_warned_date = %s WHERE id = %s",
            (self.today - 10 * DAY, self.customer.id),
        )
        self.env.invalidate_all()
        self._run()
        self.assertTrue(self.customer.in_pool)

    def test_off_by_default(self):
        self.assertFalse(self.env["res.company"].create({"name": "N"}).customer_pool)
        self.company.customer_pool = False
        self._idle(500)
        self._run()
        self.assertFalse(self.customer.pool_due_date)
        with self.assertRaisesRegex(UserError, "no public pool"):
            self.customer.with_user(self.user_sales).action_return_to_pool("不跟了")

    def test_warned_then_returned(self):
        """A warning first, the days of the warning, then the return."""
        self._idle(89)
        self._run()
        self.assertEqual(self.customer.pool_due_date, self.today + 11 * DAY)
        self.assertFalse(self._warned())
        self._idle(90)
        self._run()
        self._run()
        self.assertEqual(self._warned().user_id, self.user_sales)
        self.assertEqual(len(self._warned()), 1)
        self._idle(300)
        self._run()
        self.assertFalse(self.customer.in_pool, "the warning was today only")
        self.env.cr.execute(
            "UPDATE res_partner SET pool_warned_date = %s WHERE id = %s",
            (self.today - 10 * DAY, self.customer.id),
        )
        self.env.invalidate_all()
        self._run()
        self.assertTrue(self.customer.in_pool)
        self.assertFalse(self.customer.user_id)
        self.assertFalse(self._warned())
        self.assertEqual(self.customer.pool_former_user_id, self.user_sales)
        self.assertFalse(self.lead.user_id)
        entry = self.customer.pool_entry_ids
        self.assertEqual((entry.cause, entry.state), ("idle", "open"))
        self.assertEqual(entry.former_user_id, self.user_sales)
        self._run()
        self.assertEqual(len(self.customer.pool_entry_ids), 1)

    def test_order_or_activity_is_contact(self):
        """An order starts the time anew, and the warning with it."""
        self._idle(95)
        self._run()
        self.assertTrue(self.customer.pool_warned_date)
        product = self.env["product.product"].create(
            {"name": "Coat", "type": "service", "taxes_id": False}
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "order_line": [(0, 0, {"product_id": product.id})],
            }
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET state = 'sale' WHERE id = %s", (order.id,)
        )
        self.env.invalidate_all()
        self._run()
        self.assertEqual(self.customer.pool_contact_date, self.today)
        self.assertEqual(self.customer.pool_due_date, self.today + 100 * DAY)
        self._idle(95)
        self.env.cr.execute(
            "UPDATE sale_order SET state = 'draft' WHERE id = %s", (order.id,)
        )
        self.env.invalidate_all()
        self.lead.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.user_sales.id
        ).action_feedback("打过电话")
        self._run()
        # The platform dates what is done by UTC.
        self.assertEqual(self.customer.pool_contact_date, fields.Date.today())

    def test_rules_choose(self):
        """The first rule that fits; stages; key accounts are spared."""
        stage = self.env["crm.customer.stage"].search([], limit=1)
        special = self.rule.copy({"sequence": 1, "days": 40, "stage_ids": stage.ids})
        self._idle(0)
        self._run()
        self.assertEqual(self.customer.pool_rule_id, self.rule)
        self.customer.stage_id = stage
        self._run()
        self.assertEqual(self.customer.pool_rule_id, special)
        self.assertEqual(self.customer.pool_due_date, self.today + 40 * DAY)
        special.write({"stage_ids": False, "class_ids": self.classes[:1].ids})
        self._run()
        self.assertEqual(self.customer.pool_rule_id, self.rule)
        self.customer.with_company(self.company)._write_guarded(
            {"customer_class_id": self.classes[0].id}
        )
        self._run()
        self.assertEqual(self.customer.pool_rule_id, special)
        plan = self.env["crm.account.plan"].create(
            {"kind": "key", "customer_id": self.customer.id}
        )
        plan._write_guarded({"state": "running"})
        self._run()
        self.assertFalse(self.customer.pool_due_date)

    def test_pooled_is_seen_by_salespeople(self):
        other = self.customer.with_user(self.user_sales2)
        self.assertFalse(other.has_access("read"))
        self._returned()
        self.assertTrue(other.has_access("read"))
        self.assertFalse(other.has_access("write"))
        self.assertTrue(self.customer.main_contact_id.with_user(self.user_sales2).name)
        for user in (self.user_outsider, self.user_other_company):
            customer = self.customer.with_user(user).with_context(
                allowed_company_ids=user.company_ids.ids
            )
            self.assertFalse(customer.has_access("read"), user.login)
        self.company.customer_pool = False
        self.env.invalidate_all()
        self.assertFalse(other.has_access("read"))

    def test_claim(self):
        """The former owner waits; one gets it; the limit holds."""
        self._returned()
        with self.assertRaisesRegex(UserError, "was yours"):
            self.customer.with_user(self.user_sales).action_claim()
        with self.assertRaises(AccessError):
            self.customer.with_user(self.user_outsider).action_claim()
        self.assertTrue(self.customer.with_user(self.user_sales2).action_claim())
        self.assertEqual(self.customer.user_id, self.user_sales2)
        self.assertEqual(self.lead.user_id, self.user_sales2)
        self.assertEqual(self.customer.pool_entry_ids.state, "claimed")
        with self.assertRaisesRegex(UserError, "not in the public pool"):
            self.customer.with_user(self.user_sales_head).action_claim()
        self.customer.with_user(self.user_sales2).action_return_to_pool("跟不动")
        self.customer._write_guarded({"pool_since": self.today - 30 * DAY})
        with self.assertRaisesRegex(UserError, "may claim 1 customers"):
            self.customer.with_user(self.user_sales2).action_claim()
        self.rule.claim_limit = 2
        self.customer.with_user(self.user_sales2).action_claim()
        self._run()
        self.assertEqual(self.customer.pool_contact_date, self.today)

    def test_return_by_hand(self):
        customer = self.customer
        with self.assertRaises(UserError):
            customer.with_user(self.user_sales).action_return_to_pool(" ")
        with self.assertRaises(AccessError):
            customer.with_user(self.user_specialist).action_return_to_pool("x")
        customer.with_user(self.user_sales_head).action_return_to_pool("重新分配")
        self.assertEqual(customer.pool_entry_ids.returned_by_id, self.user_sales_head)
        with self.assertRaises(UserError):
            customer.with_user(self.user_director).action_return_to_pool("again")

    def test_manager_assigns(self):
        self._returned()
        head = self.customer.with_user(self.user_sales_head)
        with self.assertRaises(AccessError):
            self.customer.with_user(self.user_sales2).action_pool_assign(
                self.user_sales2.id, "我要"
            )
        with self.assertRaises(UserError):
            head.action_pool_assign(self.user_sales.id, "")
        with self.assertRaises(UserError):
            head.action_pool_assign(0, "x")
        for user in (self.user_other_company, self.user_outsider):
            if user == self.user_other_company:
                with self.assertRaises(ValidationError):
                    head.action_pool_assign(user.id, "x")
        head.action_pool_assign(self.user_sales.id, "老客户关系")
        self.assertEqual(self.customer.user_id, self.user_sales)
        entry = self.customer.pool_entry_ids
        self.assertEqual((entry.state, entry.reason_out), ("assigned", "老客户关系"))

    def test_manager_keeps(self):
        self._idle(200)
        until = self.today + 50 * DAY
        with self.assertRaises(AccessError):
            self.customer.with_user(self.user_sales).action_pool_keep(until, "x")
        head = self.customer.with_user(self.user_sales_head)
        with self.assertRaises(UserError):
            head.action_pool_keep(self.today, "x")
        with self.assertRaises(UserError):
            head.action_pool_keep(until, "")
        head.action_pool_keep(fields.Date.to_string(until), "招标中")
        self._run()
        self.assertEqual(self.customer.pool_due_date, until)
        self.assertFalse(self._warned())

    def test_wizard_takes_the_steps(self):
        """The form that asks for reasons holds no rule of its own."""
        ask = self.env["crm.account.ask"].with_user(self.user_sales_head)
        ask = ask.with_context(active_ids=self.customer.ids)
        with self.assertRaises(UserError):
            ask.create({"step": "keep", "reason": "x"}).action_confirm()
        ask.create(
            {"step": "keep", "reason": "x", "until": self.today + DAY}
        ).action_confirm()
        ask.create({"step": "return", "reason": "x"}).action_confirm()
        self.assertTrue(self.customer.in_pool)
        ask.create(
            {"step": "assign", "reason": "x", "user_id": self.user_sales2.id}
        ).action_confirm()
        self.assertEqual(self.customer.user_id, self.user_sales2)

    def test_any_new_owner_leaves_the_pool(self):
        """An approved change or handover ends the stay like an assignment."""
        self._returned()
        self.customer._write_protected({"user_id": self.user_sales2.id})
        self.assertFalse(self.customer.in_pool)
        self.assertEqual(self.customer.pool_entry_ids.state, "assigned")
        self.assertEqual(self.lead.user_id, self.user_sales2)

    def test_merged_customers_have_one_stay(self):
        """Of the stays and proposals of merged customers one is left open."""
        other = self._make_archived_customer(name="Merged Ltd", number=9)
        (self.customer + other).with_user(self.user_sales).action_return_to_pool("x")
        entries = self.customer.pool_entry_ids + other.pool_entry_ids
        self.assertFalse(entries._merge_conflicts())
        self.assertEqual(entries.mapped("state"), ["open", "assigned"])
        proposals = self.env["crm.problem.proposal"].create(
            [
                {"customer_id": customer.id, "company_id": self.company.id}
                for customer in self.customer + other
            ]
        )
        self.assertFalse(proposals._merge_conflicts())
        self.assertEqual(proposals.mapped("state"), ["proposed", "dismissed"])

    def test_classified_never_returns(self):
        """A classified customer is not shown to everybody by way of the pool."""
        level = self.env["crm.confidentiality.level"].search(
            [("classified", "=", True)], limit=1
        )
        self._idle(0)
        self._run()
        self.assertTrue(self.customer.pool_due_date)
        self.customer.confidentiality_level_id = level
        self._idle(500)
        self._run()
        self.assertFalse(self.customer.pool_due_date)
        with self.assertRaisesRegex(UserError, "classified"):
            self.customer.with_user(self.user_sales).action_return_to_pool("x")
        self.customer._write_guarded({"in_pool": True})
        self.assertFalse(self.customer.with_user(self.user_sales2).has_access("read"))

    def test_bad_rules(self):
        for vals in ({"days": 0}, {"warning_days": 100}, {"claim_limit": -1}):
            with self.assertRaises(Exception), self.env.cr.savepoint():  # noqa: B017
                self.rule.write(vals)
                self.env.flush_all()

    def test_cron_costs_the_same_for_many(self):
        for number in range(2, 8):
            self._make_archived_customer(name=f"Firm {number} Ltd", number=number)

        def count(days, limit):
            customers = self.env["res.partner"].search(
                [("customer_number", "!=", False), ("company_id", "=", self.company.id)]
            )[:limit]
            for customer in customers:
                self._idle(days, customer)
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env["res.partner"]._pool_update_dates(self.company)
            return self.cr.sql_log_count - before

        count(10, 1)
        self.assertEqual(count(20, 7), count(30, 1))
