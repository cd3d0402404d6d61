"""Partners of a kind are maintained by its department only (ARC-229 to ARC-233)."""

from odoo import api, fields, models
from odoo.exceptions import AccessError

# Bookkeeping of the platform, no master data.
FREE = ("message_", "activity_", "signup_", "calendar_", "website_message", "rating_")


class ResPartner(models.Model):
    _inherit = "res.partner"

    master_area_id = fields.Many2one(
        "crm.master.data.area",
        string="Kind of Partner",
        ondelete="restrict",
        index="btree_not_null",
        tracking=True,
        help="Decides which department maintains this partner. Customers with a file "
        "follow the registration instead.",
    )

    def _check_maintainer(self, area=None):
        """Raise unless the user's department maintains these partners.

        Only where the company restricts it, and by the policy it follows. Programs of
        the system itself (superuser) are no persons and keep their own books.
        """
        if self.env.su:
            return
        for partner in self:
            # sudo: kind and company of the partner or of the firm it belongs to
            entity = partner.sudo().commercial_partner_id
            company = entity.company_id or self.env.company
            kind = area or entity.master_area_id
            if (
                not kind
                or entity.crm_customer_id
                or not company.sudo().restrict_master_data  # sudo: a setting
                or kind.sudo().profile_id != company._policy_profile("master_data")
                or kind._is_maintained_by(self.env.user, company)
            ):
                continue
            raise AccessError(
                self.env._(
                    "Partners of the kind “%(kind)s” are maintained by %(department)s. "
                    "File a master data request.",
                    kind=kind.sudo().name,  # sudo: named to who is refused
                    department=kind._maintainer(company).name,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        partners._check_maintainer()
        return partners

    def write(self, vals):
        if any(not name.startswith(FREE) for name in vals):
            self._check_maintainer()
            if vals.get("master_area_id"):
                area = self.env["crm.master.data.area"].browse(vals["master_area_id"])
                self._check_maintainer(area)
        res = super().write(vals)
        if "parent_id" in vals:
            self._check_maintainer()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_maintained(self):
        self._check_maintainer()


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        accounts.partner_id._check_maintainer()
        return accounts

    def write(self, vals):
        self.partner_id._check_maintainer()
        res = super().write(vals)
        if "partner_id" in vals:
            self.partner_id._check_maintainer()
        return res
