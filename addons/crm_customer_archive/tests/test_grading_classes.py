"""Classes: every shipped scheme, first hit, bands, grace, proposals, preview."""

from unittest.mock import patch

from dateutil.relativedelta import relativedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .grading_common import GradingCase


@tagged("post_install", "-at_install")
class TestGradingSchemes(GradingCase):
    def test_shipped(self):
        """Every policy with tiers has a complete scheme and deciders."""
        for code in "csd gen real post fuel ka cons brk chan auto".split():
            scheme = self._scheme(code)
            self.assertTrue(scheme.ready, code)
            self.assertTrue(scheme.class_ids, code)
            for model, step in (
                ("crm.customer.class.proposal", "apply"),
                ("crm.customer.class.judgement", "judge"),
            ):
                self.company.policy_grading_profile_id = scheme.profile_id
                self._authority(model, step)

    def test_csd_percentile(self):
        """Without own purchases the percentile of the rank decides (GAP-39)."""
        scheme = self._scheme("csd")
        customers = self._customers(12)
        for number, customer in enumerate(customers[:11]):
            self._sell(customer, 1000 - 10 * number)
        self._run(scheme)
        self.assertEqual(self._held(scheme, customers), list("AABCDEEEEEEE"))
        standing = self.Standing.search(
            [("partner_id", "=", customers[0].id), ("scheme_id", "=", scheme.id)]
        )
        self.assertEqual(standing.share_base, "percentile")
        self.assertEqual((standing.rank, standing.class_rank), (1, 1))
        self.assertEqual(standing.share, 100)

    def test_csd_own_purchases(self):
        """Our sales as a share of what the customer buys; bounds are included below."""
        scheme = self._scheme("csd")
        customers = self._customers(6)
        for customer, share in zip(
            customers, (90, 89.99, 80, 70, 60, 59.99), strict=True
        ):
            customer.customer_purchases = 10000
            self._sell(customer, 100 * share)
        self._run(scheme)
        self.assertEqual(self._held(scheme, customers), list("ABBCDE"))
        standing = customers[0].class_standing_ids
        self.assertEqual(standing.share_base, "purchases")
        self.assertEqual(standing.amount, 9000)
        self.assertEqual(customers[0].customer_class_id.name, "Grade A")
        found = self.env["res.partner"].search(
            [("customer_class_id.code", "=", "B"), ("id", "in", customers.ids)]
        )
        self.assertEqual(found, customers[1:3])
        groups = self.env["res.partner"]._read_group(
            [("id", "in", customers.ids)], ["customer_class_id"], ["__count"]
        )
        self.assertEqual([count for _class, count in groups], [1, 2, 1, 1, 1])

    def test_real(self):
        """50 and 8 million are included; any purchase is C; enquirers are E."""
        scheme = self._scheme("real")
        customers = self._customers(6)
        for customer, amount in zip(
            customers[:4], (50e6, 49999999, 8e6, 1), strict=True
        ):
            self._sell(customer, amount, self.today - relativedelta(years=9))
        customers[4].customer_scope = "intends"
        self._run(scheme)
        self.assertEqual(self._held(scheme, customers), list("ABBCDE"))

    def test_post(self):
        """Agreement signed, bounds, coefficient for VIP only, beyond the city."""
        scheme = self._scheme("post")
        customers = self._customers(9)
        amounts = (5e6, 2e6, 2e5, 1e4, 9000, 8999, 3e6, 2e6, 100)
        for customer, amount in zip(customers, amounts, strict=True):
            customer.agreement_date = "2026-01-01"
            self._sell(customer, amount)
        customers[6:8].beyond_city = True
        customers[8].upstream_registered = True
        customers[0].agreement_date = False
        scheme.coefficient_ids = [
            (0, 0, {"department_id": self.departments["sales"].id, "coefficient": 0.9})
        ]
        self._run(scheme)
        self.assertEqual(
            self._held(scheme, customers),
            [None, "platinum", "gold", "vip", "vip", None, "diamond", "platinum"]
            + ["diamond"],
        )
        for wrong in (0.7, 1.1):
            with self.assertRaises(ValidationError):
                scheme.coefficient_ids.coefficient = wrong

    def test_fuel(self):
        """Tonnes; the lowest band wins; the largest of each level are marked."""
        scheme = self._scheme("fuel")
        scheme.top_count = 1
        self.product.uom_id = self.env.ref("uom.product_uom_kgm")
        customers = self._customers(7)
        tonnes = (500, 100, 50, 20, 19.9, 10, 0)
        for customer, weight in zip(customers, tonnes, strict=True):
            if weight:
                self._sell(customer, 10, quantity=weight * 1000)
        self._run(scheme)
        self.assertEqual(
            self._held(scheme, customers),
            ["region", "city", "area", "station", "employee", "employee", "potential"],
        )
        top = self.Standing.search(
            [("scheme_id", "=", scheme.id), ("class_id.code", "=", "employee")]
        ).filtered("is_top")
        self.assertEqual(top.partner_id, customers[4])

    def test_ka(self):
        """Blank parameters: the rule is off. Given: all three must hold (GAP-43)."""
        scheme = self._scheme("ka")
        customers = self._customers(2)
        for _number in range(2):
            self._sell(customers[0], 500)
        self._sell(customers[1], 1000)
        self._run(scheme)
        self.assertEqual(self._held(scheme, customers), [None, None])
        rule = scheme.class_ids.rule_ids
        self.assertTrue(rule.is_off)
        for condition, value in zip(rule.condition_ids, (2, 1000, 10), strict=True):
            condition.write({"operator": "from", "value": value})
        self.assertFalse(rule.is_off)
        self._run(scheme)
        self.assertEqual(self._held(scheme, customers), ["key", None])

    def test_by_the_file(self):
        """Life-cycle stage, intermediary type and source decide where policies say."""
        stage = self.env["crm.customer.stage"].search([("code", "=", "developed")])
        kind = self.env["crm.intermediary.type"].search([("code", "=", "dealer")])
        customers = self._customers(2, stage_id=stage.id, intermediary_type_id=kind.id)
        customers[1].stage_id = customers[1].intermediary_type_id = False
        for code, expected in (
            ("cons", "developed"),
            ("chan", "dealer"),
            ("auto", "dealer"),
        ):
            scheme = self._scheme(code)
            self._run(scheme)
            self.assertEqual(self._held(scheme, customers), [expected, None], code)

    def test_growth_and_rank(self):
        """Growth against the period before, and the first of the rank."""
        scheme = self.Scheme.create(
            {
                "code": "TEST",
                "name": "Test",
                "profile_id": self.env.ref("crm_policy.profile_mth").id,
                "basis": "ordered",
                "class_ids": [
                    (
                        0,
                        0,
                        {
                            "code": code,
                            "name": code,
                            "sequence": number,
                            "rule_ids": [
                                (
                                    0,
                                    0,
                                    {
                                        "name": code,
                                        "condition_ids": [(0, 0, condition)],
                                    },
                                )
                            ],
                        },
                    )
                    for number, (code, condition) in enumerate(
                        (
                            (
                                "first",
                                {"measure": "rank", "operator": "top", "value": 1},
                            ),
                            (
                                "grows",
                                {"measure": "growth", "operator": "from", "value": 10},
                            ),
                        )
                    )
                ],
            }
        )
        customers = self._customers(4)
        before = self.today - relativedelta(months=13)
        self._sell(customers[0], 900)
        for customer, past, now in zip(
            customers[1:], (100, 100, 0), (110, 109, 50), strict=True
        ):
            if past:
                self._sell(customer, past, before)
            self._sell(customer, now)
        self._run(scheme)
        self.assertEqual(self._held(scheme, customers), ["first", "grows", None, None])
        with self.assertRaises(ValidationError):
            scheme.period_months = 0

    # ------------------------------------------------------------------- bands

    def _condition(self, code, letter):
        scheme = self._scheme(code)
        found = scheme.class_ids.filtered(lambda c: c.code == letter)
        return found.rule_ids.condition_ids

    def test_bands_refused(self):
        """Overlaps and gaps are refused, with both bands named."""
        band = self._condition("csd", "B")
        scheme = band.rule_id.scheme_id
        new = {"scheme_id": scheme.id, "code": "X", "name": "Class X"}
        new["rule_ids"] = [
            (
                0,
                0,
                {
                    "name": "X",
                    "condition_ids": [
                        (0, 0, {"measure": "share", "operator": "from", "value": 85})
                    ],
                },
            )
        ]
        with (
            self.assertRaisesRegex(ValidationError, "overlap.*Grade B.*Class X"),
            self.env.cr.savepoint(),
        ):
            self.env["crm.customer.class"].create(new)
        gap = "gap.*Grade C.*Grade A"
        with self.assertRaisesRegex(ValidationError, gap), self.env.cr.savepoint():
            band.unlink()
        with self.assertRaisesRegex(ValidationError, gap), self.env.cr.savepoint():
            band.rule_id.unlink()
        with self.assertRaisesRegex(ValidationError, gap), self.env.cr.savepoint():
            band.rule_id.class_id.active = False
        scheme.ready = False
        band.unlink()
        with self.assertRaisesRegex(ValidationError, gap), self.env.cr.savepoint():
            scheme.ready = True
        scheme.class_ids.filtered(lambda c: c.code == "B").rule_ids.condition_ids = [
            (
                0,
                0,
                {
                    "measure": "share",
                    "operator": "between",
                    "value": 80,
                    "value_to": 90,
                },
            )
        ]
        scheme.ready = True
        band = self._condition("csd", "B")
        with self.assertRaises(ValidationError):
            band.value_to = 70
        with self.assertRaises(ValidationError):
            band.write({"operator": "top"})
        with self.assertRaises(ValidationError):
            band.rule_id.write({"kind": "judgement"})
        with self.assertRaises(ValidationError), mute_logger("odoo.sql_db"):
            scheme.customer_domain = "[('no_such_field', '=', 1)]"

    def test_boundary_moves_on_both_sides(self):
        band = self._condition("csd", "B")
        band.value_to = 92
        self.assertEqual(self._condition("csd", "A").value, 92)
        band.value = 75
        self.assertEqual(self._condition("csd", "C").value_to, 75)

    # ---------------------------------------------------------------- movement

    def test_history_and_grace(self):
        """A lower class comes after the grace only; history tells the figures."""
        scheme = self._scheme("real")
        scheme.step_down_months = 2
        scheme.period_months = 12
        [customer] = self._customers(1)
        order = self._sell(customer, 9e6)
        result = self._run(scheme)
        self.assertEqual(result["moved"], result["customers"])
        self.assertEqual(self._held(scheme, customer), ["B"])
        order._action_cancel()
        self._sell(customer, 5000)
        later = self.today + relativedelta(days=10)
        self.assertEqual(self._run(scheme, day=later)["moved"], 0)
        standing = customer.class_standing_ids
        self.assertEqual(standing.class_id.code, "B")
        self.assertEqual(standing.figures_class_id.code, "C")
        self.assertEqual(standing.lower_since, later)
        self._run(scheme, day=later + relativedelta(months=1))
        self.assertEqual(self._held(scheme, customer), ["B"])
        day = later + relativedelta(months=2)
        self._run(scheme, day=day)
        self.assertEqual(self._held(scheme, customer), ["C"])
        new, old = customer.class_history_ids
        self.assertEqual((old.date_to, new.date_from), (day, day))
        self.assertEqual((old.amount, new.amount), (9e6, 5000))
        self.assertEqual((new.movement, new.previous_class_id.code), ("down", "B"))
        self.assertFalse(customer.class_standing_ids.lower_since)

    def test_twice_moves_nobody(self):
        scheme = self._scheme("csd")
        customers = self._customers(3)
        self._sell(customers[0], 100)
        self._run(scheme)
        rows = self.History.search_count([])
        self.assertEqual(self._run(scheme)["moved"], 0)
        self.assertEqual(self.History.search_count([]), rows)

    def test_queries_do_not_depend_on_customers(self):
        scheme = self._scheme("csd")
        self._run(scheme)

        def count():
            self.env.invalidate_all()
            self.env.flush_all()
            before = self.cr.sql_log_count
            self.Engine._run(scheme, self.company)
            return self.cr.sql_log_count - before

        self._customers(2)
        few = count()
        self._customers(20, start=200)
        self.assertLessEqual(count(), few)

    def test_leaving_the_scheme(self):
        """Who is not classified any more loses the class, visibly."""
        scheme = self._scheme("post")
        [customer] = self._customers(1, agreement_date="2026-01-01")
        self._sell(customer, 5e6)
        self._run(scheme)
        self.assertEqual(self._held(scheme, customer), ["diamond"])
        customer.agreement_date = False
        self._run(scheme)
        self.assertEqual(self._held(scheme, customer), [None])
        self.assertEqual(customer.class_history_ids[0].movement, "out")

    def test_putting_in_force(self):
        """Choosing the policy classifies at once; the file shows its class only."""
        csd, real = self._scheme("csd"), self._scheme("real")
        [customer] = self._customers(1)
        self._sell(customer, 9e6)
        self._run(csd)
        self._run(real)
        self.assertEqual(customer.customer_class_id.code, "A")
        self.assertFalse(customer.customer_card)
        self.company.policy_grading_profile_id = self.env.ref("crm_policy.profile_real")
        self.env.invalidate_all()
        self.assertEqual(customer.customer_class_id.scheme_id, real)
        self.assertEqual(customer.customer_class_id.code, "B")
        self.assertEqual(customer.customer_card, "Platinum card")
        self.assertTrue(customer.customer_class_since)
        self.company.policy_grading_profile_id = self.env.ref("crm_policy.profile_mag")
        self.env.invalidate_all()
        self.assertFalse(customer.customer_class_id)

    def test_other_company(self):
        """Each company has its own classes of a shared customer."""
        scheme = self._scheme("real")
        self.company.policy_grading_profile_id = scheme.profile_id
        customers = self._customers(1)
        customers.company_id = False
        self._sell(customers, 9e6)
        self._run(scheme)
        self.Engine._run(scheme, self.other_company)
        self.env.invalidate_all()
        self.assertEqual(customers.customer_class_id.code, "B")
        self.other_company.policy_grading_profile_id = scheme.profile_id
        self.env.invalidate_all()
        there = customers.with_company(self.other_company)
        self.assertEqual(there.customer_class_id.code, "E")
        self.assertEqual(customers.customer_class_id.code, "B")

    def test_cron(self):
        """The schemes in force and those beside, company by company."""
        self._scheme("csd")
        beside = self._scheme("brk")
        beside.compute_monthly = True
        [customer] = self._customers(1)
        self._sell(customer, 10)
        with patch.object(type(self.env["ir.cron"]), "_commit_progress"):
            self.Scheme._cron_recompute()
        self.env.invalidate_all()
        self.assertEqual(customer.customer_class_id.code, "A")
        self.assertEqual(self._held(beside, customer), ["deal"])

    # ---------------------------------------------------------------- preview

    def test_preview(self):
        """Who would move is shown; nothing moves; only policies' people decide."""
        csd, real = self._scheme("csd"), self._scheme("real")
        customers = self._customers(2)
        self._sell(customers[0], 9e6)
        self._run(csd)
        before = self.History.search_count([])
        action = real.with_user(self.user_sales_head).action_preview()
        preview = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(self.History.search_count([]), before)
        self.assertEqual(preview.in_force_id, csd)
        lines = preview.line_ids.filtered(lambda line: line.partner_id in customers)
        self.assertEqual(
            sorted(lines.mapped(lambda m: (m.old_class_id.code, m.new_class_id.code))),
            [("A", "B"), ("E", "E")],
        )
        counts = {s.class_id.code: s.then_count for s in preview.summary_ids}
        self.assertGreaterEqual(counts["B"], 1)
        preview.with_user(self.user_sales_head).action_compute()
        with self.assertRaises(AccessError):
            preview.with_user(self.user_sales_head).action_put_in_force()
        action = real.with_user(self.user_admin).action_preview()
        self.env[action["res_model"]].with_user(self.user_admin).browse(
            action["res_id"]
        ).action_put_in_force()
        self.env.invalidate_all()
        self.assertEqual(customers[0].customer_class_id.code, "B")

    def test_who_may_compute(self):
        scheme = self._scheme("csd")
        with self.assertRaises(UserError):
            scheme.with_user(self.user_sales).action_recompute()
        for user in (self.user_sales_head, self.user_specialist):
            result = scheme.with_user(user).action_recompute()
            self.assertFalse(result["proposal_id"])
        for user in (self.user_sales, self.user_director):
            with self.assertRaises(AccessError):
                scheme.with_user(user).write({"basis": "collected"})

    # --------------------------------------------------------------- proposals

    def _proposal(self):
        scheme = self._scheme("csd")
        scheme.apply_mode = "propose"
        customers = self._customers(3)
        for number, customer in enumerate(customers):
            self._sell(customer, 1000 - number)
        result = self._run(scheme)
        return (
            scheme,
            customers,
            self.env["crm.customer.class.proposal"].browse(result["proposal_id"]),
        )

    def test_proposal_applied(self):
        """Nothing moves before the decision; struck off lines never."""
        scheme, customers, proposal = self._proposal()
        self.assertEqual(self._held(scheme, customers), [None] * 3)
        self.assertTrue(proposal.name)
        head = self.user_sales_head
        line = proposal.line_ids.filtered(lambda m: m.partner_id == customers[2])
        line.with_user(head).action_strike_off()
        with self.assertRaises(UserError):
            self.History.with_user(self.user_sales).browse(line.id).action_put_back()
        proposal.with_user(head).action_submit()
        with self.assertRaises(UserError):
            line.with_user(head).action_put_back()
        with self.assertRaises(AccessError):
            proposal.with_user(head).action_approve()
        # a computation in between leaves those waiting alone
        self._run(scheme)
        proposal.with_user(self.user_service_manager).action_approve()
        self.env.invalidate_all()
        self.assertEqual(proposal.state, "applied")
        self.assertEqual(self._held(scheme, customers), ["A", "E", None])
        self.assertEqual(line.state, "refused")
        applied = customers[0].class_history_ids
        self.assertEqual(applied.user_id, self.user_service_manager)
        self.assertEqual(customers[0].customer_class_id.code, "A")

    def test_proposal_refused(self):
        scheme, customers, proposal = self._proposal()
        proposal.with_user(self.user_sales_head).action_submit()
        proposal.with_user(self.user_service_manager).action_reject("not yet")
        self.env.invalidate_all()
        self.assertEqual(proposal.state, "refused")
        self.assertEqual(set(proposal.line_ids.mapped("state")), {"refused"})
        self.assertEqual(self._held(scheme, customers), [None] * 3)

    def test_proposal_renewed(self):
        """The next computation replaces the moves of an open proposal."""
        scheme, customers, proposal = self._proposal()
        again = self._run(scheme)
        self.assertEqual(again["proposal_id"], proposal.id)
        own = proposal.line_ids.filtered(lambda line: line.partner_id in customers)
        self.assertEqual(len(own), 3)
        scheme.apply_mode = "apply"
        self._run(scheme)
        scheme.apply_mode = "propose"
        self.assertFalse(self._run(scheme)["proposal_id"])
        self.assertEqual(proposal.state, "replaced")

    def test_proposal_overtaken(self):
        """Who moved otherwise in the meantime keeps that class."""
        scheme, customers, proposal = self._proposal()
        proposal.with_user(self.user_sales_head).action_submit()
        self._run(scheme, apply=True)
        self._sell(customers[2], 9e6)
        proposal.with_user(self.user_service_manager).action_approve()
        self.env.invalidate_all()
        self.assertEqual(set(proposal.line_ids.mapped("state")), {"overtaken"})
        self.assertEqual(len(self.History._current(customers, scheme, self.company)), 3)

    def test_empty_proposal(self):
        _scheme, _customers, proposal = self._proposal()
        proposal.line_ids.with_user(self.user_specialist).action_strike_off()
        with self.assertRaises(UserError):
            proposal.with_user(self.user_specialist).action_submit()
