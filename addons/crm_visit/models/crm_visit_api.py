"""What other programs call: plain arguments, plain dicts, safe to repeat."""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_list

from odoo.addons.crm_policy.models.arguments import (
    DAY,
    FLAG,
    LINES,
    TEXT,
    VALUES,
    arguments,
    check_argument,
    check_values,
)

# Keys of `plan_visit` written to the visit as they are.
PLAIN_KEYS = (
    "partner_id",
    "contact_id",
    "kind_id",
    "mode",
    "purpose",
    "planned_start",
    "planned_stop",
    "user_id",
    "estimated_cost",
    "points_to_note",
    "client_reference",
    "company_id",
)


class CrmVisit(models.Model):
    _inherit = "crm.visit"

    @api.model
    @arguments(vals=VALUES)
    def plan_visit(self, vals):
        """Plan one visit and, if asked, apply for its approval.

        :param vals: dict with ``partner_id``, ``planned_start`` (UTC, ``YYYY-MM-DD
            HH:MM:SS``) and optionally ``planned_stop``, ``contact_id``, ``kind``
            (code) or ``kind_id``, ``mode`` (onsite, phone), ``purpose``, ``user_id``,
            ``participant_ids`` (list of user ids besides the responsible one),
            ``estimated_cost`` (company currency), ``points_to_note``,
            ``company_id``, ``client_reference`` (the same one again gives the first
            visit back) and ``submit`` (true: apply for approval at once)
        :return: dict with ``id``, ``name``, ``state``, ``is_first_visit`` and
            ``created``
        :raises UserError: unknown key or kind, value missing, too few salespeople
            on a first visit (VIS-01)
        """
        vals = dict(vals)
        submit = vals.pop("submit", False)
        check_argument(self.env, "submit", submit, FLAG)
        company = self.env["res.company"].browse(
            vals.get("company_id") or self.env.company.id
        )
        found = self._find_by_client_reference(vals.get("client_reference"), company)
        if found:
            return found._api_result(created=False)
        visit = self.create(self._prepare_api_vals(vals))
        if submit:
            visit.action_request_approval("application")
        return visit._api_result(created=True)

    @api.model
    def _prepare_api_vals(self, vals):
        """Return values for `create` from those another program gave."""
        unknown = vals.keys() - {*PLAIN_KEYS, "kind", "participant_ids"}
        if unknown:
            raise UserError(
                self.env._(
                    "Unknown value for a visit: %s.",
                    format_list(self.env, sorted(unknown)),
                )
            )
        for name in ("partner_id", "planned_start"):
            if not vals.get(name):
                raise UserError(
                    self.env._(
                        "A visit needs a value for %(field)s (%(name)s).",
                        field=self._fields[name]._description_string(self.env),
                        name=name,
                    )
                )
        self._check_api_choice(self, "mode", vals.get("mode", "onsite"))
        result = {name: vals[name] for name in PLAIN_KEYS if name in vals}
        check_values(self, result)
        if vals.get("kind"):
            kind = self.env["crm.visit.kind"].search([("code", "=", vals["kind"])])
            if not kind:
                raise UserError(
                    self.env._("There is no visit kind with the code %s.", vals["kind"])
                )
            result["kind_id"] = kind.id
        responsible = vals.get("user_id") or self.env.uid
        users = dict.fromkeys((responsible, *(vals.get("participant_ids") or ())))
        result["participant_ids"] = [(0, 0, {"user_id": user}) for user in users]
        return result

    @arguments(
        report_text=TEXT,
        result=TEXT,
        date_held=DAY,
        findings=LINES,
        next_visit_date=DAY,
        values=VALUES,
    )
    def report_visit(
        self,
        report_text,
        result,
        date_held=None,
        findings=None,
        next_visit_date=None,
        values=None,
    ):
        """Record one visit as held and hand in its report.

        :param report_text: what was talked about (plain text)
        :param result: result code a, b, c, d or e (VIS-126)
        :param date_held: local date (``YYYY-MM-DD``); by default that of the plan
        :param findings: list of dicts with ``name`` and optionally ``topic`` (code),
            ``description``, ``severity`` (info, minor, major), ``owner_id``,
            ``date_due``
        :param next_visit_date: local date agreed for the next visit (VIS-20)
        :param values: dict of further values of the visit record (VIS-124), such as
            ``solved_problems``, ``points_next`` or ``appraisal_credit``
        :return: dict as `plan_visit`, with ``next_visit_id`` (0 = none); a visit
            reported already is returned unchanged
        :raises UserError: not approved, not held, report or result missing
        """
        self._policy_require_one()
        self.check_access("write")
        if self.state in ("reported", "accepted", "closed"):
            return self._api_result(created=False)
        self._check_api_choice(self, "result", result)
        if self.state == "approved":
            self.action_hold(date_held)
        vals = {
            **self._prepare_api_report(values),
            "report_text": report_text,
            "result": result,
            "finding_ids": [
                (0, 0, self._prepare_api_finding(finding)) for finding in findings or ()
            ],
        }
        if next_visit_date:
            vals["next_visit_date"] = next_visit_date
        self.write(vals)
        self.action_report()
        return self._api_result(created=True)

    @api.model
    def _prepare_api_report(self, values):
        names = {
            "points_to_note",
            "solved_problems",
            "points_next",
            *(name for name in self._fields if name.startswith("appraisal_")),
        }
        unknown = (values or {}).keys() - names
        if unknown:
            raise UserError(
                self.env._(
                    "Unknown value for a visit record: %s.",
                    format_list(self.env, sorted(unknown)),
                )
            )
        return dict(values or {})

    @api.model
    def _prepare_api_finding(self, finding):
        vals = dict(finding)
        unknown = vals.keys() - {
            "name",
            "topic",
            "description",
            "severity",
            "owner_id",
            "date_due",
        }
        if unknown:
            raise UserError(
                self.env._(
                    "Unknown value for a finding: %s.",
                    format_list(self.env, sorted(unknown)),
                )
            )
        findings = self.env["crm.visit.finding"]
        self._check_api_choice(findings, "severity", vals.get("severity", "info"))
        code = vals.pop("topic", None)
        if code:
            topic = self.env["crm.visit.topic"].search([("code", "=", code)])
            if not topic:
                raise UserError(
                    self.env._("There is no visit topic with the code %s.", code)
                )
            vals["topic_id"] = topic.id
        return vals

    @api.model
    def _check_api_choice(self, model, name, value):
        """Raise unless a value is one of a field's choices."""
        choices = model._fields[name].get_values(self.env)
        if value not in choices:
            raise UserError(
                self.env._(
                    "%(value)s is no value for %(field)s; it is one of: %(choices)s.",
                    value=value,
                    field=model._fields[name]._description_string(self.env),
                    choices=format_list(self.env, choices),
                )
            )

    def _api_result(self, created):
        return {
            "id": self.id,
            "name": self.name,
            "state": self.state,
            "is_first_visit": self.is_first_visit,
            "next_visit_id": self.next_visit_id.id or 0,
            "created": created,
        }
