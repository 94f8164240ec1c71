"""Say what a report holds, without saying how it looks: sections, tables, drawings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from locator.base.i18n import gettext
from locator.reports.canvas import Canvas

Kind = Literal["text", "people", "share", "minutes", "limit", "number", "places", "date", "degrees"]
SHORT_ROWS = 20
PAGE_UNITS = 560.0
"""Width of a page in the units of drawings, in which letters are 8 to 9 high."""


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    key : str
        Column of the frame; also the header in machine-readable files.
    label : str
        Header for people, unit included.
    kind : str
        How its values are written: ``people`` whole numbers, ``share`` 0 to 1 as per cent,
        ``minutes`` seconds as minutes, ``limit`` minutes as asked for, ``number`` with one
        decimal, ``places`` whole numbers, ``date`` ISO 8601 text, ``degrees`` with six decimals.
    has_bar : bool
        Whether a page draws the value, a share, beside its number.
    sort_key : str
        Column of the frame that sorts this one on a page; its own values otherwise.
    """

    key: str
    label: str
    kind: Kind = "text"
    has_bar: bool = False
    sort_key: str = ""


@dataclass(frozen=True)
class Table:
    """A table with typed columns.

    Attributes
    ----------
    name : str
        Short, for a sheet or a file.
    title : str
        For people.
    columns : tuple of Column
    rows : DataFrame
    codes : tuple of Column
        Further columns of the rows, written to files only: official numbers, ids, coordinates.
    head : str
        Key of the column that names the rows; the first one otherwise.
    has_total : bool
        Whether the last row sums up the others.
    chosen : int or None
        Row that was asked for.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: pd.DataFrame
    codes: tuple[Column, ...] = ()
    head: str = ""
    has_total: bool = False
    chosen: int | None = None

    @property
    def is_short(self) -> bool:
        """Whether the table stays in one piece in print, so that its head never stands alone."""
        # The facilities' names and addresses take several lines each.
        return len(self.rows) <= SHORT_ROWS and self.name != "facilities"

    @property
    def file_columns(self) -> tuple[Column, ...]:
        """The columns of a file: those for people, then the codes."""
        return self.columns + self.codes


@dataclass(frozen=True)
class Drawing:
    """A chart or map: drawn on any canvas of the given proportions.

    Attributes
    ----------
    title : str
        What it shows.
    description : str
        How to read it.
    ratio : float
        Height divided by width.
    draw : callable
        Takes a `Canvas`.
    said : str
        What is to be seen in it, in words.
    is_small : bool
        Whether it has so few marks that a phone can show it whole.
    part : float
        Of the width of a page that it takes on paper; its words stay as large.
    """

    title: str
    description: str
    ratio: float
    draw: Callable[[Canvas], None]
    said: str = ""
    is_small: bool = False
    part: float = 1.0
    _drawn: dict[float, Canvas] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def alternative(self) -> str:
        """The text for those who do not see the drawing."""
        return f"{self.title}. {self.said}" if self.said else self.title

    def svg(self, *, width: float = PAGE_UNITS, style: str = "") -> str:
        """Return the drawing as an ``<svg>`` element; fewer units of width make larger words."""
        canvas = self._drawn.get(width)
        if canvas is None:  # a PDF and a Word file show the same
            canvas = Canvas(width, width * self.ratio, label=self.alternative)
            self.draw(canvas)
            self._drawn[width] = canvas
        return canvas.markup(style=style)


@dataclass(frozen=True)
class Section:
    """One part of a report, in reading order.

    Attributes
    ----------
    heading : str
    paragraphs : tuple of str
    drawings : tuple of Drawing
    tables : tuple of Table
    bullets : tuple of str
        Short facts, one line each.
    name : str
        Where a link to this part of a page leads.
    side_by_side : bool
        Whether drawings and tables show the same and stand beside each other where there is room.
    """

    heading: str
    paragraphs: tuple[str, ...] = ()
    drawings: tuple[Drawing, ...] = ()
    tables: tuple[Table, ...] = ()
    bullets: tuple[str, ...] = ()
    name: str = ""
    side_by_side: bool = False


@dataclass(frozen=True)
class Report:
    """A whole report.

    Attributes
    ----------
    title, subtitle : str
    question, answer : str
        What was asked, and the answer in a sentence.
    sections : tuple of Section
    language : str
    footer : str
        Attribution and data date, on every page.
    page_label : str
        Says which page it is.
    completeness : str
        How much of what exists is on the map, in one sentence.
    findings, recommendations : tuple of str
        What matters most, and what follows from it; on the first page, before the map.
    map : Drawing or None
        On the first page.
    """

    title: str
    subtitle: str
    question: str
    answer: str
    sections: tuple[Section, ...]
    language: str
    footer: str
    page_label: str = "{page} / {pages}"
    completeness: str = ""
    findings: tuple[str, ...] = ()
    recommendations: tuple[str, ...] = ()
    map: Drawing | None = None

    @property
    def first_lists(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The lists of the first page, each below its heading."""
        return (
            (gettext("What was found"), self.findings),
            (gettext("What follows from it"), self.recommendations),
        )
