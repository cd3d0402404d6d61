"""Filing stays cheap: the queries do not grow with the number filed."""

from odoo.tests import tagged, warmup

from .common import ComplaintCase


@tagged("post_install", "-at_install")
class TestCreateSpeed(ComplaintCase):
    def _file(self, count):
        complaints = self.Complaint.with_user(self.user_sales).create(
            [self._vals() for _i in range(count)]
        )
        self.env.flush_all()
        return complaints

    @warmup
    def test_create_one(self):
        with self.assertQueryCount(QUERIES):
            self._file(1)

    @warmup
    def test_create_hundred(self):
        with self.assertQueryCount(QUERIES):
            self._file(100)


# Insert, tracking values, log message, followers, and reading what they need.
QUERIES = 13
