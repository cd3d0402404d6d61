"""Lists as real Excel files, as their reader may see them."""

import io

import xlsxwriter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .customer_file import customer_file

# Columns of the customer list (客户一览表): label source and width.
LIST_COLUMNS = (
    *(("customer_number", 14), ("name", 34), ("enterprise_type_id", 18)),
    *(("intermediary_type_id", 12), ("credit_code", 22), ("legal_representative", 12)),
    *(("registered_capital", 16), ("state_id", 12), ("city", 12), ("street", 30)),
    *(("phone", 16), ("main_contact_name", 12), ("main_contact_function", 14)),
    *(("main_contact_phone", 16), ("main_contact_email", 24), ("source_id", 16)),
    *(("stage_id", 14), ("user_id", 14), ("second_user_id", 14), ("state", 10)),
    ("archived_date", 12),
)
REPORT_COLUMNS = (
    *(("date", 12), ("enquiry_kind", 14), ("user_id", 14), ("name", 14), ("sex", 8)),
    *(("age_band_id", 12), ("phone", 16), ("area", 24), ("need_type_id", 14)),
    *(("price_band", 20), ("sincerity", 10), ("characteristics", 34)),
)
OWNER_COLUMNS = (
    *(("date", 12), ("name", 14), ("sex", 8), ("age_band_id", 12), ("phone", 16)),
    *(("product", 34), ("price", 14), ("discount", 10), ("address", 34)),
    ("user_id", 14),
)
MOST_ROWS = 100000


class CrmXlsx(models.AbstractModel):
    _name = "crm.xlsx"
    _description = "Excel lists"

    @api.model
    def _workbook(self, sheets, file=None):
        """Return the bytes of a workbook.

        :param sheets: list of (title, columns, records); columns as (field, width)
        :param file: the ``CustomerFile`` it ends in; what grants it is printed below
        """
        output = io.BytesIO()
        book = xlsxwriter.Workbook(
            output, {"in_memory": True, "strings_to_formulas": False}
        )
        formats = {
            "head": book.add_format({"bold": True, "bg_color": "#efefef", "border": 1}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "money": book.add_format({"num_format": "#,##0.00"}),
        }
        footer = self._footer(file.requests if file else [])
        for title, columns, records in sheets:
            sheet = book.add_worksheet(title[:31])
            sheet.set_landscape()
            sheet.set_paper(9)  # A4
            sheet.fit_to_pages(1, 0)
            sheet.repeat_rows(0)
            sheet.set_header(f"&C{title.replace('&', '&&')}")
            sheet.set_footer(footer)
            self._write_sheet(sheet, columns, records, formats)
        book.close()
        return output.getvalue()

    @api.model
    def _footer(self, requests):
        """Return the line below every page: who took it out, when, what grants it."""
        moment = fields.Datetime.context_timestamp(self, fields.Datetime.now())
        parts = [self.env.company.name, self.env.user.name, *requests[:3]]
        parts.append(f"{moment:%Y-%m-%d %H:%M}")
        return f"&L{' '.join(parts)[:200].replace('&', '&&')}&R&P / &N"

    @api.model
    def _write_sheet(self, sheet, columns, records, formats):
        sheet.freeze_panes(1, 0)
        fields = [records._fields[name] for name, _width in columns]
        choices = {}
        for column, (field, (_name, width)) in enumerate(
            zip(fields, columns, strict=True)
        ):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, self._label(field), formats["head"])
            if field.type == "selection":
                choices[field.name] = dict(field._description_selection(self.env))
        for line, record in enumerate(records, 1):
            for column, field in enumerate(fields):
                value = record[field.name]
                if field.type == "many2one":
                    # sudo: names of people and choices, as on the screen
                    value = value.sudo().display_name
                elif field.type in ("one2many", "many2many"):
                    # sudo: as above
                    value = ", ".join(value.sudo().mapped("display_name"))
                elif field.type == "selection":
                    value = choices[field.name].get(value)
                elif field.type == "boolean":
                    value = "✓" if value else ""
                if not value:
                    continue
                if field.type == "date":
                    sheet.write_datetime(line, column, value, formats["date"])
                elif field.type in ("monetary", "float", "integer"):
                    sheet.write_number(line, column, value, formats["money"])
                else:
                    sheet.write_string(line, column, str(value))

    @api.model
    def _label(self, field):
        if (field.model_name, field.name) == ("res.partner", "user_id"):
            return self.env._("Account Manager")  # as on the form
        return field._description_string(self.env)


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_customer_list_xlsx(self):
        """Download the customer list (客户一览表) as an Excel file."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": "/crm_customer_archive/xlsx/res.partner/"
            + ",".join(map(str, self.ids)),
            "target": "download",
        }

    @api.model
    def _customer_list_fields(self):
        return [name for name, _width in LIST_COLUMNS]

    def _check_customer_export(self, kind, names):
        """Raise unless the user may take these customers' data out (ARC-199).

        :param kind: "export" or "print"
        :param names: technical names of the fields given out
        """
        self.check_access("read")
        self._check_data_use(kind, names, "xlsx")
        if len(self) > MOST_ROWS:
            raise UserError(
                self.env._("A list may have %s customers at most.", MOST_ROWS)
            )

    def _xlsx_file(self):
        """Return name and bytes of the customer list of those that are customers."""
        with customer_file("xlsx") as file:
            self._check_customer_export("export", self._customer_list_fields())
        customers = self.search(
            Domain("id", "in", self.ids) & Domain("is_crm_customer", "=", True),
            order="customer_number, name, id",
        )
        title = self.env._("Customer List")
        content = self.env["crm.xlsx"]._workbook(
            [(title, LIST_COLUMNS, customers)], file
        )
        return f"{title}.xlsx", file.seal(content)


class CrmInformationReport(models.Model):
    _inherit = "crm.information.report"

    def action_xlsx(self):
        """Download the report as an Excel file (F-07, F-08, F-09)."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/crm_customer_archive/xlsx/{self._name}/"
            + ",".join(map(str, self.ids)),
            "target": "download",
        }

    def _xlsx_file(self):
        self.ensure_one()
        self.check_access("read")
        lines = self.line_ids
        if self.kind == "owner":
            # sudo: whose data they are; owners are customers of colleagues
            owners = lines.order_id.sudo().partner_id.sudo(False)
            with customer_file("xlsx") as file:
                owners._check_data_use("export", ("phone", "street"), "xlsx")
            title = self.env._("Owner Information")
            content = self.env["crm.xlsx"]._workbook(
                [(title, OWNER_COLUMNS, lines)], file
            )
            content = file.seal(content)
        else:
            phone = lines.filtered(lambda line: line.enquiry_kind == "phone")
            sheets = [
                (
                    self.env._("Walk-in Customer Summary"),
                    REPORT_COLUMNS,
                    lines - phone,
                ),
                (self.env._("Phone Enquiry Summary"), REPORT_COLUMNS, phone),
            ]
            content = self.env["crm.xlsx"]._workbook(sheets)
        return f"{self.name}.xlsx", content
