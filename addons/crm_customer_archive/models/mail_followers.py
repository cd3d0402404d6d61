"""Followers of classified customer files: only who may see the file."""

from odoo import api, fields, models
from odoo.fields import Domain


class MailFollowers(models.Model):
    _inherit = "mail.followers"

    is_withheld = fields.Boolean(
        compute="_compute_is_withheld",
        search="_search_is_withheld",
        compute_sudo=True,
        help="Follows a classified customer file the user has no part in.",
    )

    @api.depends("res_model", "res_id")
    @api.depends_context("uid")
    def _compute_is_withheld(self):
        hidden = set(
            self._search(
                [("id", "in", self.ids), ("is_withheld", "=", True)]
            ).get_result_ids()
        )
        for follower in self:
            follower.is_withheld = follower.id in hidden

    def _search_is_withheld(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        # sudo: the domain itself says what this user may not see
        files = self.env["res.partner"].sudo().with_context(active_test=False)
        hidden = files._search([("is_withheld", "=", True)])
        return Domain("res_model", "=", "res.partner") & Domain("res_id", "in", hidden)

    def _may_follow(self):
        """Tell whether the follower may read the customer file it follows."""
        self.ensure_one()
        users = self.partner_id.user_ids.filtered(lambda user: not user.share)
        if self.partner_id.crm_customer_id.id == self.res_id:
            return True  # the customer itself gets what is written to it
        file = self.env["res.partner"].browse(self.res_id)
        return any(file.with_user(user).has_access("read") for user in users)

    @api.model_create_multi
    def create(self, vals_list):
        followers = super().create(vals_list)
        files = followers.filtered(lambda rec: rec.res_model == "res.partner")
        if files:
            # sudo: only whether the files are classified
            partners = self.env["res.partner"].sudo().browse(files.mapped("res_id"))
            secret = set(partners.filtered("is_classified").ids)
            files.filtered(
                lambda rec: rec.res_id in secret and not rec._may_follow()
            ).unlink()
        return followers.exists() if files else followers
