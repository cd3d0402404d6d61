"""The main contact on the registration form, with its full name (ARC-82)."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Ways to address a person that stand after (Chinese) or before (Latin) the surname:
# with them alone nobody knows who of that name was meant.
TITLES = (
    "先生 女士 小姐 太太 夫人 同志 老师 师傅 老板 老总 总经理 副总 经理 主任 主管 科长 "
    "处长 部长 厂长 店长 院长 校长 董事长 总监 总工 工程师 会计 总 董 工 哥 姐"
).split()
PREFIXES = ("mr", "mrs", "ms", "miss", "dr", "prof", "herr", "frau", "m", "mme")
DOUBLE_SURNAMES = frozenset(
    "欧阳 上官 司马 诸葛 东方 皇甫 尉迟 公孙 慕容 司徒 令狐 夏侯 端木 长孙 宇文 轩辕 "
    "南宫 西门 独孤 公羊 澹台 闻人 呼延 赫连 钟离 申屠 太史 拓跋 完颜 百里 东郭 第五"
    "".split()
)


class ResPartner(models.Model):
    _inherit = "res.partner"

    main_contact_id = fields.Many2one(
        "res.partner",
        copy=False,
        index="btree_not_null",
        domain="[('parent_id', '=', id), ('type', '=', 'contact')]",
        tracking=True,
        help="The person at the customer we deal with first.",
    )
    main_contact_name = fields.Char(
        string="Contact Full Name",
        compute="_compute_main_contact",
        inverse="_inverse_main_contact",
        help="Surname and given name, not only a surname with Mr or Ms (ARC-82).",
    )
    main_contact_phone = fields.Char(
        string="Contact Phone",
        compute="_compute_main_contact",
        inverse="_inverse_main_contact",
    )
    main_contact_function = fields.Char(
        string="Contact Position",
        compute="_compute_main_contact",
        inverse="_inverse_main_contact",
    )
    main_contact_email = fields.Char(
        string="Contact Email",
        compute="_compute_main_contact",
        inverse="_inverse_main_contact",
    )

    @api.constrains("main_contact_id", "parent_id")
    def _check_main_contact(self):
        for partner in self.filtered("main_contact_id"):
            if partner.main_contact_id.commercial_partner_id != partner:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is no contact of %(customer)s and cannot be its "
                        "main contact.",
                        contact=partner.main_contact_id.name,
                        customer=partner.name,
                    )
                )

    @api.constrains("name", "parent_id", "is_company", "type", "is_crm_customer")
    def _check_contact_names(self):
        """Contacts of customers carry their full name (ARC-82)."""
        contacts = self.filtered(
            lambda p: p.crm_customer_id and not p.is_company and p.type == "contact"
        )
        for contact in contacts | self.filtered("is_crm_customer").main_contact_id:
            if not self._is_full_name(contact.name):
                raise ValidationError(
                    self.env._(
                        "“%s” is not a full name. Give surname and given name of the "
                        "contact, not only a surname with a title.",
                        contact.name or "",
                    )
                )

    @api.depends(
        "main_contact_id.name",
        "main_contact_id.phone",
        "main_contact_id.function",
        "main_contact_id.email",
    )
    def _compute_main_contact(self):
        for partner in self:
            contact = partner.main_contact_id
            partner.main_contact_name = contact.name
            partner.main_contact_phone = contact.phone
            partner.main_contact_function = contact.function
            partner.main_contact_email = contact.email

    def _inverse_main_contact(self):
        """Keep the form's contact as a real contact of the customer."""
        new_vals, new_for = [], []
        for partner in self:
            vals = {
                "name": partner.main_contact_name,
                "phone": partner.main_contact_phone,
                "function": partner.main_contact_function,
                "email": partner.main_contact_email,
            }
            if partner.main_contact_id:
                partner.main_contact_id.write(vals)
            elif any(vals.values()):
                if not vals["name"]:
                    raise ValidationError(
                        self.env._(
                            "%s: give the contact's full name with phone, position or "
                            "e-mail.",
                            partner.display_name,
                        )
                    )
                new_for.append(partner)
                new_vals.append(
                    {
                        **vals,
                        "parent_id": partner.id,
                        "type": "contact",
                        "is_company": False,
                        "company_id": partner.company_id.id,
                        "is_crm_customer": False,
                    }
                )
        contacts = self.create(new_vals)
        for partner, contact in zip(new_for, contacts, strict=True):
            partner.main_contact_id = contact

    @api.model
    def _is_full_name(self, name):
        """Tell whether a name holds more than a surname and a title (ARC-82)."""
        name = (name or "").strip()
        if name.isascii() or not any("\u4e00" <= char <= "\u9fff" for char in name):
            words = name.replace(".", ". ").split()
            words = [word for word in words if word.rstrip(".").lower() not in PREFIXES]
            return len(words) > 1
        name = name.replace(" ", "")
        for title in TITLES:
            if name.endswith(title):
                surname = name[: -len(title)]
                if len(surname) <= 1 or surname in DOUBLE_SURNAMES:
                    return False
        return len(name) > 1 and name not in DOUBLE_SURNAMES
