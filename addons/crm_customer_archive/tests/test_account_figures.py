"""Rankings and proposals of problem accounts, from invoices."""

from dateutil.relativedelta import relativedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


@tagged("post_install", "-at_install")
class TestAccountFigures(AccountTestInvoicingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("crm_policy.group_admin")
        cls.company = cls.company_data["company"]
        cls.company.block_unregistered_customers = False
        cls.today = cls.company._policy_today()
        cls.product = cls.env["product.product"].create(
            {
                "name": "Coat",
                "type": "consu",
                "standard_price": 60,
                "taxes_id": False,
                "invoice_policy": "order",
            }
        )
        cls.customers = cls.env["res.partner"].create(
            [
                {
                    "name": f"Firm {letter}",
                    "is_company": True,
                    "is_crm_customer": True,
                    "company_id": cls.company.id,
                    "state_id": cls.env.ref("base.state_cn_NX").id,
                }
                for letter in "ABC"
            ]
        )
        cls.customers._write_guarded({"state": "archived"})
        cls.a, cls.b, cls.c = cls.customers
        cls.seller = new_test_user(
            cls.env,
            "seller_of_a",
            groups="crm_policy.group_user",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.a._write_protected({"user_id": cls.seller.id})

    def _invoice(self, partner, quantity, price, months_ago, due=None):
        day = self.today - relativedelta(months=months_ago, days=1)
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": day,
                "invoice_date_due": day,
                "invoice_line_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.product.id,
                            "quantity": quantity,
                            "price_unit": price,
                            "tax_ids": False,
                        },
                    )
                ],
            }
        )
        move.action_post()
        # Terms granted at that time are no matter of these tests.
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET date_maturity = %s"
            " WHERE move_id = %s AND date_maturity IS NOT NULL",
            (due or day, move.id),
        )
        self.env.invalidate_all()
        return move

    def _sell(self):
        # a: most sales, b: most growth, c: most margin rate
        self._invoice(self.a, 100, 100, 1)
        self._invoice(self.a, 100, 100, 14)
        self._invoice(self.b, 50, 100, 1)
        self._invoice(self.b, 10, 100, 14)
        self._invoice(self.c, 1, 600, 1)

    def test_three_rankings(self):
        """ARC-160: by sales, growth and profit rate; per region; places are data."""
        self._sell()
        rule = self.env.ref("crm_customer_archive.ranking_company")
        [run_id] = rule.action_compute(self.today)
        run = self.env["crm.account.ranking"].browse(run_id)
        places = {
            kind: run.line_ids.filtered(lambda line, kind=kind: line.kind == kind)
            .sorted("rank")
            .customer_id
            for kind in ("sales", "growth", "margin")
        }
        self.assertEqual(places["sales"], self.a + self.b + self.c)
        self.assertEqual(places["growth"], self.b + self.a)
        self.assertEqual(places["margin"][0], self.c)
        best = run.line_ids.filtered(
            lambda line: line.kind == "growth" and line.rank == 1
        )
        self.assertAlmostEqual(best.growth, 400)
        self.assertAlmostEqual(best.amount, 5000)
        self.assertAlmostEqual(best.margin_rate, 40)
        self.assertEqual(best.action_plan()["context"]["default_kind"], "key")
        # the same day again is the same run; two places are two
        rule.top = 2
        self.assertEqual(rule.action_compute(self.today), [run_id])
        run.invalidate_recordset()
        self.assertEqual(len(run.line_ids), 6)
        region = self.env.ref("crm_customer_archive.ranking_region")
        run = run.browse(region.action_compute(self.today))
        self.assertEqual(run.line_ids.region_id, self.a.state_id)
        groups = run._printed_groups()
        self.assertEqual([place for place, _k, _c in groups], [self.a.state_id])
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "crm_customer_archive.report_account_ranking", run.ids
        )
        self.assertIn("Firm A", html.decode())
        department = self.env.ref("crm_customer_archive.ranking_department")
        run = run.browse(department.action_compute(self.today))
        self.assertFalse(run.line_ids, "nobody is of a department")

    def test_minimum_and_year(self):
        self._sell()
        rule = self.env.ref("crm_customer_archive.ranking_company")
        rule.min_amount = 2000
        run = self.env["crm.account.ranking"].browse(rule.action_compute(self.today))
        growth = run.line_ids.filtered(lambda line: line.kind == "growth")
        self.assertEqual(growth.customer_id, self.a, "b had 1000 before")
        rule = self.env.ref("crm_customer_archive.ranking_company_year")
        run = run.browse(rule.action_compute_and_open()["res_id"])
        self.assertEqual((run.date_from.month, run.date_from.day), (1, 1))
        self.assertEqual(run.previous_to, run.date_to - relativedelta(years=1))

    def test_who_computes_and_sees(self):
        self._sell()
        rule = self.env.ref("crm_customer_archive.ranking_company")
        with self.assertRaises(AccessError):
            rule.with_user(self.seller).action_compute()
        with self.assertRaises(UserError):
            rule.action_compute("2099-01-01")
        run = self.env["crm.account.ranking"].browse(rule.action_compute(self.today))
        seen = (
            self.env["crm.account.ranking.line"]
            .with_user(self.seller)
            .search([("ranking_id", "=", run.id)])
        )
        self.assertEqual(seen.customer_id, self.a)

    def test_cron_once_a_month(self):
        cron = self.env.ref("crm_customer_archive.ir_cron_account_ranking")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        runs = self.env["crm.account.ranking"].search_count([])
        self.assertTrue(runs)
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(self.env["crm.account.ranking"].search_count([]), runs)

    def _propose(self):
        return self.env["crm.problem.proposal"].action_propose_now()["proposed"]

    def test_falling_sales_and_late_payment(self):
        """Proposed once, with today's signals; taken up as a plan, or dismissed."""
        self.env["crm.problem.rule"].search([]).quiet_days = 0
        late = self.env.ref("crm_customer_archive.problem_rule_late")
        self._invoice(self.a, 200, 100, 8, due=self.today + relativedelta(days=5))
        self._invoice(self.a, 50, 100, 1, due=self.today + relativedelta(days=5))
        self._invoice(self.b, 1, 100, 1, due=self.today - relativedelta(days=31))
        self._invoice(self.c, 1, 100, 1, due=self.today - relativedelta(days=30))
        self.assertEqual(self._propose(), 2)
        self.assertEqual(self._propose(), 0)
        proposals = self.env["crm.problem.proposal"].search(
            [("customer_id", "in", self.customers.ids)]
        )
        self.assertEqual(proposals.customer_id, self.a + self.b)
        by_customer = {p.customer_id: p for p in proposals}
        self.assertIn("75 %", by_customer[self.a].signal_text)
        self.assertIn("31", by_customer[self.b].signal_text)
        late.threshold = 30
        self.assertEqual(self._propose(), 1)
        [plan_id] = by_customer[self.a].with_user(self.seller).action_accept()
        plan = self.env["crm.account.plan"].browse(plan_id)
        self.assertEqual((plan.kind, plan.customer_id), ("problem", self.a))
        self.assertIn("75 %", plan.symptoms)
        with self.assertRaises(UserError):
            by_customer[self.a].action_accept()
        self.assertEqual(self._propose(), 0, "a plan is under way")
        other = by_customer[self.b]
        with self.assertRaises(AccessError):
            other.with_user(self.seller).action_dismiss("没问题")
        with self.assertRaises(UserError):
            other.action_dismiss(" ")
        self.env["crm.account.ask"].with_context(active_ids=other.ids).create(
            {"step": "dismiss", "reason": "已付款"}
        ).action_confirm()
        self.assertEqual((other.state, other.dismissal_reason), ("dismissed", "已付款"))
        late.quiet_days = 10
        self.assertEqual(self._propose(), 0, "quiet for the days of the rule")
        late.quiet_days = 0
        self.assertEqual(self._propose(), 1)

    def test_actual_sales_beside_the_target(self):
        self._sell()
        plan = self.env["crm.account.plan"].create(
            {
                "kind": "key",
                "customer_id": self.a.id,
                "date_from": self.today - relativedelta(months=3),
                "date_to": self.today,
                "sales_target": 20000,
            }
        )
        self.assertEqual((plan.actual_sales, plan.target_rate), (10000, 50))

    def test_only_managers_look_for_problems(self):
        with self.assertRaises(AccessError):
            self.env["crm.problem.proposal"].with_user(self.seller).action_propose_now()
        self._invoice(self.b, 1, 100, 3)
        with self.enter_registry_test_mode():
            self.env.ref("crm_customer_archive.ir_cron_problem").method_direct_trigger()
        found = self.env["crm.problem.proposal"].search(
            [("customer_id", "=", self.b.id)]
        )
        self.assertEqual(found.state, "proposed")
