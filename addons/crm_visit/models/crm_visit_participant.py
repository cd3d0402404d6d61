"""Who takes part in a visit, and their signature under its record (VIS-01, VIS-03)."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class CrmVisitParticipant(models.Model):
    _name = "crm.visit.participant"
    _inherit = ["crm.guard.mixin"]
    _description = "Visit Participant"
    _order = "visit_id, id"
    _rec_name = "user_id"

    _guarded_fields = ("confirmed_at",)

    visit_id = fields.Many2one(
        "crm.visit", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="visit_id.company_id")
    user_id = fields.Many2one(
        "res.users",
        string="Colleague",
        required=True,
        index=True,
        ondelete="restrict",
        domain=[("share", "=", False)],
    )
    is_salesperson = fields.Boolean(
        string="Salesperson",
        compute="_compute_is_salesperson",
        help="Counts towards the number of salespeople a visit takes: a user of "
        "customer management in one of the departments the staffing rule names.",
    )
    confirmed_at = fields.Datetime(
        string="Signed On",
        readonly=True,
        copy=False,
        help="When this person signed the visit record. Nobody signs for another; "
        "sending the report back cancels the signatures.",
    )

    _user_uniq = models.Constraint(
        "UNIQUE (visit_id, user_id)", "This colleague already takes part in the visit."
    )

    @api.depends("user_id", "visit_id.company_id")
    def _compute_is_salesperson(self):
        for company, lines in self.grouped("company_id").items():
            rules = self.env["crm.visit.staffing"].browse()
            if company:
                rules = rules._in_force(company, company._policy_today())
            salespeople = rules._counting(lines.user_id, company)
            for line in lines:
                line.is_salesperson = line.user_id in salespeople

    @api.constrains("user_id", "visit_id")
    def _check_user(self):
        for participant in self:
            # sudo: a colleague's companies are checked, not shown
            user = participant.sudo().user_id
            if user.share or participant.visit_id.company_id not in user.company_ids:
                raise UserError(
                    self.env._(
                        "%(person)s cannot take part in %(visit)s: participants are "
                        "colleagues of the visit's company.",
                        person=user.display_name,
                        visit=participant.visit_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        visits = self.env["crm.visit"].browse(
            {vals["visit_id"] for vals in vals_list if vals.get("visit_id")}
        )
        # Taking part shows the visit: only who may edit it adds people.
        visits.check_access("write")
        visits._check_open_for("participant_ids")
        participants = super().create(vals_list)
        participants.visit_id._sync_calendar()
        return participants

    def write(self, vals):
        if {"visit_id", "user_id"} & vals.keys():
            visits = self.visit_id | self.env["crm.visit"].browse(vals.get("visit_id"))
            visits.check_access("write")
            visits._check_open_for("participant_ids")
        res = super().write(vals)
        if "user_id" in vals:
            self.visit_id._sync_calendar()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed(self):
        """A person who took part stays in the record."""
        self.visit_id._check_open_for("participant_ids")
        for participant in self:
            if participant.user_id == participant.visit_id.user_id:
                raise UserError(
                    self.env._(
                        "%s is responsible for the visit and takes part in it. "
                        "Choose another responsible person first.",
                        participant.user_id.display_name,
                    )
                )

    def action_confirm(self):
        """Sign the visit record as one of those who took part (VIS-01, VIS-03).

        :raises AccessError: the line belongs to somebody else
        :raises UserError: the visit is not reported yet
        """
        for participant in self:
            if participant.user_id != self.env.user:
                raise AccessError(
                    self.env._(
                        "Only %s can sign here.", participant.user_id.display_name
                    )
                )
            participant.visit_id._check_transition_state(("reported",))
        unsigned = self.filtered(lambda line: not line.confirmed_at)
        unsigned._write_guarded({"confirmed_at": fields.Datetime.now()})
        return True
