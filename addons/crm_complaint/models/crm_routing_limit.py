"""The stage limits of a complaint agree with the limit of the whole case (GAP-03)."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.crm_policy.models.crm_routing_limit import CASE

MODEL = "crm.complaint"
# The steps of the handling form that have a limit of their own may use up the case.
PCB_STEPS = (
    "received",
    "quality",
    "production",
    "manager_instruction",
    "rd",
    "gmo_check",
    "sales_opinion",
    "supervisor_reading",
    "gmo_summary",
    "decision",
    "decided",
    "executing",
)


class CrmRoutingLimit(models.Model):
    _inherit = "crm.routing.limit"

    stage_note = fields.Char(
        "Stages and Case",
        compute="_compute_stage_note",
        help="The stage limits of complaints added up, against the limit of the case.",
    )
    stages_agree = fields.Boolean(
        compute="_compute_stage_note",
        help="The stages add up to exactly the limit of the whole case.",
    )

    @api.depends("model", "days", "days_foreign", "has_foreign", "active")
    @api.depends_context("lang")
    def _compute_stage_note(self):
        today = fields.Date.context_today(self)
        for limit in self:
            limit.stage_note, limit.stages_agree = False, True
            if limit.model != MODEL:
                continue
            sums = limit._stage_sums(limit._case_peers(), limit.company_id, today)
            if not sums:
                continue
            limit.stages_agree = all(total == case for total, case in sums)
            limit.stage_note = self.env._(
                "Stages %(domestic)s days of %(case)s, foreign %(foreign)s of "
                "%(case_foreign)s",
                domestic=f"{sums[0][0]:g}",
                case=f"{sums[0][1]:g}",
                foreign=f"{sums[1][0]:g}",
                case_foreign=f"{sums[1][1]:g}",
            )

    @api.constrains(
        "days",
        "days_foreign",
        "has_foreign",
        "unit",
        "step",
        "profile_id",
        "model_id",
        "company_id",
        "date_from",
        "date_to",
        "active",
    )
    def _check_stage_sum(self):
        """The stages may not add up to more than the whole case may take."""
        for profile, limits in (
            self.filtered(
                lambda one: one.model == MODEL and one.step in (*PCB_STEPS, CASE)
            )
            .grouped("profile_id")
            .items()
        ):
            peers = limits[:1]._case_peers()
            days = {fields.Date.context_today(self)}
            days.update(filter(None, peers.mapped("date_from")))
            for company in {self.env["res.company"], *peers.company_id}:
                for day in days:
                    self._raise_too_long(profile, company, peers, day)

    def _raise_too_long(self, profile, company, peers, day):
        for kind, (total, case) in enumerate(self._stage_sums(peers, company, day)):
            if total > case:
                raise ValidationError(
                    self.env._(
                        "%(profile)s: the stages of a %(customer)s complaint add up "
                        "to %(total)s days, more than the %(case)s days of the whole "
                        "case. Lower a stage first, or raise the limit of the case.",
                        profile=profile.display_name,
                        customer=self.env._("foreign")
                        if kind
                        else self.env._("domestic"),
                        total=f"{total:g}",
                        case=f"{case:g}",
                    )
                )

    def _case_peers(self):
        """Return all limits of complaints of the same profile."""
        # sudo: limits of other companies count as well
        return self.sudo().search(
            [("model", "=", MODEL), ("profile_id", "in", self.profile_id.ids)]
        )

    @api.model
    def _stage_sums(self, peers, company, day):
        """Return ``[(sum of stages, case)]``, domestic and foreign.

        Empty where there is no limit of the case, or where calendar and working days
        are mixed, which cannot be added up. A limit of the company goes before a
        shared one.
        """
        chosen = {}
        for limit in peers.sorted(lambda one: bool(one.company_id)):
            if (
                limit.company_id in (self.env["res.company"], company)
                and (not limit.date_from or limit.date_from <= day)
                and (not limit.date_to or day <= limit.date_to)
                and not limit.department_id
            ):
                chosen[limit.step] = limit
        case = chosen.get(CASE)
        stages = [chosen[step] for step in PCB_STEPS if step in chosen]
        if not case or {one.unit for one in stages} - {case.unit}:
            return []
        return [
            (sum(one._figure(foreign) for one in stages), case._figure(foreign))
            for foreign in (False, True)
        ]
