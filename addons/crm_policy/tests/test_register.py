"""The policy register: its data, and what a rule and a measurement must be."""

import csv
import re
from collections import Counter

import polib
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import file_open, file_path, mute_logger

from .common import PolicyCase

RULES_PER_AREA = {"ARC": 254, "CMP": 187, "VIS": 231, "RET": 77}
CHINESE = re.compile("[\u4e00-\u9fff]")


def shipped_rules():
    """Return the rows of the shipped data files, as printed in the catalogue."""
    rows = []
    for area in RULES_PER_AREA:
        with file_open(f"crm_policy/data/crm.policy.rule-{area.lower()}.csv") as file:
            rows += list(csv.DictReader(file))
    return rows


@tagged("post_install", "-at_install")
class TestRegisterData(PolicyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rules = cls.env["crm.policy.rule"].search(
            [("code", "in", [row["code"] for row in shipped_rules()])]
        )

    def test_all_rules(self):
        """All 749 rules are there, without a gap in the numbers of an area."""
        self.assertEqual(len(self.rules), 749)
        self.assertEqual(Counter(self.rules.mapped("area")), Counter(RULES_PER_AREA))
        expected = {
            f"{area}-{number:02d}"
            for area, count in RULES_PER_AREA.items()
            for number in range(1, count + 1)
        }
        self.assertEqual(set(self.rules.mapped("code")), expected)

    def test_nothing_empty(self):
        """Every rule says what it is, what it asks for and where it stands."""
        for name in (
            "name",
            "text",
            "kinds",
            "profile_ids",
            "section",
            "source",
            "quote",
            "carried",
        ):
            empty = self.rules.filtered(lambda rule, name=name: not rule[name])
            self.assertFalse(empty.mapped("code"), name)
        for rule in self.rules:
            self.assertRegex(rule.source, r"^00[0-3]$", rule.code)
            self.assertRegex(rule.quote, CHINESE, rule.code)

    def test_external_ids(self):
        """Areas override a rule by its code: rule_cmp_12 for CMP-12."""
        for rule in self.rules:
            name = f"crm_policy.rule_{rule.code.lower().replace('-', '_')}"
            self.assertEqual(self.env.ref(name), rule)

    def test_profiles(self):
        """The 32 policies are there, and every one of them has rules."""
        profiles = self.env["crm.policy.profile"].search(
            [("rule_ids", "in", self.rules.ids)]
        )
        shipped = {
            code.strip().removeprefix("profile_").upper()
            for row in shipped_rules()
            for code in row["profile_ids/id"].split(",")
        }
        self.assertEqual(set(profiles.mapped("code")), shipped)
        self.assertEqual(len(shipped), 32)
        for profile in profiles:
            self.assertTrue(profile.name and profile.organization, profile.code)
            self.assertRegex(profile.source, CHINESE, profile.code)
            self.assertEqual(
                profile, self.env.ref(f"crm_policy.profile_{profile.code.lower()}")
            )
        pcb = self.env.ref("crm_policy.profile_pcb")
        self.assertEqual(pcb.rule_count, len(pcb.rule_ids))
        self.assertGreaterEqual(pcb.rule_count, 146)

    def test_kinds(self):
        """Eleven kinds, all used."""
        kinds = self.rules.kinds
        self.assertEqual("".join(sorted(kinds.mapped("code"))), "ACDFGKNOPRS")

    def test_chinese(self):
        """Every title, text, section and profile is translated."""
        catalog = polib.pofile(file_path("crm_policy/i18n/zh_CN.po"))
        chinese = {entry.msgid: entry.msgstr for entry in catalog}
        terms = {row[name] for row in shipped_rules() for name in ("name", "text")}
        terms |= {row["section"] for row in shipped_rules()}
        terms |= set(self.rules.profile_ids.mapped("name"))
        terms |= set(self.rules.kinds.mapped("name"))
        missing = [term for term in terms if not CHINESE.search(chinese.get(term, ""))]
        self.assertFalse(missing)

    def test_order(self):
        """Rules sort by number, not by letters: CMP-99 stands before CMP-100."""
        codes = self.rules.search([("area", "=", "CMP")]).mapped("code")
        self.assertLess(codes.index("CMP-99"), codes.index("CMP-100"))

    def test_carriers(self):
        """The shared machinery carries its own rules; a carrier not there shows."""
        rule = self.env.ref("crm_policy.rule_cmp_64")
        self.assertEqual(rule.carried, "reminded")
        self.assertEqual(rule.carried_by, "crm.routing.notice")
        self.assertFalse(rule.carrier_missing)
        rule.carried_by = "crm.routing.notice, crm.not.there"
        self.assertTrue(rule.carrier_missing)

    def test_find(self):
        """A rule is found by its code and by words of its title or text."""
        rule = self.env.ref("crm_policy.rule_cmp_64")
        for words in ("CMP-64", "Reminder (催办单)"):
            found = dict(self.env["crm.policy.rule"].name_search(words, limit=None))
            self.assertIn(rule.id, found)


@tagged("post_install", "-at_install")
class TestProfiles(PolicyCase):
    def test_defaults_of_a_new_company(self):
        """A new company starts with the documented policy of every topic."""
        in_force = {
            topic: self.company[name].code
            for topic, name in self.company._policy_topic_fields().items()
        }
        self.assertEqual(
            in_force,
            {
                "archive": "MAG",
                "credit": "MAG",
                "grading": "CSD",
                "complaint": "PCB",
                "visit_plan": "AUTO",
                "visit_staffing": "MAG",
                "returns": "MACH",
                "confidentiality": "REAL",
                "relation_expense": "FEE",
                "master_data": "STEEL",
            },
        )
        self.assertEqual(self.company._policy_profile("complaint").code, "PCB")

    def test_companies_older_than_the_app(self):
        """Companies without a policy get the default, a choice is left alone."""
        mtm = self.env.ref("crm_policy.profile_mach")
        self.company.policy_complaint_profile_id = False
        self.company.policy_archive_profile_id = mtm
        self.env["res.company"]._policy_set_default_profiles()
        self.assertEqual(self.company.policy_complaint_profile_id.code, "PCB")
        self.assertEqual(self.company.policy_archive_profile_id, mtm)

    def test_settings(self):
        """Settings choose the policy of the current company only."""
        gcmp = self.env.ref("crm_policy.profile_gcmp")
        admin = new_test_user(
            self.env,
            login="register_settings",
            groups="crm_policy.group_admin,base.group_system",
            company_id=self.company.id,
            company_ids=self.company.ids,
        )
        settings = Form(
            self.env["res.config.settings"].with_user(admin).with_company(self.company)
        )
        settings.policy_complaint_profile_id = gcmp
        settings.policy_rule_months = 3
        settings.save().execute()
        self.assertEqual(self.company.policy_complaint_profile_id, gcmp)
        self.assertEqual(self.other_company.policy_complaint_profile_id.code, "PCB")
        self.assertEqual(self.env["crm.policy.rule.month"]._months_counted(), 3)
        with self.assertRaises(ValidationError):
            self.env["res.config.settings"].create({"policy_rule_months": 0})

    def test_profile_in_force_stays(self):
        """A policy in force is neither archived nor deleted."""
        profile = self.env["crm.policy.profile"].create({"code": "NEW", "name": "New"})
        self.company.policy_returns_profile_id = profile
        with self.assertRaisesRegex(ValidationError, "NEW is in force"):
            profile.with_user(self.user_admin).active = False
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            with self.env.cr.savepoint():
                profile.with_user(self.user_admin).unlink()
        self.company.policy_returns_profile_id = self.env.ref("crm_policy.profile_mach")
        profile.with_user(self.user_admin).active = False
        self.assertFalse(profile.active)

    def test_rules_of_a_policy(self):
        profile = self.env.ref("crm_policy.profile_mach").with_user(self.user_sales)
        action = profile.action_open_rules()
        rules = self.env["crm.policy.rule"].search(action["domain"])
        self.assertEqual(rules, profile.rule_ids)

    def test_only_administrators_change_policies(self):
        profile = self.env.ref("crm_policy.profile_mach")
        for user in (self.user_sales, self.user_gm, self.user_specialist):
            with self.assertRaises(AccessError):
                profile.with_user(user).name = "Mine"
        self.assertTrue(profile.with_user(self.user_outsider).name)


@tagged("post_install", "-at_install")
class TestRules(PolicyCase):
    """Who may change the register, and what a measurement must be made of."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rules = cls.env["crm.policy.rule"].with_user(cls.user_admin)
        cls.rule = cls.rules.create(
            {"code": "OWN-1", "name": "Own rule", "text": "Close the door."}
        )
        cls.measurement = {
            "carried": "measured",
            "measure_model": "resource.calendar.leaves",
            "date_field": "date_from",
            "company_field": "company_id",
            "case_domain": "[('name', '=like', 'REG%')]",
            "breach_domain": "[('name', '=', 'REG late')]",
            "target": 10,
        }

    def test_own_rule(self):
        self.assertEqual((self.rule.area, self.rule.carried), ("OWN", "planned"))
        self.assertEqual(self.rule.display_name, "OWN-1 Own rule")
        self.rule.unlink()

    def test_code(self):
        """Codes follow the pattern, are unique and never change."""
        for code in ("OWN", "own-2", "OWN-x"):
            with self.assertRaisesRegex(ValidationError, "CMP-12"):
                self.rules.create({"code": code, "name": "x", "text": "x"})
        with self.assertRaisesRegex(UserError, "never changes"):
            self.rule.code = "OWN-2"
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            with self.env.cr.savepoint():
                self.rules.create({"code": "OWN-1", "name": "x", "text": "x"})

    def test_shipped_rule_stays(self):
        """Rules of the catalogue can be archived, not deleted."""
        rule = self.env.ref("crm_policy.rule_cmp_01").with_user(self.user_admin)
        with self.assertRaisesRegex(UserError, "CMP-01 belong to the catalogue"):
            rule.unlink()
        rule.action_archive()
        self.assertFalse(rule.active)

    def test_measured_needs_a_measurement(self):
        with self.assertRaisesRegex(ValidationError, "Measured Model, Date Field"):
            self.rule.carried = "measured"
        with self.assertRaisesRegex(ValidationError, "OWN-1 cannot be measured"):
            self.rule.measure_model = "res.partner"

    def test_wrong_measurements(self):
        """Each part of a measurement is checked, and the message names it."""
        for name, value, message in (
            ("case_domain", "[('name', '=',", "OWN-1: “Cases” is not a filter"),
            ("case_domain", "5", "OWN-1: “Cases” is not a filter"),
            ("breach_domain", "[('nam', '=', 1)]", "“Breaches” is not a filter"),
            ("breach_domain", "[('name', '~', 1)]", "“Breaches” is not a filter"),
            ("breach_domain", "__import__('os')", "“Breaches” is not a filter"),
            ("date_field", "name", "no stored field “name” of the right type"),
            ("date_field", "nowhere", "no stored field “nowhere”"),
            ("company_field", "calendar_id", "no stored field “calendar_id”"),
            ("measure_model", "res.config.settings", "keeps no records"),
        ):
            with self.subTest(name=name, value=value):
                with self.assertRaisesRegex(ValidationError, re.escape(message)):
                    self.rule.write({**self.measurement, name: value})
        self.rule.write(self.measurement)
        self.assertTrue(self.rule.measurable)

    def test_target_is_a_percentage(self):
        for target in (-1, 101):
            with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
                with self.env.cr.savepoint():
                    self.rule.write({**self.measurement, "target": target})
                    self.env.flush_all()

    def test_count_nothing_one_may_not_read(self):
        """Figures are counted with all rights: no way to count secrets."""
        with self.assertRaises(AccessError):
            self.rule.write(
                {
                    **self.measurement,
                    "measure_model": "ir.config_parameter",
                    "date_field": "create_date",
                    "company_field": False,
                    "case_domain": "[]",
                    "breach_domain": "[('value', 'like', 'a')]",
                }
            )
        with self.assertRaises(AccessError):
            self.rule.write(
                {
                    **self.measurement,
                    "measure_model": "hr.employee",
                    "date_field": "create_date",
                    "case_domain": "[]",
                    "breach_domain": "[('birthday', '>', '1990-01-01')]",
                }
            )

    def test_addon_not_installed(self):
        """A rule over a model that is not installed is shown as not measurable."""
        self.rule.write({**self.measurement, "measure_model": "crm.not.there"})
        self.assertFalse(self.rule.measurable)
        self.assertFalse(self.rule.action_refresh_months())

    def test_trace_is_of_people(self):
        """What an addon brings leaves no trace, what a person changes does."""
        rule = self.env.ref("crm_policy.rule_arc_55").with_context(
            tracking_disable=False
        )
        before = rule.message_ids
        rule._load_records_write({"carried": "procedure"})
        self.env.cr.precommit.run()
        self.assertEqual(rule.message_ids, before)
        rule.carried = "printed"
        self.env.cr.precommit.run()
        self.assertEqual(len(rule.message_ids - before), 1)

    def test_upgrade_keeps_own_measurement(self):
        """An upgrade brings what changed, but not over a target set by hand."""
        rule = self.env.ref("crm_policy.rule_arc_01")
        data = {
            "xml_id": "crm_policy.rule_arc_01",
            "values": {**self.measurement, "carried_by": "res.partner"},
        }
        self.env["crm.policy.rule"]._load_records([data], update=True)
        self.assertEqual((rule.target, rule.measure_customized), (10, False))
        rule.with_user(self.user_admin).target = 25
        self.assertTrue(rule.measure_customized)
        data["values"] = {**self.measurement, "target": 5, "carried_by": "res.users"}
        self.env["crm.policy.rule"]._load_records([data], update=True)
        self.assertEqual((rule.target, rule.carried_by), (25, "res.users"))
        rule.with_user(self.user_admin).measure_customized = False
        data["values"] = dict(self.measurement, target=5)
        self.env["crm.policy.rule"]._load_records([data], update=True)
        self.assertEqual(rule.target, 5)
