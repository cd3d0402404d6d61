"""Levels of secrecy (密级) of customer files and what follows from each (ARC-213)."""

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError


class CrmConfidentialityLevel(models.Model):
    _name = "crm.confidentiality.level"
    _description = "Confidentiality Level"
    _order = "rank, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, copy=False)
    rank = fields.Integer(
        required=True,
        help="The higher, the more secret. Files without a level have the lowest one.",
    )
    active = fields.Boolean(default=True)
    classified = fields.Boolean(
        help="Files of this level are seen only by their account managers, the heads "
        "of these, designated persons, and holders of a granted request in its period "
        "(ARC-213). Every reading of them is logged.",
    )
    protects = fields.Text(
        translate=True, help="What customer information belongs on this level."
    )
    consent_required = fields.Boolean(
        string="Use Needs Consent",
        help="Any request for files of this level needs the marketing director's "
        "consent, also for one's own work.",
    )
    own_export_limit = fields.Integer(
        string="Own Files Exported Freely",
        help="How many files of one's own customers a user may export at a time "
        "without a granted request (ARC-199). 0: every export needs a request.",
    )
    own_print_limit = fields.Integer(
        string="Own Files Printed Freely",
        help="How many files of one's own customers a user may print at a time "
        "without a granted request (ARC-200). 0: every print needs a request.",
    )
    two_factor = fields.Boolean(
        string="Two-factor Login Advised",
        help="Who opens such a file without two-factor login is told to set it up "
        "(ARC-207, GAP-54).",
    )

    file_password = fields.Boolean(
        string="Password on Exported Files",
        default=True,
        help="Files of these customers are given out as workbooks and PDFs encrypted "
        "with the password of the data request; formats that carry none are refused "
        "(GAP-54).",
    )

    _code_uniq = models.Constraint(
        "UNIQUE (code)", "Another confidentiality level has this code."
    )
    _rank_uniq = models.Constraint(
        "UNIQUE (rank)", "Another confidentiality level has this rank."
    )
    _limits_positive = models.Constraint(
        "CHECK (own_export_limit >= 0 AND own_print_limit >= 0)",
        "The number of files used freely cannot be negative.",
    )

    @api.constrains("file_password", "own_export_limit")
    def _check_file_password(self):
        for level in self:
            if level.file_password and level.own_export_limit:
                raise ValidationError(
                    self.env._(
                        "Own Files Exported Freely: files of level %s carry the "
                        "password of a data request (GAP-54). Set the number to 0, "
                        "or switch Password on Exported Files off.",
                        level.name,
                    )
                )

    @api.model
    @tools.ormcache()
    def _lowest_id(self):
        # sudo: levels are read by every procedure, whoever runs it
        return self.sudo().search([], limit=1).id

    @api.model
    def _lowest(self):
        """Return the level of files that have none of their own."""
        return self.browse(self._lowest_id())

    @api.model_create_multi
    def create(self, vals_list):
        levels = super().create(vals_list)
        self.env.registry.clear_cache()
        return levels

    def write(self, vals):
        result = super().write(vals)
        if {"rank", "active"} & set(vals):
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result
