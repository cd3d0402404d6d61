"""Classes by judgement: evidence, who decides, how long they hold; segments."""

import base64

from dateutil.relativedelta import relativedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .grading_common import GradingCase

PDF = base64.b64encode(b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")


@tagged("post_install", "-at_install")
class TestGradingJudgement(GradingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme = cls._scheme("real")
        cls.company.policy_grading_profile_id = cls.scheme.profile_id
        [cls.customer] = cls._customers(1)
        cls._sell(cls.customer, 1000)
        cls.Engine._run(cls.scheme, cls.company)
        cls.env.invalidate_all()
        cls.top = cls.scheme.class_ids[0]
        cls.criterion = cls.top.rule_ids.filtered(lambda r: r.kind == "judgement")[0]

    def _judge(self, customer=None, user=None, **vals):
        user = user or self.user_sales
        vals = {
            "partner_id": (customer or self.customer).id,
            "scheme_id": self.scheme.id,
            "class_id": self.top.id,
            "rule_id": self.criterion.id,
            "reason": "购买独立别墅,行业协会会长",
            "evidence_ids": [(0, 0, {"name": "合同.pdf", "datas": PDF})],
            **vals,
        }
        return self.env["crm.customer.class.judgement"].with_user(user).create(vals)

    def test_story(self):
        """Proposed with evidence, approved by the marketing director, in force."""
        self.assertEqual(self.customer.customer_class_id.code, "C")
        judgement = self._judge()
        self.assertEqual(judgement.present_class_id.code, "C")
        judgement.action_submit()
        for user in (self.user_sales, self.user_director, self.user_gm):
            with self.assertRaises(AccessError):
                judgement.with_user(user).action_approve()
        judgement.with_user(self.user_marketing_director).action_approve()
        self.env.invalidate_all()
        self.assertEqual(judgement.state, "approved")
        self.assertFalse(judgement.valid_to)
        self.assertEqual(self.customer.customer_class_id, self.top)
        row = self.customer.class_history_ids[0]
        self.assertEqual((row.origin, row.judgement_id), ("judged", judgement))
        self.assertEqual(row.rule_id, self.criterion)
        self.assertEqual(row.amount, 1000)
        # the computation keeps to it
        self._run(self.scheme)
        self.assertEqual(self._held(self.scheme, self.customer), ["A"])
        with self.assertRaises(UserError):
            judgement.with_user(self.user_sales).write({"reason": "another"})
        with self.assertRaises(UserError):
            judgement.with_user(self.user_sales).unlink()
        with self.assertRaises(AccessError):
            judgement.with_user(self.user_sales).action_revoke("no")
        with self.assertRaises(UserError):
            judgement.with_user(self.user_director).action_revoke(" ")
        judgement.with_user(self.user_director).action_revoke("别墅已转让")
        self.env.invalidate_all()
        self.assertEqual(self._held(self.scheme, self.customer), ["C"])
        self.assertEqual(self.customer.customer_class_id.code, "C")

    def test_incomplete(self):
        """Evidence, reason and criterion are asked for, by name."""
        for vals, text in (
            ({"evidence_ids": False}, "evidence"),
            ({"reason": " "}, "Reason"),
            ({"rule_id": False}, "criterion"),
        ):
            judgement = self._judge(**vals)
            with self.assertRaisesRegex(UserError, text):
                judgement.action_submit()
        draft = self._make_customer(number=900, name="Draft Ltd")
        with self.assertRaisesRegex(UserError, "not on file"):
            self._judge(draft).action_submit()

    def test_bad_input(self):
        wrong_class = self._scheme("csd").class_ids[0]
        tomorrow = self.today + relativedelta(days=1)
        small = {"name": "空.pdf", "datas": False}
        forged = {"name": "合同.pdf", "datas": base64.b64encode(b"MZ\x90\x00" * 20)}
        renamed = {"name": "notes.txt", "datas": PDF}
        for vals in (
            {"class_id": wrong_class.id},
            {"rule_id": wrong_class.rule_ids[0].id},
            {"rule_id": self.top.rule_ids.filtered(lambda r: r.kind == "figures").id},
            {"date": tomorrow},
            {"evidence_ids": [(0, 0, small)]},
            {"evidence_ids": [(0, 0, forged)]},
            {"evidence_ids": [(0, 0, renamed)]},
        ):
            with self.assertRaises(ValidationError, msg=str(vals)):
                self._judge(**vals)
        self.company.evidence_max_mb = 1
        large = base64.b64encode(b"%PDF-1.4\n" + b"x" * (1024 * 1024 + 1))
        with self.assertRaisesRegex(ValidationError, "MB"):
            self._judge(evidence_ids=[(0, 0, {"name": "大.pdf", "datas": large})])
        plain = self.env["res.partner"].create({"name": "Plain"})
        with self.assertRaises(ValidationError):
            self._judge(plain)
        foreign = self.env["ir.attachment"].create(
            {
                "name": "x.pdf",
                "datas": PDF,
                "res_model": "res.partner",
                "res_id": self.customer.id,
            }
        )
        with self.assertRaises(ValidationError):
            self._judge(evidence_ids=[(6, 0, foreign.ids)])

    def test_evidence_cannot_be_swapped(self):
        """Other bytes under the same file: the decision is not taken on them."""
        judgement = self._judge()
        judgement.action_submit()
        file = judgement.sudo().evidence_ids
        file.write({"datas": base64.b64encode(b"%PDF-1.4\nanother\n%%EOF\n")})
        self.env.invalidate_all()
        with self.assertRaises(UserError):
            judgement.with_user(self.user_marketing_director).action_approve()

    def test_newer_replaces_and_runs_out(self):
        """The latest counts; after its months the figures decide again."""
        self.scheme.judgement_months = 6
        first = self._judge()
        first.action_submit()
        first.with_user(self.user_marketing_director).action_approve()
        lower = self.scheme.class_ids.filtered(lambda c: c.code == "B")
        rule = lower.rule_ids.filtered(lambda r: r.kind == "judgement")[0]
        second = self._judge(class_id=lower.id, rule_id=rule.id)
        second.action_submit()
        second.with_user(self.user_marketing_director).action_approve()
        self.env.invalidate_all()
        self.assertEqual(first.state, "replaced")
        self.assertEqual(self._held(self.scheme, self.customer), ["B"])
        until = self.today + relativedelta(months=6, days=-1)
        self.assertEqual(second.valid_to, until)
        self._run(self.scheme, day=until)
        self.assertEqual(self._held(self.scheme, self.customer), ["B"])
        self._run(self.scheme, day=until + relativedelta(days=1))
        self.assertEqual(self._held(self.scheme, self.customer), ["C"])

    def test_refused(self):
        judgement = self._judge()
        judgement.action_submit()
        judgement.with_user(self.user_marketing_director).action_reject("证据不足")
        self.assertEqual(judgement.state, "refused")
        self.assertEqual(self._held(self.scheme, self.customer), ["C"])
        judgement.action_submit()
        judgement.action_withdraw_approval("补充材料")
        self.assertEqual(judgement.state, "draft")

    def test_who_sees(self):
        """Classes, figures and judgements are seen by whoever sees the customer."""
        judgement = self._judge()
        rows = self.customer.class_history_ids
        standing = self.customer.class_standing_ids.filtered(
            lambda s: s.scheme_id == self.scheme
        )
        self.env.flush_all()
        for user, sees in (
            (self.user_sales, True),
            (self.user_sales_head, True),
            (self.user_specialist, True),
            (self.user_sales2, False),
            (self.user_marketing_head, False),
            (self.user_other_company, False),
        ):
            for record in (judgement, rows[0], standing):
                found = (
                    record.with_user(user)
                    .with_context(allowed_company_ids=user.company_ids.ids)
                    .search([("id", "=", record.id)])
                )
                self.assertEqual(bool(found), sees, (user.login, record._name))
        with self.assertRaises(AccessError):
            self._judge(user=self.user_sales2)
        for values in ({"class_id": self.top.id}, {"amount": 1}, {"state": "refused"}):
            with self.assertRaises(AccessError):
                rows[0].write(values)
            for user in (self.user_sales, self.user_admin):
                with self.assertRaises(AccessError):
                    rows[0].with_user(user).write(values)

    def test_programs(self):
        """Look-up and proposal by code; the same reference is the same judgement."""
        customer = self.customer.with_user(self.user_sales)
        [found] = customer.get_customer_class()
        self.assertEqual((found["scheme"], found["class"]), ("REAL", "C"))
        self.assertEqual(found["card"], "Gold card")
        self.assertEqual(found["amount"], 1000)
        [none] = customer.get_customer_class("CSD")
        self.assertEqual((none["class"], none["since"]), ("", False))
        with self.assertRaises(UserError):
            customer.get_customer_class("NONE")
        with self.assertRaises(AccessError):
            customer.with_user(self.user_sales2).get_customer_class()
        data = {"name": "合同.pdf", "data": PDF.decode()}
        values = {
            "criterion": self.criterion.id,
            "evidence": [data],
            "client_reference": "J-1",
        }
        first = customer.propose_class_judgement("A", "别墅业主", **values)
        self.assertEqual(
            customer.propose_class_judgement("A", "别墅业主", **values), first
        )
        judgement = self.env["crm.customer.class.judgement"].browse(first)
        self.assertEqual(judgement.state, "review")
        for arguments in (
            {"class_code": "Z", "reason": "x"},
            {"class_code": "A", "reason": ""},
            {
                "class_code": "A",
                "reason": "x",
                "evidence": [{"name": "x.pdf", "data": "*"}],
            },
        ):
            with self.assertRaises(UserError):
                customer.propose_class_judgement(**arguments)
        self.company.policy_grading_profile_id = self.env.ref("crm_policy.profile_mag")
        with self.assertRaises(UserError):
            customer.get_customer_class()

    def test_dates_and_amounts_on_the_file(self):
        tomorrow = self.today + relativedelta(days=1)
        for values in (
            {"agreement_date": tomorrow},
            {"segment_birth_date": tomorrow},
        ):
            with self.assertRaises(UserError):
                self.customer.write(values)

    def test_class_stays(self):
        """Classes customers have been in are neither deleted nor moved."""
        used = self.customer.customer_class_id
        with self.assertRaises(ValidationError):
            used.unlink()
        with self.assertRaises(ValidationError):
            used.scheme_id = self._scheme("gen")
        self.assertEqual(used.customer_count, 1)
        self.assertTrue(used.rule_text)
        self.assertEqual(
            used.with_context(crm_class_with_scheme=True).display_name,
            "REAL: Fairly important customer",
        )
        for record in (used, used.scheme_id):
            self.assertTrue(
                record.action_open_customers()
                if record == used
                else record.action_open_standings()
            )
        button = used.scheme_id.with_user(self.user_specialist)
        self.assertEqual(
            button.action_recompute_button()["tag"], "display_notification"
        )


@tagged("post_install", "-at_install")
class TestSegments(GradingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.partner"].search([("is_crm_customer", "=", True)]).write(
            {"active": False}
        )
        cls.people = cls._customers(
            4,
            is_company=False,
            main_contact_name=False,
            main_contact_phone=False,
            main_contact_function=False,
        )
        cls.firms = cls._customers(2, start=300)

    def _segments(self, code):
        criterion = self.env["crm.customer.segment.criterion"].search(
            [("code", "=", code)]
        )
        return {s.name: (s.customer_count, s.share) for s in criterion.segment_ids}

    def test_values_and_bands(self):
        """Half-open bands; shares of those whose answer is known; firms not asked."""
        for person, sex, years, wage in zip(
            self.people,
            ("male", "male", "female", False),
            (18, 45, 60, 17),
            (1000, 3000, 999, 0),
            strict=True,
        ):
            person.segment_sex = sex
            person.segment_birth_date = self.today - relativedelta(years=years)
            person.segment_wage = wage
        self.assertEqual(self._segments("sex")["Male"][0], 2)
        self.assertAlmostEqual(self._segments("sex")["Male"][1], 66.7, 1)
        ages = self._segments("age")
        self.assertEqual([count for count, _share in ages.values()], [1, 1, 1, 1])
        wages = self._segments("wage")
        self.assertEqual([count for count, _share in wages.values()], [1, 1, 1])
        self.firms[0].segment_need = "production"
        self.assertEqual(self._segments("need")["Means of production"], (1, 100))
        spend = self._segments("spend")
        self.assertEqual(spend["Low spend"][0], 6)
        segment = self.env.ref("crm_customer_archive.segment_sex_2")
        action = segment.action_open_customers()
        self.assertEqual(action["domain"], [("id", "in", self.people[2].ids)])

    def test_refused(self):
        age = self.env.ref("crm_customer_archive.segment_age_2")
        with self.assertRaisesRegex(ValidationError, "overlap"):
            age.upper = 50
        with self.assertRaises(ValidationError):
            age.upper = 10
        with self.assertRaises(ValidationError):
            age.criterion_id.source = "number"
        spend = self.env.ref("crm_customer_archive.segment_criterion_spend")
        with self.assertRaises(ValidationError):
            spend.months = 0

    def test_printed(self):
        """Every printed table can be made, for few and for no customers."""
        scheme = self._scheme("csd")
        self._sell(self.firms[0], 5000)
        self._run(scheme)
        Report = self.env["ir.actions.report"].with_user(self.user_specialist)
        criteria = self.env["crm.customer.segment.criterion"].search([])
        for name, records in (
            ("report_customer_grading", scheme),
            ("report_customer_grading", self._scheme("gen")),
            ("report_customer_grade_catalogue", scheme),
            ("report_customer_levels", scheme),
            ("report_customer_register", self.people | self.firms),
            ("report_customer_classification", self.firms),
            ("report_customer_segments", criteria),
        ):
            # Lists of customers need a data request; here only what is printed counts.
            maker = Report.sudo() if records._name == "res.partner" else Report
            html, _kind = maker._render_qweb_html(
                f"crm_customer_archive.{name}", records.ids
            )
            self.assertIn(b"crm_form", html, name)
            if records == scheme and name != "report_customer_levels":
                self.assertIn(self.firms[0].customer_number.encode(), html, name)
