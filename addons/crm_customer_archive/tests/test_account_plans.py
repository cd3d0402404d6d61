"""Account plans: audited, approved by cost, carried out, improved, closed."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.crm_policy.tests.common import RpcAbuseCase

from .common import ArchiveCase, ArchiveMixin


class AccountMixin(ArchiveMixin):
    @classmethod
    def _setup_accounts(cls):
        cls.user_service_manager = cls._make_person(
            "user_service_manager",
            "Service Manager",
            "crm_customer_archive.group_service_manager",
            "service",
        )
        cls.customer = cls._make_archived_customer()

    @classmethod
    def _plan_vals(cls, kind="key", cost=1000, **vals):
        return {
            "kind": kind,
            "customer_id": cls.customer.id,
            "sales_target": 500000,
            "reason": "占销售额三成",
            "problem": "竞争对手降价",
            "countermeasure": "每月拜访",
            "deterioration_trend": "连续三个月下降",
            "symptoms": "订单减少",
            "content": "季度回访",
            "method": "定期拜访",
            "motive": "工厂扩建，需新供应商",
            "strategy": "送样试穿，阶梯报价",
            "line_ids": [
                (
                    0,
                    0,
                    {
                        "name": "每月拜访一次",
                        "user_id": cls.user_sales2.id,
                        "date_due": "2099-01-01",
                        "cost": cost,
                    },
                )
            ],
            **vals,
        }

    @classmethod
    def _make_plan(cls, kind="key", **vals):
        plans = cls.env["crm.account.plan"].with_user(cls.user_sales)
        return plans.create(cls._plan_vals(kind, **vals)).with_env(cls.env)

    @classmethod
    def _approve_plan(cls, plan):
        plan.with_user(cls.user_sales).action_submit()
        plan.with_user(cls.user_sales_head).action_approve("材料属实")
        plan.with_user(cls.user_service_manager).action_approve("建议列为重点")
        if plan.state == "approval":
            plan.with_user(cls.user_gm).action_approve("同意, 专人负责")
        return plan


@tagged("post_install", "-at_install")
class TestAccountPlans(AccountMixin, ArchiveCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_accounts()

    def test_key_plan_whole_way(self):
        """ARC-161, 162, 168: audit, two recommendations, measures, summary."""
        plan = self._make_plan()
        self.assertTrue(plan.name.startswith("JH"))
        self.assertEqual(plan.user_id, self.user_sales)
        self.assertEqual(plan.total_cost, 1000)
        plan.with_user(self.user_sales).action_submit()
        self.assertEqual(plan.state, "audit")
        self.assertEqual(plan.routing_department_id, self.departments["sales"])
        plan.with_user(self.user_sales_head).action_approve()
        self.assertEqual(plan.state, "approval")
        self.assertEqual(plan.routing_department_id, self.departments["service"])
        plan.with_user(self.user_service_manager).action_approve("建议列为重点")
        self.assertEqual(plan.state, "approval")
        with self.assertRaises(UserError):
            plan.with_user(self.user_sales).action_start()
        plan.with_user(self.user_gm).action_approve("同意")
        self.assertEqual(plan.state, "approved")
        self.assertIn("建议列为重点", plan.service_recommendation)
        self.assertIn("同意", plan.manager_recommendation)
        self.assertTrue(self.customer.is_key_account)
        found = self.env["res.partner"].search([("is_key_account", "=", True)])
        self.assertIn(self.customer, found)
        plan.with_user(self.user_sales).action_start()
        self.assertEqual(plan.state, "running")
        self.assertEqual(plan.activity_ids.user_id, self.user_sales2)
        line = plan.line_ids.with_user(self.user_sales2)
        with self.assertRaisesRegex(UserError, "Result"):
            line.action_done()
        line.action_done("拜访完成", 900)
        self.assertTrue(line.done)
        self.assertFalse(plan.activity_ids)
        self.assertEqual(plan.actual_cost, 900)
        self.assertEqual(plan.progress, 100)
        with self.assertRaisesRegex(UserError, "summary"):
            plan.with_user(self.user_sales).action_close()
        plan.with_user(self.user_sales).action_close("目标达成")
        self.assertEqual(plan.state, "closed")
        self.assertFalse(plan.activity_ids)
        self.assertFalse(self.customer.is_key_account)

    def test_cost_decides_who_approves(self):
        """Above the limit the general manager decides on other kinds as well."""
        for kind in ("important", "problem", "service", "maintenance"):
            plan = self._make_plan(kind, cost=10000)
            plan.with_user(self.user_sales).action_submit()
            plan.with_user(self.user_sales_head).action_approve()
            plan.with_user(self.user_service_manager).action_approve()
            self.assertEqual(plan.state, "approved", kind)
        plan = self._make_plan("maintenance", cost=10000.01)
        plan.with_user(self.user_sales).action_submit()
        plan.with_user(self.user_sales_head).action_approve()
        plan.with_user(self.user_service_manager).action_approve()
        self.assertEqual(plan.state, "approval")

    def test_required_by_kind(self):
        """What the form of a kind asks for is named when it is missing."""
        for kind, field in (
            ("key", "reason"),
            ("important", "countermeasure"),
            ("problem", "symptoms"),
            ("service", "content"),
            ("maintenance", "method"),
            ("development", "strategy"),
            ("assurance", "promises"),
        ):
            plan = self._make_plan(kind, **{field: False})
            label = plan._fields[field].string
            with self.assertRaisesRegex(UserError, label):
                plan.with_user(self.user_sales).action_submit()
        plan = self._make_plan("maintenance", line_ids=False)
        with self.assertRaisesRegex(UserError, "Measures"):
            plan.with_user(self.user_sales).action_submit()

    def test_refused_and_changed(self):
        """A refusal says why; a changed cost voids the decision; running is fixed."""
        plan = self._make_plan("service")
        plan.with_user(self.user_sales).action_submit()
        with self.assertRaises(AccessError):
            plan.with_user(self.user_sales).action_approve()
        plan.with_user(self.user_sales_head).action_reject("太贵")
        self.assertEqual(plan.state, "refused")
        self._approve_plan(plan)
        self.assertEqual(plan.state, "approved")
        plan.line_ids.with_user(self.user_sales).cost = 5
        self.assertEqual((plan.state, plan.approval_state), ("draft", "voided"))
        self._approve_plan(plan)
        plan.with_user(self.user_sales).action_start()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            plan.line_ids.with_user(self.user_sales).cost = 6

    def test_promises_are_assured_first(self):
        """ARC-186: nothing runs on promises nobody reviewed."""
        plan = self._make_plan("service", promises="48小时内到货")
        self._approve_plan(plan)
        with self.assertRaisesRegex(UserError, "assurance"):
            plan.with_user(self.user_sales).action_start()
        with self.assertRaises(AccessError):
            plan.with_user(self.user_sales).action_review_assurance(True, "可以")
        with self.assertRaises(UserError):
            plan.with_user(self.user_specialist).action_review_assurance(True, " ")
        plan.with_user(self.user_specialist).action_review_assurance(False, "做不到")
        with self.assertRaises(UserError):
            plan.with_user(self.user_sales).action_start()
        plan.with_user(self.user_sales).promises = "72小时内到货"
        self.assertEqual((plan.state, plan.assurance_state), ("draft", "none"))
        self._approve_plan(plan)
        plan.with_user(self.user_specialist).action_review_assurance(True, "可以")
        plan.with_user(self.user_sales).action_start()
        self.assertEqual(plan.state, "running")
        with self.assertRaises(UserError):
            plan.with_user(self.user_specialist).action_review_assurance(True, "x")
        bare = self._make_plan("maintenance")
        with self.assertRaises(UserError):
            bare.with_user(self.user_specialist).action_review_assurance(True, "x")

    def test_improved_version_replaces(self):
        """ARC-170: problems collected, the next version takes over."""
        plan = self._approve_plan(self._make_plan("service")).with_user(self.user_sales)
        plan.action_start()
        with self.assertRaisesRegex(UserError, "problems"):
            plan.action_improve()
        plan.problems_found = "客户联系人更换"
        action = plan.action_improve_and_open()
        better = self.env["crm.account.plan"].browse(action["res_id"])
        self.assertEqual((better.version, better.state), (2, "draft"))
        self.assertEqual(better.problem, "客户联系人更换")
        with self.assertRaises(UserError):
            plan.action_improve()
        self._approve_plan(better)
        better.with_user(self.user_sales).action_start()
        self.assertEqual(plan.state, "closed")
        other = self._approve_plan(self._make_plan("service"))
        with self.assertRaisesRegex(UserError, "already runs"):
            other.with_user(self.user_sales).action_start()

    def test_who_sees_what(self):
        """Persons with a measure read the plan; strangers and others do not."""
        plan = self._make_plan()
        self.assertTrue(plan.with_user(self.user_sales2).has_access("read"))
        self.assertFalse(plan.with_user(self.user_sales2).has_access("write"))
        for user in (self.user_quality, self.user_other_company):
            companies = {"allowed_company_ids": user.company_ids.ids}
            for records in (plan, plan.line_ids):
                records = records.with_user(user).with_context(**companies)
                self.assertFalse(records.has_access("read"), user.login)
        self._approve_plan(plan)
        with self.assertRaises(AccessError):
            plan.with_user(self.user_sales2).action_start()
        with self.assertRaises(AccessError):
            self.env["crm.account.plan"].with_user(self.user_sales2).create(
                self._plan_vals()
            )

    def test_bad_input(self):
        with self.assertRaises(ValidationError):
            self._make_plan(customer_id=self.user_sales.partner_id.id)
        Plan = self.env["crm.account.plan"].with_user(self.user_sales)
        with self.assertRaises(UserError):
            Plan.file_plan({"kind": "x", "customer_id": self.customer.id})
        with self.assertRaises(UserError):
            Plan.file_plan({"kind": "key", "state": "running"})
        first = Plan.file_plan(
            {
                "kind": "key",
                "customer_id": self.customer.id,
                "client_reference": "P-1",
                "measures": [{"name": "拜访", "cost": 10}],
            }
        )
        again = Plan.file_plan(
            {
                "kind": "key",
                "customer_id": self.customer.id,
                "client_reference": "P-1",
            }
        )
        self.assertEqual(first, again)

    def _printed(self, report, records, user=None):
        reports = self.env["ir.actions.report"].with_user(user or self.user_sales)
        html, _kind = reports._render_qweb_html(
            f"crm_customer_archive.{report}", records.ids
        )
        return html.decode()

    def test_printed_forms(self):
        """F-28, F-29, F-31, F-33, F-37, F-38: for readers only."""
        plans = self.env["crm.account.plan"]
        for kind in ("important", "problem", "service", "maintenance", "key"):
            plans |= self._make_plan(kind)
        plans[3].summary = "维护效果良好"
        html = self._printed("report_countermeasures", plans)
        self.assertIn("Important Customer Countermeasure Table", html)
        self.assertIn("Problem Customer Countermeasure Table", html)
        self.assertIn("连续三个月下降", html)
        html = self._printed("report_account_plan", plans)
        for text in (
            "Customer Service Plan",
            "维护效果良好",
            "每月拜访一次",
            "定期拜访",
        ):
            self.assertIn(text, html)
        self.assertIn("每月拜访", self._printed("report_maintenance_register", plans))
        with self.assertRaises(AccessError):
            self._printed("report_account_plan", plans, self.user_quality)

    def test_customer_developed(self):
        """F-41, F-42, ARC-183 to 188: plan, diary, report, prices, agreement."""
        plan = self._approve_plan(self._make_plan("development"))
        sales = plan.with_user(self.user_sales)
        sales.action_start()
        self.env["crm.contact.log"].with_user(self.user_sales).log_contact(
            {
                "partner_id": self.customer.id,
                "channel": "meeting",
                "summary": "携样上门",
            }
        )
        plan.line_ids.with_user(self.user_sales2).action_done("试穿合格")
        diary = sales._development_diary()
        self.assertEqual([row["what"] for row in diary], ["携样上门", "每月拜访一次"])
        self.assertEqual({row["date"] for row in diary}, {self.company._policy_today()})
        html = self._printed("report_development_plan", plan)
        self.assertIn("送样试穿，阶梯报价", html)
        self.assertIn("试穿合格", self._printed("report_development_diary", plan))
        html = self._printed("report_new_customer", self.customer)
        self.assertIn("携样上门", html)
        product = self.env["product.product"].create(
            {"name": "防静电工装", "list_price": 100}
        )
        self.customer.property_product_pricelist = self.env["product.pricelist"].create(
            {
                "name": "特价",
                "item_ids": [
                    Command.create(
                        {
                            "applied_on": "0_product_variant",
                            "product_id": product.id,
                            "compute_price": "fixed",
                            "fixed_price": 88,
                        }
                    )
                ],
            }
        )
        for report in ("report_special_prices", "report_transport_agreement"):
            self.assertIn("防静电工装", self._printed(report, self.customer))
        promised = self._make_plan("assurance", promises="七日内补单")
        promised.with_user(self.user_specialist).action_review_assurance(True, "可满足")
        html = self._printed("report_assurance_review", promised)
        self.assertIn("可满足", html)
        template = self.env.ref("crm_customer_archive.evaluation_template_development")
        evaluations = self.env["crm.customer.evaluation"].with_user(self.user_sales)
        evaluation = evaluations.create(
            {"customer_id": self.customer.id, "template_id": template.id}
        )
        html = self._printed("report_evaluation", evaluation)
        self.assertIn("Customer Development Appraisal", html)

    def test_list_costs_the_same_for_many(self):
        plans = self.env["crm.account.plan"]
        for _index in range(6):
            plans |= self._make_plan()
        names = ["name", "actual_sales", "target_rate", "progress", "customer_id"]

        def count(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            records.with_user(self.user_sales).read(names)
            return self.cr.sql_log_count - before

        count(plans[:1])
        self.assertEqual(count(plans), count(plans[:2]))


@tagged("post_install", "-at_install")
class TestAccountAttacks(AccountMixin, RpcAbuseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_accounts()

    def test_plan(self):
        plan = self._make_plan("problem")
        plan.with_user(self.user_sales).action_submit()
        plan.flush_recordset()
        self.attack(
            plan,
            create_vals={"kind": "problem", "customer_id": self.customer.id},
            final_states=("approved", "running", "closed"),
            guarded={
                "name": "JH0001",
                "version": 7,
                "assurance_state": "passed",
                "approval_state": "approved",
                "started_on": "2026-01-01",
            },
            users=[self.user_sales, self.user_director],
            strangers=[self.user_quality, self.user_outsider, self.user_other_company],
        )
        with self.refused("a measure done by write"):
            self.rpc(
                self.user_sales,
                "crm.account.plan.line",
                "write",
                plan.line_ids.ids,
                {"done": True},
            )

    def test_evaluation(self):
        evaluation = (
            self.env["crm.customer.evaluation"]
            .with_user(self.user_sales)
            .create({"customer_id": self.customer.id})
        )
        evaluation.line_ids.write({"score": 90, "basis": "订单"})
        evaluation.outcome = "develop"
        evaluation.action_submit()
        evaluation.flush_recordset()
        self.attack(
            evaluation.with_env(self.env),
            create_vals={"customer_id": self.customer.id},
            final_states=("closed",),
            guarded={"suspension_proposed": True, "approval_state": "approved"},
            users=[self.user_sales, self.user_director],
            strangers=[self.user_sales2, self.user_outsider, self.user_other_company],
        )
        with self.refused("a weight by write"):
            self.rpc(
                self.user_sales,
                "crm.customer.evaluation.line",
                "write",
                evaluation.line_ids.ids,
                {"weight": 1},
            )

    def test_pool_and_records(self):
        """Nobody forges the pool, a proposal, a ranking or a stay."""
        self.env.flush_all()
        for user in (self.user_sales, self.user_director, self.user_admin):
            for name, value in (
                ("in_pool", True),
                ("pool_former_user_id", self.user_sales2.id),
                ("pool_keep_until", "2099-01-01"),
                ("pool_contact_date", "2026-01-01"),
            ):
                with self.refused(f"{user.login} writes {name}"):
                    self.rpc(
                        user, "res.partner", "write", self.customer.ids, {name: value}
                    )
        for model, vals in (
            ("crm.pool.entry", {"customer_id": self.customer.id, "cause": "idle"}),
            ("crm.problem.proposal", {"customer_id": self.customer.id}),
            ("crm.account.ranking", {"rule_id": 1, "date_to": "2026-01-01"}),
            ("crm.account.ranking.line", {"customer_id": self.customer.id}),
        ):
            with self.refused(f"a director creates {model}"):
                self.rpc(self.user_director, model, "create", [vals])
