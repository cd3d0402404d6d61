"""Leaks: reported by anybody, handled by the office, decided by the GM (SM-06)."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from odoo.addons.crm_policy.tests.common import PASSWORD, RpcAbuseCase

from .common import ArchiveCase, ArchiveMixin


class IncidentMixin(ArchiveMixin):
    @classmethod
    def _setup_incident(cls):
        cls.hr = new_test_user(
            cls.env,
            "user_hr",
            groups="hr.group_hr_user,crm_policy.group_user",
            password=PASSWORD,
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.employee = cls.env["hr.employee"].search(
            [("user_id", "=", cls.user_sales2.id)]
        )
        cls.env.flush_all()

    @classmethod
    def _leak(cls, user=None, **kw):
        Incident = cls.env["crm.data.incident"].with_user(user or cls.user_outsider)
        leak_id = Incident.report_leak("A list was left in a taxi", **kw)
        return cls.env["crm.data.incident"].browse(leak_id)

    @classmethod
    def _handled(cls):
        leak = cls._leak(remedy="Called the taxi", employee_id=cls.employee.id)
        leak.with_user(cls.user_gmo).action_handle()
        return leak


@tagged("post_install", "-at_install")
class TestIncident(IncidentMixin, ArchiveCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_incident()

    def test_report_needs_words(self):
        """A program that sends nothing, or ids as text, is told so."""
        Incident = self.env["crm.data.incident"].with_user(self.user_outsider)
        for wrong, message in (
            ((" ",), "what leaked"),
            (("A list", None, "7"), "customer_ids must be a list of ids"),
            (("A list", None, None, 2**31), "employee_id must be the id"),
        ):
            with self.assertRaisesRegex(UserError, message):
                Incident.report_leak(*wrong)

    def test_light_case(self):
        """Any employee reports; the office has it at once; GM decides; HR releases."""
        leak = self._handled()
        self.assertEqual(leak.remedy, "Called the taxi")
        self.assertEqual(leak.routing_department_id, self.departments["gmo"])
        self.assertTrue(leak.routing_due)
        for amount in (99.99, 500.01, 0, -5):
            with self.assertRaisesRegex(UserError, "ARC-218"):
                leak.with_user(self.user_gmo).action_classify(["remedied"], amount)
        with self.assertRaises(AccessError):
            leak.with_user(self.user_director).action_classify(["remedied"], 100)
        leak.with_user(self.user_gmo).action_classify(["remedied"], 500)
        self.assertEqual(leak.gravity, "light")
        with self.assertRaises(AccessError):
            leak.with_user(self.user_deputy).action_approve()
        leak.with_user(self.user_gm).action_approve()
        self.assertEqual((leak.state, leak.payroll_state), ("light", "waiting"))
        self.assertEqual(leak.payroll_amount, 0, "nothing before HR's release")
        for user in (self.user_gmo, self.user_gm):
            if not user.has_group("hr.group_hr_user"):
                with self.assertRaises(AccessError):
                    leak.with_user(user).action_release_payroll()
        leak.with_user(self.hr).action_release_payroll("Lawful")
        self.assertEqual(leak.payroll_amount, 500)
        with self.assertRaises(UserError):
            leak.with_user(self.hr).action_refuse_payroll("Twice")
        leak.with_user(self.user_gmo).action_close()
        self.assertEqual(leak.state, "closed")
        page = self.env["ir.actions.report"]._render_qweb_html(
            "crm_customer_archive.report_data_incident", leak.ids
        )[0]
        self.assertIn(leak.name.encode(), page)

    def test_office_is_told(self):
        leak = self._leak()
        self.assertEqual(leak.state, "reported")
        self.assertIn(self.user_gmo, leak.activity_ids.user_id)
        # Its way is as secret as it is itself.
        stays = self.env["crm.routing.passage"]
        domain = [("model", "=", leak._name), ("res_id", "=", leak.id)]
        self.assertTrue(stays.with_user(self.user_gmo).search(domain))
        self.assertFalse(stays.with_user(self.user_specialist).search(domain))
        leak.with_user(self.user_gmo).action_handle()
        self.assertFalse(leak.activity_ids)

    def test_serious_wins(self):
        leak = self._handled()
        with self.assertRaisesRegex(UserError, "ARC-221"):
            leak.with_user(self.user_gmo).action_classify(["remedied", "loss"], 100)
        leak.with_user(self.user_gmo).action_classify(
            ["remedied", "loss"], compensation=9000
        )
        self.assertEqual(leak.gravity, "serious")
        leak.with_user(self.user_gm).action_approve()
        self.assertEqual((leak.state, leak.payroll_state), ("serious", "none"))

    def test_refusals(self):
        leak = self._leak()
        with self.assertRaises(UserError):
            leak.with_user(self.user_gmo).action_classify(["remedied"], 100)
        with self.assertRaises(AccessError):
            leak.with_user(self.user_sales).action_handle()
        leak.with_user(self.user_gmo).action_handle()
        for cases in (["nothing"], [], ["private_channel"]):
            with self.assertRaises(UserError):
                leak.with_user(self.user_gmo).action_classify(cases)
        with self.assertRaisesRegex(UserError, "Person concerned"):
            leak.with_user(self.user_gmo).action_classify(["remedied"], 200)
        with self.assertRaises(UserError):
            leak.with_user(self.user_gmo).action_dismiss("")
        leak.with_user(self.user_gmo).action_dismiss("Nothing leaked")
        self.assertEqual(leak.state, "closed")
        Incident = self.env["crm.data.incident"]
        with self.assertRaises(ValidationError):
            Incident.create({"description": " "})
        with self.assertRaises(ValidationError):
            Incident.create({"description": "x", "discovered_at": "2040-01-01"})
        with self.assertRaises(UserError):
            leak.unlink()

    def test_refused_by_gm_and_edit(self):
        leak = self._handled()
        leak.with_user(self.user_gmo).action_classify(["no_consequence"], 300)
        leak.with_user(self.user_gm).action_reject("Too much")
        self.assertEqual(leak.state, "handling")
        leak.with_user(self.user_gmo).action_classify(["no_consequence"], 100)
        leak.with_user(self.user_gm).action_approve()
        leak.with_user(self.hr).action_refuse_payroll("Unlawful")
        self.assertEqual(leak.payroll_amount, 0)

    def test_reported_by_the_discoverer(self):
        leak = (
            self.env["crm.data.incident"]
            .with_user(self.user_outsider)
            .create({"description": "x"})
        )
        with self.assertRaises(AccessError):
            leak.with_user(self.user_sales).action_report()
        with self.assertRaises(UserError):
            leak.action_remedied()
        leak.remedy = "Locked the door"
        leak.action_remedied()
        leak.action_report()
        self.assertEqual(leak.state, "reported")

    def test_raise_incident(self):
        customer = self._make_customer()
        leak = (
            self.env["crm.data.incident"]
            .with_user(self.user_sales)
            ._raise_incident(
                "channel", "Private phone", self.employee, customer.main_contact_id
            )
        )
        self.assertEqual((leak.kind, leak.state), ("channel", "reported"))
        self.assertEqual(leak.partner_ids, customer)
        leak.with_user(self.user_gmo).action_handle()
        leak.with_user(self.user_gmo).action_classify(["private_channel"])
        leak.with_user(self.user_gm).action_approve()
        self.assertTrue(self.employee.active, "nothing follows by itself (GAP-56)")

    def test_repeated(self):
        leak = self._leak(client_reference="L-1")
        self.assertEqual(self._leak(client_reference="L-1"), leak)

    def test_classify_wizard(self):
        leak = self._handled()
        wizard = (
            self.env["crm.data.incident.classify"]
            .with_user(self.user_gmo)
            .create(
                {
                    "incident_id": leak.id,
                    "case_ids": [
                        (
                            6,
                            0,
                            self.env.ref("crm_customer_archive.incident_case_loss").ids,
                        )
                    ],
                }
            )
        )
        self.assertEqual(wizard.gravity, "serious")
        wizard.action_confirm()
        self.assertEqual(leak.approval_state, "pending")


@tagged("post_install", "-at_install")
class TestIncidentRpc(IncidentMixin, RpcAbuseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_incident()

    def test_attacks(self):
        leak = self._handled()
        self.env.flush_all()
        self.attack(
            leak,
            create_vals={"description": "x"},
            final_states=("light", "serious", "closed"),
            guarded={
                "penalty_amount": 100.0,
                "payroll_state": "released",
                "reported_by_id": self.user_gm.id,
                "approval_state": "approved",
            },
            users=[self.user_outsider, self.user_gmo],
            strangers=[self.user_sales2, self.user_director, self.user_other_company],
        )
        leak_id = self.rpc(
            self.user_outsider, "crm.data.incident", "report_leak", "A list was lost"
        )
        self.assertTrue(leak_id)
