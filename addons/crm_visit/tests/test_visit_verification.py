"""A visit that confirmed the customer's data verifies it in the quarter's round."""

from datetime import date

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .common import NOW, VisitCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestVisitVerification(VisitCase):
    def test_confirmed_data(self):
        """Verified when reported, on the day of the visit; not without the tick."""
        record = (
            self.env["crm.customer.verification.round"]
            .with_company(self.company)
            .create({"company_id": self.company.id})
        )
        line = record.line_ids.filtered(lambda row: row.partner_id == self.customer)
        visit = self._make_held_visit(self.customer)
        self._report(visit)
        self.assertEqual(line.state, "due")
        visit = self._make_held_visit(self.customer)
        visit.with_user(self.user_sales).data_confirmed = True
        self._report(visit)
        self.assertEqual((line.state, line.method), ("verified", "visit"))
        self.assertEqual(line.verified_on, visit.date_held)
        self.assertEqual(self.customer.verification_date, date(2026, 3, 11))
        with self.assertRaises(UserError):
            visit.with_user(self.user_sales).data_confirmed = False
