"""Write a report as one HTML file that needs no server, no script and no other file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from typing import Any

from locator.reports.document import Column, Report
from locator.reports.html import first_page_html, section_html
from locator.reports.palette import tone_style

STYLE = """
:root { color-scheme: light; }
body { margin: 0 auto; max-width: 52rem; padding: 1.5rem; line-height: 1.5; color: #1c2228;
  background: #fff; font-family: "Source Sans 3", "Source Sans Pro", system-ui, sans-serif; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .5rem; border-top: 1px solid #d6dbe0;
  padding-top: 1rem; }
.subtitle, figcaption, footer { color: #5c6570; }
.answer { font-size: 1.2rem; font-weight: 600; }
figure { margin: 1rem 0; }
caption { font-size: 1rem; font-weight: 600; text-align: left; padding: 0 0 .4rem; }
svg { display: block; }
.drawing { width: 100%; height: auto; font-family: inherit; }
.drawing-fits .drawing { max-width: 34rem; }
.table-frame { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .92rem; }
th, td { padding: .25rem .7rem; border-bottom: 1px solid #d6dbe0; text-align: left;
  vertical-align: top; }
tbody th, tfoot th { font-weight: normal; }
tfoot { font-weight: 600; }
thead th { background: #f0f4f6; vertical-align: bottom; }
.num { text-align: right; white-space: nowrap; }
nav ul { columns: 2; padding-left: 1.2rem; }
a { color: #145c82; }
footer { margin-top: 2.5rem; border-top: 1px solid #d6dbe0; padding-top: .6rem; font-size: .85rem; }
@media (max-width: 34rem) { nav ul { columns: 1; } }
@media print {
  @page { size: A4; margin: 16mm 18mm 18mm; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav { display: none; }
  h2, caption { break-after: avoid; }
  figure, tr, li, .table-short { break-inside: avoid; }
  figure svg { max-height: 95mm; }
  thead { display: table-header-group; }
  .table-frame { overflow: visible; }
}
"""


def write_page(report: Report, *, number: Callable[[Column, Any], str]) -> str:
    """Return `report` as a page to read, print or send.

    Parameters
    ----------
    report : Report
    number : callable
        Writes one value of a column in the report's language.

    Returns
    -------
    str
        HTML in UTF-8; the drawings are SVG, and everything from the data is escaped.
    """
    return "\n".join(_parts(report, number)) + "\n"


def _parts(report: Report, number: Callable[[Column, Any], str]) -> Iterator[str]:
    title, language = escape(report.title), escape(report.language, quote=True)
    yield f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title>\n<style>{STYLE}{tone_style()}</style>\n</head>\n<body>"
    yield f'<header>\n<h1>{title}</h1>\n<p class="subtitle">{escape(report.subtitle)}</p>'
    yield f'<p>{escape(report.question)}</p>\n<p class="answer">{escape(report.answer)}</p>'
    yield "</header>"
    yield first_page_html(report)
    yield "<nav>\n<ul>"
    for position, section in enumerate(report.sections, start=1):
        yield f'<li><a href="#part-{position}">{escape(section.heading)}</a></li>'
    yield "</ul>\n</nav>\n<main>"
    for position, section in enumerate(report.sections, start=1):
        yield section_html(section, position, write=number)
    yield f"</main>\n<footer>{escape(report.footer)}</footer>\n</body>\n</html>"
