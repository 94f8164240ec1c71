"""A report as DOCX: opened again, it is what an office can edit and a screen reader can read."""

from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

import docx
import pandas as pd
import pytest
from docx.document import Document
from docx.oxml.ns import qn

from locator.reports.document import Column, Drawing, Report, Section, Table
from locator.reports.wordfile import write_word

DISTRICTS = Table(
    "districts",
    "Dzielnice",
    (Column("name", "Dzielnica"), Column("people", "Osoby", "people")),
    pd.DataFrame({"name": ["Łąki", "<w:p/> & =1+1"], "people": [1234, 20]}),
)
MAP = Drawing(
    "Mapa",
    "Opis mapy.",
    0.5,
    lambda canvas: canvas.dot((50, 50), "ink", radius=20),
    "Kropka w lewym górnym rogu.",
)
REPORT = Report(
    title="Żłobki: Łąki",
    subtitle="Raport",
    question="Kto zostaje bez żłobka?",
    answer="617 z 1234 dzieci ma żłobek w zasięgu.",
    sections=(
        Section("Ile to osób", ("Akapit źdźbło.",), (), (DISTRICTS,), ("Uwaga.",)),
        Section("Metoda", ("Linia prosta.",)),
    ),
    language="pl",
    footer="© OpenStreetMap contributors, ODbL",
    completeness="Na mapie nie ma 1 z 4.",
    findings=("Pierwsze.", "Drugie."),
    recommendations=("Zrobić to.",),
    map=MAP,
)


def said(column: Column, value: object) -> str:
    return f"{value}"


@pytest.fixture(scope="module")
def content() -> bytes:
    return write_word(REPORT, number=said)


@pytest.fixture(scope="module")
def word(content: bytes) -> Document:
    return docx.Document(BytesIO(content))


def styled(word: Document, style: str) -> list[str]:
    return [line.text for line in word.paragraphs if line.style and line.style.name == style]


def test_headings_lists_and_captions_are_styles(word: Document) -> None:
    assert styled(word, "Title") == ["Żłobki: Łąki"]
    assert styled(word, "Heading 1") == [
        "Co ustalono",
        "Co z tego wynika",
        "Ile to osób",
        "Metoda",
    ]
    assert styled(word, "List Number") == ["Pierwsze.", "Drugie.", "Zrobić to."]
    assert styled(word, "List Bullet") == ["Uwaga."]
    assert styled(word, "Caption") == ["Mapa. Opis mapy.", "Dzielnice"]
    assert styled(word, "Answer") == [REPORT.answer]


def test_each_list_counts_from_one(word: Document) -> None:
    numbers = [
        line._p.pPr.numPr.numId.val
        for line in word.paragraphs
        if line.style and line.style.name == "List Number"
    ]
    assert numbers[0] == numbers[1] != numbers[2]


def test_the_chapters_begin_on_a_page_of_their_own(word: Document) -> None:
    breaks = {line.text: bool(line.paragraph_format.page_break_before) for line in word.paragraphs}
    assert [text for text, is_new in breaks.items() if is_new] == ["Ile to osób"]


def test_a_table_has_a_head_that_comes_again_and_says_what_it_is(word: Document) -> None:
    (table,) = word.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Dzielnica", "Osoby"],
        ["Łąki", "1234"],
        ["<w:p/> & =1+1", "20"],
    ]
    heads = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
    assert heads == [True, False, False]
    caption = table._tbl.tblPr.find(qn("w:tblCaption"))
    assert caption.get(qn("w:val")) == "Dzielnice"


def test_a_table_is_as_wide_as_its_words_and_never_wider_than_the_page(word: Document) -> None:
    many = tuple(Column(f"c{place}", f"Kolumna {place}") for place in range(12))
    rows = pd.DataFrame({column.key: ["x" * 30] for column in many})
    wide = replace(REPORT, sections=(Section("S", tables=(Table("t", "T", many, rows),)),))
    made = docx.Document(BytesIO(write_word(wide, number=said)))
    for table, most_mm in ((word.tables[0], 60), (made.tables[0], 174.1)):
        assert sum(column.width.mm for column in table.columns if column.width) < most_mm


def test_pictures_are_told(word: Document, content: bytes) -> None:
    (shape,) = word.inline_shapes
    told = shape._inline.docPr
    assert told.get("descr") == "Mapa. Kropka w lewym górnym rogu."
    assert told.get("title") == "Mapa"
    assert shape.width.mm == pytest.approx(174, abs=0.1)
    assert shape.height.mm == pytest.approx(87, abs=0.3)
    (name,) = [one for one in ZipFile(BytesIO(content)).namelist() if "media" in one]
    assert ZipFile(BytesIO(content)).read(name).startswith(b"\x89PNG")


def test_the_language_and_the_title_are_said(word: Document) -> None:
    assert {one.get(qn("w:val")) for one in word.styles.element.iter(qn("w:lang"))} == {"pl"}
    about = word.core_properties
    assert (about.title, about.subject, about.language) == (
        REPORT.title,
        REPORT.question,
        "pl",
    )
    assert "python" not in f"{about.author}{about.comments}"


def test_the_foot_names_whose_data_they_are_and_the_page(word: Document) -> None:
    line = word.sections[0].footer.paragraphs[0]
    assert line.text.startswith(REPORT.footer)
    fields = [one.get(qn("w:instr")) for one in line._p.iter(qn("w:fldSimple"))]
    assert fields == ["PAGE", "NUMPAGES"]


def test_a_report_without_a_first_page_is_written_as_well() -> None:
    plain = replace(REPORT, completeness="", findings=(), recommendations=(), map=None)
    word = docx.Document(BytesIO(write_word(plain, number=said)))
    assert styled(word, "Heading 1") == ["Ile to osób", "Metoda"]
    assert not any(line.paragraph_format.page_break_before for line in word.paragraphs)
