"""Who may see a classified customer file (ARC-205 to ARC-214).

A classified file, with its contacts, addresses, bank accounts, chatter and
attachments, exists only for its account managers, the heads of these, designated
persons (marketing director), and whoever holds a granted request in its period. Other
documents that name the customer use ``is_withheld`` in a rule for all.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

DESIGNATED = "crm_customer_archive.group_classified"


class ResPartner(models.Model):
    _inherit = "res.partner"

    confidentiality_level_id = fields.Many2one(
        "crm.confidentiality.level",
        ondelete="restrict",
        copy=False,
        index="btree_not_null",
        tracking=True,
        help="Level of secrecy of the customer file; empty means the lowest. It holds "
        "for the contacts, bank accounts, messages and attachments too.",
    )
    is_classified = fields.Boolean(
        string="Classified",
        compute="_compute_is_classified",
        store=True,
        compute_sudo=True,
        help="Belongs to a customer file of a classified level (ARC-213).",
    )
    is_withheld = fields.Boolean(
        string="Withheld",
        compute="_compute_is_withheld",
        search="_search_is_withheld",
        compute_sudo=True,
        help="The file is classified and the user has no part in it.",
    )
    granted_request_ids = fields.Many2many(
        "crm.data.request",
        "crm_data_request_scope_rel",
        "partner_id",
        "request_id",
        string="Granted Data Requests",
        readonly=True,
        copy=False,
        help="Released requests whose scope this customer file is in (SM-05).",
    )
    two_factor_missing = fields.Boolean(
        compute="_compute_two_factor_missing",
        compute_sudo=True,
        help="Two-factor login is advised for this file and the user has none.",
    )

    _classified_idx = models.Index("(crm_customer_id) WHERE is_classified")

    # ---------------------------------------------------------------- computes

    @api.depends(
        "is_crm_customer",
        "crm_customer_id",
        "crm_customer_id.confidentiality_level_id.classified",
    )
    def _compute_is_classified(self):
        for partner in self:
            level = partner.crm_customer_id.confidentiality_level_id
            partner.is_classified = level.classified

    @api.depends("is_classified")
    @api.depends_context("uid")
    def _compute_is_withheld(self):
        classified = self.filtered("is_classified")
        (self - classified).is_withheld = False
        if not classified:
            return
        hidden = set(
            self.with_context(active_test=False)
            ._search([("id", "in", classified.ids), ("is_withheld", "=", True)])
            .get_result_ids()
        )
        for partner in classified:
            partner.is_withheld = (partner._origin.id or partner.id) in hidden

    def _search_is_withheld(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        if self.env.user.has_group(DESIGNATED):
            return Domain.FALSE
        keepers = self._classified_keeper_domain() | self._granted_domain()
        return Domain("is_classified", "=", True) & ~keepers

    @api.model
    def _classified_keeper_domain(self):
        """Return the files the user has in hand: account managers and their heads."""
        uid = self.env.uid
        return Domain.OR(
            [
                Domain("crm_customer_id.user_id", "=", uid),
                Domain("crm_customer_id.second_user_id", "=", uid),
                Domain("crm_customer_id.crm_department_id.policy_head_ids", "in", uid),
            ]
        )

    @api.model
    def _granted_domain(self):
        """Return the files the user may see by a granted request, now."""
        return Domain(
            "crm_customer_id.granted_request_ids",
            "any",
            [
                ("requester_id", "=", self.env.uid),
                ("state", "in", ("released", "on_loan")),
                ("access_start", "<=", "now"),
                ("access_end", ">", "now"),
            ],
        )

    @api.depends("crm_customer_id.confidentiality_level_id.two_factor")
    @api.depends_context("uid")
    def _compute_two_factor_missing(self):
        # The platform's two-factor login is an addon a company may have removed.
        user = self.env.user
        secured = "totp_enabled" in user._fields and user.totp_enabled
        for partner in self:
            level = partner.crm_customer_id.confidentiality_level_id
            partner.two_factor_missing = level.two_factor and not secured

    # --------------------------------------------------------------- lifecycle

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        secret = partners.filtered("is_classified")
        if secret:
            secret.flush_recordset(["is_classified"])
            secret._check_classified_followers()
        return partners

    def write(self, vals):
        if "confidentiality_level_id" in vals:
            self._check_level_change(vals["confidentiality_level_id"])
        result = super().write(vals)
        if vals.get("confidentiality_level_id"):
            self.filtered("is_classified")._check_classified_followers()
        return result

    def _check_level_change(self, level_id):
        """Raise where a classified file would be declassified by anybody.

        Everyone who keeps a file may make it more secret; to make a classified file
        less secret is for the persons designated for classified data (ARC-213).
        """
        if self.env.su or self.env.user.has_group(DESIGNATED):
            return
        Level = self.env["crm.confidentiality.level"]
        new = Level.browse(level_id) if level_id else Level._lowest()
        for partner in self:
            old = partner.confidentiality_level_id
            if old.classified and new.rank < old.rank:
                raise AccessError(
                    self.env._(
                        "%(customer)s is classified (%(level)s). Only the marketing "
                        "director or a designated person may lower its "
                        "confidentiality level (ARC-213).",
                        customer=partner.display_name,
                        level=old.name,
                    )
                )

    def _check_classified_followers(self):
        """Drop followers who may not see a file that has just been classified.

        A follower receives what is written on the file by e-mail.
        """
        # sudo: followers are the platform's, and none of the reader's business
        followers = self.env["mail.followers"].sudo().search(
            [("res_model", "=", "res.partner"), ("res_id", "in", self.ids)]
        )
        followers.filtered(lambda follower: not follower._may_follow()).unlink()

    # ----------------------------------------------------------------- actions

    def action_view_access_log(self):
        """Open who read, exported or printed this file and its contacts."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_customer_archive.action_crm_access_log"
        )
        # sudo: contacts of a file one may read
        family = self.sudo().with_context(active_test=False)
        ids = family.search([("crm_customer_id", "=", self.crm_customer_id.id)]).ids
        action.update(domain=[("partner_ids", "in", ids)], context={})
        return action

    # ----------------------------------------------------------------- helpers

    def _confidentiality_level(self):
        """Return the level of this file, the lowest one where it has none."""
        self.ensure_one()
        return self.confidentiality_level_id or self.confidentiality_level_id._lowest()

    def _kept_by(self, user):
        """Return those files ``user`` works with: as account manager or as head."""
        # sudo: the org chart decides, the caller has the files already
        return self.sudo().filtered(
            lambda file: (
                user in (file.user_id, file.second_user_id)
                or user in file.crm_department_id.policy_head_ids
            )
        )
