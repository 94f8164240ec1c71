"""The page of a country: map and table, filters by the address, what to do without one."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from locator.country.table import CountryTable, write_table
from tests.country.test_ranking import TOY, toy_table
from tests.serving import client_of

BROTLI = {"Accept-Encoding": "br"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, city_folder: Path) -> FlaskClient:
    pytest.importorskip("pyarrow", reason="GeoParquet needs the extra country")
    path = tmp_path_factory.mktemp("table") / "country.parquet"
    write_table(TOY, path)
    return client_of(city_folder, COUNTRY=str(path))


def test_without_a_table_the_page_says_what_to_do(city_folder: Path, tmp_path: Path) -> None:
    answer = client_of(city_folder).get("/en/country")
    assert answer.status_code == 404
    assert "locator country build" in answer.text
    named = client_of(city_folder, COUNTRY=str(tmp_path / "none.parquet")).get("/en/country")
    assert named.status_code == 404
    assert "There is no file" in named.text


def test_the_page_has_map_and_table(client: FlaskClient) -> None:
    page = client.get("/en/country")
    assert page.status_code == 200
    assert "Toyland: AEDs" in page.text
    assert page.text.index("Zagórze") < page.text.index("Osiek") < page.text.index("Nigdzie")
    assert "(1–3)" in page.text  # Łany: second, or between first and third
    assert "no street" in page.text
    assert page.text.count('fill-rule="evenodd"') == 4  # the shades that there are, and paper


def test_the_menu_leads_to_it_where_there_is_one(client: FlaskClient, city_folder: Path) -> None:
    link = '<a href="/en/country">Units of the country</a>'
    assert link in client.get("/en/about").text
    assert 'href="/en/country" aria-current="page"' in client.get("/en/country").text
    assert link not in client_of(city_folder).get("/en/about").text


def test_filter_and_order_stand_in_the_address(client: FlaskClient) -> None:
    page = client.get("/en/country?find=wolka&below=40&sort=worst").text
    assert "Wólka" in page.partition("<tbody>")[2]
    assert "Osiek" not in page.partition("<tbody>")[2]
    assert "No unit is like this." in client.get("/en/country?find=xyz").text
    rows = client.get("/en/country.csv?below=60").text.splitlines()
    assert [row.split(",")[1] for row in rows[1:]] == ["01", "02", "03"]


@pytest.mark.parametrize(
    ("query", "status"),
    [("below=200", 400), ("sort=luck", 400), ("page=0", 400), ("service=dragons", 404)],
)
def test_bad_input_is_refused(client: FlaskClient, query: str, status: int) -> None:
    assert client.get(f"/en/country?{query}").status_code == status


@pytest.mark.parametrize("language", ["pl", "uk"])
def test_it_is_there_in_each_language(client: FlaskClient, language: str) -> None:
    page = client.get("/country" if language == "pl" else f"/{language}/country")
    assert page.status_code == 200
    assert {"pl": "Defibrylatory", "uk": "Дефібрилятори"}[language] in page.text


def many(units: int) -> CountryTable:
    shares = [(0.1 + i % 7 / 10, 0.2 + i % 7 / 10, 0.3 + i % 7 / 10) for i in range(units)]
    return toy_table(shares, [f"Gmina {i}" for i in range(units)])


def test_many_units_are_paged(city_folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="GeoParquet needs the extra country")
    write_table(many(205), tmp_path / "country.parquet")
    client = client_of(city_folder, COUNTRY=str(tmp_path))
    last = client.get("/en/country?sort=code&page=3").text
    assert last.count('<th scope="row">') == 5
    assert "Page 3 of 3" in last
    assert 'rel="next"' not in last
    assert client.get("/en/country?page=99").text.count('<th scope="row">') == 5
