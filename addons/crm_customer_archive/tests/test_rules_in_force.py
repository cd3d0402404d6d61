"""Which figures of a policy are in force: profile, company, day; never two at once."""

from datetime import date

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from odoo.addons.crm_policy.tests.common import PolicyCase


@tagged("post_install", "-at_install")
class TestPolicyRecords(PolicyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Rule = cls.env["crm.credit.rule"]
        cls.profile = cls.env["crm.policy.profile"].create(
            {"code": "TESTP", "name": "Test policy"}
        )
        cls.company.policy_credit_profile_id = cls.profile
        cls.old = cls._rule("Until June", date_to="2026-06-30", max_days=31)
        cls.new = cls._rule("From July", date_from="2026-07-01", max_days=20)

    @classmethod
    def _rule(cls, name, **vals):
        return cls.Rule.create({"name": name, "profile_id": cls.profile.id, **vals})

    def _days(self, day):
        return self.Rule._for_company(self.company, day).max_days

    def test_day_decides(self):
        """The first and the last day are in force."""
        self.assertEqual(self._days(date(2026, 6, 30)), 31)
        self.assertEqual(self._days("2026-07-01"), 20)
        self.new.date_to = "2026-12-31"
        self.assertFalse(self.Rule._for_company(self.company, date(2027, 1, 1)))

    def test_own_before_shared(self):
        own = self._rule("Our own", company_id=self.company.id, max_days=7)
        self.assertEqual(self._days("2026-06-30"), 7)
        self.other_company.policy_credit_profile_id = self.profile
        rule = self.Rule._for_company(self.other_company, "2026-06-30")
        self.assertEqual(rule, self.old)
        own.active = False
        self.assertEqual(self._days("2026-06-30"), 31)
        own.active = True
        own.unlink()
        self.assertEqual(self._days("2026-06-30"), 31)

    def test_other_profile(self):
        self.company.policy_credit_profile_id = self.env.ref("crm_policy.profile_mag")
        rule = self.Rule._for_company(self.company)
        self.assertEqual(rule.profile_id.code, "MAG")
        self.assertNotIn(rule, self.old | self.new)

    def test_never_two_at_once(self):
        """Periods of one key may touch, not overlap; other companies do not count."""
        for vals in (
            {"date_from": "2026-06-30", "date_to": "2026-06-30"},
            {"date_from": "2027-01-01"},
            {"date_to": "2020-01-01"},
            {},
        ):
            with (
                self.assertRaisesRegex(ValidationError, "both be in force"),
                self.env.cr.savepoint(),
            ):
                self._rule("Too much", **vals)
        with (
            self.assertRaisesRegex(ValidationError, "“Until June” and “From July”"),
            self.env.cr.savepoint(),
        ):
            self.old.date_to = "2026-07-01"
        with (
            self.assertRaisesRegex(ValidationError, "before it begins"),
            self.env.cr.savepoint(),
        ):
            self.new.date_to = "2026-06-01"
        archived = self._rule("Archived", active=False)
        with (
            self.assertRaisesRegex(ValidationError, "both be in force"),
            self.env.cr.savepoint(),
        ):
            archived.active = True
        self._rule("Other company", company_id=self.other_company.id)

    def test_asked_once(self):
        """The database is asked once, for whatever number of documents."""
        today = self.company._policy_today()
        self.assertTrue(self.Rule._for_company(self.company, today).max_days)
        with self.assertQueryCount(0):
            for _document in range(50):
                self.assertTrue(self.Rule._for_company(self.company, today).max_days)

    def test_figures_bind_who_may_not_read_them(self):
        """Everybody is bound by the figures; only administrators change them."""
        rule = self.Rule.with_user(self.user_outsider)._for_company(
            self.company, "2026-07-01"
        )
        self.assertEqual(rule, self.new)
        for user in (self.user_sales, self.user_director):
            with self.assertRaises(AccessError):
                self.new.with_user(user).date_from = "2026-08-01"

    def test_all_policy_tables(self):
        """Every table of figures that documents ask for has one way to be in force."""
        names = self.env.registry.descendants(["crm.policy.record.mixin"], "_inherit")
        self.assertLessEqual(
            {"crm.credit.rule", "crm.customer.verification.rule"}, set(names)
        )
        for name in names:
            model = self.env[name]
            if model._abstract:
                continue
            self.assertTrue(model._policy_record_topics, name)
            for topic in model._policy_record_topics:
                self.assertIn(f"policy_{topic}_profile_id", self.company._fields)
            for view_type in ("list", "form"):
                arch = model.get_view(view_type=view_type)["arch"]
                for field in ("date_from", "date_to"):
                    self.assertIn(f'name="{field}"', arch, (name, view_type))
