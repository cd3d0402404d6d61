"""What hangs on the complaints of classified customers is withheld with them."""

from odoo.tests import tagged

from odoo.addons.crm_customer_archive.tests.withheld_common import WithheldMixin

from .common_charge import ChargeCase
from .common_documents import DocumentsMixin


@tagged("post_install", "-at_install")
class TestDocumentsWithheld(WithheldMixin, DocumentsMixin, ChargeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write({"is_crm_customer": True, "company_id": cls.company.id})

    def _as(self, user, records):
        return WithheldMixin._as(self, user, records)

    def test_documents(self):
        """Whoever is not entrusted finds none; who is named sees the own share."""
        documents = self._documents()
        statement = documents.pop("crm.complaint.statement")
        for record in documents.values():
            self.assertEqual(len(record), 1, record)
            self.assertSeen(self.user_director, record)
        self._classify(self.customer)
        for user in (self.user_director, self.user_admin, self.user_specialist):
            self.assertWithheld(user, *documents.values())
        self.assertSeen(self.user_director, statement)
        deduction = documents["crm.bonus.deduction"]
        for user in (self.user_hr, self.user_accounting):
            self.assertWithheld(user, deduction)
        share = documents["crm.complaint.liability"]
        self.assertSeen(self.user_worker, share, deduction)
        self.assertSeen(self.user_manufacturing, documents["crm.complaint.action"])
        # Who drew it up has it in hand until it is issued or announced.
        mine = [documents[name] for name in ("crm.sanction", "crm.bonus.notice")]
        self.assertSeen(self.user_gmo, *mine)
        self.assertWithheld(self.user_gmo, share, documents["crm.complaint.eight.d"])

    def test_sanction_goes_its_way(self):
        """The general manager verifies and HR announces it; afterwards nobody sees."""
        sanction = self._documents()["crm.sanction"]
        self._classify(self.customer)
        self.assertWithheld(self.user_hr, sanction)
        self._announce(sanction)
        self.assertEqual(sanction.state, "published")
        self.assertWithheld(self.user_hr, sanction)
        self.assertWithheld(self.user_gmo, sanction)
        self.assertSeen(self.user_worker, sanction)

    def test_before_the_complaint(self):
        """Field responses and abnormality forms are withheld with their customer."""
        found = self._field_documents()
        response, form = found.values()
        self.assertSeen(self.user_director, response, form)
        self._classify(self.customer)
        self.assertWithheld(self.user_director, response, form)
        self.assertWithheld(self.user_specialist, response, form)
        self.assertSeen(self.user_sales, response, form)
        self.assertSeen(self.user_quality, response)
        response.with_user(self.user_quality).person_ids = self.user_rd
        self.assertSeen(self.user_rd, response)

    def test_reports(self):
        """Statistics of whoever may not see the customer leave it out."""
        self._documents()
        for name in (
            "crm.complaint.report",
            "crm.complaint.time.report",
            "crm.complaint.rate.report",
        ):
            field = "complaint_id" if name.endswith("time.report") else "partner_id"
            wanted = [(field, "in", self.customer.ids)]
            if field == "complaint_id":
                wanted = [("complaint_id.partner_id", "in", self.customer.ids)]
            Report = self._as(self.user_director, self.env[name])
            self.assertTrue(Report.search_count(wanted), name)
            with self.env.cr.savepoint() as savepoint:
                self._classify(self.customer)
                Report = self._as(self.user_director, self.env[name])
                self.assertFalse(Report.search_count(wanted), name)
                savepoint.rollback()
