"""The printed form with its five copies, and the register."""

from odoo.tests import tagged

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
