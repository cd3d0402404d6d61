"""What is established before the form is sent (CMP-07, CMP-26 to CMP-28)."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..models.crm_complaint import NOTE_QUANTITY_OPEN
from .common import ComplaintCase


@tagged("post_install", "-at_install")
class TestIntake(ComplaintCase):
    def test_form_must_be_complete(self):
        for name in (
            "product_id",
            "delivery_date",
            "delivered_quantity",
            "defective_quantity",
            "description",
            "demand",
            "opinion",
            "order_reference",
        ):
            complaint = self._complaint(**{name: False})
            with self.assertRaises(UserError, msg=name):
                complaint.action_submit()
            self.assertEqual(complaint.state, "draft")

    def test_quantity_open(self):
        """An open quantity carries the literal note, on every path (CMP-28)."""
        complaint = self._complaint(quantity_open=True, defective_quantity=0)
        self.assertEqual(complaint.demand, f"Take them back\n{NOTE_QUANTITY_OPEN}")
        complaint.demand = "Exchange"
        self.assertIn(NOTE_QUANTITY_OPEN, complaint.demand)
        complaint.action_submit()
        complaint = self._complaint()
        complaint.quantity_open = True
        self.assertIn(NOTE_QUANTITY_OPEN, complaint.demand)
        complaint.quantity_open = False
        self.assertEqual(complaint.demand, "Take them back")
        with Form(complaint) as form:
            form.quantity_open = True
            self.assertIn(NOTE_QUANTITY_OPEN, form.demand)

    def test_quantities(self):
        with self.assertRaises(ValidationError):
            self._complaint(defective_quantity=101)
        for name, value in (
            ("defective_quantity", -1),
            ("amount_claim", -0.01),
            ("amount_claim", float("nan")),
            ("delivered_quantity", float("inf")),
            ("amount_claim", "12.5"),
        ):
            label = self.Complaint._fields[name].string
            with self.assertRaisesRegex(ValidationError, label or "Claimed Amount"):
                self._complaint(**{name: value})

    def test_nobody_and_tomorrow(self):
        """Somebody complains, and not before it happened."""
        with self.assertRaisesRegex(ValidationError, "say who complains"):
            self.Complaint.create({"description": "x"})
        tomorrow = self.company._policy_today() + timedelta(days=1)
        for name in ("date", "reported_at"):
            with self.assertRaisesRegex(ValidationError, "future"):
                self._complaint(**{name: tomorrow})

    def test_documents_of_the_customer(self):
        """Order, delivery, product and lot belong together and to the customer."""
        other = self.env["res.partner"].create({"name": "Other"})
        order = self.env["sale.order"].create(
            {
                "partner_id": other.id,
                "company_id": self.company.id,
                "order_line": [Command.create({"product_id": self.product.id})],
            }
        )
        with self.assertRaisesRegex(ValidationError, "another customer"):
            self._complaint(sale_order_id=order.id)
        second = self.env["product.product"].create({"name": "Trousers"})
        with self.assertRaisesRegex(ValidationError, "not in the order"):
            self._complaint(
                partner_id=other.id, sale_order_id=order.id, product_id=second.id
            )
        lot = self.env["stock.lot"].create({"name": "L1", "product_id": second.id})
        with self.assertRaisesRegex(ValidationError, "another product"):
            self._complaint(lot_id=lot.id)
        contact = self.env["res.partner"].create(
            {"name": "Their buyer", "parent_id": other.id}
        )
        self._complaint(partner_id=contact.id, sale_order_id=order.id)
        with self.assertRaisesRegex(ValidationError, "Their buyer"):
            self._complaint(contact_id=contact.id)

    def test_salesperson(self):
        """The account owner gets it; else whoever takes it in (GAP-86)."""
        complaint = self._complaint(user=self.user_quality)
        self.assertEqual(complaint.user_id, self.user_sales)
        self.assertEqual(complaint.department_id, self.departments["sales"])
        free = self.env["res.partner"].create({"name": "Nobody's"})
        complaint = self._complaint(user=self.user_sales2, partner_id=free.id)
        self.assertEqual(complaint.user_id, self.user_sales2)
        complaint = self._complaint(user_id=self.user_sales2.id)
        self.assertEqual(complaint.user_id, self.user_sales2)

    def test_part_number(self):
        complaint = self._complaint()
        self.assertEqual(complaint.part_number, "JK-01")

    def test_computed_values_are_not_typed_in(self):
        complaint = self._complaint()
        for name, value in (
            ("amount_decision", 1.0),
            ("amount_basis", "claim"),
            ("is_foreign", True),
            ("department_id", self.departments["rd"].id),
        ):
            with self.assertRaises(AccessError, msg=name):
                complaint.write({name: value})
            with self.assertRaises(AccessError, msg=name):
                self._complaint(**{name: value})

    def test_copy(self):
        """A duplicate is a new draft without what the departments wrote."""
        complaint = self._complaint()
        self._at(complaint, "decided")
        double = complaint.with_user(self.user_sales).copy()
        self.assertEqual(double.state, "draft")
        self.assertFalse(double.name)
        self.assertFalse(double.cause)
        self.assertFalse(double.resolution_ids)
        self.assertFalse(double.decided_by_id)
        self.assertEqual(double.approval_state, "none")
