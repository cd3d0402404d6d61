"""Who decides (RET-18 to RET-20, GAP-35, GAP-37) and how long it takes (RET-49)."""

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.crm_complaint.tests.common import ComplaintMixin

from .common import ReturnCase


@tagged("post_install", "-at_install")
class TestApproval(ReturnCase, ComplaintMixin):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Complaint = cls.env["crm.complaint"]
        cls.order = cls._sell({cls.product: 10})
        cls.line = cls.order.order_line

    def test_number(self):
        """GAP-89: year, month, serial of the month."""
        first, second = (self._return((self.line, 1)) for _i in range(2))
        today = self.company._policy_today()
        self.assertTrue(first.name.startswith(today.strftime("%y%m")))
        self.assertEqual(int(second.name), int(first.name) + 1)

    def test_chain(self):
        """Supervisor, marketing manager, general manager; each state and stay."""
        document = self._return((self.line, 4))
        document.action_submit()
        way = [
            ("supervisor_audit", "sales", self.user_sales_head),
            ("marketing_audit", "marketing", self.user_marketing_head),
            ("general_manager", "gmo", self.user_gm),
        ]
        for state, department, decider in way:
            self.assertEqual(document.state, state)
            self.assertEqual(
                document.routing_department_id, self.departments[department]
            )
            self.assertTrue(document.routing_due)
            for _state, _department, other in way:
                if other != decider:
                    with self.assertRaises(AccessError):
                        document.with_user(other).action_approve()
            self.assertEqual(document.line_ids.qty_approved, 0)
            document.with_user(decider).action_approve()
        self.assertEqual(document.state, "approved")
        self.assertEqual(document.line_ids.qty_approved, 4)

    def test_salesperson_cannot_decide(self):
        document = self._return((self.line, 1))
        document.action_submit()
        with self.assertRaises(AccessError):
            document.action_approve()

    def test_refusal(self):
        document = self._return((self.line, 1))
        document.action_submit()
        with self.assertRaises(UserError):
            document.with_user(self.user_sales_head).action_reject(" ")
        document.with_user(self.user_sales_head).action_reject("Persuade him first")
        self.assertEqual(document.state, "refused")
        with self.assertRaises(UserError):
            document.action_submit()
        with self.assertRaises(UserError):
            document.line_ids.quantity = 2

    def test_customer_keeps_goods(self):
        """RET-18: the decider ends it after talking to the customer."""
        document = self._return((self.line, 1))
        document.action_submit()
        with self.assertRaises(UserError):
            document.with_user(self.user_sales_head).action_withdraw_return("")
        with self.assertRaises(AccessError):
            document.with_user(self.user_sales2).action_withdraw_return("x")
        document.with_user(self.user_sales_head).action_withdraw_return("Keeps them")
        self.assertEqual(document.state, "withdrawn")
        self.assertEqual(document.contact_ids.summary, "Keeps them")
        with self.assertRaises(UserError):
            document.with_user(self.user_gm).action_approve()

    def test_edit_while_pending(self):
        """Changing what is decided on takes the request back."""
        document = self._return((self.line, 1))
        document.action_submit()
        document.line_ids.quantity = 2
        self.assertEqual(document.state, "draft")
        with self.assertRaises(UserError):
            document.with_user(self.user_sales_head).action_approve()

    def test_edit_after_approval(self):
        document = self._approve(self._return((self.line, 1)))
        document.line_ids.quantity = 2
        self.assertEqual(document.state, "draft")
        self.assertEqual(document.approval_state, "voided")
        self.assertEqual(document.line_ids.qty_approved, 0)
        with self.assertRaises(UserError):
            document.action_create_receipt()

    def test_edit_after_receipt_ordered(self):
        document = self._approve(self._return((self.line, 1)))
        document.action_create_receipt()
        with self.assertRaises(UserError):
            document.line_ids.quantity = 2
        with self.assertRaises(UserError):
            document.kind = "exchange"
        with self.assertRaises(UserError):
            document.line_ids.unlink()
        with self.assertRaises(UserError):
            document.unlink()
        self.assertEqual(document.state, "in_transit")

    def test_limits(self):
        """RET-49, RET-50: one working day at each department, never over three."""
        limits = self.env["crm.routing.limit"].search([("model", "=", "crm.return")])
        self.assertEqual(set(limits.mapped("days")), {1.0})
        self.assertEqual(set(limits.mapped("max_days")), {3.0})
        self.assertEqual(set(limits.mapped("unit")), {"working"})
        document = self._return((self.line, 1))
        document.action_submit()
        passage = document.passage_ids
        self.assertEqual(len(passage), 1)
        self.assertGreater(passage.date_due, fields.Datetime.now())

    def test_extension(self):
        """Its head extends a stay with a reason; never past three days."""
        document = self._return((self.line, 1))
        document.action_submit()
        passage = document.passage_ids.with_user(self.user_sales_head)
        with self.assertRaises(UserError):
            passage.action_extend(5, "Too long")
        passage.action_extend(1, "Visiting the customer")
        with self.assertRaises(AccessError):
            document.passage_ids.with_user(self.user_sales).action_extend(1, "x")

    def _complaint(self, quantity, kind="return", state="decided"):
        """Carry a complaint to its decision for a return, or as far as asked."""
        kind = self.env.ref(f"crm_complaint.resolution_kind_{kind}")
        self._complaint_resolution = [
            Command.create({"kind_id": kind.id, "quantity": quantity, "amount": 100})
        ]
        complaint = self.Complaint.with_user(self.user_sales).create(
            {
                "partner_id": self.customer.id,
                "product_id": self.product.id,
                "company_id": self.company.id,
                "picking_id": self.order.picking_ids.id,
                "order_reference": self.order.name,
                "defective_quantity": 5,
                "description": "Seams open",
                "demand": "Take them back",
                "opinion": "Sample confirms it",
            }
        )
        return self._at(complaint, state)

    def _summary_vals(self, amount=1000.0, **vals):
        return super()._summary_vals(resolution_ids=self._complaint_resolution, **vals)

    def test_complaint_authority(self):
        """GAP-37: the complaint decided; the note is verified by the manager."""
        complaint = self._complaint(5)
        quality = self.env.ref("crm_returns.reason_quality").id
        document = self._return(
            (self.line, 5), complaint_id=complaint.id, reason_id=quality
        )
        self.assertEqual(document.quality_state, "met")
        document.action_submit()
        self.assertEqual(document.state, "verification")
        self.assertEqual(document.authority_route, "verification")
        document.with_user(self.user_sales_head).action_approve()
        self.assertEqual(document.state, "approved")
        again = self._return(
            (self.line, 1), complaint_id=complaint.id, reason_id=quality
        )
        with self.assertRefused(UserError, "RET-62"):
            again.action_submit()

    def test_complaint_without_return(self):
        complaint = self._complaint(5, kind="repair")
        document = self._return((self.line, 1), complaint_id=complaint.id)
        with self.assertRefused(UserError, "RET-62"):
            document.action_submit()

    def test_complaint_undecided(self):
        """CMP-50: goods complained of wait for the decision, and the form says so."""
        document = self._return((self.line, 1))
        self.assertFalse(document.undecided_complaints)
        complaint = self._complaint(5, state="quality")
        document.invalidate_recordset()
        self.assertEqual(document.undecided_complaints, complaint.name)
        with self.assertRefused(UserError, "CMP-50"):
            self._approve(document)

    def test_complaint_decides_kind(self):
        """RET-54: what the complaint decided is what is asked for."""
        complaint = self._complaint(5, kind="exchange")
        self.assertEqual(
            complaint.action_view_returns()["context"]["default_kind"], "exchange"
        )
        document = self._return((self.line, 1), complaint_id=complaint.id)
        self.assertEqual(document.kind, "exchange")
        document.kind = "return"
        with self.assertRefused(UserError, "RET-54"):
            document.action_submit()

    def test_company_takes_chain(self):
        """GAP-37 is the company's choice."""
        self.company.return_authority = "chain"
        document = self._return((self.line, 1), complaint_id=self._complaint(5).id)
        document.action_submit()
        self.assertEqual(document.state, "supervisor_audit")

    def test_wrong_step(self):
        """A return on its own cannot take the short way."""
        document = self._return((self.line, 1))
        for step in ("verification", "excess"):
            with self.assertRaises(UserError):
                document.action_request_approval(step)
        self.assertEqual(document.state, "draft")
