"""Who read, exported or printed which customer files (ARC-205, GAP-53).

Rows are made by the reading methods themselves and by nobody else: no access right,
no context key and no superuser call creates, changes or deletes one. The retention
cron alone removes rows older than the parameter says.
"""

from contextvars import ContextVar
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import SQL

# Whether the running code is this model's own: nothing a client sends can set it.
_OWN = ContextVar("crm_access_log_own", default=False)
RETENTION = "crm_customer_archive.access_log_days"
BATCH = 10000


class CrmAccessLog(models.Model):
    _name = "crm.access.log"
    _description = "Access Log of Customer Files"
    _order = "id desc"
    _rec_name = "user_id"
    _log_access = False

    date = fields.Datetime(string="Time", required=True, readonly=True, index=True)
    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, index=True, ondelete="restrict"
    )
    kind = fields.Selection(
        [
            ("read", "Read"),
            ("search", "Found by name"),
            ("group", "Counted or grouped"),
            ("export", "Exported"),
            ("print", "Printed"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    method = fields.Char(
        required=True, readonly=True, help="The method or report that was called."
    )
    partner_refs = fields.Json(
        readonly=True, help="Ids of the customer files and contacts concerned."
    )
    partner_count = fields.Integer(
        string="Files", readonly=True, aggregator="sum", help="How many were concerned."
    )
    partner_ids = fields.Many2many(
        "res.partner",
        string="Customers",
        compute="_compute_partner_ids",
        search="_search_partner_ids",
    )
    classified = fields.Boolean(readonly=True, help="Classified files were among them.")
    field_names = fields.Char(
        string="Fields", readonly=True, help="Which values were given out."
    )
    request_id = fields.Many2one(
        "crm.data.request",
        string="Data Request",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The granted request an export or print rests on.",
    )
    purpose = fields.Char(readonly=True)
    address = fields.Char(string="Network Address", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True, index=True)

    _partner_refs_idx = models.Index("USING gin (partner_refs)")

    @api.depends("partner_refs")
    def _compute_partner_ids(self):
        # sudo: that the file exists is what the log says; names follow the rules
        known = self.env["res.partner"].sudo().with_context(active_test=False)
        wanted = {ref for log in self for ref in log.partner_refs or []}
        known = set(known._search([("id", "in", list(wanted))]).get_result_ids())
        for log in self:
            log.partner_ids = [ref for ref in log.partner_refs or [] if ref in known]

    def _search_partner_ids(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        if operator == "any":
            # Typed: the files of that name which this user may see
            found = self.env["res.partner"].with_context(active_test=False)
            refs = SQL(
                "ARRAY(SELECT to_jsonb(id) FROM (%s) AS found (id))",
                found._search(value).select(),
            )
        elif any(value):
            refs = SQL("%s::jsonb[]", [str(ref) for ref in value if ref])
        else:
            return Domain.FALSE
        rows = SQL(
            "(SELECT id FROM crm_access_log WHERE partner_refs @> ANY (%s))", refs
        )
        return Domain("id", "in", rows)

    # --------------------------------------------------------------- lifecycle

    @api.model_create_multi
    def create(self, vals_list):
        self._check_own()
        return super().create(vals_list)

    def write(self, vals):
        self._check_own()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_retention(self):
        self._check_own()

    @api.model
    def _check_own(self):
        if not _OWN.get():
            raise AccessError(
                self.env._(
                    "The access log of customer files is kept by the system alone: "
                    "nobody adds, changes or deletes entries."
                )
            )

    @api.model
    def _record(self, kind, method, ids, **vals):
        """Write one row for a call that gave out the files or contacts ``ids``.

        On a read-only cursor the row is written by another one as soon as the call
        has succeeded, before its answer leaves the server.
        """
        web = request and request.httprequest
        row = {
            "date": fields.Datetime.now(),
            "user_id": self.env.uid,
            "kind": kind,
            "method": method,
            "partner_refs": sorted(ids),
            "partner_count": len(ids),
            "address": web.remote_addr if web else False,
            "company_id": self.env.company.id,
            **vals,
        }
        cr = self.env.cr
        if not cr.readonly:
            self._insert(row)
            return
        registry = self.env.registry

        @cr.postcommit.add
        def later():
            with registry.cursor() as other:
                api.Environment(other, row["user_id"], {})[self._name]._insert(row)

    @api.model
    def _insert(self, row):
        token = _OWN.set(True)
        try:
            # sudo: nobody may create rows; this is the one place that does
            self.sudo().create([row])
        finally:
            _OWN.reset(token)

    @api.model
    def _cron_retention(self):
        """Remove rows older than the days of the parameter; 0 keeps them for ever."""
        # sudo: a system parameter
        parameters = self.env["ir.config_parameter"].sudo()
        days = int(parameters.get_param(RETENTION) or 0)
        if days <= 0:
            return
        limit = fields.Datetime.now() - timedelta(days=days)
        token = _OWN.set(True)
        try:
            while True:
                rows = self.search([("date", "<", limit)], limit=BATCH, order="id")
                rows.unlink()
                seconds_left = self.env["ir.cron"]._commit_progress(len(rows))
                if len(rows) < BATCH or not seconds_left:
                    break
        finally:
            _OWN.reset(token)
