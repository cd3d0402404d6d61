"""What returns, handling plans, loans and allowance certificates have in common."""

from odoo import api, fields, models
from odoo.exceptions import AccessError


class CrmReturnHeadMixin(models.AbstractModel):
    _name = "crm.return.head.mixin"
    _description = "Head of a document about returned goods"

    held_by_me = fields.Boolean(
        compute="_compute_held_by_me",
        help="The document is at a department of the user, who takes its next step.",
    )

    # --------------------------------------------------------------- computes

    @api.depends("user_id", "company_id")
    def _compute_department_id(self):
        departments = self.user_id._policy_departments(self.company_id)
        for record in self:
            key = record.user_id, record.company_id
            record.department_id = departments.get(key)

    @api.depends_context("uid")
    def _compute_held_by_me(self):
        held = self._routing_held() if "routing_department_id" in self._fields else []
        for record in self:
            record.held_by_me = record in held

    def _count_linked(self, *links):
        """Set counters of records that point to these documents, whoever asks.

        :param links: (model, its field, counter on these documents)
        """
        for model, link, counter in links:
            # sudo: the numbers are shown to people who may not open all of them
            counts = dict(
                self.env[model]
                .sudo()
                ._read_group([(link, "in", self.ids)], [link], ["__count"])
            )
            # sudo: the counts above were read so
            for record in self:
                record[counter] = counts.get(record.sudo(), 0)

    # ----------------------------------------------------------------- checks

    @api.model
    def _is_desk(self):
        """Tell whether the user is of the customer-service section."""
        return self.env.su or self.env.user.has_group("crm_policy.group_specialist")

    def _check_holder(self):
        """Raise unless the user belongs to the department that holds these."""
        for record in self:
            record._routing_check_holder()

    def _check_salesperson(self):
        """Raise unless the user looks after these documents for the customer."""
        for record in self:
            if record.user_id == self.env.user or self._is_desk():
                continue
            if self.env.user.has_group("crm_policy.group_manager"):
                continue
            raise AccessError(
                self.env._(
                    "%(document)s is looked after by %(user)s.",
                    document=record.display_name,
                    user=record.user_id.name,
                )
            )

    @api.model
    def _check_accountant(self):
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(
                self.env._("Returns are credited by accounting (RET-09, RET-62).")
            )

    # ---------------------------------------------------------------- helpers

    def _next_label(self):
        """Return the next label number of this document's goods."""
        self._write_guarded({"label_serial": self.label_serial + 1})
        return f"{self.name}-{self.label_serial:02d}"

    @api.model
    def _open_records(self, xml_id, records):
        """Return an action on these records only; the form of a single one."""
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        action["context"] = {}
        action["domain"] = [("id", "in", records.ids)]
        if len(records) == 1:
            action["views"] = [(False, "form")]
            action["res_id"] = records.id
        return action

    @api.model
    def _ask(self, step, **defaults):
        """Return the action that asks for what a step of handling needs."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_returns.action_crm_return_ask"
        )
        action["name"] = dict(
            self.env["crm.return.ask"]._fields["step"]._description_selection(self.env)
        )[step]
        action["context"] = {
            "default_step": step,
            **{f"default_{name}": value for name, value in defaults.items()},
        }
        return action
