"""Write a report as a tagged PDF (PDF/UA-1): headings, heads of tables, bookmarks."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from textwrap import wrap
from typing import Any, Final, cast

import typst

from locator.reports.document import PAGE_UNITS, Column, Drawing, Report, Table
from locator.reports.palette import TONES, WORDS, tone_style

FONT = "Source Sans Pro"
"""A package of its own (OFL): it has Polish and Ukrainian letters, and a PDF may carry it, so the
same report looks the same everywhere."""

ACCESSIBLE: Final = "ua-1"
ROUNDS_REMEMBERED = 10
PAGE_MM = 174.0
"""Width of the text on a page."""

PICTURE = b"""#set page(width: eval(sys.inputs.width), height: eval(sys.inputs.height), margin: 0pt)
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
    template = (files("locator.reports") / "report.typ").read_bytes()
    told = json.dumps(_told(report, number), ensure_ascii=False)
    try:
        return _compiled(template, told, standards=[ACCESSIBLE])
    except typst.TypstError:
        return _compiled(template, told)
    finally:
        # Typst ages what it remembers of a document, 20 MB or so, by one with each that follows.
        for _ in range(ROUNDS_REMEMBERED + 1):
            _compiled(b"", "")


def picture(drawing: Drawing, *, width_mm: float, ppi: float) -> bytes:
    """Return a drawing as PNG, its letters as large as in a PDF.

    Parameters
    ----------
    drawing : Drawing
    width_mm : float
        Of the picture on paper.
    ppi : float
        Pixels for each inch.

    Returns
    -------
    bytes
    """
    units = PAGE_UNITS * width_mm / PAGE_MM
    made = drawing.svg(style=_style(), width=units)
    size = {"width": f"{width_mm:g}mm", "height": f"{width_mm * drawing.ratio:g}mm"}
    compiler = typst.Compiler(PICTURE, font_paths=_fonts(), sys_inputs={"svg": made, **size})
    return cast(bytes, compiler.compile(format="png", ppi=ppi))


def _compiled(source: bytes, report: str, *, standards: Sequence[typst.PDFStandard] = ()) -> bytes:
    # A compiler forgets a source that has no file once it has compiled it.
    compiler = typst.Compiler(source, font_paths=_fonts(), sys_inputs={"report": report})
    return cast(bytes, compiler.compile(format="pdf", pdf_standards=list(standards)))


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
def _fonts() -> typst.Fonts:
    with as_file(files("font_source_sans_pro") / "files") as folder:
        return typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)]
        )
