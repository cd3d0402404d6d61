"""Visits to classified customers: only for who may see or takes part in them."""

from odoo.tests import tagged

from odoo.addons.crm_customer_archive.tests.withheld_common import WithheldMixin

from .common import VisitCase


@tagged("post_install", "-at_install")
class TestWithheld(WithheldMixin, VisitCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        companions = [cls.user_sales2, cls.user_quality]
        cls.visit = cls._approve(cls._make_visit(cls.customer, companions))
        cls.finding = cls.env["crm.visit.finding"].create(
            {
                "visit_id": cls.visit.id,
                "name": "Wants samples",
                "owner_id": cls.user_rd.id,
                "date_due": "2026-03-20",
            }
        )
        cls._classify(cls.customer)

    def test_outsiders(self):
        participant = self.visit.participant_ids[:1]
        things = self._things_on(self.visit)
        for user in (
            self.user_specialist,
            self.user_director,
            self.user_gmo,
            self.user_admin,
            self.user_accounting,
            self.user_outsider,
        ):
            self.assertWithheld(user, self.visit, self.finding, participant, *things)

    def test_entrusted(self):
        """Who goes there sees the visit; who follows a finding up sees the finding."""
        message, attachment, _activity = self._things_on(self.visit)
        for user in (self.user_sales, self.user_sales_head, self.user_quality):
            self.assertSeen(user, self.visit, self.finding, message, attachment)
        self.assertSeen(self.user_rd, self.finding)
        self.assertWithheld(self.user_rd, self.visit, message, attachment)

    def test_planned_visits(self):
        plan = (
            self.env["crm.visit.plan"]
            .with_user(self.user_sales)
            .create(
                {
                    "period": "week",
                    "date_from": "2026-03-16",
                    "line_ids": [
                        (
                            0,
                            0,
                            {
                                "partner_id": self.customer.id,
                                "planned_start": "2026-03-17 02:00:00",
                            },
                        )
                    ],
                }
            )
        )
        line = plan.line_ids.with_env(self.env)
        self.assertSeen(self.user_sales, line)
        self.assertWithheld(self.user_specialist, line)
        self.assertWithheld(self.user_director, line)

    def test_calendar_says_busy_only(self):
        """A classified customer is not read in a colleague's calendar."""
        self.visit.planned_start = "2026-03-12 02:00:00"
        event = self.visit.event_id
        self.assertEqual(event.privacy, "private")
        for user in (self.user_specialist, self.user_accounting):
            shown = self._as(user, event).read(["name", "location"])[0]
            self.assertNotIn(self.customer.name, f"{shown['name']} {shown['location']}")
