"""Customers and visits, made by the real procedure."""

from datetime import datetime

from odoo.tests import freeze_time

from odoo.addons.crm_customer_archive.tests.common import ArchiveMixin
from odoo.addons.crm_policy.tests.common import PolicyCase

# A Wednesday, ten in the morning in Shanghai.
NOW = datetime(2026, 3, 11, 2, 0)


class VisitMixin(ArchiveMixin):
    """Needs the people of ``PolicyMixin``."""

    @classmethod
    def _visit_vals(cls, customer, **vals):
        return {
            "partner_id": customer.id,
            "company_id": cls.company.id,
            "kind_id": cls.env.ref("crm_visit.kind_routine").id,
            "planned_start": NOW,
            "user_id": cls.user_sales.id,
            **vals,
        }

    @classmethod
    def _make_visit(cls, customer, companions=(), user=None, **vals):
        """Return a visit planned by ``user`` (by default the first salesperson)."""
        user = user or cls.user_sales
        vals.setdefault("user_id", user.id)
        vals["participant_ids"] = [
            (0, 0, {"user_id": person.id}) for person in companions
        ]
        visit = cls.env["crm.visit"].with_user(user)
        return visit.create(cls._visit_vals(customer, **vals)).with_env(cls.env)

    @classmethod
    def _approve(cls, visit, user=None):
        visit.with_user(user or cls.user_sales).action_request_approval()
        visit.with_user(cls.user_sales_head).action_approve()
        return visit

    @classmethod
    def _make_held_visit(cls, customer, companions=None, user=None, **vals):
        """Return a visit that was approved and held; by two unless told otherwise."""
        if companions is None:
            companions = [cls.user_sales2]
        visit = cls._approve(
            cls._make_visit(customer, companions, user=user, **vals), user
        )
        visit.with_user(user or cls.user_sales).action_hold()
        return visit

    @classmethod
    def _report(cls, visit, user=None, **vals):
        """Write the visit record and hand it in."""
        visit = visit.with_user(user or cls.user_sales)
        visit.write({"report_text": "Prices are fine.", "result": "b", **vals})
        visit.action_report()


@freeze_time(NOW)
class VisitCase(VisitMixin, PolicyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time(NOW):
            cls.customer = cls._make_archived_customer()
            cls.customer2 = cls._make_archived_customer(
                name="Wuzhong Textiles Ltd", number=2
            )
            cls.contact = cls.env["res.partner"].create(
                {"name": "Ma Li", "parent_id": cls.customer.id, "function": "Buyer"}
            )
