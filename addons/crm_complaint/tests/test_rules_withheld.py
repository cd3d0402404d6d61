"""Complaints of classified customers: only for who may see or has them in hand."""

from odoo.tests import tagged

from odoo.addons.crm_customer_archive.tests.withheld_common import WithheldMixin

from .common import ComplaintCase


@tagged("post_install", "-at_install")
class TestWithheld(WithheldMixin, ComplaintCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.write({"is_crm_customer": True, "company_id": cls.company.id})

    def _at_quality(self):
        complaint = self._at(self._complaint(), "quality").with_env(self.env)
        self._classify(self.customer)
        return complaint

    def test_outsiders(self):
        """Desk, office and directors who are not designated find nothing of it."""
        complaint = self._at(self._complaint(), "gmo_summary")
        complaint.write(self._summary_vals())
        complaint = complaint.with_env(self.env)
        self._classify(self.customer)
        things = self._things_on(complaint)
        resolution = complaint.resolution_ids
        self.assertTrue(resolution)
        stays = complaint.passage_ids.filtered(lambda p: not p.user_id)
        ended, present = (
            stays.filtered("date_out")[:1],
            stays - stays.filtered("date_out"),
        )
        self.assertTrue(ended and present)
        for user in (
            self.user_specialist,
            self.user_director,
            self.user_deputy,
            self.user_admin,
            self.user_sales2,
            self.user_outsider,
        ):
            self.assertWithheld(user, complaint, resolution, *things, ended, present)

    def test_goods_sent(self):
        """Who only sells sees no transfer to a customer withheld; the store does."""
        kind = self.env["stock.picking.type"].search(
            [("code", "=", "outgoing"), ("company_id", "=", self.company.id)], limit=1
        )
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": kind.id,
                "partner_id": self.customer.id,
                "location_id": kind.default_location_src_id.id,
                "location_dest_id": kind.default_location_dest_id.id,
            }
        )
        self.assertSeen(self.user_sales2, picking)
        self._classify(self.customer)
        self.assertWithheld(self.user_sales2, picking)
        self.assertSeen(self.user_sales, picking)
        self.user_storage.group_ids += self.env.ref("stock.group_stock_user")
        self.assertSeen(self.user_storage, picking)

    def test_entrusted(self):
        """Its salesperson, who keeps the file, and the department that holds it."""
        complaint = self._at_quality()
        message, attachment, _activity = self._things_on(complaint)
        for user in (self.user_sales, self.user_sales_head, self.user_quality):
            self.assertSeen(user, complaint, message, attachment)
        self.assertWithheld(self.user_manufacturing, complaint)
        self._do_quality(complaint.with_user(self.user_quality))
        self.assertNotEqual(complaint.state, "quality")
        self.assertWithheld(self.user_quality, complaint, message, attachment)

    def test_decider_sees_what_is_decided(self):
        """Who has a decision to take sees the document until it is taken."""
        complaint = self._at(self._complaint(), "decision").with_env(self.env)
        self._classify(self.customer)
        approval = complaint.approval_ids.filtered(lambda a: a.state == "pending")
        decider = approval.candidate_ids[:1]
        self.assertSeen(decider, complaint, approval)
        self.assertWithheld(self.user_admin, complaint, approval)

    def test_ordinary_customers_stay_visible(self):
        """One classified customer hides nothing else, and nothing once declassified."""
        complaint = self._at_quality()
        other = self._complaint(partner_id=self.foreign_customer.id)
        self.assertSeen(self.user_specialist, other.with_env(self.env))
        self.customer.confidentiality_level_id = False
        self.env.flush_all()
        self.assertSeen(self.user_specialist, complaint)

    def test_list_costs_no_query_per_record(self):
        """Twenty complaints are listed by as many queries as two."""
        self._at_quality()
        vals = [self._vals(partner_id=self.foreign_customer.id) for _i in range(20)]
        complaints = self.Complaint.with_user(self.user_sales).create(vals)
        few, many = complaints[:2].ids, complaints.ids

        def listed(ids):
            Complaint = self._as(self.user_specialist, self.Complaint)
            before = self.env.cr.sql_log_count
            rows = Complaint.search_read([("id", "in", ids)], ["name", "state"])
            self.assertEqual(len(rows), len(ids))
            return self.env.cr.sql_log_count - before

        listed(few)
        self.assertEqual(listed(few), listed(many))
