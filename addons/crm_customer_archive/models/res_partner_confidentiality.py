"""Who may see a classified customer file (ARC-205 to ARC-214).

A classified file, with its contacts, addresses, bank accounts, chatter and
attachments, exists only for its account managers, the heads of these, designated
persons (marketing director), and whoever holds a granted request in its period. Other
documents that name the customer use ``is_withheld`` in a rule for all.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

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
    in_hand = fields.Boolean(
        compute="_compute_in_hand",
        search="_search_in_hand",
        compute_sudo=True,
        help="No customer, or a file the user works with: as account manager, "
        "registrar, or head of the account manager's department.",
    )
    is_granted = fields.Boolean(
        string="Granted to Me",
        compute="_compute_is_granted",
        search="_search_is_granted",
        compute_sudo=True,
        help="The user may see the file now by a granted data request.",
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
    # Partners that are no customers, beside the files in hand in one bitmap.
    _no_customer_idx = models.Index("(id) WHERE crm_customer_id IS NULL")

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

    @api.model
    def _any_classified(self):
        """Tell whether there is any classified file at all, whoever asks."""
        classified = SQL.identifier(
            "is_classified", to_flush=self._fields["is_classified"]
        )
        return bool(
            self.env.execute_query(
                SQL("SELECT 1 FROM res_partner WHERE %s LIMIT 1", classified)
            )
        )

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
        keepers = [self._files_query(self._keeper_terms()), self._granted_query()]
        return Domain("is_classified", "=", True) & ~self._file_in(keepers)

    @api.depends("crm_customer_id", "user_id", "second_user_id")
    @api.depends_context("uid")
    def _compute_in_hand(self):
        self._compute_by_search("in_hand", outside=True)

    def _search_in_hand(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        # Whoever fills in the form sees it until it is decided, and no longer: a file
        # that was handed over is no more in the hands of who registered it (ARC-225).
        registrar = SQL(
            "(%s AND %s IN %s)",
            self._is_user("registered_by_id"),
            SQL.identifier("state", to_flush=self._fields["state"]),
            ("draft", "review", "refused"),
        )
        keepers = self._files_query([*self._keeper_terms(), registrar])
        return Domain("crm_customer_id", "=", False) | self._file_in([keepers])

    @api.depends_context("uid")
    def _compute_is_granted(self):
        self._compute_by_search("is_granted", outside=False)

    def _compute_by_search(self, name, outside):
        """Ask the search about customers; ``outside`` is the answer for the others."""
        files = self.filtered("crm_customer_id")
        (self - files)[name] = outside
        if not files:
            return
        found = files.with_context(active_test=False)._search(
            [("id", "in", files.ids), (name, "=", True)]
        )
        found = set(found.get_result_ids())
        for partner in files:
            partner[name] = (partner._origin.id or partner.id) in found

    def _search_is_granted(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return self._file_in([self._granted_query()])

    # Record rules ask the following on every read of every list. The database makes an
    # array of the few files a person has, by the index of each term, and goes from
    # there to the partners, instead of asking for every partner who has it. The terms
    # stand in one scan: planning a scan of this table with its many indexes takes
    # longer than making it.

    @api.model
    def _file_in(self, queries):
        """Return the domain of partners whose file is in one of the ``queries``."""
        union = SQL(" UNION ALL ").join(queries)

        def to_sql(model, alias, query):
            return SQL(
                "%s = ANY (ARRAY (%s))",
                model._field_to_sql(alias, "crm_customer_id", query),
                union,
            )

        return Domain.custom(to_sql=to_sql)

    @api.model
    def _files_query(self, terms):
        """Return the query of the files for which one of the ``terms`` holds."""
        return SQL(
            "SELECT id FROM res_partner WHERE is_crm_customer AND (%s)",
            SQL(" OR ").join(terms),
        )

    @api.model
    def _is_user(self, field_name):
        """Return the term that ``field_name`` is the user."""
        return SQL(
            "%s = %s",
            SQL.identifier(field_name, to_flush=self._fields[field_name]),
            self.env.uid,
        )

    @api.model
    def _keeper_terms(self):
        """Return terms of the files in the user's hands: managers, heads of these."""
        terms = [self._is_user("user_id"), self._is_user("second_user_id")]
        if self.env.user.has_group("crm_policy.group_manager"):
            heads = self.env["hr.department"]._fields["policy_head_ids"]
            terms.append(
                SQL(
                    "%s = ANY (ARRAY "
                    "(SELECT department_id FROM %s WHERE user_id = %s))",
                    SQL.identifier(
                        "crm_department_id",
                        to_flush=self._fields["crm_department_id"],
                    ),
                    SQL.identifier(heads.relation, to_flush=heads),
                    self.env.uid,
                )
            )
        return terms

    @api.model
    def _granted_query(self):
        """Return the query of the files the user may see by a request, now."""
        asked = self.env["crm.data.request"]
        return SQL(
            "SELECT scope.partner_id FROM crm_data_request_scope_rel scope "
            "JOIN crm_data_request asked ON asked.id = scope.request_id "
            "WHERE asked.%s = %s AND asked.%s IN ('released', 'on_loan') "
            "AND asked.%s <= %s AND asked.access_end > %s",
            SQL.identifier("requester_id", to_flush=asked._fields["requester_id"]),
            self.env.uid,
            SQL.identifier("state", to_flush=asked._fields["state"]),
            SQL.identifier("access_start", to_flush=asked._fields["access_end"]),
            fields.Datetime.now(),
            fields.Datetime.now(),
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
        for vals in vals_list:
            self._check_scope_untouched(vals)
        partners = super().create(vals_list)
        secret = partners.filtered("is_classified")
        if secret:
            secret.flush_recordset(["is_classified"])
            secret._check_classified_followers()
        return partners

    def write(self, vals):
        self._check_scope_untouched(vals)
        if "confidentiality_level_id" in vals:
            self._check_level_change(vals["confidentiality_level_id"])
        result = super().write(vals)
        if vals.get("confidentiality_level_id"):
            secret = self.filtered("is_classified")
            secret._check_classified_followers()
            secret._hide_classified_meetings()
        return result

    @api.model
    def _check_not_withheld(self, ids):
        """Raise where one of the partners belongs to a file withheld from the user.

        Their names stand in no error: who guesses an id learns nothing.
        """
        if self.env.su or not ids or not self._any_classified():
            return
        # sudo: the search itself says what this user may not see
        partners = self.sudo().with_context(active_test=False)
        if partners.search_count(
            [("id", "in", list(ids)), ("is_withheld", "=", True)], limit=1
        ):
            raise AccessError(
                self.env._("You have no access to one of the contacts named (ARC-213).")
            )

    @api.model
    def _check_scope_untouched(self, vals):
        """The scope of a data request is frozen there, never written from a file."""
        if vals.get("granted_request_ids"):
            self._raise_guarded("granted_request_ids")

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
        followers = (
            self.env["mail.followers"]
            .sudo()
            .search([("res_model", "=", "res.partner"), ("res_id", "in", self.ids)])
        )
        followers.filtered(lambda follower: not follower._may_follow()).unlink()

    def _hide_classified_meetings(self):
        """Meetings with a file that has just been classified become busy time."""
        # sudo: everybody's calendars, and all people of the file
        family = self.sudo().with_context(active_test=False)
        people = family.search([("crm_customer_id", "in", self.ids)])
        events = self.env["calendar.event"].sudo()  # sudo: as above
        events.search([("partner_ids", "in", people.ids)])._hide_classified()

    # ----------------------------------------------------------------- actions

    def action_view_access_log(self):
        """Open who read, exported or printed this file and its contacts."""
        self._policy_require_one()
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
