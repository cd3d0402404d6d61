"""The printed form with its five copies, and the register."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from .common import ComplaintCase


@tagged("post_install", "-at_install")
class TestReport(ComplaintCase):
    def _html(self, report, complaints):
        Report = self.env["ir.actions.report"].with_user(self.user_gmo)
        html, _type = Report._render_qweb_html(report, complaints.ids)
        return html.decode()

    def test_form(self):
        complaint = self._complaint()
        self._at(complaint, "executing")
        html = self._html("crm_complaint.report_complaint_form", complaint)
        for text in (
            complaint.name,
            "Seams open",
            "Loom 7 was set wrong",
            "Sales Head",
            "14.6.3",
        ):
            self.assertEqual(html.count(text) % 5, 0, text)
            self.assertIn(text, html)
        for number in range(1, 6):
            self.assertIn(f"Copy {number}:", html)
        for label in (
            self.env.company.name,
            "Customer Complaint Handling Form",
            "Part Number",
            "Delivery Date",
            "Manager's Instruction",
            "D Opinion",
            "Negotiation Result",
            "Consolidated Opinion",
            "Decided by",
        ):
            self.assertEqual(html.count(label) or -1, html.count(label) // 5 * 5, label)

    def test_form_of_an_order_the_reader_cannot_open(self):
        """Who reads the case but not its order still prints the order's number."""
        order = self.env["sale.order"].create({"partner_id": self.customer.id})
        self.assertFalse(order.with_user(self.user_quality).has_access("read"))
        complaint = self._complaint(sale_order_id=order.id)
        self._at(complaint, "quality")
        html, _kind = (
            self.env["ir.actions.report"]
            .with_user(self.user_quality)
            ._render_qweb_html("crm_complaint.report_complaint_form", complaint.ids)
        )
        self.assertIn(order.name, html.decode())

    def test_form_needs_read_access(self):
        complaint = self._complaint()
        stranger = new_test_user(self.env, "stranger", "base.group_user")
        Report = self.env["ir.actions.report"].with_user(stranger)
        with self.assertRaises(AccessError):
            Report._render_qweb_html(
                "crm_complaint.report_complaint_form", complaint.ids
            )

    def test_file_names(self):
        """The PDF is called after the form and its number."""
        complaint = self._complaint()
        self._at(complaint, "quality")
        report = self.env.ref("crm_complaint.action_report_complaint_form")
        name = safe_eval(report.print_report_name, {"object": complaint})
        self.assertEqual(name, f"Complaint Form {complaint.name}")

    def test_register_pages(self):
        """A long register repeats title and heading on each of its sheets."""
        many = self.Complaint.create([self._vals() for _count in range(31)])
        html = self._html("crm_complaint.report_complaint_register", many)
        self.assertEqual(html.count("Registered on"), 2)
        self.assertIn("Cases: 31", html)

    def test_register(self):
        both = self._complaint() | self._complaint()
        for complaint in both:
            self._at(complaint, "quality")
        html = self._html("crm_complaint.report_complaint_register", both)
        for complaint in both:
            self.assertIn(complaint.name, html)

    def test_screens_load(self):
        """Every view of the complaint is valid for every role."""
        for user in (self.user_sales, self.user_quality, self.user_gm):
            Complaint = self.Complaint.with_user(user)
            for kind in ("form", "list", "kanban", "search", "pivot", "graph"):
                self.assertTrue(Complaint.get_view(view_type=kind)["arch"])

    def test_board_columns(self):
        """The columns of the board stand in the order of the way."""
        for state in ("decided", "quality", "draft"):
            self._at(self._complaint(), state)
        # What the board sends.
        Board = self.Complaint.with_context(read_group_expand=True)
        web = Board.web_read_group([("partner_id", "=", self.customer.id)], ["state"])
        web = web["groups"]
        self.assertEqual([g["state"] for g in web], ["draft", "quality", "decided"])
