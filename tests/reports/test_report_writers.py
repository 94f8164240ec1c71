"""Reports as files: what is written is read back with another library."""

from datetime import datetime
from io import BytesIO

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pypdf
import pytest
import shapely

from locator.reports.canvas import SvgCanvas
from locator.reports.charts import Bars, Curve, Series, draw_bars, draw_curve
from locator.reports.document import Column, Drawing, Report, Section, Table
from locator.reports.mapdrawing import MapFigure, draw_map, map_ratio
from locator.reports.pdf import write_pdf
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
        Drawing("Krzywa", "Opis krzywej.", 0.5, lambda canvas: draw_curve(canvas, CURVE)),
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
    canvas = SvgCanvas(560, 280, label='"Krzywa" & <opis>')
    draw_curve(canvas, CURVE)
    draw_bars(canvas, BARS)
    markup = canvas.markup()
    assert "style" not in markup
    assert "dziś &lt;b&gt;" in markup
    assert "&lt;opis&gt;" in markup


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
        lines=[shapely.LineString([(0, 500), (1000, 500)])],
    )
    canvas = SvgCanvas(560, 560 * map_ratio(figure), label="mapa")
    draw_map(canvas, figure)
    markup = canvas.markup()
    assert '<path class="fill-class0 line-muted"' in markup
    assert '<path class="fill-paper line-muted"' in markup
    shell = markup.split('class="fill-class0 line-muted"')[1].split("/>")[0]
    assert shell.count("M") == 2, "the hole is a ring of its own"


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
