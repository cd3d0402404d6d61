"""Who sees which visits, and what nobody may write."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .common import NOW, VisitCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestVisitAccess(VisitCase):
    def _sees(self, user, record):
        record = record.with_user(user).with_context(
            allowed_company_ids=user.company_id.ids
        )
        found = record.search([("id", "=", record.id)])
        return bool(found)

    def test_own_team_all(self):
        """Own and taken part, heads their department, desk and directors all."""
        visit = self._make_visit(self.customer)
        visit.finding_ids = [(0, 0, {"name": "Price"})]
        plan = self.env["crm.visit.plan"].with_user(self.user_sales)
        plan = plan.create({"company_id": self.company.id})
        for record in (visit, visit.participant_ids, visit.finding_ids, plan):
            for user in (
                self.user_sales,
                self.user_sales_head,
                self.user_specialist,
                self.user_director,
                self.user_gm,
            ):
                self.assertTrue(self._sees(user, record), (user.login, record))
            for user in (
                self.user_sales2,
                self.user_quality,
                self.user_marketing_head,
                self.user_accounting,
                self.user_other_company,
            ):
                self.assertFalse(self._sees(user, record), (user.login, record))
            with self.assertRaises(AccessError):
                self._sees(self.user_outsider, record)
        visit.with_user(self.user_sales).participant_ids = [
            (0, 0, {"user_id": self.user_sales2.id})
        ]
        self.assertTrue(self._sees(self.user_sales2, visit))
        self.assertIn("Yinchuan", visit.with_user(self.user_sales2).display_name)

    def test_nobody_lets_himself_in(self):
        """Adding oneself to a stranger's visit, plan or finding is refused."""
        visit = self._make_visit(self.customer)
        plan = self.env["crm.visit.plan"].with_user(self.user_sales)
        plan = plan.create({"company_id": self.company.id})
        me = self.user_sales2
        with self.assertRaises(AccessError):
            self.env["crm.visit.participant"].with_user(me).create(
                {"visit_id": visit.id, "user_id": me.id}
            )
        with self.assertRaises(AccessError):
            self.env["crm.visit.finding"].with_user(me).create(
                {
                    "visit_id": visit.id,
                    "name": "Mine",
                    "owner_id": me.id,
                    "date_due": "2026-04-01",
                }
            )
        with self.assertRaises(AccessError):
            self.env["crm.visit.plan.line"].with_user(me).create(
                {
                    "plan_id": plan.id,
                    "partner_id": me.partner_id.id,
                    "user_id": me.id,
                    "planned_start": NOW,
                }
            )
        own = self._make_visit(self.customer2, user=self.user_sales_head)
        line = own.participant_ids
        with self.assertRaises(AccessError):
            line.with_user(me).write({"visit_id": visit.id})

    def test_stranger_customer(self):
        """Planning a visit shows no customer one may not see."""
        with self.assertRaises(AccessError):
            self._make_visit(self.customer, user=self.user_sales2)
        visit = self._make_visit(self.user_sales2.partner_id, user=self.user_sales2)
        with self.assertRaises(AccessError):
            visit.with_user(self.user_sales2).partner_id = self.customer
        plan = self.env["crm.visit.plan"].with_user(self.user_sales2)
        with self.assertRaises(AccessError):
            plan.create(
                {
                    "company_id": self.company.id,
                    "date_from": "2026-03-09",
                    "line_ids": [
                        (0, 0, {"partner_id": self.customer.id, "planned_start": NOW})
                    ],
                }
            )

    def test_derived_values(self):
        """What is worked out cannot be typed in, nor set by a default."""
        visit = self._make_visit(self.customer)
        quality = self.departments["quality"].id
        for vals in (
            {"is_first_visit": False},
            {"department_id": quality},
            {"reported_same_day": True},
            {"commercial_partner_id": self.customer2.id},
            {"date_held": "2026-03-01"},
            {"staffing_override_reason": "forged"},
            {"event_id": 1},
            {"plan_line_id": 1},
        ):
            with self.assertRaises(AccessError):
                visit.with_user(self.user_sales).write(vals)
            with self.assertRaises(AccessError):
                self._make_visit(self.customer, **vals)
        forged = (
            self.env["crm.visit"]
            .with_user(self.user_sales)
            .with_context(default_is_first_visit=False, default_department_id=quality)
            .create(self._visit_vals(self.customer))
        )
        self.assertTrue(forged.is_first_visit)
        self.assertEqual(forged.department_id, self.departments["sales"])
        with self.assertRaises(AccessError):
            self.customer.with_user(self.user_sales).next_visit_due = "2030-01-01"

    def test_signature(self):
        """A signature is given by the person, and only then."""
        visit = self._make_held_visit(self.customer)
        line = visit.participant_ids.filtered(lambda p: p.user_id == self.user_sales2)
        for user in (self.user_sales, self.user_sales2, self.user_director):
            with self.assertRaises(AccessError):
                line.with_user(user).confirmed_at = NOW
        with self.assertRaises(UserError):
            line.with_user(self.user_sales2).action_confirm()
        with self.assertRaises(AccessError):
            self.env["crm.visit.participant"].create(
                {
                    "visit_id": self._make_visit(self.customer).id,
                    "user_id": self.user_sales2.id,
                    "confirmed_at": NOW,
                }
            )

    def test_outside_colleagues(self):
        """Participants are colleagues of the visit's company."""
        with self.assertRaises(UserError):
            self._make_visit(self.customer, [self.user_other_company])

    def test_policy_data(self):
        """Users read policy data, administrators of the policies edit it."""
        rule = self.env.ref("crm_visit.staffing_first_mag")
        frequency = self.env.ref("crm_visit.frequency_quarter_mag")
        for record in (rule, frequency, self.env.ref("crm_visit.kind_routine")):
            record.with_user(self.user_sales).read(["name"])
            with self.assertRaises(AccessError):
                record.with_user(self.user_director).write({"name": "Mine"})
            record.with_user(self.user_admin).write({"name": "Ours"})
