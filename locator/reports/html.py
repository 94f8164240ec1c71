"""Write the sections of a report as HTML, for the pages of the site and for a file alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Protocol

from locator.base.i18n import gettext
from locator.reports.document import Column, Drawing, Report, Section, Table
from locator.reports.palette import WORDS

UNITS, SMALL_UNITS = 440.0, 280.0
"""Width of a drawing on a page, and of one that a phone shows whole."""

Write = Callable[[Column, Any], str]
"""Writes one value of a column in the reader's language."""


class Sorting(Protocol):
    """How a table is sorted, and the address that sorts it otherwise."""

    @property
    def key(self) -> str:
        """The column that it is sorted by."""

    @property
    def descending(self) -> bool:
        """Whether from the largest."""

    def href(self, key: str) -> str:
        """Return the address that sorts by another column, or the other way round."""


@dataclass(frozen=True)
class Link:
    """Where a row of a table leads.

    Attributes
    ----------
    href, words : str
    about : str
        What tells the link from those of the other rows, for those who only hear it.
    area : str
        Id of what the map on the same page shows instead.
    """

    href: str
    words: str
    about: str
    area: str


def first_page_html(report: Report) -> str:
    """Return what stands on the first page of a report below its answer: findings and the map.

    Parameters
    ----------
    report : Report

    Returns
    -------
    str
        Everything from the data is escaped.
    """
    parts = [f'<p class="prose">{escape(report.completeness)}</p>'] if report.completeness else []
    for heading, items in report.first_lists:
        if items:
            lines = "".join(f"<li>{escape(words)}</li>" for words in items)
            parts.append(f'<h2>{escape(heading)}</h2>\n<ol class="prose">{lines}</ol>')
    if report.map is not None:
        parts.append(drawing_html(report.map))
    return "\n".join(parts)


def section_html(
    section: Section,
    place: int,
    *,
    write: Write,
    sorting: Mapping[str, Sorting] | None = None,
    links: Mapping[str, Sequence[Link]] | None = None,
) -> str:
    """Return one section as HTML; everything from the data is escaped.

    Parameters
    ----------
    section : Section
    place : int
        Number of the section; its heading has the id ``part-<place>``.
    write : callable
    sorting, links : mapping, optional
        By name of a table: heads that sort it, and links at the end of its rows.

    Returns
    -------
    str
    """
    name = f' id="{escape(section.name)}"' if section.name else ""
    parts = [
        f'<section class="section-flat stack"{name} aria-labelledby="part-{place}">',
        f'<h2 id="part-{place}">{escape(section.heading)}</h2>',
        *(f'<p class="prose">{escape(words)}</p>' for words in section.paragraphs),
    ]
    if section.bullets:
        items = "".join(f"<li>{escape(words)}</li>" for words in section.bullets)
        parts.append(f'<ul class="prose">{items}</ul>')
    drawings = [drawing_html(drawing) for drawing in section.drawings]
    tables = [
        "\n".join(
            _table(
                table,
                f"table-{place}-{number}",
                heading=f"part-{place}",
                write=write,
                sorting=(sorting or {}).get(table.name),
                links=(links or {}).get(table.name, ()),
            )
        )
        for number, table in enumerate(section.tables, start=1)
    ]
    if section.side_by_side:
        both = (f"<div>{one}</div>" for one in (*drawings, *tables))
        parts.append(f'<div class="chart-and-table">{"".join(both)}</div>')
    else:
        parts += [*drawings, *tables]
    return "\n".join((*parts, "</section>"))


def drawing_html(drawing: Drawing) -> str:
    """Return a drawing with what it shows and how to read it.

    Parameters
    ----------
    drawing : Drawing

    Returns
    -------
    str
        A ``figure``, its words in the language that is spoken; the drawing's SVG is trusted.
    """
    title = escape(drawing.title)
    fits = " drawing-fits" if drawing.is_small else ""
    hint = escape(gettext("Move the drawing sideways to see the rest of it."))
    return (
        f'<figure class="drawing-frame">\n'
        f'<p class="wide-hint small soft no-print" hidden>{hint}</p>\n'
        f'<div class="drawing-scroll{fits}" tabindex="0" role="group" aria-label="{title}">'
        f"{drawing.svg(width=SMALL_UNITS if drawing.is_small else UNITS)}</div>\n"
        f"<figcaption><b>{title}.</b> {escape(drawing.description)}</figcaption>\n</figure>"
    )


def _table(
    table: Table,
    name: str,
    *,
    heading: str,
    write: Write,
    sorting: Sorting | None,
    links: Sequence[Link],
) -> Iterator[str]:
    # Tables of several sections may have one title: the heading tells their frames apart.
    named = f"{heading} {name}"
    short = " table-short" if table.is_short else ""
    hint = escape(gettext("Move the table sideways to see the rest of it."))
    yield f'<p class="wide-hint small soft no-print" hidden>{hint}</p>'
    yield f'<div class="table-frame{short}" tabindex="0" role="region" aria-labelledby="{named}">'
    yield f"<table{' data-sortable' if sorting else ''}>"
    yield f'<caption id="{name}"><span>{escape(table.title)}</span></caption>\n<thead><tr>'
    for column in table.columns:
        yield _head(column, sorting)
    if links:
        closer = escape(gettext("Look closer"))
        yield f'<th scope="col" class="no-print"><span class="visually-hidden">{closer}</span></th>'
    yield "</tr></thead>\n<tbody>"
    records = table.rows.to_dict("records")
    body = records[:-1] if table.has_total else records
    for place, row in enumerate(body):
        mark = ' class="chosen"' if place == table.chosen else ""
        cells = "".join(_cell(table, column, row, write, sorting) for column in table.columns)
        yield f"<tr{mark}>{cells}{_link(links[place]) if links else ''}</tr>"
    yield "</tbody>"
    if table.has_total:
        cells = "".join(_cell(table, column, records[-1], write, None) for column in table.columns)
        yield f"<tfoot><tr>{cells}</tr></tfoot>"
    yield "</table>\n</div>"


def _head(column: Column, sorting: Sorting | None) -> str:
    mark = "" if column.kind in WORDS or column.has_bar else ' class="num"'
    label = escape(column.label)
    if sorting is None:
        return f'<th scope="col"{mark}>{label}</th>'
    turned = f' aria-sort="{"descending" if sorting.descending else "ascending"}"'
    key = column.sort_key or column.key
    state = turned if sorting.key == key else ""
    href = escape(sorting.href(key), quote=True)
    return f'<th scope="col"{mark}{state}><a class="sort" href="{href}">{label}</a></th>'


def _cell(
    table: Table, column: Column, row: Mapping[Any, Any], write: Write, sorting: Sorting | None
) -> str:
    value = row[column.key]
    words = escape(write(column, value))
    if column.has_bar and value == value:
        words = _bar(float(value), words)
    sorts = row.get(column.sort_key or column.key, value)
    data = f' data-value="{escape(str(sorts), quote=True)}"' if sorting else ""
    mark = "" if column.kind in WORDS or column.has_bar else ' class="num"'
    if column.key == (table.head or table.columns[0].key):
        return f'<th scope="row"{mark}{data}>{words}</th>'
    return f"<td{mark}{data}>{words}</td>"


def _bar(share: float, words: str) -> str:
    return (
        '<span class="share"><svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" '
        'aria-hidden="true" focusable="false"><rect class="bar-all" width="100" height="10"/>'
        f'<rect class="bar-part" width="{100 * share:.1f}" height="10"/></svg>'
        f"<span>{words}</span></span>"
    )


def _link(link: Link) -> str:
    return (
        f'<td class="no-print"><a class="link-row" href="{escape(link.href, quote=True)}" '
        f'data-map-area="{escape(link.area, quote=True)}">{escape(link.words)}'
        f'<span class="visually-hidden"> – {escape(link.about)}</span></a></td>'
    )
