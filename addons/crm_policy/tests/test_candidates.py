"""Who may decide, kept up to date: stand-ins, leavers, and many decisions at once."""

from datetime import timedelta

from odoo import fields
from odoo.tests import freeze_time, tagged

from .test_approval import ApprovalCase


@tagged("post_install", "-at_install")
class TestCandidates(ApprovalCase):
    def _refresh(self):
        self.env["crm.approval"]._cron_refresh_candidates()
        self.env.flush_all()

    def _delegate(self, user, delegate, **vals):
        today = self.company._policy_today()
        return self.env["crm.approval.delegation"].create(
            {
                "user_id": user.id,
                "delegate_id": delegate.id,
                "date_from": today,
                "date_to": today,
                **vals,
            }
        )

    def _of_every_kind(self, amounts):
        """Decisions by a head, two groups, a manager and several who must all agree."""
        documents = self.Document
        users = (self.user_sales, self.user_sales2, self.user_rd, self.user_quality)
        for number, amount in enumerate(amounts):
            documents |= self._asked(amount, user=users[number % len(users)])
        return self._approvals_of(documents)

    def _approvals_of(self, documents):
        return self.env["crm.approval"].search(
            [("res_model", "=", documents._name), ("res_id", "in", documents.ids)]
        )

    def _bands_of_every_kind(self):
        self._pcb_bands()
        self.env["crm.authority"].search([("name", "=", "General manager")]).write(
            {"amount_to": 200000}
        )
        self._authority(
            "Both",
            200000,
            250000,
            decider="user",
            mode="all",
            user_ids=(self.user_director | self.user_accounting).ids,
        )
        self._authority("Manager", 250000, 0, decider="requester_manager")
        people = self.user_sales | self.user_sales2 | self.user_rd | self.user_quality
        self._employees(people).parent_id = self._employees(self.user_gmo)

    def _employees(self, users):
        return self.env["hr.employee"].search([("user_id", "in", users.ids)])

    def test_queries_do_not_grow(self):
        """As many queries for 25 decisions of every kind as for 5."""
        self._bands_of_every_kind()
        self._delegate(self.user_deputy, self.user_storage)
        amounts = (1000, 120000, 180000, 220000, 260000)
        counts = []
        for documents in (5, 25):
            self._of_every_kind(amounts * (documents // 5))
            self._refresh()
            self.env.cr.execute("DELETE FROM crm_approval_res_users_rel")
            self.env.invalidate_all()
            self.env.registry.clear_all_caches()
            before = self.env.cr.sql_log_count
            with self.assertQueryCount(60):
                self._refresh()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)

    def test_list_follows_delegations(self):
        """A stand-in is listed while the delegation lasts, and for its documents."""
        self._pcb_bands()
        with freeze_time("2026-11-20 04:00:00"):
            approval = self._approvals(self._asked(120000))
            self._delegate(
                self.user_deputy,
                self.user_quality,
                date_from="2026-11-21",
                date_to="2026-11-22",
            )
            self._delegate(
                self.user_deputy,
                self.user_rd,
                date_from="2026-11-21",
                date_to="2026-11-22",
                model_ids=[(6, 0, self.env["ir.model"]._get("res.users").ids)],
            )
            self.assertEqual(approval.candidate_ids, self.user_deputy)
        for moment, listed in (
            ("2026-11-20 15:59:00", self.user_deputy),
            ("2026-11-20 16:05:00", self.user_deputy | self.user_quality),
            ("2026-11-22 15:59:00", self.user_deputy | self.user_quality),
            ("2026-11-22 16:05:00", self.user_deputy),
        ):
            with freeze_time(moment):
                self._refresh()
                self.assertEqual(approval.candidate_ids, listed, moment)
                self.assertEqual(
                    approval.with_user(self.user_quality).can_decide,
                    self.user_quality in listed,
                )

    def test_delegation_taken_back(self):
        """Deleted or archived, a delegation leaves no name in the list."""
        self._pcb_bands()
        approval = self._approvals(self._asked(120000))
        for end in ("unlink", "action_archive"):
            delegation = self._delegate(self.user_deputy, self.user_quality)
            self.assertIn(self.user_quality, approval.candidate_ids)
            getattr(delegation, end)()
            self.assertEqual(approval.candidate_ids, self.user_deputy, end)

    def test_next_level_knows_todays_stand_ins(self):
        """Who stands in since the request is listed when the level comes up."""
        self._authority("First", decider="user", user_ids=self.user_quality.ids)
        self._authority("Second", decider="user", user_ids=self.user_gm.ids, level=2)
        document = self._asked()
        self._delegate(self.user_gm, self.user_rd)
        self._decide(document, self.user_quality)
        pending = self._approvals(document).filtered(lambda a: a.state == "pending")
        self.assertEqual(pending.candidate_ids, self.user_gm | self.user_rd)
        self._decide(document, self.user_rd)
        self.assertEqual(document.state, "decided")

    def test_nobody_left(self):
        """Where the last decider left, administrators are told, the others go on."""
        self._pcb_bands()
        stuck = self._approvals(self._asked(120000))
        other = self._approvals(self._asked(1000))
        self._delegate(self.user_sales_head, self.user_quality)
        deputies = self.env.ref("crm_policy.group_deputy_gm").all_user_ids
        deputies.filtered(lambda u: self.company in u.company_ids).active = False
        self.env.flush_all()
        self._refresh()
        self._refresh()
        self.assertFalse(stuck.candidate_ids)
        self.assertEqual(other.candidate_ids, self.user_sales_head | self.user_quality)
        head = self.env["crm.approval.chain"].search(
            [("company_id", "=", self.company.id)]
        )
        told = head.activity_ids
        self.assertEqual(told.user_id, self.user_admin)
        self.assertEqual(len(told), 1)
        self.assertIn(stuck.document_name, told.note)
        self.assertNotIn(other.document_name, told.note)

    def test_department_missing(self):
        """A department the policy names and nobody keeps stops no other decision."""
        self._authority(
            "Head of research",
            0,
            100000,
            decider="department_manager",
            department_id=self.departments["rd"].id,
        )
        self._authority("General manager", 100000, 0)
        stuck = self._approvals(self._asked(1000))
        other = self._approvals(self._asked(120000))
        self.assertEqual(stuck.candidate_ids, self.user_rd)
        self.departments["rd"].manager_id = False
        self._delegate(self.user_gm, self.user_quality)
        self._refresh()
        self.assertFalse(stuck.candidate_ids)
        self.assertIn(self.user_quality, other.candidate_ids)
        self.departments["rd"].manager_id = self._employees(self.user_quality)
        self._refresh()
        self.assertEqual(stuck.candidate_ids, self.user_quality)

    def test_requester_is_never_listed(self):
        self._pcb_bands()
        approval = self._approvals(self._asked(120000))
        self._delegate(self.user_deputy, self.user_sales)
        later = fields.Datetime.now() + timedelta(minutes=1)
        with freeze_time(later):
            self._refresh()
        self.assertEqual(approval.candidate_ids, self.user_deputy)
