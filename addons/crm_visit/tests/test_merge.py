"""Merged customers keep their visits, planned and held."""

from odoo import Command
from odoo.tests import new_test_user, tagged

from .common import VisitCase


@tagged("post_install", "-at_install")
class TestVisitMerge(VisitCase):
    def test_both_sides_were_visited(self):
        custodian = new_test_user(
            self.env,
            login="user_custodian",
            groups="crm_customer_archive.group_archive_custodian",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        keep = self._make_archived_customer(number=88)
        twin = self._make_archived_customer(
            number=89, name="Twin Mill Ltd", credit_code=False
        )
        visits = self.env["crm.visit"]
        for customer in (keep, twin):
            visits |= self._make_visit(customer, [self.user_marketing_head])
            visits |= self._make_held_visit(customer)
        states = visits.mapped("state")
        contact = twin.main_contact_id
        keep.with_user(custodian).merge_customers(twin.ids)
        self.env.invalidate_all()
        self.assertFalse(twin.exists())
        self.assertEqual(visits.partner_id, keep)
        self.assertEqual(visits.mapped("state"), states)
        self.assertEqual(contact.parent_id, keep)
        # The held ones of both count as contact with the one that remains.
        self.assertEqual(keep.visit_count, len(visits))
        planned = visits.filtered(lambda visit: visit.state == states[0])
        self._approve(planned[-1])
