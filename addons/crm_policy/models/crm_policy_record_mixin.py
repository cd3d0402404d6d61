"""Policy figures as records: of a profile, perhaps of a company, from a day to a day.

A document asks for the records in force on its day; who changes the policy adds a
record from a day on, and what was decided before keeps the figures of its time.
"""

from datetime import date

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class CrmPolicyRecordMixin(models.AbstractModel):
    _name = "crm.policy.record.mixin"
    _description = "Record of a policy"

    # Topics whose profile, chosen per company in Settings, puts the records in force.
    _policy_record_topics = ()
    # Fields that, with profile and company, tell one record from another: of one key
    # only one may be in force on a day. None: any number may be.
    _policy_record_key = ()

    active = fields.Boolean(default=True)
    profile_id = fields.Many2one(
        "crm.policy.profile",
        required=True,
        index=True,
        ondelete="restrict",
        help="In force in companies that have chosen this profile for the topic.",
    )
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        help="Only for this company; empty: for every company under this policy.",
    )
    date_from = fields.Date(
        string="In Force From", help="First day in force; empty: always."
    )
    date_to = fields.Date(
        string="In Force Until", help="Last day in force; empty: no end."
    )

    # ------------------------------------------------------------- constraints

    @api.constrains("date_from", "date_to")
    def _check_policy_dates(self):
        for record in self:
            if (
                record.date_from
                and record.date_to
                and (record.date_from > record.date_to)
            ):
                raise ValidationError(
                    self.env._(
                        "%(record)s ends (In Force Until, %(end)s) before it begins "
                        "(In Force From, %(start)s).",
                        record=record.display_name,
                        start=record.date_from,
                        end=record.date_to,
                    )
                )

    @api.constrains(lambda self: self._policy_record_watched())
    def _check_one_in_force(self):
        """Refuse two records of one key with a common day."""
        if self._policy_record_key is None or not self:
            return
        key = ("profile_id", "company_id", *self._policy_record_key)
        # sudo: records of companies the user is not in count too
        everything = self.sudo().search([("profile_id", "in", self.profile_id.ids)])
        for siblings in everything.grouped(
            lambda record: tuple(record[name] for name in key)
        ).values():
            ordered = siblings.sorted(lambda r: (r.date_from or date.min, r.id))
            for one, other in zip(ordered, ordered[1:], strict=False):
                if not one.date_to or (one.date_to >= (other.date_from or date.min)):
                    one._raise_both_in_force(other)

    @api.model
    def _policy_record_watched(self):
        """Return the fields on which the check of overlapping periods depends."""
        key = self._policy_record_key or ()
        return ("active", "profile_id", "company_id", "date_from", "date_to", *key)

    def _raise_both_in_force(self, other):
        raise ValidationError(
            self.env._(
                "“%(one)s” and “%(other)s” would both be in force under policy "
                "%(profile)s from %(day)s on. End the first one the day before (In "
                "Force Until), or archive it.",
                one=self.display_name,
                other=other.display_name,
                profile=self.profile_id.code or self.profile_id.name,
                day=other.date_from or self.env._("the beginning"),
            )
        )

    # ---------------------------------------------------------------- in force

    @api.model
    def _in_force(self, company, day=None):
        """Return the records in force in a company, its own and the shared ones.

        :param day: local date; the company's today by default
        """
        profiles = self.env["crm.policy.profile"]
        for topic in self._policy_record_topics:
            profiles |= company._policy_profile(topic)
        day = fields.Date.to_date(day) or company._policy_today()
        ids = self._in_force_ids(tuple(profiles.ids), company.id, day)
        # sudo: the figures bind people who may not read the policy records
        return self.sudo().browse(ids)

    @api.model
    @tools.ormcache("profile_ids", "company_id", "day", cache="stable")
    def _in_force_ids(self, profile_ids, company_id, day):
        # sudo: as above; the answer is the same for everybody
        return (
            self.sudo()
            .with_context(active_test=True)
            .search(
                Domain("profile_id", "in", profile_ids)
                & Domain("company_id", "in", (company_id, False))
                & (Domain("date_from", "=", False) | Domain("date_from", "<=", day))
                & (Domain("date_to", "=", False) | Domain("date_to", ">=", day))
            )
            ._ids
        )

    @api.model
    def _for_company(self, company, day=None):
        """Return the one record in force in a company, its own before a shared one."""
        records = self._in_force(company, day)
        return records.filtered("company_id")[:1] or records[:1]

    # --------------------------------------------------------------- lifecycle

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env.registry.clear_cache("stable")
        return records

    def write(self, vals):
        res = super().write(vals)
        self.env.registry.clear_cache("stable")
        return res

    def unlink(self):
        res = super().unlink()
        self.env.registry.clear_cache("stable")
        return res
