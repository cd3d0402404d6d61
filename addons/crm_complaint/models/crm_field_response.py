"""Field response before the complaint form is raised (SM-11, CMP-29 to CMP-31).

The salesperson informs quality at once, who go with manufacturing; if quality cannot go
in time, the general manager names persons. Within three days after investigation and
handling they report to the general manager, who instructs.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.crm_policy.models.arguments import TEXT, arguments

from .passes import passes

TRANSITIONS = {
    "go": {"from": ("called",), "to": "on_site", "check": "_check_go"},
    "handled": {"from": ("on_site",), "to": "reporting", "check": "_check_handled"},
    "report": {"from": ("reporting",), "to": "reported", "check": "_check_report"},
    "instruct": {"from": ("reported",), "to": "instructed", "check": "_check_gm"},
    "cancel": {"from": ("called",), "to": "cancelled", "check": "_check_caller"},
}


class CrmFieldResponse(models.Model):
    """Going to the customer at once: who went, what was found, the report."""

    _name = "crm.field.response"
    _inherit = ["crm.document.mixin", "crm.routing.mixin"]
    _description = "Field Response"
    _order = "called_at desc, id desc"
    _check_company_auto = True
    _policy_topic = "complaint"
    _number_code = "crm.field.response"
    _transitions = TRANSITIONS
    _unlink_states = ()
    _guarded_fields = (
        "user_id",
        "called_at",
        "went_at",
        "handled_at",
        "reported_at",
        "reported_by_id",
        "instructed_at",
        "instructed_by_id",
        "instruction",
    )
    _routing_states = {
        "called": "quality",
        "on_site": "quality",
        "reporting": "quality",
        "reported": "gmo",
    }

    state = fields.Selection(
        [
            ("called", "Called"),
            ("on_site", "On Site"),
            ("reporting", "Report Due"),
            ("reported", "Reported"),
            ("instructed", "Instructed"),
            ("cancelled", "Cancelled"),
        ],
        default="called",
        required=True,
        index=True,
        tracking=True,
        copy=False,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
    )
    product_id = fields.Many2one(
        "product.product", index="btree_not_null", check_company=True
    )
    user_id = fields.Many2one(
        "res.users",
        "Called by",
        default=lambda self: self.env.user,
        index=True,
        help="The salesperson who informed quality management.",
    )
    called_at = fields.Datetime(
        "Informed on", default=fields.Datetime.now, required=True
    )
    abnormality = fields.Text("Abnormality Reported", required=True)
    place = fields.Char("Where at the Customer")
    quality_unavailable = fields.Boolean(
        "Quality Cannot Go in Time",
        help="Then the general manager names the persons who go (CMP-30).",
    )
    person_ids = fields.Many2many(
        "res.users",
        "crm_field_response_person_rel",
        string="Persons Sent",
        domain=[("share", "=", False)],
        help="From quality and manufacturing, or those the general manager named.",
    )
    companions = fields.Char(help="Others who go along, without a login of their own.")
    went_at = fields.Datetime("On Site on", copy=False)
    findings = fields.Text(copy=False)
    handling = fields.Text("Handling on Site", copy=False)
    handled_at = fields.Datetime(
        "Handled on",
        copy=False,
        help="Investigation and handling are over; the report is due three days later "
        "(CMP-31).",
    )
    report = fields.Text("Investigation Report", copy=False)
    proposal = fields.Text("Proposed Measures", copy=False)
    reported_at = fields.Datetime(copy=False)
    reported_by_id = fields.Many2one("res.users", copy=False, index="btree_not_null")
    instruction = fields.Text("General Manager's Instruction", copy=False)
    instructed_at = fields.Datetime(copy=False)
    instructed_by_id = fields.Many2one("res.users", copy=False, index="btree_not_null")
    can_act = fields.Boolean(
        compute="_compute_can_act", help="The next step is the user's."
    )
    loss = fields.Selection(
        [("yes", "Yes"), ("no", "No")],
        "Loss Caused",
        copy=False,
        help="Yes: a complaint is filed; no: an abnormality form (CMP-03).",
    )
    complaint_ids = fields.One2many(
        "crm.complaint", "field_response_id", "Complaints", readonly=True
    )

    @api.model
    def _guarded_initial(self, name):
        if name == "user_id":
            return self.env.uid
        return super()._guarded_initial(name)

    @api.depends("name", "partner_id")
    def _compute_display_name(self):
        for response in self:
            # sudo: the name only, for quality who goes there and may not open the file
            name = response.sudo().partner_id.name or ""
            response.display_name = f"{response.name or ''} {name}".strip()

    def _routing_user(self, state):
        if state in ("on_site", "reporting") and len(self.person_ids) == 1:
            return self.person_ids
        return super()._routing_user(state)

    def _routing_is_foreign(self):
        return self.partner_id.is_foreign

    # -------------------------------------------------------------------- checks

    @api.depends("state", "person_ids", "quality_unavailable", "routing_department_id")
    @api.depends_context("uid")
    def _compute_can_act(self):
        for response in self:
            chief = response.state == "reported" or (
                response.state == "called" and response.quality_unavailable
            )
            check = response._check_gm if chief else response._check_sent
            response.can_act = passes(check)

    def _check_sent(self):
        """Raise unless the user is one of those sent, or of quality management."""
        if self.env.user in self.person_ids:
            return
        self._routing_check_holder()

    def _check_go(self):
        if not self.person_ids:
            raise UserError(self.env._("Persons Sent: name who goes to the customer."))
        if self.quality_unavailable:
            self._check_gm()
            return
        self._check_sent()
        # sudo: the departments of the persons, not their files
        people = self.sudo().person_ids.with_company(self.company_id).employee_id
        codes = set(people.department_id.mapped("policy_code"))
        if "quality" not in codes:
            raise UserError(
                self.env._(
                    "Persons Sent: somebody of quality management goes along. If "
                    "nobody can go in time, the general manager names the persons."
                )
            )

    def _check_handled(self):
        self._check_sent()
        if not self.findings or not self.handling:
            raise UserError(
                self.env._("Write down the findings and what was done on site.")
            )

    def _check_report(self):
        self._check_sent()
        if not self.report or not self.loss:
            raise UserError(
                self.env._("The report says what was found and whether a loss arose.")
            )

    def _check_gm(self):
        """Raise unless the user is a general manager or a director for one."""
        if not self.env.user.has_group("crm_policy.group_director"):
            raise AccessError(self.env._("This step is the general manager's."))

    def _check_caller(self):
        if self.env.user != self.user_id:
            self._check_gm()

    def write(self, vals):
        parts = {
            "findings": ("on_site", "reporting"),
            "handling": ("on_site", "reporting"),
            "report": ("reporting",),
            "proposal": ("reporting",),
            "loss": ("reporting",),
            "person_ids": ("called", "on_site"),
            "quality_unavailable": ("called",),
            "abnormality": ("called",),
        }
        if not self._guard_open_fields() and not self.env.su:
            for response in self:
                for name in parts.keys() & vals.keys():
                    response._check_transition_state(parts[name])
                if {"findings", "handling", "report", "proposal", "loss"} & vals.keys():
                    response._check_sent()
                elif {"partner_id", "abnormality"} & vals.keys():
                    response._check_caller()
        return super().write(vals)

    @api.constrains("partner_id", "state")
    def _check_no_complaint_change(self):
        for response in self:
            others = response.complaint_ids.filtered(
                lambda one, own=response: (
                    one.partner_id.commercial_partner_id
                    != own.partner_id.commercial_partner_id
                )
            )
            if others:
                raise ValidationError(
                    self.env._(
                        "Customer: %s came from this field response and is of another.",
                        others[0].display_name,
                    )
                )

    # ------------------------------------------------------------------- actions

    def action_go(self):
        """The persons named go to the customer (CMP-29, CMP-30).

        :raises UserError: nobody named, or nobody of quality management
        :raises AccessError: not of quality, or not the general manager
        """
        return self._transition("go", went_at=fields.Datetime.now())

    def action_handled(self):
        """Investigation and handling are over; the three days begin (CMP-31)."""
        return self._transition("handled", handled_at=fields.Datetime.now())

    def action_report(self):
        """Submit the report to the general manager (CMP-31)."""
        return self._transition(
            "report", reported_at=fields.Datetime.now(), reported_by_id=self.env.uid
        )

    @arguments(instruction=TEXT)
    def action_instruct(self, instruction):
        """The general manager instructs on the report.

        :param instruction: required
        """
        if not (instruction or "").strip():
            raise UserError(self.env._("Write down the instruction."))
        return self._transition(
            "instruct",
            instruction=instruction,
            instructed_at=fields.Datetime.now(),
            instructed_by_id=self.env.uid,
        )

    def action_cancel(self):
        """Nobody need go after all."""
        return self._transition("cancel")

    def action_file_complaint(self):
        """Raise the form with what was found; once (CMP-27).

        :return: action that opens the draft complaint
        """
        self._policy_require_one()
        complaint = self.complaint_ids[:1] or self.env["crm.complaint"].create(
            self._prepare_complaint_vals()
        )
        return complaint.get_formview_action()

    def _prepare_complaint_vals(self):
        return {
            "partner_id": self.partner_id.id,
            "product_id": self.product_id.id,
            "company_id": self.company_id.id,
            "channel": "visit",
            "description": "\n\n".join(filter(None, (self.abnormality, self.findings))),
            "opinion": self.handling,
            "field_response_id": self.id,
        }

    def action_instruct_wizard(self):
        """Ask for the words of the instruction."""
        self._policy_require_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Instruction"),
            "res_model": "crm.field.response.instruct",
            "view_mode": "form",
            "target": "new",
            "context": {"default_response_id": self.id},
        }


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    field_response_id = fields.Many2one(
        "crm.field.response",
        index="btree_not_null",
        copy=False,
        check_company=True,
        help="Who went to the customer before the form was raised (CMP-29).",
    )
