"""One decision asked for, and the chain that makes every decision tamper-evident.

Nobody may create, change or delete these records: the methods of
``crm.approval.mixin`` write them after checking who asks. Each decision (and each
voiding of one) is an entry in its company's chain: its digest covers what was
decided and the digest before it, so `_verify_chain` finds any row that was changed,
inserted or removed behind the ORM's back.
"""

import hashlib
import json

from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .arguments import TEXT, arguments


class CrmApproval(models.Model):
    _name = "crm.approval"
    _description = "Approval"
    _order = "id desc"
    _rec_name = "document_name"

    res_model = fields.Char("Document Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Document ID",
        model_field="res_model",
        required=True,
        readonly=True,
        index=True,
    )
    document_kind = fields.Selection(
        selection="_selection_document_kind",
        string="Document Type",
        compute="_compute_document_kind",
        store=True,
        precompute=True,
        help="The type of the document, to group by.",
    )
    document_name = fields.Char("Document", readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    step = fields.Char(required=True, readonly=True)
    level = fields.Integer(readonly=True, aggregator=None)
    request = fields.Integer(
        readonly=True, help="Counts how often this document was put up for decision."
    )
    authority_id = fields.Many2one(
        "crm.authority",
        readonly=True,
        ondelete="restrict",
        help="The policy record that decided who decides.",
    )
    amount = fields.Monetary(
        readonly=True, help="Amount decided on, in company currency."
    )
    requested_by = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    requested_at = fields.Datetime(readonly=True)
    request_comment = fields.Text(readonly=True)
    assigned_user_id = fields.Many2one(
        "res.users",
        readonly=True,
        ondelete="restrict",
        help="Set where everyone of several persons must agree.",
    )
    candidate_ids = fields.Many2many(
        "res.users",
        string="May Decide",
        readonly=True,
        help="Who may decide, stand-ins included, when the decision came up. Who "
        "really may is checked again at the moment of the decision.",
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting for the level before"),
            ("pending", "To decide"),
            ("approved", "Approved"),
            ("refused", "Refused"),
            ("cancelled", "Withdrawn"),
            ("voided", "Voided"),
            ("void", "Voiding"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    can_decide = fields.Boolean(
        compute="_compute_can_decide", search="_search_can_decide"
    )
    decided_by = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    decided_for = fields.Many2one(
        "res.users",
        string="On Behalf Of",
        readonly=True,
        ondelete="restrict",
        help="The person the decider stood in for by a delegation.",
    )
    decided_at = fields.Datetime(readonly=True)
    comment = fields.Text(readonly=True)
    approved_values = fields.Text(
        readonly=True, help="The protected values as they were decided on (JSON)."
    )
    outcome = fields.Char(readonly=True)
    void_id = fields.Many2one(
        "crm.approval",
        string="Voided By",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    voided_ids = fields.One2many("crm.approval", "void_id", readonly=True)
    chain_number = fields.Integer(readonly=True)
    digest = fields.Char(readonly=True)

    _chain_uniq = models.UniqueIndex(
        "(company_id, chain_number) WHERE chain_number > 0",
        "Two decisions took the same place in the chain of decisions.",
    )

    @api.model
    def _selection_document_kind(self):
        models = self.env["ir.model"]
        return [(name, models._get(name).name) for name in self._approved_models()]

    @api.depends("res_model")
    def _compute_document_kind(self):
        known = set(self._approved_models())
        for record in self:
            record.document_kind = record.res_model in known and record.res_model

    @api.depends("state", "candidate_ids")
    @api.depends_context("uid")
    def _compute_can_decide(self):
        for record in self:
            record.can_decide = (
                record.state == "pending" and self.env.user in record.candidate_ids
            )

    def _search_can_decide(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("state", "=", "pending"), ("candidate_ids", "in", self.env.uid)]

    # -------------------------------------------------------------- decisions

    def _document(self):
        """Return the document, which the reader may not be allowed to see.

        :raises UserError: the addon that brought such documents is gone
        """
        self.ensure_one()
        if self.res_model not in self._approved_models():
            raise UserError(
                self.env._(
                    "%s is no longer in the system: the addon that carried such "
                    "documents was removed. The decision is kept as evidence.",
                    self.document_name or self.res_model,
                )
            )
        return self.env[self.res_model].browse(self.res_id)

    @arguments(comment=TEXT)
    def action_approve(self, comment=None):
        """Approve the documents; see ``crm.approval.mixin.action_approve``."""
        for approval in self:
            approval._document().action_approve(comment)
        return True

    @arguments(comment=TEXT)
    def action_reject(self, comment):
        """Refuse the documents; a comment is required."""
        for approval in self:
            approval._document().action_reject(comment)
        return True

    def action_reject_wizard(self):
        """Open the form that asks for the reason of a refusal."""
        self._policy_require_one()
        return self._document().action_reject_wizard()

    def action_open_document(self):
        """Open the document to decide on."""
        self._policy_require_one()
        return self._document()._approval_open_action()

    def _principals(self, document):
        """Return the users who decide here themselves, without stand-ins."""
        self.ensure_one()
        if self.assigned_user_id:
            return self.assigned_user_id.filtered("active")
        return self.authority_id._deciders(document, self.requested_by)

    def _entitles(self, document, user):
        """Tell whether ``user`` himself may decide now."""
        self.ensure_one()
        if user == self.requested_by or not user.active:
            return False
        if self.assigned_user_id:
            return user == self.assigned_user_id
        return self.authority_id._entitles(document, self.requested_by, user)

    def _stood_in_for(self, document, user):
        """Return the principal ``user`` may stand in for now, or no user."""
        self.ensure_one()
        if user == self.requested_by or not user.active:
            return self.env["res.users"]
        delegations = self.env["crm.approval.delegation"]._in_force(
            self._principals(document), self.res_model, self.company_id
        )
        return delegations.filtered(lambda d: d.delegate_id == user).user_id[:1]

    # ------------------------------------------------------------------ chain

    def _chain_content(self):
        """Return what the digest of this entry covers, as plain values."""
        self.ensure_one()
        return {
            "number": self.chain_number,
            "company": self.company_id.id,
            "model": self.res_model,
            "id": self.res_id,
            "step": self.step,
            "level": self.level,
            "request": self.request,
            "authority": self.authority_id.id,
            "amount": f"{self.amount or 0.0:.6f}",
            "outcome": self.outcome,
            "requested_by": self.requested_by.id,
            "requested_at": fields.Datetime.to_string(self.requested_at),
            "assigned": self.assigned_user_id.id,
            "decided_by": self.decided_by.id,
            "decided_for": self.decided_for.id,
            "decided_at": fields.Datetime.to_string(self.decided_at),
            "comment": self.comment or "",
            "values": self.approved_values or "",
        }

    @api.model
    def _chain_digest(self, previous, content):
        text = json.dumps(content, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()

    def _append_to_chain(self):
        """Give each decision its place at the end of its company's chain."""
        for company, entries in self.grouped("company_id").items():
            head = self.env["crm.approval.chain"]._lock_head(company)
            number, digest = head.number, head.digest or ""
            for entry in entries:
                number += 1
                entry.chain_number = number
                digest = self._chain_digest(digest, entry._chain_content())
                entry.digest = digest
            head.write({"number": number, "digest": digest})

    @api.model
    def _verify_chain(self, company):
        """Check every decision of a company.

        :return: list of dicts ``{"approval_id", "document", "problem"}``; empty when
            all is as it was decided
        """
        # sudo: the check covers all decisions, whoever may see them
        self = self.sudo()  # pylint: disable=self-cls-assignment
        self.env.flush_all()
        self.env.invalidate_all()
        problems = []
        number, digest, voided = 0, "", set()
        entries = self.search(
            [("company_id", "=", company.id), ("chain_number", ">", 0)],
            order="chain_number",
        )
        for entry in entries:
            number += 1
            if entry.chain_number != number:
                problems.append(
                    entry._problem(
                        self.env._("decision no. %s is missing in the chain", number)
                    )
                )
                number = entry.chain_number
            digest = self._chain_digest(digest, entry._chain_content())
            if entry.digest != digest:
                problems.append(
                    entry._problem(self.env._("the decision was changed afterwards"))
                )
                digest = entry.digest or ""
            if entry.outcome == "void":
                voided.update(json.loads(entry.approved_values or "{}")["voids"])
        head = (
            self.env["crm.approval.chain"]
            .sudo()
            .search(  # sudo: as above
                [("company_id", "=", company.id)]
            )
        )
        if (head.number or 0, head.digest or "") != (number, digest):
            problems.append(
                self._problem(
                    self.env._("decisions at the end of the chain are missing")
                )
            )
        problems += entries._verify_states(voided)
        outside = self.search(
            [
                ("company_id", "=", company.id),
                ("chain_number", "in", (0, False)),
                ("state", "in", ("approved", "refused", "voided", "void")),
            ]
        )
        for entry in outside:
            problems.append(
                entry._problem(self.env._("a decision that nobody took by procedure"))
            )
        return problems + self._verify_documents(company)

    def _verify_states(self, voided):
        problems = []
        for entry in self:
            expected = "voided" if entry.id in voided else entry.outcome
            if entry.state != expected:
                problems.append(
                    entry._problem(self.env._("the state of the decision was changed"))
                )
        return problems

    @api.model
    def _verify_documents(self, company):
        """Find documents whose approved state or values no decision carries."""
        problems = []
        for model in self._approved_models():
            documents = self.env[model].sudo()  # sudo: as in _verify_chain
            domain = [("approval_state", "=", "approved")]
            if "company_id" in documents._fields:
                domain.append(("company_id", "in", (company.id, False)))
            decided = documents.with_context(active_test=False).search(domain)
            decided = decided.filtered(
                lambda document: document._approval_company() == company
            )
            problems += [
                {
                    "approval_id": False,
                    "document": document.display_name,
                    "problem": self.env._(
                        "approved without a decision, or with other values than "
                        "those approved"
                    ),
                }
                for document in decided._approval_unfounded()
            ]
        return problems

    @api.model
    @tools.ormcache()
    def _approved_models(self):
        """Return the names of the installed document types that are approved."""
        return tuple(
            name
            for name, model in self.env.registry.items()
            if not model._abstract and getattr(model, "_approval_steps", None)
        )

    def _problem(self, text):
        return {
            "approval_id": self.id,
            "document": self.document_name or "",
            "problem": text,
        }

    @api.model
    def action_verify_chain(self):
        """Check the decisions of the current company and show the result.

        :raises AccessError: the user is not an administrator of the policies
        """
        if not self.env.user.has_group("crm_policy.group_admin"):
            raise AccessError(
                self.env._("Only policy administrators check the chain of decisions.")
            )
        problems = self._verify_chain(self.env.company)
        if not problems:
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "success",
                    "title": self.env._("Chain of decisions"),
                    "message": self.env._("Every decision is as it was taken."),
                },
            }
        raise UserError("\n".join(self._problem_lines(problems)))

    @api.model
    def _problem_lines(self, problems):
        return [
            f"{problem['document'] or '-'} ({problem['approval_id'] or '-'}): "
            f"{problem['problem']}"
            for problem in problems
        ]

    # ------------------------------------------------------------------- cron

    @api.model
    def _cron_verify_chain(self):
        """Check all companies' chains; problems become an administrator's activity."""
        companies = self.env["res.company"].search([("active", "=", True)])
        for company in companies:
            problems = self._verify_chain(company)
            if not problems:
                continue
            head = self.env["crm.approval.chain"]._lock_head(company)
            head._warn(
                head._administrators(),
                self.env._("Decisions were changed behind the procedure"),
                self._problem_lines(problems),
            )

    @api.model
    def _cron_refresh_candidates(self):
        """Bring the lists of who may decide up to date (delegations, leavers)."""
        self.search([("state", "=", "pending")])._refresh_candidates()

    def _refresh_candidates(self):
        """List anew who may decide; administrators hear where nobody may any more.

        The number of queries does not depend on the number of decisions.
        """
        # sudo: the list of deciders is procedure, not the caller's to edit
        self = self.sudo()  # pylint: disable=self-cls-assignment
        principals, problems = self._current_principals()
        delegations = self.env["crm.approval.delegation"]._in_force_today(
            self.env["res.users"].union(*principals.values()), self.company_id
        )
        stand_ins = delegations.grouped(lambda entry: (entry.user_id, entry.company_id))
        wanted = []
        for approval, users in principals.items():
            for user in users:
                wanted.append((approval.id, user.id))
                for entry in stand_ins.get((user, approval.company_id), ()):
                    delegate = entry.delegate_id
                    if (
                        delegate.active
                        and delegate != approval.requested_by
                        and entry._covers(approval.res_model)
                    ):
                        wanted.append((approval.id, delegate.id))
        self._write_candidates(wanted)
        for company, entries in problems.items():
            head = self.env["crm.approval.chain"]._lock_head(company)
            head._warn(
                head._administrators(),
                self.env._("Decisions that nobody may take any more"),
                entries,
            )

    def _current_principals(self):
        """Return who decides each of these now, and what is in the way.

        :return: ``{approval: users}`` and ``{company: [line of text]}``
        """
        principals, problems, members = {}, {}, {}
        for model, approvals in self.grouped("res_model").items():
            if model not in self._approved_models():
                continue
            documents = self.env[model].browse(approvals.mapped("res_id")).exists()
            # of one recordset, so that what is read of one is read of all
            by_id = {document.id: document for document in documents}
            for approval in approvals:
                document = by_id.get(approval.res_id)
                if document is None:
                    continue
                users, problem = approval._principals_or_problem(document, members)
                principals[approval] = users
                if problem:
                    problems.setdefault(approval.company_id, []).append(
                        f"{approval.document_name or '-'}: {problem}"
                    )
        return principals, problems

    def _principals_or_problem(self, document, members):
        """Return the users who decide here, and why there are none."""
        self.ensure_one()
        if self.assigned_user_id:
            users = self.assigned_user_id.filtered("active")
            absent = self.assigned_user_id.name
            return users, not users and self.env._("%s has left", absent)
        try:
            users = self.authority_id._decider_users(
                document, self.requested_by, members
            )
        except UserError as error:  # a department the policy names is missing
            return self.env["res.users"], str(error)
        return users, not users and self.authority_id.name

    def _write_candidates(self, wanted):
        """Make these approvals' candidates the ``(approval id, user id)`` wanted."""
        field = self._fields["candidate_ids"]
        self.flush_model(["candidate_ids"])
        values = {
            "relation": SQL.identifier(field.relation),
            "approval": SQL.identifier(field.column1),
            "user": SQL.identifier(field.column2),
            "ids": self.ids,
            "approvals": [approval_id for approval_id, _user_id in wanted],
            "users": [user_id for _approval_id, user_id in wanted],
        }
        changed = self.env.execute_query(
            SQL(
                """
                WITH wanted AS (
                    SELECT * FROM unnest(%(approvals)s::int[], %(users)s::int[])
                        AS pair (approval, "user")
                ), gone AS (
                    DELETE FROM %(relation)s AS now
                     WHERE now.%(approval)s = ANY(%(ids)s)
                       AND NOT EXISTS (
                           SELECT FROM wanted
                            WHERE wanted.approval = now.%(approval)s
                              AND wanted."user" = now.%(user)s
                       )
                    RETURNING now.%(approval)s
                ), come AS (
                    INSERT INTO %(relation)s (%(approval)s, %(user)s)
                    SELECT DISTINCT approval, "user" FROM wanted
                    ON CONFLICT DO NOTHING
                    RETURNING %(approval)s
                )
                SELECT * FROM gone UNION SELECT * FROM come
                """,
                **values,
            )
        )
        changed = self.browse(row[0] for row in changed)
        changed.invalidate_recordset(["candidate_ids"])
        changed.modified(["candidate_ids"])
