"""Write a report as a tagged PDF (PDF/UA-1): headings, heads of tables, bookmarks."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from textwrap import wrap
from typing import Any, Final

from locator.reports.document import PAGE_UNITS, Column, Drawing, Report, Table
from locator.reports.palette import TONES, WORDS, tone_style
from locator.reports.typesetting import typeset

FONT = "Source Sans Pro"
"""A package of its own (OFL): it has Polish and Ukrainian letters, and a PDF may carry it, so the
same report looks the same everywhere."""

ACCESSIBLE: Final = "ua-1"
PAGE_MM = 174.0
"""Width of the text on a page."""

PICTURE = """#set page(width: eval(sys.inputs.width), height: eval(sys.inputs.height), margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg", width: 100%, height: 100%)
"""
BESIDE = 0.6
"""Part of the width for a drawing that shares its line with a table."""


def write_pdf(report: Report, *, number: Callable[[Column, Any], str]) -> bytes:
    """Return `report` as a PDF file.

    Parameters
    ----------
    report : Report
    number : callable
        Writes one value of a column in the report's language.

    Returns
    -------
    bytes
        PDF/UA-1. Only where a text has a letter that no font here can show is the file tagged
        without claiming so.
    """
    template = (files("locator.reports") / "report.typ").read_text(encoding="utf-8")
    told = {"report": json.dumps(_told(report, number), ensure_ascii=False)}
    options = {"format": "pdf", "pdf_standards": [ACCESSIBLE]}
    (made,) = typeset(template, fonts=_fonts(), inputs=[told], options=options)
    return made


def pictures(drawings: Sequence[tuple[Drawing, float]], *, ppi: float) -> list[bytes]:
    """Return drawings as PNG, their letters as large as in a PDF.

    Parameters
    ----------
    drawings : sequence of tuple of Drawing and float
        Each with its width on paper, in millimetres.
    ppi : float
        Pixels for each inch.

    Returns
    -------
    list of bytes
    """
    inputs = [
        {
            "svg": drawing.svg(style=_style(), width=PAGE_UNITS * width_mm / PAGE_MM),
            "width": f"{width_mm:g}mm",
            "height": f"{width_mm * drawing.ratio:g}mm",
        }
        for drawing, width_mm in drawings
    ]
    options = {"format": "png", "ppi": ppi}
    return typeset(PICTURE, fonts=_fonts(), inputs=inputs, options=options) if inputs else []


def _told(report: Report, number: Callable[[Column, Any], str]) -> dict[str, Any]:
    """Return what the template shows: texts, and drawings as SVG."""
    style = _style()
    return {
        "title": report.title,
        "subtitle": report.subtitle,
        "question": report.question,
        "answer": report.answer,
        "language": report.language,
        "footer": report.footer,
        "page_label": report.page_label,
        "font": FONT,
        "beside": BESIDE,
        "tones": {name: f"#{r:02x}{g:02x}{b:02x}" for name, (r, g, b) in TONES.items()},
        "completeness": report.completeness,
        "lists": [
            {"heading": heading, "items": items} for heading, items in report.first_lists if items
        ],
        "map": _drawing(report.map, style) if report.map else None,
        "sections": [
            {
                "heading": section.heading,
                "paragraphs": section.paragraphs,
                "bullets": section.bullets,
                "beside": section.side_by_side,
                "drawings": [
                    _drawing(drawing, style, is_beside=section.side_by_side)
                    for drawing in section.drawings
                ],
                "tables": [_table(table, number) for table in section.tables],
            }
            for section in report.sections
        ],
    }


def _style() -> str:
    return f'text {{ font-family: "{FONT}"; }}\n{tone_style()}'


def _drawing(drawing: Drawing, style: str, *, is_beside: bool = False) -> dict[str, Any]:
    units = PAGE_UNITS * (BESIDE if is_beside else drawing.part)
    return {
        "svg": drawing.svg(style=style, width=units),
        "title": f"{drawing.title}.",
        "description": drawing.description,
        "alt": drawing.alternative,
        "ratio": drawing.ratio,
        "width": 1.0 if is_beside else drawing.part,
    }


def _table(table: Table, number: Callable[[Column, Any], str]) -> dict[str, Any]:
    rows = table.rows[[column.key for column in table.columns]].itertuples(index=False)
    head = [column.label for column in table.columns]
    cells = [
        [number(column, value) for column, value in zip(table.columns, row, strict=True)]
        for row in rows
    ]
    fitted = fit(head, cells)
    return {
        "title": table.title,
        "whole": table.is_short,
        "head": fitted.head,
        "widths": fitted.widths,
        "right": [column.kind not in WORDS for column in table.columns],
        "rows": cells,
    }


@dataclass(frozen=True)
class Fit:
    """How a table fits into a line of the page.

    Attributes
    ----------
    widths : list of int or None
        The parts of the width that the columns share; None: as wide as it is.
    head : list of str
        With line breaks where a label would be wider than what stands below it.
    """

    widths: list[int | None]
    head: list[str]


def fit(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Fit:
    """Fit a table into a line of the page.

    One that fits by itself is left alone. Else its head takes several lines; if that does not help,
    what is long shares what the short columns leave, by its length: alike columns would break names
    into single words.
    """
    body = [max(map(len, cells), default=0) for cells in zip(*rows, strict=True)] or [0] * len(head)
    room = LINE_LETTERS - COLUMN_LETTERS * len(head)
    alone: list[int | None] = [None] * len(head)
    if sum(map(max, body, map(len, head))) <= room:
        return Fit(alone, list(head))
    least = [max(most, *map(len, label.split())) for most, label in zip(body, head, strict=True)]
    pairs = zip(head, least, strict=True)
    broken = [
        "\n".join(wrap(label, width, break_long_words=False, break_on_hyphens=False))
        for label, width in pairs
    ]
    if sum(least) > room:
        alone = [min(most, LONGEST) if most > SHORT else None for most in least]
    return Fit(alone, broken)


LINE_LETTERS, COLUMN_LETTERS = 112, 2
"""Letters of a table's size in a line of the page, and as many as the sides of a column take."""

SHORT, LONGEST = 15, 45
"""A column of at most so many letters is never broken; more than so many weigh no more."""


@cache
def _fonts() -> str:
    with as_file(files("font_source_sans_pro") / "files") as folder:
        return str(folder)
