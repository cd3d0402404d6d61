"""Which customer files a data request covers, and for how long (ARC-197, ARC-202)."""

import ast
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_list

from odoo.addons.crm_policy.models.arguments import VALUES, arguments


class CrmDataRequest(models.Model):
    _inherit = "crm.data.request"

    @api.constrains("domain")
    def _check_domain(self):
        for rec in self.filtered("domain"):
            rec._parsed_domain()

    @api.model
    @arguments(vals=VALUES)
    def request_data(self, vals):
        """File and submit a request for customer data.

        :param dict vals: ``purpose`` (required), ``form`` screen / electronic / paper,
            ``customer_numbers``, ``customer_ids`` or ``domain`` (lists), ``parts``
            (codes of parts of the file), ``classified`` (bool), ``date_from``,
            ``date_to`` (local dates), ``client_reference``
        :return: id of the request; the first one's when the reference is known
        :raises UserError: an unknown key or part, or the scope is missing
        """
        known = self._find_by_client_reference(vals.get("client_reference"))
        if known:
            return known.id
        plain = ("purpose", "form", "date_from", "date_to", "client_reference")
        other = {"customer_numbers", "customer_ids", "domain", "parts", "classified"}
        unknown = set(vals) - {*plain, *other}
        if unknown:
            raise UserError(
                self.env._(
                    "Unknown in a data request: %s.",
                    format_list(self.env, sorted(unknown)),
                )
            )
        parts = self.env["crm.data.field.set"].search(
            [("code", "in", vals.get("parts") or [])]
        )
        missing = set(vals.get("parts") or []) - set(parts.mapped("code"))
        if missing:
            raise UserError(
                self.env._(
                    "Unknown part of the customer file: %s.",
                    format_list(self.env, sorted(missing)),
                )
            )
        rec = self.create(
            {
                **{key: vals[key] for key in plain if key in vals},
                "domain": repr(vals["domain"]) if vals.get("domain") else False,
                "field_set_ids": [fields.Command.set(parts.ids)],
                "asks_classified": bool(vals.get("classified")),
            }
        )
        customer_ids = [
            *(vals.get("customer_ids") or []),
            *rec._files_of_numbers(vals.get("customer_numbers") or []).ids,
        ]
        if customer_ids:
            # sudo: one asks for files one does not see yet; nothing of them is shown
            # before the release
            rec.sudo().partner_ids = [fields.Command.set(customer_ids)]
        rec.action_submit()
        return rec.id

    # ------------------------------------------------------------------ scope

    def _parsed_domain(self):
        """Return the selection as a domain over customer files of the company."""
        self.ensure_one()
        try:
            domain = Domain(ast.literal_eval(self.domain or "[]"))
            domain.validate(self.env["res.partner"])
            for leaf in domain.iter_conditions():
                # Evaluated for someone who may not see the files: no way out of them.
                if "." in leaf.field_expr or "any" in leaf.operator:
                    raise ValueError(leaf.field_expr)
        except (ValueError, SyntaxError, TypeError) as error:
            raise ValidationError(
                self.env._(
                    "Selection: “%(domain)s” is no valid selection of customers "
                    "(%(error)s).",
                    domain=self.domain,
                    error=error,
                )
            ) from error
        return domain

    def _files_of_numbers(self, numbers):
        """Return the customer files of these numbers, as far as they may be asked for.

        :raises UserError: no customer has one of the numbers
        """
        # sudo: as in _asked_files
        files = (
            self.env["res.partner"]
            .sudo()
            .search(
                [
                    ("customer_number", "in", numbers),
                    ("company_id", "in", (self.company_id.id, False)),
                    ("is_classified", "in", (False, self.asks_classified)),
                ]
            )
        )
        unknown = set(numbers) - set(files.mapped("customer_number"))
        if unknown:
            raise UserError(
                self.env._(
                    "Customers: no customer has the number %s.",
                    format_list(self.env, sorted(unknown)),
                )
            )
        return files

    def _asked_files(self):
        """Return the customer files asked for, seen by the system."""
        # sudo: the requester asks for files that he does not see yet; the scope shows
        # itself to him only after the release
        Partner = self.env["res.partner"].sudo()
        own = Domain("is_crm_customer", "=", True) & Domain(
            "company_id", "in", (self.company_id.id, False)
        )
        if not self.asks_classified:
            own &= Domain("is_classified", "=", False)
        # sudo: as above
        chosen = Domain("id", "in", self.sudo().partner_ids.crm_customer_id.ids)
        if self.domain:
            chosen |= self._parsed_domain()
        return Partner.search(own & chosen)

    def _is_own_project(self):
        files = self._asked_files()
        return bool(files) and files._kept_by(self.requester_id) == files

    def _check_still_own(self, files):
        """Raise where files have changed hands since the request was submitted."""
        if self.own_project and files._kept_by(self.requester_id) != files:
            raise UserError(
                self.env._(
                    "%s was asked for as own work, but some of its customers have "
                    "another account manager by now. It must be asked for again.",
                    self.display_name,
                )
            )

    def _scope_files(self):
        files = self._asked_files()
        if not files:
            raise UserError(
                self.env._(
                    "Customers: nothing of what %s asks for can be granted. Classified "
                    "files must be asked for as such.",
                    self.display_name,
                )
            )
        return files

    def _access_period(self):
        """Return start and end of the period in UTC: whole local days."""
        zone = ZoneInfo(self.company_id._policy_tz_name())
        start = datetime.combine(self.date_from, time.min, zone)
        end = datetime.combine(self.date_to + timedelta(days=1), time.min, zone)
        utc = ZoneInfo("UTC")
        return (
            start.astimezone(utc).replace(tzinfo=None),
            end.astimezone(utc).replace(tzinfo=None),
        )
