"""The monthly figures of the policy register, and attacks on them and on the rules."""

import re

from odoo.exceptions import AccessError, UserError
from odoo.fields import Date, Datetime, Domain
from odoo.tests import freeze_time, tagged

from .common import PolicyCase, RpcAbuseCase


@tagged("post_install", "-at_install")
@freeze_time("2026-03-15 04:00:00")
class TestMonths(PolicyCase):
    """Figures per rule and month over a model every installation has."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company.resource_calendar_id.tz = "America/New_York"
        cls.rule = cls.env["crm.policy.rule"].create(
            {
                "code": "OWN-7",
                "name": "On time",
                "text": "On time.",
                "carried": "measured",
                "measure_model": "resource.calendar.leaves",
                "date_field": "date_from",
                "company_field": "company_id",
                "case_domain": "[('name', '=like', 'REG%')]",
                "breach_domain": "[('name', '=', 'REG late')]",
                "target": 40,
            }
        )
        cls.set_months(3)
        cls.months = cls.env["crm.policy.rule.month"]

    @classmethod
    def set_months(cls, number):
        cls.env["ir.config_parameter"].set_param("crm_policy.rule_months", number)

    def case(self, moment, late=False, company=None, count=1):
        company = company or self.company
        return self.env["resource.calendar.leaves"].create(
            [
                {
                    "name": "REG late" if late else "REG",
                    "calendar_id": company.resource_calendar_id.id,
                    "date_from": moment,
                    "date_to": Datetime.add(Datetime.to_datetime(moment), hours=1),
                }
            ]
            * count
        )

    def figure(self, month, company=None):
        return self.months.search(
            [
                ("rule_id", "=", self.rule.id),
                ("month", "=", month),
                ("company_id", "=", (company or self.company).id),
            ]
        )

    def refresh(self):
        return self.rule.with_user(self.user_director).action_refresh_months()

    def test_figures(self):
        """Cases, breaches, rate, trend and target, month by month."""
        self.case("2026-01-10 03:00:00", count=2)
        self.case("2026-02-10 03:00:00")
        self.case("2026-02-11 03:00:00", late=True)
        self.case("2026-03-02 03:00:00", count=3)
        self.case("2026-03-03 03:00:00", late=True)
        self.case("2026-03-03 03:00:00").name = "not a case"
        companies = self.env["res.company"].search_count([])
        self.assertEqual(self.refresh(), 3 * companies)
        january, february, march = (
            self.figure(month) for month in ("2026-01-01", "2026-02-01", "2026-03-01")
        )
        for figure, cases, breaches, rate, trend, exceeded in (
            (january, 2, 0, 0, "none", False),
            (february, 2, 1, 50, "worse", True),
            (march, 4, 1, 25, "better", False),
        ):
            self.assertEqual((figure.cases, figure.breaches), (cases, breaches))
            self.assertAlmostEqual(figure.rate, rate)
            self.assertEqual((figure.trend, figure.exceeded), (trend, exceeded))
        self.assertAlmostEqual(march.previous_rate, 50)
        self.assertAlmostEqual(march.change, -25)
        self.assertFalse(self.figure("2026-03-01", self.other_company).cases)
        self.assertFalse(self.figure("2025-12-01"), "older than the months counted")

    def test_count_again(self):
        """Counting again updates the same rows; older months keep their figures."""
        late = self.case("2026-03-03 03:00:00", late=True)
        self.case("2026-01-03 03:00:00")
        self.refresh()
        figure = self.figure("2026-03-01")
        self.assertEqual((figure.breaches, figure.exceeded), (1, True))
        late.name = "REG"
        self.set_months(1)
        self.case("2026-01-03 03:00:00")
        self.refresh()
        self.assertEqual(self.figure("2026-03-01"), figure)
        self.assertEqual((figure.cases, figure.breaches), (1, 0))
        self.assertEqual(self.figure("2026-01-01").cases, 1)

    def test_local_months(self):
        """A month begins at midnight where the company works, not in London."""
        self.case("2026-02-28 15:59:59")  # 23:59:59 in Shanghai
        self.case("2026-02-28 16:00:00", late=True)  # 1 March, 00:00 in Shanghai
        self.case("2026-03-01 04:59:59", company=self.other_company)  # 28 February
        self.case("2026-03-01 05:00:00", company=self.other_company)  # 1 March
        self.refresh()
        for company, month, cases in (
            (self.company, "2026-02-01", 1),
            (self.company, "2026-03-01", 1),
            (self.other_company, "2026-02-01", 1),
            (self.other_company, "2026-03-01", 1),
        ):
            self.assertEqual(self.figure(month, company).cases, cases)
        march = self.figure("2026-03-01")
        action = march.with_user(self.user_director).action_open_breaches()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found.date_from, Datetime.to_datetime("2026-02-28 16:00:00"))

    def test_date_field_without_company(self):
        """Dates need no time zone; records without company have one figure."""
        self.rule.write(
            {
                "measure_model": "hr.employee",
                "company_field": False,
                "date_field": "birthday",
                "case_domain": "[('name', '=like', 'REG%')]",
                "breach_domain": "[('name', '=', 'REG late')]",
            }
        )
        self.env["hr.employee"].create(
            [
                {"name": "REG", "birthday": "2026-02-28", "active": False},
                {"name": "REG late", "birthday": "2026-03-01"},
            ]
        )
        self.refresh()
        figures = self.rule.month_ids.sorted("month")
        self.assertEqual(figures.mapped("cases"), [0, 1, 1])
        self.assertEqual(figures.mapped("breaches"), [0, 0, 1])
        self.assertFalse(figures.company_id)
        action = figures[-1].action_open_cases()
        found = self.env["hr.employee"].search(action["domain"])
        self.assertEqual(found.name, "REG late")

    def test_new_definition(self):
        """A new definition drops what the old one counted; a new target does not."""
        self.case("2026-03-03 03:00:00", late=True)
        self.refresh()
        figure = self.figure("2026-03-01")
        self.assertTrue(figure.exceeded)
        self.rule.with_user(self.user_admin).target = 100
        self.assertFalse(figure.exceeded)
        self.rule.with_user(self.user_admin).breach_domain = "[('name', '=', 'REG')]"
        self.assertFalse(figure.exists())

    def test_group_rate(self):
        """The rate of a group is all its breaches in percent of all its cases."""
        self.case("2026-02-10 03:00:00", late=True)
        self.case("2026-03-02 03:00:00", count=9)
        self.refresh()
        [(rate, cases)] = self.months._read_group(
            [("rule_id", "=", self.rule.id)], [], ["rate:avg", "cases:sum"]
        )
        self.assertEqual(cases, 10)
        self.assertAlmostEqual(rate, 10)

    def test_queries_do_not_grow(self):
        """As many queries for 60 records in 24 months as for one in two."""
        self.set_months(2)
        self.case("2026-03-02 03:00:00")
        self.refresh()
        few = self.count_queries()
        self.set_months(24)
        for month in range(1, 13):
            self.case(f"2025-{month:02d}-02 03:00:00", count=3)
            self.case(f"2025-{month:02d}-03 03:00:00", late=True, count=2)
        many = self.count_queries()
        self.assertEqual(self.figure("2025-06-01").cases, 5)
        self.assertEqual(many, few)

    def count_queries(self):
        self.refresh()  # fills the caches of settings and rights
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.refresh()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_click_through_obeys_rights(self):
        """The figure counts all; the list behind it shows what the reader may see."""
        mine = self.case("2026-03-02 03:00:00", late=True)
        secret = self.case("2026-03-03 03:00:00", late=True)
        self.env["ir.rule"].create(
            {
                "name": "one secret",
                "model_id": self.env["ir.model"]._get_id("resource.calendar.leaves"),
                "domain_force": f"[('id', '!=', {secret.id})]",
            }
        )
        self.refresh()
        figure = self.figure("2026-03-01").with_user(self.user_sales_head)
        self.assertEqual(figure.breaches, 2)
        action = figure.action_open_breaches()
        found = figure.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, mine)
        self.env["ir.model.access"].search(
            [("model_id.model", "=", "resource.calendar.leaves")]
        ).unlink()
        with self.assertRaises(AccessError):
            figure.action_open_cases()

    def test_addon_gone(self):
        """The figures stay when the addon is gone; the way to the records is shut."""
        self.case("2026-03-02 03:00:00")
        self.refresh()
        figure = self.figure("2026-03-01")
        self.env.cr.execute(
            "UPDATE crm_policy_rule SET measure_model = 'crm.gone' WHERE id = %s",
            [self.rule.id],
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "OWN-7 cannot be shown"):
            figure.action_open_cases()

    def test_failing_rule(self):
        """Nightly, a rule that fails is marked and the others are counted."""
        broken = self.rule.copy({"code": "OWN-8"})
        self.env.cr.execute(
            "UPDATE crm_policy_rule SET breach_domain = %s WHERE id = %s",
            ["[('gone', '=', 1)]", broken.id],
        )
        self.env.invalidate_all()
        self.case("2026-03-02 03:00:00")
        with self.assertLogs("odoo.addons.crm_policy", "WARNING") as log:
            self.months._cron_refresh()
        self.assertIn("OWN-8 cannot be counted", log.output[0])
        self.assertIn("gone", broken.measure_error)
        self.assertEqual(self.figure("2026-03-01").cases, 1)
        with self.assertRaises(ValueError):
            broken.action_refresh_months()
        broken.breach_domain = self.rule.breach_domain
        self.assertFalse(broken.measure_error)
        self.months._cron_refresh()
        self.assertFalse(broken.measure_error)
        self.assertEqual(sum(broken.month_ids.mapped("cases")), 1)

    def test_cron(self):
        cron = self.env.ref("crm_policy.ir_cron_rule_months")
        self.case("2026-03-02 03:00:00")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.figure("2026-03-01").cases, 1)

    def test_screen(self):
        """The screen opens on this and last month; the button counts and reloads."""
        self.case("2026-02-02 03:00:00")
        director = self.months.with_user(self.user_director)
        self.assertEqual(director.action_refresh()["tag"], "soft_reload")
        action = self.rule.with_user(self.user_director).action_open_months()
        self.assertEqual(self.months.search(action["domain"]), self.rule.month_ids)
        view = self.env.ref("crm_policy.crm_policy_rule_month_view_search")
        recent = re.search(
            r'name="filter_recent"[^>]*domain="([^"]+)"', view.arch
        ).group(1)
        domain = Domain([("month", ">=", "=1d -1m"), ("month", "<=", "today")])
        self.assertIn("=1d -1m", recent)
        shown = self.months.search(domain & Domain("rule_id", "=", self.rule.id))
        self.assertEqual(
            set(shown.mapped("month")),
            {Date.to_date("2026-02-01"), Date.to_date("2026-03-01")},
        )


@tagged("post_install", "-at_install")
class TestRegisterRpc(RpcAbuseCase):
    """Over RPC: nobody forges figures, only administrators edit the register."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.env.ref("crm_policy.rule_cmp_64")
        cls.figure, cls.foreign = cls.env["crm.policy.rule.month"].create(
            [
                {
                    "rule_id": cls.rule.id,
                    "company_id": company.id,
                    "month": "2020-01-01",
                    "cases": 10,
                    "breaches": 4,
                }
                for company in (cls.company, cls.other_company)
            ]
        )

    def test_figures_are_nobodys(self):
        """No user creates, edits, imports or deletes a figure."""
        model, vals = "crm.policy.rule.month", {"breaches": 0}
        for user in (self.user_sales, self.user_gm, self.user_admin):
            with self.refused(f"{user.login} creates a figure"):
                self.rpc(
                    user,
                    model,
                    "create",
                    [{"rule_id": self.rule.id, "month": "2020-02-01", "cases": 1}],
                )
            for context in ({}, self.CONTEXT_KEYS):
                with self.refused(f"{user.login} writes a figure"):
                    self.rpc(
                        user, model, "write", self.figure.ids, vals, context=context
                    )
            with self.refused(f"{user.login} deletes a figure"):
                self.rpc(user, model, "unlink", self.figure.ids)
            with self.refused(f"{user.login} calls the counting itself"):
                self.rpc(user, model, "_store_rows", [])
        with self.refused("a figure written through its rule"):
            self.rpc(
                self.user_admin,
                "crm.policy.rule",
                "write",
                self.rule.ids,
                {"month_ids": [(1, self.figure.id, vals)]},
            )
        self.assertEqual(self.figure.breaches, 4)

    def test_register_is_the_administrators(self):
        """The general manager reads the register and changes nothing."""
        for user in (self.user_sales, self.user_gm, self.user_gmo):
            for vals in ({"carried": "procedure"}, {"target": 100}, {"text": "No."}):
                for context in ({}, self.CONTEXT_KEYS):
                    with self.refused(f"{user.login} writes {vals}"):
                        self.rpc(
                            user,
                            "crm.policy.rule",
                            "write",
                            self.rule.ids,
                            vals,
                            context=context,
                        )
            with self.refused(f"{user.login} deletes a rule"):
                self.rpc(user, "crm.policy.rule", "unlink", self.rule.ids)
            [row] = self.rpc(
                user, "crm.policy.rule", "read", self.rule.ids, ["code", "text"]
            )
            self.assertEqual(row["code"], "CMP-64")
        with self.refused("an administrator deletes a rule of the catalogue"):
            self.rpc(self.user_admin, "crm.policy.rule", "unlink", self.rule.ids)

    def test_who_reads_figures(self):
        """Managers and the desk read figures of their companies, others none."""
        model, domain = "crm.policy.rule.month", [("month", "=", "2020-01-01")]
        for user in (self.user_sales_head, self.user_specialist, self.user_gm):
            found = self.rpc(user, model, "search", domain)
            self.assertEqual(found, self.figure.ids)
            with self.refused(f"{user.login} reads another company's figure"):
                self.rpc(user, model, "read", self.foreign.ids, ["cases"])
        for user in (self.user_sales, self.user_outsider):
            with self.refused(f"{user.login} reads figures"):
                self.rpc(user, model, "search_read", domain, ["cases"])
            with self.refused(f"{user.login} counts"):
                self.rpc(user, "crm.policy.rule", "action_refresh_months", [])

    def test_count_over_rpc(self):
        """A program counts by the same method as the button and gets a number."""
        self.env["crm.policy.rule"].search([("measure_model", "!=", False)]).write(
            {"active": False}
        )
        [rule_id] = self.rpc(
            self.user_admin,
            "crm.policy.rule",
            "create",
            [
                {
                    "code": "OWN-1",
                    "name": "Own",
                    "text": "Own.",
                    "carried": "measured",
                    "measure_model": "resource.calendar.leaves",
                    "date_field": "date_from",
                    "company_field": "company_id",
                    "case_domain": "[]",
                    "breach_domain": "[('name', '=', 'late')]",
                }
            ],
        )
        number = self.rpc(
            self.user_gm, "crm.policy.rule", "action_refresh_months", [rule_id]
        )
        companies = self.env["res.company"].search_count([])
        self.assertGreaterEqual(number, 13 * companies)
