"""Class, card and the typed data that classification needs, on the customer's file."""

import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_policy.models.arguments import LINES, RECORD, TEXT, arguments


class ResPartner(models.Model):
    _inherit = "res.partner"

    _guarded_fields = ("customer_class_id",)

    customer_class_id = fields.Many2one(
        "crm.customer.class",
        string="Class",
        company_dependent=True,
        readonly=True,
        copy=False,
        tracking=True,
        help="Class in the grading scheme the company has in force. Written by the "
        "computation of classes and by approved judgements only.",
    )
    customer_scheme_id = fields.Many2one(
        related="customer_class_id.scheme_id", string="Grading Scheme"
    )
    customer_card = fields.Char(related="customer_class_id.card", string="Card")
    customer_class_since = fields.Date(
        string="Class Since", compute="_compute_customer_class_since"
    )
    class_history_ids = fields.One2many(
        "crm.customer.class.history",
        "partner_id",
        readonly=True,
        domain=[("state", "=", "applied")],
    )
    class_standing_ids = fields.One2many(
        "crm.customer.standing", "partner_id", string="Grading", readonly=True
    )
    class_judgement_ids = fields.One2many(
        "crm.customer.class.judgement", "partner_id", string="Judgements"
    )

    # ----------------------------------------------- what classification asks
    customer_purchases = fields.Monetary(
        string="Own Yearly Purchases",
        currency_field="currency_id",
        tracking=True,
        help="What the customer buys a year of our kind of products from everybody, "
        "company currency. Our share of it is the customer's sales share (ARC-239).",
    )
    agreement_date = fields.Date(
        string="Agreement Signed On",
        tracking=True,
        help="Day the agreement with the customer was signed (ARC-05).",
    )
    beyond_city = fields.Boolean(
        string="Business Beyond the City",
        tracking=True,
        help="The customer's business with us reaches beyond the city (ARC-136).",
    )
    upstream_registered = fields.Boolean(
        string="Registered Upstream",
        tracking=True,
        help="Registered as a key account by the level above (ARC-126).",
    )

    _customer_purchases_positive = models.Constraint(
        "CHECK (customer_purchases IS NULL OR customer_purchases >= 0)",
        "The customer's own yearly purchases cannot be negative.",
    )

    @api.constrains("agreement_date")
    def _check_agreement_date(self):
        today = self.env.company._policy_today()
        for partner in self.filtered("agreement_date"):
            if partner.agreement_date > today:
                raise UserError(
                    self.env._(
                        "%s: the day the agreement was signed cannot be in the future.",
                        partner.display_name,
                    )
                )

    @api.depends("customer_class_id")
    @api.depends_context("company")
    def _compute_customer_class_since(self):
        scheme = self.env["crm.customer.scheme"]._in_force(self.env.company)
        # sudo: part of the file, shown to its readers
        current = (
            self.env["crm.customer.class.history"]
            .sudo()
            ._current(self, scheme, self.env.company)
        )
        since = {row.partner_id.id: row.date_from for row in current}
        for partner in self:
            partner.customer_class_since = since.get(partner.id, False)

    # ------------------------------------------------------------ for programs

    @arguments(scheme=TEXT)
    def get_customer_class(self, scheme=None):
        """Return the classes of customers, with the figures computed last.

        :param scheme: code of a grading scheme; by default the one in force
        :return: list of dicts: ``id``, ``scheme`` and ``class`` (codes, empty: none),
            ``name``, ``card``, ``since`` (local date or False), ``amount`` (company
            currency), ``share`` (percent), ``share_base``, ``rank``, ``computed_on``,
            ``visit_interval`` with ``visit_interval_unit``
        :raises UserError: no such scheme; AccessError: somebody else's customers
        """
        self.check_access("read")
        scheme = self._class_scheme(scheme)
        company = self.env.company
        current = self.env["crm.customer.class.history"]._current(self, scheme, company)
        held = {row.partner_id.id: row for row in current}
        standings = self.env["crm.customer.standing"].search(
            [
                ("partner_id", "in", self.ids),
                ("scheme_id", "=", scheme.id),
                ("company_id", "=", company.id),
            ]
        )
        figures = {row.partner_id.id: row for row in standings}
        return [
            self._class_as_dict(
                partner_id, scheme, held.get(partner_id), figures.get(partner_id)
            )
            for partner_id in self.ids
        ]

    @api.model
    def _class_as_dict(self, partner_id, scheme, held, figures):
        customer_class = held.class_id if held else self.env["crm.customer.class"]
        figures = figures or self.env["crm.customer.standing"]
        return {
            "id": partner_id,
            "scheme": scheme.code or "",
            "class": customer_class.code or "",
            "name": customer_class.name or "",
            "card": customer_class.card or "",
            "since": held.date_from if held else False,
            "amount": figures.amount,
            "share": figures.share,
            "share_base": figures.share_base or "",
            "rank": figures.rank,
            "computed_on": figures.date,
            "visit_interval": customer_class.visit_interval,
            "visit_interval_unit": customer_class.visit_interval_unit or "",
        }

    @arguments(
        class_code=TEXT,
        reason=TEXT,
        scheme=TEXT,
        criterion=RECORD,
        evidence=LINES,
        client_reference=TEXT,
    )
    def propose_class_judgement(
        self,
        class_code,
        reason,
        scheme=None,
        criterion=None,
        evidence=None,
        client_reference=None,
    ):
        """File and submit a judgement that a customer belongs to a class.

        :param class_code: code of the class
        :param reason: why
        :param scheme: code of the grading scheme; by default the one in force
        :param criterion: id of the rule of the class that the customer meets
        :param evidence: list of dicts ``name`` and ``data`` (base64)
        :param client_reference: the caller's own key; known: the first judgement's id
        :return: id of the ``crm.customer.class.judgement``
        :raises UserError: unknown class, missing reason, criterion or evidence
        """
        self._policy_require_one()
        self.check_access("read")
        Judgement = self.env["crm.customer.class.judgement"]
        known = Judgement._find_by_client_reference(client_reference)
        if known:
            return known.id
        scheme = self._class_scheme(scheme)
        customer_class = scheme.class_ids.filtered(lambda c: c.code == class_code)
        if not customer_class:
            raise UserError(
                self.env._(
                    "Scheme “%(scheme)s” has no class “%(code)s”.",
                    scheme=scheme.display_name,
                    code=class_code,
                )
            )
        judgement = Judgement.create(
            {
                "partner_id": self.id,
                "scheme_id": scheme.id,
                "class_id": customer_class.id,
                "rule_id": criterion,
                "reason": reason,
                "client_reference": client_reference,
                "evidence_ids": [
                    (0, 0, self._prepare_evidence(file)) for file in evidence or []
                ],
            }
        )
        judgement.action_submit()
        return judgement.id

    @api.model
    def _class_scheme(self, code):
        Scheme = self.env["crm.customer.scheme"]
        if not code:
            scheme = Scheme._in_force(self.env.company)
        else:
            scheme = Scheme.search(
                [
                    ("code", "=", code),
                    ("company_id", "in", (self.env.company.id, False)),
                ],
                order="company_id",
                limit=1,
            )
        if not scheme:
            raise UserError(
                self.env._("There is no grading scheme “%s”.", code or "")
                if code
                else self.env._(
                    "The grading policy of the company has no grading scheme."
                )
            )
        return scheme

    @api.model
    def _prepare_evidence(self, file):
        try:
            content = base64.b64decode(file.get("data") or "", validate=True)
        except (binascii.Error, ValueError) as error:
            raise UserError(
                self.env._("“%s” is not base64.", file.get("name") or "")
            ) from error
        return {"name": file.get("name") or "", "raw": content}
