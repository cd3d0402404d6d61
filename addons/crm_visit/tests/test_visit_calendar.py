"""The calendar entry of a visit: made, moved, removed, and quiet."""

from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from .common import NOW, VisitCase


@tagged("post_install", "-at_install")
@freeze_time(NOW - timedelta(days=1))
class TestVisitCalendar(VisitCase):
    def test_made_moved_removed(self):
        """No mail to anybody; colleagues attend, the customer does not."""
        mails = self.env["mail.mail"].search([])
        visit = self._make_visit(
            self.customer, [self.user_sales2], contact_id=self.contact.id
        )
        self.assertFalse(visit.event_id)
        self._approve(visit)
        event = visit.event_id
        self.assertEqual((event.start, event.stop), (NOW, NOW + timedelta(hours=1)))
        self.assertEqual(
            event.partner_ids, (self.user_sales | self.user_sales2).partner_id
        )
        self.assertEqual(event.user_id, self.user_sales)
        visit.with_user(self.user_sales).planned_start = NOW + timedelta(hours=4)
        self.assertEqual(event.start, NOW + timedelta(hours=4))
        self.assertEqual(visit.state, "approved")
        visit.with_user(self.user_sales).participant_ids = [
            (0, 0, {"user_id": self.user_sales_head.id})
        ]
        self.assertIn(self.user_sales_head.partner_id, event.partner_ids)
        new = self.env["mail.mail"].search([]) - mails
        self.assertFalse(
            new.filtered(lambda m: m.model in ("calendar.event", "calendar.attendee"))
        )
        visit.with_user(self.user_sales).estimated_cost = 1  # voids the approval
        self.assertFalse(event.exists())

    def test_moved_in_calendar(self):
        """Moving the entry moves an approved visit; strangers cannot."""
        visit = self._approve(self._make_visit(self.customer, [self.user_sales2]))
        start = NOW + timedelta(days=2)
        vals = {"start": start, "stop": start + timedelta(hours=2)}
        with self.assertRaises(AccessError):
            visit.event_id.with_user(self.user_quality).write(vals)
        visit.event_id.with_user(self.user_sales2).write(vals)
        self.assertEqual(visit.planned_start, start)
        self.assertEqual(visit.planned_stop, start + timedelta(hours=2))

    def test_batch(self):
        """Many visits make their entries together."""
        self.env["crm.visit"].search([])
        visits = self.env["crm.visit"].create(
            [self._visit_vals(self.customer, mode="phone") for _i in range(5)]
        )
        visits._write_guarded({"state": "approved"})
        visits._sync_calendar()
        self.assertEqual(len(visits.event_id), 5)
