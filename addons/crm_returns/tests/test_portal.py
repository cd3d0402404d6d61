"""The customer asks for a return on the portal and follows it."""

import re

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.crm_policy.tests.common import PASSWORD, RpcAbuseCase

from .common import ReturnMixin


@tagged("post_install", "-at_install")
class TestReturnPortal(ReturnMixin, RpcAbuseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_returns()
        cls.order = cls._sell({cls.product: 10})
        cls.line = cls.order.order_line
        cls.rival = cls.env["res.partner"].create({"name": "Rival", "is_company": True})
        own, cls.customer = cls.customer, cls.rival
        cls.foreign_line = cls._sell({cls.product: 5}).order_line
        cls.customer = own
        cls.buyer = cls._portal_user("return_buyer", cls.customer)
        cls.stranger = cls._portal_user("return_stranger", cls.rival)

    @classmethod
    def _portal_user(cls, login, customer):
        user = new_test_user(
            cls.env,
            login=login,
            password=PASSWORD,
            groups="base.group_portal",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
            email=f"{login}@customer.example",
        )
        user.partner_id.parent_id = customer
        return user

    def _page(self, url, user="return_buyer"):
        self.authenticate(user, PASSWORD)
        # The words of refusals are compared: those of the source.
        self.opener.cookies.set("frontend_lang", "en_US")
        return self.url_open(url)

    def _form(self):
        html = self._page("/my/returns/new").text
        return {
            name: re.search(rf'name="{name}" value="([^"]+)"', html).group(1)
            for name in ("csrf_token", "token")
        }, html

    def _post(self, **vals):
        hidden, _html = self._form()
        post = {
            **hidden,
            "reason_id": str(self.reason.id),
            "demand": "Wrong <b>model</b>",
            f"quantity_{self.line.id}": "2",
            **vals,
        }
        return post, self.url_open("/my/returns/new", data=post)

    def test_ask_and_follow(self):
        """Sent twice: asked once. The words are no evidence yet, nothing is met."""
        _hidden, html = self._form()
        self.assertIn("Jacket", html)
        self.assertIn('name="demand"', html)
        self.assertNotIn(f"quantity_{self.foreign_line.id}", html)
        self.assertNotIn("Customer cannot pay", html)
        post, answer = self._post(
            state="approved", evidence="Proof", user_id=str(self.user_gm.id)
        )
        self.assertIn("Wrong &lt;b&gt;model", answer.text)
        self.assertIn("Being Considered", answer.text, "the way ahead")
        self.url_open(
            "/my/returns/new",
            data=post,
            files=[("files", ("label.jpg", b"photo", "image/jpeg"))],
        )
        document = self.Return.search([("partner_id", "=", self.customer.id)])
        self.assertRecordValues(
            document,
            [
                {
                    "state": "draft",
                    "channel": "portal",
                    "user_id": self.user_sales.id,
                    "evidence": False,
                    "eligible": False,
                    "contact_partner_id": self.buyer.partner_id.id,
                }
            ],
        )
        self.assertEqual(document.line_ids.quantity, 2)
        self.assertEqual(document.activity_ids.user_id, self.user_sales)
        self.assertFalse(document.activity_ids.create_uid.share, "read by everybody")
        self.assertNotIn(self.buyer.partner_id, document.message_partner_ids)
        mine = document.with_user(self.user_sales)
        with self.assertRaises(UserError):
            mine.demand = "He never said so"
        mine.write({"evidence": "His letter of May", "explanation": "Inside matter"})
        mine.action_submit()
        self.assertFalse(document.activity_ids.filtered("active"), "taken up")
        mine.record_contact("persuasion", "He may be bluffing")
        document.with_user(self.user_sales_head).action_reject("Bad payer")
        mine.action_tell_customer("The goods were worn.")
        page = self._page(f"/my/returns/{document.id}").text
        self.assertIn(document.name, page)
        self.assertIn('data-stage="declined"', page)
        self.assertIn("The goods were worn.", page)
        for inside in (
            "Bad payer",
            "bluffing",
            "His letter of May",
            "Inside matter",
            "99.99",
            "RET-",
        ):
            self.assertNotIn(inside, page)
        self.assertIn(document.name, self._page("/my/returns").text)
        page = self._page("/my/returns?filterby=approved").text
        self.assertNotIn(document.name, page)

    def test_files(self):
        hidden, _html = self._form()
        answer = self.url_open(
            "/my/returns/new",
            data={
                **hidden,
                "reason_id": str(self.reason.id),
                "demand": "See picture",
                f"quantity_{self.line.id}": "1",
            },
            files=[("files", ("label.jpg", b"photo", "image/jpeg"))],
        )
        self.assertIn("label.jpg", answer.text)
        document = self.Return.search([("partner_id", "=", self.customer.id)])
        url = f"/my/returns/{document.id}/file/{document.customer_file_ids.id}"
        self.assertEqual(self._page(url).content, b"photo")
        self.assertEqual(self._page(url, "return_stranger").status_code, 404)

    def test_bad_requests(self):
        for vals, words in (
            ({f"quantity_{self.line.id}": "11"}, "10"),
            ({f"quantity_{self.line.id}": "-1"}, "Quantity"),
            ({f"quantity_{self.line.id}": "nan"}, "Quantity"),
            ({f"quantity_{self.line.id}": ""}, "how much"),
            ({f"quantity_{self.foreign_line.id}": "1"}, "not delivered to you"),
            ({"quantity_0": "1"}, "not delivered to you"),
            ({"reason_id": "0"}, "reason"),
            ({"kind": "gift"}, "exchange"),
            ({"demand": " "}, "why"),
            ({"demand": "x" * 10001}, "10000"),
        ):
            _post, answer = self._post(**vals)
            self.assertIn("alert-danger", answer.text, vals)
            self.assertRegex(answer.text.split("alert-danger")[1][:400], words)
        self.assertFalse(self.Return.search([("partner_id", "=", self.customer.id)]))

    def test_limit(self):
        self.company.return_portal_limit = 1
        self._post()
        _post, answer = self._post()
        self.assertIn("call us", answer.text)
        found = self.Return.search_count([("partner_id", "=", self.customer.id)])
        self.assertEqual(found, 1)

    def test_strangers(self):
        """Others' returns do not exist, by page, by file and over RPC."""
        document = self._return((self.line, 1))
        self.assertEqual(self._page(f"/my/returns/{document.id}").status_code, 200)
        for url in (
            f"/my/returns/{document.id}",
            f"/my/returns/{document.id}/file/1",
        ):
            self.assertEqual(self._page(url, "return_stranger").status_code, 404)
        self.assertNotIn(
            document.name, self._page("/my/returns", "return_stranger").text
        )
        with self.assertRaises(AccessError):
            self.Return.with_user(self.stranger)._portal_browse(document.id)
        line = {"sale_line_id": self.line.id, "quantity": 1}
        for user in (self.buyer, self.stranger):
            for model in (
                "crm.return",
                "crm.return.line",
                "crm.return.contact",
                "crm.return.inspection",
                "crm.return.inspection.line",
                "crm.return.document",
                "crm.return.reason",
                "crm.return.product.part",
            ):
                with self.refused(f"{user.login} searches {model}"):
                    self.rpc(user, model, "search_read", [])
            with self.refused(f"{user.login} asks over RPC"):
                self.rpc(
                    user,
                    "crm.return",
                    "request_return",
                    {
                        "partner_id": self.customer.id,
                        "reason": "model",
                        "lines": [line],
                    },
                )
