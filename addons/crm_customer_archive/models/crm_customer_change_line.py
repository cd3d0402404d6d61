"""One value of a staged change: what it is and what it is to be."""

from odoo import api, fields, models
from odoo.fields import Command


class CrmCustomerChangeLine(models.Model):
    _name = "crm.customer.change.line"
    _description = "Value of a Customer Change"
    _order = "change_id, id"
    _rec_name = "field_name"

    change_id = fields.Many2one(
        "crm.customer.change",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    customer_id = fields.Many2one(
        related="change_id.customer_id", store=True, index=True
    )
    field_name = fields.Char(
        required=True, readonly=True, help="Technical name of the customer's field."
    )
    operation = fields.Selection(
        [
            ("set", "New value"),
            ("bank_add", "New account"),
            ("bank_update", "Changed account"),
            ("bank_remove", "Account no longer used"),
        ],
        default="set",
        required=True,
        readonly=True,
    )
    bank_account_id = fields.Many2one(
        "res.partner.bank",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        help="The account to be changed or no longer used.",
    )
    old_value = fields.Json(
        readonly=True, help="The live value when the change was asked for."
    )
    new_value = fields.Json(readonly=True)
    label = fields.Char(string="Changed Value", compute="_compute_display")
    old_display = fields.Char(string="Before", compute="_compute_display")
    new_display = fields.Char(string="After", compute="_compute_display")
    is_stale = fields.Boolean(
        string="Outdated",
        compute="_compute_is_stale",
        compute_sudo=True,
        help="The live value is no longer the old one of this change.",
    )
    open_key = fields.Char(
        compute="_compute_open_key",
        store=True,
        help="What an undecided change changes; only one may at a time.",
    )

    _open_key_uniq = models.UniqueIndex(
        "(customer_id, open_key) WHERE open_key IS NOT NULL",
        "An undecided change of the same value of this customer already exists. Wait "
        "for its decision or have it withdrawn.",
    )

    # ---------------------------------------------------------------- computes

    @api.depends("change_id.state", "field_name", "operation", "bank_account_id")
    def _compute_open_key(self):
        for line in self:
            undecided = line.change_id.state in ("draft", "review")
            line.open_key = line._key() if undecided else False

    def _key(self):
        """Return what this line changes, as one word."""
        if self.operation == "set":
            return self.field_name
        if self.operation == "bank_add":
            number = self.env["res.partner"]._change_account_key(
                self.new_value["acc_number"]
            )
            return f"bank:{number}"
        return f"bank:{self.bank_account_id.id}"

    @api.depends("field_name", "operation", "old_value", "new_value")
    @api.depends_context("lang")
    def _compute_display(self):
        operations = dict(self._fields["operation"]._description_selection(self.env))
        fields_of = self.env["res.partner"]._fields
        for line in self:
            if line.operation == "set":
                field = fields_of.get(line.field_name)
                line.label = (
                    field._description_string(self.env) if field else line.field_name
                )
            else:
                line.label = operations[line.operation]
            line.old_display = line._readable(line.old_value)
            line.new_display = line._readable(line.new_value)

    def _readable(self, value):
        """Return a staged value as people read it."""
        if not value:
            return ""
        if self.operation != "set":
            parts = (value.get("acc_number"), value.get("bank"), value.get("holder"))
            return " ".join(part for part in parts if part)
        field = self.env["res.partner"]._fields.get(self.field_name)
        raw = value.get("value")
        if field is None or field.type == "many2one":
            return value.get("name") or str(raw or "")
        if field.type == "boolean":
            return self.env._("Yes") if raw else self.env._("No")
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(raw, raw or "")
        return "" if raw in (False, None) else str(raw)

    @api.depends("old_value", "customer_id", "bank_account_id")
    def _compute_is_stale(self):
        for line in self:
            undecided = line.change_id.state in ("draft", "review")
            line.is_stale = undecided and line._outdated()

    def _outdated(self):
        """Tell whether the live value is no longer the one the change was asked on."""
        return self._live_value() != self.old_value

    def _live_value(self):
        """Return the customer's value now, as `old_value` holds it."""
        customer = self.customer_id
        if self.operation == "set":
            live = customer._change_value(self.field_name)
            # a record may have been renamed meanwhile, that changes no value
            if self.old_value and live["value"] == self.old_value.get("value"):
                return self.old_value
            return live
        if self.operation == "bank_add":
            return False
        account = self.bank_account_id
        if account.partner_id != customer or not account.active:
            return False
        return customer._change_account_value(account)

    # ----------------------------------------------------------------- helpers

    def _summary(self):
        return f"{self.label}: {self.old_display or '-'} → {self.new_display or '-'}"

    def _prepare_values(self):
        """Return the values these lines write to their customer."""
        vals = {}
        for line in self:
            if line.operation == "set":
                vals[line.field_name] = line.new_value["value"]
                continue
            commands = vals.setdefault("bank_ids", [])
            account = line.bank_account_id
            if line.operation == "bank_remove":
                commands.append(Command.update(account.id, {"active": False}))
                continue
            account_vals = {
                "acc_number": line.new_value["acc_number"],
                "bank_id": line.new_value["bank_id"],
            }
            if line.new_value.get("holder"):
                account_vals["acc_holder_name"] = line.new_value["holder"]
            if line.operation == "bank_add":
                commands.append(Command.create(account_vals))
            else:
                commands.append(Command.update(account.id, account_vals))
        return vals
