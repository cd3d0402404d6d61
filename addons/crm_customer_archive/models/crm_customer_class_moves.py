"""What follows from computed classes: moves, standings, history, customer files."""

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL

from .crm_customer_class_engine import FIGURES


class CrmCustomerClassEngine(models.AbstractModel):
    _inherit = "crm.customer.class.engine"

    # ----------------------------------------------------------------- compare

    @api.model
    def _judgement_decided(self, scheme, company, partners):
        """Apply the class a few customers have after a judgement, at once."""
        scheme = scheme.sudo()  # sudo: who decides need not be allowed to write classes
        scheme._lock()
        self = self.sudo()  # sudo: as above, also standings and history
        day = company._policy_today()
        self._recall(scheme, company, day, partners)
        self._compare(scheme, company, day, leavers=False)
        self.env.cr.execute("UPDATE crm_class_result SET due = movement != 'same'")
        self._store_standings(scheme, company, day, applied=True)
        self._apply_moves(scheme, company, day)
        self._rank_in_class(scheme, company)
        self._sync_customers(company, partners.ids)
        self.env.cr.execute("DROP TABLE crm_class_result")

    @api.model
    def _compare(self, scheme, company, day, leavers):
        """Add to the results what was held before and whether a move is due.

        :param leavers: customers who held a class and are not classified any more get
            a row as well
        """
        grace = SQL("%s", day - relativedelta(months=scheme.step_down_months))
        if leavers:
            self.env.cr.execute(
                SQL(
                    "INSERT INTO crm_class_result (partner_id)"
                    " SELECT h.partner_id FROM crm_customer_class_history h"
                    " WHERE %s AND NOT EXISTS (SELECT FROM crm_class_result r"
                    " WHERE r.partner_id = h.partner_id)",
                    self._current_sql(scheme, company),
                )
            )
        # Writing a new table takes half the time of filling columns added to the old.
        self.env.cr.execute(
            SQL(
                """
                CREATE TEMPORARY TABLE crm_class_compared ON COMMIT DROP AS
                SELECT c.*, c.movement != 'same' AND (
                           c.movement NOT IN ('down', 'out')
                           OR c.lower_since <= %(grace)s) AS due
                  FROM (
                    SELECT m.*, CASE WHEN movement IN ('down', 'out')
                                     THEN COALESCE(s.lower_since, %(day)s) END
                                AS lower_since
                      FROM (
                        SELECT r.*, h.class_id AS held_class_id,
                               CASE WHEN r.class_id IS NOT DISTINCT FROM h.class_id
                                    THEN 'same'
                                    WHEN h.class_id IS NULL THEN 'new'
                                    WHEN r.class_id IS NULL THEN 'out'
                                    WHEN now.sequence > held.sequence THEN 'down'
                                    ELSE 'up' END AS movement
                          FROM crm_class_result r
                          LEFT JOIN crm_customer_class_history h
                                 ON h.partner_id = r.partner_id AND %(current)s
                          LEFT JOIN crm_customer_class now ON now.id = r.class_id
                          LEFT JOIN crm_customer_class held ON held.id = h.class_id
                      ) m
                      LEFT JOIN crm_customer_standing s
                             ON s.partner_id = m.partner_id
                            AND s.scheme_id = %(scheme)s AND s.company_id = %(company)s
                  ) c;
                DROP TABLE crm_class_result;
                ALTER TABLE crm_class_compared RENAME TO crm_class_result;
                CREATE UNIQUE INDEX ON crm_class_result (partner_id);
                ANALYZE crm_class_result
                """,
                current=self._current_sql(scheme, company),
                grace=grace,
                day=day,
                scheme=scheme.id,
                company=company.id,
            )
        )

    @api.model
    def _current_sql(self, scheme, company):
        """Return the condition of the classes held now, for alias ``h``."""
        return SQL(
            "h.scheme_id = %s AND h.company_id = %s AND h.state = 'applied'"
            " AND h.date_to IS NULL",
            scheme.id or None,
            company.id,
        )

    # ------------------------------------------------------------------- store

    @api.model
    def _store_standings(self, scheme, company, day, applied):
        """Keep the latest figures of every customer, and the class held from now on.

        In one write: what is due is applied with it, where it is applied at once.
        """
        decided = ("figures_class_id", "figures_rule_id", "rule_id")
        names = (*decided, *FIGURES)
        columns = SQL(", ").join(SQL.identifier(name) for name in names)
        kept = ("date", "class_id", "lower_since", "class_rank", "is_top", *names)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_customer_standing AS s
                    (partner_id, scheme_id, company_id, date, class_id, lower_since,
                     class_rank, is_top, %(columns)s)
                SELECT r.partner_id, %(scheme)s, %(company)s, %(day)s, r.kept_class_id,
                       r.kept_since, r.place, r.place <= %(top)s, %(columns)s
                  FROM (
                    SELECT k.*, CASE WHEN k.kept_class_id IS NOT NULL THEN RANK() OVER (
                               PARTITION BY k.kept_class_id
                               ORDER BY COALESCE(k.%(by)s, 0) DESC) END AS place
                      FROM (
                        SELECT r.*,
                               CASE WHEN %(applied)s AND r.due THEN r.class_id
                                    ELSE r.held_class_id END AS kept_class_id,
                               CASE WHEN NOT (%(applied)s AND r.due)
                                    THEN r.lower_since END AS kept_since
                          FROM crm_class_result r
                      ) k
                  ) r
                 ORDER BY r.partner_id
                ON CONFLICT (partner_id, scheme_id, company_id) DO UPDATE
                   SET %(updates)s
                 WHERE (%(old)s) IS DISTINCT FROM (%(new)s)
                """,
                columns=columns,
                scheme=scheme.id,
                company=company.id,
                day=day,
                top=scheme.top_count,
                by=self._size_column(scheme),
                applied=bool(applied),
                updates=SQL(", ").join(
                    SQL("%s = EXCLUDED.%s", SQL.identifier(name), SQL.identifier(name))
                    for name in kept
                ),
                old=SQL(", ").join(SQL.identifier("s", name) for name in kept),
                new=SQL(", ").join(SQL.identifier("excluded", name) for name in kept),
            )
        )
        self.env["crm.customer.standing"].invalidate_model()

    @api.model
    def _size_column(self, scheme):
        """Return the figure by which the customers of a class are ranked."""
        collected = scheme.basis == "collected"
        return SQL.identifier("amount" if collected else scheme.rank_by)

    @api.model
    def _apply_moves(self, scheme, company, day):
        """Give the customers whose move is due their class, with the figures."""
        due = SQL("SELECT 1 FROM crm_class_result WHERE due LIMIT 1")
        if not self.env.execute_query(due):
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_customer_class_history h SET date_to = %(day)s
                  FROM crm_class_result r
                 WHERE r.due AND h.partner_id = r.partner_id AND %(current)s
                """,
                day=day,
                current=self._current_sql(scheme, company),
            )
        )
        self._insert_history(scheme, company, day, "applied")

    @api.model
    def _insert_history(self, scheme, company, day, state, proposal=None):
        """Write history rows of the moves that are due."""
        date_from, date_to = scheme._period(day)
        names = SQL(", ").join(SQL.identifier(name) for name in FIGURES)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_customer_class_history
                    (partner_id, scheme_id, company_id, class_id, previous_class_id,
                     movement, date_from, date_to, state, origin, rule_id,
                     judgement_id, proposal_id, user_id, decided_on, period_from,
                     period_to, %(names)s,
                     create_uid, create_date, write_uid, write_date)
                SELECT r.partner_id, %(scheme)s, %(company)s, r.class_id,
                       r.held_class_id, r.movement, %(day)s,
                       CASE WHEN r.class_id IS NULL AND %(state)s = 'applied'
                            THEN %(day)s::date END, %(state)s,
                       CASE WHEN r.judgement_id IS NULL THEN 'computed'
                            ELSE 'judged' END,
                       r.rule_id, r.judgement_id, %(proposal)s, %(user)s, %(day)s,
                       %(period_from)s, %(period_to)s, %(names)s,
                       %(user)s, %(now)s, %(user)s, %(now)s
                  FROM crm_class_result r
                 WHERE r.due
                 ORDER BY r.partner_id
                """,
                names=names,
                scheme=scheme.id,
                company=company.id,
                day=day,
                state=state,
                proposal=proposal.id if proposal else None,
                user=self.env.uid,
                period_from=date_from,
                period_to=date_to,
                now=self.env.cr.now(),
            )
        )
        self.env["crm.customer.class.history"].invalidate_model()

    @api.model
    def _rank_in_class(self, scheme, company):
        """Number the customers of each class by size; the largest are listed."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_customer_standing s
                   SET class_rank = r.place, is_top = r.place <= %(top)s
                  FROM (
                    SELECT id, RANK() OVER (
                               PARTITION BY class_id ORDER BY %(by)s DESC) AS place
                      FROM crm_customer_standing
                     WHERE scheme_id = %(scheme)s AND company_id = %(company)s
                       AND class_id IS NOT NULL
                  ) r
                 WHERE r.id = s.id
                   AND (s.class_rank, s.is_top)
                       IS DISTINCT FROM (r.place::int, r.place <= %(top)s)
                """,
                top=scheme.top_count,
                by=SQL("COALESCE(%s, 0)", self._size_column(scheme)),
                scheme=scheme.id,
                company=company.id,
            )
        )
        self.env["crm.customer.standing"].invalidate_model()

    @api.model
    def _sync_customers(self, company, partner_ids=None):
        """Show on the files the class held in the scheme the company has in force.

        :param partner_ids: only these customers
        """
        self.env.flush_all()
        scheme = self.env["crm.customer.scheme"]._in_force(company)
        key = str(company.id)
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE res_partner p
                   SET customer_class_id =
                       COALESCE(p.customer_class_id, '{}'::jsonb)
                       || jsonb_build_object(%(key)s, n.class_id)
                  FROM (
                    SELECT c.id, h.class_id
                      FROM res_partner c
                      LEFT JOIN crm_customer_class_history h
                             ON h.partner_id = c.id AND %(current)s
                     WHERE (h.class_id IS NOT NULL
                            OR c.customer_class_id ->> %(key)s IS NOT NULL)
                       AND h.class_id::text
                           IS DISTINCT FROM c.customer_class_id ->> %(key)s
                       %(only)s
                  ) n
                 WHERE n.id = p.id
                RETURNING p.id
                """,
                key=key,
                current=self._current_sql(scheme, company),
                only=SQL("AND c.id IN %s", tuple(partner_ids))
                if partner_ids
                else SQL(),
            )
        )
        changed = self.env["res.partner"].browse(row[0] for row in rows)
        changed.invalidate_recordset(["customer_class_id"])
        changed.modified(["customer_class_id"])
        return len(changed)
