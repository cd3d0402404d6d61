"""A customer with an order and a delivery, and the way of a complaint."""

from odoo import Command

from odoo.addons.crm_policy.tests.common import PolicyCase

# What each department writes on its way, until the consolidated opinion.
PARTS = {
    "quality": {
        "cause": "Fabric below standard weight",
        "category": "category_quality",
        "department": "manufacturing",
    },
    "production": {
        "production_cause": "Loom 7 was set wrong",
        "countermeasure": "Check the setting at every shift",
        "production_unit": "Weaving",
        "shift": "Night",
        "production_date": "2026-03-01",
    },
}


class ComplaintMixin:
    """Makes complaints and carries them along; for any test class with people."""

    @classmethod
    def _setup_complaints(cls):
        cls.Complaint = cls.env["crm.complaint"]
        cls.product = cls.env["product.product"].create(
            {"name": "Jacket", "default_code": "JK-01", "is_storable": True}
        )
        cls.customer = cls.env["res.partner"].create(
            {"name": "Ningxia Trading", "user_id": cls.user_sales.id}
        )
        cls.foreign_customer = cls.env["res.partner"].create(
            {
                "name": "Overseas Ltd.",
                "user_id": cls.user_sales.id,
                "country_id": cls.env.ref("base.us").id,
                "is_foreign": True,
            }
        )

    @classmethod
    def _vals(cls, **vals):
        return {
            "partner_id": cls.customer.id,
            "product_id": cls.product.id,
            "order_reference": "SO-1",
            "delivery_date": "2026-03-02",
            "delivered_quantity": 100,
            "defective_quantity": 5,
            "description": "Seams open",
            "demand": "Take them back",
            "opinion": "Sample confirms it",
            **vals,
        }

    def _complaint(self, user=None, **vals):
        """File a complete draft as a salesperson."""
        user = user or self.user_sales
        return self.Complaint.with_user(user).create(self._vals(**vals))

    def _at(self, complaint, state):
        """Carry a complaint along its way until it is in ``state``."""
        for _step in range(12):
            if complaint.state == state:
                return complaint.with_user(self._holder(complaint))
            self._step(complaint)
        raise AssertionError(f"never got to {state}")

    def _holder(self, complaint):
        """Return the user who is to act now."""
        return {
            "draft": self.user_sales,
            "received": self.user_gmo,
            "quality": self.user_quality,
            "production": self.user_manufacturing,
            "manager_instruction": self.user_manufacturing,
            "rd": self.user_rd,
            "gmo_check": self.user_gmo,
            "supervisor_reading": self.user_sales_head,
            "gmo_summary": self.user_gmo,
            "decision": self.user_sales_head,
        }.get(complaint.state, self.user_sales)

    def _step(self, complaint):
        mine = complaint.with_user(self._holder(complaint))
        getattr(self, f"_do_{complaint.state}", self._do_forward)(mine)

    def _do_forward(self, mine):
        mine.action_forward()

    def _do_quality(self, mine):
        mine.write(
            {
                "cause": PARTS["quality"]["cause"],
                "category_id": self.env.ref("crm_complaint.category_quality").id,
                "responsible_department_id": self.departments["manufacturing"].id,
            }
        )
        mine.action_answer_quality()

    def _do_production(self, mine):
        mine.write(PARTS["production"])
        mine.action_answer_production()

    def _do_manager_instruction(self, mine):
        mine.manager_instruction = "Stop loom 7"
        mine.action_instruct()

    def _do_rd(self, mine):
        mine.rd_opinion = "Use the heavier yarn"
        mine.action_answer_rd()

    def _do_gmo_check(self, mine):
        mine.gmo_check = "Agreed"
        mine.action_check()

    def _do_sales_opinion(self, mine):
        mine.write({"sales_opinion": "Take back", "negotiation_result": "Wants 5 new"})
        mine.action_answer_sales()

    def _do_gmo_summary(self, mine):
        mine.write(self._summary_vals())
        mine.action_request_decision()

    def _do_decision(self, mine):
        mine.action_approve()

    def _summary_vals(self, amount=1000.0, **vals):
        kind = self.env.ref("crm_complaint.resolution_kind_allowance")
        return {
            "summary": "Ours; allow a reduction",
            "amount_settlement": amount,
            "improvement_tracked": "yes",
            "resolution_ids": [Command.create({"kind_id": kind.id, "amount": amount})],
            **vals,
        }


class ComplaintCase(ComplaintMixin, PolicyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_complaints()
