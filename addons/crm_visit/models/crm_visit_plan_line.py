"""One visit of a weekly or monthly plan."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmVisitPlanLine(models.Model):
    _name = "crm.visit.plan.line"
    _inherit = ["crm.approval.line.mixin"]
    _description = "Planned Visit"
    _order = "plan_id, planned_start, id"
    _rec_name = "partner_id"
    _approval_parent = "plan_id"

    plan_id = fields.Many2one(
        "crm.visit.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="plan_id.company_id")
    currency_id = fields.Many2one(related="plan_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, ondelete="restrict"
    )
    contact_id = fields.Many2one(
        "res.partner",
        string="Person Visited",
        domain="[('commercial_partner_id', '=', partner_id)]",
    )
    kind_id = fields.Many2one(
        "crm.visit.kind",
        required=True,
        ondelete="restrict",
        default=lambda self: self.env["crm.visit.kind"].search([], limit=1),
    )
    mode = fields.Selection(
        [("onsite", "On-site Visit"), ("phone", "Phone Visit")],
        required=True,
        default="onsite",
    )
    planned_start = fields.Datetime(required=True)
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        required=True,
        ondelete="restrict",
        domain=[("share", "=", False)],
        default=lambda self: self.env.user,
    )
    companion_ids = fields.Many2many(
        "res.users",
        "crm_visit_plan_line_companion_rel",
        "line_id",
        "user_id",
        string="Companions",
        domain=[("share", "=", False)],
    )
    purpose = fields.Char()
    estimated_cost = fields.Monetary(help="Expected expense in company currency.")
    is_first_visit = fields.Boolean(
        string="First Visit",
        compute="_compute_is_first_visit",
        help="Nobody of the company has visited this customer on site before.",
    )
    visit_ids = fields.One2many("crm.visit", "plan_line_id", string="Visits")
    visit_state = fields.Selection(
        selection="_selection_visit_state",
        compute="_compute_visit_state",
        compute_sudo=True,
    )

    _estimated_cost_positive = models.Constraint(
        "CHECK (estimated_cost IS NULL OR estimated_cost >= 0)",
        "The estimated cost of a visit cannot be negative.",
    )

    @api.model
    def _selection_visit_state(self):
        """Return the states of a visit in the reader's language."""
        return self.env["crm.visit"]._fields["state"]._description_selection(self.env)

    @api.depends("partner_id", "mode", "plan_id.company_id")
    def _compute_is_first_visit(self):
        # sudo: visits to the customer count, whoever may open the file
        earliest = self.env["crm.visit"]._earliest_onsite_visits(
            self.sudo().partner_id.commercial_partner_id, self.company_id
        )
        for line in self.sudo():  # sudo: whose file it is does not matter here
            key = (line.partner_id.commercial_partner_id.id, line.company_id.id)
            line.is_first_visit = line.mode == "onsite" and key not in earliest

    @api.depends("visit_ids.state")
    def _compute_visit_state(self):
        for line in self:
            line.visit_state = line.visit_ids[:1].state

    @api.constrains("planned_start", "plan_id")
    def _check_period(self):
        for line in self:
            plan = line.plan_id
            day = plan.company_id._policy_date(line.planned_start)
            if not plan.date_from <= day <= plan.date_to:
                raise UserError(
                    self.env._(
                        "%(plan)s: the visit to %(customer)s on %(date)s lies outside "
                        "the plan, %(start)s to %(end)s.",
                        plan=plan.display_name,
                        # sudo: the customer's name only
                        customer=line.sudo().partner_id.name,
                        date=fields.Date.to_string(day),
                        start=fields.Date.to_string(plan.date_from),
                        end=fields.Date.to_string(plan.date_to),
                    )
                )

    def _check_staffing(self):
        """Raise when a first visit is planned for too few salespeople (VIS-01)."""
        for company, lines in self.grouped("company_id").items():
            rules = self.env["crm.visit.staffing"]._in_force(
                company, company._policy_today()
            )
            for line in lines:
                needed, there, _rules = rules._need(
                    line.is_first_visit,
                    line.mode,
                    line.user_id | line.companion_ids,
                    company,
                )
                if there < needed:
                    raise UserError(
                        self.env._(
                            "The visit to %(customer)s needs %(needed)s salespeople "
                            "together and has %(count)s (Responsible, Companions): "
                            "the first visit to a new customer is not made alone "
                            "(VIS-01).",
                            # sudo: the customer's name only
                            customer=line.sudo().partner_id.name,
                            needed=needed,
                            count=there,
                        )
                    )

    @api.model_create_multi
    def create(self, vals_list):
        # Being in a plan shows it: only who may edit the plan adds people.
        self.env["crm.visit.plan"].browse(
            {vals["plan_id"] for vals in vals_list if vals.get("plan_id")}
        ).check_access("write")
        self.env["crm.visit"]._check_customer_access(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("plan_id"):
            self.env["crm.visit.plan"].browse(vals["plan_id"]).check_access("write")
        self.env["crm.visit"]._check_customer_access([vals])
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_visited(self):
        # sudo: the visit may be a colleague's
        for line in self.sudo():
            if line.visit_ids.filtered(
                lambda v: v.state not in ("planned", "approved")
            ):
                raise UserError(
                    self.env._(
                        "The visit to %s has taken place or was cancelled; its line "
                        "stays in the plan.",
                        line.partner_id.display_name,
                    )
                )
        # sudo: the plan gives its visits back, whoever takes the line out
        self.sudo().visit_ids._write_guarded(
            {"plan_line_id": False, "state": "planned"}
        )
        # sudo: as above
        self.sudo().visit_ids._sync_calendar()

    def _prepare_visit_vals(self):
        """Return the values of the visit this line stands for."""
        self.ensure_one()
        users = self.user_id | self.companion_ids
        return {
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "contact_id": self.contact_id.id,
            "kind_id": self.kind_id.id,
            "mode": self.mode,
            "purpose": self.purpose,
            "planned_start": self.planned_start,
            "user_id": self.user_id.id,
            "estimated_cost": self.estimated_cost,
            "participant_ids": [(0, 0, {"user_id": user.id}) for user in users],
        }

    def _make_visits(self):
        """Make the visits of approved lines and take up again those made before."""
        # sudo: the head who approves the plan thereby makes other people's visits
        lines = self.sudo()
        old = lines.visit_ids.filtered(lambda visit: visit.state == "planned")
        for visit in old:
            vals = visit.plan_line_id._prepare_visit_vals()
            vals.pop("participant_ids")
            vals.pop("purpose")
            visit.write(vals)
        new = lines.filtered(lambda line: not line.visit_ids)
        # sudo: the approved plan makes the visits, whoever approves it
        visits = self.env["crm.visit"].sudo()
        visits = visits.create([line._prepare_visit_vals() for line in new])
        for visit, line in zip(visits, new, strict=True):
            visit._write_guarded({"plan_line_id": line.id})
        (visits | old)._write_guarded({"state": "approved"})
        (visits | old)._sync_calendar()
