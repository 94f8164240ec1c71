"""Write the tables of a report as an XLSX workbook: typed columns, units, a sheet of method."""

from __future__ import annotations

import re
from datetime import datetime
from io import BytesIO
from typing import Any

import numpy as np
import xlsxwriter

from locator.base.errors import N_
from locator.base.i18n import gettext
from locator.reports.document import Column, Report, Table

NUMBER_FORMATS = {
    "people": "#,##0",
    "places": "#,##0",
    "share": "0.0%",
    "minutes": "0.0",
    "limit": "General",
    "number": "0.00",
    "degrees": "0.000000",
    "date": "yyyy-mm-dd",
    "text": "@",
}
SHEET_NAME_MAX = 31
SHEETS = {
    "districts": N_("districts"),
    "standards": N_("standards"),
    "gaps": N_("gaps"),
    "transit": N_("by tram or bus"),
    "places": N_("places"),
    "under_way": N_("under way"),
    "sites": N_("sites"),
    "facilities": N_("facilities"),
}
"""What the sheet of each table is called."""

FULL_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def write_workbook(report: Report, *, method_sheet: str) -> bytes:
    """Return every table of `report` as a sheet, with a first sheet of question and method.

    The sheets are named in the language that is spoken.

    Minutes are numbers in minutes, shares are numbers from 0 to 1 shown as per cent; a value that
    is not known is an empty cell.

    Parameters
    ----------
    report : Report
    method_sheet : str
        Name of the first sheet.

    Returns
    -------
    bytes
    """
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "nan_inf_to_errors": False}) as book:
        book.set_properties({"title": report.title, "subject": report.question})
        _method(book, report, method_sheet)
        for section in report.sections:
            for table in section.tables:
                _sheet(book, table)
    return buffer.getvalue()


def _method(book: Any, report: Report, name: str) -> None:
    sheet = book.add_worksheet(name[:SHEET_NAME_MAX])
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 110)
    lines = [(report.title, bold), (report.subtitle, plain)]
    lines += [(report.question, plain), (report.answer, bold)]
    for section in report.sections:
        lines.append((section.heading, bold))
        lines += [(words, plain) for words in (*section.paragraphs, *section.bullets)]
    lines.append((report.footer, plain))
    for row, (words, style) in enumerate(lines):
        sheet.write_string(row, 0, words, style)


def _sheet(book: Any, table: Table) -> None:
    name = gettext(SHEETS[table.name]) if table.name in SHEETS else table.name
    sheet = book.add_worksheet(name[:SHEET_NAME_MAX])
    heading = book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "valign": "top"})
    for position, column in enumerate(table.file_columns):
        style = book.add_format({"num_format": NUMBER_FORMATS[column.kind]})
        sheet.write_string(0, position, column.label, heading)
        sheet.set_column(position, position, 30 if column.kind == "text" else 15)
        for row, value in enumerate(table.rows[column.key], start=1):
            _cell(sheet, row, position, column, value, style)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.file_columns) - 1)


def _cell(sheet: Any, row: int, position: int, column: Column, value: Any, style: Any) -> None:
    if column.kind == "date" and FULL_DATE.fullmatch(str(value)):
        sheet.write_datetime(row, position, datetime.fromisoformat(str(value)), style)
    elif column.kind in ("text", "date"):
        # As text, never as a formula: a name may begin with "=".
        sheet.write_string(row, position, _words(value), style)
    elif value is None or not np.isfinite(value):
        sheet.write_blank(row, position, None, style)
    else:
        sheet.write_number(row, position, _amount(column, value), style)


def _amount(column: Column, value: float) -> float:
    if column.kind == "minutes":
        return value / 60
    # A person is whole, also where the sum of their shares is not.
    return float(round(value)) if column.kind in ("people", "places") else value


def _words(value: Any) -> str:
    return "" if value is None or value != value else str(value)
