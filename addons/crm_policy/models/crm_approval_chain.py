"""Where each company's chain of decisions ends."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL


class CrmApprovalChain(models.Model):
    """The end of a company's chain of decisions; its row is the chain's lock."""

    _name = "crm.approval.chain"
    _description = "End of a Chain of Decisions"
    _inherit = ["mail.activity.mixin", "mail.thread"]
    _rec_name = "company_id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    number = fields.Integer(readonly=True, help="Number of decisions in the chain.")
    digest = fields.Char(readonly=True, help="Digest of the last decision.")

    _company_uniq = models.UniqueIndex("(company_id)", "One chain per company.")

    @api.model
    def _lock_head(self, company):
        """Return the company's chain end, locked until the transaction ends.

        Two decisions at the same moment would otherwise take the same place. A
        decision committed meanwhile makes PostgreSQL refuse the lock (repeatable
        read), and the platform repeats the call.
        """
        # sudo: the chain belongs to nobody
        self = self.sudo()  # pylint: disable=self-cls-assignment
        self.flush_model(["number", "digest"])
        lock = SQL(
            "SELECT id FROM %s WHERE company_id = %s FOR UPDATE",
            SQL.identifier(self._table),
            company.id,
        )
        rows = self.env.execute_query(lock)
        if not rows:
            # Whoever begins the chain at the same moment is waited for, too.
            self.env.execute_query(
                SQL(
                    "INSERT INTO %s (company_id) VALUES (%s) "
                    "ON CONFLICT DO NOTHING RETURNING id",
                    SQL.identifier(self._table),
                    company.id,
                )
            )
            rows = self.env.execute_query(lock)
        return self.browse(rows[0][0])

    def _administrators(self):
        """Return the policy administrators of the company."""
        self.ensure_one()
        # sudo: whoever runs into a problem need not know who administers
        admins = self.env.ref("crm_policy.group_admin").sudo().all_user_ids
        return admins.filtered(
            lambda user: self.company_id in user.company_ids
        ) or self.env.ref("base.user_admin")

    def _warn(self, users, summary, lines):
        """Put what was found on the users' lists, once while it stands there."""
        self.ensure_one()
        told = self.activity_ids.filtered(lambda a: a.summary == summary).user_id
        for user in users - told:
            self.activity_schedule(
                "mail.mail_activity_data_warning",
                user_id=user.id,
                summary=summary,
                note=Markup("<br/>").join(lines),
            )
