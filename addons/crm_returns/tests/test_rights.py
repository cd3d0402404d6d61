"""Who sees which return; each with the one who must not."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import ReturnCase


@tagged("post_install", "-at_install")
class TestRights(ReturnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell({cls.product: 10})
        cls.document = cls._return((cls.order.order_line, 1))

    def _sees(self, user):
        env = self.env(user=user, context={"allowed_company_ids": user.company_ids.ids})
        seen = {
            bool(env["crm.return"].search([("id", "=", self.document.id)])),
            bool(env["crm.return.line"].search([("return_id", "=", self.document.id)])),
        }
        self.assertEqual(len(seen), 1, "a return and its lines are seen together")
        return seen.pop()

    def test_ladder(self):
        for user in (
            self.user_sales,
            self.user_sales_head,
            self.user_specialist,
            self.user_gmo,
            self.user_director,
            self.user_gm,
        ):
            self.assertTrue(self._sees(user), user.login)
        for user in (
            self.user_sales2,
            self.user_quality,
            self.user_storage,
            self.user_accounting,
            self.user_marketing_head,
            self.user_other_company,
        ):
            self.assertFalse(self._sees(user), user.login)
        with self.assertRaises(AccessError):
            self.Return.with_user(self.user_outsider).search([])

    def test_departments_on_the_way(self):
        """A department sees the return once it held it, and not before."""
        document = self.document
        document.action_submit()
        self.assertFalse(self._sees(self.user_marketing_head))
        document.with_user(self.user_sales_head).action_approve()
        self.assertTrue(self._sees(self.user_marketing_head))
        document.with_user(self.user_marketing_head).action_approve()
        document.with_user(self.user_gm).action_approve()
        self.assertFalse(self._sees(self.user_storage))
        document.with_user(self.user_sales).action_create_receipt()
        self.assertTrue(self._sees(self.user_storage))
        self.assertFalse(self._sees(self.user_quality))
        self.assertFalse(self._sees(self.user_sales2))

    def test_foreign_return_by_colleague(self):
        """A colleague takes no step of a return that is not his."""
        document = self.document.with_user(self.user_sales2)
        for method in ("action_submit", "action_create_receipt", "action_not_eligible"):
            with self.assertRaises(AccessError):
                getattr(document, method)()
        with self.assertRaises(UserError):
            document.lookup(self.document.name)

    def test_reassign(self):
        """Under way, only a manager gives a return to somebody else."""
        self.document.action_submit()
        with self.assertRaises(AccessError):
            self.document.user_id = self.user_sales2
        self.document.with_user(self.user_director).user_id = self.user_sales2

    def test_configuration(self):
        for model in ("crm.return.reason", "crm.return.proof.type"):
            record = self.env[model].search([], limit=1)
            with self.assertRaises(AccessError):
                record.with_user(self.user_director).name = "x"
            record.with_user(self.user_admin).name = "x"
