"""Documents about a classified customer are withheld like its file (ARC-213)."""

from odoo.tests import tagged

from odoo.addons.crm_policy.tests.common import PolicyCase

from .credit_common import CreditMixin


@tagged("post_install", "-at_install")
class TestDocumentsOfClassified(CreditMixin, PolicyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._setup_people_books()

    @classmethod
    def _setup_people_books(cls):
        cls._setup_books()
        cls.customer = cls._make_archived_customer(name="Silent Mill Ltd")
        cls.documents = cls._apply(cls.customer)
        cls.contact = (
            cls.env["crm.contact.log"]
            .with_user(cls.user_sales)
            .create(
                {
                    "partner_id": cls.customer.id,
                    "type_id": cls.env.ref(
                        "crm_customer_archive.contact_channel_type_meeting"
                    ).id,
                    "summary": "Prices of next year",
                }
            )
        )
        cls.env.flush_all()

    def _seen(self, user, record):
        model = self.env[record._name].with_user(user)
        return bool(model.search([("id", "=", record.id)]))

    def test_withheld_from_the_desk(self):
        for record in (self.documents, self.contact):
            self.assertTrue(self._seen(self.user_specialist, record), record._name)
        self.customer.with_user(
            self.user_sales
        ).confidentiality_level_id = self.env.ref(
            "crm_customer_archive.confidentiality_classified"
        )
        self.env.flush_all()
        for record in (self.documents, self.contact):
            for user in (self.user_specialist, self.user_director, self.user_gmo):
                self.assertFalse(self._seen(user, record), (record._name, user.login))
            for user in (self.user_sales, self.user_sales_head, self.user_gm):
                self.assertTrue(self._seen(user, record), (record._name, user.login))
