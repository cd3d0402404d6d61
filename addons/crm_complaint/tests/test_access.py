"""Who sees which complaint: own, department, team, all; nobody else."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ComplaintCase


@tagged("post_install", "-at_install")
class TestAccess(ComplaintCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Whoever may export at all still exports only what they may see.
        cls.env.ref("crm_policy.group_user").implied_ids = [
            Command.link(cls.env.ref("base.group_allow_export").id)
        ]
        cls.user_outsider.group_ids = [
            Command.link(cls.env.ref("base.group_allow_export").id)
        ]

    def _sees(self, user, complaint):
        """Tell whether the user sees it; every way of reading must agree."""
        theirs = complaint.with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids
        )
        domain = [("id", "=", complaint.id)]
        found = bool(theirs.search(domain))
        self.assertEqual(bool(theirs.search_count(domain)), found)
        groups = theirs._read_group(domain, ["state"], ["__count"])
        self.assertEqual(bool(groups), found)
        web_groups = theirs.formatted_read_group(domain, ["state"], ["__count"])
        self.assertEqual(bool(web_groups), found)
        Line = theirs.env["crm.complaint.resolution"]
        lines = Line.search([("complaint_id", "=", complaint.id)])
        self.assertLessEqual(bool(lines), found)
        for read in (
            lambda: theirs.read(),  # programs read all there is
            lambda: theirs.export_data(["demand"]),
        ):
            self.env.invalidate_all()
            try:
                read()
            except AccessError:
                self.assertFalse(found, user.login)
            else:
                self.assertTrue(found, user.login)
        return found

    def test_salespeople_their_own(self):
        complaint = self._complaint()
        self._at(complaint, "executing")
        self.assertTrue(self._sees(self.user_sales, complaint))
        self.assertFalse(self._sees(self.user_sales2, complaint), "a colleague")
        self.assertTrue(self._sees(self.user_sales_head, complaint), "their head")
        self.assertFalse(self._sees(self.user_marketing_head, complaint))

    def test_registrar_sees_it(self):
        complaint = self._complaint(user=self.user_storage)
        self.assertTrue(self._sees(self.user_storage, complaint))

    def test_departments(self):
        """A department sees what it holds or held, and nothing before."""
        complaint = self._complaint()
        self.assertFalse(self._sees(self.user_quality, complaint))
        self._at(complaint, "quality")
        self.assertTrue(self._sees(self.user_quality, complaint))
        self.assertFalse(self._sees(self.user_manufacturing, complaint))
        self.assertFalse(self._sees(self.user_rd, complaint))
        self._at(complaint, "gmo_check")
        self.assertTrue(self._sees(self.user_quality, complaint), "held it")
        self.assertTrue(self._sees(self.user_manufacturing, complaint))
        self.assertFalse(self._sees(self.user_rd, complaint), "was not asked")
        self.assertFalse(self._sees(self.user_accounting, complaint))

    def test_office_and_directors_all(self):
        complaint = self._complaint()
        for user in (
            self.user_gmo,
            self.user_specialist,
            self.user_director,
            self.user_deputy,
            self.user_gm,
            self.user_admin,
        ):
            self.assertTrue(self._sees(user, complaint), user.login)

    def test_other_company(self):
        complaint = self._complaint()
        self._at(complaint, "decided")
        self.assertFalse(self._sees(self.user_other_company, complaint))

    def test_plain_employee(self):
        """Somebody outside customer management has no complaints at all."""
        complaint = self._complaint()
        theirs = complaint.with_user(self.user_outsider)
        for call in (
            lambda: theirs.read(["demand"]),
            lambda: theirs.search([]),
            lambda: theirs.search_count([]),
            lambda: theirs._read_group([], ["state"], ["__count"]),
            lambda: theirs.export_data(["demand"]),
        ):
            with self.assertRaises(AccessError):
                call()
        self.assertFalse(self.customer.with_user(self.user_outsider).complaint_count)

    def test_chatter(self):
        complaint = self._complaint()
        message = complaint.message_post(body="Loss is 5,000")
        Message = self.env["mail.message"]
        domain = [("model", "=", "crm.complaint"), ("res_id", "=", complaint.id)]
        self.assertFalse(Message.with_user(self.user_sales2).search(domain))
        with self.assertRaises(AccessError):
            message.with_user(self.user_sales2).read(["body"])
        self.assertTrue(Message.with_user(self.user_sales).search(domain))

    def test_followers(self):
        """Who follows is told to who sees the complaint: by every way of reading."""
        complaint = self._complaint()
        self._at(complaint, "quality")
        complaint.message_subscribe(partner_ids=self.user_sales.partner_id.ids)
        followers = complaint.message_follower_ids
        domain = [("id", "in", followers.ids)]
        for user, seen in (
            (self.user_sales, True),
            (self.user_quality, True),
            (self.user_gmo, True),
            (self.user_sales2, False),
            (self.user_accounting, False),
            (self.user_outsider, False),
            (self.user_other_company, False),
        ):
            theirs = followers.with_user(user).with_context(
                allowed_company_ids=user.company_ids.ids
            )
            found = theirs.search(domain)
            self.assertEqual(found == followers, seen, user.login)
            self.assertEqual(theirs.search_count(domain), len(found))
            groups = theirs._read_group(domain, ["res_model"], ["__count"])
            self.assertEqual(bool(groups), seen)
            self.assertEqual(theirs._filtered_access("read"), found)

    def test_attachment(self):
        complaint = self._complaint()
        file = self.env["ir.attachment"].create(
            {
                "name": "sample.txt",
                "raw": b"x",
                "res_model": "crm.complaint",
                "res_id": complaint.id,
            }
        )
        with self.assertRaises(AccessError):
            file.with_user(self.user_sales2).read(["raw"])
        self.assertEqual(file.with_user(self.user_sales).raw, b"x")

    def test_policy_data(self):
        """Classes and kinds are the administrator's."""
        kind = self.env.ref("crm_complaint.resolution_kind_return")
        category = self.env.ref("crm_complaint.category_quality")
        for record in (kind, category):
            with self.assertRaises(AccessError):
                record.with_user(self.user_director).name = "x"
            record.with_user(self.user_admin).name = "Renamed"

    def test_counts_on_other_records(self):
        """The buttons count only what the user may see."""
        self._complaint()
        for user, count in ((self.user_sales, 1), (self.user_sales2, 0)):
            partner = self.customer.with_user(user)
            self.env.invalidate_all()
            self.assertEqual(partner.complaint_count, count)
        action = self.customer.with_user(self.user_sales).action_view_complaints()
        found = self.Complaint.with_user(self.user_sales).search(action["domain"])
        self.assertEqual(len(found), 1)
