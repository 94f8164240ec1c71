"""Tables of points: every wrong line is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from locator.city.model import load_city
from tests.breaking import edit_text, fault, faults


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("stops.csv", "index,name", "number,name", "-: index: the column is missing"),
        ("stops.csv", "2,Polna", "3,Polna", "line 4: index: is 3 (allowed: 2)"),
        ("stops.csv", "2,Polna", "two,Polna", "line 4: index: is 'two'"),
        ("stops.csv", "2,Polna", "2,", "line 4: name: is empty"),
        ("addresses.csv", "Lipowa,1,19.8", "Lipowa,1,east 19.8", "line 4: lon: is 'east"),
        ("addresses.csv", "Lipowa,1,19.8", "Lipowa,1,99.8", "row 3: lon: lies at 99.8"),
        ("addresses.csv", "Lipowa,1,", "Lipowa,1,,", "line 4: -: has 5 values"),
        ("addresses.csv", "Lipowa,1,", 'Lipowa,"1"x,', "line 4: -: is not valid CSV"),
        ("addresses.csv", "Lipowa,1,", "Lipowa,,", "line 4: number: is empty"),
        ("crossings.csv", "19.9", "29.9", "row 1: lon: lies at 29.9"),
    ],
)
def test_each_wrong_line_is_named(
    tiny_folder: Path, file: str, old: str, new: str, said: str
) -> None:
    edit_text(tiny_folder, file, old, new)
    assert fault(tiny_folder).startswith(f"{file}: {said}")


def test_a_line_of_the_wrong_length_hides_no_other_fault(tiny_folder: Path) -> None:
    edit_text(tiny_folder, "addresses.csv", "Lipowa,1,", "Lipowa,1,,")
    edit_text(tiny_folder, "addresses.csv", "Lipowa,3,", "Lipowa,,")
    assert [line.partition(" (")[0] for line in faults(tiny_folder)] == [
        "addresses.csv: line 4: -: has 5 values",
        "addresses.csv: line 5: number: is empty",
    ]


def test_swapped_columns_are_found(tiny_folder: Path) -> None:
    edit_text(tiny_folder, "addresses.csv", "street,number,lon,lat", "street,number,lat,lon")
    assert len(faults(tiny_folder)) == 12
    assert all("outside the city" in line for line in faults(tiny_folder))


def test_a_missing_table_is_named(tiny_folder: Path) -> None:
    (tiny_folder / "stops.csv").unlink()
    assert faults(tiny_folder)[0].startswith("stops.csv: -: -: the file is missing")


def test_a_river_needs_a_crossing(tiny_folder: Path) -> None:
    (tiny_folder / "crossings.csv").unlink()
    assert fault(tiny_folder).startswith("catalogue.toml: river: bank_a: has no crossing")


def test_text_that_is_not_utf8_is_named(tiny_folder: Path) -> None:
    (tiny_folder / "addresses.csv").write_bytes("street,number,lon,lat\nŻółta".encode("cp1250"))
    assert fault(tiny_folder).startswith("addresses.csv: -: -: cannot be read")


def test_quotes_and_line_breaks_of_csv_are_understood(tiny_folder: Path) -> None:
    edit_text(tiny_folder, "stops.csv", "1,Most Środkowy", '1,"Most ""Środkowy"", dolny"')
    assert load_city(tiny_folder).stops.loc[1, "name"] == 'Most "Środkowy", dolny'
