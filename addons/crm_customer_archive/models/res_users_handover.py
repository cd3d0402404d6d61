"""Nobody who looks after customers leaves before the handover is done (ARC-227).

A user is put out of use by Odoo's departure wizard, by archiving or deleting the user
or the employee, from a screen or by a program: all of it ends in the methods here.
"""

from odoo import api, models
from odoo.exceptions import RedirectWarning


class ResUsers(models.Model):
    _inherit = "res.users"

    def write(self, vals):
        if "active" in vals and not vals["active"]:
            self.filtered("active")._check_handed_over()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_not_handed_over(self):
        self._check_handed_over()

    def _check_handed_over(self, company=None):
        """Raise unless these people look after nothing any more.

        :param company: only what they look after in this company
        :raises RedirectWarning: names each with the number of records, and leads to
            the handovers
        """
        people = self.filtered(lambda user: not user.share)
        if not people:
            return
        Handover = self.env["crm.customer.handover"]
        counts = Handover._handover_count(people, company)
        # sudo: whoever archives need not see handovers, only be stopped by them
        domain = [
            ("user_id", "in", people.ids),
            ("departure", "=", True),
            ("state", "in", ("open", "notified", "reassigned")),
        ]
        if company:
            domain.append(("company_id", "=", company.id))
        unfinished = Handover.sudo().search(domain).grouped("user_id")  # sudo: above
        texts = []
        for user in people:
            if counts[user.id]:
                texts.append(
                    self.env._(
                        "%(user)s still looks after %(count)s customers, orders or "
                        "cases.",
                        user=user.name,
                        count=counts[user.id],
                    )
                )
            elif user in unfinished:
                texts.append(
                    self.env._(
                        "The handover %(handover)s of %(user)s is not cleared.",
                        handover=unfinished[user][:1].name,
                        user=user.name,
                    )
                )
        if texts:
            raise RedirectWarning(
                self.env._(
                    "Hand over before leaving (ARC-226, ARC-227):\n%s", "\n".join(texts)
                ),
                self.env.ref("crm_customer_archive.action_crm_customer_handover").id,
                self.env._("To the Handovers"),
                {"default_user_id": people[:1].id},
            )
