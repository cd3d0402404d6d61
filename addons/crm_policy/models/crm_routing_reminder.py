"""The clock of the stays: reminders 催办单 and inquiries 洽办单 (CMP-64 to CMP-66).

Set-based and safe on several machines: one machine works at a time and the others
leave it the rest, stays that somebody holds are skipped, every batch is committed
with its progress and begun anew when it met somebody else's change, and a stay that
has had its reminder is not looked at again until the next one is due.
"""

from collections import defaultdict
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.service.model import retrying
from odoo.tools import SQL

# Stays worked on between two commits.
BATCH = 1000


class CrmRoutingPassage(models.Model):
    _inherit = "crm.routing.passage"

    @api.model
    def _cron_deadlines(self):
        """Issue reminders due, draft inquiries, tell of stays past their longest."""
        cron = self.env["ir.cron"]
        now = fields.Datetime.now()
        cron._commit_progress(
            remaining=self.search_count(self._get_reminder_domain(now))
            + self.search_count([("inquiry_pending", "=", True)])
            + self.search_count(self._get_escalation_domain(now))
        )
        for work in (self._remind_batch, self._inquire_batch, self._escalate_batch):
            # What a person changed meanwhile is met again in the state it is in now.
            while done := retrying(partial(work, now, BATCH), self.env):
                seconds_left = cron._commit_progress(done)
                self.env.invalidate_all()
                if not seconds_left:
                    return
        # What is left is in other hands; the next run looks at it again.
        cron._commit_progress(remaining=0)

    @api.model
    def _get_reminder_domain(self, now):
        return [("date_out", "=", False), ("reminder_next", "<", now)]

    @api.model
    def _take(self, condition, order, limit):
        """Lock and return stays nobody else is working on.

        None while another machine is at work: two of them could both remind the same
        person of the stay and of the whole case of one document.
        """
        self.flush_model()
        [[alone]] = self.env.execute_query(
            SQL(
                "SELECT pg_try_advisory_xact_lock(%s::regclass::oid::int, 0)",
                self._table,
            )
        )
        if not alone:
            return self.browse()
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM crm_routing_passage WHERE %s ORDER BY %s LIMIT %s "
                "FOR NO KEY UPDATE SKIP LOCKED",
                condition,
                order,
                limit,
            )
        )
        return self.browse([row[0] for row in rows])

    @api.model
    def _remind_batch(self, now, limit):
        """Issue the reminders of one batch of late stays; return their number."""
        passages = self._take(
            SQL("date_out IS NULL AND reminder_next < %s", now),
            SQL("reminder_next, id"),
            limit,
        )
        if passages:
            holders = passages._holders()
            notices = self.env["crm.routing.notice"]._issue_reminders(holders, now)
            notices._schedule_activities()
            passages._set_next_reminder(now)
            self.env.flush_all()
        return len(passages)

    @api.model
    def _inquire_batch(self, now, limit):
        """Draft the inquiries of one batch of stays that went out late."""
        passages = self._take(SQL("inquiry_pending"), SQL("id"), limit)
        if passages:
            self.env["crm.routing.notice"]._draft_inquiries(passages, now)
            passages._write_guarded({"inquiry_pending": False})
            self.env.flush_all()
        return len(passages)

    def _holders(self):
        """Return ``[(passage, department, user)]``: who is to be reminded.

        The person, else the head of the department. A whole case is held by
        whoever holds its document now.
        """
        stays = {}
        cases = self.filtered(lambda rec: rec.kind == "case")
        if cases:
            running = self.search_fetch(
                [
                    ("model", "in", list(set(cases.mapped("model")))),
                    ("res_id", "in", cases.mapped("res_id")),
                    ("kind", "=", "stay"),
                    ("date_out", "=", False),
                ],
                ["model", "res_id", "department_id", "user_id"],
            )
            stays = {(stay.model, stay.res_id): stay for stay in running}
        heads = {}
        holders = []
        for passage in self:
            stay = passage
            if passage.kind == "case":
                stay = stays.get((passage.model, passage.res_id), passage)
            department = stay.department_id
            if department not in heads:
                heads[department] = department._policy_heads()
            holders.append((passage, department, stay.user_id or heads[department]))
        return holders

    def _set_next_reminder(self, now):
        groups = defaultdict(list)
        for passage in self:
            interval = passage.limit_id.reminder_interval_days
            groups[interval, passage.reminder_count].append(passage.id)
        for (interval, count), ids in groups.items():
            again = now + timedelta(days=interval) if interval else False
            self.browse(ids)._write_guarded(
                {
                    "reminder_count": count + 1,
                    "reminder_last": now,
                    "reminder_next": again,
                }
            )

    def _close_reminders(self):
        """Close the open reminders and reminder activities of these stays."""
        notices = self.env["crm.routing.notice"].search(
            [
                ("passage_id", "in", self.ids),
                ("kind", "=", "reminder"),
                ("state", "in", ("sent", "answered")),
            ]
        )
        if not notices:
            return
        notices._write_guarded({"state": "closed"})
        notices._reminder_activities().action_archive()
