"""Reports as files: what is written is read back with another library."""

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pypdf
import pytest
import shapely
from pypdf.generic import ArrayObject, BooleanObject, DictionaryObject, PdfObject

from locator.base import own_program
from locator.city.basemap.backdrop import Backdrop
from locator.reports import typesetting
from locator.reports.canvas import Canvas
from locator.reports.charts import (
    Bars,
    Columns,
    Curve,
    Series,
    draw_bars,
    draw_columns,
    draw_curve,
)
from locator.reports.document import Column, Drawing, Report, Section, Table
from locator.reports.html import Link, section_html
from locator.reports.mapdrawing import MapFigure, draw_map, map_ratio
from locator.reports.pdf import Fit, fit, write_pdf
from locator.reports.workbook import write_workbook

TABLE = Table(
    "districts",
    "Dzielnice",
    (
        Column("name", "Dzielnica"),
        Column("people", "Osoby", "people"),
        Column("share", "Udział", "share"),
        Column("mean_s", "Średnio (min)", "minutes"),
    ),
    pd.DataFrame(
        {
            "name": ["Łąki", "=1+1"],
            "people": [1234.0, 20.0],
            "share": [0.5, np.nan],
            "mean_s": [600.0, np.nan],
        }
    ),
)
CURVE = Curve("Krzywa", "minuty", (Series("dziś <b>", [0, 15, 30], [0, 0.5, 1]),), 15, "15 min")
BARS = Bars("Słupki", ("I", "II"), (0.25, 0.75), ("25 %", "75 %"), 0.5, "miasto")


def report() -> Report:
    drawings = (
        Drawing(
            "Krzywa", "Opis krzywej.", 0.5, lambda canvas: draw_curve(canvas, CURVE), "Rośnie."
        ),
        Drawing("Słupki", "Opis słupków.", 0.3, lambda canvas: draw_bars(canvas, BARS)),
    )
    return Report(
        title="Żłobki: dzielnica Łąki",
        subtitle="Raport",
        question="Kto zostaje bez żłobka?",
        answer="617 z 1234 dzieci ma żłobek w zasięgu.",
        sections=(
            Section("Ile to osób", ("Akapit źdźbło.",), drawings, (TABLE,), ("Uwaga pierwsza.",)),
            Section("Metoda", ("Linia prosta razy 1,26.",)),
        ),
        language="pl",
        footer="© OpenStreetMap contributors, ODbL",
    )


@pytest.fixture(scope="module")
def pdf() -> pypdf.PdfReader:
    return pypdf.PdfReader(
        BytesIO(write_pdf(report(), number=lambda column, value: f"{column.key}={value}"))
    )


def test_pdf_text_can_be_selected_polish_letters_included(pdf: pypdf.PdfReader) -> None:
    text = " ".join(page.extract_text() for page in pdf.pages)
    for words in (
        "Żłobki: dzielnica Łąki",
        "617 z 1234 dzieci",
        "Akapit źdźbło.",
        "people=1234.0",
        "15 min",
        "© OpenStreetMap contributors",
    ):
        assert words in text


def test_pdf_has_a_bookmark_for_every_section_and_its_language(pdf: pypdf.PdfReader) -> None:
    def titles(outline: list[object]) -> list[str]:
        found: list[str] = []
        for entry in outline:
            found += titles(entry) if isinstance(entry, list) else [str(entry["/Title"])]  # type: ignore[index]
        return found

    assert titles(pdf.outline) == ["Żłobki: dzielnica Łąki", "Ile to osób", "Metoda"]
    assert pdf.root_object["/Lang"] == "pl"


def test_pdf_drawings_are_vectors_not_pictures(pdf: pypdf.PdfReader) -> None:
    assert not any(page.images for page in pdf.pages)


def elements(pdf: pypdf.PdfReader) -> list[DictionaryObject]:
    """Return the elements of the structure tree in reading order."""

    def below(kid: PdfObject | None) -> list[DictionaryObject]:
        kid = kid.get_object() if kid is not None else None
        if isinstance(kid, ArrayObject):
            return [element for one in kid for element in below(one)]
        if not isinstance(kid, DictionaryObject):
            return []
        return [kid] * ("/S" in kid) + below(kid.get("/K"))

    return below(pdf.root_object["/StructTreeRoot"])


def kinds(pdf: pypdf.PdfReader) -> list[str]:
    return [str(element["/S"]) for element in elements(pdf)]


def test_pdf_says_that_it_is_pdf_ua(pdf: pypdf.PdfReader) -> None:
    metadata = pdf.root_object["/Metadata"].get_object().get_data()
    assert b"<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert pdf.root_object["/MarkInfo"]["/Marked"] == BooleanObject(True)
    assert pdf.root_object["/ViewerPreferences"]["/DisplayDocTitle"] == BooleanObject(True)
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Żłobki: dzielnica Łąki"


def test_pdf_is_read_in_the_order_of_the_report(pdf: pypdf.PdfReader) -> None:
    blocks = ("/H1", "/H2", "/L", "/Figure", "/Table")
    assert [kind for kind in kinds(pdf) if kind in blocks] == [
        "/H1",
        *("/H2", "/L", "/Figure", "/Figure", "/Table"),
        "/H2",
    ]


def test_a_drawing_is_drawn_once_for_each_width() -> None:
    drawn: list[float] = []

    def draw(canvas: Canvas) -> None:
        drawn.append(canvas.width)
        canvas.line([(0, 0), (canvas.width, 9)], "ink")

    drawing = Drawing("Linia", "Opis.", 0.5, draw)
    made = [drawing.svg(width=width) for width in (560, 420, 560)]
    styled = drawing.svg(width=420, style="line {}")
    assert drawn == [560, 420]
    assert made[0] == made[2] == Drawing("Linia", "Opis.", 0.5, draw).svg(width=560)
    assert styled.replace("<style>line {}</style>", "") == made[1]


def test_drawings_of_a_pdf_have_texts_in_their_place(pdf: pypdf.PdfReader) -> None:
    told = [element["/Alt"] for element in elements(pdf) if element["/S"] == "/Figure"]
    assert told == ["Krzywa. Rośnie.", "Słupki"]


def test_tables_of_a_pdf_have_a_caption_and_heads_that_cells_name(pdf: pypdf.PdfReader) -> None:
    said = kinds(pdf)
    table = said[said.index("/Table") :]
    assert table[1] == "/Caption"
    assert (table.count("/TH"), table.count("/TD")) == (4, 8)
    cells = [element for element in elements(pdf) if element["/S"] in ("/TH", "/TD")]
    facts = [{key: v for one in cell["/A"] for key, v in one.items()} for cell in cells]
    assert {fact["/Scope"] for fact in facts[:4]} == {"/Column"}
    assert all(fact["/Headers"] for fact in facts[4:])


@pytest.mark.parametrize("words", ["#pagebreak() $x$", "*a* _b_ `c`", "<end> @end", "\\u{41} // x"])
def test_words_of_a_pdf_are_never_markup(words: str) -> None:
    section = Section(words, (words,), tables=(TABLE,), bullets=(words,))
    made = replace(report(), title=words, footer=words, answer=words, sections=(section,))
    pages = pypdf.PdfReader(BytesIO(write_pdf(made, number=lambda *_: words))).pages
    text = "".join(page.extract_text() for page in pages)
    assert len(pages) == 1
    # Title, answer, heading, paragraph, bullet, footer, and eight cells.
    assert text.count(words) == 14


def test_a_letter_that_no_font_has_does_not_take_the_report_away() -> None:
    made = replace(report(), answer="Żłobek 日本")
    pdf = pypdf.PdfReader(BytesIO(write_pdf(made, number=lambda *_: "1")))
    assert "Żłobek" in pdf.pages[0].extract_text()
    assert b"pdfuaid" not in pdf.root_object["/Metadata"].get_object().get_data()
    assert "/H2" in kinds(pdf), "tagged all the same"


def test_what_typst_remembers_of_reports_is_not_kept_here() -> None:
    code = """
import sys
from tests.reports.test_report_writers import report, write_pdf
write_pdf(report(), number=lambda *_: "1")
print("typst" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_pdf_is_set_here_where_no_program_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    apart = write_pdf(report(), number=lambda *_: "1")
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    here = write_pdf(report(), number=lambda *_: "1")
    assert texts(here) == texts(apart)


def texts(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf)).pages]


PAGE: dict[str, Any] = {
    "fonts": "/nowhere",
    "inputs": [{}],
    "options": {"format": "png", "ppi": 72},
}


def test_what_typst_refuses_is_told_and_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "_set", None)
    with pytest.raises(RuntimeError, match=r"(?s)ended with 1: .*unknown variable: nothing"):
        typesetting.typeset("#nothing", **PAGE)


def test_a_page_that_is_never_done_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_program, "LIMIT_S", 0.0)
    with pytest.raises(RuntimeError, match="was ended after"):
        typesetting.typeset("", **PAGE)


def test_pages_of_several_inputs_come_in_their_order() -> None:
    page = "#set page(width: eval(sys.inputs.wide), height: 10pt, margin: 0pt)"
    inputs = [{"wide": "10pt"}, {"wide": "20pt"}]
    made = typesetting.typeset(page, **PAGE | {"inputs": inputs})
    assert [int.from_bytes(one[16:20], "big") for one in made] == [10, 20]


def test_workbook_has_typed_columns_and_a_sheet_of_method() -> None:
    book = openpyxl.load_workbook(BytesIO(write_workbook(report(), method_sheet="Metoda")))
    assert book.sheetnames == ["Metoda", "dzielnice"]
    assert [[cell.value for cell in row] for row in book["dzielnice"].iter_rows()] == [
        ["Dzielnica", "Osoby", "Udział", "Średnio (min)"],
        ["Łąki", 1234, 0.5, 10],
        ["=1+1", 20, None, None],
    ]
    assert book["dzielnice"]["A3"].data_type == "s", "a name is never a formula"
    assert book["dzielnice"]["C2"].number_format == "0.0%"
    assert "617 z 1234 dzieci ma żłobek w zasięgu." in [cell.value for cell in book["Metoda"]["A"]]


def test_svg_has_no_style_and_no_markup_from_data() -> None:
    canvas = Canvas(560, 280, label='"Krzywa" & <opis>')
    draw_curve(canvas, CURVE)
    draw_bars(canvas, BARS)
    markup = canvas.markup()
    assert "style" not in markup
    assert "dziś &lt;b&gt;" in markup
    assert "&lt;opis&gt;" in markup


def drawn(draw: Callable[[Canvas], None]) -> str:
    canvas = Canvas(280, 140, label="x")
    draw(canvas)
    return canvas.markup()


def points(markup: str) -> list[str]:
    return re.findall(r'points="([^"]*)"', markup)


def test_a_curve_ends_where_the_numbers_end() -> None:
    def ending_at(share: float) -> str:
        series = Series("", [0, 30, 60], [0, 0.5, share])
        return points(drawn(lambda canvas: draw_curve(canvas, Curve("", "", (series,)))))[-1]

    # 46 units to the left of the plot, 14 above, 16 to the right, 34 below.
    assert ending_at(1.0) == "46.0,106.0 155.0,60.0 264.0,14.0"
    assert ending_at(float("nan")) == "46.0,106.0 155.0,60.0"


def test_a_curve_without_numbers_is_a_frame() -> None:
    markup = drawn(lambda canvas: draw_curve(canvas, Curve("", "min", (Series("", [], []),))))
    assert "<path" not in markup
    assert ">100%<" in markup


@pytest.mark.parametrize(
    ("standard", "anchor", "at"),
    [
        (10, "start", 'x="87.3" y="22.0"'),
        (50, "end", 'x="222.7" y="100.0"'),
        (70, None, None),
    ],
)
def test_the_standard_is_named_on_the_side_that_has_room(
    standard: float, anchor: str | None, at: str | None
) -> None:
    series = Series("", [0, 60], [0, 1])
    curve = Curve("", "", (series,), standard, "standard", standard / 60)
    markup = drawn(lambda canvas: draw_curve(canvas, curve))
    if anchor is None:
        assert "standard" not in markup, "it lies off the axis"
    else:
        assert f'{at} font-size="8" text-anchor="{anchor}">standard<' in markup


def test_columns_stand_on_each_other_and_end_at_a_round_number() -> None:
    columns = Columns("", "hour", [50, 100], [25, 0], 100, tick_every=1)
    markup = drawn(lambda canvas: draw_columns(canvas, columns))
    boxes = re.findall(r'<path class="([^"]+)"[^>]* d="([^"]+)"', markup)
    plot = 140 - 14 - 34
    assert [(tone, *heights(box)) for tone, box in boxes] == [
        ("fill-accent line-accent", 106, 106 - plot / 2),
        ("fill-paper line-accent", 106 - plot / 2, 106 - plot * 3 / 4),
        ("fill-accent line-accent", 106, 14),
    ]
    assert [f">{label}<" in markup for label in ("0", "25", "50", "75", "100", "1", "2")] == 7 * [
        True
    ]


def heights(box: str) -> tuple[float, float]:
    values = [float(pair.split(",")[1]) for pair in re.findall(r"[\d.]+,[\d.]+", box)]
    return max(values), min(values)


def section_of(table: Table, **extras: Any) -> str:
    section = Section("<b>Ile</b>", ("Akapit & więcej.",), tables=(table,), name="ile")
    return section_html(section, 2, write=lambda _, value: str(value), **extras)


def test_a_section_is_written_for_pages_without_markup_from_data() -> None:
    markup = section_of(replace(TABLE, title="Dzielnice <i>"))
    assert '<section class="section-flat stack" id="ile" aria-labelledby="part-2">' in markup
    assert '<h2 id="part-2">&lt;b&gt;Ile&lt;/b&gt;</h2>' in markup
    assert '<p class="prose">Akapit &amp; więcej.</p>' in markup
    assert '<caption id="table-2-1"><span>Dzielnice &lt;i&gt;</span></caption>' in markup
    assert '<th scope="row">Łąki</th><td class="num">1234.0</td>' in markup
    assert "style" not in markup


def test_the_last_row_of_a_table_sums_up_and_one_may_be_chosen() -> None:
    markup = section_of(replace(TABLE, has_total=True, chosen=0))
    assert markup.count("<tr") == 3
    assert '<tr class="chosen"><th scope="row">Łąki' in markup
    assert '<tfoot><tr><th scope="row">=1+1' in markup


def test_a_table_of_a_page_is_sorted_by_its_heads_and_leads_on() -> None:
    class ByShare:
        key, descending = "people", True

        def href(self, key: str) -> str:
            return f"?sort={key}&order=asc"

    columns = (TABLE.columns[0], replace(TABLE.columns[2], has_bar=True, sort_key="people"))
    table = replace(TABLE, columns=columns)
    links = [Link("/a?b&c", "See", '"one"', "gap-1"), Link("/d", "See", "two", "gap-2")]
    markup = section_of(table, sorting={"districts": ByShare()}, links={"districts": links})
    assert "<table data-sortable>" in markup
    assert (
        '<th scope="col" aria-sort="descending"><a class="sort" '
        'href="?sort=people&amp;order=asc">Udział</a></th>' in markup
    )
    assert '<td data-value="1234.0"><span class="share">' in markup
    assert '<rect class="bar-part" width="50.0" height="10"/>' in markup
    assert '<td data-value="20.0">nan</td>' in markup, "no bar where nobody knows"
    assert (
        '<a class="link-row" href="/a?b&amp;c" data-map-area="gap-1">See'
        '<span class="visually-hidden"> – &quot;one&quot;</span></a>' in markup
    )


def test_map_shades_by_class_and_keeps_holes() -> None:
    ring = shapely.box(0, 0, 1000, 1000) - shapely.box(400, 400, 600, 600)
    areas = gpd.GeoDataFrame(
        {"label": ["I", "II"], "value": [0.1, np.nan]},
        geometry=[ring, shapely.box(400, 400, 600, 600)],
    )
    figure = MapFigure(
        areas,
        classes=(0.25, 0.5, 0.75),
        legend=("0-25 %", "25-50 %", "50-75 %", "75-100 %"),
        outlines=areas.iloc[[1]],
        marks=[(100.0, 100.0, "diamond"), (900.0, 900.0, "cross")],
        mark_legend=[("outline", "luki"), ("cross", "planowane")],
        backdrop=lambda: Backdrop(
            green=np.array([shapely.box(0, 0, 300, 300), shapely.box(0, 0, 1, 1)]),
            water=np.array([], dtype=object),
            rivers=np.array([shapely.LineString([(-500, 500), (1500, 500)])]),
            main=np.array([], dtype=object),
            lesser=np.array([shapely.LineString([(0, 0), (9, 9)])]),
        ),
    )
    canvas = Canvas(560, 560 * map_ratio(figure), label="mapa")
    draw_map(canvas, figure)
    markup = canvas.markup()
    assert '<path class="fill-class0 line-muted"' in markup
    assert '<path class="fill-paper line-muted"' in markup
    shell = markup.split('class="fill-class0 line-muted"')[1].split("/>")[0]
    assert shell.count("M") == 2, "the hole is a ring of its own"
    assert markup.count('class="fill-green"') == 1
    (river,) = re.findall(r'class="line-river"[^>]* d="([^"]*)"', markup)
    assert re.findall(r"[ML]([\d.]+),", river) == ["8.0", "552.0"], "no farther than the areas"
    assert markup.index("fill-green") < markup.index("fill-class0"), "the areas lie over it"


def test_people_are_whole_and_full_dates_are_dates_in_a_workbook() -> None:
    table = Table(
        "facilities",
        "Wykaz",
        (Column("people", "Osoby", "people"), Column("day", "Data", "date")),
        pd.DataFrame({"people": [12.6, 3.2], "day": ["2025-07-08", "2026-06"], "id": ["a", None]}),
        (Column("id", "Id"),),
    )
    section = Section("Placówki", tables=(table,))
    made = Report("T", "", "", "", (section,), "pl", "")
    book = openpyxl.load_workbook(BytesIO(write_workbook(made, method_sheet="Metoda")))
    assert [[cell.value for cell in row] for row in book["placówki"].iter_rows(min_row=2)] == [
        [13, datetime(2025, 7, 8), "a"],
        [3, "2026-06", ""],
    ]


def test_long_columns_of_a_table_share_what_the_short_ones_leave() -> None:
    assert fit(["No.", "Near"], [["1", "Rynek Główny"]]) == Fit([None, None], ["No.", "Near"])
    wide = [["IV", "N" * 80, "a" * 20], ["V", "N", "a"]]
    assert fit(["District", "Name", "Address"], wide).widths == [None, 45, 20]
    head = ["walks at most (min)"] * 6
    broken = ["walks at\nmost (min)"] * 2
    some = [["a" * 34, "b" * 34, "1", "2", "1234567890", "1234567890"]]
    found = fit(head, some)
    assert found.widths == [None] * 6 and found.head[4:] == broken
    assert found.head[2] == "walks\nat\nmost\n(min)" and found.head[0] == head[0]
    assert fit(head, [[*some[0][:4], "a" * 12, "b" * 12]]).widths == [34, 34, *[None] * 4]
    assert fit(["h" * 113], []).widths == [45]
