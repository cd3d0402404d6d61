"""Asks which protected values of a customer are to change, and why."""

from odoo import api, fields, models

FIELDS = (
    "name",
    "is_company",
    "enterprise_type_id",
    "legal_representative",
    "credit_code",
    "vat",
    "user_id",
    "second_user_id",
)


class CrmCustomerChangeAsk(models.TransientModel):
    _name = "crm.customer.change.ask"
    _description = "Ask for a Change of Customer Data"

    customer_id = fields.Many2one("res.partner", required=True, readonly=True)
    protected_names = fields.Char(compute="_compute_protected_names")
    name = fields.Char()
    is_company = fields.Boolean("Is a Company")
    enterprise_type_id = fields.Many2one("crm.enterprise.type")
    legal_representative = fields.Char()
    credit_code = fields.Char("Unified Social Credit Code")
    vat = fields.Char("Tax ID")
    user_id = fields.Many2one(
        "res.users", "Account Manager", domain=[("share", "=", False)]
    )
    second_user_id = fields.Many2one(
        "res.users", "Second Account Manager", domain=[("share", "=", False)]
    )
    bank_line_ids = fields.One2many(
        "crm.customer.change.ask.bank", "ask_id", "Bank Accounts"
    )
    reason = fields.Text(required=True)

    @api.depends("customer_id")
    def _compute_protected_names(self):
        for ask in self:
            ask.protected_names = ",".join(ask.customer_id._protected_kinds())

    @api.model
    def default_get(self, fields):
        res = super().default_get(fields)
        customer = self.env["res.partner"].browse(res.get("customer_id"))
        for name in set(FIELDS).intersection(fields):
            field = customer._fields[name]
            res[name] = field.convert_to_write(customer[name], customer)
        if "bank_line_ids" in fields:
            res["bank_line_ids"] = [
                (
                    0,
                    0,
                    {
                        "bank_account_id": account.id,
                        "acc_number": account.acc_number,
                        "bank_id": account.bank_id.id,
                        "holder": account.acc_holder_name,
                    },
                )
                for account in customer.bank_ids
            ]
        return res

    def action_ask(self):
        """Ask for the values that differ; opens the changes made."""
        self.ensure_one()
        customer = self.customer_id
        protected = customer._protected_kinds()
        values = {
            name: self[name].id if hasattr(self[name], "_name") else self[name]
            for name in FIELDS
            if name in protected and self[name] != customer[name]
        }
        if "bank_ids" in protected:
            accounts = [line._values() for line in self.bank_line_ids]
            accounts += [
                {"id": account.id, "remove": True}
                for account in customer.bank_ids - self.bank_line_ids.bank_account_id
            ]
            if accounts:
                values["bank_accounts"] = accounts
        ids = customer.request_change(values, self.reason)
        action = customer.action_view_changes()
        action["domain"] = [("id", "in", ids)]
        if len(ids) == 1:
            action.update(
                res_id=ids[0], view_mode="form", views=[(False, "form")], domain=[]
            )
        return action


class CrmCustomerChangeAskBank(models.TransientModel):
    _name = "crm.customer.change.ask.bank"
    _description = "Bank Account in a Change Asked For"

    ask_id = fields.Many2one(
        "crm.customer.change.ask", required=True, ondelete="cascade"
    )
    bank_account_id = fields.Many2one("res.partner.bank", "Present Account")
    acc_number = fields.Char("Account Number", required=True)
    bank_id = fields.Many2one("res.bank")
    holder = fields.Char("Account Holder Name")

    def _values(self):
        values = {
            "acc_number": self.acc_number,
            "bank_id": self.bank_id.id,
            "holder": self.holder or "",
        }
        if self.bank_account_id:
            values["id"] = self.bank_account_id.id
        return values
