"""What other programs call."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ReturnCase


@tagged("post_install", "-at_install")
class TestProgram(ReturnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell({cls.product: 10})
        cls.api = cls.Return.with_user(cls.user_sales)

    def _request_vals(self, **vals):
        return {
            "client_reference": "SHOP-1",
            "partner_id": self.customer.id,
            "reason": "model",
            "evidence": "Letter of the customer",
            "lines": [{"sale_line_id": self.order.order_line.id, "quantity": 2}],
            **vals,
        }

    def test_request(self):
        facts = self.api.request_return(self._request_vals(submit=True))
        self.assertEqual(facts["state"], "supervisor_audit")
        self.assertEqual(facts["lines"][0]["requested"], 2)
        self.assertEqual(facts["client_reference"], "SHOP-1")
        again = self.api.request_return(self._request_vals(submit=True))
        self.assertEqual(again["id"], facts["id"])
        self.assertEqual(self.api.lookup("SHOP-1")["number"], facts["number"])
        self.assertNotIn(None, facts.values())

    def test_bad_requests(self):
        for vals, words in (
            ({"colour": "red"}, "colour"),
            ({"reason": "nothing"}, "nothing"),
            ({"partner_id": 0}, "partner_id"),
            ({"partner_id": 999999999}, "999999999"),
            ({"lines": []}, "lines"),
            ({"lines": [{"sale_line_id": 999999999, "quantity": 1}]}, "lines"),
            ({"lines": [{"quantity": 1}]}, "sale_line_id"),
            (
                {
                    "lines": [
                        {
                            "sale_line_id": self.order.order_line.id,
                            "quantity": 1,
                            "lot": "NONE",
                        }
                    ]
                },
                "NONE",
            ),
            ({"complaint": "999"}, "999"),
            ({"submit": "false"}, "submit"),
            (
                {
                    "lines": [
                        {"sale_line_id": self.order.order_line.id, "quantity": "2"}
                    ]
                },
                "quantity",
            ),
            (
                {"lines": [{"sale_line_id": self.order.order_line.id, "quantity": 11}]},
                "Jacket",
            ),
        ):
            with self.assertRefused(UserError, words):
                self.api.request_return(self._request_vals(**vals))
        self.assertFalse(self.Return.search([("client_reference", "=", "SHOP-1")]))

    def test_lookup_unknown(self):
        with self.assertRaises(UserError):
            self.api.lookup("000000")
        with self.assertRaises(UserError):
            self.api.lookup(False)

    def test_queries_of_create(self):
        """A return of ten lines costs hardly more than one of one line."""
        orders = [self._sell({self.product: 2}, invoice=False) for _i in range(10)]

        def count(lines):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self._return(*((line, 1) for line in lines))
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        lines = [order.order_line for order in orders]
        count(lines[:1])
        one = count(lines[:1])
        ten = count(lines)
        # one update per line for its facts, the rest does not grow
        self.assertLessEqual(ten, one + 9 * 3)
