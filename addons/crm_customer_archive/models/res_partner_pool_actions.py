"""What people do with the public pool: claim, return, assign, keep."""

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.crm_policy.models.arguments import DAY, RECORD, TEXT, arguments


class ResPartner(models.Model):
    _inherit = "res.partner"

    # ----------------------------------------------------------------- actions

    def action_claim(self):
        """Claim customers of the public pool for oneself.

        :return: True
        :raises UserError: not in the pool, limit reached, or the former account
            manager must still wait; AccessError: not a salesperson
        """
        if not self.env.user.has_group("crm_policy.group_user"):
            raise AccessError(self.env._("Only salespeople claim customers."))
        self.check_access("read")
        self._check_pool_enabled()
        self._pool_lock()
        self._check_in_pool()
        self._check_claim()
        self._pool_take(self.env.user, "claimed")
        return True

    @arguments(reason=TEXT)
    def action_return_to_pool(self, reason):
        """Put customers into the public pool by hand.

        :param reason: why; required
        :return: True
        :raises AccessError: neither the account manager nor the head; UserError: no
            reason, no pool, in review, suspended, or in the pool already
        """
        self.check_access("read")
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the customer is returned."))
        self._check_pool_enabled()
        others = self.filtered(lambda c: c.user_id != self.env.user)
        others._check_supervises_customer()
        self._pool_lock()
        for customer in self:
            customer._check_transition_state(("draft", "refused", "archived"))
            if customer.is_classified:
                raise UserError(
                    self.env._(
                        "%s is classified and not for everybody to see.",
                        customer.display_name,
                    )
                )
            if customer.in_pool or not customer.user_id:
                raise UserError(
                    self.env._("%s is nobody's already.", customer.display_name)
                )
        self._pool_put("returned", reason)
        return True

    @arguments(user_id=RECORD, reason=TEXT)
    def action_pool_assign(self, user_id, reason):
        """Give customers of the pool to a person, past limits and waiting times.

        :param user_id: id of the new account manager
        :param reason: why; required
        :return: True
        :raises AccessError: no manager; UserError: no reason, not in the pool
        """
        self._check_pool_manager()
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the customer is assigned."))
        self._check_pool_enabled()
        user = self.env["res.users"].browse(user_id).exists()
        if not user:
            raise UserError(self.env._("“New Account Manager”: no such user."))
        for customer in self:
            customer._check_change_user(user)
        self._pool_lock()
        self._check_in_pool()
        self._pool_take(user, "assigned", reason)
        return True

    @arguments(until=DAY, reason=TEXT)
    def action_pool_keep(self, until, reason):
        """Let customers not return to the pool before a day.

        :param until: local date (YYYY-MM-DD), in the future
        :param reason: why; required, kept on the file
        :return: True
        :raises AccessError: not the head of the department nor a director
        """
        self.check_access("read")
        self._check_supervises_customer()
        day = fields.Date.to_date(until)
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the customer is kept."))
        if not day or day <= self.env.company._policy_today():
            raise UserError(self.env._("“Kept Until” must be in the future."))
        self._write_guarded(
            {
                "pool_keep_until": day,
                "pool_due_date": day,
                "pool_warned_date": False,
            }
        )
        for customer in self:
            customer.message_post(
                body=self.env._(
                    "Kept out of the public pool until %(day)s: %(reason)s",
                    day=day,
                    reason=reason,
                )
            )
        return True
