"""Request to erase the data of a person (GAP-75, GAP-95).

A person is a contact of a customer or a private customer. What identifies the person is
replaced for good; accounting documents, and what the law says about them, are kept.

====== ======== ========= ===================== =====================================
from   step     to        who                   what must hold
====== ======== ========= ===================== =====================================
-      create   draft     who may write         a person, no open request
                          the person
draft  submit   review    who asked             no open business
review approve  erased    authority             no open business; irreversible
review reject   refused   authority             comment
review withdraw draft     who asked
draft  cancel   cancelled who asked
====== ======== ========= ===================== =====================================
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError


class CrmEraseRequest(models.Model):
    _name = "crm.erase.request"
    _description = "Request to Erase Personal Data"
    _inherit = [
        "crm.document.mixin",
        "crm.approval.mixin",
        "crm.customer.visible.mixin",
    ]
    _order = "id desc"

    _policy_topic = "archive"
    _number_code = "crm.erase.request"
    _mail_post_access = "read"
    _customer_field = "partner_id"
    _guarded_fields = ("erased_at", "erased_by_id", "outcome", "requested_by_id")
    _unlink_states = ("draft",)
    _transitions = {
        "cancel": {
            "from": ("draft",),
            "to": "cancelled",
            "check": "_check_requester",
        }
    }
    _approval_steps = {
        "erasure": {
            "from": ("draft",),
            "pending": "review",
            "approved": "erased",
            "refused": "refused",
            "void": "draft",
            "protected": ("partner_id", "ground"),
            "locked": ("erased", "refused"),
        }
    }

    partner_id = fields.Many2one(
        "res.partner", string="Person", required=True, index=True, ondelete="restrict"
    )
    ground = fields.Selection(
        [
            ("person", "The person asks for it"),
            ("withdrawn", "Consent withdrawn"),
            ("retention", "Retention period over"),
            ("company", "Decision of the company"),
        ],
        required=True,
        default="person",
        tracking=True,
    )
    asked_date = fields.Date(
        string="Asked On",
        required=True,
        default=lambda self: self.env.company._policy_today(),
    )
    reason = fields.Text(
        required=True, help="How the person asked, or what the decision rests on."
    )
    requested_by_id = fields.Many2one(
        "res.users",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.uid,
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("review", "In review"),
            ("erased", "Erased"),
            ("refused", "Refused"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    obstacles = fields.Text(
        compute="_compute_obstacles",
        compute_sudo=True,
        help="Open business, while which nothing is erased.",
    )
    erased_at = fields.Datetime(readonly=True, copy=False)
    erased_by_id = fields.Many2one("res.users", readonly=True, copy=False, index=True)
    outcome = fields.Text(
        readonly=True, copy=False, help="What was replaced and what was kept."
    )

    _one_open = models.UniqueIndex(
        "(partner_id) WHERE state IN ('draft', 'review')",
        "There is an open request to erase the data of this person.",
    )

    # ------------------------------------------------------------- constraints

    @api.constrains("partner_id")
    def _check_person(self):
        for request in self:
            request.partner_id.sudo()._check_is_person()  # sudo: flags only

    @api.constrains("asked_date")
    def _check_asked_date(self):
        for request in self:
            if request.asked_date > request.company_id._policy_today():
                raise ValidationError(
                    self.env._(
                        "“Asked On” (%s) lies in the future.", request.asked_date
                    )
                )

    # ---------------------------------------------------------------- computes

    @api.depends("partner_id", "state")
    def _compute_obstacles(self):
        for request in self:
            open_states = request.state in ("draft", "review")
            person = request.partner_id if open_states else request.partner_id[:0]
            lines = person._erase_obstacles() if person else []
            request.obstacles = "\n".join(lines) or False

    # ------------------------------------------------------------------ checks

    @api.model
    def _get_approval_step_labels(self):
        return {
            **super()._get_approval_step_labels(),
            "erasure": self.env._("Erasing personal data"),
        }

    def _check_requester(self):
        for request in self:
            if request.requested_by_id != self.env.user:
                raise AccessError(
                    self.env._("Only who asked for %s may do this.", request.name)
                )

    def _check_no_business(self):
        for request in self:
            # sudo: obstacles are counted, not shown in detail
            lines = request.sudo().partner_id._erase_obstacles()
            if lines:
                raise UserError(
                    self.env._(
                        "The data of %(person)s cannot be erased while business is "
                        "open:\n%(obstacles)s",
                        person=request.partner_id.display_name,
                        obstacles="\n".join(lines),
                    )
                )

    def _approval_check(self, step):
        res = super()._approval_check(step)
        self._check_no_business()
        return res

    def _approval_decide(self, outcome, comment):
        if outcome == "approved":
            self._check_no_business()
        return super()._approval_decide(outcome, comment)

    def _approval_done(self, step):
        res = super()._approval_done(step)
        for request in self:
            request._erase()
        return res

    # ----------------------------------------------------------------- actions

    @api.model_create_multi
    def create(self, vals_list):
        requests = super().create(vals_list)
        if not self.env.su:
            requests.partner_id.check_access("write")
        return requests

    def action_submit(self):
        """Put requests up for decision.

        :return: True
        :raises UserError: business with the person is open (all of it is named)
        """
        for request in self:
            request._check_requester()
            request.action_request_approval("erasure")
        return True

    def action_cancel(self):
        """Give drafts up; nothing is erased.

        :return: True
        """
        self._transition("cancel")
        return True

    def _erase(self):
        """Erase the person; who decided is noted, what stood there is not."""
        self.ensure_one()
        # sudo: whoever decides, the data are erased on every record
        counts = self.sudo().partner_id._erase_person()
        outcome = "\n".join(
            f"{label}: {count}" for label, count in counts.items() if count
        )
        self._write_guarded(
            {
                "erased_at": fields.Datetime.now(),
                "erased_by_id": self.env.uid,
                "outcome": outcome,
                "reason": self.env._("(erased)"),
            }
        )

    # ------------------------------------------------------------------- crons

    @api.model
    def _cron_retention(self, limit=200):
        """Propose to erase persons whose retention period is over; nobody on file is
        erased without a decision. What ``_retention_models`` names goes by itself when
        the company's period is over; what is left over is taken up at once."""
        Period = self.env["crm.retention.period"]
        count, more = 0, False
        for company in self.env["res.company"].search([("active", "=", True)]):
            for kind in ("contact", "customer"):
                months = Period._months_of(kind, company)
                if months:
                    count += len(self._propose_unused(kind, company, months, limit))
            for kind, model in self._retention_models().items():
                months = Period._months_of(kind, company)
                if months:
                    done = self.env[model]._erase_unused(company, months, limit)
                    more |= done >= limit
                    count += done
        if more:
            self.env.ref("crm_customer_archive.ir_cron_retention")._trigger()
        return count

    @api.model
    def _retention_models(self):
        """Return what is erased without a decision: kind of data and its model.

        Enquirers who bought nothing, consents that ended, the words of old contacts.
        The models have ``_erase_unused(company, months, limit)``; areas add theirs.
        """
        return {
            "enquiry": "crm.lead",
            "consent": "crm.consent",
            "contact_log": "crm.contact.log",
        }

    @api.model
    def _propose_unused(self, kind, company, months, limit):
        """Draft a request for every person nobody has had to do with for so long."""
        persons = self.env["res.partner"]._persons_unused_for(
            kind, company, months, limit
        )
        return self.with_company(company).create(
            [
                {
                    "partner_id": person.id,
                    "company_id": company.id,
                    "ground": "retention",
                    "reason": self.env._("Not used for %s months.", months),
                }
                for person in persons
            ]
        )
