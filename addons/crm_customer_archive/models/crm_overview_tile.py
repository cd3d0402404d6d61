"""Tiles of the managers' overview: what is due, late, growing, leaving.

A tile is data: a model, a domain, what is measured. Its figure is counted for whoever
looks, under that person's own rights, one query per tile. Tiles of models that are not
installed, or that the reader may not read, are not shown.
"""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_amount
from odoo.tools.safe_eval import safe_eval


class CrmOverviewTile(models.Model):
    _name = "crm.overview.tile"
    _description = "Overview Tile"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=100)
    active = fields.Boolean(default=True)
    section = fields.Selection(
        [
            ("decide", "To Decide"),
            ("late", "Due and Late"),
            ("care", "Growing and Leaving"),
            ("watch", "To Watch"),
        ],
        required=True,
        default="watch",
        group_expand=True,
    )
    model = fields.Char(
        required=True, help="Technical name of the model, such as crm.complaint."
    )
    domain = fields.Char(
        default="[]",
        required=True,
        help="Which records count. May use uid, user, company_ids, today (local date), "
        "now (UTC) and relativedelta.",
    )
    measure_field = fields.Char(
        help="Technical name of a stored amount or number to add up; empty: the "
        "records are counted. Amounts are in company currency."
    )
    color = fields.Selection(
        [
            ("primary", "Blue"),
            ("success", "Green"),
            ("warning", "Amber"),
            ("danger", "Red"),
            ("secondary", "Grey"),
        ],
        required=True,
        default="primary",
        help="Of a figure that is not zero.",
    )
    action_xmlid = fields.Char(
        string="Action",
        help="External id of the window action a click opens; empty: a plain list.",
    )
    group_ids = fields.Many2many(
        "res.groups", string="Shown To", help="Empty: to all who have the overview."
    )
    company_ids = fields.Many2many(
        "res.company", string="In Companies", help="Empty: in all companies."
    )
    available = fields.Boolean(
        compute="_compute_available",
        search="_search_available",
        help="The model is installed and the user may read it.",
    )
    value = fields.Float(compute="_compute_value", help="The figure, for the reader.")
    value_text = fields.Char(string="Figure", compute="_compute_value")

    # -------------------------------------------------------------- constraints

    @api.constrains("model", "domain", "measure_field", "action_xmlid")
    def _check_definition(self):
        for tile in self:
            if tile.model not in self.env:
                # Waits for its addon.
                continue
            model = self.env[tile.model]
            try:
                model._search(tile._domain())
            except Exception as error:  # whatever a typed domain can go wrong with
                raise ValidationError(
                    self.env._(
                        "Tile %(tile)s: the domain does not fit %(model)s: %(error)s",
                        tile=tile.name,
                        model=tile.model,
                        error=error,
                    )
                ) from error
            field = model._fields.get(tile.measure_field or "id")
            if (
                not field
                or not field.store
                or not field.type.startswith(("integer", "float", "monetary"))
            ):
                raise ValidationError(
                    self.env._(
                        "Tile %(tile)s: %(field)s is no stored number of %(model)s.",
                        tile=tile.name,
                        field=tile.measure_field,
                        model=tile.model,
                    )
                )
            if tile.action_xmlid:
                tile._check_action()

    def _check_action(self):
        # sudo: actions are for settings users only
        action = self.env.ref(self.action_xmlid, raise_if_not_found=False)
        action = action and action.sudo()
        if (
            not action
            or action._name != "ir.actions.act_window"
            or action.res_model != self.model
        ):
            raise ValidationError(
                self.env._(
                    "Tile %(tile)s: %(action)s is no window action of %(model)s.",
                    tile=self.name,
                    action=self.action_xmlid,
                    model=self.model,
                )
            )

    # ----------------------------------------------------------------- computes

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_available(self):
        for tile in self:
            tile.available = tile.model in self.env and self.env[tile.model].has_access(
                "read"
            )

    @api.model
    def _search_available(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: only names of models are looked at; the reader's rights are asked below
        names = {tile.model for tile in self.sudo().search_fetch([], ["model"])}
        readable = [
            name
            for name in names
            if name in self.env and self.env[name].sudo(False).has_access("read")
        ]
        wanted = Domain.FALSE
        if True in value:
            wanted |= Domain("model", "in", readable)
        if False in value:
            wanted |= Domain("model", "not in", readable)
        return wanted

    @api.depends_context("uid", "allowed_company_ids", "lang", "tz")
    def _compute_value(self):
        for tile in self:
            tile.value, tile.value_text = 0.0, ""
            if not tile.available:
                continue
            tile.value = tile._figure()
            tile.value_text = tile._figure_text()

    # ------------------------------------------------------------------ actions

    def action_open(self):
        """Open the records a tile counts.

        :return: a window action with the tile's domain
        """
        self._policy_require_one()
        self._check_available()
        action = {"type": "ir.actions.act_window", "res_model": self.model}
        if self.action_xmlid:
            action = self.env["ir.actions.act_window"]._for_xml_id(self.action_xmlid)
        else:
            action.update(views=[(False, "list"), (False, "form")])
        # No default filter of the action may hide what was counted.
        action.update(name=self.name, domain=list(self._domain()), context={})
        return action

    # ------------------------------------------------------------ for programs

    @api.model
    def overview(self):
        """Return the figures of the overview as the user sees it.

        :return: list of dicts: ``code`` (external id or ""), ``name``, ``section``,
            ``value`` (number of records, or their sum in company currency)
        """
        tiles = self.search([("available", "=", True)])
        codes = tiles.get_external_id()
        return [
            {
                "code": codes[tile.id],
                "name": tile.name,
                "section": tile.section,
                "value": tile.value,
            }
            for tile in tiles
        ]

    # ------------------------------------------------------------------ helpers

    def _check_available(self):
        if not self.available:
            raise ValidationError(
                self.env._(
                    "%(tile)s cannot be opened: %(model)s is not installed or you may "
                    "not read it.",
                    tile=self.name,
                    model=self.model,
                )
            )

    def _domain(self):
        """Return the domain for today and the user."""
        self.ensure_one()
        user = self.env.user
        names = {
            "uid": user.id,
            "user": user,
            "company_ids": self.env.companies.ids,
            "today": fields.Date.context_today(self),
            "now": fields.Datetime.now(),
            "relativedelta": relativedelta,
        }
        return Domain(safe_eval(self.domain, names))

    def _figure(self):
        model = self.env[self.model]
        if not self.measure_field:
            return model.search_count(self._domain())
        [[figure]] = model._read_group(
            self._domain(), aggregates=[f"{self.measure_field}:sum"]
        )
        return figure or 0.0

    def _figure_text(self):
        if self.measure_field:
            field = self.env[self.model]._fields[self.measure_field]
            if field.type == "monetary":
                return format_amount(self.env, self.value, self.env.company.currency_id)
            return f"{self.value:g}"
        return str(int(self.value))
