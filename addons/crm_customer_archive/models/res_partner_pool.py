"""Public pool (公海): idle customers return, colleagues claim them.

Leads are no matter of the pool by themselves: a prospect worth keeping has a file
(ARC-15), and the open opportunities of a file go with it.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, LockError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

_BATCH = 500


class ResPartner(models.Model):
    _inherit = "res.partner"

    _guarded_fields = (
        "in_pool",
        "pool_since",
        "pool_former_user_id",
        "pool_rule_id",
        "pool_due_date",
        "pool_warned_date",
        "pool_keep_until",
        "pool_contact_date",
    )

    in_pool = fields.Boolean(
        string="In the Public Pool",
        readonly=True,
        copy=False,
        help="Nobody's customer: any salesperson may claim it.",
    )
    in_public_pool = fields.Boolean(
        string="Claimable",
        compute="_compute_in_public_pool",
        search="_search_in_public_pool",
        help="Its file is in the pool of a company that has one switched on.",
    )
    pool_since = fields.Date(readonly=True, copy=False)
    pool_former_user_id = fields.Many2one(
        "res.users", string="Former Account Manager", readonly=True, copy=False
    )
    pool_rule_id = fields.Many2one(
        "crm.pool.rule", readonly=True, copy=False, ondelete="set null"
    )
    pool_contact_date = fields.Date(
        string="Last Contact or Order",
        readonly=True,
        copy=False,
        help="As of the last night in companies that have the public pool.",
    )
    pool_due_date = fields.Date(
        string="Returns to the Pool On", readonly=True, copy=False
    )
    pool_warned_date = fields.Date(readonly=True, copy=False)
    pool_keep_until = fields.Date(
        string="Kept Until",
        readonly=True,
        copy=False,
        help="A manager has decided that the customer does not return before.",
    )
    pool_entry_ids = fields.One2many(
        "crm.pool.entry", "customer_id", string="Pool History", readonly=True
    )

    _in_pool_idx = models.Index("(company_id) WHERE in_pool")

    # ------------------------------------------------------------- visibility

    @api.depends("in_pool", "crm_customer_id.in_pool")
    @api.depends_context("allowed_company_ids")
    def _compute_in_public_pool(self):
        found = self.with_context(active_test=False)._search(
            [("id", "in", self.ids), ("in_public_pool", "=", True)]
        )
        ids = set(found.get_result_ids())
        for partner in self:
            partner.in_public_pool = partner.id in ids

    @api.model
    def _search_in_public_pool(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        # sudo: whether the companies have a pool
        companies = self.env.companies.sudo().filtered("customer_pool")
        if not companies:
            return Domain.FALSE  # costs nothing where there is no pool
        in_pool = self._fields["in_pool"]

        def to_sql(model, alias, query):
            return SQL(
                "%s = ANY (ARRAY (SELECT id FROM res_partner WHERE %s"
                " AND company_id IN %s))",
                model._field_to_sql(alias, "crm_customer_id", query),
                SQL.identifier("in_pool", to_flush=in_pool),
                tuple(companies.ids),
            )

        return Domain.custom(to_sql=to_sql)

    # ----------------------------------------------------------- last contact

    @api.model
    def _pool_last_contact_sources(self, company):
        """Hook: return queries of (customer_id, day) that count as contact.

        Areas above add theirs; customers are commercial entities.
        """
        zone = company._policy_tz().zone

        def local(column):
            return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", column, zone)

        sources = [
            SQL(
                "SELECT entity.commercial_partner_id, MAX(%s) FROM sale_order o"
                " JOIN res_partner entity ON entity.id = o.partner_id"
                " WHERE o.state = 'sale' AND o.company_id = %s GROUP BY 1",
                local(SQL("o.date_order")),
                company.id,
            ),
            SQL(
                "SELECT entity.commercial_partner_id, MAX(move.invoice_date)"
                " FROM account_move move"
                " JOIN res_partner entity ON entity.id = move.partner_id"
                " WHERE move.state = 'posted' AND move.move_type = 'out_invoice'"
                " AND move.company_id = %s GROUP BY 1",
                company.id,
            ),
            SQL(
                "SELECT entity.commercial_partner_id, MAX(activity.date_done)"
                " FROM mail_activity activity"
                " JOIN crm_lead lead ON lead.id = activity.res_id"
                " AND activity.res_model = 'crm.lead'"
                " JOIN res_partner entity ON entity.id = lead.partner_id"
                " WHERE activity.date_done IS NOT NULL"
                " AND lead.company_id = %s GROUP BY 1",
                company.id,
            ),
            SQL(
                "SELECT customer_id, MAX(%s) FROM crm_pool_entry"
                " WHERE date_out IS NOT NULL AND company_id = %s GROUP BY 1",
                local(SQL("date_out")),
                company.id,
            ),
        ]
        sources.append(
            SQL(
                "SELECT customer_id, MAX(%s) FROM crm_contact_log"
                " WHERE company_id = %s AND customer_id IS NOT NULL GROUP BY 1",
                local(SQL("date")),
                company.id,
            )
        )
        return sources

    # -------------------------------------------------------------------- cron

    @api.model
    def _cron_pool(self):
        """Warn owners of idle customers, return those whose time is over."""
        companies = self.env["res.company"].search([("customer_pool", "=", True)])
        for company in companies:
            partners = self.with_company(company)
            partners._pool_update_dates(company)
            partners._pool_warn(company)
            self.env["ir.cron"]._commit_progress()
            while partners._pool_return_due(company):
                self.env["ir.cron"]._commit_progress(_BATCH)

    @api.model
    def _pool_update_dates(self, company):
        """Compute last contact, rule and day of return of all owned customers."""
        self.env.flush_all()
        rules = self.env["crm.pool.rule"]._for_company(company)
        cases = SQL(" ").join(
            SQL("WHEN %s THEN %s", rule._condition(), rule.id) for rule in rules
        )
        # What is classified is not for everybody to see, so no rule fits it.
        rule_id = (
            SQL("CASE WHEN partner.is_classified THEN NULL %s END", cases)
            if rules
            else SQL("NULL::int")
        )
        self.env.cr.execute(
            SQL(
                """
                WITH contact AS (
                    SELECT customer_id, MAX(day) AS day
                      FROM (%(sources)s) AS source (customer_id, day) GROUP BY 1
                ), owned AS (
                    SELECT partner.id, %(rule)s AS rule_id,
                           GREATEST(contact.day, partner.archived_date,
                                    partner.registered_date) AS last_day
                      FROM res_partner partner
                      LEFT JOIN contact ON contact.customer_id = partner.id
                     WHERE partner.is_crm_customer AND partner.active
                       AND partner.user_id IS NOT NULL
                       AND partner.company_id = %(company)s
                ), due AS (
                    SELECT owned.id, owned.rule_id, owned.last_day,
                           GREATEST(owned.last_day + rule.days,
                                    partner.pool_keep_until) AS day,
                           CASE WHEN partner.pool_warned_date > owned.last_day
                                THEN partner.pool_warned_date END AS warned
                      FROM owned
                      JOIN res_partner partner ON partner.id = owned.id
                      LEFT JOIN crm_pool_rule rule ON rule.id = owned.rule_id
                )
                UPDATE res_partner partner
                   SET pool_contact_date = due.last_day, pool_rule_id = due.rule_id,
                       pool_due_date = CASE WHEN due.rule_id IS NOT NULL
                                            THEN due.day END,
                       pool_warned_date = due.warned
                  FROM due
                 WHERE due.id = partner.id
                   AND (partner.pool_contact_date, partner.pool_rule_id,
                        partner.pool_due_date, partner.pool_warned_date)
                       IS DISTINCT FROM
                       (due.last_day, due.rule_id,
                        CASE WHEN due.rule_id IS NOT NULL THEN due.day END, due.warned)
                """,
                sources=SQL(" UNION ALL ").join(
                    self._pool_last_contact_sources(company)
                ),
                rule=rule_id,
                company=company.id,
            )
        )
        self.env.invalidate_all()

    @api.model
    def _pool_warn(self, company):
        """Warn the owners of customers that return soon, once per idle time."""
        today = company._policy_today()
        ids = [
            row[0]
            for row in self.env.execute_query(
                SQL(
                    "SELECT partner.id FROM res_partner partner"
                    " JOIN crm_pool_rule rule ON rule.id = partner.pool_rule_id"
                    " WHERE partner.company_id = %s AND NOT COALESCE(in_pool, FALSE)"
                    " AND partner.user_id IS NOT NULL"
                    " AND partner.pool_warned_date IS NULL"
                    " AND partner.pool_due_date - rule.warning_days <= %s"
                    " ORDER BY partner.id FOR UPDATE OF partner SKIP LOCKED",
                    company.id,
                    today,
                )
            )
        ]
        customers = self.browse(ids)
        activity_type = self.env.ref("crm_customer_archive.activity_type_pool")
        model_id = self.env["ir.model"]._get_id("res.partner")
        self.env["mail.activity"].create(
            [
                {
                    "res_model_id": model_id,
                    "res_id": customer.id,
                    "activity_type_id": activity_type.id,
                    "user_id": customer.user_id.id,
                    "date_deadline": max(
                        customer.pool_due_date,
                        today + timedelta(days=customer.pool_rule_id.warning_days),
                    ),
                    "summary": self.env._("Contact the customer, or it returns"),
                }
                for customer in customers
                if customer.user_id.active
            ]
        )
        if customers:
            customers._write_guarded({"pool_warned_date": today})

    @api.model
    def _pool_return_due(self, company):
        """Return one batch of customers whose time is over.

        :return: whether there may be more
        """
        self.env.flush_all()
        today = company._policy_today()
        ids = [
            row[0]
            for row in self.env.execute_query(
                SQL(
                    "SELECT partner.id FROM res_partner partner"
                    " JOIN crm_pool_rule rule ON rule.id = partner.pool_rule_id"
                    " WHERE partner.company_id = %(company)s"
                    " AND NOT COALESCE(in_pool, FALSE)"
                    " AND partner.user_id IS NOT NULL"
                    " AND partner.pool_due_date <= %(today)s"
                    " AND partner.pool_warned_date + rule.warning_days <= %(today)s"
                    " AND partner.state IN ('draft', 'refused', 'archived')"
                    " ORDER BY partner.id LIMIT %(limit)s"
                    " FOR UPDATE OF partner SKIP LOCKED",
                    company=company.id,
                    today=today,
                    limit=_BATCH,
                )
            )
        ]
        self.browse(ids)._pool_put("idle", False)
        return len(ids) == _BATCH

    # ------------------------------------------------------------- procedures

    def _pool_put(self, cause, reason):
        """Put customers into the pool; who looked after them is remembered."""
        if not self:
            return
        now = fields.Datetime.now()
        # sudo: stays are recorded by the procedure only
        entries = self.env["crm.pool.entry"].sudo()
        # A merged customer may have brought one along.
        entries.search(
            [("customer_id", "in", self.ids), ("date_out", "=", False)]
        )._end()
        entries.flush_model()  # the last stay ends before this one
        entries.create(
            [
                {
                    "customer_id": customer.id,
                    "company_id": customer.company_id.id,
                    "rule_id": customer.pool_rule_id.id,
                    "cause": cause,
                    "reason_in": reason,
                    "date_in": now,
                    "former_user_id": customer.user_id.id,
                    "last_contact_date": customer.pool_contact_date,
                    "returned_by_id": False if cause == "idle" else self.env.uid,
                }
                for customer in self
            ]
        )
        activity_type = self.env.ref("crm_customer_archive.activity_type_pool")
        # sudo: to-dos and opportunities of others go with the customer
        self.env["mail.activity"].sudo().search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "in", self.ids),
                ("activity_type_id", "=", activity_type.id),
            ]
        ).unlink()
        for (company, user), customers in self.grouped(
            lambda c: (c.company_id, c.user_id)
        ).items():
            customers._pool_opportunities(user).write({"user_id": False})
            customers._write_protected(
                {
                    "user_id": False,
                    "second_user_id": False,
                    "in_pool": True,
                    "pool_since": company._policy_today(),
                    "pool_former_user_id": user.id,
                    "pool_due_date": False,
                    "pool_warned_date": False,
                    "pool_keep_until": False,
                }
            )

    def _pool_opportunities(self, user):
        """Return the open opportunities of these customers that ``user`` has."""
        # sudo: they follow the customer, whoever moves it
        return (
            self.env["crm.lead"]
            .sudo()
            .search(
                [
                    ("partner_id.crm_customer_id", "in", self.ids),
                    ("user_id", "=", user.id),
                    ("won_status", "=", "pending"),
                ]
            )
        )

    def _pool_take(self, user, state, reason=False):
        """Give customers in the pool to ``user``."""
        entries = (
            self.env["crm.pool.entry"]
            .sudo()  # sudo: stays are recorded by the procedure only
            .search([("customer_id", "in", self.ids), ("date_out", "=", False)])
        )
        entries.write(
            {
                "state": state,
                "date_out": fields.Datetime.now(),
                "user_id": user.id,
                "assigned_by_id": self.env.uid if state == "assigned" else False,
                "reason_out": reason,
            }
        )
        self._write_protected(
            {
                "user_id": user.id,
                "in_pool": False,
                "pool_since": False,
                "pool_former_user_id": False,
            }
        )
        self._pool_opportunities(user.browse()).write({"user_id": user.id})

    def write(self, vals):
        """Who gets an account manager by any other way leaves the pool as well."""
        res = super().write(vals)
        if vals.get("user_id") and "in_pool" not in vals:
            # sudo: the pool's own bookkeeping
            pooled = self.sudo().filtered("in_pool")
            if pooled:
                user = self.env["res.users"].browse(vals["user_id"])
                pooled._pool_take(user, "assigned")
        return res

    # ------------------------------------------------------------------ checks

    def _pool_lock(self):
        """Lock the files and the person, so that limits and claims hold at once."""
        try:
            # sudo: claimed is what the user may not yet write
            self.sudo().lock_for_update(allow_referencing=True)
        except LockError as error:
            raise UserError(
                self.env._("Somebody else is claiming this customer at this moment.")
            ) from error
        # Two claims of one person at once: the later one is repeated by the server.
        self.env.cr.execute(
            SQL(
                "UPDATE res_users SET write_date = write_date WHERE id = %s",
                self.env.uid,
            )
        )

    def _check_pool_enabled(self):
        for company in self.sudo().company_id:  # sudo: a setting
            if not company.customer_pool:
                raise UserError(
                    self.env._("%s has no public pool.", company.display_name)
                )

    def _check_in_pool(self):
        for customer in self.sudo():  # sudo: the rule, not the file
            if not customer.in_pool:
                raise UserError(
                    self.env._(
                        "%s is not in the public pool, or has just been claimed.",
                        customer.display_name,
                    )
                )

    def _check_claim(self):
        """Raise where the waiting time or the limit of claims forbids it."""
        user = self.env.user
        for customer in self.sudo():  # sudo: figures of the rule
            rule = customer._pool_present_rule()
            today = customer.company_id._policy_today()
            free = customer.pool_since + timedelta(days=rule.wait_days)
            if customer.pool_former_user_id == user and today < free:
                raise UserError(
                    self.env._(
                        "%(customer)s was yours: you may claim it again from "
                        "%(date)s on.",
                        customer=customer.display_name,
                        date=free,
                    )
                )
        for (company, rule), customers in (
            self.sudo()  # sudo: figures of the rule
            .grouped(lambda c: (c.company_id, c._pool_present_rule()))
            .items()
        ):
            since = fields.Datetime.now() - timedelta(days=rule.claim_days)
            claimed = (
                self.env["crm.pool.entry"]
                .sudo()  # sudo: one's own claims, also of customers gone since
                .search_count(
                    [
                        ("company_id", "=", company.id),
                        ("state", "=", "claimed"),
                        ("user_id", "=", user.id),
                        ("date_out", ">=", since),
                    ]
                )
            )
            if claimed + len(customers) > rule.claim_limit:
                raise UserError(
                    self.env._(
                        "A person may claim %(limit)s customers in %(days)s days; you "
                        "have claimed %(claimed)s.",
                        limit=rule.claim_limit,
                        days=rule.claim_days,
                        claimed=claimed,
                    )
                )

    def _pool_present_rule(self):
        """Return the rule whose figures count for a customer in the pool."""
        return (
            self.pool_rule_id
            or self.env["crm.pool.rule"]._for_company(self.company_id)[:1]
        )

    def _check_pool_manager(self):
        """Raise unless the user manages customers and sees these."""
        user = self.env.user
        if not user.has_group("crm_policy.group_manager"):
            raise AccessError(self.env._("Only managers assign customers of the pool."))
        self.check_access("read")
