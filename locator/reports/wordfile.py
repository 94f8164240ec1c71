"""Write a report as DOCX, for offices that edit it: styles, heads of tables, texts of pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from locator.reports.document import Column, Drawing, Report, Section, Table
from locator.reports.palette import TONES, WORDS
from locator.reports.pdf import BESIDE, pictures

PAGE_MM, SIDE_MM, TOP_MM, FOOT_MM = (210.0, 297.0), 18.0, 16.0, 18.0
TEXT_MM = PAGE_MM[0] - 2 * SIDE_MM
PICTURE_PPI = 160.0
TALLEST_MM = 120.0
LETTER_MM, CELL_MM, MOST_LETTERS = 1.65, 5.0, 36
"""Width of a letter in a table, of the room beside it, and most letters in a line."""

NUMBERED, BULLETS, CAPTION = "List Number", "List Bullet", "Caption"
ANSWER, CELL = "Answer", "Table Text"
FONT = "Calibri"
"""What every office has, or a font of the same widths."""

SIZES = {"Normal": 10, "Title": 20, "Subtitle": 11, "Heading 1": 13, CAPTION: 9}


def write_word(report: Report, *, number: Callable[[Column, Any], str]) -> bytes:
    """Return `report` as a DOCX file.

    Parameters
    ----------
    report : Report
    number : callable
        Writes one value of a column in the report's language.

    Returns
    -------
    bytes
        With headings and lists as styles, tables whose heads come again on each page, pictures
        with their texts, and the language of the report.
    """
    drawn = list(_drawn(report))
    shown = zip(drawn, pictures(drawn, ppi=PICTURE_PPI), strict=True)
    made = docx.Document()
    _page(made)
    _styles(made, report.language)
    _about(made, report)
    _foot(made, report)
    made.add_paragraph(report.title, style="Title")
    made.add_paragraph(report.subtitle, style="Subtitle")
    made.add_paragraph(report.question)
    made.add_paragraph(report.answer, style=ANSWER)
    if report.completeness:
        made.add_paragraph(report.completeness)
    for heading, items in report.first_lists:
        if items:
            made.add_heading(heading, level=1)
            _numbered(made, items)
    if report.map is not None:
        _drawing(made, *next(shown))
    for place, section in enumerate(report.sections):
        heading = made.add_heading(section.heading, level=1)
        heading.paragraph_format.page_break_before = place == 0 and report.map is not None
        _section(made, section, number, shown)
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def _drawn(report: Report) -> Iterator[tuple[Drawing, float]]:
    """Yield the drawings in their order, each with its width in millimetres."""
    parts = [] if report.map is None else [(report.map, 1.0)]
    for section in report.sections:
        parts += [(one, BESIDE if section.side_by_side else one.part) for one in section.drawings]
    for drawing, part in parts:
        yield drawing, min(TEXT_MM * part, TALLEST_MM / drawing.ratio)


Shown = tuple[tuple[Drawing, float], bytes]
"""A drawing, its width in millimetres, and its picture."""


def _section(
    made: Any, section: Section, number: Callable[[Column, Any], str], shown: Iterator[Shown]
) -> None:
    for words in section.paragraphs:
        line = made.add_paragraph(words)
        line.paragraph_format.keep_with_next = not section.bullets
    for words in section.bullets:
        _styled(made.add_paragraph(words), made, BULLETS)
    for _ in section.drawings:
        _drawing(made, *next(shown))
    for table in section.tables:
        _table(made, table, number)


def _page(made: Any) -> None:
    page = made.sections[0]
    page.page_width, page.page_height = (Mm(one) for one in PAGE_MM)
    page.left_margin = page.right_margin = Mm(SIDE_MM)
    page.top_margin, page.bottom_margin = Mm(TOP_MM), Mm(FOOT_MM)


def _styles(made: Any, language: str) -> None:
    """Set sizes and colours, and the language that a reader and a spelling checker take."""
    styles = made.styles
    for element in styles.element.iter(qn("w:lang")):
        for name in ("w:val", "w:eastAsia"):
            element.set(qn(name), language)
    styles.add_style(ANSWER, 1).base_style = styles["Normal"]
    styles.add_style(CELL, 1).base_style = styles["Normal"]
    for name, points in SIZES.items():
        style = styles[name]
        style.font.name = FONT
        fonts = style.element.rPr.rFonts
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)
        style.font.size, style.font.color.rgb = Pt(points), RGBColor(*TONES["ink"])
        style.font.italic = False
    styles["Subtitle"].font.color.rgb = RGBColor(*TONES["muted"])
    styles[ANSWER].font.size, styles[ANSWER].font.bold = Pt(13), True
    styles[CELL].font.size = Pt(8.5)
    styles[CELL].paragraph_format.space_after = Pt(0)
    styles["Normal"].paragraph_format.space_after = Pt(4)
    styles[CAPTION].paragraph_format.keep_with_next = True


def _about(made: Any, report: Report) -> None:
    about = made.core_properties
    about.title, about.subject, about.language = report.title, report.question, report.language
    about.author, about.comments = report.footer, report.answer
    about.created = about.modified = datetime.now(UTC).replace(tzinfo=None)


def _foot(made: Any, report: Report) -> None:
    """Write whose data they are, and the number of the page as fields."""
    line = made.sections[0].footer.paragraphs[0]
    line.style = made.styles[CELL]
    line.paragraph_format.tab_stops.add_tab_stop(Mm(TEXT_MM), WD_TAB_ALIGNMENT.RIGHT)
    line.add_run(f"{report.footer}\t")
    named = report.page_label.replace("{page}", "\0PAGE\0").replace("{pages}", "\0NUMPAGES\0")
    for part in named.split("\0"):
        if part in ("PAGE", "NUMPAGES"):
            _set(line._p, "w:fldSimple", instr=part)
        elif part:
            line.add_run(part)


def _numbered(made: Any, items: Sequence[str]) -> None:
    """Add a list that counts from one, whatever lists came before it."""
    numbering = made.part.numbering_part.element
    of_style = made.styles[NUMBERED].element.pPr.numPr.numId.val
    model = next(one for one in numbering.num_lst if one.numId == of_style)
    own = numbering.add_num(model.abstractNumId.val)
    own.add_lvlOverride(ilvl=0).add_startOverride(1)
    for words in items:
        line = _styled(made.add_paragraph(words), made, NUMBERED)
        properties = line._p.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_numId().val = own.numId
        properties.get_or_add_ilvl().val = 0


def _drawing(made: Any, drawn: tuple[Drawing, float], picture: bytes) -> None:
    drawing, width_mm = drawn
    told = made.add_picture(BytesIO(picture), width=Mm(width_mm))._inline.docPr
    told.set("descr", drawing.alternative)
    told.set("title", drawing.title)
    made.paragraphs[-1].paragraph_format.keep_with_next = True
    caption = _styled(made.add_paragraph(), made, CAPTION)
    caption.add_run(f"{drawing.title}.").bold = True
    caption.add_run(f" {drawing.description}").bold = False
    caption.paragraph_format.keep_with_next = False


def _table(made: Any, table: Table, number: Callable[[Column, Any], str]) -> None:
    _styled(made.add_paragraph(table.title), made, CAPTION)
    rows = list(_rows(table, number))
    shown = made.add_table(rows=2, cols=len(table.columns))
    shown.autofit = False
    head, model = shown.rows[0], shown.rows[1]._tr
    for cell, column in zip(head.cells, table.columns, strict=True):
        _styled(cell.paragraphs[0], made, CELL).add_run(column.label).bold = True
        _set(cell._tc.get_or_add_tcPr(), "w:shd", val="clear", fill=_hex("class0"))
    for cell in shown.rows[1].cells:
        _styled(cell.paragraphs[0], made, CELL).add_run("")
    for row in shown.rows:
        for cell, column, wide in zip(row.cells, table.columns, _widths(table, rows), strict=True):
            cell.width = Mm(wide)
            if column.kind not in WORDS:
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _set(row._tr.get_or_add_trPr(), "w:cantSplit")
    for column, wide in zip(shown.columns, _widths(table, rows), strict=True):
        column.width = Mm(wide)
    _set(head._tr.get_or_add_trPr(), "w:tblHeader")
    lines = _set(shown._tbl.tblPr, "w:tblBorders")
    for side in ("w:top", "w:bottom", "w:insideH"):
        _set(lines, side, val="single", sz="4", color=_hex("faint"))
    _set(shown._tbl.tblPr, "w:tblCaption", val=table.title)
    # Rows are copies of one: to make each anew takes a hundred times as long.
    for words in rows:
        row = deepcopy(model)
        for run, value in zip(row.iter(qn("w:r")), words, strict=True):
            run.text = value
        shown._tbl.append(row)
    shown._tbl.remove(model)
    made.add_paragraph()


def _styled(paragraph: Any, made: Any, style: str) -> Any:
    """Give a paragraph a style that is not the default one; the library looks for that each time.

    It reads all styles for it, which took half as long as the rest of the file.
    """
    paragraph._p.style = made.styles[style].style_id
    return paragraph


def _widths(table: Table, rows: Sequence[Sequence[str]]) -> list[float]:
    """Return widths of columns, millimetres: as wide as their words, all of them on the page."""
    letters = []
    for place, column in enumerate(table.columns):
        head = max(len(column.label) / 2, *map(len, column.label.split()))
        letters.append(min(MOST_LETTERS, max([head, *(len(row[place]) for row in rows)])))
    wanted = [CELL_MM + LETTER_MM * count for count in letters]
    return [wide * min(1.0, TEXT_MM / sum(wanted)) for wide in wanted]


def _rows(table: Table, number: Callable[[Column, Any], str]) -> Iterator[list[str]]:
    keys = [column.key for column in table.columns]
    for row in table.rows[keys].itertuples(index=False):
        yield [number(column, value) for column, value in zip(table.columns, row, strict=True)]


def _set(parent: Any, name: str, **values: str) -> Any:
    """Add an element with attributes of the same namespace, and return it."""
    made = OxmlElement(name)
    for key, value in values.items():
        made.set(qn(f"w:{key}"), value)
    parent.append(made)
    return made


def _hex(tone: str) -> str:
    return "{:02X}{:02X}{:02X}".format(*TONES[tone])
