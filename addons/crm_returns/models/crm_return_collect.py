"""At the customer: inspection, papers, signed return note (RET-21 to RET-28, RET-32).

The salesperson arranges for commissioning staff, who judge the goods with the customer;
on the day of return the papers of the purchase come back and the customer signs and
stamps the return note, with the agreement where the company wants one (GAP-33).
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_list, plaintext2html

from odoo.addons.crm_policy.models.arguments import DAY, RECORD, TEXT, arguments

# Departments whose people judge goods at the customer (RET-04, RET-24, GAP-38).
ENGINEERS = ("service", "quality", "technical")
INSPECT = "crm_returns.mail_activity_type_inspect"
BULKY = "crm_returns.mail_activity_type_bulky"
COLLECT_STATES = ("approved", "inspected")
# What is entered at the customer and stays once the goods are collected.
COLLECT_FIELDS = (
    "note_signature",
    "note_signed_by",
    "note_sealed",
    "note_scan_ids",
    "agreement_terms",
    "agreement_signature",
    "agreement_scan_ids",
    "document_ids",
)
SCANS = ("note_scan_ids", "agreement_scan_ids")
ANNOUNCE_STATES = (*COLLECT_STATES, "collected", "in_transit")


class CrmReturn(models.Model):
    _inherit = "crm.return"

    _guarded_fields = (
        "note_signed_on",
        "collect_user_id",
        "collect_date",
        "announce_date",
        "announce_user_id",
        "papers_date",
        "papers_user_id",
    )

    # Inspection
    engineer_id = fields.Many2one(
        "res.users",
        string="Commissioning Staff",
        tracking=True,
        copy=False,
        index="btree_not_null",
        domain="[('share', '=', False)]",
        help="Who of the customer-service, quality or technical department goes to "
        "the customer to judge the goods (RET-23, RET-24).",
    )
    inspection_planned = fields.Date(copy=False, help="Day of the visit (RET-23).")
    inspection_required = fields.Boolean(
        compute="_compute_inspection_required",
        help="The goods are inspected and collected at the customer before they are "
        "ordered back (RET-21 to RET-27).",
    )

    # Return note and agreement
    note_signature = fields.Binary(
        string="Customer's Signature",
        copy=False,
        help="On the return note, given on the screen (RET-27).",
    )
    note_signed_by = fields.Char(
        string="Signed For the Customer By",
        copy=False,
        help="Name of who signs the return note and the agreement (RET-27).",
    )
    note_signed_on = fields.Datetime(string="Signed On", readonly=True, copy=False)
    note_sealed = fields.Boolean(
        string="Stamped With the Company Seal",
        copy=False,
        help="The customer's seal (公章) is on the return note (RET-27).",
    )
    note_scan_ids = fields.Many2many(
        "ir.attachment",
        "crm_return_note_scan_rel",
        "return_id",
        "attachment_id",
        string="Scan of the Return Note",
        copy=False,
    )
    agreement_terms = fields.Text(
        copy=False,
        help="What was agreed besides the return itself: freight, repairs, dates; "
        "printed on the agreement (RET-52).",
    )
    agreement_signature = fields.Binary(string="Signature on the Agreement", copy=False)
    agreement_scan_ids = fields.Many2many(
        "ir.attachment",
        "crm_return_agreement_scan_rel",
        "return_id",
        "attachment_id",
        string="Scan of the Agreement",
        copy=False,
    )
    collect_user_id = fields.Many2one(
        "res.users", string="Goods Collected By", readonly=True, copy=False
    )
    collect_date = fields.Date(
        string="Day of Return", readonly=True, copy=False, help="RET-26."
    )
    papers_date = fields.Datetime(
        string="Papers at Finance Since",
        readonly=True,
        copy=False,
        help="When finance got the documents and the signed return note (RET-28).",
    )
    papers_user_id = fields.Many2one(
        "res.users", string="Papers Received By", readonly=True, copy=False
    )

    # Bulky goods
    bulky = fields.Boolean(
        copy=False,
        tracking=True,
        help="Too many, heavy or big for the warehouse: it is told ahead (RET-32).",
    )
    arrival_date = fields.Date(
        string="Expected Arrival",
        copy=False,
        help="Day on which the goods are expected at the warehouse.",
    )
    announce_date = fields.Datetime(
        string="Warehouse Told On", readonly=True, copy=False
    )
    announce_user_id = fields.Many2one(
        "res.users", string="Warehouse Told By", readonly=True, copy=False
    )

    # --------------------------------------------------------------- computes

    @api.depends("authority_route", "company_id.return_collect_required")
    def _compute_inspection_required(self):
        for record in self:
            # sudo: the company's rule, not its record
            required = record.sudo().company_id.return_collect_required
            record.inspection_required = (
                required and record.authority_route == "application"
            )

    # ----------------------------------------------------------------- checks

    @api.constrains("engineer_id", "user_id", "company_id")
    def _check_engineer(self):
        for record in self.filtered("engineer_id"):
            # sudo: the place in the org chart only
            engineer = record.sudo().engineer_id.with_company(record.company_id)
            department = engineer.employee_id.department_id
            if department.policy_code not in ENGINEERS or engineer == record.user_id:
                raise UserError(
                    self.env._(
                        "Commissioning Staff: %s is not of the customer-service, "
                        "quality or technical department, which judges goods at the "
                        "customer (RET-23, RET-24).",
                        engineer.name,
                    )
                )

    def _check_collect_vals(self, vals):
        """What is signed at the customer is entered there and stays."""
        names = [name for name in COLLECT_FIELDS if name in vals]
        if names and not self and any(vals[name] for name in names):
            raise UserError(
                self.env._("The return note is signed after the return is approved.")
            )
        if names:
            self._check_salesperson_all()
            self._check_in_states(COLLECT_STATES, names)
        if "engineer_id" in vals or "inspection_planned" in vals:
            self._check_salesperson_all()

    def _check_salesperson_all(self):
        for record in self:
            record._check_salesperson()

    def _check_inspect(self):
        """Raise unless the customer signed a parts list of all goods (RET-25)."""
        if not self._signed_inspection():
            raise UserError(
                self.env._(
                    "%s: the parts list signed by the customer is missing (RET-24, "
                    "RET-25).",
                    self.display_name,
                )
            )

    def _check_collect(self):
        """Raise unless papers and signatures are complete (RET-26, RET-27)."""
        self._check_salesperson()
        if self.state == "approved" and self.inspection_required:
            self._check_inspect()
            raise UserError(
                self.env._(
                    "%s: have the goods inspected at the customer first (RET-23).",
                    self.display_name,
                )
            )
        open_papers = self.document_ids.filtered(
            lambda one: not one.taken_back and not (one.missing_reason or "").strip()
        )
        if open_papers:
            raise UserError(
                self.env._(
                    "Documents Taken Back: tick off %s, or say why they are missing "
                    "(RET-26).",
                    format_list(self.env, open_papers.type_id.mapped("name")),
                )
            )
        self._check_note_signed()
        # sudo: the company's rule, and whether a scan is there
        document = self.sudo()
        if document.company_id.return_agreement_required and not (
            (self.agreement_terms or "").strip()
            and (self.agreement_signature or document.agreement_scan_ids)
        ):
            raise UserError(
                self.env._(
                    "Return/Exchange Agreement: enter its terms and have it signed "
                    "with the return note (RET-52, GAP-33)."
                )
            )

    def _check_note_signed(self):
        # sudo: that the scan is there counts, whoever attached it
        document = self.sudo()
        if not (self.note_signed_by or "").strip() or not (
            self.note_signature or document.note_scan_ids
        ):
            raise UserError(
                self.env._(
                    "Return Note: the customer signs it, on the screen or on paper "
                    "that is scanned (RET-27)."
                )
            )
        if document.partner_id.is_company and not self.note_sealed:
            raise UserError(
                self.env._(
                    "Return Note: %s stamps it with the company seal (RET-27).",
                    document.partner_id.name,
                )
            )

    def _check_collected(self):
        """Raise unless the goods may be ordered back (RET-21, RET-32)."""
        for record in self:
            if record.inspection_required and record.state in COLLECT_STATES:
                raise UserError(
                    self.env._(
                        "%s: the goods are inspected and collected at the customer "
                        "before they are ordered back (RET-21 to RET-27).",
                        record.display_name,
                    )
                )
            if record.bulky and not record.announce_date:
                raise UserError(
                    self.env._(
                        "%(document)s: tell the warehouse of these bulky goods first, "
                        "at least %(days)s days ahead (RET-32).",
                        document=record.display_name,
                        # sudo: the company's rule
                        days=record.sudo().company_id.return_notice_days,
                    )
                )

    # -------------------------------------------------------------- lifecycle

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_collect_vals(vals)
        records = super().create(vals_list)
        records.filtered("engineer_id")._send_engineer()
        return records

    def write(self, vals):
        self._check_collect_vals(vals)
        if "bulky" in vals or "arrival_date" in vals:
            self._check_announce_vals(vals)
        sent = self.filtered(lambda r: r.engineer_id.id != vals.get("engineer_id"))
        res = super().write(vals)
        if vals.get("engineer_id"):
            sent._send_engineer()
        if set(SCANS) & set(vals):
            self._own_scans()
        if {"note_signature", *SCANS} & set(vals):
            for record in self:
                # sudo: that the scan is there counts, whoever attached it
                signed = record.note_signature or record.sudo().note_scan_ids
                record._write_guarded(
                    {"note_signed_on": fields.Datetime.now() if signed else False}
                )
        return res

    def _check_announce_vals(self, vals):
        """What the warehouse was told does not change behind its back."""
        for record in self:
            if record.announce_date and any(
                record[name] != record._fields[name].convert_to_cache(vals[name], self)
                for name in ("bulky", "arrival_date")
                if name in vals
            ):
                raise UserError(
                    self.env._(
                        "%s: the warehouse was told already; tell it anew.",
                        record.display_name,
                    )
                )

    def _send_engineer(self):
        """Put the visit on the list of the commissioning staff (RET-23)."""
        # sudo: the task is put on the list of who goes there
        documents = self.sudo()
        documents.activity_unlink([INSPECT])
        for record in documents:
            record.activity_schedule(
                INSPECT,
                date_deadline=record.inspection_planned
                or record.company_id._policy_today(),
                user_id=record.engineer_id.id,
            )

    def _own_scans(self):
        """Let whoever may read the return read what the customer signed."""
        for record in self:
            # sudo: the salesperson's upload becomes the return's
            document = record.sudo()
            scans = document.note_scan_ids | document.agreement_scan_ids
            scans.filtered(lambda scan: not scan.res_id).write(
                {"res_model": self._name, "res_id": record.id}
            )

    # ---------------------------------------------------------------- effects

    def _prepare_collection(self):
        """List the papers to take back and mark bulky goods, once approved."""
        for record in self:
            if record.inspection_required:
                record._prepare_documents()
            if not record.bulky and record._is_bulky():
                # sudo: the procedure marks it, whoever approved
                record.sudo().bulky = True

    def _is_bulky(self):
        """Tell whether weight or volume reach the company's limits (RET-32)."""
        # sudo: weight and volume of the goods, limits of the company
        document = self.sudo()
        company, weight, volume = document.company_id, 0.0, 0.0
        for line in document.line_ids:
            quantity = line.product_uom_id._compute_quantity(
                line.quantity, line.product_id.uom_id
            )
            weight += line.product_id.weight * quantity
            volume += line.product_id.volume * quantity
        return bool(
            (company.return_bulky_weight and weight >= company.return_bulky_weight)
            or (company.return_bulky_volume and volume >= company.return_bulky_volume)
        )

    # ---------------------------------------------------------------- actions

    @arguments(user_id=RECORD, date=DAY)
    def action_assign_engineer(self, user_id, date=None):
        """Send commissioning staff to the customer (RET-23).

        :param user_id: id of the user who judges the goods there
        :param date: day of the visit, if known
        :return: True
        :raises UserError: not of a department that judges goods
        :raises AccessError: somebody else looks after the return
        """
        self.check_access("write")
        self.write({"inspection_planned": date or False, "engineer_id": user_id})
        return True

    def action_inspect(self):
        """Record that the goods were inspected at the customer (RET-23 to RET-25).

        For the salesperson and for the commissioning staff.

        :raises UserError: no parts list signed by the customer
        """
        self.check_access("read")
        for record in self:
            if self.env.user != record.engineer_id:
                record._check_salesperson()
            record._transition(
                "inspect",
                # sudo: who judged the goods, also for who cannot open the list
                inspection_user_id=record._signed_inspection().engineer_id.id
                or self.env.uid,
                inspection_date=record.company_id._policy_today(),
            )
        # sudo: the task is done, whoever had it on the list
        self.sudo().activity_feedback([INSPECT])
        return True

    def action_collect(self):
        """Record that papers and signed return note are ours (RET-26, RET-27).

        :return: True
        :raises UserError: a paper, signature or seal is missing
        :raises AccessError: somebody else looks after the return
        """
        self.check_access("write")
        for record in self:
            record._transition(
                "collect",
                collect_user_id=self.env.uid,
                collect_date=record.company_id._policy_today(),
            )
        return True

    def action_receive_papers(self):
        """Record that finance got the documents and the return note (RET-28).

        :return: True
        :raises UserError: not collected yet; AccessError: not of finance
        """
        self.check_access("read")
        for record in self:
            if not (
                record._is_of_departments("accounting")
                or self.env.user.has_group("account.group_account_invoice")
            ):
                raise AccessError(
                    self.env._("The papers of a return go to finance (RET-28).")
                )
            if not record.collect_date:
                raise UserError(
                    self.env._("%s is not collected yet.", record.display_name)
                )
            record._write_guarded(
                {"papers_date": fields.Datetime.now(), "papers_user_id": self.env.uid}
            )
        return True

    @arguments(arrival_date=DAY, note=TEXT)
    def action_announce(self, arrival_date=None, note=None):
        """Tell the warehouse of bulky goods, with the list of them (RET-32).

        For the salesperson, the commissioning staff and the customer-service section.

        :param arrival_date: day on which the goods arrive, the company's notice ahead
        :param note: what the warehouse should know, such as a crane needed
        :return: True; telling anew replaces the day
        :raises UserError: too short a notice, or not the time for it
        """
        self.check_access("read")
        day = fields.Date.to_date(arrival_date)
        for record in self:
            if self.env.user != record.engineer_id:
                record._check_salesperson()
            record._check_in_states(ANNOUNCE_STATES, ["arrival_date"])
            # sudo: the company's rule
            company = record.sudo().company_id
            earliest = company._policy_today() + timedelta(
                days=company.return_notice_days
            )
            if not day or day < earliest:
                raise UserError(
                    self.env._(
                        "Expected Arrival: the warehouse is told of bulky goods at "
                        "least %(days)s days ahead, so not before %(date)s (RET-32).",
                        days=company.return_notice_days,
                        date=fields.Date.to_string(earliest),
                    )
                )
            record._announce(day, note)
        return True

    def _announce(self, day, note):
        """Keep the day and put the goods on the list of the warehouse."""
        # sudo: whoever brings the goods need not be allowed to edit the return
        document = self.sudo()
        self._write_guarded({"announce_date": False})
        document.write({"bulky": True, "arrival_date": day})
        self._write_guarded(
            {"announce_date": fields.Datetime.now(), "announce_user_id": self.env.uid}
        )
        storage = self.env["hr.department"]._policy_department(
            "storage", document.company_id
        )
        document.activity_unlink([BULKY])
        for user in storage._policy_heads():
            document.activity_schedule(
                BULKY,
                date_deadline=day,
                user_id=user.id,
                note=document._bulky_words(note),
            )

    def _bulky_words(self, note):
        """Return the list of goods the warehouse prepares room for, as HTML."""
        rows = [
            f"{line.product_id.display_name}: {line.quantity:g} "
            f"{line.product_uom_id.name}"
            for line in self.line_ids
        ]
        return plaintext2html("\n".join(filter(None, [note, *rows])))

    @arguments(text=TEXT)
    def action_ask_coordination(self, text):
        """Ask the superior to help find room for these goods (RET-33).

        For the storage department; goes to the head above it, else to the general
        manager.

        :param text: what is needed
        :return: True
        :raises UserError: no text; AccessError: not of the storage department
        """
        self.check_access("read")
        if not (text or "").strip():
            raise UserError(self.env._("Write what is to be coordinated."))
        for record in self:
            if not (record._is_of_departments("storage") or self._is_keeper()):
                raise AccessError(
                    self.env._("The storage department asks for coordination (RET-33).")
                )
            storage = self.env["hr.department"]._policy_department(
                "storage", record.company_id
            )
            superior = storage.parent_id._policy_heads(but=self.env.user)
            if not superior:
                # sudo: who holds the office, not the persons' data
                office = self.env.ref("crm_policy.group_gm").sudo().all_user_ids
                superior = office.filtered(
                    lambda user, record=record: (
                        user.active and record.company_id in user.company_ids
                    )
                )[:1]
            # sudo: the task is put on the superior's list
            record.sudo().activity_schedule(
                BULKY,
                user_id=superior.id or self.env.uid,
                note=plaintext2html(text),
            )
        return True

    def action_create_receipt(self):
        """Order the approved goods back: a receipt per original delivery (RET-30).

        :return: list of ids of the receipts made
        :raises UserError: not approved, not collected, or no longer returnable
        """
        self._check_collected()
        return super().action_create_receipt()
