"""What other programs call."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import ComplaintCase


@tagged("post_install", "-at_install")
class TestProgram(ComplaintCase):
    def _plain(self, value):
        """Fail on None and on anything but plain values, however deep."""
        if isinstance(value, dict):
            return all(isinstance(k, str) and self._plain(v) for k, v in value.items())
        if isinstance(value, list):
            return all(self._plain(item) for item in value)
        return isinstance(value, (bool, int, float, str))

    def test_file_is_repeatable(self):
        Complaint = self.Complaint.with_user(self.user_sales)
        vals = self._vals(client_reference="shop-77")
        first = Complaint.file_complaint(vals)
        self.assertEqual(Complaint.file_complaint(vals), first)
        self.assertEqual(Complaint.browse(first).state, "draft")
        self.assertEqual(Complaint.file_complaint(vals, submit=True), first)
        self.assertEqual(Complaint.browse(first).state, "received")
        self.assertEqual(Complaint.file_complaint(vals, submit=True), first)

    def test_reference_of_another_user(self):
        """A reference taken by a complaint one may not see is refused clearly."""
        vals = self._vals(client_reference="shop-78")
        self.Complaint.with_user(self.user_sales).file_complaint(vals)
        with self.assertRaisesRegex(ValidationError, "shop-78"):
            self.Complaint.with_user(self.user_sales2).file_complaint(vals)

    def test_file_refuses(self):
        Complaint = self.Complaint.with_user(self.user_sales)
        with self.assertRaisesRegex(UserError, "colour"):
            Complaint.file_complaint({**self._vals(), "colour": 1})
        with self.assertRaises(UserError):
            Complaint.file_complaint(self._vals(demand=False), submit=True)
        with self.assertRaises(AccessError):
            Complaint.file_complaint(self._vals(state="decided"))
        with self.assertRaises(AccessError):
            self.Complaint.with_user(self.user_outsider).file_complaint(self._vals())

    def test_values_of_another_kind(self):
        """What a program gives is checked by name; "false" approves nothing."""
        Complaint = self.Complaint.with_user(self.user_sales)
        for name, value in (
            ("amount_claim", "much"),
            ("amount_claim", float("nan")),
            ("partner_id", [self.customer.id]),
            ("partner_id", 2**31 - 1),
            ("date", "yesterday"),
            ("severity", "huge"),
            ("severity", ["minor"]),
            ("demand", 5),
            ("sample_attached", "no"),
            ("company_id", "x"),
        ):
            with self.assertRaisesRegex(UserError, name):
                Complaint.file_complaint(self._vals(**{name: value}))
        for vals in (None, "x", [1]):
            with self.assertRaisesRegex(UserError, "vals"):
                Complaint.file_complaint(vals)
        complaint = self._complaint()
        self._at(complaint, "decision")
        head = complaint.with_user(self.user_sales_head)
        for method, arguments, name in (
            ("decide", {"approve": "false"}, "approve"),
            ("decide", {"approve": False, "comment": [1]}, "comment"),
            ("report_result", {"text": "x", "confirm": "no"}, "confirm"),
            ("record_customer_answer", {"accepted": "no"}, "accepted"),
            ("record_loss", {"kind": "return", "quantity": "x"}, "quantity"),
            ("record_satisfaction", {"score": "5"}, "score"),
            ("set_liability", {"lines": "x"}, "lines"),
            ("list_overdue", {"limit": "x"}, "limit"),
            ("lookup", {"number": {}}, "number"),
        ):
            with self.assertRaisesRegex(UserError, name):
                getattr(head, method)(**arguments)
        self.assertEqual(complaint.state, "decision")
        head.decide(False, comment="More facts")
        self.assertEqual(head.decide(False, comment="again")["state"], "gmo_summary")

    def test_lookup(self):
        complaint = self._complaint(client_reference="shop-79")
        self._at(complaint, "decided")
        facts = self.Complaint.with_user(self.user_sales).lookup(complaint.name)
        self.assertTrue(self._plain(facts), facts)
        self.assertEqual(facts["id"], complaint.id)
        self.assertEqual(facts["state"], "decided")
        self.assertEqual(facts["resolutions"][0]["kind"], "allowance")
        self.assertEqual(facts["decided_by"], "Sales Head")
        by_reference = self.Complaint.with_user(self.user_sales).lookup("shop-79")
        self.assertEqual(by_reference, facts)
        for user, number in (
            (self.user_sales, "nothing"),
            (self.user_sales, False),
            (self.user_sales2, complaint.name),
        ):
            with self.assertRaises(UserError):
                self.Complaint.with_user(user).lookup(number)

    def test_answer_department(self):
        complaint = self._complaint()
        mine = self._at(complaint, "quality")
        answer = {
            "cause": "Thread",
            "category_id": self.env.ref("crm_complaint.category_quality").id,
            "responsible_department_id": self.departments["manufacturing"].id,
        }
        facts = mine.answer_department({"cause": "Needle"}, forward=False)
        self.assertEqual((facts["state"], mine.cause), ("quality", "Needle"))
        self.assertIn("cause", facts["step_fields"])
        with self.assertRaises(UserError):
            mine.answer_department({"summary": "x"})
        with self.assertRaises(AccessError):
            complaint.with_user(self.user_sales).answer_department(answer)
        facts = mine.answer_department(answer)
        self.assertTrue(self._plain(facts))
        self.assertEqual(facts["state"], "production")
        self.assertEqual(mine.cause, "Thread")
        with self.assertRaises(AccessError):
            mine.answer_department({"countermeasure": "x"})
