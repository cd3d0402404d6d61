"""Who would move if a grading scheme were computed or put in force today."""

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL


class CrmCustomerClassPreview(models.TransientModel):
    _name = "crm.customer.class.preview"
    _description = "Preview of Classes"
    _rec_name = "scheme_id"

    scheme_id = fields.Many2one("crm.customer.scheme", required=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    in_force_id = fields.Many2one(
        "crm.customer.scheme",
        string="Scheme in Force",
        compute="_compute_in_force_id",
    )
    date = fields.Date(readonly=True)
    summary_ids = fields.One2many(
        "crm.customer.class.preview.summary", "preview_id", readonly=True
    )
    line_ids = fields.One2many(
        "crm.customer.class.preview.line", "preview_id", readonly=True
    )
    customer_count = fields.Integer(readonly=True)
    move_count = fields.Integer(readonly=True)

    @api.depends("company_id")
    def _compute_in_force_id(self):
        for record in self:
            record.in_force_id = record.scheme_id._in_force(record.company_id)

    def action_compute(self):
        """Compute without changing anything; returns the action that shows it."""
        self.ensure_one()
        self.scheme_id._check_may_compute()
        # sudo: the ranking is made over all customers; lines are shown under the
        # reader's own rights on customers
        engine = self.env["crm.customer.class.engine"].sudo()
        day = self.company_id._policy_today()
        engine._compute(self.scheme_id.sudo(), self.company_id, day)  # sudo: as above
        for table in ("line", "summary"):
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE preview_id = %s",
                    SQL.identifier(f"crm_customer_class_preview_{table}"),
                    self.id,
                )
            )
        self._store_lines()
        self._store_summary()
        [(customers, moves)] = self.env.execute_query(
            SQL(
                "SELECT COUNT(*) FILTER (WHERE class_id IS NOT NULL), (SELECT COUNT(*)"
                " FROM crm_customer_class_preview_line WHERE preview_id = %s)"
                " FROM crm_class_result",
                self.id,
            )
        )
        self.env.cr.execute("DROP TABLE crm_class_result")
        self.invalidate_recordset()
        self.write({"date": day, "customer_count": customers, "move_count": moves})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview of Classes"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "current",
        }

    def action_put_in_force(self):
        """Choose the scheme's policy for the company: its classes are applied."""
        self.ensure_one()
        if not self.env.user.has_group("crm_policy.group_admin"):
            raise AccessError(
                self.env._("The grading policy is chosen by the policy administrator.")
            )
        # sudo: the policy administrator chooses policies without the right to edit
        # companies otherwise
        self.company_id.sudo().policy_grading_profile_id = self.scheme_id.profile_id
        return self.scheme_id.action_open_standings()

    def action_open_lines(self):
        """Open the customers who would move as a list of their own."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Who Would Move"),
            "res_model": "crm.customer.class.preview.line",
            "view_mode": "list",
            "domain": [("preview_id", "=", self.id)],
            "context": {"search_default_group_new": 1},
        }

    def _store_lines(self):
        """Keep a line per customer whose class on the file would be another one."""
        key = str(self.company_id.id)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_customer_class_preview_line
                    (preview_id, partner_id, old_class_id, new_class_id, rule_id,
                     amount, share, currency_id, create_uid, create_date)
                SELECT %(id)s, m.partner_id, m.old_class_id, m.class_id, m.rule_id,
                       m.amount, m.share, %(currency)s, %(uid)s, %(now)s
                  FROM (
                    SELECT r.*, (p.customer_class_id ->> %(key)s)::int AS old_class_id
                      FROM crm_class_result r JOIN res_partner p ON p.id = r.partner_id
                  ) m
                 WHERE m.old_class_id IS DISTINCT FROM m.class_id
                """,
                id=self.id,
                key=key,
                currency=self.company_id.currency_id.id,
                uid=self.env.uid,
                now=self.env.cr.now(),
            )
        )

    def _store_summary(self):
        """Keep, per class, how many have it and how many would."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_customer_class_preview_summary
                    (preview_id, class_id, now_count, then_count, in_count, out_count,
                     create_uid, create_date)
                SELECT %(id)s, c.class_id, SUM(was), SUM(will),
                       SUM(CASE WHEN moves THEN will ELSE 0 END),
                       SUM(CASE WHEN moves THEN was ELSE 0 END), %(uid)s, %(now)s
                  FROM (
                    SELECT r.class_id, 0 AS was, 1 AS will,
                           h.class_id IS DISTINCT FROM r.class_id AS moves
                      FROM crm_class_result r
                      LEFT JOIN crm_customer_class_history h
                             ON h.partner_id = r.partner_id AND %(current)s
                    UNION ALL
                    SELECT h.class_id, 1, 0, h.class_id IS DISTINCT FROM r.class_id
                      FROM crm_customer_class_history h
                      LEFT JOIN crm_class_result r ON r.partner_id = h.partner_id
                     WHERE %(current)s
                  ) c
                 GROUP BY c.class_id
                """,
                id=self.id,
                uid=self.env.uid,
                now=self.env.cr.now(),
                current=self.env["crm.customer.class.engine"]._current_sql(
                    self.scheme_id, self.company_id
                ),
            )
        )


class CrmCustomerClassPreviewSummary(models.TransientModel):
    _name = "crm.customer.class.preview.summary"
    _description = "Customers of a Class, Now and Then"
    _order = "class_id"

    preview_id = fields.Many2one(
        "crm.customer.class.preview", required=True, ondelete="cascade", index=True
    )
    class_id = fields.Many2one("crm.customer.class", readonly=True)
    now_count = fields.Integer(string="Now", readonly=True)
    then_count = fields.Integer(string="Then", readonly=True)
    in_count = fields.Integer(string="Joining", readonly=True)
    out_count = fields.Integer(string="Moving Out", readonly=True)


class CrmCustomerClassPreviewLine(models.TransientModel):
    _name = "crm.customer.class.preview.line"
    _description = "Customer Who Would Move"
    _inherit = ["crm.customer.visible.mixin"]
    _order = "new_class_id, amount desc, id"
    _rec_name = "partner_id"

    _customer_field = "partner_id"

    preview_id = fields.Many2one(
        "crm.customer.class.preview", required=True, ondelete="cascade", index=True
    )
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    old_class_id = fields.Many2one(
        "crm.customer.class", string="Present Class", readonly=True
    )
    new_class_id = fields.Many2one("crm.customer.class", readonly=True)
    rule_id = fields.Many2one(
        "crm.customer.class.rule", string="Deciding Rule", readonly=True
    )
    amount = fields.Monetary(readonly=True)
    share = fields.Float(string="Share (%)", digits=(16, 4), readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
