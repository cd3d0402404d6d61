"""A held visit keeps a customer out of the public pool."""

from odoo.tests import freeze_time, tagged

from odoo.addons.crm_policy.tests.common import PolicyCase

from .common import NOW, VisitMixin


@tagged("post_install", "-at_install")
class TestPoolContact(VisitMixin, PolicyCase):
    @freeze_time(NOW)
    def test_held_visit_is_contact(self):
        self.company.customer_pool = True
        customer = self._make_archived_customer()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET archived_date = '2025-01-01',"
            " registered_date = '2025-01-01' WHERE id = %s",
            (customer.id,),
        )
        self.env.invalidate_all()
        Partner = self.env["res.partner"]
        Partner._pool_update_dates(self.company)
        self.assertEqual(str(customer.pool_contact_date), "2025-01-01")
        visit = self._make_held_visit(customer)
        Partner._pool_update_dates(self.company)
        self.assertEqual(customer.pool_contact_date, visit.date_held)
