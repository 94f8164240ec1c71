"""Write a report as PDF: selectable text, vector drawings, bookmarks, tagged language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.resources import as_file, files
from io import BytesIO
from typing import Any

from fpdf import FPDF
from fpdf.drawing_primitives import DeviceRGB
from fpdf.enums import TableCellFillMode, XPos, YPos
from fpdf.fonts import FontFace

from locator.reports.canvas import Anchor, Point, corners
from locator.reports.document import Column, Drawing, Report, Section, Table
from locator.reports.palette import TONES, WORDS

FONT = "SourceSans"
# The family is a package of its own (OFL): it has Polish and Ukrainian letters, and a PDF may
# carry it, so the same report looks the same everywhere.
FONT_FILES = {"": "SourceSansPro-Regular.ttf", "B": "SourceSansPro-Semibold.ttf"}

TABLE_PT = 8.5
CELL_PAD_MM = 1.4
COLUMN_MAX_MM = 62.0


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
    """
    pdf = _Document(report)
    pdf.add_page()
    pdf.start_section(report.title, level=0)
    pdf.set_font(FONT, "B", 20)
    pdf.multi_cell(0, 9, report.title, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")
    pdf.tone("muted")
    pdf.set_font(FONT, "", 11)
    pdf.multi_cell(0, 6, report.subtitle, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")
    pdf.ln(3)
    pdf.tone("ink")
    _paragraph(pdf, report.question)
    pdf.set_font(FONT, "B", 13)
    pdf.multi_cell(0, 6.5, report.answer, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")
    pdf.ln(2)
    for section in report.sections:
        _section(pdf, section, number)
    buffer = BytesIO()
    pdf.output(buffer)
    return buffer.getvalue()


class _Document(FPDF):
    """An A4 page with the report's footer."""

    def __init__(self, report: Report) -> None:
        super().__init__(format="A4")
        self.report = report
        self.set_title(report.title)
        self.set_lang(report.language)
        self.set_subject(report.question)
        folder = files("font_source_sans_pro") / "files"
        for style, name in FONT_FILES.items():
            with as_file(folder / name) as path:
                self.add_font(FONT, style, str(path))
        self.set_auto_page_break(True, margin=20)
        self.set_margins(18, 16, 18)
        self.alias_nb_pages()

    def tone(self, name: str) -> None:
        """Use a tone for the text that follows."""
        self.set_text_color(*TONES[name])

    def footer(self) -> None:
        """Write attribution, data date and the page number."""
        self.set_y(-16)
        self.set_font(FONT, "", 7.5)
        self.tone("muted")
        page = self.report.page_label.format(page=self.page_no(), pages="{nb}")
        self.multi_cell(self.epw - 24, 3.6, self.report.footer, align="L", new_y=YPos.TOP)
        self.cell(24, 3.6, page, align="R")


def _section(pdf: _Document, section: Section, number: Callable[[Column, Any], str]) -> None:
    pdf.ln(3)
    # A heading at the very foot of a page would stand alone.
    follows = pdf.epw * section.drawings[0].ratio + 20 if section.drawings else 24
    if pdf.will_page_break(follows + 8 * len(section.paragraphs)):
        pdf.add_page()
    pdf.start_section(section.heading, level=1)
    pdf.tone("ink")
    pdf.set_font(FONT, "B", 13)
    pdf.multi_cell(0, 7, section.heading, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")
    for words in section.paragraphs:
        _paragraph(pdf, words)
    for words in section.bullets:
        _paragraph(pdf, f"–  {words}")
    for drawing in section.drawings:
        _drawing(pdf, drawing)
    for table in section.tables:
        _table(pdf, table, number)


def _paragraph(pdf: _Document, words: str) -> None:
    pdf.set_font(FONT, "", 10)
    pdf.tone("ink")
    pdf.multi_cell(0, 5, words, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")
    pdf.ln(1.2)


def _drawing(pdf: _Document, drawing: Drawing) -> None:
    high = pdf.epw * drawing.ratio
    if pdf.will_page_break(high + 12):
        pdf.add_page()
    pdf.set_font(FONT, "B", 9.5)
    pdf.multi_cell(0, 5, drawing.title, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")
    canvas = PdfCanvas(pdf, x=pdf.l_margin, y=pdf.get_y(), width_mm=pdf.epw, ratio=drawing.ratio)
    drawing.draw(canvas)
    pdf.set_xy(pdf.l_margin, canvas.bottom_mm)
    pdf.set_font(FONT, "", 8.5)
    pdf.tone("muted")
    pdf.multi_cell(0, 4.2, drawing.description, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")
    pdf.tone("ink")
    pdf.ln(2)


def _table(pdf: _Document, table: Table, number: Callable[[Column, Any], str]) -> None:
    # A title with less than a row or two below it would stand alone.
    if pdf.will_page_break(5.5 + 8 + 6.0 * min(len(table.rows), 2)):
        pdf.add_page()
    pdf.set_font(FONT, "B", 9.5)
    pdf.multi_cell(0, 5.5, table.title, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")
    pdf.set_font(FONT, "", TABLE_PT)
    widths = _widths(pdf, table, number)
    pdf.set_draw_color(*TONES["faint"])
    with pdf.table(
        headings_style=FontFace(emphasis="BOLD", color=TONES["ink"], fill_color=TONES["class0"]),
        borders_layout="HORIZONTAL_LINES",
        cell_fill_color=None,
        cell_fill_mode=TableCellFillMode.NONE,
        line_height=4.4,
        padding=(0.6, CELL_PAD_MM),
        align="LEFT",
        text_align=tuple("LEFT" if c.kind in WORDS else "RIGHT" for c in table.columns),
        width=sum(widths),
        col_widths=widths,
    ) as grid:
        heading = grid.row()
        for column in table.columns:
            heading.cell(column.label)
        for values in table.rows[[column.key for column in table.columns]].itertuples(index=False):
            row = grid.row()
            for column, value in zip(table.columns, values, strict=True):
                row.cell(number(column, value))
    pdf.ln(2)


def _widths(
    pdf: _Document, table: Table, number: Callable[[Column, Any], str]
) -> tuple[float, ...]:
    """Return column widths in millimetres after what stands in them.

    Every column gets what its longest line needs, up to `COLUMN_MAX_MM`, and never less than its
    longest word; where the page is too narrow, the widest columns give way first.
    """
    wanted, least = [], []
    for column in table.columns:
        cells = [number(column, value) for value in table.rows[column.key]]
        # A date or number is never broken; words are.
        whole = column.kind != "text"
        parts = cells if whole else [word for cell in cells for word in cell.split()]
        heading = _longest_mm(pdf, "B", column.label.split())
        half_heading = _longest_mm(pdf, "B", [column.label]) * 0.62
        gap = 2 * CELL_PAD_MM + 0.6
        least.append(min(max(heading, _longest_mm(pdf, "", parts)), COLUMN_MAX_MM) + gap)
        line = max(half_heading, _longest_mm(pdf, "", cells))
        wanted.append(max(min(line, COLUMN_MAX_MM) + gap, least[-1]))
    return tuple(_fitted(wanted, least, pdf.epw))


def _longest_mm(pdf: _Document, style: str, texts: Sequence[str]) -> float:
    """Return about how wide the widest of some texts is; only the longest few are measured."""
    pdf.set_font(FONT, style, TABLE_PT)
    longest = sorted(set(texts), key=len)[-4:]
    return max((float(pdf.get_string_width(words)) for words in longest), default=0.0)


def _fitted(wanted: list[float], least: list[float], room: float) -> list[float]:
    """Return the wanted widths, or as much of them above the least as there is room for."""
    if sum(wanted) <= room:
        return wanted
    spare = [wide - small for wide, small in zip(wanted, least, strict=True)]
    share = max(room - sum(least), 0.0) / (sum(spare) or 1.0)
    fitted = [small + one * share for small, one in zip(least, spare, strict=True)]
    shrink = min(1.0, room / sum(fitted))
    return [wide * shrink for wide in fitted]


class PdfCanvas:
    """A canvas on a PDF page; 560 units wide, like its SVG sibling on a page.

    Parameters
    ----------
    pdf : FPDF
    x, y : float
        Top left corner, millimetres.
    width_mm : float
    ratio : float
        Height divided by width.
    """

    def __init__(
        self, pdf: _Document, *, x: float, y: float, width_mm: float, ratio: float
    ) -> None:
        self.pdf = pdf
        self.width = 560.0
        self.height = self.width * ratio
        self._x, self._y, self._scale = x, y, width_mm / self.width
        self.bottom_mm = y + width_mm * ratio

    def _at(self, point: Point) -> Point:
        return self._x + point[0] * self._scale, self._y + point[1] * self._scale

    def line(
        self, points: Sequence[Point], tone: str, *, width: float = 1, dash: bool = False
    ) -> None:
        """Draw an open line through `points`."""
        self.pdf.set_draw_color(*TONES[tone])
        self.pdf.set_line_width(width * self._scale)
        if dash:
            self.pdf.set_dash_pattern(dash=4 * self._scale, gap=3 * self._scale)
        self.pdf.polyline([self._at(point) for point in points], style="D")
        self.pdf.set_dash_pattern()

    def area(
        self, rings: Sequence[Sequence[Point]], fill: str, *, outline: str | None = None
    ) -> None:
        """Fill a polygon: its shell first, then its holes."""
        with self.pdf.new_path() as path:
            path.style.fill_color = DeviceRGB(*(part / 255 for part in TONES[fill]))
            path.style.intersection_rule = "evenodd"
            path.style.stroke_color = (
                DeviceRGB(*(part / 255 for part in TONES[outline])) if outline else None
            )
            path.style.stroke_width = 0.6 * self._scale
            for ring in rings:
                first, *rest = [self._at(point) for point in ring]
                path.move_to(*first)
                for point in rest:
                    path.line_to(*point)
                path.close()

    def dot(self, at: Point, tone: str, *, radius: float = 2, shape: str = "circle") -> None:
        """Draw a marker: ``circle``, ``square``, ``diamond`` or ``cross``."""
        x, y = at
        if shape == "circle":
            centre = self._at(at)
            # Only here: a table would fill its cells with the colour left behind.
            with self.pdf.local_context(fill_color=TONES[tone]):
                self.pdf.circle(x=centre[0], y=centre[1], radius=radius * self._scale, style="F")
        elif shape == "cross":
            self.line([(x - radius, y - radius), (x + radius, y + radius)], tone, width=1.5)
            self.line([(x - radius, y + radius), (x + radius, y - radius)], tone, width=1.5)
        else:
            self.area([corners(at, radius, shape)], tone)

    def text(
        self,
        at: Point,
        words: str,
        *,
        anchor: Anchor = "start",
        size: float = 9,
        bold: bool = False,
        tone: str = "ink",
    ) -> None:
        """Write `words` on a baseline starting, centred or ending at `at`."""
        # Canvas units to points: one unit is `scale` mm, a point is 0.3528 mm.
        self.pdf.set_font(FONT, "B" if bold else "", size * self._scale / 0.3528)
        self.pdf.tone(tone)
        wide = self.pdf.get_string_width(words)
        x, y = self._at(at)
        self.pdf.text(x - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor], y, words)
