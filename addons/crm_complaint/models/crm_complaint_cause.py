"""Why it happened: causes by class, the sanctionable items, and the analysis.

Causes are records: those of quality, those of human factors, and the fifteen items
that lead to an administrative sanction once proved (CMP-86 to CMP-100).
"""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# Where each part of the analysis is filled: whoever holds the complaint there.
ANALYSIS_STATES = (
    "quality",
    "production",
    "rd",
    "gmo_check",
    "gmo_summary",
    "assigned",
    "analysed",
)


class CrmComplaintCause(models.Model):
    _name = "crm.complaint.cause"
    _description = "Complaint Cause"
    _order = "category_id, item_number, sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Short key by which programs name it.")
    category_id = fields.Many2one(
        "crm.complaint.category",
        "Class",
        index=True,
        ondelete="restrict",
        help="Class of complaint the cause belongs to; empty: any.",
    )
    item_number = fields.Integer(
        "Sanctionable Item",
        help="Number of the item in the list of sanctionable items (CMP-86 to "
        "CMP-100); 0: the cause alone leads to no sanction.",
    )
    sanctionable = fields.Boolean(
        compute="_compute_sanctionable",
        store=True,
        precompute=True,
        help="Once proved, it leads to an administrative sanction (CMP-101).",
    )
    profile_id = fields.Many2one("crm.policy.profile", ondelete="restrict")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    description = fields.Text(translate=True)

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "Two complaint causes cannot have the same code."
    )
    _item_positive = models.Constraint(
        "CHECK(item_number >= 0)", "The number of a sanctionable item is not negative."
    )

    @api.depends("item_number")
    def _compute_sanctionable(self):
        for cause in self:
            cause.sanctionable = cause.item_number > 0

    @api.depends("name", "item_number")
    def _compute_display_name(self):
        for cause in self:
            number = f"{cause.item_number}. " if cause.item_number else ""
            cause.display_name = f"{number}{cause.name or ''}"


class CrmComplaint(models.Model):
    _inherit = "crm.complaint"

    _guarded_fields = ("cause_sanctionable",)

    cause_id = fields.Many2one(
        "crm.complaint.cause",
        "Main Cause",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        tracking=True,
        help="The cause the case is counted under.",
    )
    cause_ids = fields.Many2many(
        "crm.complaint.cause",
        "crm_complaint_cause_rel",
        "complaint_id",
        "cause_id",
        string="Causes",
        copy=False,
        help="Every cause that contributed, the main one included.",
    )
    cause_sanctionable = fields.Boolean(
        "Sanctionable Cause",
        compute="_compute_cause_sanctionable",
        store=True,
        precompute=True,
        help="One of the causes is a sanctionable item (CMP-86 to CMP-101).",
    )
    customer_loss = fields.Boolean(
        default=True,
        help="The abnormality caused a loss. Without one an abnormality form is "
        "enough (CMP-03).",
    )
    analysis_method = fields.Selection(
        [("free", "Free Analysis"), ("five_whys", "Five Whys")],
        default="free",
        required=True,
        copy=False,
    )
    why_ids = fields.One2many("crm.complaint.why", "complaint_id", "Whys", copy=False)
    root_cause = fields.Text(
        copy=False,
        help="What it comes down to: the last of the whys, or the result of the free "
        "analysis.",
    )

    @api.depends("cause_ids.sanctionable", "cause_id.sanctionable")
    def _compute_cause_sanctionable(self):
        for complaint in self:
            causes = complaint.cause_ids | complaint.cause_id
            complaint.cause_sanctionable = any(causes.mapped("sanctionable"))

    @api.constrains("cause_id", "category_id")
    def _check_causes(self):
        # A class with no causes of its own takes those of any other.
        own = self.env["crm.complaint.cause"].search(
            [("category_id", "in", self.filtered("cause_id").category_id.ids)]
        )
        for complaint in self.filtered(lambda c: c.category_id in own.category_id):
            category, cause = complaint.category_id, complaint.cause_id
            if cause.category_id and cause.category_id != category:
                raise ValidationError(
                    self.env._(
                        "Cause “%(cause)s” is of the class %(own)s, but "
                        "%(document)s is of the class %(category)s.",
                        cause=cause.display_name,
                        own=cause.category_id.name,
                        document=complaint.display_name,
                        category=category.name,
                    )
                )

    @api.onchange("cause_id")
    def _onchange_cause_id(self):
        if self.cause_id and not self.category_id:
            self.category_id = self.cause_id.category_id

    @api.model
    def _step_field_states(self):
        """The analysis is filled by whoever holds the complaint on its way."""
        states = super()._step_field_states()
        for name in (
            "cause_id",
            "cause_ids",
            "why_ids",
            "root_cause",
        ):
            states[name] = list(ANALYSIS_STATES)
        return states

    @api.model
    def _get_step_fields(self, state):
        names = tuple(super()._get_step_fields(state))
        if state in ANALYSIS_STATES:
            names += ("cause_id", "cause_ids", "root_cause")
        return names

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._main_among_causes(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._main_among_causes(vals))

    @api.model
    def _main_among_causes(self, vals):
        """Return ``vals`` with the main cause among the causes."""
        if not vals.get("cause_id"):
            return vals
        commands = list(vals.get("cause_ids") or [])
        return {**vals, "cause_ids": [*commands, (4, vals["cause_id"], 0)]}

    def _check_analysis(self):
        """Raise where five whys were chosen and not one is answered."""
        for complaint in self:
            if complaint.analysis_method == "five_whys" and not complaint.why_ids:
                raise UserError(
                    self.env._(
                        "%s: five whys were chosen; answer at least the first.",
                        complaint.display_name,
                    )
                )


class CrmComplaintWhy(models.Model):
    """One why and its answer; the next asks why of that answer."""

    _name = "crm.complaint.why"
    _inherit = ["crm.complaint.child"]
    _description = "Why of a Complaint"
    _order = "complaint_id, sequence, id"

    complaint_id = fields.Many2one(required=True)
    company_id = fields.Many2one(related="complaint_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    question = fields.Char("Why?", required=True)
    answer = fields.Text("Because", required=True)
    evidence = fields.Char(help="What shows that the answer is true.")

    @api.model_create_multi
    def create(self, vals_list):
        complaints = self.env["crm.complaint"].browse(
            {vals["complaint_id"] for vals in vals_list if vals.get("complaint_id")}
        )
        complaints._check_step_fields({"why_ids": True})
        return super().create(vals_list)

    def write(self, vals):
        complaints = self.complaint_id
        if vals.get("complaint_id"):
            complaints |= complaints.browse(vals["complaint_id"])
        complaints._check_step_fields({"why_ids": True})
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_other_step(self):
        self.complaint_id._check_step_fields({"why_ids": True})
