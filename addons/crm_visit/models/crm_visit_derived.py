"""Stored values that the system works out: nobody may type them in."""

from odoo import api, models


class CrmVisitDerivedMixin(models.AbstractModel):
    _name = "crm.visit.derived.mixin"
    _inherit = ["crm.guard.mixin"]
    _description = "Values worked out, never typed in"

    # Stored computed or related fields that decide what people may do or see. The
    # guard's own fields start with their default; these start with their compute.
    _derived_fields = ()

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            for name in self._derived_fields:
                if name in vals:
                    self._raise_guarded(name)
        names = {f"default_{name}" for name in self._derived_fields}
        if names & self.env.context.keys():
            self = self.with_context(  # pylint: disable=self-cls-assignment
                {k: v for k, v in self.env.context.items() if k not in names}
            )
        return super().create(vals_list)

    def write(self, vals):
        for name in self._derived_fields:
            if name in vals and not all(
                self._guarded_equal(record, name, vals[name]) for record in self
            ):
                self._raise_guarded(name)
        return super().write(
            {key: val for key, val in vals.items() if key not in self._derived_fields}
        )
