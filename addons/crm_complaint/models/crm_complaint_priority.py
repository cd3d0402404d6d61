"""How urgent a complaint is, and when the customer hears from us first (GAP-87)."""

from odoo import api, fields, models, tools

SEVERITIES = [
    ("minor", "Minor"),
    ("moderate", "Moderate"),
    ("serious", "Serious"),
    ("critical", "Critical"),
]


class CrmComplaintPriority(models.Model):
    """A level of priority with its time for the first response (CMP-165, CMP-166)."""

    _name = "crm.complaint.priority"
    _description = "Complaint Priority"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Short key by which programs name it.")
    sequence = fields.Integer(
        default=10, help="The most urgent first: problems are solved in this order."
    )
    active = fields.Boolean(default=True)
    severity = fields.Selection(
        SEVERITIES, help="Proposed for complaints of this severity."
    )
    response_hours = fields.Float(
        "First Response Within",
        help="Hours, nights and days off included, from the complaint to the first "
        "answer to the customer; zero: no limit.",
    )

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "Two complaint priorities cannot have the same code."
    )
    _severity_uniq = models.UniqueIndex(
        "(severity) WHERE severity IS NOT NULL AND active",
        "Only one priority is proposed for a severity.",
    )
    _hours_positive = models.Constraint(
        "CHECK(response_hours >= 0)",
        "The hours to the first response cannot be negative.",
    )

    @api.model
    @tools.ormcache("severity")
    def _proposed_id(self, severity):
        """Return the id of the priority proposed for a severity, or False."""
        # sudo: data everybody's complaints use
        return self.sudo().search([("severity", "=", severity)], limit=1).id

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()
